/* Documents: how long they are believed, who rides along, what is served when AWS fails. */
#include <stdio.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"

/* The contract, "Reading": 5 s for tasks and services, 30 s for clusters. */
static const struct {
	enum kind kind;
	const char *collection, *id, *action;
	int64_t ttl_ms;
} ttls[] = {
	{KIND_SERVICE, "services", "web", "DescribeServices", SHORT_MS},
	{KIND_TASK, "tasks", "t1", "DescribeTasks", SHORT_MS},
	{KIND_CLUSTER, "clusters", "prod", "DescribeClusters", LONG_MS},
};

START_TEST(an_answer_is_believed_for_its_time_and_then_asked_again)
{
	double_put(rig.aws, ttls[_i].collection, ttls[_i].id, "{'status':'first'}");
	ck_assert_str_eq(member_of(ttls[_i].kind, ttls[_i].id, "status"), "first");
	double_put(rig.aws, ttls[_i].collection, ttls[_i].id, "{'status':'second'}");
	pass(ttls[_i].ttl_ms - 1);
	ck_assert_str_eq(member_of(ttls[_i].kind, ttls[_i].id, "status"), "first");
	ck_assert_uint_eq(calls(NULL), 1);
	pass(1);
	ck_assert_str_eq(member_of(ttls[_i].kind, ttls[_i].id, "status"), "second");
	ck_assert_uint_eq(calls(ttls[_i].action), 2);
}
END_TEST

START_TEST(a_revision_once_read_does_not_expire)
{
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'ACTIVE'}");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "status"), "ACTIVE");
	pass(24 * 3600 * 1000);
	/* what nobody used for ten minutes may be forgotten, but not within them */
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "status"), "ACTIVE");
	unsigned before = calls(NULL);
	pass(500 * 1000);
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "status"), "ACTIVE");
	ck_assert_uint_eq(calls(NULL), before);
}
END_TEST

START_TEST(the_tags_beside_a_task_definition_become_its_last_member)
{
	struct question q = {.kind = KIND_REVISION, .cluster = "", .id = "web:1"};

	double_answer(rig.aws, "DescribeTaskDefinition", 200,
		      "{\"tags\":[{\"key\":\"a\",\"value\":\"b\"}],"
		      "\"taskDefinition\":{\"family\":\"web\",\"revision\":1}}");
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_str_eq(q.document.blob->bytes,
			 "{\n  \"family\": \"web\",\n  \"revision\": 1,\n  \"tags\": [\n    {\n"
			 "      \"key\": \"a\",\n      \"value\": \"b\"\n    }\n  ]\n}\n");
	question_done(&q);
}
END_TEST

START_TEST(no_tags_are_no_member)
{
	double_answer(rig.aws, "DescribeTaskDefinition", 200,
		      "{\"tags\":[],\"taskDefinition\":{\"family\":\"web\"}}");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "tags"), "?");
}
END_TEST

/* ceil(N / batch) Describes for N documents that are read one by one behind a List. */
static const struct {
	enum kind kind;
	enum list list;
	const char *collection, *action;
	unsigned count, describes;
} batches[] = {
	{KIND_TASK, LIST_TASKS, "tasks", "DescribeTasks", 1, 1},
	{KIND_TASK, LIST_TASKS, "tasks", "DescribeTasks", 100, 1},
	{KIND_TASK, LIST_TASKS, "tasks", "DescribeTasks", 101, 2},
	{KIND_TASK, LIST_TASKS, "tasks", "DescribeTasks", 950, 10},
	{KIND_SERVICE, LIST_SERVICES, "services", "DescribeServices", 10, 1},
	{KIND_SERVICE, LIST_SERVICES, "services", "DescribeServices", 95, 10},
	{KIND_CLUSTER, LIST_CLUSTERS, "clusters", "DescribeClusters", 250, 3},
};

START_TEST(neighbours_ride_along_in_one_describe)
{
	char id[32];

	double_put_many(rig.aws, batches[_i].collection, "n%04u", batches[_i].count);
	names_of(batches[_i].list, NULL);
	for (unsigned i = 0; i < batches[_i].count; i++) {
		snprintf(id, sizeof(id), "n%04u", i);
		ck_assert_str_eq(document_result(batches[_i].kind, id), "ok");
	}
	ck_assert_uint_eq(calls(batches[_i].action), batches[_i].describes);
}
END_TEST

/* As many more as gaps are left between batches: the budget is ceil(N / 100) + 3. */
START_TEST(readers_in_any_order_cost_little_more_than_the_batches)
{
	char id[32];

	double_put_many(rig.aws, "tasks", "n%03u", 500);
	names_of(LIST_TASKS, NULL);
	for (unsigned i = 0; i < 500; i++) {
		snprintf(id, sizeof(id), "n%03u", i * 7 % 500);
		ck_assert_str_eq(document_result(KIND_TASK, id), "ok");
	}
	ck_assert_uint_le(calls("DescribeTasks"), 5 + 3);
}
END_TEST

/* The third batch was sent ahead of who read the first two; with its first the next four are. */
START_TEST(who_reads_on_finds_the_next_batches_on_their_way)
{
	char id[32];

	double_put_many(rig.aws, "tasks", "n%04u", 1000);
	names_of(LIST_TASKS, NULL);
	for (unsigned i = 0; i <= 200; i += 100) {
		snprintf(id, sizeof(id), "n%04u", i);
		ck_assert_str_eq(document_result(KIND_TASK, id), "ok");
	}
	double_await(rig.aws, "DescribeTasks", 3 + 4);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "n%04u", i);
		ck_assert_str_eq(document_result(KIND_TASK, id), "ok");
	}
	ck_assert_uint_eq(calls("DescribeTasks"), 10);
}
END_TEST

START_TEST(a_list_of_few_does_not_make_the_batches_small)
{
	char id[32], listing[128];

	double_put_many(rig.aws, "tasks", "n%03u", 200);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "service%u", i);
		json_auto_t *filters = json_pack("{s:s}", "serviceName", id);
		snprintf(listing, sizeof(listing),
			 "{\"taskArns\":[\"arn:aws:ecs:us-east-1:123456789012:task/prod/n%03u\"]}",
			 i);
		double_answer(rig.aws, "ListTasks", 200, listing);
		ck_assert_str_ne(names_of(LIST_TASKS, filters), "");
	}
	double_answer(rig.aws, "ListTasks", 200, NULL);
	names_of(LIST_TASKS, NULL);
	for (unsigned i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "n%03u", i);
		ck_assert_str_eq(document_result(KIND_TASK, id), "ok");
	}
	ck_assert_uint_eq(calls("DescribeTasks"), 2);
}
END_TEST

START_TEST(every_include_is_asked_for)
{
	double_put(rig.aws, "clusters", "prod", NULL);
	document_result(KIND_CLUSTER, "prod");
	json_auto_t *request = double_last_request(rig.aws, "DescribeClusters");
	/* API reference, DescribeClusters, "include". */
	json_auto_t *expected = json_pack("[s, s, s, s, s]", "ATTACHMENTS", "CONFIGURATIONS",
					  "SETTINGS", "STATISTICS", "TAGS");
	ck_assert(json_equal(json_object_get(request, "include"), expected));
}
END_TEST

START_TEST(missing_ids_are_remembered)
{
	double_put(rig.aws, "services", "web", NULL);
	ck_assert_str_eq(document_result(KIND_SERVICE, "wrong"), "ENOENT");
	ck_assert_str_eq(document_result(KIND_SERVICE, "wrong"), "ENOENT");
	ck_assert_uint_eq(calls(NULL), 1);
	double_put(rig.aws, "services", "wrong", NULL);
	pass(SHORT_MS);
	ck_assert_str_eq(document_result(KIND_SERVICE, "wrong"), "ok");
}
END_TEST

START_TEST(a_revision_that_is_not_there_is_no_failed_call_and_is_remembered)
{
	ck_assert_str_eq(document_result(KIND_REVISION, "web:1"), "ENOENT");
	ck_assert_str_eq(document_result(KIND_REVISION, "web:1"), "ENOENT");
	ck_assert_uint_eq(calls(NULL), 1);
}
END_TEST

START_TEST(a_missing_neighbour_fails_nobody_else)
{
	double_put_many(rig.aws, "services", "n%u", 5);
	names_of(LIST_SERVICES, NULL);
	double_remove(rig.aws, "services", "n2");
	ck_assert_str_eq(document_result(KIND_SERVICE, "n1"), "ok");
	ck_assert_str_eq(document_result(KIND_SERVICE, "n2"), "ENOENT");
	ck_assert_str_eq(document_result(KIND_SERVICE, "n3"), "ok");
	ck_assert_uint_eq(calls("DescribeServices"), 1);
}
END_TEST

#define TASK_ARN "arn:aws:ecs:us-east-1:123456789012:task/prod/"

/* What a server answers of t0 and t1, and how many calls it takes to know of both. */
static const struct {
	const char *answer, *t1;
	unsigned calls;
} few[] = {
	{"{\"tasks\": [{\"taskArn\": \"" TASK_ARN "t0\"}]}", "ok", 2},
	{"{\"tasks\": [{\"taskArn\": \"" TASK_ARN "t0\"}], \"failures\": []}", "ok", 2},
	{"{\"tasks\": [{\"taskArn\": \"" TASK_ARN "t0\"}], \"failures\": null}", "ok", 2},
	{"{\"tasks\": [{\"taskArn\": \"" TASK_ARN "t0\"}], \"failures\": [null, {}, {\"arn\": 1}]}",
	 "ok", 2},
	{"{\"tasks\": [{\"taskArn\": \"" TASK_ARN "t0\"}], \"failures\": [{\"arn\": \"" TASK_ARN
	 "t1\", \"reason\": \"MISSING\"}]}",
	 "ENOENT", 1},
};

START_TEST(who_rode_along_and_was_not_answered_is_asked_for_again)
{
	double_put_many(rig.aws, "tasks", "t%u", 2);
	names_of(LIST_TASKS, NULL);
	double_answer_once(rig.aws, "DescribeTasks", 200, few[_i].answer);
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
	ck_assert_str_eq(document_result(KIND_TASK, "t1"), few[_i].t1);
	ck_assert_uint_eq(calls("DescribeTasks"), few[_i].calls);
}
END_TEST

START_TEST(what_was_known_of_one_who_was_not_answered_is_not_believed_for_ever)
{
	double_put_many(rig.aws, "tasks", "t%u", 2);
	names_of(LIST_TASKS, NULL);
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
	pass(SHORT_MS);
	double_put(rig.aws, "tasks", "t1", "{'startedBy':'new'}");
	double_answer_once(rig.aws, "DescribeTasks", 200, few[0].answer);
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
	ck_assert_str_eq(member_of(KIND_TASK, "t1", "startedBy"), "new");
}
END_TEST

START_TEST(what_is_inactive_is_not_there)
{
	double_put(rig.aws, "services", "old", "{'status':'INACTIVE'}");
	double_put(rig.aws, "clusters", "old", "{'status':'INACTIVE'}");
	double_put(rig.aws, "services", "going", "{'status':'DRAINING'}");
	ck_assert_str_eq(document_result(KIND_SERVICE, "old"), "ENOENT");
	ck_assert_str_eq(document_result(KIND_CLUSTER, "old"), "ENOENT");
	ck_assert_str_eq(document_result(KIND_SERVICE, "going"), "ok");
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'INACTIVE'}");
	ck_assert_str_eq(document_result(KIND_REVISION, "web:1"), "ok");
}
END_TEST

#define SERVICE_ARN "arn:aws:ecs:us-east-1:123456789012:service/"

static const struct {
	int status;
	const char *body, *result;
} failures[] = {
	{400, "{\"__type\":\"ClusterNotFoundException\"}", "ENOENT"},
	{400, "{\"__type\":\"AccessDeniedException\"}", "EACCES"},
	{400, "{\"__type\":\"ExpiredTokenException\"}", "EKEYEXPIRED"},
	{500, "{\"__type\":\"ServerException\"}", "EREMOTEIO"},
	{200, "{}", "EPROTO"},
	{200, "{\"services\":{}}", "EPROTO"},
	{200, "{\"services\":[7]}", "EPROTO"},
	{200, "{\"services\":[null]}", "EPROTO"},
	{200, "", "EPROTO"},
	/* an item that is nobody's, twice, and what was asked for in either form of ARN */
	{200, "{\"services\":[{\"serviceArn\":\"" SERVICE_ARN "prod/other\"}]}", "ENOENT"},
	{200,
	 "{\"services\":[{\"serviceArn\":\"" SERVICE_ARN "prod/web\"},"
	 "{\"serviceArn\":\"" SERVICE_ARN "prod/web\"}]}",
	 "ok"},
	{200, "{\"services\":[{\"serviceArn\":\"" SERVICE_ARN "web\"}]}", "ok"},
	{200, "{\"services\":[],\"failures\":[{\"arn\":\"" SERVICE_ARN "prod/web\"}]}", "ENOENT"},
	{200,
	 "{\"services\":[],\"failures\":[{\"arn\":\"" SERVICE_ARN
	 "prod/web\",\"reason\":\"MISSING\"}]}",
	 "ENOENT"},
	{200,
	 "{\"services\":[],\"failures\":[{\"arn\":\"" SERVICE_ARN
	 "prod/web\",\"reason\":\"AccessDenied\"}]}",
	 "EACCES"},
	/* one number that is too long for an integer does not take the others with it */
	{200,
	 "{\"services\":[{\"serviceArn\":\"" SERVICE_ARN "prod/web\",\"a\":18446744073709551616}]}",
	 "ok"},
};

START_TEST(a_failed_describe_is_an_error_and_the_next_one_works)
{
	double_put(rig.aws, "services", "web", NULL);
	double_answer(rig.aws, "DescribeServices", failures[_i].status, failures[_i].body);
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), failures[_i].result);
	double_answer(rig.aws, "DescribeServices", 200, NULL);
	pass(SHORT_MS);
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "ok");
	ck_assert_uint_eq(stale_begins, 0);
}
END_TEST

START_TEST(what_nests_too_deeply_is_refused_as_the_answer_that_it_is)
{
	char body[4096] = "{\"services\":[{\"serviceArn\":\"" SERVICE_ARN "prod/web\",\"a\":";

	for (int i = 0; i < 600; i++)
		strcat(body, "[");
	for (int i = 0; i < 600; i++)
		strcat(body, "]");
	strcat(body, "}]}");
	double_answer(rig.aws, "DescribeServices", 200, body);
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "EPROTO");
}
END_TEST

START_TEST(what_is_known_is_served_when_aws_cannot_be_reached)
{
	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	double_go_away(rig.aws);
	pass(SHORT_MS);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	ck_assert(store_is_stale(store));
	pass(10 * SHORT_MS);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	ck_assert_uint_eq(stale_begins, 1);
	double_put(rig.aws, "services", "web", "{'desiredCount':2}");
	double_come_back(rig.aws);
	pass(1000);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "2");
	ck_assert(!store_is_stale(store));
	ck_assert_uint_eq(stale_ends, 1);
}
END_TEST

START_TEST(what_is_not_known_is_an_error_when_aws_cannot_be_reached)
{
	double_go_away(rig.aws);
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "EHOSTUNREACH");
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "EHOSTUNREACH");
	ck_assert(!store_is_stale(store));
	double_come_back(rig.aws);
}
END_TEST

START_TEST(who_asks_for_now_is_not_given_what_was_and_readers_still_are)
{
	struct document document;
	struct op op;

	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	document_result(KIND_SERVICE, "web");
	double_go_away(rig.aws);
	op_init(&op);
	ck_assert_errno(store_document_now(store, &op, KIND_SERVICE, "prod", "web", &document),
			"EHOSTUNREACH");
	op_done(&op);
	pass(SHORT_MS);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	double_come_back(rig.aws);
}
END_TEST

static void *ask_for_now(void *arg)
{
	struct question *q = arg;

	q->result = store_document_now(store, &q->op, q->kind, q->cluster, q->id, &q->document);
	return NULL;
}

/* Start asking for what is there now, and wait until AWS was asked. */
static void start_asking_for_now(struct question *q)
{
	double_hold(rig.aws, "DescribeServices");
	op_init(&q->op);
	ck_assert_int_eq(pthread_create(&q->thread, NULL, ask_for_now, q), 0);
	double_await(rig.aws, "DescribeServices", 2);
}

START_TEST(who_asks_for_now_keeps_no_reader_from_what_is_known)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	document_result(KIND_SERVICE, "web");
	double_put(rig.aws, "services", "web", "{'desiredCount':2}");
	start_asking_for_now(&q);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	double_release(rig.aws, "DescribeServices");
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_ptr_nonnull(strstr(q.document.blob->bytes, "\"desiredCount\": 2"));
	question_done(&q);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "2");
	ck_assert_uint_eq(calls("DescribeServices"), 2);
}
END_TEST

START_TEST(a_reader_beside_one_who_asks_for_now_is_served_what_is_known_in_an_outage)
{
	struct question now = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"}, q = now;

	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	document_result(KIND_SERVICE, "web");
	pass(SHORT_MS);
	start_asking_for_now(&now);
	question_start(&q);
	double_go_away(rig.aws);
	double_release(rig.aws, "DescribeServices");
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_str_eq(question_end(&now), "EHOSTUNREACH");
	question_done(&q);
	double_come_back(rig.aws);
}
END_TEST

START_TEST(an_answer_that_is_an_error_is_never_hidden_behind_old_state)
{
	double_put(rig.aws, "services", "web", NULL);
	document_result(KIND_SERVICE, "web");
	double_answer(rig.aws, "DescribeServices", 400, "{\"__type\":\"AccessDeniedException\"}");
	pass(SHORT_MS);
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "EACCES");
}
END_TEST

START_TEST(what_was_changed_here_is_not_served_stale)
{
	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "");
	document_result(KIND_SERVICE, "web");
	ck_assert_str_eq(change("UpdateService", "{'cluster':'prod','service':'web'}"), "ok");
	double_go_away(rig.aws);
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "EHOSTUNREACH");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "EHOSTUNREACH");
	double_come_back(rig.aws);
}
END_TEST

START_TEST(the_same_answer_keeps_the_same_bytes)
{
	struct question q[2] = {{.kind = KIND_SERVICE, .cluster = "prod", .id = "web"}};

	q[1] = q[0];
	double_put(rig.aws, "services", "web", NULL);
	for (int i = 0; i < 2; i++) {
		question_start(&q[i]);
		ck_assert_str_eq(question_end(&q[i]), "ok");
		pass(SHORT_MS);
	}
	ck_assert_uint_eq(calls(NULL), 2);
	ck_assert_ptr_eq(q[0].document.blob, q[1].document.blob);
	ck_assert_int_eq(q[1].document.ctime_ms, WALL_MS + SHORT_MS);
	question_done(&q[0]);
	question_done(&q[1]);
}
END_TEST

START_TEST(who_wants_only_what_is_known_causes_no_call)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	op_init(&q.op);
	q.op.cached_only = true;
	question_ask(&q);
	ck_assert_errno(q.result, "EAGAIN");
	q.what = ASK_LIST;
	q.query = (struct list_query){LIST_SERVICES, "prod", NULL};
	question_ask(&q);
	ck_assert_errno(q.result, "EAGAIN");
	op_done(&q.op);
	ck_assert_uint_eq(calls(NULL), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("documents");
	TCase *tc = tcase_create("documents");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_loop_test(tc, an_answer_is_believed_for_its_time_and_then_asked_again, 0,
			    ARRAY_SIZE(ttls));
	tcase_add_test(tc, a_revision_once_read_does_not_expire);
	tcase_add_test(tc, the_tags_beside_a_task_definition_become_its_last_member);
	tcase_add_test(tc, no_tags_are_no_member);
	tcase_add_loop_test(tc, neighbours_ride_along_in_one_describe, 0, ARRAY_SIZE(batches));
	tcase_add_test(tc, readers_in_any_order_cost_little_more_than_the_batches);
	tcase_add_test(tc, who_reads_on_finds_the_next_batches_on_their_way);
	tcase_add_test(tc, a_list_of_few_does_not_make_the_batches_small);
	tcase_add_test(tc, every_include_is_asked_for);
	tcase_add_test(tc, missing_ids_are_remembered);
	tcase_add_test(tc, a_revision_that_is_not_there_is_no_failed_call_and_is_remembered);
	tcase_add_test(tc, a_missing_neighbour_fails_nobody_else);
	tcase_add_test(tc, what_is_inactive_is_not_there);
	tcase_add_loop_test(tc, a_failed_describe_is_an_error_and_the_next_one_works, 0,
			    ARRAY_SIZE(failures));
	tcase_add_test(tc, what_nests_too_deeply_is_refused_as_the_answer_that_it_is);
	tcase_add_test(tc, what_is_known_is_served_when_aws_cannot_be_reached);
	tcase_add_test(tc, what_is_not_known_is_an_error_when_aws_cannot_be_reached);
	tcase_add_test(tc, who_asks_for_now_is_not_given_what_was_and_readers_still_are);
	tcase_add_test(tc, who_asks_for_now_keeps_no_reader_from_what_is_known);
	tcase_add_test(tc,
		       a_reader_beside_one_who_asks_for_now_is_served_what_is_known_in_an_outage);
	tcase_add_test(tc, an_answer_that_is_an_error_is_never_hidden_behind_old_state);
	tcase_add_loop_test(tc, who_rode_along_and_was_not_answered_is_asked_for_again, 0,
			    ARRAY_SIZE(few));
	tcase_add_test(tc, what_was_known_of_one_who_was_not_answered_is_not_believed_for_ever);
	tcase_add_test(tc, what_was_changed_here_is_not_served_stale);
	tcase_add_test(tc, the_same_answer_keeps_the_same_bytes);
	tcase_add_test(tc, who_wants_only_what_is_known_causes_no_call);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

/* Many who wait for one answer; who stops waiting; and answers that come too late. */
#include <stdio.h>
#include <stdlib.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"

#define ASKERS 64

static void start_with_short_wait(void)
{
	store_start(SHORT_MS, 50);
}

static void start_with_no_ttl(void)
{
	store_start(0, 0);
}

START_TEST(many_who_ask_for_one_document_make_one_call)
{
	static struct question q[ASKERS];

	double_put(rig.aws, "services", "web", NULL);
	double_hold(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		q[i] = (struct question){.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};
		question_start(&q[i]);
	}
	double_await(rig.aws, "DescribeServices", 1);
	double_release(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		ck_assert_str_eq(question_end(&q[i]), "ok");
		ck_assert_ptr_eq(q[i].document.blob, q[0].document.blob);
	}
	for (int i = 0; i < ASKERS; i++)
		question_done(&q[i]);
	ck_assert_uint_eq(calls(NULL), 1);
}
END_TEST

START_TEST(many_who_ask_for_neighbours_share_their_batches)
{
	static struct question q[ASKERS];
	static char ids[ASKERS][16];

	double_put_many(rig.aws, "services", "n%02u", ASKERS);
	names_of(LIST_SERVICES, NULL);
	for (int i = 0; i < ASKERS; i++) {
		snprintf(ids[i], sizeof(ids[i]), "n%02d", i);
		q[i] = (struct question){.kind = KIND_SERVICE, .cluster = "prod", .id = ids[i]};
		question_start(&q[i]);
	}
	for (int i = 0; i < ASKERS; i++) {
		ck_assert_str_eq(question_end(&q[i]), "ok");
		ck_assert_ptr_nonnull(strstr(q[i].document.blob->bytes, ids[i]));
		question_done(&q[i]);
	}
	/* 64 of them in tens, and as many more as the order of asking left gaps */
	ck_assert_uint_le(calls("DescribeServices"), 7 + 3);
}
END_TEST

START_TEST(whoever_waits_for_one_thing_holds_up_nobody_else)
{
	static struct question q[24], other; /* fewer than there are connections */
	static char ids[ARRAY_SIZE(q)][16];

	double_put(rig.aws, "services", "web", NULL);
	double_hold(rig.aws, "DescribeTaskDefinition");
	for (size_t i = 0; i < ARRAY_SIZE(q); i++) {
		snprintf(ids[i], sizeof(ids[i]), "f:%zu", i + 1);
		q[i] = (struct question){.kind = KIND_REVISION, .cluster = "", .id = ids[i]};
		question_start(&q[i]);
	}
	double_await(rig.aws, "DescribeTaskDefinition", ARRAY_SIZE(q));
	other = (struct question){.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};
	question_start(&other);
	ck_assert_str_eq(question_end(&other), "ok");
	double_release(rig.aws, "DescribeTaskDefinition");
	for (size_t i = 0; i < ARRAY_SIZE(q); i++) {
		ck_assert_str_eq(question_end(&q[i]), "ENOENT");
		question_done(&q[i]);
	}
	question_done(&other);
}
END_TEST

START_TEST(many_who_list_make_one_list)
{
	static struct question q[ASKERS];

	double_put_many(rig.aws, "tasks", "t%03u", 250);
	double_hold(rig.aws, "ListTasks");
	for (int i = 0; i < ASKERS; i++) {
		q[i] = (struct question){.what = ASK_LIST, .query = {LIST_TASKS, "prod", NULL}};
		question_start(&q[i]);
	}
	double_await(rig.aws, "ListTasks", 1);
	double_release(rig.aws, "ListTasks");
	for (int i = 0; i < ASKERS; i++) {
		ck_assert_str_eq(question_end(&q[i]), "ok");
		ck_assert_uint_eq(q[i].listing->count, 250);
		question_done(&q[i]);
	}
	ck_assert_uint_eq(calls(NULL), 3);
}
END_TEST

START_TEST(all_who_wait_get_the_error_of_the_one_call)
{
	static struct question q[ASKERS];

	double_answer(rig.aws, "DescribeServices", 400, "{\"__type\":\"AccessDeniedException\"}");
	double_hold(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		q[i] = (struct question){.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};
		question_start(&q[i]);
	}
	double_await(rig.aws, "DescribeServices", 1);
	double_release(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		ck_assert_str_eq(question_end(&q[i]), "EACCES");
		ck_assert_str_eq(q[i].op.error.code, "AccessDeniedException");
	}
}
END_TEST

START_TEST(a_reply_that_started_before_a_write_is_not_cached)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	double_hold_after(rig.aws, "DescribeServices", 0);
	question_start(&q);
	double_await(rig.aws, "DescribeServices", 1);
	double_put(rig.aws, "services", "web", "{'desiredCount':5}");
	ck_assert_str_eq(change("UpdateService", "{'cluster':'prod','service':'web'}"), "ok");
	double_release(rig.aws, "DescribeServices");
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_ptr_nonnull(strstr(q.document.blob->bytes, "\"desiredCount\": 5\n"));
	question_done(&q);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "5");
	ck_assert_uint_eq(calls("DescribeServices"), 2);
}
END_TEST

START_TEST(a_list_that_started_before_a_write_is_not_cached)
{
	struct question q = {.what = ASK_LIST, .query = {LIST_TASKS, "prod", NULL}};

	double_hold(rig.aws, "ListTasks");
	question_start(&q);
	double_await(rig.aws, "ListTasks", 1);
	double_put(rig.aws, "tasks", "t1", NULL);
	ck_assert_str_eq(change("RunTask", "{'cluster':'prod','taskDefinition':'web'}"), "ok");
	double_release(rig.aws, "ListTasks");
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_uint_eq(q.listing->count, 1);
	question_done(&q);
}
END_TEST

START_TEST(an_interrupted_wait_ends_in_eintr_and_the_next_starts_anew)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	double_put(rig.aws, "services", "web", NULL);
	double_hold(rig.aws, "DescribeServices");
	question_start(&q);
	double_await(rig.aws, "DescribeServices", 1);
	cancel_trigger(&q.op.cancel);
	ck_assert_str_eq(question_end(&q), "EINTR");
	double_release(rig.aws, "DescribeServices");
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "ok");
	ck_assert_uint_eq(calls(NULL), 2);
}
END_TEST

START_TEST(an_interrupted_list_ends_in_eintr)
{
	struct question q = {.what = ASK_LIST, .query = {LIST_TASKS, "prod", NULL}};

	double_hold(rig.aws, "ListTasks");
	question_start(&q);
	double_await(rig.aws, "ListTasks", 1);
	cancel_trigger(&q.op.cancel);
	ck_assert_str_eq(question_end(&q), "EINTR");
	double_release(rig.aws, "ListTasks");
}
END_TEST

START_TEST(an_interrupted_change_ends_in_eintr)
{
	json_auto_t *request = json_pack("{s:s}", "service", "web");
	json_t *response = NULL;
	struct op op;

	op_init(&op);
	cancel_trigger(&op.cancel);
	ck_assert_errno(store_call(store, &op, "UpdateService", request, &response), "EINTR");
	op_done(&op);
	ck_assert_ptr_null(response);
}
END_TEST

START_TEST(who_was_interrupted_before_still_gets_what_is_known_and_waits_for_nothing_else)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	double_put(rig.aws, "services", "web", NULL);
	document_result(KIND_SERVICE, "web");
	double_hold(rig.aws, "DescribeServices");
	op_init(&q.op);
	cancel_trigger(&q.op.cancel);
	question_ask(&q);
	ck_assert_errno(q.result, "ok");
	question_done(&q);
	pass(SHORT_MS);
	question_ask(&q);
	ck_assert_errno(q.result, "EINTR");
	op_done(&q.op);
	double_release(rig.aws, "DescribeServices");
}
END_TEST

START_TEST(one_who_is_interrupted_leaves_the_others_waiting)
{
	struct question q[2] = {{.kind = KIND_SERVICE, .cluster = "prod", .id = "web"}};

	q[1] = q[0];
	double_put(rig.aws, "services", "web", NULL);
	double_hold(rig.aws, "DescribeServices");
	question_start(&q[0]);
	question_start(&q[1]);
	double_await(rig.aws, "DescribeServices", 1);
	cancel_trigger(&q[0].op.cancel);
	ck_assert_str_eq(question_end(&q[0]), "EINTR");
	double_release(rig.aws, "DescribeServices");
	ck_assert_str_eq(question_end(&q[1]), "ok");
	question_done(&q[1]);
}
END_TEST

START_TEST(no_wait_is_longer_than_the_longest)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	double_hold(rig.aws, "DescribeServices");
	question_start(&q);
	double_await(rig.aws, "DescribeServices", 1);
	pass(50);
	ck_assert_str_eq(question_end(&q), "ETIMEDOUT");
	double_release(rig.aws, "DescribeServices");
}
END_TEST

START_TEST(a_known_document_is_not_behind_a_blocked_one)
{
	static struct question q[ASKERS];
	static char ids[ASKERS][16];

	double_put(rig.aws, "clusters", "prod", NULL);
	document_result(KIND_CLUSTER, "prod");
	double_hold(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		snprintf(ids[i], sizeof(ids[i]), "n%02d", i);
		q[i] = (struct question){.kind = KIND_SERVICE, .cluster = "prod", .id = ids[i]};
		question_start(&q[i]);
	}
	double_await(rig.aws, "DescribeServices", 16);
	ck_assert_str_eq(document_result(KIND_CLUSTER, "prod"), "ok");
	double_release(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++)
		ck_assert_str_eq(question_end(&q[i]), "ENOENT");
}
END_TEST

START_TEST(a_list_waiter_for_a_name_does_not_wait_for_the_last_page)
{
	struct question q = {.what = ASK_NAME, .query = {LIST_TASKS, "prod", NULL}, .id = "t150"};

	double_put_many(rig.aws, "tasks", "t%03u", 350);
	double_hold_after(rig.aws, "ListTasks", 2);
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	q.id = "t349";
	question_start(&q);
	double_release(rig.aws, "ListTasks");
	ck_assert_str_eq(question_end(&q), "ok");
	q.id = "t350";
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ENOENT");
	ck_assert_uint_eq(calls(NULL), 4);
}
END_TEST

START_TEST(an_answer_that_nobody_may_keep_is_good_for_who_waited)
{
	static struct question q[ASKERS];

	double_put(rig.aws, "services", "web", NULL);
	double_put(rig.aws, "tasks", "t1", NULL);
	double_hold(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		q[i] = (struct question){.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};
		question_start(&q[i]);
	}
	double_await(rig.aws, "DescribeServices", 1);
	double_release(rig.aws, "DescribeServices");
	for (int i = 0; i < ASKERS; i++) {
		ck_assert_str_eq(question_end(&q[i]), "ok");
		question_done(&q[i]);
	}
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "t1 ");
	ck_assert_str_eq(find_result(LIST_TASKS, "t1"), "ok");
	ck_assert_str_eq(find_result(LIST_TASKS, "t2"), "ENOENT");
}
END_TEST

START_TEST(what_is_inactive_is_left_out_also_where_nothing_may_be_kept)
{
	double_put(rig.aws, "clusters", "old", "{'status':'INACTIVE'}");
	double_put(rig.aws, "clusters", "prod", "{'status':'ACTIVE'}");
	ck_assert_str_eq(document_result(KIND_CLUSTER, "old"), "ENOENT");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "prod ");
	ck_assert_uint_le(calls("DescribeClusters"), 2);
}
END_TEST

static void *ask_at_random(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (int i = 0; i < 200; i++) {
		struct question q = {.what = rand_r(&seed) % 3,
				     .kind = KIND_SERVICE,
				     .query = {LIST_SERVICES, "prod", NULL},
				     .cluster = "prod"};
		char id[16];

		snprintf(id, sizeof(id), "n%02d", rand_r(&seed) % 40);
		q.id = id;
		op_init(&q.op);
		if (rand_r(&seed) % 10 == 0)
			cancel_trigger(&q.op.cancel);
		question_ask(&q);
		op_done(&q.op);
		question_done(&q);
		if (rand_r(&seed) % 20 == 0)
			change("UpdateService", "{'cluster':'prod','service':'n03'}");
		if (rand_r(&seed) % 20 == 0)
			store_forget(store);
		if (rand_r(&seed) % 5 == 0)
			pass(1000);
	}
	return NULL;
}

/* For ThreadSanitizer and AddressSanitizer to look at. */
START_TEST(readers_writers_and_interruptions_do_not_get_in_each_others_way)
{
	pthread_t threads[16];

	double_put_many(rig.aws, "services", "n%02u", 30);
	for (uintptr_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, ask_at_random, (void *)i);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	pass(60000);
	ck_assert_str_eq(document_result(KIND_SERVICE, "n03"), "ok");
	ck_assert_str_eq(document_result(KIND_SERVICE, "n33"), "ENOENT");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("waiting");
	TCase *tc = tcase_create("waiting"), *hurried = tcase_create("short wait");
	TCase *forgetful = tcase_create("no ttl");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_test(tc, many_who_ask_for_one_document_make_one_call);
	tcase_add_test(tc, many_who_ask_for_neighbours_share_their_batches);
	tcase_add_test(tc, many_who_list_make_one_list);
	tcase_add_test(tc, whoever_waits_for_one_thing_holds_up_nobody_else);
	tcase_add_test(tc, all_who_wait_get_the_error_of_the_one_call);
	tcase_add_test(tc, a_reply_that_started_before_a_write_is_not_cached);
	tcase_add_test(tc, a_list_that_started_before_a_write_is_not_cached);
	tcase_add_test(tc, an_interrupted_wait_ends_in_eintr_and_the_next_starts_anew);
	tcase_add_test(tc, an_interrupted_list_ends_in_eintr);
	tcase_add_test(tc, an_interrupted_change_ends_in_eintr);
	tcase_add_test(
		tc, who_was_interrupted_before_still_gets_what_is_known_and_waits_for_nothing_else);
	tcase_add_test(tc, one_who_is_interrupted_leaves_the_others_waiting);
	tcase_add_test(tc, a_known_document_is_not_behind_a_blocked_one);
	tcase_add_test(tc, a_list_waiter_for_a_name_does_not_wait_for_the_last_page);
	tcase_add_test(tc, readers_writers_and_interruptions_do_not_get_in_each_others_way);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(hurried, 60);
	tcase_add_checked_fixture(hurried, start_with_short_wait, stop);
	tcase_add_test(hurried, no_wait_is_longer_than_the_longest);
	suite_add_tcase(suite, hurried);
	tcase_set_timeout(forgetful, 60);
	tcase_add_checked_fixture(forgetful, start_with_no_ttl, stop);
	tcase_add_test(forgetful, an_answer_that_nobody_may_keep_is_good_for_who_waited);
	tcase_add_test(forgetful, what_is_inactive_is_left_out_also_where_nothing_may_be_kept);
	suite_add_tcase(suite, forgetful);
	return unit_run(suite);
}

/* What was made here is there at once, though List and Describe do not know of it yet. */
#include <pthread.h>
#include <stdio.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"

#define ARN "arn:aws:ecs:us-east-1:123456789012:"
#define TASK                                                                                       \
	"{\"taskArn\": \"" ARN "task/prod/t9\", \"desiredStatus\": \"%s\", "                       \
	"\"startedBy\": \"job\", \"containerInstanceArn\": \"" ARN "container-instance/prod/i9\"}"
#define REVISION "{\"taskDefinitionArn\": \"" ARN "task-definition/web:7\", \"status\": \"%s\"}"

/* Each action, its answer with %s for a status, and what is made by it. */
static const struct {
	const char *action, *request, *answer, *status;
	enum kind kind;
	const char *id;
	enum list list;
	const char *key, *value; /* of the list's filter */
	const char *name;
} makings[] = {
	{"CreateCluster", "{}", "{\"cluster\": {\"clusterArn\": \"" ARN "cluster/default\"}}", "",
	 KIND_CLUSTER, "default", LIST_COUNT, NULL, NULL, NULL},
	{"CreateService", "{'cluster':'prod','serviceName':'web'}",
	 "{\"service\": {\"serviceArn\": \"" ARN "service/prod/web\"}}", "", KIND_SERVICE, "web",
	 LIST_SERVICES, NULL, NULL, "web"},
	{"RunTask", "{'cluster':'prod'}", "{\"tasks\": [" TASK "]}", "RUNNING", KIND_TASK, "t9",
	 LIST_TASKS, NULL, NULL, "t9"},
	{"RunTask", "{'cluster':'" ARN "cluster/prod'}", "{\"tasks\": [" TASK "]}", "RUNNING",
	 KIND_TASK, "t9", LIST_TASKS, "containerInstance", "i9", "t9"},
	{"StartTask", "{'cluster':'prod'}", "{\"tasks\": [" TASK "]}", "RUNNING", KIND_TASK, "t9",
	 LIST_TASKS_AS_ASKED, "startedBy", "job", "t9"},
	{"StopTask", "{'cluster':'prod','task':'t9'}", "{\"task\": " TASK "}", "STOPPED", KIND_TASK,
	 "t9", LIST_STOPPED_TASKS, NULL, NULL, "t9"},
	{"RegisterTaskDefinition", "{'family':'web'}", "{\"taskDefinition\": " REVISION "}",
	 "ACTIVE", KIND_REVISION, "web:7", LIST_REVISIONS, "familyPrefix", "web", "web:7"},
	{"RegisterTaskDefinition", "{'family':'web'}", "{\"taskDefinition\": " REVISION "}",
	 "ACTIVE", KIND_REVISION, "web:7", LIST_FAMILIES, NULL, NULL, "web"},
	{"DeregisterTaskDefinition", "{'taskDefinition':'web:7'}",
	 "{\"taskDefinition\": " REVISION "}", "INACTIVE", KIND_REVISION, "web:7",
	 LIST_INACTIVE_REVISIONS, "familyPrefix", "web", "web:7"},
};

static const char *names(size_t i)
{
	json_auto_t *filters =
		makings[i].key ? json_pack("{s:s}", makings[i].key, makings[i].value) : NULL;

	if (makings[i].list == LIST_TASKS_AS_ASKED)
		json_object_set_new(filters, "desiredStatus", json_string("RUNNING"));
	return names_of(makings[i].list, filters);
}

static void make(size_t i)
{
	char answer[1024];

	snprintf(answer, sizeof(answer), makings[i].answer, makings[i].status);
	double_answer(rig.aws, makings[i].action, 200, answer);
	ck_assert_str_eq(change(makings[i].action, makings[i].request), "ok");
}

START_TEST(what_was_made_is_listed_and_shown_at_once)
{
	char listed[64];

	ck_assert_str_eq(document_result(makings[_i].kind, makings[_i].id), "ENOENT");
	if (makings[_i].name)
		ck_assert_str_eq(names(_i), "");
	make(_i);
	ck_assert_str_eq(document_result(makings[_i].kind, makings[_i].id), "ok");
	if (!makings[_i].name)
		return;
	snprintf(listed, sizeof(listed), "%s ", makings[_i].name);
	ck_assert_str_eq(names(_i), listed);
}
END_TEST

START_TEST(but_aws_has_the_last_word)
{
	make(_i);
	pass(LONG_MS);
	ck_assert_str_eq(document_result(makings[_i].kind, makings[_i].id), "ENOENT");
	if (makings[_i].name)
		ck_assert_str_eq(names(_i), "");
}
END_TEST

/* Rows of makings. */
enum { SERVICE = 1, RUN = 2, START = 4, STOP = 5, REGISTER = 6, DEREGISTER = 8 };

START_TEST(what_describe_knows_is_what_is_shown)
{
	make(RUN);
	ck_assert_str_eq(member_of(KIND_TASK, "t9", "startedBy"), "job");
	double_put(rig.aws, "tasks", "t9", "{'startedBy':'aws'}");
	pass(1000);
	ck_assert_str_eq(member_of(KIND_TASK, "t9", "startedBy"), "aws");
}
END_TEST

START_TEST(a_task_that_has_ended_since_is_not_among_the_running)
{
	make(RUN);
	ck_assert_str_eq(names(RUN), "t9 ");
	ck_assert_str_eq(names(START), "t9 ");
	double_put(rig.aws, "tasks", "t9", "{'desiredStatus':'STOPPED','lastStatus':'STOPPED'}");
	ck_assert_str_eq(member_of(KIND_TASK, "t9", "desiredStatus"), "STOPPED");
	double_remove(rig.aws, "tasks", "t9");
	pass(SHORT_MS);
	ck_assert_str_eq(names(RUN), "");
	ck_assert_str_eq(names(START), "");
}
END_TEST

START_TEST(a_revision_that_was_taken_back_is_in_its_list_no_more)
{
	make(REGISTER);
	make(DEREGISTER);
	ck_assert_str_eq(names(REGISTER), "");
	ck_assert_str_eq(names(REGISTER + 1), "");
	ck_assert_str_eq(names(DEREGISTER), "web:7 ");
}
END_TEST

START_TEST(what_was_ended_here_has_ended_before_describe_says_so)
{
	double_put(rig.aws, "tasks", "t9", "{'desiredStatus':'RUNNING'}");
	double_put(rig.aws, "taskDefinitions", "web:7", "{'status':'ACTIVE'}");
	make(STOP);
	make(DEREGISTER);
	ck_assert_str_eq(member_of(KIND_TASK, "t9", "desiredStatus"), "STOPPED");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:7", "status"), "INACTIVE");
	pass(LONG_MS);
	ck_assert_str_eq(member_of(KIND_TASK, "t9", "desiredStatus"), "RUNNING");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:7", "status"), "ACTIVE");
}
END_TEST

START_TEST(what_was_deleted_again_is_not_shown)
{
	make(SERVICE);
	double_answer(rig.aws, "DeleteService", 200, "{\"service\": {}}");
	ck_assert_str_eq(change("DeleteService", "{'cluster':'prod','service':'web'}"), "ok");
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "ENOENT");
	ck_assert_str_eq(names(SERVICE), "");
}
END_TEST

/* An answer that is not what the API promises makes nothing, and harms nothing. */
static const char *const odd_answers[] = {
	"{}",
	"{\"tasks\": null}",
	"{\"tasks\": [null, 1, \"x\", [], {}]}",
	"{\"tasks\": {\"taskArn\": 1}}",
	"{\"tasks\": \"x\"}",
};

START_TEST(an_odd_answer_makes_nothing)
{
	double_answer(rig.aws, "RunTask", 200, odd_answers[_i]);
	ck_assert_str_eq(change("RunTask", "{'cluster':'prod'}"), "ok");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "");
}
END_TEST

#define SERVICE "{\"service\": {\"serviceArn\": \"" ARN "service/prod/web\", %s}}"

/* UpdateService answers with these members. */
static void update(const char *members)
{
	char answer[512];

	snprintf(answer, sizeof(answer), SERVICE, members);
	double_answer(rig.aws, "UpdateService", 200, answer);
	ck_assert_str_eq(change("UpdateService", "{'cluster':'prod','service':'web'}"), "ok");
}

START_TEST(what_an_update_answers_is_what_is_there)
{
	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	update("\"desiredCount\": 2");
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "2");
	ck_assert_uint_eq(calls("DescribeServices"), 1);
	/* For its time, and then it is asked for. */
	pass(SHORT_MS);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
}
END_TEST

START_TEST(the_tags_that_an_update_does_not_tell_of_are_as_they_were)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	double_put(rig.aws, "services", "web", "{'tags':[{'key':'a','value':'b'}]}");
	document_result(KIND_SERVICE, "web");
	update("\"desiredCount\": 2");
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_ptr_nonnull(strstr(q.document.blob->bytes, "\"key\": \"a\""));
	ck_assert_ptr_nonnull(strstr(q.document.blob->bytes, "\"desiredCount\": 2"));
	question_done(&q);
	ck_assert_uint_eq(calls("DescribeServices"), 1);
}
END_TEST

START_TEST(an_update_that_tells_less_than_was_known_is_no_answer)
{
	double_put(rig.aws, "services", "web", "{'desiredCount':1,'status':'ACTIVE'}");
	document_result(KIND_SERVICE, "web");
	update("\"desiredCount\": 2");
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "status"), "ACTIVE");
	ck_assert_uint_eq(calls("DescribeServices"), 2);
}
END_TEST

/* Says @word of the service's document. */
static void service_says(const char *word)
{
	struct question q = {.kind = KIND_SERVICE, .cluster = "prod", .id = "web"};

	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_msg(strstr(q.document.blob->bytes, word) != NULL, "no %s in %s", word,
		      q.document.blob->bytes);
	question_done(&q);
}

START_TEST(tags_that_were_changed_since_they_were_read_are_asked_for)
{
	double_put(rig.aws, "services", "web", "{'tags':[{'key':'a','value':'old'}]}");
	service_says("old");
	double_answer(rig.aws, "TagResource", 200, "{}");
	ck_assert_str_eq(change("TagResource", "{'resourceArn':'" ARN "service/prod/web',"
					       "'tags':[{'key':'a','value':'new'}]}"),
			 "ok");
	double_put(rig.aws, "services", "web", "{'tags':[{'key':'a','value':'new'}]}");
	update("\"desiredCount\": 2");
	service_says("new");
}
END_TEST

START_TEST(an_update_makes_what_it_does_not_tell_of_no_younger)
{
	double_put(rig.aws, "services", "web", "{'tags':[{'key':'a','value':'old'}]}");
	service_says("old");
	double_put(rig.aws, "services", "web", "{'tags':[{'key':'a','value':'new'}]}");
	pass(SHORT_MS - 1);
	update("\"desiredCount\": 2");
	service_says("old");
	pass(1);
	service_says("new");
	/* It is too old now for an update to go by. */
	double_put(rig.aws, "services", "web", "{'tags':[{'key':'a','value':'newest'}]}");
	pass(SHORT_MS);
	update("\"desiredCount\": 3");
	service_says("newest");
}
END_TEST

/* AWS answers [] for what was not included, too. */
START_TEST(an_empty_member_of_an_answer_tells_nothing_of_one_that_was_not)
{
	double_put(rig.aws, "services", "web",
		   "{'tags':[{'key':'a','value':'b'}],'events':[{'id':'1'}]}");
	service_says("\"id\": \"1\"");
	update("\"desiredCount\": 2, \"tags\": [], \"events\": [{\"id\": \"2\"}]");
	service_says("\"id\": \"2\"");
	service_says("\"key\": \"a\"");
	ck_assert_uint_eq(calls("DescribeServices"), 1);
	update("\"desiredCount\": 2, \"tags\": [], \"events\": []");
	service_says("\"id\": \"1\"");
	ck_assert_uint_eq(calls("DescribeServices"), 2);
}
END_TEST

static void *update_other(void *arg)
{
	(void)arg;
	change("UpdateCluster", "{'cluster':'other'}");
	return NULL;
}

START_TEST(of_two_changes_at_one_time_neither_answer_is_believed)
{
	pthread_t other;

	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	document_result(KIND_SERVICE, "web");
	double_answer(rig.aws, "UpdateCluster", 200, "{}");
	double_hold(rig.aws, "UpdateCluster");
	ck_assert_int_eq(pthread_create(&other, NULL, update_other, NULL), 0);
	double_await(rig.aws, "UpdateCluster", 1);
	update("\"desiredCount\": 2");
	double_release(rig.aws, "UpdateCluster");
	pthread_join(other, NULL);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("made");
	TCase *tc = tcase_create("made");

	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_loop_test(tc, what_was_made_is_listed_and_shown_at_once, 0, ARRAY_SIZE(makings));
	tcase_add_loop_test(tc, but_aws_has_the_last_word, 0, ARRAY_SIZE(makings));
	tcase_add_test(tc, what_describe_knows_is_what_is_shown);
	tcase_add_test(tc, a_task_that_has_ended_since_is_not_among_the_running);
	tcase_add_test(tc, a_revision_that_was_taken_back_is_in_its_list_no_more);
	tcase_add_test(tc, what_was_ended_here_has_ended_before_describe_says_so);
	tcase_add_test(tc, what_was_deleted_again_is_not_shown);
	tcase_add_loop_test(tc, an_odd_answer_makes_nothing, 0, ARRAY_SIZE(odd_answers));
	tcase_add_test(tc, what_an_update_answers_is_what_is_there);
	tcase_add_test(tc, the_tags_that_an_update_does_not_tell_of_are_as_they_were);
	tcase_add_test(tc, an_update_that_tells_less_than_was_known_is_no_answer);
	tcase_add_test(tc, tags_that_were_changed_since_they_were_read_are_asked_for);
	tcase_add_test(tc, an_update_makes_what_it_does_not_tell_of_no_younger);
	tcase_add_test(tc, an_empty_member_of_an_answer_tells_nothing_of_one_that_was_not);
	tcase_add_test(tc, of_two_changes_at_one_time_neither_answer_is_believed);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

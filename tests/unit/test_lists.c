/* Lists: pages, names, what is INACTIVE, and the changes that AWS does not show yet. */
#include <stdio.h>
#include <stdlib.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"

#define ARN "arn:aws:ecs:us-east-1:123456789012:"

START_TEST(all_pages_are_one_list)
{
	struct question q = {.what = ASK_LIST, .query = {LIST_TASKS, "prod", NULL}};

	double_put_many(rig.aws, "tasks", "t%03u", 250);
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_uint_eq(q.listing->count, 250);
	ck_assert_str_eq(q.listing->names[249], "t249");
	ck_assert_int_eq(q.expires_ms, START_MS + SHORT_MS);
	question_done(&q);
	ck_assert_uint_eq(calls(NULL), 3);
}
END_TEST

START_TEST(a_list_is_believed_for_its_time_and_then_asked_again)
{
	double_put(rig.aws, "services", "a", NULL);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "a ");
	double_put(rig.aws, "services", "b", NULL);
	pass(SHORT_MS - 1);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "a ");
	pass(1);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "a b ");
	ck_assert_uint_eq(calls(NULL), 2);
}
END_TEST

START_TEST(running_and_stopped_are_asked_for_by_name)
{
	names_of(LIST_TASKS, NULL);
	json_auto_t *running = double_last_request(rig.aws, "ListTasks");
	names_of(LIST_STOPPED_TASKS, NULL);
	json_auto_t *stopped = double_last_request(rig.aws, "ListTasks");
	json_auto_t *expected = json_pack("{s:s, s:s, s:i}", "desiredStatus", "RUNNING", "cluster",
					  "prod", "maxResults", 100);
	ck_assert(json_equal(running, expected));
	ck_assert_str_eq(json_string_value(json_object_get(stopped, "desiredStatus")), "STOPPED");
}
END_TEST

START_TEST(lists_with_other_filters_are_other_lists)
{
	json_auto_t *web = json_pack("{s:s}", "serviceName", "web");
	json_auto_t *api = json_pack("{s:s}", "serviceName", "api");

	names_of(LIST_TASKS, web);
	names_of(LIST_TASKS, api);
	names_of(LIST_TASKS, NULL);
	ck_assert_uint_eq(calls("ListTasks"), 3);
	names_of(LIST_TASKS, web);
	ck_assert_uint_eq(calls("ListTasks"), 3);
}
END_TEST

static const struct {
	int status;
	const char *body, *result;
} answers[] = {
	{400, "{\"__type\":\"ClusterNotFoundException\"}", "ENOENT"},
	{400, "{\"__type\":\"AccessDeniedException\"}", "EACCES"},
	{500, "", "EREMOTEIO"},
	{200, "", "EPROTO"},
	{200, "{}", "EPROTO"},
	{200, "{\"serviceArns\":\"a\"}", "EPROTO"},
	{200, "{\"serviceArns\":[7]}", "EPROTO"},
	{200, "{\"serviceArns\":[null]}", "EPROTO"},
	{200, "{\"serviceArns\":[{\"arn\":\"a\"}]}", "EPROTO"},
	{200, "{\"serviceArns\":[\"" ARN "service/prod/a\",\"" ARN "service/prod/a\"]}", "a "},
	{200, "{\"serviceArns\":[\"" ARN "service/b\",\"a\"]}", "a b "},
	/* what cannot be asked for by name is passed over */
	{200, "{\"serviceArns\":[\"" ARN "service/prod/a\",\"" ARN "service/prod/x\\u0000y\"]}",
	 "a "},
	{200, "{\"serviceArns\":[\"\",\"" ARN "service/prod/\"]}", ""},
	{200, "{\"serviceArns\":[\"" ARN "service/prod/..\",\"a\\nb\"]}", ".. a\nb "},
};

START_TEST(a_failed_list_is_an_error_and_never_empty)
{
	double_put(rig.aws, "services", "web", NULL);
	double_answer(rig.aws, "ListServices", answers[_i].status, answers[_i].body);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), answers[_i].result);
	double_answer(rig.aws, "ListServices", 200, NULL);
	pass(SHORT_MS);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "web ");
}
END_TEST

START_TEST(a_list_that_fails_on_its_second_page_keeps_nothing_of_the_first)
{
	static const char *const pages[] = {"{\"serviceArns\":[\"a\"],\"nextToken\":\"1\"}", "{}"};

	double_answer_in_turn(rig.aws, "ListServices", pages, 2);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "EPROTO");
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "EPROTO");
}
END_TEST

static const char *const one_token[] = {"{\"serviceArns\":[\"a\"],\"nextToken\":\"1\"}"};
static const char *const two_tokens[] = {"{\"serviceArns\":[\"a\"],\"nextToken\":\"1\"}",
					 "{\"serviceArns\":[\"b\"],\"nextToken\":\"2\"}"};
static const char *const after_a_while[] = {
	"{\"serviceArns\":[\"a\"],\"nextToken\":\"1\"}",
	"{\"serviceArns\":[\"b\"],\"nextToken\":\"2\"}",
	"{\"serviceArns\":[\"c\"],\"nextToken\":\"3\"}",
	"{\"serviceArns\":[\"d\"],\"nextToken\":\"4\"}",
	"{\"serviceArns\":[\"e\"],\"nextToken\":\"5\"}",
};
static const char *const empty_pages[] = {"{\"serviceArns\":[],\"nextToken\":\"1\"}",
					  "{\"serviceArns\":[],\"nextToken\":\"2\"}"};
static const struct {
	const char *const *pages;
	unsigned count;
} endless[] = {{one_token, 1}, {two_tokens, 2}, {after_a_while, 5}, {empty_pages, 2}};

START_TEST(a_page_token_that_repeats_is_refused)
{
	double_answer_in_turn(rig.aws, "ListServices", endless[_i].pages, endless[_i].count);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "EPROTO");
	ck_assert_uint_le(calls(NULL), 4 * endless[_i].count);
}
END_TEST

START_TEST(a_long_name_is_kept_whole)
{
	char body[8192], name[5001];
	struct question q = {.what = ASK_LIST, .query = {LIST_FAMILIES, "", NULL}};

	memset(name, 'x', 5000);
	name[5000] = '\0';
	snprintf(body, sizeof(body), "{\"families\":[\"%s\"]}", name);
	double_answer(rig.aws, "ListTaskDefinitionFamilies", 200, body);
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_uint_eq(q.listing->count, 1);
	ck_assert(strcmp(q.listing->names[0], name) == 0);
	question_done(&q);
}
END_TEST

START_TEST(a_family_prefix_is_not_a_family)
{
	json_auto_t *web = json_pack("{s:s}", "familyPrefix", "web");

	double_put(rig.aws, "taskDefinitions", "web:1", NULL);
	double_put(rig.aws, "taskDefinitions", "web:2", NULL);
	double_put(rig.aws, "taskDefinitions", "web-admin:1", NULL);
	double_put(rig.aws, "taskDefinitions", "we:1", NULL);
	ck_assert_str_eq(names_of(LIST_REVISIONS, web), "web:1 web:2 ");
}
END_TEST

START_TEST(a_revision_is_asked_again_when_a_list_says_that_its_status_is_another)
{
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'ACTIVE'}");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "status"), "ACTIVE");
	ck_assert_str_eq(names_of(LIST_REVISIONS, NULL), "web:1 ");
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'INACTIVE'}");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "status"), "ACTIVE");
	ck_assert_str_eq(names_of(LIST_INACTIVE_REVISIONS, NULL), "web:1 ");
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "status"), "INACTIVE");
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), 2);
}
END_TEST

START_TEST(an_inactive_cluster_is_not_there)
{
	double_put(rig.aws, "clusters", "old", "{'status':'INACTIVE'}");
	double_put(rig.aws, "clusters", "prod", "{'status':'ACTIVE'}");
	/* Until it was looked at, nobody can know. */
	ck_assert_str_eq(document_result(KIND_CLUSTER, "old"), "ENOENT");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "prod ");
	ck_assert_str_eq(find_result(LIST_CLUSTERS, "old"), "ENOENT");
	pass(LONG_MS);
	ck_assert_str_eq(find_result(LIST_CLUSTERS, "old"), "ENOENT");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "prod ");
}
END_TEST

START_TEST(a_cluster_that_was_created_anew_is_there_again)
{
	double_put(rig.aws, "clusters", "old", "{'status':'INACTIVE'}");
	document_result(KIND_CLUSTER, "old");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "");
	double_put(rig.aws, "clusters", "old", "{'status':'ACTIVE'}");
	pass(LONG_MS);
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "old ");
	ck_assert_str_eq(document_result(KIND_CLUSTER, "old"), "ok");
}
END_TEST

START_TEST(a_cluster_deleted_here_does_not_come_back_because_a_server_goes_on_listing_it)
{
	double_put(rig.aws, "clusters", "old", "{'status':'ACTIVE'}");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "old ");
	ck_assert_str_eq(change("DeleteCluster", "{'cluster':'old'}"), "ok");
	double_put(rig.aws, "clusters", "old", "{'status':'INACTIVE'}");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "");
	ck_assert_str_eq(find_result(LIST_CLUSTERS, "old"), "ENOENT");
	for (int i = 0; i < 30; i++) {
		pass(LONG_MS);
		ck_assert_str_eq(find_result(LIST_CLUSTERS, "old"), "ENOENT");
		ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "");
	}
	double_put(rig.aws, "clusters", "old", "{'status':'ACTIVE'}");
	ck_assert_str_eq(change("CreateCluster", "{'clusterName':'old'}"), "ok");
	ck_assert_str_eq(find_result(LIST_CLUSTERS, "old"), "ok");
}
END_TEST

START_TEST(a_name_in_a_known_list_costs_nothing_and_so_does_one_that_is_not)
{
	double_put(rig.aws, "services", "web", NULL);
	names_of(LIST_SERVICES, NULL);
	ck_assert_str_eq(find_result(LIST_SERVICES, "web"), "ok");
	ck_assert_str_eq(find_result(LIST_SERVICES, "other"), "ENOENT");
	ck_assert_uint_eq(calls(NULL), 1);
}
END_TEST

START_TEST(a_name_of_a_long_list_is_proved_by_one_describe)
{
	double_put_many(rig.aws, "tasks", "t%03u", 250);
	names_of(LIST_TASKS, NULL);
	for (unsigned i = 0; i < 250; i++) {
		char id[16];
		snprintf(id, sizeof(id), "t%03u", i);
		double_put(rig.aws, "tasks", id, "{'desiredStatus':'RUNNING'}");
	}
	pass(SHORT_MS);
	ck_assert_str_eq(find_result(LIST_TASKS, "t100"), "ok");
	ck_assert_uint_eq(calls("ListTasks"), 3);
	ck_assert_uint_eq(calls("DescribeTasks"), 1);
	double_remove(rig.aws, "tasks", "t100");
	pass(SHORT_MS);
	ck_assert_str_eq(find_result(LIST_TASKS, "t100"), "ENOENT");
}
END_TEST

START_TEST(a_task_that_has_stopped_is_no_running_one_though_describe_knows_it)
{
	double_put_many(rig.aws, "tasks", "t%03u", 150);
	names_of(LIST_TASKS, NULL);
	double_put(rig.aws, "tasks", "t100", "{'desiredStatus':'STOPPED'}");
	/* Describe tells of it for an hour, while the List of those RUNNING does not. */
	double_answer(rig.aws, "ListTasks", 200, "{\"taskArns\":[]}");
	pass(SHORT_MS);
	ck_assert_str_eq(find_result(LIST_TASKS, "t100"), "ENOENT");
}
END_TEST

START_TEST(a_revision_that_is_read_for_ever_is_not_listed_for_ever)
{
	json_auto_t *web = json_pack("{s:s}", "familyPrefix", "web");
	struct question q = {.what = ASK_NAME, .query = {LIST_REVISIONS, "", web}, .id = "web:100"};

	double_put_many(rig.aws, "taskDefinitions", "web:%u", 150);
	double_put(rig.aws, "taskDefinitions", "web:100", "{'status':'ACTIVE'}");
	names_of(LIST_REVISIONS, web);
	document_result(KIND_REVISION, "web:100");
	pass(LONG_MS);
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_int_le(q.expires_ms, START_MS + 2 * LONG_MS);
}
END_TEST

START_TEST(what_is_known_of_a_list_is_served_when_aws_cannot_be_reached)
{
	double_put(rig.aws, "services", "web", NULL);
	names_of(LIST_SERVICES, NULL);
	double_go_away(rig.aws);
	pass(SHORT_MS);
	ck_assert_str_eq(names_of(LIST_SERVICES, NULL), "web ");
	ck_assert_str_eq(find_result(LIST_SERVICES, "web"), "ok");
	ck_assert(store_is_stale(store));
	double_come_back(rig.aws);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lists");
	TCase *tc = tcase_create("lists");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_test(tc, all_pages_are_one_list);
	tcase_add_test(tc, a_list_is_believed_for_its_time_and_then_asked_again);
	tcase_add_test(tc, running_and_stopped_are_asked_for_by_name);
	tcase_add_test(tc, lists_with_other_filters_are_other_lists);
	tcase_add_loop_test(tc, a_failed_list_is_an_error_and_never_empty, 0, ARRAY_SIZE(answers));
	tcase_add_test(tc, a_list_that_fails_on_its_second_page_keeps_nothing_of_the_first);
	tcase_add_loop_test(tc, a_page_token_that_repeats_is_refused, 0, ARRAY_SIZE(endless));
	tcase_add_test(tc, a_long_name_is_kept_whole);
	tcase_add_test(tc, a_family_prefix_is_not_a_family);
	tcase_add_test(tc, a_revision_is_asked_again_when_a_list_says_that_its_status_is_another);
	tcase_add_test(tc, an_inactive_cluster_is_not_there);
	tcase_add_test(tc, a_cluster_that_was_created_anew_is_there_again);
	tcase_add_test(
		tc, a_cluster_deleted_here_does_not_come_back_because_a_server_goes_on_listing_it);
	tcase_add_test(tc, a_name_in_a_known_list_costs_nothing_and_so_does_one_that_is_not);
	tcase_add_test(tc, a_name_of_a_long_list_is_proved_by_one_describe);
	tcase_add_test(tc, a_task_that_has_stopped_is_no_running_one_though_describe_knows_it);
	tcase_add_test(tc, a_revision_that_is_read_for_ever_is_not_listed_for_ever);
	tcase_add_test(tc, what_is_known_of_a_list_is_served_when_aws_cannot_be_reached);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

/* One call: what is sent, what is counted and audited, what its answer means. */
#include <stdio.h>

#include "rig.h"

#include "ecsfs/base/cleanup.h"

static struct rig rig;
static struct op op;

static void start(void)
{
	rig_start(&rig);
	op_init(&op);
	op.path = "/clusters/prod/services/web/desiredCount";
	op.command = "bash";
	op.uid = 1000;
	op.pid = 4711;
}

static void stop(void)
{
	op_done(&op);
	rig_stop(&rig);
}

static int call(const char *action, const char *request_text, json_t **ret_response)
{
	json_auto_t *request = json_loads(request_text, 0, NULL);

	ck_assert_ptr_nonnull(request);
	return ecs_call(rig.ecs, &op, ecs_action_find(action), request, ret_response);
}

static void assert_audit_has(const char *what)
{
	struct buf text = {0};

	ring_text(rig.audit, &text);
	ck_assert_msg(text.data && strstr(text.data, what), "no %s in: %s", what, text.data);
	buf_done(&text);
}

START_TEST(the_request_arrives_as_it_was_given_and_the_answer_comes_back)
{
	json_auto_t *response = NULL, *arrived = NULL;
	json_auto_t *expected = json_pack("{s:[s]}", "clusters", "prod");

	double_put(rig.aws, "clusters", "prod", "{'status':'ACTIVE'}");
	ck_assert_errno(call("DescribeClusters", "{\"clusters\":[\"prod\"]}", &response), "ok");
	arrived = double_last_request(rig.aws, "DescribeClusters");
	ck_assert(json_equal(arrived, expected));
	json_t *cluster = json_array_get(json_object_get(response, "clusters"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(cluster, "status")), "ACTIVE");
}
END_TEST

static const struct {
	int status;
	const char *body, *errno_name, *code;
} answers[] = {
	{400, "{\"__type\":\"ClusterNotFoundException\",\"message\":\"no\"}", "ENOENT",
	 "ClusterNotFoundException"},
	{400, "{\"__type\":\"com.amazonaws.ecs#AccessDeniedException\",\"Message\":\"no\"}",
	 "EACCES", "AccessDeniedException"},
	{400, "{\"__type\":\"InvalidParameterException\",\"message\":\"no\"}", "EINVAL",
	 "InvalidParameterException"},
	{400, "{\"__type\":\"SomethingNewException\",\"message\":\"no\"}", "EREMOTEIO",
	 "SomethingNewException"},
	{200, "", "EPROTO", ""},
	{200, "{\"clusters\":[", "EPROTO", ""},
	{200, "[]", "EPROTO", ""},
	{200, "\"text\"", "EPROTO", ""},
	{200, "<html></html>", "EPROTO", ""},
};

START_TEST(an_answer_that_is_no_success_is_the_errno_of_the_table)
{
	json_auto_t *response = NULL;

	double_answer(rig.aws, "DescribeClusters", answers[_i].status, answers[_i].body);
	ck_assert_errno(call("DescribeClusters", "{}", &response), answers[_i].errno_name);
	ck_assert_ptr_null(response);
	ck_assert_str_eq(error_name(op.error.errnum), answers[_i].errno_name);
	ck_assert_str_eq(op.error.code, answers[_i].code);
	ck_assert_msg(strstr(op.error.message, "DescribeClusters: ") == op.error.message, "%s",
		      op.error.message);
}
END_TEST

START_TEST(a_success_leaves_no_error_of_an_earlier_attempt)
{
	json_auto_t *response = NULL;

	double_answer_once(rig.aws, "DescribeClusters", 503, "{}");
	ck_assert_errno(call("DescribeClusters", "{}", &response), "ok");
	ck_assert_uint_eq(double_calls(rig.aws, "DescribeClusters"), 2);
	ck_assert_int_eq(op.error.errnum, 0);
	ck_assert_str_eq(op.error.message, "");
}
END_TEST

START_TEST(a_name_with_a_nul_does_not_fail_the_answer)
{
	json_auto_t *response = NULL;

	double_answer(rig.aws, "ListClusters", 200, "{\"clusterArns\":[\"a\\u0000b\"]}");
	ck_assert_errno(call("ListClusters", "{}", &response), "ok");
}
END_TEST

static const char *const with_token[] = {"RunTask", "CreateService", "CreateTaskSet"};

START_TEST(a_client_token_is_sent_and_differs_from_call_to_call)
{
	json_auto_t *first_response = NULL, *second_response = NULL;

	call(with_token[_i], "{\"cluster\":\"prod\"}", &first_response);
	json_auto_t *first = double_last_request(rig.aws, with_token[_i]);
	call(with_token[_i], "{\"cluster\":\"prod\"}", &second_response);
	json_auto_t *second = double_last_request(rig.aws, with_token[_i]);
	const char *a = json_string_value(json_object_get(first, "clientToken"));
	const char *b = json_string_value(json_object_get(second, "clientToken"));
	ck_assert_uint_eq(strlen(a), 32);
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(the_writers_own_client_token_is_kept)
{
	json_auto_t *response = NULL;

	call("RunTask", "{\"clientToken\":\"mine\"}", &response);
	json_auto_t *request = double_last_request(rig.aws, "RunTask");
	ck_assert_str_eq(json_string_value(json_object_get(request, "clientToken")), "mine");
}
END_TEST

START_TEST(an_action_without_client_tokens_gets_none)
{
	json_auto_t *response = NULL;

	call("UpdateService", "{\"service\":\"web\"}", &response);
	json_auto_t *request = double_last_request(rig.aws, "UpdateService");
	ck_assert_uint_eq(json_object_size(request), 1);
}
END_TEST

/* An attempt that may have reached AWS is repeated only where twice does what once does. */
static const struct {
	const char *action, *request;
	unsigned attempts;
} repeats[] = {
	{"DescribeClusters", "{}", 3},
	{"RunTask", "{}", 3},
	{"UpdateService", "{\"desiredCount\":1}", 3},
	{"UpdateService", "{\"forceNewDeployment\":true}", 1},
	{"RegisterTaskDefinition", "{}", 1},
	{"StartTask", "{}", 1},
};

START_TEST(what_may_have_happened_is_repeated_only_if_that_is_safe)
{
	json_auto_t *response = NULL;

	double_answer(rig.aws, repeats[_i].action, 500, "{}");
	ck_assert_errno(call(repeats[_i].action, repeats[_i].request, &response), "EREMOTEIO");
	ck_assert_uint_eq(double_calls(rig.aws, repeats[_i].action), repeats[_i].attempts);
}
END_TEST

START_TEST(a_change_is_audited_with_who_what_and_how_it_ended)
{
	json_auto_t *response = NULL;

	call("UpdateService", "{\"service\":\"web\",\"desiredCount\":5}", &response);
	assert_audit_has("2026-09-21T14:13:20.000Z uid=1000 pid=4711 command=bash "
			 "path=/clusters/prod/services/web/desiredCount action=UpdateService "
			 "outcome=ok requestId=req-UpdateService "
			 "request={\"service\":\"web\",\"desiredCount\":5}\n");
}
END_TEST

START_TEST(a_refused_change_is_audited_too)
{
	json_auto_t *response = NULL;

	double_answer(rig.aws, "StopTask", 400, "{\"__type\":\"AccessDeniedException\"}");
	call("StopTask", "{\"task\":\"t\"}", &response);
	assert_audit_has("action=StopTask outcome=EACCES requestId=req-StopTask");
}
END_TEST

START_TEST(a_reading_call_is_not_audited)
{
	json_auto_t *response = NULL;
	struct buf text = {0};

	call("ListClusters", "{}", &response);
	ring_text(rig.audit, &text);
	ck_assert_uint_eq(text.len, 0);
	buf_done(&text);
}
END_TEST

START_TEST(no_byte_of_a_request_or_a_program_reaches_a_terminal_raw)
{
	json_auto_t *response = NULL;

	op.command = "ev\x1b[31mil\nuid=0";
	call("StopTask", "{\"reason\":\"\\u001b]0;x\\u0007\"}", &response);
	assert_audit_has("command=ev\\x1b[31mil\\x0auid=0 ");
	struct buf text = {0};
	ring_text(rig.audit, &text);
	ck_assert_ptr_null(strchr(text.data, '\x1b'));
	ck_assert_ptr_eq(strchr(text.data, '\n'), text.data + text.len - 1);
	buf_done(&text);
}
END_TEST

START_TEST(calls_are_counted_by_action_and_outcome)
{
	json_auto_t *response = NULL, *second = NULL;
	struct buf text = {0};

	double_answer_once(rig.aws, "ListClusters", 400, "{\"__type\":\"AccessDeniedException\"}");
	call("ListClusters", "{}", &response);
	call("ListClusters", "{}", &second);
	metrics_text(rig.metrics, &text);
	ck_assert_ptr_nonnull(strstr(text.data, "ecsfs_api_calls_total{action=\"ListClusters\","
						"outcome=\"EACCES\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "ecsfs_api_calls_total{action=\"ListClusters\","
						"outcome=\"ok\"} 1\n"));
	buf_done(&text);
}
END_TEST

static int list_page(const char *token, json_t **ret_items, char **ret_token)
{
	return ecs_list_page(rig.ecs, &op, ecs_action_find("ListClusters"), NULL, token,
			     "clusterArns", ret_items, ret_token);
}

START_TEST(a_page_is_as_large_as_the_api_gives_and_names_the_next)
{
	json_auto_t *items = NULL, *rest = NULL;
	_cleanup_free_ char *token = NULL, *end = NULL;

	double_put_many(rig.aws, "clusters", "c%03u", 101);
	ck_assert_errno(list_page(NULL, &items, &token), "ok");
	ck_assert_uint_eq(json_array_size(items), 100);
	ck_assert_str_eq(token, "100");
	ck_assert_errno(list_page(token, &rest, &end), "ok");
	ck_assert_uint_eq(json_array_size(rest), 1);
	ck_assert_ptr_null(end);
}
END_TEST

static const struct {
	const char *body, *errno_name, *token;
} pages[] = {
	{"{\"clusterArns\":[]}", "ok", NULL},
	{"{\"clusterArns\":[],\"nextToken\":\"\"}", "ok", NULL},
	{"{\"clusterArns\":[],\"nextToken\":null}", "ok", NULL},
	{"{\"clusterArns\":[],\"nextToken\":\"next\"}", "ok", "next"},
	{"{\"clusterArns\":[],\"nextToken\":\"before\"}", "EPROTO", NULL},
	{"{\"clusterArns\":[],\"nextToken\":7}", "EPROTO", NULL},
	{"{\"clusterArns\":{}}", "EPROTO", NULL},
	{"{\"clusterArns\":null}", "EPROTO", NULL},
	{"{}", "EPROTO", NULL},
};

START_TEST(a_page_says_what_it_must_say_or_is_refused)
{
	json_auto_t *items = NULL;
	_cleanup_free_ char *token = NULL;

	double_answer(rig.aws, "ListClusters", 200, pages[_i].body);
	ck_assert_errno(list_page("before", &items, &token), pages[_i].errno_name);
	if (pages[_i].token)
		ck_assert_str_eq(token, pages[_i].token);
	else
		ck_assert_ptr_null(token);
}
END_TEST

static const struct {
	const char *response, *errno_name, *message;
} failures[] = {
	{"{}", "ok", ""},
	{"{\"failures\":[]}", "ok", ""},
	{"{\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}]}", "ENOENT", "MISSING: a"},
	{"{\"failures\":[{\"reason\":\"RESOURCE:MEMORY\",\"detail\":\"too little\"}]}", "ENOSPC",
	 "too little"},
	{"{\"failures\":[{\"arn\":null,\"reason\":\"AGENT\",\"detail\":null}]}", "EHOSTDOWN",
	 "AGENT"},
	{"{\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"},{\"reason\":\"AGENT\"}]}", "ENOENT",
	 "MISSING: a"},
	{"{\"failures\":[{}]}", "EREMOTEIO", ""},
	{"{\"failures\":[7]}", "EREMOTEIO", ""},
};

START_TEST(the_first_failure_in_an_answer_is_the_error)
{
	json_auto_t *response = json_loads(failures[_i].response, 0, NULL);

	ck_assert_errno(ecs_check_failures(&op, response), failures[_i].errno_name);
	ck_assert_str_eq(op.error.message, failures[_i].message);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ecs");
	TCase *tc = tcase_create("ecs");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_test(tc, the_request_arrives_as_it_was_given_and_the_answer_comes_back);
	tcase_add_loop_test(tc, an_answer_that_is_no_success_is_the_errno_of_the_table, 0,
			    ARRAY_SIZE(answers));
	tcase_add_test(tc, a_success_leaves_no_error_of_an_earlier_attempt);
	tcase_add_test(tc, a_name_with_a_nul_does_not_fail_the_answer);
	tcase_add_loop_test(tc, a_client_token_is_sent_and_differs_from_call_to_call, 0,
			    ARRAY_SIZE(with_token));
	tcase_add_test(tc, the_writers_own_client_token_is_kept);
	tcase_add_test(tc, an_action_without_client_tokens_gets_none);
	tcase_add_loop_test(tc, what_may_have_happened_is_repeated_only_if_that_is_safe, 0,
			    ARRAY_SIZE(repeats));
	tcase_add_test(tc, a_change_is_audited_with_who_what_and_how_it_ended);
	tcase_add_test(tc, a_refused_change_is_audited_too);
	tcase_add_test(tc, a_reading_call_is_not_audited);
	tcase_add_test(tc, no_byte_of_a_request_or_a_program_reaches_a_terminal_raw);
	tcase_add_test(tc, calls_are_counted_by_action_and_outcome);
	tcase_add_test(tc, a_page_is_as_large_as_the_api_gives_and_names_the_next);
	tcase_add_loop_test(tc, a_page_says_what_it_must_say_or_is_refused, 0, ARRAY_SIZE(pages));
	tcase_add_loop_test(tc, the_first_failure_in_an_answer_is_the_error, 0,
			    ARRAY_SIZE(failures));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

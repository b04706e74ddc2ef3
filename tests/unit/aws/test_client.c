/* Calls against a server that answers, fails, stalls and lies. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "aws/client_impl.h"
#include "stand_in.h"

#include "ecsfs/base/cleanup.h"

#define OK ANSWER("200 OK", "x-amzn-RequestId: req-1\r\n", 2, "{}")
#define THROTTLED ANSWER("400 Bad Request", "", 34, "{\"__type\":\"ThrottlingException\"}  ")
#define EXPIRED ANSWER("400 Bad Request", "", 34, "{\"__type\":\"ExpiredTokenException\"}")
#define UNAVAILABLE ANSWER("503 Service Unavailable", "", 0, "")
#define CUT "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"

static struct stand_in *server;
static struct aws_client *client;

static void setup(void)
{
	setenv("HOME", "/nonexistent", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKIATEST", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_REGION", "us-east-1", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
}

static void teardown(void)
{
	aws_client_free(client);
	if (server)
		stand_in_free(server);
}

static void begin_with(const struct stand_in_step *steps, struct aws_client_options options)
{
	struct error err = {0};

	server = stand_in_new(steps);
	options.service = "ecs";
	options.endpoint_url = stand_in_url(server);
	ck_assert_msg(aws_client_new(&options, &client, &err) == 0, "%s", err.message);
}

static void begin(const struct stand_in_step *steps)
{
	begin_with(steps, (struct aws_client_options){.timeout_ms = 10000});
}

static int call_with(bool idempotent, struct cancel *cancel, struct aws_response *response,
		     struct error *err)
{
	const struct aws_request request = {
		.target = "AmazonEC2ContainerServiceV20141113.RunTask",
		.body = "{\"count\":1}",
		.body_len = 11,
		.idempotent = idempotent,
		.cancel = cancel,
	};
	int r = aws_client_call(client, &request, response, err);

	aws_response_done(response);
	return r;
}

/* One whose caller can do without an answer. */
static int call_with_fallback(void)
{
	const struct aws_request request = {
		.target = "AmazonEC2ContainerServiceV20141113.ListTasks",
		.body = "{}",
		.body_len = 2,
		.idempotent = true,
		.has_fallback = true,
	};
	struct aws_response response;
	int r = aws_client_call(client, &request, &response, NULL);

	aws_response_done(&response);
	return r;
}

static int call(bool idempotent)
{
	struct aws_response response;

	return call_with(idempotent, NULL, &response, NULL);
}

/* What a server does, what the call ends with, and how often it was asked. */
static const struct {
	const char *name;
	bool idempotent;
	struct stand_in_step steps[4];
	int errnum;
	unsigned requests, throttles;
} cases[] = {
	{"200", true, {{OK, STAND_IN_KEEP}}, 0, 1, 0},
	{"503 once", true, {{UNAVAILABLE, STAND_IN_KEEP}, {OK, STAND_IN_KEEP}}, 0, 2, 0},
	{"503 for ever", true, {{UNAVAILABLE, STAND_IN_KEEP}}, EREMOTEIO, 3, 0},
	{"503 may have acted", false, {{UNAVAILABLE, STAND_IN_KEEP}}, EREMOTEIO, 1, 0},
	{"hang up once", true, {{NULL, STAND_IN_CLOSE}, {OK, STAND_IN_KEEP}}, 0, 2, 0},
	{"hang up for ever", true, {{NULL, STAND_IN_CLOSE}}, EHOSTUNREACH, 3, 0},
	{"a dropped reply is not asked for twice",
	 false,
	 {{NULL, STAND_IN_CLOSE}, {OK, STAND_IN_KEEP}},
	 EHOSTUNREACH,
	 1,
	 0},
	{"a reset is not asked for twice",
	 false,
	 {{NULL, STAND_IN_RESET}, {OK, STAND_IN_KEEP}},
	 EHOSTUNREACH,
	 1,
	 0},
	{"cut body once", true, {{CUT, STAND_IN_CLOSE}, {OK, STAND_IN_KEEP}}, 0, 2, 0},
	{"cut body for ever", true, {{CUT, STAND_IN_CLOSE}}, EPROTO, 3, 0},
	{"cut body of a change", false, {{CUT, STAND_IN_CLOSE}}, EPROTO, 1, 0},
	{"not HTTP", true, {{"SSH-2.0-x\r\n", STAND_IN_CLOSE}}, EPROTO, 3, 0},
	{"a redirect is not followed",
	 true,
	 {{ANSWER("302 Found", "Location: http://127.0.0.1:1/\r\n", 0, ""), STAND_IN_KEEP}},
	 EPROTO,
	 1,
	 0},
	{"a body without end",
	 true,
	 {{"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", STAND_IN_FLOOD}},
	 EPROTO,
	 1,
	 0},
	{"an interim answer is passed over",
	 true,
	 {{"HTTP/1.1 100 Continue\r\n\r\n" OK, STAND_IN_KEEP}},
	 0,
	 1,
	 0},
	{"an empty answer is the caller's to judge",
	 true,
	 {{ANSWER("200 OK", "", 0, ""), STAND_IN_KEEP}},
	 0,
	 1,
	 0},
	{"expired", true, {{EXPIRED, STAND_IN_KEEP}}, EKEYEXPIRED, 1, 0},
};

START_TEST(a_call_ends_as_the_server_deserves)
{
	struct aws_response response;
	struct error err = {0};

	begin(cases[_i].steps);
	int r = call_with(cases[_i].idempotent, NULL, &response, &err);
	ck_assert_msg(r == -cases[_i].errnum, "%s: %s %s", cases[_i].name, error_name(-r),
		      err.message);
	ck_assert_msg(stand_in_requests(server) == cases[_i].requests, "%s: %u requests",
		      cases[_i].name, stand_in_requests(server));
	ck_assert_uint_eq(response.attempts, cases[_i].requests);
	ck_assert_int_eq(err.errnum, cases[_i].errnum);
	ck_assert(r == 0 || err.message[0] != '\0');
	ck_assert_ptr_null(strstr(err.message, "secret"));
}
END_TEST

START_TEST(a_throttled_change_is_made_again)
{
	static const struct stand_in_step steps[] = {
		{ANSWER("400 Bad Request", "x-amz-retry-after: 1\r\n", 34,
			"{\"__type\":\"ThrottlingException\"}  "),
		 STAND_IN_KEEP},
		{OK, STAND_IN_KEEP},
		{0},
	};
	struct aws_response response;

	begin(steps);
	ck_assert_int_eq(call_with(false, NULL, &response, NULL), 0);
	ck_assert_uint_eq(response.attempts, 2);
	ck_assert_uint_eq(response.throttles, 1);
	ck_assert_str_eq(response.request_id, "req-1");
}
END_TEST

START_TEST(a_kept_connection_is_used_again)
{
	static const struct stand_in_step steps[] = {{OK, STAND_IN_KEEP}, {0}};

	begin(steps);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(call(i % 2), 0);
	ck_assert_uint_eq(stand_in_connections(server), 1);
}
END_TEST

START_TEST(a_change_is_sent_once_even_on_a_connection_that_dies_under_it)
{
	static const struct stand_in_step steps[] = {
		{OK, STAND_IN_KEEP}, {NULL, STAND_IN_CLOSE}, {OK, STAND_IN_KEEP}, {0}};

	begin(steps);
	ck_assert_int_eq(call(false), 0);
	ck_assert_int_eq(call(false), -EHOSTUNREACH);
	ck_assert_uint_eq(stand_in_requests(server), 2);
	ck_assert_int_eq(call(false), 0);
	ck_assert_uint_eq(stand_in_requests(server), 3);
}
END_TEST

START_TEST(a_refused_connection_is_tried_three_times_even_for_a_change)
{
	static const struct stand_in_step steps[] = {{OK, STAND_IN_KEEP}, {0}};
	struct aws_response response;
	struct error err;

	begin(steps);
	stand_in_refuse(server);
	ck_assert_int_eq(call_with(false, NULL, &response, &err), -EHOSTUNREACH);
	ck_assert_uint_eq(response.attempts, 3);
	stand_in_listen(server);
	/* The breaker's pause is in proportion to a refusal, which takes no time. */
	int r;
	while ((r = call(true)) == -EHOSTUNREACH)
		;
	ck_assert_int_eq(r, 0);
}
END_TEST

START_TEST(a_silent_server_ends_in_a_time_out)
{
	static const struct stand_in_step steps[] = {{NULL, STAND_IN_STALL}, {0}};

	begin_with(steps, (struct aws_client_options){.timeout_ms = 50});
	ck_assert_int_eq(call(true), -ETIMEDOUT);
	ck_assert_uint_eq(stand_in_requests(server), 1);
}
END_TEST

START_TEST(a_time_out_costs_one_more_try_and_then_who_can_do_without_fails_at_once)
{
	static const struct stand_in_step steps[] = {
		{NULL, STAND_IN_STALL}, {NULL, STAND_IN_STALL}, {OK, STAND_IN_KEEP}, {0}};
	int r;

	begin_with(steps, (struct aws_client_options){.timeout_ms = 100});
	ck_assert_int_eq(call(true), -ETIMEDOUT);
	ck_assert_int_eq(call(true), -ETIMEDOUT);
	ck_assert_uint_eq(stand_in_requests(server), 2);
	ck_assert_int_eq(call_with_fallback(), -ETIMEDOUT);
	ck_assert_int_eq(call_with_fallback(), -ETIMEDOUT);
	ck_assert_uint_eq(stand_in_requests(server), 2);
	while ((r = call_with_fallback()) == -ETIMEDOUT)
		;
	ck_assert_int_eq(r, 0);
	ck_assert_uint_ge(stand_in_requests(server), 3);
}
END_TEST

START_TEST(after_one_time_out_the_next_call_works_when_the_server_does)
{
	static const struct stand_in_step steps[] = {
		{NULL, STAND_IN_STALL}, {OK, STAND_IN_KEEP}, {0}};

	begin_with(steps, (struct aws_client_options){.timeout_ms = 1000});
	ck_assert_int_eq(call(true), -ETIMEDOUT);
	ck_assert_int_eq(call(true), 0);
	ck_assert_int_eq(call(true), 0);
}
END_TEST

struct pending {
	pthread_t thread;
	struct cancel cancel;
	int result;
};

static void *call_in_thread(void *arg)
{
	struct pending *pending = arg;
	struct aws_response response;

	pending->result = call_with(true, &pending->cancel, &response, NULL);
	return NULL;
}

static void start(struct pending *pending)
{
	cancel_init(&pending->cancel);
	pthread_create(&pending->thread, NULL, call_in_thread, pending);
}

static int finish(struct pending *pending)
{
	pthread_join(pending->thread, NULL);
	cancel_done(&pending->cancel);
	return pending->result;
}

START_TEST(a_waiting_call_can_be_cancelled_and_the_others_go_on)
{
	static const struct stand_in_step steps[] = {
		{NULL, STAND_IN_STALL}, {OK, STAND_IN_KEEP}, {0}};
	struct pending pending;

	begin_with(steps, (struct aws_client_options){.timeout_ms = 60000});
	start(&pending);
	stand_in_wait(server, 1);
	ck_assert_int_eq(call(true), 0);
	cancel_trigger(&pending.cancel);
	ck_assert_int_eq(finish(&pending), -EINTR);
}
END_TEST

/* Ctrl-C says nothing of the server: whoever can do without goes on doing without. */
START_TEST(a_probe_that_is_cancelled_does_not_make_a_silent_server_one_that_answers)
{
	static const struct stand_in_step steps[] = {{NULL, STAND_IN_STALL},
						     {NULL, STAND_IN_STALL},
						     {NULL, STAND_IN_STALL},
						     {OK, STAND_IN_KEEP},
						     {0}};
	struct pending pending;

	begin_with(steps, (struct aws_client_options){.timeout_ms = 300});
	ck_assert_int_eq(call(true), -ETIMEDOUT);
	ck_assert_int_eq(call(true), -ETIMEDOUT);
	start(&pending);
	stand_in_wait(server, 3);
	cancel_trigger(&pending.cancel);
	ck_assert_int_lt(finish(&pending), 0);
	ck_assert_int_eq(call_with_fallback(), -ETIMEDOUT);
	ck_assert_uint_eq(stand_in_requests(server), 3);
}
END_TEST

START_TEST(abort_ends_calls_that_wait_for_a_server_or_for_a_connection)
{
	static const struct stand_in_step steps[] = {{NULL, STAND_IN_STALL}, {0}};
	struct pending pending[6];

	begin_with(steps, (struct aws_client_options){.timeout_ms = 60000, .max_connections = 2});
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++)
		start(&pending[i]);
	stand_in_wait(server, 2);
	aws_client_abort(client);
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++)
		ck_assert_int_eq(finish(&pending[i]), -EINTR);
	unsigned requests = stand_in_requests(server);
	ck_assert_int_eq(call(true), -EINTR);
	ck_assert_uint_eq(stand_in_requests(server), requests);
}
END_TEST

START_TEST(a_call_that_waits_for_its_quota_can_be_cancelled)
{
	static const struct stand_in_step steps[] = {{OK, STAND_IN_KEEP}, {0}};
	static const struct aws_quota quotas[] = {{"slow", 1, 0.0001}};
	struct pending pending;

	begin_with(steps, (struct aws_client_options){.timeout_ms = 50,
						      .quotas = quotas,
						      .quota_count = 1,
						      .quota_percent = 100});
	ck_assert_int_eq(call(true), 0);
	start(&pending);
	for (bool waits = false; !waits; sched_yield()) {
		LOCKED(&client->quotas[0].lock);
		waits = client->quotas[0].waiters != NULL;
	}
	cancel_trigger(&pending.cancel);
	ck_assert_int_eq(finish(&pending), -EINTR);
	ck_assert_uint_eq(stand_in_requests(server), 1);
}
END_TEST

START_TEST(no_more_connections_are_made_than_allowed)
{
	static const struct stand_in_step steps[] = {{OK, STAND_IN_KEEP}, {0}};
	struct pending pending[24];

	begin_with(steps, (struct aws_client_options){.timeout_ms = 60000, .max_connections = 3});
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++)
		start(&pending[i]);
	for (size_t i = 0; i < ARRAY_SIZE(pending); i++)
		ck_assert_int_eq(finish(&pending[i]), 0);
	ck_assert_uint_eq(stand_in_requests(server), ARRAY_SIZE(pending));
	ck_assert_uint_le(stand_in_connections(server), 3);
}
END_TEST

START_TEST(keys_that_were_rotated_meanwhile_are_used_at_once)
{
	static const struct stand_in_step steps[] = {
		{OK, STAND_IN_KEEP}, {EXPIRED, STAND_IN_KEEP}, {OK, STAND_IN_KEEP}, {0}};
	struct aws_response response;

	begin(steps);
	ck_assert_int_eq(call(true), 0);
	setenv("AWS_ACCESS_KEY_ID", "AKIANEW", 1);
	ck_assert_int_eq(call_with(false, NULL, &response, NULL), 0);
	ck_assert_uint_eq(response.attempts, 2);
}
END_TEST

START_TEST(max_attempts_is_the_users)
{
	static const struct stand_in_step steps[] = {{UNAVAILABLE, STAND_IN_KEEP}, {0}};

	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	begin(steps);
	ck_assert_int_eq(call(true), -EREMOTEIO);
	ck_assert_uint_eq(stand_in_requests(server), 1);
}
END_TEST

START_TEST(info_says_what_is_in_effect_and_no_secret)
{
	static const struct stand_in_step steps[] = {{OK, STAND_IN_KEEP}, {0}};
	struct aws_client_info info;

	setenv("AWS_CREDENTIAL_EXPIRATION", "2099-01-01T00:00:00Z", 1);
	begin(steps);
	aws_client_info(client, &info);
	ck_assert_str_eq(info.region, "us-east-1");
	ck_assert_str_eq(info.endpoint, stand_in_url(server));
	ck_assert_str_eq(info.profile, "");
	ck_assert_str_eq(info.credential_source, "environment");
	ck_assert_int_eq(info.credential_expiry_ms, 4070908800000);
}
END_TEST

/* What is wrong with the configuration, and the word by which the message names it. */
static const struct {
	const char *variable, *value;
	struct aws_client_options options;
	int errnum;
	const char *word;
} mistakes[] = {
	{"AWS_REGION", "", {0}, EINVAL, "Region"},
	{"AWS_REGION", "us/east", {0}, EINVAL, "us/east"},
	{"AWS_SECRET_ACCESS_KEY", "", {0}, ENOKEY, "AWS_SECRET_ACCESS_KEY"},
	{"AWS_ACCESS_KEY_ID", "a\nb", {0}, EINVAL, "control characters"},
	{"AWS_MAX_ATTEMPTS", "many", {0}, EINVAL, "AWS_MAX_ATTEMPTS"},
	{"AWS_CREDENTIAL_EXPIRATION", "soon", {0}, EINVAL, "AWS_CREDENTIAL_EXPIRATION"},
	{"AWS_PROFILE", "nobody", {0}, EINVAL, "nobody"},
	{"AWS_CA_BUNDLE", "/nonexistent/ca.pem", {0}, EINVAL, "ca.pem"},
	{"AWS_ENDPOINT_URL", "http://10.0.0.1", {0}, EINVAL, "plain http"},
	{"X", "", {.endpoint_url = "ftp://x"}, EINVAL, "ftp://x"},
	{"X", "", {.profile = "nobody"}, EINVAL, "nobody"},
};

START_TEST(a_mistake_in_the_configuration_is_named)
{
	struct error err = {0};

	setenv(mistakes[_i].variable, mistakes[_i].value, 1);
	int r = aws_client_new(&mistakes[_i].options, &client, &err);
	ck_assert_msg(r == -mistakes[_i].errnum, "%s=%s: %s", mistakes[_i].variable,
		      mistakes[_i].value, error_name(-r));
	ck_assert_msg(strstr(err.message, mistakes[_i].word) != NULL, "%s", err.message);
	ck_assert_ptr_null(client);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client");
	TCase *tc = tcase_create("client");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_call_ends_as_the_server_deserves, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tc, a_throttled_change_is_made_again);
	tcase_add_test(tc, a_kept_connection_is_used_again);
	tcase_add_test(tc, a_change_is_sent_once_even_on_a_connection_that_dies_under_it);
	tcase_add_test(tc, a_refused_connection_is_tried_three_times_even_for_a_change);
	tcase_add_test(tc, a_silent_server_ends_in_a_time_out);
	tcase_add_test(tc, a_time_out_costs_one_more_try_and_then_who_can_do_without_fails_at_once);
	tcase_add_test(tc, after_one_time_out_the_next_call_works_when_the_server_does);
	tcase_add_test(tc, a_waiting_call_can_be_cancelled_and_the_others_go_on);
	tcase_add_test(tc,
		       a_probe_that_is_cancelled_does_not_make_a_silent_server_one_that_answers);
	tcase_add_test(tc, abort_ends_calls_that_wait_for_a_server_or_for_a_connection);
	tcase_add_test(tc, a_call_that_waits_for_its_quota_can_be_cancelled);
	tcase_add_test(tc, no_more_connections_are_made_than_allowed);
	tcase_add_test(tc, keys_that_were_rotated_meanwhile_are_used_at_once);
	tcase_add_test(tc, max_attempts_is_the_users);
	tcase_add_test(tc, info_says_what_is_in_effect_and_no_secret);
	tcase_add_loop_test(tc, a_mistake_in_the_configuration_is_named, 0,
			    (int)ARRAY_SIZE(mistakes));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

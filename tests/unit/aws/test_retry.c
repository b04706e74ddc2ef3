#include "../unit.h"

#include "ecsfs/aws/retry.h"
#include "ecsfs/base/cleanup.h"

static const struct {
	int status;
	const char *code;
	enum retry_kind kind;
} answers[] = {
	{400, "ThrottlingException", RETRY_THROTTLING},
	{400, "Throttling", RETRY_THROTTLING},
	{400, "ThrottledException", RETRY_THROTTLING},
	{400, "RequestThrottledException", RETRY_THROTTLING},
	{400, "RequestThrottled", RETRY_THROTTLING},
	{429, "TooManyRequestsException", RETRY_THROTTLING},
	{400, "ProvisionedThroughputExceededException", RETRY_THROTTLING},
	{400, "TransactionInProgressException", RETRY_THROTTLING},
	{503, "RequestLimitExceeded", RETRY_THROTTLING},
	{509, "BandwidthLimitExceeded", RETRY_THROTTLING},
	{400, "LimitExceededException", RETRY_THROTTLING},
	{503, "SlowDown", RETRY_THROTTLING},
	{400, "PriorRequestNotComplete", RETRY_THROTTLING},
	{503, "EC2ThrottledException", RETRY_THROTTLING},
	{400, "RequestTimeout", RETRY_TRANSIENT},
	{400, "RequestTimeoutException", RETRY_TRANSIENT},
	{500, "ServerException", RETRY_TRANSIENT},
	{502, "", RETRY_TRANSIENT},
	{503, "", RETRY_TRANSIENT},
	{504, "", RETRY_TRANSIENT},
	{0, "", RETRY_TRANSIENT},
	{501, "", RETRY_NEVER},
	{400, "ClusterNotFoundException", RETRY_NEVER},
	{403, "AccessDeniedException", RETRY_NEVER},
};

START_TEST(an_answer_is_of_the_kind_that_the_standard_mode_names)
{
	ck_assert_msg(retry_classify(answers[_i].status, answers[_i].code) == answers[_i].kind,
		      "%d %s", answers[_i].status, answers[_i].code);
}
END_TEST

static const struct {
	enum retry_kind kind;
	unsigned retry;
	double chance;
	int64_t retry_after_ms, delay_ms;
} delays[] = {
	{RETRY_TRANSIENT, 0, 0.0, -1, 0},
	{RETRY_TRANSIENT, 0, 1.0, -1, 50},
	{RETRY_TRANSIENT, 1, 1.0, -1, 100},
	{RETRY_TRANSIENT, 2, 0.5, -1, 100},
	{RETRY_TRANSIENT, 9, 1.0, -1, 20000},
	{RETRY_TRANSIENT, 4000000000u, 1.0, -1, 20000},
	{RETRY_THROTTLING, 0, 1.0, -1, 1000},
	{RETRY_THROTTLING, 1, 0.25, -1, 500},
	{RETRY_THROTTLING, 4, 1.0, -1, 16000},
	{RETRY_THROTTLING, 5, 1.0, -1, 20000},
	/* What the server asks for is kept between the delay and five seconds more. */
	{RETRY_TRANSIENT, 0, 1.0, 10, 50},
	{RETRY_TRANSIENT, 0, 1.0, 700, 700},
	{RETRY_TRANSIENT, 0, 1.0, 60000, 5050},
	{RETRY_THROTTLING, 0, 0.0, 5000, 5000},
};

START_TEST(a_delay_is_a_random_part_of_a_ceiling_that_doubles)
{
	ck_assert_int_eq(retry_delay_ms(delays[_i].kind, delays[_i].retry, delays[_i].chance,
					delays[_i].retry_after_ms),
			 delays[_i].delay_ms);
}
END_TEST

START_TEST(retries_spend_an_allowance_that_successes_restore)
{
	struct retry_tokens tokens;
	int made = 0;

	retry_tokens_init(&tokens);
	while (retry_tokens_take(&tokens, RETRY_TRANSIENT) == 14)
		made++;
	ck_assert_int_eq(made, 500 / 14);
	ck_assert_int_eq(tokens.left, 500 % 14);
	ck_assert_int_eq(retry_tokens_take(&tokens, RETRY_THROTTLING), 5);
	ck_assert_int_eq(retry_tokens_take(&tokens, RETRY_THROTTLING), 5);
	ck_assert_int_eq(retry_tokens_take(&tokens, RETRY_THROTTLING), 0);
	retry_tokens_give(&tokens, 0);
	ck_assert_int_eq(tokens.left, 1);
	retry_tokens_give(&tokens, 14);
	ck_assert_int_eq(tokens.left, 15);
	for (int i = 0; i < 100; i++)
		retry_tokens_give(&tokens, 14);
	ck_assert_int_eq(tokens.left, RETRY_TOKENS_MAX);
}
END_TEST

START_TEST(the_clock_is_wrong_from_four_minutes_on)
{
	ck_assert_int_eq(retry_skew_ms(700000, 100000, 100400), 599800);
	ck_assert(!retry_is_skewed(240000, 0));
	ck_assert(retry_is_skewed(240001, 0));
	ck_assert(retry_is_skewed(-240001, 0));
	ck_assert(!retry_is_skewed(600000, 590000));
	ck_assert(retry_is_skew_code("RequestTimeTooSkewed"));
	ck_assert(retry_is_skew_code("InvalidSignatureException"));
	ck_assert(!retry_is_skew_code("ExpiredTokenException"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("retry");
	TCase *tc = tcase_create("retry");

	tcase_add_loop_test(tc, an_answer_is_of_the_kind_that_the_standard_mode_names, 0,
			    (int)ARRAY_SIZE(answers));
	tcase_add_loop_test(tc, a_delay_is_a_random_part_of_a_ceiling_that_doubles, 0,
			    (int)ARRAY_SIZE(delays));
	tcase_add_test(tc, retries_spend_an_allowance_that_successes_restore);
	tcase_add_test(tc, the_clock_is_wrong_from_four_minutes_on);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

#include "ecsfs/aws/retry.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"

#define DELAY_MAX_MS 20000.0
#define RETRY_AFTER_EXTRA_MS 5000
#define SKEW_MIN_MS (4 * 60 * 1000)
#define TOKENS_UNTRIED 1

static const struct {
	double base_ms;
	int cost;
} kinds[] = {
	[RETRY_TRANSIENT] = {50.0, 14},
	[RETRY_THROTTLING] = {1000.0, 5},
};

static const char *const throttling_codes[] = {
	"Throttling",
	"ThrottlingException",
	"ThrottledException",
	"RequestThrottled",
	"RequestThrottledException",
	"TooManyRequestsException",
	"ProvisionedThroughputExceededException",
	"TransactionInProgressException",
	"RequestLimitExceeded",
	"BandwidthLimitExceeded",
	"LimitExceededException",
	"SlowDown",
	"PriorRequestNotComplete",
	"EC2ThrottledException",
};

static const char *const transient_codes[] = {"RequestTimeout", "RequestTimeoutException"};

static const char *const skew_codes[] = {
	"InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
	"RequestTimeTooSkewed",      "AccessDeniedException",
};

static bool is_one_of(const char *code, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

enum retry_kind retry_classify(int http_status, const char *code)
{
	if (is_one_of(code, throttling_codes, ARRAY_SIZE(throttling_codes)))
		return RETRY_THROTTLING;
	if (is_one_of(code, transient_codes, ARRAY_SIZE(transient_codes)))
		return RETRY_TRANSIENT;
	if (http_status == 0 || http_status == 500 || (http_status >= 502 && http_status <= 504))
		return RETRY_TRANSIENT;
	return RETRY_NEVER;
}

int64_t retry_delay_ms(enum retry_kind kind, unsigned retry, double chance, int64_t retry_after_ms)
{
	double ceiling = kinds[kind].base_ms;

	while (retry-- > 0 && ceiling < DELAY_MAX_MS)
		ceiling *= 2;
	if (ceiling > DELAY_MAX_MS)
		ceiling = DELAY_MAX_MS;
	int64_t delay = (int64_t)(chance * ceiling);
	if (retry_after_ms < 0)
		return delay;
	if (retry_after_ms < delay)
		return delay;
	return retry_after_ms < delay + RETRY_AFTER_EXTRA_MS ? retry_after_ms
							     : delay + RETRY_AFTER_EXTRA_MS;
}

bool retry_is_skew_code(const char *code)
{
	return is_one_of(code, skew_codes, ARRAY_SIZE(skew_codes));
}

bool retry_is_skewed(int64_t measured_ms, int64_t applied_ms)
{
	return llabs(measured_ms - applied_ms) > SKEW_MIN_MS;
}

int64_t retry_skew_ms(int64_t date_ms, int64_t sent_ms, int64_t received_ms)
{
	return date_ms - (sent_ms + (received_ms - sent_ms) / 2);
}

void retry_tokens_init(struct retry_tokens *tokens)
{
	tokens->left = RETRY_TOKENS_MAX;
}

int retry_tokens_take(struct retry_tokens *tokens, enum retry_kind kind)
{
	int cost = kinds[kind].cost;
	int left = tokens->left;

	do {
		if (left < cost)
			return 0;
	} while (!atomic_compare_exchange_weak(&tokens->left, &left, left - cost));
	return cost;
}

void retry_tokens_give(struct retry_tokens *tokens, int last_cost)
{
	int give = last_cost > 0 ? last_cost : TOKENS_UNTRIED;
	int left = tokens->left, after;

	do {
		after = left + give < RETRY_TOKENS_MAX ? left + give : RETRY_TOKENS_MAX;
	} while (!atomic_compare_exchange_weak(&tokens->left, &left, after));
}

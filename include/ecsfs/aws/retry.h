/*
 * When to send again, and after how long: the AWS SDKs' "standard" mode as of 2026.
 *
 * Pure but for the counter of tokens; time and chance are the caller's.
 * Rules: AWS SDKs and Tools Reference Guide, "Retry behavior".
 */
#ifndef ECSFS_AWS_RETRY_H
#define ECSFS_AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_ATTEMPTS_DEFAULT 3
#define RETRY_TOKENS_MAX 500

enum retry_kind {
	RETRY_NEVER,
	RETRY_TRANSIENT,
	RETRY_THROTTLING,
};

/**
 * What kind of failure an answer is.
 *
 * @http_status: 0 when no answer came, which is transient
 * @code: AWS's error code, bare; "" for none
 */
enum retry_kind retry_classify(int http_status, const char *code);

/**
 * Milliseconds to wait before the next attempt.
 *
 * @retry: 0 before the first retry
 * @chance: uniform in [0, 1)
 * @retry_after_ms: what the server asked for; negative: nothing
 */
int64_t retry_delay_ms(enum retry_kind kind, unsigned retry, double chance, int64_t retry_after_ms);

/* Is @code one that a wrong clock may cause? */
bool retry_is_skew_code(const char *code);

/* @measured - @applied far enough apart for a wrong clock to be the cause. Milliseconds. */
bool retry_is_skewed(int64_t measured_ms, int64_t applied_ms);

/* The Date header minus the midpoint of sending and receiving. Unix milliseconds. */
int64_t retry_skew_ms(int64_t date_ms, int64_t sent_ms, int64_t received_ms);

/* A client's allowance for retries: an outage of AWS must not be answered with a flood. */
struct retry_tokens {
	_Atomic int left;
};

void retry_tokens_init(struct retry_tokens *tokens);

/* Take what a retry of @kind costs. Return: the cost, or 0 when not enough is left. */
int retry_tokens_take(struct retry_tokens *tokens, enum retry_kind kind);

/* After a success: what its last retry cost comes back, or 1 where there was none. */
void retry_tokens_give(struct retry_tokens *tokens, int last_cost);

#endif

/*
 * One call: attempts, each with its place in the quota, its signature and its exchange, until
 * one succeeds or the policy says that no more should be made.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "client_impl.h"

#include "ecsfs/aws/response.h"
#include "ecsfs/aws/sigv4.h"
#include "ecsfs/aws/waiter.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define HEADER_MAX 9
/* As long as connecting may take. */
#define SILENCE_MS 3000

/* A call's way through its attempts. */
struct progress {
	struct aws_client *client;
	const struct aws_request *request;
	struct cancel *cancel;
	int64_t deadline_ms; /* monotonic; time in the quota's queue is added */
	unsigned attempts, throttles;
	unsigned retries; /* delayed ones: the exponent of the delay */
	int retry_cost;   /* of the last of them */
	bool skew_corrected, credentials_renewed;
	bool maybe_acted; /* the server, on some attempt */
	bool probe;       /* for the breaker: no second attempt at connecting */
};

/* What one attempt led to. */
struct outcome {
	int r;
	enum retry_kind kind;
	bool unreached; /* the server cannot have acted on it */
	bool retry_now; /* something was put right; not counted against the policy */
	int64_t retry_after_ms;
};

static int64_t left_ms(const struct progress *p)
{
	return p->deadline_ms - clock_monotonic_ms(p->client->clock);
}

/* The headers of one attempt; they hold secrets while they live. */
struct headers {
	struct buf text[HEADER_MAX];
	const char *lines[HEADER_MAX + 1];
	size_t count;
};

static void headers_done(struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (headers->text[i].data)
			OPENSSL_cleanse(headers->text[i].data, headers->text[i].size);
		buf_done(&headers->text[i]);
	}
}

static int add_line(struct headers *headers, const char *name, const char *value)
{
	struct buf *text = &headers->text[headers->count++];

	buf_printf(text, "%s: %s", name, value);
	headers->lines[headers->count - 1] = text->data;
	return text->failed ? -ENOMEM : 0;
}

static int sign(const struct progress *p, const struct credentials *credentials,
		struct headers *headers)
{
	const struct aws_client *client = p->client;
	char date[TIMESTAMP_SIZE];
	_cleanup_free_ char *authorization = NULL;
	int r;

	timestamp_format_basic(clock_wall_ms(client->clock) + client->skew_ms, date);
	const struct sigv4_header signed_headers[] = {
		{"Content-Type", "application/x-amz-json-1.1"},
		{"Host", client->authority},
		{"X-Amz-Date", date},
		{"X-Amz-Target", p->request->target},
		{"X-Amz-Security-Token", credentials->session_token},
	};
	const struct sigv4_request request = {
		.method = "POST",
		.path = client->url.path,
		.query = "",
		.headers = signed_headers,
		.header_count = ARRAY_SIZE(signed_headers) - !credentials->session_token,
		.body = p->request->body,
		.body_len = p->request->body_len,
	};
	const struct sigv4_scope scope = {
		.access_key = credentials->access_key,
		.secret_key = credentials->secret_key,
		.region = client->region,
		.service = client->service,
		.date = date,
	};

	r = sigv4_authorization(&request, &scope, &authorization);
	for (size_t i = 0; i < request.header_count && r == 0; i++)
		r = add_line(headers, signed_headers[i].name, signed_headers[i].value);
	if (r == 0)
		r = add_line(headers, "Authorization", authorization);
	if (r == 0)
		r = add_line(headers, "User-Agent", "ecsfs/" ECSFS_VERSION);
	return r;
}

static int64_t exchange_ms(const struct progress *p)
{
	int64_t ms = left_ms(p) > 0 ? left_ms(p) : 0;
	int64_t probe_ms = breaker_probe_ms(&p->client->breaker, p->request->has_fallback);

	return p->probe && p->request->idempotent && ms > probe_ms ? probe_ms : ms;
}

/*
 * Whether nobody was there to answer. A connection that ends early was one to a server, but not one
 * that ends after a long silence. Whose time was nearly up when it began has waited for nothing.
 */
static bool was_silent(const struct progress *p, int r, enum http_reach reach, int64_t waited_ms)
{
	int64_t half_ms = p->client->timeout_ms / 2;

	if (r == -EHOSTUNREACH)
		return reach == HTTP_NOT_CONNECTED ||
		       (reach == HTTP_MAYBE_SENT && waited_ms >= SILENCE_MS);
	return r == -ETIMEDOUT && reach != HTTP_NOT_SENT &&
	       waited_ms >= (half_ms < SILENCE_MS ? half_ms : SILENCE_MS);
}

static void tell_breaker(const struct progress *p, int r, enum http_reach reach, int64_t since_ms,
			 const struct error *err)
{
	struct breaker *breaker = &p->client->breaker;
	int64_t now_ms = clock_monotonic_ms(p->client->clock);

	if (was_silent(p, r, reach, now_ms - since_ms))
		breaker_unreachable(breaker, since_ms, now_ms, err);
	else if (r == 0 || (reach == HTTP_MAYBE_SENT && r != -ETIMEDOUT && r != -EINTR))
		breaker_reached(breaker, now_ms);
	else
		breaker_unknown(breaker);
}

/* One exchange, and what the breaker learns from it. */
static int exchange(struct progress *p, struct headers *headers, struct http_response *answer,
		    struct error *err)
{
	struct aws_client *client = p->client;
	const struct http_request request = {
		.method = "POST",
		.url = client->endpoint,
		.headers = headers->lines,
		.body = p->request->body,
		.body_len = p->request->body_len,
		.timeout_ms = exchange_ms(p),
		.once = !p->request->idempotent,
		.cancel = p->cancel,
	};
	int64_t since_ms = clock_monotonic_ms(client->clock);

	p->attempts++;
	int r = http_send(client->http, &request, answer, err);
	tell_breaker(p, r, answer->reach, since_ms, err);
	return r;
}

/* The clock was wrong and is now put right: @answer says by how much. */
static bool correct_skew(struct progress *p, const struct http_response *answer, int64_t sent_ms,
			 const char *code)
{
	struct aws_client *client = p->client;

	if (p->skew_corrected || answer->date_ms == 0 || !retry_is_skew_code(code))
		return false;
	int64_t skew_ms = retry_skew_ms(answer->date_ms, sent_ms, clock_wall_ms(client->clock));
	if (!retry_is_skewed(skew_ms, client->skew_ms))
		return false;
	client->skew_ms = skew_ms;
	p->skew_corrected = true;
	return true;
}

/* Keys were refused: others may be there by now, after a log-in or a rotation. */
static bool renew_credentials(struct progress *p, struct credentials *refused, struct error *err)
{
	struct credentials *fresh = NULL;
	struct error why = {0};

	if (p->credentials_renewed || (err->errnum != EKEYEXPIRED && err->errnum != EKEYREJECTED))
		return false;
	p->credentials_renewed = true;
	credential_cache_reject(p->client->credentials, refused);
	int r = credential_cache_get(p->client->credentials, left_ms(p), p->cancel, &fresh, &why);
	bool differ = r == 0 && !credentials_same(fresh, refused);
	/* Why there are no others is what says how to come by them. */
	if (r < 0 && r != -EINTR)
		error_prefix(err, "%s; those in use were refused: ", why.message);
	credentials_unref(fresh);
	return differ;
}

static void judge_answer(struct progress *p, const struct http_response *answer,
			 struct credentials *used, int64_t sent_ms, struct outcome *ret,
			 struct error *err)
{
	ret->kind = retry_classify(err->http_status, err->code);
	ret->retry_after_ms = answer->retry_after_ms;
	if (ret->kind == RETRY_THROTTLING) {
		ret->unreached = true;
		p->throttles++;
		if (p->client->quota_count)
			quota_drain(&p->client->quotas[p->request->quota]);
	} else if (ret->kind == RETRY_NEVER) {
		ret->retry_now = correct_skew(p, answer, sent_ms, err->code) ||
				 renew_credentials(p, used, err);
	}
}

static int prepare(struct progress *p, struct credentials **ret_credentials,
		   struct headers *headers, struct error *err)
{
	struct aws_client *client = p->client;
	int64_t waited_ms = 0;
	int r = 0;

	switch (breaker_enter(&client->breaker, clock_monotonic_ms(client->clock),
			      p->request->has_fallback, err)) {
	case BREAKER_FAIL:
		return -err->errnum;
	case BREAKER_PROBE:
		p->probe = true;
		break;
	case BREAKER_GO:
		break;
	}
	if (client->quota_count) {
		r = quota_take(&client->quotas[p->request->quota], p->cancel, &waited_ms);
		p->deadline_ms += waited_ms;
		if (r < 0)
			error_set(err, -r, "interrupted");
	}
	if (r == 0)
		r = credential_cache_get(client->credentials, left_ms(p), p->cancel,
					 ret_credentials, err);
	if (r == 0) {
		r = sign(p, *ret_credentials, headers);
		if (r < 0)
			error_set(err, -r, "out of memory");
	}
	if (r < 0)
		breaker_unknown(&client->breaker);
	return r;
}

static struct outcome attempt(struct progress *p, struct aws_response *ret_response,
			      struct error *err)
{
	struct http_response answer = {0};
	struct credentials *credentials = NULL;
	struct headers headers = {0};
	struct outcome outcome = {.kind = RETRY_NEVER, .retry_after_ms = -1};

	p->probe = false;
	outcome.r = prepare(p, &credentials, &headers, err);
	bool asked = outcome.r == 0;
	if (asked) {
		int64_t sent_ms = clock_wall_ms(p->client->clock);

		outcome.r = exchange(p, &headers, &answer, err);
		outcome.unreached = answer.reach < HTTP_MAYBE_SENT;
		if (outcome.r == -EHOSTUNREACH || (outcome.r == -EPROTO && !answer.too_big))
			outcome.kind = RETRY_TRANSIENT;
		if (p->probe && answer.reach == HTTP_NOT_CONNECTED)
			outcome.kind = RETRY_NEVER;
		if (outcome.r == 0) {
			outcome.r = response_check(&answer, err);
			if (outcome.r < 0)
				judge_answer(p, &answer, credentials, sent_ms, &outcome, err);
		}
	}
	p->maybe_acted |= asked && !outcome.unreached;
	if (outcome.r == 0) {
		snprintf(ret_response->request_id, sizeof(ret_response->request_id), "%s",
			 answer.request_id);
		outcome.r = buf_steal(&answer.body, &ret_response->body, &ret_response->body_len);
		if (outcome.r < 0)
			error_set(err, -outcome.r, "out of memory");
	}
	http_response_done(&answer);
	headers_done(&headers);
	credentials_unref(credentials);
	return outcome;
}

static double chance(void)
{
	uint32_t bits = 0;

	/* Too little to block; if it fails the delay is the shortest one. */
	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		bits = 0;
	return bits / 4294967296.0;
}

/* Wait as the policy says. Return: 0 to go on, -EINTR, -EAGAIN when it allows no more. */
static int wait_for_retry(struct progress *p, const struct outcome *outcome)
{
	struct waiter waiter;

	if (outcome->kind == RETRY_NEVER || p->attempts >= p->client->max_attempts)
		return -EAGAIN;
	if (!p->request->idempotent && !outcome->unreached)
		return -EAGAIN;
	int64_t delay_ms =
		retry_delay_ms(outcome->kind, p->retries, chance(), outcome->retry_after_ms);
	if (delay_ms >= left_ms(p))
		return -EAGAIN;
	int cost = retry_tokens_take(&p->client->retry_tokens, outcome->kind);
	if (cost == 0)
		return -EAGAIN;
	p->retry_cost = cost;
	p->retries++;
	waiter_init(&waiter);
	int r = waiter_wait(&waiter, delay_ms, p->cancel);
	waiter_done(&waiter);
	return r == -EINTR ? r : 0;
}

static int run(struct progress *p, struct aws_response *ret_response, struct error *err)
{
	for (;;) {
		struct outcome outcome = attempt(p, ret_response, err);

		if (outcome.r == 0) {
			retry_tokens_give(&p->client->retry_tokens, p->retry_cost);
			*err = (struct error){0};
			return 0;
		}
		if (outcome.retry_now)
			continue;
		int r = wait_for_retry(p, &outcome);
		if (r == -EINTR)
			return error_set(err, EINTR, "interrupted");
		if (r < 0) {
			if (p->attempts > 1)
				error_prefix(err, "after %u attempts: ", p->attempts);
			return outcome.r;
		}
	}
}

int aws_client_call(struct aws_client *client, const struct aws_request *request,
		    struct aws_response *ret_response, struct error *err)
{
	struct error unasked;
	struct aws_response response = {0};
	struct aws_call call;
	struct progress p = {
		.client = client,
		.request = request,
		.cancel = &call.cancel,
		.deadline_ms = clock_monotonic_ms(client->clock) + client->timeout_ms,
	};

	if (!err)
		err = &unasked;
	*err = (struct error){0};
	*ret_response = response;
	if (request->quota >= client->quota_count && client->quota_count)
		return error_set(err, EINVAL, "no such quota");
	int r = aws_client_enter(client, &call, request->cancel);
	if (r < 0)
		return error_set(err, -r, "interrupted");
	r = run(&p, &response, err);
	err->unsent = r < 0 && !p.maybe_acted;
	aws_client_leave(client, &call, request->cancel);
	response.attempts = p.attempts;
	response.throttles = p.throttles;
	*ret_response = response;
	return r;
}

/*
 * The session that `aws login` leaves in ~/.aws/login/cache: keys that live for minutes, and a
 * refresh token that is bound to a private key beside it.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "dpop.h"
#include "provider_util.h"

#include "ecsfs/aws/endpoint.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define REFRESH_BEFORE_MS (5 * 60 * 1000)
#define TIMEOUT_MS 10000
#define ATTEMPTS 3

static const char *const needed[] = {"refreshToken", "dpopKey", "clientId"};
static const char *const names[4] = {"accessKeyId", "secretAccessKey", "sessionToken", "expiresAt"};

static char *cache_path(const char *session)
{
	const char *directory = settings_env("AWS_LOGIN_CACHE_DIRECTORY");
	char name[PROVIDER_HEX_SIZE];
	struct buf path = {0};
	char *text = NULL;

	provider_hash_name(session, false, name);
	buf_printf(&path, "%s/%s.json", directory ? directory : "~/.aws/login/cache", name);
	char *expanded = buf_steal(&path, &text, NULL) == 0 ? settings_expand_path(text) : NULL;
	free(text);
	return expanded;
}

/* Its names follow no pattern, so it is not a row of the endpoint module. */
static int resolve_endpoint(const struct provider_context *context,
			    char ret_url[static ENDPOINT_SIZE], struct error *err)
{
	static const struct endpoint_service signin = {"SIGNIN", "signin", false};
	char standard[ENDPOINT_SIZE];
	int r = endpoint_resolve(context->settings, &signin, context->region, context->fips, NULL,
				 ret_url, err);

	if (r < 0)
		return r;
	endpoint_standard(&signin, context->region, false, false, standard);
	if (strcmp(ret_url, standard) != 0)
		return 0;
	if (strncmp(context->region, "cn-", 3) == 0)
		snprintf(ret_url, ENDPOINT_SIZE, "https://%s.signin.amazonaws.cn", context->region);
	else if (strncmp(context->region, "us-gov-", 7) == 0)
		snprintf(ret_url, ENDPOINT_SIZE, "https://%s.signin.amazonaws-us-gov.com",
			 context->region);
	else if (strcmp(endpoint_suffix(context->region, false), "amazonaws.com") == 0)
		snprintf(ret_url, ENDPOINT_SIZE, "https://%s.signin.aws.amazon.com",
			 context->region);
	return 0;
}

static int refused(const struct http_response *response, struct error *err)
{
	json_auto_t *json = provider_json(response);
	const char *why = provider_string(json, "error");

	if (why &&
	    (strcmp(why, "TOKEN_EXPIRED") == 0 || strcmp(why, "USER_CREDENTIALS_CHANGED") == 0))
		return error_set(err, EKEYEXPIRED,
				 "the login session has ended (%s): run 'aws login'", why);
	if (why && strcmp(why, "INSUFFICIENT_PERMISSIONS") == 0)
		return error_set(err, EACCES,
				 "the login session may not be refreshed: it lacks the "
				 "permission signin:CreateOAuth2Token");
	return provider_refused(response, "refreshing the login session", err);
}

static int update(const struct provider_context *context, json_t *session, const json_t *answer)
{
	json_t *keys = json_object_get(session, "accessToken");
	const json_t *fresh = json_object_get(answer, "accessToken");
	json_int_t seconds = json_integer_value(json_object_get(answer, "expiresIn"));
	char until[TIMESTAMP_SIZE];

	for (size_t i = 0; i < 3; i++)
		if (!provider_string(fresh, names[i]))
			return -EPROTO;
	if (seconds <= 0 || !provider_string(answer, "refreshToken"))
		return -EPROTO;
	provider_expiry(context, seconds, until);
	for (size_t i = 0; i < 3; i++)
		if (provider_json_copy(keys, fresh, names[i]) < 0)
			return -ENOMEM;
	if (json_object_set_new(keys, "expiresAt", json_string(until)) < 0 ||
	    provider_json_copy(session, answer, "refreshToken") < 0)
		return -ENOMEM;
	return 0;
}

static int post(const struct provider_context *context, const char *url, const char *proof,
		const json_t *session, struct http_response *ret_response, struct error *err)
{
	_cleanup_(buf_done) struct buf header = {0};
	json_secret_t *input = json_pack(
		"{s:s, s:s, s:s}", "clientId", provider_string(session, "clientId"), "refreshToken",
		provider_string(session, "refreshToken"), "grantType", "refresh_token");
	char *body = input ? json_dumps(input, JSON_COMPACT) : NULL;

	buf_printf(&header, "DPoP: %s", proof);
	if (!body || header.failed) {
		free(body);
		return error_set(err, ENOMEM, "out of memory");
	}
	const char *headers[] = {"Content-Type: application/json", header.data, NULL};
	const struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = strlen(body),
		.timeout_ms = TIMEOUT_MS,
	};
	int r = provider_send(context, &request, ATTEMPTS, ret_response, err);
	OPENSSL_cleanse(body, strlen(body));
	free(body);
	return r;
}

static int refresh(const struct provider_context *context, const char *path, json_t *session,
		   struct error *err)
{
	_cleanup_(http_response_done) struct http_response response = {0};
	_cleanup_free_ char *proof = NULL;
	char endpoint[ENDPOINT_SIZE], url[ENDPOINT_SIZE + 16];
	int r = resolve_endpoint(context, endpoint, err);

	if (r < 0)
		return r;
	snprintf(url, sizeof(url), "%s/v1/token", endpoint);
	r = dpop_proof(provider_string(session, "dpopKey"), url,
		       clock_wall_ms(context->clock) / 1000, &proof);
	if (r < 0)
		return error_set(err, -r,
				 "the private key of the login session is not usable: run "
				 "'aws login'");
	r = post(context, url, proof, session, &response, err);
	if (r < 0)
		return r;
	if (response.status != 200)
		return refused(&response, err);
	json_secret_t *answer = provider_json(&response);
	r = update(context, session, answer);
	if (r < 0)
		return error_set(err, -r, "the sign-in service answered without credentials");
	/* The refresh token is spent: without the new one the session would be lost. */
	r = provider_json_save(path, session);
	if (r < 0)
		return error_set(err, -r, "cannot save the login session to %s: %s", path,
				 strerror(-r));
	return 0;
}

int provider_login(const struct provider_context *context, struct buf *lacks,
		   struct credentials **ret_credentials, struct error *err)
{
	const char *name = settings_get(context->settings, context->profile, "login_session");
	struct error why = {0};
	int64_t expiry_ms = 0;

	if (!name) {
		buf_printf(lacks, "no login_session in the profile '%s'", context->profile);
		return 0;
	}
	_cleanup_free_ char *path = cache_path(name);
	json_secret_t *session = path ? provider_json_load(path) : NULL;
	if (!session)
		return error_set(err, ENOKEY, "no login session in %s: run 'aws login'",
				 path ? path : "the cache");
	const json_t *keys = json_object_get(session, "accessToken");
	bool usable = provider_string(keys, names[3]) &&
		      timestamp_parse(provider_string(keys, names[3]), &expiry_ms) == 0;
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		usable &= provider_string(session, needed[i]) != NULL;
	if (!usable)
		return error_set(err, ENOKEY,
				 "the login session in %s is not usable: run 'aws login'", path);
	int64_t left_ms = expiry_ms - clock_wall_ms(context->clock);
	if (left_ms <= REFRESH_BEFORE_MS && refresh(context, path, session, &why) < 0 &&
	    left_ms <= 0) {
		*err = why;
		return -why.errnum;
	}
	return provider_from_json(json_object_get(session, "accessToken"), names, true, "login",
				  ret_credentials, err);
}

#include "sso_token.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "provider_util.h"

#include "ecsfs/aws/endpoint.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define REFRESH_BEFORE_MS (15 * 60 * 1000)
#define TIMEOUT_MS 10000
#define ATTEMPTS 3

static char *cache_path(const struct sso_login *login)
{
	char name[PROVIDER_HEX_SIZE], path[PROVIDER_HEX_SIZE + 32];

	provider_hash_name(login->session ? login->session : login->start_url, true, name);
	snprintf(path, sizeof(path), "~/.aws/sso/cache/%s.json", name);
	return settings_expand_path(path);
}

static const char *how_to_log_in(const struct provider_context *context, char *out, size_t size)
{
	snprintf(out, size, "run 'aws sso login --profile %s'", context->profile);
	return out;
}

/* When @token has what a refresh needs and its registration still holds. */
static bool is_refreshable(const struct provider_context *context, const json_t *token)
{
	const char *registration = provider_string(token, "registrationExpiresAt");
	int64_t until_ms = 0;

	return provider_string(token, "refreshToken") && provider_string(token, "clientId") &&
	       provider_string(token, "clientSecret") && registration &&
	       timestamp_parse(registration, &until_ms) == 0 &&
	       until_ms > clock_wall_ms(context->clock);
}

static int update(const struct provider_context *context, json_t *token, const json_t *answer)
{
	char until[TIMESTAMP_SIZE];
	json_int_t seconds = json_integer_value(json_object_get(answer, "expiresIn"));

	provider_expiry(context, seconds, until);
	if (provider_json_copy(token, answer, "accessToken") < 0 ||
	    json_object_set_new(token, "expiresAt", json_string(until)) < 0 ||
	    (provider_string(answer, "refreshToken") &&
	     provider_json_copy(token, answer, "refreshToken") < 0))
		return -ENOMEM;
	return 0;
}

/* CreateToken of the OIDC service. On success @token is new, and saved for the AWS CLI as well. */
static int refresh(const struct provider_context *context, const struct sso_login *login,
		   const char *path, json_t *token, struct error *err)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	_cleanup_(http_response_done) struct http_response response = {0};
	char endpoint[ENDPOINT_SIZE], url[ENDPOINT_SIZE + 8], region[ENDPOINT_REGION_SIZE];
	bool fips = false;
	int r;

	if ((r = endpoint_clean_region(login->region, region, &fips, err)) < 0 ||
	    (r = endpoint_resolve(context->settings, &endpoint_sso_oidc, region, fips, NULL,
				  endpoint, err)) < 0)
		return r;
	snprintf(url, sizeof(url), "%s/token", endpoint);
	json_secret_t *input = json_pack("{s:s, s:s, s:s, s:s}", "grantType", "refresh_token",
					 "clientId", provider_string(token, "clientId"),
					 "clientSecret", provider_string(token, "clientSecret"),
					 "refreshToken", provider_string(token, "refreshToken"));
	char *body = input ? json_dumps(input, 0) : NULL;
	if (!body)
		return error_set(err, ENOMEM, "out of memory");
	const struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = strlen(body),
		.timeout_ms = TIMEOUT_MS,
	};
	r = provider_send(context, &request, ATTEMPTS, &response, err);
	OPENSSL_cleanse(body, strlen(body));
	free(body);
	if (r < 0)
		return r;
	json_secret_t *answer = provider_json(&response);
	if (response.status != 200 || !provider_string(answer, "accessToken"))
		return provider_refused(&response, "refreshing the SSO token", err);
	r = update(context, token, answer);
	if (r < 0)
		return error_set(err, -r, "out of memory");
	/* A directory that cannot be written costs the next process a refresh, no more. */
	provider_json_save(path, token);
	return 0;
}

int sso_token_get(const struct provider_context *context, const struct sso_login *login,
		  char **ret_token, struct error *err)
{
	_cleanup_free_ char *path = cache_path(login);
	json_secret_t *token = path ? provider_json_load(path) : NULL;
	const char *expiry = provider_string(token, "expiresAt");
	int64_t expiry_ms = 0;
	char hint[200];

	how_to_log_in(context, hint, sizeof(hint));
	if (!token)
		return error_set(err, ENOKEY, "no SSO token in %s: %s", path ? path : "the cache",
				 hint);
	if (!provider_string(token, "accessToken") || !expiry ||
	    timestamp_parse(expiry, &expiry_ms) < 0)
		return error_set(err, ENOKEY, "the SSO token in %s is not usable: %s", path, hint);
	int64_t left_ms = expiry_ms - clock_wall_ms(context->clock);
	if (login->session && left_ms < REFRESH_BEFORE_MS && is_refreshable(context, token)) {
		struct error why = {0};

		if (refresh(context, login, path, token, &why) == 0)
			left_ms = 1;
		else if (left_ms <= 0)
			return error_set(
				err, why.errnum == EINTR ? EINTR : EKEYEXPIRED,
				"the SSO token has expired and could not be refreshed (%s): "
				"%s",
				why.message, hint);
	}
	if (left_ms <= 0)
		return error_set(err, EKEYEXPIRED, "the SSO token has expired: %s", hint);
	*ret_token = strdup(provider_string(token, "accessToken"));
	return *ret_token ? 0 : error_set(err, ENOMEM, "out of memory");
}

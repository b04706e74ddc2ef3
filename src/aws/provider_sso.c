/*
 * A role of IAM Identity Center, by an sso-session section or by the older keys in the profile.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "provider_util.h"
#include "sso_token.h"

#include "ecsfs/aws/endpoint.h"
#include "ecsfs/base/cleanup.h"

#define TIMEOUT_MS 10000
#define ATTEMPTS 3

struct sso_config {
	struct sso_login login;
	const char *account_id, *role_name;
};

/* From the section and the profile, which must not contradict each other. */
static int lookup(const struct provider_context *context, const struct config_section *section,
		  const char *key, const char **ret_value, struct error *err)
{
	const char *own = settings_get(context->settings, context->profile, key);
	const char *shared = config_section_get(section, key);

	if (own && shared && strcmp(own, shared) != 0)
		return error_set(err, EINVAL,
				 "%s of the profile '%s' contradicts the one of its sso-session",
				 key, context->profile);
	*ret_value = own ? own : shared;
	if (!*ret_value)
		return error_set(err, EINVAL, "the profile '%s' is set up for SSO but lacks %s",
				 context->profile, key);
	return 0;
}

static int read_config(const struct provider_context *context, struct sso_config *ret,
		       struct error *err)
{
	const struct config_section *section = NULL;
	int r;

	ret->login.session = settings_get(context->settings, context->profile, "sso_session");
	if (ret->login.session) {
		section = settings_section(context->settings, "sso-session", ret->login.session);
		if (!section)
			return error_set(err, EINVAL,
					 "the profile '%s' names the sso-session '%s', "
					 "which %s does not have",
					 context->profile, ret->login.session,
					 settings_config_path(context->settings));
	}
	if ((r = lookup(context, section, "sso_role_name", &ret->role_name, err)) < 0 ||
	    (r = lookup(context, section, "sso_account_id", &ret->account_id, err)) < 0 ||
	    (r = lookup(context, section, "sso_start_url", &ret->login.start_url, err)) < 0)
		return r;
	return lookup(context, section, "sso_region", &ret->login.region, err);
}

static int read_answer(const struct http_response *response, struct credentials **ret_credentials,
		       struct error *err)
{
	json_secret_t *json = provider_json(response);
	const json_t *role = json_object_get(json, "roleCredentials");
	const char *access_key = provider_string(role, "accessKeyId");
	const char *secret_key = provider_string(role, "secretAccessKey");
	const char *token = provider_string(role, "sessionToken");
	json_int_t expiry_ms = json_integer_value(json_object_get(role, "expiration"));

	if (!access_key || !secret_key || !token || expiry_ms <= 0)
		return error_set(err, EPROTO, "IAM Identity Center answered without credentials");
	return provider_make(access_key, secret_key, token, expiry_ms, "sso", ret_credentials, err);
}

static int get_role_credentials(const struct provider_context *context,
				const struct sso_config *config, const char *token,
				struct credentials **ret_credentials, struct error *err)
{
	_cleanup_(http_response_done) struct http_response response = {0};
	_cleanup_(buf_done) struct buf url = {0}, header = {0};
	char endpoint[ENDPOINT_SIZE], region[ENDPOINT_REGION_SIZE];
	bool fips = false;
	int r;

	if ((r = endpoint_clean_region(config->login.region, region, &fips, err)) < 0 ||
	    (r = endpoint_resolve(context->settings, &endpoint_sso, region, fips, NULL, endpoint,
				  err)) < 0)
		return r;
	buf_printf(&url, "%s/federation/credentials?role_name=", endpoint);
	provider_uri_encode(&url, config->role_name);
	buf_puts(&url, "&account_id=");
	provider_uri_encode(&url, config->account_id);
	buf_printf(&header, "x-amz-sso_bearer_token: %s", token);
	if (url.failed || header.failed)
		return error_set(err, ENOMEM, "out of memory");
	const char *headers[] = {header.data, NULL};
	const struct http_request request = {
		.method = "GET",
		.url = url.data,
		.headers = headers,
		.timeout_ms = TIMEOUT_MS,
	};
	r = provider_send(context, &request, ATTEMPTS, &response, err);
	OPENSSL_cleanse(header.data, header.len);
	if (r < 0)
		return r;
	if (response.status == 401)
		return error_set(err, EKEYEXPIRED,
				 "IAM Identity Center refused the SSO token: run "
				 "'aws sso login --profile %s'",
				 context->profile);
	if (response.status != 200)
		return provider_refused(&response, "IAM Identity Center", err);
	return read_answer(&response, ret_credentials, err);
}

int provider_sso(const struct provider_context *context, struct buf *lacks,
		 struct credentials **ret_credentials, struct error *err)
{
	struct sso_config config = {0};
	char *token = NULL;
	int r;

	if (!settings_get(context->settings, context->profile, "sso_role_name") &&
	    !settings_get(context->settings, context->profile, "sso_account_id")) {
		buf_printf(lacks, "no sso_account_id and sso_role_name in the profile '%s'",
			   context->profile);
		return 0;
	}
	if ((r = read_config(context, &config, err)) < 0 ||
	    (r = sso_token_get(context, &config.login, &token, err)) < 0)
		return r;
	r = get_role_credentials(context, &config, token, ret_credentials, err);
	OPENSSL_cleanse(token, strlen(token));
	free(token);
	return r;
}

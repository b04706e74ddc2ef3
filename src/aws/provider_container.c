/*
 * The endpoint that ECS, EKS and Greengrass give to a container.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "provider_util.h"

#include "ecsfs/aws/url.h"
#include "ecsfs/base/cleanup.h"

#define TIMEOUT_MS 2000
#define ATTEMPTS 3
#define PAUSE_MS 1000
#define TOKEN_MAX 16384

/* The token in the file is replaced from time to time, so it is read for each request. */
static int authorization(char *token, size_t size, struct error *err)
{
	const char *path = settings_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *value = settings_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");

	token[0] = '\0';
	if (path) {
		_cleanup_fclose_ FILE *f = fopen(path, "re");
		if (!f)
			return error_set(err, ENOKEY,
					 "cannot read "
					 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE %s: %s",
					 path, strerror(errno));
		size_t len = fread(token, 1, size, f);
		if (len == size)
			return error_set(err, EINVAL, "the token in %s is too long", path);
		token[len] = '\0';
	} else if (value) {
		if (snprintf(token, size, "%s", value) >= (int)size)
			return error_set(err, EINVAL, "the container's token is too long");
	}
	if (strpbrk(token, "\r\n"))
		return error_set(err, EINVAL,
				 "the container's authorization token holds a line "
				 "break, which cannot be sent");
	return 0;
}

/* Instance metadata is no container endpoint, though it is a link-local address too. */
static int check_address(const char *text, struct error *err)
{
	struct url url;

	if (url_parse(text, &url) < 0)
		return error_set(err, EINVAL,
				 "the container's endpoint '%s' is not a usable address", text);
	if (strcmp(url.scheme, "https") == 0 || url_is_loopback(&url))
		return 0;
	if (url_is_credential_host(&url) && strncmp(url.host, "169.254.169.", 12) != 0 &&
	    strcasecmp(url.host, "[fd00:ec2::254]") != 0)
		return 0;
	return error_set(err, EINVAL,
			 "the container's endpoint '%s' is neither https nor one of "
			 "the hosts that may go without",
			 text);
}

static int fetch(const struct provider_context *context, const char *url,
		 struct http_response *ret_response, struct error *err)
{
	char token[TOKEN_MAX], line[TOKEN_MAX + 20];
	const char *headers[] = {"Accept: application/json", NULL, NULL};
	const struct http_request request = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.timeout_ms = TIMEOUT_MS,
		.plain = HTTP_PLAIN_CREDENTIALS,
	};
	int r = authorization(token, sizeof(token), err);

	if (r < 0)
		return r;
	snprintf(line, sizeof(line), "Authorization: %s", token);
	headers[1] = token[0] ? line : NULL;
	r = provider_send(context, &request, 1, ret_response, err);
	OPENSSL_cleanse(token, sizeof(token));
	OPENSSL_cleanse(line, sizeof(line));
	return r;
}

static int fetch_patiently(const struct provider_context *context, const char *url,
			   struct http_response *ret_response, struct error *err)
{
	for (unsigned i = 1;; i++) {
		int r = fetch(context, url, ret_response, err);
		bool passing = r == -EHOSTUNREACH || r == -ETIMEDOUT || r == -EPROTO ||
			       (r == 0 && ret_response->status != 200);

		if (!passing || i >= ATTEMPTS)
			return r;
		if (provider_pause(context, PAUSE_MS) < 0)
			return error_set(err, EINTR, "interrupted");
		http_response_done(ret_response);
	}
}

int provider_container(const struct provider_context *context, struct buf *lacks,
		       struct credentials **ret_credentials, struct error *err)
{
	static const char *const names[4] = {"AccessKeyId", "SecretAccessKey", "Token",
					     "Expiration"};
	const char *relative = settings_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = settings_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	_cleanup_(http_response_done) struct http_response response = {0};
	char url[2048];
	int r;

	if (!relative && !full) {
		buf_puts(lacks,
			 "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor _FULL_URI is set");
		return 0;
	}
	if (snprintf(url, sizeof(url), "%s%s", relative ? "http://169.254.170.2" : "",
		     relative ? relative : full) >= (int)sizeof(url))
		return error_set(err, EINVAL,
				 "the address of the container's endpoint is too long");
	if ((r = check_address(url, err)) < 0 ||
	    (r = fetch_patiently(context, url, &response, err)) < 0)
		return r;
	json_secret_t *json = provider_json(&response);
	if (response.status != 200 || !json)
		return provider_refused(&response, "the container's endpoint", err);
	return provider_from_json(json, names, true, "container", ret_credentials, err);
}

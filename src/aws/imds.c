#include "imds.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "provider_util.h"

#include "ecsfs/base/cleanup.h"

#define TOKEN_TTL "21600"

static unsigned number(const struct provider_context *context, const char *variable,
		       const char *key)
{
	const char *text = settings_lookup(context->settings, variable, key);
	long value = text ? strtol(text, NULL, 10) : 1;

	return value >= 1 && value <= 60 ? (unsigned)value : 1;
}

static int configure(struct imds *imds, struct error *err)
{
	const struct settings *settings = imds->context->settings;
	const char *base = settings_lookup(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
					   "ec2_metadata_service_endpoint");
	const char *mode = settings_lookup(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
					   "ec2_metadata_service_endpoint_mode");

	if (settings_is_true(settings_env("AWS_EC2_METADATA_DISABLED")))
		return error_set(err, ENOENT, "AWS_EC2_METADATA_DISABLED is set");
	if (!base || !*base)
		base = mode && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]"
							     : "http://169.254.169.254";
	size_t len = strlen(base);
	while (len > 0 && base[len - 1] == '/')
		len--;
	if (len >= sizeof(imds->base))
		return error_set(err, EINVAL, "the address of the metadata service is too long");
	snprintf(imds->base, sizeof(imds->base), "%.*s", (int)len, base);
	imds->timeout_ms = 1000 * (int64_t)number(imds->context, "AWS_METADATA_SERVICE_TIMEOUT",
						  "metadata_service_timeout");
	imds->attempts = number(imds->context, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
				"metadata_service_num_attempts");
	imds->v1_disabled = settings_is_true(settings_lookup(
		settings, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"));
	return http_check_url(imds->base, HTTP_PLAIN_CREDENTIALS, err);
}

static int ask(const struct imds *imds, const char *method, const char *path, const char *header,
	       struct http_response *ret_response, struct error *err)
{
	const char *headers[] = {header, NULL};
	char url[1024];
	const struct http_request request = {
		.method = method,
		.url = url,
		.headers = headers,
		.connect_timeout_ms = imds->timeout_ms,
		.timeout_ms = imds->timeout_ms,
		.plain = HTTP_PLAIN_CREDENTIALS,
	};

	if (snprintf(url, sizeof(url), "%s/%s", imds->base, path) >= (int)sizeof(url))
		return error_set(err, EINVAL, "the metadata service's address is too long");
	return provider_send(imds->context, &request, imds->attempts, ret_response, err);
}

static int open_session(struct imds *imds, struct error *err)
{
	_cleanup_(http_response_done) struct http_response response = {0};
	int r = ask(imds, "PUT", "latest/api/token",
		    "X-aws-ec2-metadata-token-ttl-seconds: " TOKEN_TTL, &response, err);

	if (r == -EINTR || r == -ENOMEM)
		return r;
	if (r < 0 && response.reach == HTTP_NOT_CONNECTED)
		return error_set(err, ENOENT, "no metadata service at %s", imds->base);
	if (r == 0 && response.status == 200 && response.body.len < sizeof(imds->token) &&
	    !memchr(response.body.data ? response.body.data : "", '\n', response.body.len)) {
		snprintf(imds->token, sizeof(imds->token), "%s",
			 response.body.data ? response.body.data : "");
		return 0;
	}
	if (r == 0 && response.status == 400)
		return error_set(err, ENOENT,
				 "the metadata service refused the request for a token");
	/* A token may not come because it does not know them, or because of its hop limit. */
	if (imds->v1_disabled)
		return error_set(err, ENOENT,
				 "the metadata service gave no token, and version 1 is "
				 "disabled");
	return 0;
}

int imds_open(const struct provider_context *context, struct imds *ret_imds, struct error *err)
{
	*ret_imds = (struct imds){.context = context};
	int r = configure(ret_imds, err);

	return r < 0 ? r : open_session(ret_imds, err);
}

void imds_done(struct imds *imds)
{
	OPENSSL_cleanse(imds->token, sizeof(imds->token));
}

int imds_get(const struct imds *imds, const char *path, struct http_response *ret_response,
	     struct error *err)
{
	char header[600];

	snprintf(header, sizeof(header), "X-aws-ec2-metadata-token: %s", imds->token);
	int r = ask(imds, "GET", path, imds->token[0] ? header : NULL, ret_response, err);
	OPENSSL_cleanse(header, sizeof(header));
	if (r == -EINTR || r == -ENOMEM)
		return r;
	if (r < 0 || ret_response->status != 200 || ret_response->body.len == 0)
		return error_set(err, ENOENT, "the metadata service at %s has no %s", imds->base,
				 path);
	return 0;
}

int imds_region(const struct provider_context *context, char *ret_region, size_t size,
		struct error *err)
{
	_cleanup_(imds_done) struct imds imds;
	_cleanup_(http_response_done) struct http_response response = {0};
	int r = imds_open(context, &imds, err);

	if (r == 0)
		r = imds_get(&imds, "latest/meta-data/placement/availability-zone/", &response,
			     err);
	if (r < 0)
		return r;
	/* A zone is its Region and a letter. */
	size_t len = response.body.len - 1;
	if (len == 0 || len >= size)
		return error_set(err, ENOENT, "the metadata service named no zone");
	memcpy(ret_region, response.body.data, len);
	ret_region[len] = '\0';
	return 0;
}

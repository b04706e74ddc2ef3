#include "sts.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "provider_util.h"

#include "ecsfs/aws/endpoint.h"
#include "ecsfs/aws/retry.h"
#include "ecsfs/aws/sigv4.h"
#include "ecsfs/aws/url.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define TIMEOUT_MS 10000
#define ATTEMPTS 3
#define FORM "application/x-www-form-urlencoded; charset=utf-8"

static void secret_done(struct buf *buf)
{
	if (buf->data)
		OPENSSL_cleanse(buf->data, buf->size);
	buf_done(buf);
}

/* The answers are flat: the first element of that name is the one. */
static bool element(const char *xml, const char *name, char *out, size_t size)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	char tag[64];
	size_t len = 0;

	snprintf(tag, sizeof(tag), "<%s>", name);
	const char *p = xml ? strstr(xml, tag) : NULL;
	if (!p)
		return false;
	p += strlen(tag);
	while (*p && *p != '<') {
		size_t i = 0, used = 1;
		char c = *p;

		for (; i < ARRAY_SIZE(entities); i++)
			if (strncmp(p, entities[i].entity, strlen(entities[i].entity)) == 0) {
				c = entities[i].c;
				used = strlen(entities[i].entity);
			}
		if (len + 1 >= size)
			return false;
		out[len++] = c;
		p += used;
	}
	out[len] = '\0';
	return *p == '<';
}

static void make_form(const struct provider_context *context, const struct sts_role *role,
		      struct buf *form)
{
	char session[64];

	provider_form_add(form, "Action",
			  role->web_identity_token ? "AssumeRoleWithWebIdentity" : "AssumeRole");
	provider_form_add(form, "Version", "2011-06-15");
	provider_form_add(form, "RoleArn", role->role_arn);
	snprintf(session, sizeof(session), "ecsfs-session-%lld",
		 (long long)(clock_wall_ms(context->clock) / 1000));
	provider_form_add(form, "RoleSessionName",
			  role->session_name ? role->session_name : session);
	if (role->external_id)
		provider_form_add(form, "ExternalId", role->external_id);
	if (role->duration_seconds)
		provider_form_add(form, "DurationSeconds", role->duration_seconds);
	if (role->web_identity_token)
		provider_form_add(form, "WebIdentityToken", role->web_identity_token);
}

/* The header lines of a signed request. */
struct lines {
	struct buf text[4];
};

static void lines_done(struct lines *lines)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines->text); i++)
		secret_done(&lines->text[i]);
}

static int sign(const struct provider_context *context, const struct url *url,
		const struct buf *form, const struct credentials *signer, int64_t skew_ms,
		struct lines *lines)
{
	char date[TIMESTAMP_SIZE], host[280];
	_cleanup_free_ char *authorization = NULL;

	timestamp_format_basic(clock_wall_ms(context->clock) + skew_ms, date);
	url_authority(url, host, sizeof(host));
	const struct sigv4_header headers[] = {
		{"Content-Type", FORM},
		{"Host", host},
		{"X-Amz-Date", date},
		{"X-Amz-Security-Token", signer->session_token},
	};
	const struct sigv4_request request = {
		.method = "POST",
		.path = url->path,
		.query = "",
		.headers = headers,
		.header_count = ARRAY_SIZE(headers) - !signer->session_token,
		.body = form->data,
		.body_len = form->len,
	};
	const struct sigv4_scope scope = {signer->access_key, signer->secret_key, context->region,
					  "sts", date};

	int r = sigv4_authorization(&request, &scope, &authorization);
	if (r < 0)
		return r;
	buf_printf(&lines->text[0], "Host: %s", host);
	buf_printf(&lines->text[1], "X-Amz-Date: %s", date);
	buf_printf(&lines->text[2], "Authorization: %s", authorization);
	if (signer->session_token)
		buf_printf(&lines->text[3], "X-Amz-Security-Token: %s", signer->session_token);
	return 0;
}

static int refused(const struct http_response *response, const char *role_arn, struct error *err)
{
	char code[96] = "", message[600] = "", id[80] = "";

	element(response->body.data, "Code", code, sizeof(code));
	element(response->body.data, "Message", message, sizeof(message));
	element(response->body.data, "RequestId", id, sizeof(id));
	if (!code[0])
		return provider_refused(response, "AWS STS", err);
	int r = error_set_aws(err, response->status, code, id, message);
	error_prefix(err, "assuming %s: ", role_arn);
	return r;
}

static int read_answer(const struct http_response *response, const char *source,
		       struct credentials **ret_credentials, struct error *err)
{
	char access_key[256], secret_key[SIGV4_SECRET_MAX], expiration[64];
	_cleanup_(secret_done) struct buf token = {0};
	char *room = buf_reserve(&token, response->body.len);
	int64_t expiry_ms = 0;
	int r = room ? 0 : -ENOMEM;

	if (r == 0 &&
	    (!element(response->body.data, "AccessKeyId", access_key, sizeof(access_key)) ||
	     !element(response->body.data, "SecretAccessKey", secret_key, sizeof(secret_key)) ||
	     !element(response->body.data, "SessionToken", room, token.size) ||
	     !element(response->body.data, "Expiration", expiration, sizeof(expiration)) ||
	     timestamp_parse(expiration, &expiry_ms) < 0))
		r = -EPROTO;
	if (r == 0)
		r = provider_make(access_key, secret_key, room, expiry_ms, source, ret_credentials,
				  err);
	else
		error_set(err, -r, "AWS STS answered without credentials");
	OPENSSL_cleanse(secret_key, sizeof(secret_key));
	return r;
}

static int post(const struct provider_context *context, const char *endpoint,
		const struct buf *form, const struct credentials *signer, int64_t skew_ms,
		struct http_response *ret_response, struct error *err)
{
	_cleanup_(lines_done) struct lines lines = {0};
	struct url url;

	if (url_parse(endpoint, &url) < 0)
		return error_set(err, EINVAL, "the endpoint '%s' is not usable", endpoint);
	if (signer && sign(context, &url, form, signer, skew_ms, &lines) < 0)
		return error_set(err, ENOMEM, "out of memory");
	const char *headers[] = {"Content-Type: " FORM, lines.text[0].data, lines.text[1].data,
				 lines.text[2].data,    lines.text[3].data, NULL};
	const struct http_request request = {
		.method = "POST",
		.url = endpoint,
		.headers = headers,
		.body = form->data,
		.body_len = form->len,
		.timeout_ms = TIMEOUT_MS,
	};
	int r = provider_send(context, &request, ATTEMPTS, ret_response, err);
	if (r < 0)
		error_prefix(err, "AWS STS: ");
	return r;
}

/* How much the clock is off when that is why the request was refused, else 0. */
static int64_t skew_of(const struct http_response *response, int64_t sent_ms, int64_t received_ms)
{
	char code[96] = "";

	if (response->status == 200 || response->date_ms == 0 ||
	    !element(response->body.data, "Code", code, sizeof(code)) || !retry_is_skew_code(code))
		return 0;
	int64_t skew_ms = retry_skew_ms(response->date_ms, sent_ms, received_ms);
	return retry_is_skewed(skew_ms, 0) ? skew_ms : 0;
}

int sts_assume(const struct provider_context *context, const struct sts_role *role,
	       const struct credentials *signer, const char *source,
	       struct credentials **ret_credentials, struct error *err)
{
	_cleanup_(secret_done) struct buf form = {0};
	_cleanup_(http_response_done) struct http_response response = {0};
	char endpoint[ENDPOINT_SIZE];
	int64_t skew_ms, sent_ms;
	int r;

	r = endpoint_resolve(context->settings, &endpoint_sts, context->region, context->fips, NULL,
			     endpoint, err);
	if (r < 0)
		return r;
	make_form(context, role, &form);
	if (form.failed)
		return error_set(err, ENOMEM, "out of memory");
	sent_ms = clock_wall_ms(context->clock);
	r = post(context, endpoint, &form, signer, 0, &response, err);
	skew_ms = r == 0 && signer ? skew_of(&response, sent_ms, clock_wall_ms(context->clock)) : 0;
	if (skew_ms != 0) {
		http_response_done(&response);
		r = post(context, endpoint, &form, signer, skew_ms, &response, err);
	}
	if (r < 0)
		return r;
	if (response.status != 200)
		return refused(&response, role->role_arn, err);
	return read_answer(&response, source, ret_credentials, err);
}

#include "provider_util.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ecsfs/aws/response.h"
#include "ecsfs/aws/retry.h"
#include "ecsfs/aws/waiter.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

int provider_pause(const struct provider_context *context, int64_t ms)
{
	struct waiter waiter;

	waiter_init(&waiter);
	int r = waiter_wait(&waiter, ms, context->cancel);
	waiter_done(&waiter);
	return r == -EINTR ? r : 0;
}

int provider_send(const struct provider_context *context, const struct http_request *request,
		  unsigned attempts, struct http_response *ret_response, struct error *err)
{
	struct http_request copy = *request;
	int r;

	copy.cancel = context->cancel;
	for (unsigned i = 0;; i++) {
		r = http_send(context->http, &copy, ret_response, err);
		bool passing = r == -EHOSTUNREACH || r == -ETIMEDOUT || r == -EPROTO ||
			       (r == 0 && (ret_response->status == 429 ||
					   retry_classify(ret_response->status, "")));
		if (!passing || i + 1 >= attempts)
			return r;
		/* The middle of what the retry policy would draw: nobody competes for this. */
		if (provider_pause(context, retry_delay_ms(RETRY_TRANSIENT, i, 0.5, -1)) < 0)
			return error_set(err, EINTR, "interrupted");
		http_response_done(ret_response);
	}
}

json_t *provider_json(const struct http_response *response)
{
	json_t *json = response->body.len
			       ? json_loadb(response->body.data, response->body.len, 0, NULL)
			       : NULL;

	if (json && !json_is_object(json)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

json_t *provider_json_load(const char *path)
{
	json_t *json = json_load_file(path, 0, NULL);

	if (json && !json_is_object(json)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static void zero_strings(json_t *json)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(json))
		OPENSSL_cleanse((char *)(uintptr_t)json_string_value(json),
				json_string_length(json));
	json_object_foreach (json, key, member)
		zero_strings(member);
	json_array_foreach (json, i, member)
		zero_strings(member);
}

void provider_json_forget(json_t *json)
{
	if (!json)
		return;
	zero_strings(json);
	json_decref(json);
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int provider_json_save(const char *path, const json_t *json)
{
	char temporary[4096];
	char *text = json_dumps(json, 0);
	int r = text ? 0 : -ENOMEM;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		r = -ENAMETOOLONG;
	_cleanup_close_ int fd = r == 0 ? mkostemp(temporary, O_CLOEXEC) : -1;
	if (r == 0 && fd < 0)
		r = -errno;
	if (r == 0) {
		r = write_all(fd, text, strlen(text));
		if (r == 0 && rename(temporary, path) < 0)
			r = -errno;
		if (r < 0)
			unlink(temporary);
	}
	if (text)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
	return r;
}

int provider_json_copy(json_t *to, const json_t *from, const char *key)
{
	return json_object_set_new(to, key, json_string(provider_string(from, key))) < 0 ? -ENOMEM
											 : 0;
}

const char *provider_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

void provider_uri_encode(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c)))
			buf_putc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

void provider_form_add(struct buf *form, const char *key, const char *value)
{
	buf_puts(form, form->len ? "&" : "");
	buf_puts(form, key);
	buf_putc(form, '=');
	provider_uri_encode(form, value);
}

void provider_hash_name(const char *text, bool sha1, char out[static PROVIDER_HEX_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	EVP_Digest(text, strlen(text), hash, &len, sha1 ? EVP_sha1() : EVP_sha256(), NULL);
	for (unsigned int i = 0; i < len; i++)
		snprintf(out + (size_t)2 * i, 3, "%02x", hash[i]);
}

int provider_from_json(const json_t *object, const char *const names[static 4], bool need_all,
		       const char *source, struct credentials **ret_credentials, struct error *err)
{
	const char *expiration = provider_string(object, names[3]);
	int64_t expiry_ms = 0;

	for (size_t i = 0; i < (need_all ? 4 : 2); i++)
		if (!provider_string(object, names[i]))
			return error_set(err, EPROTO, "the answer of the %s lacks %s", source,
					 names[i]);
	if (expiration && timestamp_parse(expiration, &expiry_ms) < 0)
		return error_set(err, EPROTO, "the answer of the %s has no usable %s", source,
				 names[3]);
	return provider_make(provider_string(object, names[0]), provider_string(object, names[1]),
			     provider_string(object, names[2]), expiry_ms, source, ret_credentials,
			     err);
}

void provider_expiry(const struct provider_context *context, json_int_t seconds,
		     char out[static TIMESTAMP_SIZE])
{
	const json_int_t century = 100LL * 365 * 24 * 3600;

	if (seconds < 0)
		seconds = 0;
	if (seconds > century)
		seconds = century;
	timestamp_format_ms((clock_wall_ms(context->clock) / 1000 + seconds) * 1000, out);
}

int provider_refused(const struct http_response *response, const char *who, struct error *err)
{
	int r = response_check(response, err);

	if (r == 0)
		return error_set(err, EPROTO, "%s: the answer is not the JSON that was expected",
				 who);
	error_prefix(err, "%s: ", who);
	return r;
}

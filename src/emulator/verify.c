#include "verify.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define DIGEST 32
#define MAX_SKEW_MS (5 * 60 * 1000)

/* The parts of `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`. */
struct authorization {
	char key[160], date[16], region[40], service[40];
	char headers[1024], signature[80];
};

static void to_hex(const unsigned char *bytes, size_t len, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		ret_hex[2 * i] = digits[bytes[i] >> 4];
		ret_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_hex[2 * len] = '\0';
}

static void sha256_hex(const void *data, size_t len, char ret_hex[static 2 * DIGEST + 1])
{
	unsigned char digest[DIGEST] = {0};

	EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL);
	to_hex(digest, DIGEST, ret_hex);
}

static void hmac(const void *key, size_t key_len, const char *text,
		 unsigned char ret_digest[static DIGEST])
{
	unsigned char digest[DIGEST] = {0};

	HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), digest,
	     NULL);
	memcpy(ret_digest, digest, DIGEST);
}

static bool parse_authorization(const char *text, struct authorization *ret)
{
	*ret = (struct authorization){0};
	return sscanf(text,
		      "AWS4-HMAC-SHA256 Credential=%159[^/]/%15[^/]/%39[^/]/%39[^/]/aws4_request, "
		      "SignedHeaders=%1023[^, ], Signature=%79[0-9a-f]",
		      ret->key, ret->date, ret->region, ret->service, ret->headers,
		      ret->signature) == 6;
}

/* A header's value as it is signed: trimmed, runs of blanks made one. */
static void append_value(struct buf *buf, const char *value)
{
	bool blank = false, any = false;

	for (; *value; value++) {
		if (*value == ' ' || *value == '\t') {
			blank = any;
			continue;
		}
		if (blank)
			buf_putc(buf, ' ');
		buf_putc(buf, *value);
		blank = false;
		any = true;
	}
}

/* The requests of this API are all POST / with no query. */
static char *canonical_request(const struct request *request, const struct authorization *from)
{
	char payload[2 * DIGEST + 1], names[sizeof(from->headers)], *rest = names;
	struct buf buf = {0};
	char *text = NULL;

	snprintf(names, sizeof(names), "%s", from->headers);
	buf_printf(&buf, "%s\n%s\n\n", request->method, request->path);
	for (char *name; (name = strsep(&rest, ";"));) {
		buf_printf(&buf, "%s:", name);
		append_value(&buf, request_header(request, name));
		buf_putc(&buf, '\n');
	}
	sha256_hex(request->body ? request->body : "", request->len, payload);
	buf_printf(&buf, "\n%s\n%s", from->headers, payload);
	buf_steal(&buf, &text, NULL);
	return text;
}

static void calculate(const struct request *request, const struct authorization *from,
		      const char *secret_key, char ret_hex[static 2 * DIGEST + 1])
{
	_cleanup_free_ char *canonical = canonical_request(request, from);
	char hash[2 * DIGEST + 1], to_sign[512], start[256];
	unsigned char key[DIGEST];

	sha256_hex(canonical ? canonical : "", canonical ? strlen(canonical) : 0, hash);
	snprintf(to_sign, sizeof(to_sign), "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s",
		 request_header(request, "x-amz-date"), from->date, from->region, from->service,
		 hash);
	snprintf(start, sizeof(start), "AWS4%s", secret_key);
	hmac(start, strlen(start), from->date, key);
	hmac(key, DIGEST, from->region, key);
	hmac(key, DIGEST, from->service, key);
	hmac(key, DIGEST, "aws4_request", key);
	hmac(key, DIGEST, to_sign, key);
	to_hex(key, DIGEST, ret_hex);
}

/* "20261123T214207Z" in Unix milliseconds. */
static bool parse_date(const char *text, int64_t *ret_ms)
{
	char iso[32];

	if (strlen(text) != 16)
		return false;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6,
		 text + 9, text + 11, text + 13);
	return timestamp_parse(iso, ret_ms) == 0;
}

static int fail(struct call *call, int status, const char *code, const char *message)
{
	call_fail(call, code, "%s", message);
	call->status = status;
	return -1;
}

static int check_date(const struct request *request, const struct authorization *from,
		      int64_t now_ms, struct call *call)
{
	const char *date = request_header(request, "x-amz-date");
	char now[TIMESTAMP_SIZE];
	int64_t date_ms;

	if (!parse_date(date, &date_ms) || strncmp(date, from->date, 8) != 0)
		return fail(call, 403, "InvalidSignatureException",
			    "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
			    "version of date from HTTP");
	timestamp_format_basic(now_ms, now);
	if (date_ms < now_ms - MAX_SKEW_MS) {
		call_fail(call, "InvalidSignatureException",
			  "Signature expired: %s is now earlier than %s - 5 min.", date, now);
		call->status = 403;
		return -1;
	}
	if (date_ms > now_ms + MAX_SKEW_MS) {
		call_fail(call, "InvalidSignatureException",
			  "Signature not yet current: %s is still later than %s + 5 min.", date,
			  now);
		call->status = 403;
		return -1;
	}
	return 0;
}

static bool signs(const struct authorization *from, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = from->headers; (at = strstr(at, name)); at += len) {
		if ((at == from->headers || at[-1] == ';') && (!at[len] || at[len] == ';'))
			return true;
	}
	return false;
}

int verify_request(const struct request *request, const char *access_key, const char *secret_key,
		   int64_t now_ms, struct call *call)
{
	const char *text = request_header(request, "authorization");
	struct authorization from;
	char expected[2 * DIGEST + 1];

	if (!*text)
		return fail(call, 400, "MissingAuthenticationTokenException",
			    "Missing Authentication Token");
	if (!parse_authorization(text, &from))
		return fail(call, 400, "IncompleteSignatureException",
			    "Authorization header is not of the form AWS4-HMAC-SHA256 "
			    "Credential=..., SignedHeaders=..., Signature=...");
	if (strcmp(from.key, access_key) != 0)
		return fail(call, 400, "UnrecognizedClientException",
			    "The security token included in the request is invalid.");
	if (strcmp(from.service, "ecs") != 0)
		return fail(call, 403, "InvalidSignatureException",
			    "Credential should be scoped to correct service: 'ecs'.");
	if (!signs(&from, "host") || !signs(&from, "x-amz-date") || !signs(&from, "x-amz-target"))
		return fail(call, 403, "InvalidSignatureException",
			    "'Host', 'X-Amz-Date' and 'X-Amz-Target' must be signed headers.");
	if (check_date(request, &from, now_ms, call) < 0)
		return -1;
	calculate(request, &from, secret_key, expected);
	if (strcmp(expected, from.signature) != 0)
		return fail(call, 403, "InvalidSignatureException",
			    "The request signature we calculated does not match the signature you "
			    "provided. Check your AWS Secret Access Key and signing method. "
			    "Consult the service documentation for details.");
	return 0;
}

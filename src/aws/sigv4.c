#include "ecsfs/aws/sigv4.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ecsfs/base/cleanup.h"

#define TERMINATOR "aws4_request"
#define ALGORITHM "AWS4-HMAC-SHA256"
#define DAY_LEN 8

static void hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

void sigv4_hash_hex(const void *data, size_t len, char out[static SIGV4_HEX_SIZE])
{
	unsigned char hash[SIGV4_HASH_SIZE];

	EVP_Digest(data, len, hash, NULL, EVP_sha256(), NULL);
	hex(hash, sizeof(hash), out);
}

static bool is_unreserved(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void uri_encode(struct buf *out, const char *s, size_t len, bool keep_slash)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x80 && is_unreserved(c)) || (keep_slash && c == '/'))
			buf_putc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

/* Dot segments and repeated slashes go, as RFC 3986 section 6 has it; then it is encoded again. */
static void canonical_path(struct buf *out, const char *path)
{
	_cleanup_(buf_done) struct buf plain = {0};
	size_t path_len = strlen(path);
	bool slash_at_end = path_len == 0 || path[path_len - 1] == '/' ||
			    (path_len >= 2 && strcmp(path + path_len - 2, "/.") == 0) ||
			    (path_len >= 3 && strcmp(path + path_len - 3, "/..") == 0);

	for (const char *p = path; *p;) {
		p += strspn(p, "/");
		size_t len = strcspn(p, "/");

		if (len == 2 && p[0] == '.' && p[1] == '.') {
			while (plain.len > 0 && plain.data[--plain.len] != '/')
				;
		} else if (len > 0 && !(len == 1 && p[0] == '.')) {
			buf_putc(&plain, '/');
			buf_append(&plain, p, len);
		}
		p += len;
	}
	if (slash_at_end || plain.len == 0)
		buf_putc(&plain, '/');
	out->failed |= plain.failed;
	if (!plain.failed)
		uri_encode(out, plain.data, plain.len, true);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decoded and encoded anew, so that it does not matter how the sender spelled it. */
static void recode(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%' && i + 2 < len && hex_value(s[i + 1]) >= 0 &&
		    hex_value(s[i + 2]) >= 0) {
			c = (char)(hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]));
			i += 2;
		}
		uri_encode(out, &c, 1, false);
	}
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name\1value" sorts by name and then by value, since no encoded text holds a \1. */
static void canonical_query(struct buf *out, const char *query)
{
	size_t count = 0, used = 0;

	for (const char *p = query; *p; p++)
		count += *p == '&';
	char **pairs = calloc(count + 1, sizeof(*pairs));
	if (!pairs) {
		out->failed = true;
		return;
	}
	for (const char *p = query; *p;) {
		size_t len = strcspn(p, "&");
		size_t name_len = strcspn(p, "=&");
		struct buf pair = {0};

		recode(&pair, p, name_len);
		buf_putc(&pair, '\1');
		if (name_len < len)
			recode(&pair, p + name_len + 1, len - name_len - 1);
		if (len > 0 && buf_steal(&pair, &pairs[used], NULL) == 0)
			used++;
		out->failed |= pair.failed;
		buf_done(&pair);
		p += len + (p[len] == '&');
	}
	qsort(pairs, used, sizeof(*pairs), compare_strings);
	for (size_t i = 0; i < used; i++) {
		*strchr(pairs[i], '\1') = '=';
		buf_puts(out, i ? "&" : "");
		buf_puts(out, pairs[i]);
		free(pairs[i]);
	}
	free(pairs);
}

static int compare_headers(const void *a, const void *b)
{
	const struct sigv4_header *const *x = a, *const *y = b;
	int order = strcasecmp((*x)->name, (*y)->name);

	/* Equal names stay in the order of the request; qsort alone would not promise that. */
	return order ? order : (*x > *y) - (*x < *y);
}

/* new: pointers to the headers, sorted by name; NULL: no memory. */
static const struct sigv4_header **sorted_headers(const struct sigv4_request *request)
{
	const struct sigv4_header **sorted = calloc(request->header_count + 1, sizeof(*sorted));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < request->header_count; i++)
		sorted[i] = &request->headers[i];
	qsort(sorted, request->header_count, sizeof(*sorted), compare_headers);
	return sorted;
}

static void put_lower(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_putc(out, (char)tolower((unsigned char)*s));
}

/* Without space at the ends, and every run of spaces as one. */
static void put_trimmed(struct buf *out, const char *s)
{
	bool started = false, space = false;

	for (; *s; s++) {
		if (isspace((unsigned char)*s)) {
			space = true;
			continue;
		}
		if (space && started)
			buf_putc(out, ' ');
		buf_putc(out, *s);
		started = true;
		space = false;
	}
}

static bool repeats(const struct sigv4_header **sorted, size_t i)
{
	return i > 0 && strcasecmp(sorted[i - 1]->name, sorted[i]->name) == 0;
}

void sigv4_signed_headers(const struct sigv4_request *request, struct buf *out)
{
	_cleanup_free_ const struct sigv4_header **sorted = sorted_headers(request);

	if (!sorted) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < request->header_count; i++) {
		if (repeats(sorted, i))
			continue;
		buf_puts(out, i ? ";" : "");
		put_lower(out, sorted[i]->name);
	}
}

static void canonical_headers(const struct sigv4_request *request, struct buf *out)
{
	_cleanup_free_ const struct sigv4_header **sorted = sorted_headers(request);

	if (!sorted) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < request->header_count; i++) {
		if (repeats(sorted, i)) {
			buf_putc(out, ',');
		} else {
			buf_puts(out, i ? "\n" : "");
			put_lower(out, sorted[i]->name);
			buf_putc(out, ':');
		}
		put_trimmed(out, sorted[i]->value);
	}
	buf_putc(out, '\n');
}

void sigv4_canonical_request(const struct sigv4_request *request, struct buf *out)
{
	char body_hash[SIGV4_HEX_SIZE];

	sigv4_hash_hex(request->body, request->body_len, body_hash);
	buf_printf(out, "%s\n", request->method);
	canonical_path(out, request->path);
	buf_putc(out, '\n');
	canonical_query(out, request->query);
	buf_putc(out, '\n');
	canonical_headers(request, out);
	buf_putc(out, '\n');
	sigv4_signed_headers(request, out);
	buf_printf(out, "\n%s", body_hash);
}

void sigv4_string_to_sign(const struct sigv4_scope *scope, const char *canonical, size_t len,
			  struct buf *out)
{
	char hash[SIGV4_HEX_SIZE];

	sigv4_hash_hex(canonical, len, hash);
	buf_printf(out, ALGORITHM "\n%s\n%.*s/%s/%s/" TERMINATOR "\n%s", scope->date, DAY_LEN,
		   scope->date, scope->region, scope->service, hash);
}

static void hmac(const void *key, size_t key_len, const void *data, size_t len,
		 unsigned char out[static SIGV4_HASH_SIZE])
{
	unsigned int out_len = SIGV4_HASH_SIZE;
	unsigned char mac[EVP_MAX_MD_SIZE];

	HMAC(EVP_sha256(), key, (int)key_len, data, len, mac, &out_len);
	memcpy(out, mac, SIGV4_HASH_SIZE);
	OPENSSL_cleanse(mac, sizeof(mac));
}

void sigv4_signing_key(const struct sigv4_scope *scope, unsigned char out[static SIGV4_HASH_SIZE])
{
	char first[4 + SIGV4_SECRET_MAX] = "AWS4";
	size_t len = strnlen(scope->secret_key, sizeof(first) - 4);

	memcpy(first + 4, scope->secret_key, len);
	hmac(first, len + 4, scope->date, DAY_LEN, out);
	hmac(out, SIGV4_HASH_SIZE, scope->region, strlen(scope->region), out);
	hmac(out, SIGV4_HASH_SIZE, scope->service, strlen(scope->service), out);
	hmac(out, SIGV4_HASH_SIZE, TERMINATOR, sizeof(TERMINATOR) - 1, out);
	OPENSSL_cleanse(first, sizeof(first));
}

void sigv4_signature(const unsigned char key[static SIGV4_HASH_SIZE], const char *string_to_sign,
		     size_t len, char out[static SIGV4_HEX_SIZE])
{
	unsigned char mac[SIGV4_HASH_SIZE];

	hmac(key, SIGV4_HASH_SIZE, string_to_sign, len, mac);
	hex(mac, sizeof(mac), out);
}

static void secret_done(struct buf *buf)
{
	if (buf->data)
		OPENSSL_cleanse(buf->data, buf->size);
	buf_done(buf);
}

int sigv4_authorization(const struct sigv4_request *request, const struct sigv4_scope *scope,
			char **ret_value)
{
	_cleanup_(secret_done) struct buf canonical = {0}; /* with the session token */
	_cleanup_(buf_done) struct buf to_sign = {0};
	_cleanup_(buf_done) struct buf value = {0};
	unsigned char key[SIGV4_HASH_SIZE];
	char signature[SIGV4_HEX_SIZE];
	size_t room = 4096; /* the rest; usually too much */

	/* All at once: what a growing buffer leaves behind is not zeroed. */
	for (size_t i = 0; i < request->header_count; i++)
		room += strlen(request->headers[i].name) * 2 + strlen(request->headers[i].value);
	buf_reserve(&canonical, room);
	sigv4_canonical_request(request, &canonical);
	if (canonical.failed)
		return -ENOMEM;
	sigv4_string_to_sign(scope, canonical.data, canonical.len, &to_sign);
	if (to_sign.failed)
		return -ENOMEM;
	sigv4_signing_key(scope, key);
	sigv4_signature(key, to_sign.data, to_sign.len, signature);
	OPENSSL_cleanse(key, sizeof(key));

	buf_printf(&value, ALGORITHM " Credential=%s/%.*s/%s/%s/" TERMINATOR ", SignedHeaders=",
		   scope->access_key, DAY_LEN, scope->date, scope->region, scope->service);
	sigv4_signed_headers(request, &value);
	buf_printf(&value, ", Signature=%s", signature);
	return buf_steal(&value, ret_value, NULL);
}

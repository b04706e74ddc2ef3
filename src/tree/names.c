#include "ecsfs/tree/names.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/utf8.h"

static bool is_unsafe(unsigned char c)
{
	return c < 0x20 || c == 0x7f || c == '/' || c == '%';
}

static void encode(const char *id, struct buf *out)
{
	const char *p = id;
	bool dots = strcmp(id, ".") == 0 || strcmp(id, "..") == 0;

	while (*p) {
		size_t len = utf8_printable_length(p);
		if (len == 0 || is_unsafe((unsigned char)*p) || dots) {
			buf_printf(out, "%%%02X", (unsigned char)*p++);
			continue;
		}
		buf_append(out, p, len);
		p += len;
	}
}

/* The longest prefix of at most @size bytes that cuts no %XX and no UTF-8 sequence in two. */
static size_t cut(const char *text, size_t size)
{
	for (size_t back = 1; back <= 2 && back <= size; back++)
		if (text[size - back] == '%')
			return size - back;
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

void name_encode(const char *id, const char *suffix, char out[static NAME_SIZE])
{
	struct buf text = {0};
	size_t room = NAME_SIZE - 1 - strlen(suffix);
	unsigned char digest[EVP_MAX_MD_SIZE];

	encode(id, &text);
	if (!text.failed && text.len <= room) {
		snprintf(out, NAME_SIZE, "%s%s", text.data ? text.data : "", suffix);
	} else {
		size_t kept = text.failed ? 0 : cut(text.data, room - 17);
		EVP_Digest(id, strlen(id), digest, NULL, EVP_sha256(), NULL);
		int at = snprintf(out, NAME_SIZE, "%.*s~", (int)kept, kept ? text.data : "");
		for (int i = 0; i < 8; i++)
			at += snprintf(out + at, NAME_SIZE - (size_t)at, "%02x", digest[i]);
		snprintf(out + at, NAME_SIZE - (size_t)at, "%s", suffix);
	}
	buf_done(&text);
}

static int hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int decode(const char *name, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (name[i] != '%') {
			buf_putc(out, name[i]);
			continue;
		}
		if (i + 2 >= len || hex_value(name[i + 1]) < 0 || hex_value(name[i + 2]) < 0)
			return -ENOENT;
		char c = (char)(hex_value(name[i + 1]) * 16 + hex_value(name[i + 2]));
		if (c == '\0')
			return -ENOENT;
		buf_putc(out, c);
		i += 2;
	}
	return 0;
}

/* Whether the @len bytes of @name before its suffix may be what is left of a longer id. */
static bool is_cut(const char *name, size_t len, size_t suffix_len)
{
	/* A %XX or a UTF-8 sequence that did not fit leaves up to three bytes free. */
	return len + suffix_len >= NAME_SIZE - 1 - 3 && name[len - 17] == '~' &&
	       strspn(name + len - 16, "0123456789abcdef") >= 16;
}

int name_decode(const char *name, const char *suffix, char **ret_id)
{
	struct buf id = {0};
	char again[NAME_SIZE], *text;
	size_t len = strlen(name), suffix_len = strlen(suffix);

	if (len <= suffix_len || strcmp(name + len - suffix_len, suffix) != 0 ||
	    is_cut(name, len - suffix_len, suffix_len))
		return -ENOENT;
	int r = decode(name, len - suffix_len, &id);
	if (r == 0)
		r = buf_steal(&id, &text, NULL);
	buf_done(&id);
	if (r < 0)
		return r;
	/* One resource has one name. */
	name_encode(text, suffix, again);
	if (strcmp(again, name) != 0) {
		free(text);
		return -ENOENT;
	}
	*ret_id = text;
	return 0;
}

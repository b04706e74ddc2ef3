#include "out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"

static void write_quoted(struct buf *buf, const char *text)
{
	buf_putc(buf, '"');
	while (*text) {
		size_t plain = 0;

		while ((unsigned char)text[plain] >= 0x20 && text[plain] != '"' &&
		       text[plain] != '\\')
			plain++;
		buf_append(buf, text, plain);
		text += plain;
		if (*text)
			buf_printf(buf, "\\u%04x", (unsigned char)*text++);
	}
	buf_putc(buf, '"');
}

static void write_key(struct out *out, const char *key)
{
	if (out->comma)
		buf_putc(&out->buf, ',');
	out->comma = true;
	if (key) {
		buf_putc(&out->buf, '"');
		buf_puts(&out->buf, key);
		buf_append(&out->buf, "\":", 2);
	}
}

void out_open(struct out *out, const char *key, char bracket)
{
	write_key(out, key);
	buf_putc(&out->buf, bracket);
	out->comma = false;
}

void out_close(struct out *out, char bracket)
{
	buf_putc(&out->buf, bracket);
	out->comma = true;
}

void out_string(struct out *out, const char *key, const char *value)
{
	if (!value)
		return;
	write_key(out, key);
	write_quoted(&out->buf, value);
}

void out_format(struct out *out, const char *key, const char *format, ...)
{
	char small[512];
	_cleanup_free_ char *large = NULL;
	va_list args;

	va_start(args, format);
	int len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (len >= (int)sizeof(small)) {
		va_start(args, format);
		if (vasprintf(&large, format, args) < 0)
			large = NULL;
		va_end(args);
	}
	out_string(out, key, large ? large : small);
}

/* snprintf() is most of the time of a page of tasks, and these are most of its calls. */
static void write_decimal(struct buf *buf, int64_t value, int min_digits)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest || (int)(sizeof(digits) - at) < min_digits);
	if (value < 0)
		digits[--at] = '-';
	buf_append(buf, digits + at, sizeof(digits) - at);
}

void out_int(struct out *out, const char *key, int64_t value)
{
	write_key(out, key);
	write_decimal(&out->buf, value, 1);
}

void out_real(struct out *out, const char *key, double value)
{
	write_key(out, key);
	buf_printf(&out->buf, "%.1f", value);
}

void out_bool(struct out *out, const char *key, bool value)
{
	write_key(out, key);
	buf_puts(&out->buf, value ? "true" : "false");
}

static int append_dump(const char *bytes, size_t len, void *buf)
{
	buf_append(buf, bytes, len);
	return 0;
}

void out_json(struct out *out, const char *key, const json_t *value)
{
	if (!value)
		return;
	write_key(out, key);
	json_dump_callback(value, append_dump, &out->buf, JSON_COMPACT | JSON_ENCODE_ANY);
}

void out_time(struct out *out, const char *key, int64_t unix_ms)
{
	if (!unix_ms)
		return;
	write_key(out, key);
	write_decimal(&out->buf, unix_ms / 1000, 1);
	buf_putc(&out->buf, '.');
	write_decimal(&out->buf, unix_ms % 1000, 3);
}

void out_reset(struct out *out)
{
	buf_clear(&out->buf);
	out->comma = false;
}

void out_done(struct out *out)
{
	buf_done(&out->buf);
}

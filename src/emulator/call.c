#include "call.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_TAGS 50

int call_fail(struct call *call, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(call->message, sizeof(call->message), format, args);
	va_end(args);
	snprintf(call->code, sizeof(call->code), "%s", code);
	call->status = 400;
	return -1;
}

json_t *call_member(const struct call *call, const char *name)
{
	json_t *value = json_object_get(call->in, name);

	return json_is_null(value) ? NULL : value;
}

const char *call_string(const struct call *call, const char *name)
{
	return json_string_value(json_object_get(call->in, name));
}

bool call_bool(const struct call *call, const char *name)
{
	return json_is_true(json_object_get(call->in, name));
}

int call_int(const struct call *call, const char *name, int fallback)
{
	json_t *value = call_member(call, name);

	return value ? (int)json_integer_value(value) : fallback;
}

bool call_includes(const struct call *call, const char *word)
{
	size_t i;
	json_t *value;

	json_array_foreach (json_object_get(call->in, "include"), i, value) {
		if (strcmp(json_string_value(value), word) == 0)
			return true;
	}
	return false;
}

int call_check_batch(struct call *call, const char *name, size_t max, const char *what)
{
	const json_t *list = call_member(call, name);

	if (list && json_array_size(list) == 0)
		return call_fail(call, INVALID, "%c%s cannot be empty.",
				 toupper((unsigned char)name[0]), name + 1);
	if (json_array_size(list) > max)
		return call_fail(call, INVALID, "%s can have at most %zu items.", what, max);
	return 0;
}

int call_check_name(struct call *call, const char *code, const char *name, const char *what)
{
	if (!*name)
		return call_fail(call, code, "%s should not be null or empty.", what);
	if (strlen(name) > 255)
		return call_fail(call, code, "%s longer than 255.", what);
	for (const char *at = name; *at; at++) {
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
			return call_fail(call, code, "%s contains invalid characters.", what);
	}
	return 0;
}

/* AWS counts the characters of UTF-8, not its bytes. */
static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

int call_check_tags(struct call *call, const json_t *tags)
{
	size_t i, j;
	json_t *tag, *other;

	if (json_array_size(tags) > MAX_TAGS)
		return call_fail(call, INVALID,
				 "The maximum number of tags that can be applied to a resource "
				 "is %d.",
				 MAX_TAGS);
	json_array_foreach (tags, i, tag) {
		const char *key = json_string_value(json_object_get(tag, "key"));
		const char *value = json_string_value(json_object_get(tag, "value"));

		if (!key || !*key || characters(key) > 128)
			return call_fail(call, INVALID,
					 "Tag keys must be between 1 and 128 characters long.");
		if (value && characters(value) > 256)
			return call_fail(call, INVALID,
					 "Tag values must be at most 256 characters long.");
		if (strncasecmp(key, "aws:", 4) == 0)
			return call_fail(call, INVALID,
					 "Tag keys with the prefix aws: are reserved.");
		for (j = 0; j < i; j++) {
			other = json_array_get(tags, j);
			if (strcmp(json_string_value(json_object_get(other, "key")), key) == 0)
				return call_fail(call, INVALID, "Duplicate tag keys found: %s.",
						 key);
		}
	}
	return 0;
}

static void format_arn(const struct call *call, char *out, size_t size, const char *format,
		       va_list args)
{
	int len = snprintf(out, size, "arn:aws:ecs:%s:" ACCOUNT ":", call->region);

	vsnprintf(out + len, size - (size_t)len, format, args);
}

void out_arn(struct call *call, const char *key, const char *format, ...)
{
	char arn[1024];
	va_list args;

	va_start(args, format);
	format_arn(call, arn, sizeof(arn), format, args);
	va_end(args);
	out_string(&call->out, key, arn);
}

void call_failure(struct call *call, const char *reason, const char *format, ...)
{
	char arn[1024];
	va_list args;

	va_start(args, format);
	format_arn(call, arn, sizeof(arn), format, args);
	va_end(args);
	out_open(&call->out, NULL, '{');
	out_string(&call->out, "arn", arn);
	out_string(&call->out, "reason", reason);
	out_close(&call->out, '}');
}

#include "ecsfs/store/render.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/timestamp.h"
#include "ecsfs/ecs/ecs.h"

/* Deeper than any document of AWS, shallow enough for the stack. */
#define MAX_DEPTH 512

static void put_string(struct buf *out, const char *s, size_t len)
{
	static const char short_escapes[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
					     ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
	size_t plain = 0;

	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x20 && c != 0x7f && c != '"' && c != '\\')
			continue;
		buf_append(out, s + plain, i - plain);
		plain = i + 1;
		if (c < sizeof(short_escapes) && short_escapes[c])
			buf_append(out, (char[]){'\\', short_escapes[c]}, 2);
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_append(out, s + plain, len - plain);
	buf_putc(out, '"');
}

/*
 * The fewest digits that read back as the same number, and an exponent where jq writes one: when
 * four zeros would follow the point, or more than fifteen the digits.
 */
static void put_real(struct buf *out, double real)
{
	char text[40];
	int digits = 1;

	while (snprintf(text, sizeof(text), "%.*e", digits - 1, real) > 0 && digits < 17 &&
	       strtod(text, NULL) != real)
		digits++;
	char *exponent = strchr(text, 'e');
	int point = atoi(exponent + 1) + 1; /* after so many digits */
	if (point <= -4 || point > digits + 15) {
		buf_puts(out, text);
	} else if (point < digits) {
		buf_printf(out, "%.*f", digits - point, real);
	} else {
		for (const char *at = text; at < exponent; at++)
			if (*at != '.')
				buf_putc(out, *at);
		for (; digits < point; digits++)
			buf_putc(out, '0');
	}
}

static void put_number(struct buf *out, json_t *value)
{
	if (json_is_integer(value))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		put_real(out, json_real_value(value));
}

static void put_newline(struct buf *out, int depth)
{
	char *room = buf_reserve(out, 1 + 2 * (size_t)depth);

	if (!room)
		return;
	room[0] = '\n';
	memset(room + 1, ' ', 2 * (size_t)depth);
	out->len += 1 + 2 * (size_t)depth;
	out->data[out->len] = '\0';
}

bool render_is_time_name(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && memcmp(name + len - 2, "At", 2) == 0;
}

static bool is_time(const char *name, json_t *value)
{
	return json_is_number(value) && render_is_time_name(name) &&
	       fabs(json_number_value(value)) < 1e12;
}

static void put_time(struct buf *out, json_t *value)
{
	char text[TIMESTAMP_SIZE];

	timestamp_format_ms((int64_t)llround(json_number_value(value) * 1000), text);
	buf_printf(out, "\"%s\"", text);
}

/* @pretty: indented, with times; else on one line, without. */
static void put_value(struct buf *out, json_t *value, int depth, bool pretty);

static void put_object(struct buf *out, json_t *object, int depth, bool pretty)
{
	const char *name;
	json_t *value;
	bool first = true;

	if (json_object_size(object) == 0) {
		buf_puts(out, "{}");
		return;
	}
	buf_putc(out, '{');
	json_object_foreach (object, name, value) {
		if (!first)
			buf_putc(out, ',');
		first = false;
		if (pretty)
			put_newline(out, depth + 1);
		put_string(out, name, strlen(name));
		buf_puts(out, pretty ? ": " : ":");
		if (pretty && is_time(name, value))
			put_time(out, value);
		else
			put_value(out, value, depth + 1, pretty);
	}
	if (pretty)
		put_newline(out, depth);
	buf_putc(out, '}');
}

static void put_array(struct buf *out, json_t *array, int depth, bool pretty)
{
	size_t i;
	json_t *value;

	if (json_array_size(array) == 0) {
		buf_puts(out, "[]");
		return;
	}
	buf_putc(out, '[');
	json_array_foreach (array, i, value) {
		if (i > 0)
			buf_putc(out, ',');
		if (pretty)
			put_newline(out, depth + 1);
		put_value(out, value, depth + 1, pretty);
	}
	if (pretty)
		put_newline(out, depth);
	buf_putc(out, ']');
}

static void put_value(struct buf *out, json_t *value, int depth, bool pretty)
{
	if (depth > MAX_DEPTH) {
		out->failed = true;
		return;
	}
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put_object(out, value, depth, pretty);
		break;
	case JSON_ARRAY:
		put_array(out, value, depth, pretty);
		break;
	case JSON_STRING:
		put_string(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		put_number(out, value);
		break;
	case JSON_TRUE:
		buf_puts(out, "true");
		break;
	case JSON_FALSE:
		buf_puts(out, "false");
		break;
	case JSON_NULL:
		buf_puts(out, "null");
		break;
	}
}

static bool is_too_deep(json_t *value, int depth)
{
	const char *name;
	json_t *child;
	size_t i;

	if (depth > MAX_DEPTH)
		return true;
	json_array_foreach (value, i, child)
		if (is_too_deep(child, depth + 1))
			return true;
	json_object_foreach (value, name, child)
		if (is_too_deep(child, depth + 1))
			return true;
	return false;
}

int render_document(struct buf *out, json_t *value)
{
	put_value(out, value, 0, true);
	buf_putc(out, '\n');
	return !out->failed ? 0 : is_too_deep(value, 0) ? -EPROTO : -ENOMEM;
}

void render_compact(struct buf *out, json_t *value)
{
	put_value(out, value, 0, false);
}

json_t *rendered_parse(const char *text, size_t len)
{
	json_error_t why;

	return ecs_parse(text, len, &why);
}

bool render_next_member(const char *text, const char **cursor, struct rendered_member *ret_member)
{
	const char *line = *cursor ? *cursor : text + 2; /* past "{\n" */

	if ((!*cursor && strncmp(text, "{\n", 2) != 0) || strncmp(line, "  \"", 3) != 0)
		return false;
	const char *name = line + 3;
	const char *name_end = name;
	while (*name_end != '"')
		name_end += *name_end == '\\' ? 2 : 1;
	const char *value = name_end + strlen("\": ");
	const char *end = strchr(value, '\n');
	/* Lines of a nested structure, and its closing bracket, do not begin with two blanks and a
	 * quote. */
	while (strncmp(end, "\n  \"", 4) != 0 && strncmp(end, "\n}", 2) != 0)
		end = strchr(end + 1, '\n');
	*cursor = end + 1;
	*ret_member = (struct rendered_member){
		.name = name,
		.name_len = (size_t)(name_end - name),
		.value = value,
		.value_len = (size_t)(end - value) - (end[-1] == ','),
	};
	return true;
}

bool render_find_member(const char *text, const char *name, struct rendered_member *ret_member)
{
	const char *cursor = NULL;
	struct rendered_member member;
	size_t len = strlen(name);

	while (render_next_member(text, &cursor, &member)) {
		if (member.name_len == len && memcmp(member.name, name, len) == 0) {
			*ret_member = member;
			return true;
		}
	}
	return false;
}

bool rendered_is_structure(const struct rendered_member *member)
{
	return *member->value == '{' || *member->value == '[';
}

static void put_moved_left(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline + 1 : end;
		buf_append(out, text, (size_t)(line_end - text));
		text = newline ? line_end + 2 : end;
	}
}

void render_member(struct buf *out, const struct rendered_member *member)
{
	if (rendered_is_structure(member)) {
		put_moved_left(out, member->value, member->value_len);
	} else if (*member->value == '"') {
		json_auto_t *string = json_loadb(member->value, member->value_len,
						 JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (string)
			buf_append(out, json_string_value(string), json_string_length(string));
		else
			out->failed = true;
	} else {
		buf_append(out, member->value, member->value_len);
	}
	buf_putc(out, '\n');
}

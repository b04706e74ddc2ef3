#include "shape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_NAME 80

struct check {
	char *message;
	size_t size;
};

static enum shape_problem check_type(struct check *check, const char *name, const char *type,
				     size_t len, const json_t *value);

static const char *find(const struct shape *table, const char *name, size_t len)
{
	for (; table->name; table++) {
		if (strncmp(table->name, name, len) == 0 && !table->name[len])
			return table->members;
	}
	return NULL;
}

static const char *kind(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "START_OBJECT";
	case JSON_ARRAY:
		return "START_ARRAY";
	case JSON_STRING:
		return "STRING_VALUE";
	case JSON_INTEGER:
		return "NUMBER_VALUE";
	case JSON_REAL:
		return "DECIMAL_VALUE";
	case JSON_TRUE:
		return "TRUE_VALUE";
	case JSON_FALSE:
		return "FALSE_VALUE";
	default:
		return "NULL_VALUE";
	}
}

static enum shape_problem wrong_type(struct check *check, const json_t *value, const char *type)
{
	snprintf(check->message, check->size, "%s can not be converted to %s", kind(value), type);
	return SHAPE_WRONG_TYPE;
}

/* "A|B|C" as "A, B, C", and whether @value is one of them. */
static enum shape_problem check_enum(struct check *check, const char *name, const char *type,
				     size_t len, const json_t *value)
{
	const char *text = json_string_value(value), *end = type + len;
	size_t used;

	for (const char *at = type; at < end;) {
		const char *bar = memchr(at, '|', (size_t)(end - at));
		size_t word = (size_t)((bar ? bar : end) - at);

		if (strlen(text) == word && strncmp(at, text, word) == 0)
			return SHAPE_FITS;
		at += word + 1;
	}
	snprintf(check->message, check->size, "%s should be one of [%.*s]", name, (int)len, type);
	for (used = 0; check->message[used]; used++) {
		if (check->message[used] == '|')
			check->message[used] = ',';
	}
	return SHAPE_WRONG_VALUE;
}

static size_t type_length(const char *type)
{
	return strcspn(type, " ");
}

static enum shape_problem check_members(struct check *check, const char *members,
					const json_t *object)
{
	if (!json_is_object(object))
		return wrong_type(check, object, "a structure");
	for (const char *at = members; *at;) {
		bool required = *at == '*';
		char name[MAX_NAME];

		at += required;
		size_t len = strcspn(at, ":");
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		const char *type = at + len + 1;
		len = type_length(type);
		at = type + len + (type[len] == ' ');
		const json_t *value = json_object_get(object, name);
		if (value && !json_is_null(value)) {
			enum shape_problem problem = check_type(check, name, type, len, value);

			if (problem)
				return problem;
		} else if (required) {
			snprintf(check->message, check->size, "%c%s cannot be empty.",
				 toupper((unsigned char)name[0]), name + 1);
			return SHAPE_WRONG_VALUE;
		}
	}
	return SHAPE_FITS;
}

static enum shape_problem check_elements(struct check *check, const char *name, const char *type,
					 size_t len, const json_t *value)
{
	size_t i;
	json_t *element;
	enum shape_problem problem;

	if (!json_is_array(value))
		return wrong_type(check, value, "a list");
	json_array_foreach (value, i, element) {
		problem = check_type(check, name, type, len, element);
		if (problem)
			return problem;
	}
	return SHAPE_FITS;
}

static enum shape_problem check_map(struct check *check, const char *name, const char *type,
				    size_t len, const json_t *value)
{
	void *at;

	if (!json_is_object(value))
		return wrong_type(check, value, "a map");
	for (at = json_object_iter((json_t *)value); at;
	     at = json_object_iter_next((json_t *)value, at)) {
		enum shape_problem problem =
			check_type(check, name, type, len, json_object_iter_value(at));

		if (problem)
			return problem;
	}
	return SHAPE_FITS;
}

static bool is(const char *type, size_t len, const char *name)
{
	return strlen(name) == len && strncmp(type, name, len) == 0;
}

static enum shape_problem check_type(struct check *check, const char *name, const char *type,
				     size_t len, const json_t *value)
{
	const char *members;

	if (*type == '[')
		return check_elements(check, name, type + 1, len - 2, value);
	if (*type == '{')
		return check_map(check, name, type + 1, len - 2, value);
	if (is(type, len, "document"))
		return SHAPE_FITS;
	if (is(type, len, "string"))
		return json_is_string(value) ? SHAPE_FITS : wrong_type(check, value, "a String");
	if (is(type, len, "int")) {
		if (!json_is_integer(value))
			return wrong_type(check, value, "an Integer");
		json_int_t number = json_integer_value(value);
		return number == (int)number ? SHAPE_FITS : wrong_type(check, value, "an Integer");
	}
	if (is(type, len, "long"))
		return json_is_integer(value) ? SHAPE_FITS : wrong_type(check, value, "a Long");
	if (is(type, len, "double") || is(type, len, "time"))
		return json_is_number(value) ? SHAPE_FITS : wrong_type(check, value, "a Double");
	if (is(type, len, "bool"))
		return json_is_boolean(value) ? SHAPE_FITS : wrong_type(check, value, "a Boolean");
	members = find(shapes, type, len);
	if (members)
		return check_members(check, members, value);
	if (!json_is_string(value))
		return wrong_type(check, value, "a String");
	return check_enum(check, name, type, len, value);
}

enum shape_problem shape_check(const char *action, const json_t *value, char *ret_message,
			       size_t size)
{
	struct check check = {ret_message, size};
	const char *members = find(request_shapes, action, strlen(action));

	return members ? check_members(&check, members, value) : SHAPE_FITS;
}

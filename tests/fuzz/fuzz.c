#include "fuzz.h"

/* The code point at @p, by RFC 3629's grammar read literally; its length, or 0. */
static size_t decode(const unsigned char *p, size_t left, uint32_t *ret_code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80       ? 1
		     : p[0] >> 5 == 6  ? 2
		     : p[0] >> 4 == 14 ? 3
		     : p[0] >> 3 == 30 ? 4
				       : 0;
	uint32_t code = len == 1 ? p[0] : p[0] & (0x7fu >> len);

	if (len == 0 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return len;
}

bool fuzz_is_clean_text(const char *text, size_t len, const char *allowed)
{
	uint32_t code;
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		step = decode((const unsigned char *)text + i, len - i, &code);
		if (step == 0 || code == 0)
			return false;
		bool control = code < 0x20 || code == 0x7f;
		if (control && !strchr(allowed, (int)code))
			return false;
	}
	return true;
}

void fuzz_check_file_name(const char *name)
{
	size_t len = strlen(name);

	FUZZ_CHECK_MSG(len > 0 && len <= 255, "%zu bytes", len);
	FUZZ_CHECK_MSG(strcmp(name, ".") != 0 && strcmp(name, "..") != 0, "%s", name);
	FUZZ_CHECK_MSG(!strchr(name, '/'), "%s", name);
	FUZZ_CHECK_MSG(fuzz_is_clean_text(name, len, ""), "%s", name);
}

static bool is_time_name(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && strcmp(name + len - 2, "At") == 0;
}

static bool same_number(json_t *a, json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b))
		return json_integer_value(a) == json_integer_value(b);
	return json_number_value(a) == json_number_value(b);
}

static bool same_object(json_t *a, json_t *b, bool times)
{
	const char *name;
	json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach (a, name, value) {
		json_t *other = json_object_get(b, name);
		if (times && is_time_name(name) && json_is_number(value) && json_is_string(other))
			continue;
		if (!other || !fuzz_same_value(value, other, times))
			return false;
	}
	return true;
}

static bool same_array(json_t *a, json_t *b, bool times)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!fuzz_same_value(json_array_get(a, i), json_array_get(b, i), times))
			return false;
	return true;
}

bool fuzz_same_value(json_t *a, json_t *b, bool times)
{
	if (json_is_number(a) && json_is_number(b))
		return same_number(a, b);
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a))
		return same_object(a, b, times);
	return json_is_array(a) ? same_array(a, b, times) : json_equal(a, b);
}

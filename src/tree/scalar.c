#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int scalar_parse_bool(struct op *op, const char *name, const char *text, bool *ret_value)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*ret_value = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*ret_value = false;
	else
		return error_set(&op->error, EINVAL, "%s is true or false, not \"%s\"", name, text);
	return 0;
}

static int parse_count(struct op *op, const char *name, const char *text, json_t **ret_value)
{
	char *end;

	errno = 0;
	long long count = strtoll(text, &end, 10);
	if (end == text || *end || errno || count < 0 || count > INT32_MAX ||
	    strspn(text, "0123456789") != strlen(text))
		return error_set(&op->error, EINVAL, "%s is an integer from 0, not \"%s\"", name,
				 text);
	*ret_value = json_integer(count);
	return *ret_value ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

int scalar_parse(struct op *op, const char *name, char type, const char *text, json_t **ret_value)
{
	bool yes;
	int r;

	switch (type) {
	case 'i':
		return parse_count(op, name, text, ret_value);
	case 'b':
		r = scalar_parse_bool(op, name, text, &yes);
		if (r == 0)
			*ret_value = json_boolean(yes);
		return r;
	default:
		if (!text[0])
			return error_set(&op->error, EINVAL, "%s cannot be empty", name);
		*ret_value = json_string(text);
		/* No memory, or bytes that JSON cannot carry. */
		return *ret_value ? 0
				  : error_set(&op->error, EINVAL, "%s is not valid UTF-8", name);
	}
}

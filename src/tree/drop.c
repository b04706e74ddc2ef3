/*
 * Drops: NAME.json written into a collection, which creates the resource when it is complete.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "scratch.h"

/* Of JSON: fewer than isspace() knows, and whatever stands behind a text must be one of them. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int document_parse(struct op *op, const char *text, size_t len, enum more more, json_t **ret_value)
{
	json_error_t where;
	size_t start = 0;

	bool line_ends = len > 0 && text[len - 1] == '\n';
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	while (start < len && is_blank(text[start]))
		start++;
	/* Only text that ends as an object or array ends may be complete: cheap to see. And as
	 * cheap, only one that begins so may ever be. At the end of a line, where a shell's echo
	 * ends, it is looked at anyhow: nobody sees the error of a shell's close. */
	bool closed = len > 0 && (text[len - 1] == '}' || text[len - 1] == ']');
	bool hopeless = start < len && text[start] != '{' && text[start] != '[';
	if (!closed && !hopeless && !line_ends && more != MORE_NONE)
		return 1;
	json_t *value = json_loadb(text, len + line_ends, JSON_REJECT_DUPLICATES, &where);
	if (value) {
		*ret_value = value;
		return 0;
	}
	bool cut = json_error_code(&where) == json_error_premature_end_of_input;
	if (more == MORE_ANYWHERE || (more == MORE_BEHIND && cut))
		return 1;
	return error_set(&op->error, EINVAL, "not a JSON document: line %d column %d: %s",
			 where.line, where.column, where.text);
}

bool drop_is_name(const struct node *dir, const char *name)
{
	size_t len = strlen(name);

	return dir->type->drop && len > 5 && strcmp(name + len - 5, ".json") == 0 &&
	       !scratch_is_editor_name(name);
}

/* One line that is no JSON, where that is accepted; new, or NULL. */
static char *line_of(const struct node *dir, const char *text, size_t len, enum more more)
{
	const char *newline = memchr(text, '\n', len);

	if (!(dir->type->flags & NODE_LINES) || len == 0 || strchr("{[ \t\n", text[0]))
		return NULL;
	if (!newline && more != MORE_NONE)
		return NULL;
	size_t line_len = newline ? (size_t)(newline - text) : len;
	return newline && newline + 1 < text + len ? NULL : strndup(text, line_len);
}

int drop_commit(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		const char *text, size_t len, enum more more)
{
	_cleanup_free_ char *id = NULL, *line = line_of(dir, text, len, more);
	json_auto_t *value = NULL;
	/* What begins no JSON may still become a line. */
	if ((dir->type->flags & NODE_LINES) && more == MORE_BEHIND && !memchr(text, '\n', len))
		more = MORE_ANYWHERE;
	int r = line ? 0 : document_parse(op, text, len, more, &value);

	if (r != 0)
		return r;
	if (value && !json_is_object(value))
		return error_set(&op->error, EINVAL, "%s is a JSON object", name);
	if (name_decode(name, ".json", &id) < 0)
		return error_set(&op->error, EINVAL, "%s is no name that a resource can have",
				 name);
	return dir->type->drop(tree, op, dir, id, value, line);
}

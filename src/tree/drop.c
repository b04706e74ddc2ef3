/*
 * Drops: NAME.json written into a collection, which creates the resource when it is complete.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "scratch.h"

int document_parse(struct op *op, const char *text, size_t len, bool final, json_t **ret_value)
{
	json_error_t where;

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	/* Only text that ends as an object or array ends may be complete: cheap to see. */
	bool may_be = len > 0 && (text[len - 1] == '}' || text[len - 1] == ']');
	json_t *value =
		may_be || final ? json_loadb(text, len, JSON_REJECT_DUPLICATES, &where) : NULL;
	if (value) {
		*ret_value = value;
		return 0;
	}
	if (!final)
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
static char *line_of(const struct node *dir, const char *text, size_t len, bool final)
{
	const char *newline = memchr(text, '\n', len);

	if (!(dir->type->flags & NODE_LINES) || len == 0 || strchr("{[ \t\n", text[0]))
		return NULL;
	if (!newline && !final)
		return NULL;
	size_t line_len = newline ? (size_t)(newline - text) : len;
	return newline && newline + 1 < text + len ? NULL : strndup(text, line_len);
}

int drop_commit(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		const char *text, size_t len, bool final)
{
	_cleanup_free_ char *id = NULL, *line = line_of(dir, text, len, final);
	json_auto_t *value = NULL;
	int r = line ? 0 : document_parse(op, text, len, final, &value);

	if (r != 0)
		return r;
	if (value && !json_is_object(value))
		return error_set(&op->error, EINVAL, "%s is a JSON object", name);
	if (name_decode(name, ".json", &id) < 0)
		return error_set(&op->error, EINVAL, "%s is no name that a resource can have",
				 name);
	return dir->type->drop(tree, op, dir, id, value, line);
}

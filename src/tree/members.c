/*
 * Members: a file for each member of a resource's document, found in its rendered text.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

/* Members that have a better shape than their JSON: directories and text. */
static bool has_better_shape(const char *name)
{
	return strcmp(name, "tags") == 0 || strcmp(name, "attributes") == 0 ||
	       strcmp(name, "events") == 0;
}

static bool is_own_row(const struct node *dir, const char *file)
{
	for (const struct node_type *row = dir->type->rows; row->form != NODE_END; row++)
		if (row->name && strcmp(row->name, file) == 0)
			return true;
	return false;
}

/* The document of the directory that members are in. */
static int directory_document(struct tree *tree, struct op *op, const struct node *dir,
			      const struct node_type *row, struct document *ret_document)
{
	struct node member = {.type = row, .parent = dir};

	return resource_document(tree, op, &member, ret_document);
}

/*
 * The name of a member's file. Its id is the name as the text has it, which may be escaped there
 * and may be longer than a file's. A scalar that is called as the file of a structure has none: "".
 */
static int member_file(struct op *op, const struct rendered_member *member, char file[NAME_SIZE])
{
	json_auto_t *name =
		json_loadb(member->name - 1, member->name_len + 2, JSON_DECODE_ANY, NULL);

	if (!name)
		return error_set(&op->error, ENOMEM, "out of memory");
	const char *text = json_string_value(name);
	size_t len = strlen(text);
	bool structure = rendered_is_structure(member);

	name_encode(text, structure ? ".json" : "", file);
	if (!structure && len > 5 && strcmp(text + len - 5, ".json") == 0)
		file[0] = '\0';
	return 0;
}

int members_each(struct tree *tree, struct op *op, const struct node *dir,
		 const struct node_type *row, struct entries *entries)
{
	_cleanup_(document_done) struct document document = {0};
	struct rendered_member member;
	const char *cursor = NULL;
	char file[NAME_SIZE];

	int r = directory_document(tree, op, dir, row, &document);
	if (r < 0)
		return r;
	entries->expires_ms = document.expires_ms;
	entries->ctime_ms = document.ctime_ms;
	while (render_next_member(document.blob->bytes, &cursor, &member)) {
		_cleanup_free_ char *id = strndup(member.name, member.name_len);
		r = id ? member_file(op, &member, file)
		       : error_set(&op->error, ENOMEM, "out of memory");
		if (r < 0)
			return r;
		if (!has_better_shape(id) && !is_own_row(dir, file) && file[0] != '.')
			entries_add(entries, row, file, id);
	}
	return 0;
}

/* Nearly all names are the same in the text and as a file's; the others are compared one by one. */
static int find_in_text(struct op *op, const char *text, const char *name, char **ret_id)
{
	struct rendered_member member;
	const char *cursor = NULL;
	char file[NAME_SIZE];
	size_t len = strlen(name);
	bool json = len > 5 && strcmp(name + len - 5, ".json") == 0;
	_cleanup_free_ char *id = strndup(name, json ? len - 5 : len);

	if (!id)
		return error_set(&op->error, ENOMEM, "out of memory");
	if (!strpbrk(name, "%~\\\"")) {
		if (!render_find_member(text, id, &member) ||
		    rendered_is_structure(&member) != json)
			return -ENOENT;
		*ret_id = STEAL(id);
		return 0;
	}
	while (render_next_member(text, &cursor, &member)) {
		int r = member_file(op, &member, file);
		if (r < 0)
			return r;
		if (strcmp(file, name) == 0) {
			*ret_id = strndup(member.name, member.name_len);
			return *ret_id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
		}
	}
	return -ENOENT;
}

int members_find(struct tree *tree, struct op *op, const struct node *dir,
		 const struct node_type *row, const char *name, struct found *ret_found)
{
	_cleanup_(document_done) struct document document = {0};
	_cleanup_free_ char *id = NULL;

	/* No member begins so; editors and shells try such names all the time. */
	if (name[0] == '.')
		return -ENOENT;
	int r = directory_document(tree, op, dir, row, &document);
	if (r < 0)
		return r;
	ret_found->expires_ms = document.expires_ms;
	r = find_in_text(op, document.blob->bytes, name, &id);
	if (r < 0 || has_better_shape(id))
		return r < 0 ? r : -ENOENT;
	ret_found->id = STEAL(id);
	return 0;
}

/* The API's name of a member: the id of a row for many, else the row's own name. */
static void api_name(const struct node *node, char *out, size_t size)
{
	const char *name = node->id ? node->id : node->type->name;
	size_t len = strlen(name);

	if (!node->id && len > 5 && strcmp(name + len - 5, ".json") == 0)
		len -= 5;
	snprintf(out, size, "%.*s", (int)len, name);
}

int member_show(struct tree *tree, struct op *op, const struct node *node,
		struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	struct rendered_member member;
	struct buf text = {0};
	char name[NAME_SIZE];

	api_name(node, name, sizeof(name));
	int r = resource_document(tree, op, node, &document);
	if (r < 0)
		return r;
	if (render_find_member(document.blob->bytes, node->id ? node->id : name, &member))
		render_member(&text, &member);
	else if (node->id)
		return -ENOENT;
	return content_of_buf(op, &text, &document, ret_content);
}

int member_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	const struct update *update = node->type->update;
	struct ecs_member member;
	json_t *value;
	char name[NAME_SIZE];

	api_name(node, name, sizeof(name));
	if (!ecs_action_has_member(ecs_action_find(update->action), name, &member))
		return error_set(&op->error, EPERM, "%s cannot be written", name);
	int r = scalar_parse(op, name, member.type, text, &value);
	if (r < 0)
		return r;
	json_auto_t *request = json_pack("{s:o}", name, value);
	if (!request)
		return error_set(&op->error, ENOMEM, "out of memory");
	r = update_name(op, node, update, request);
	return r < 0 ? r : tree_call(tree, op, update->action, STEAL(request), node->parent, NULL);
}

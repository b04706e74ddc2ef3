/*
 * tags/KEY and attributes/NAME: one file for each, written to set, removed to take away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

/* Which array of the document, and what an element's members are called. */
struct pairs {
	const char *array, *key;
};

static const struct pairs tag_pairs = {"tags", "key"};
static const struct pairs attribute_pairs = {"attributes", "name"};

static const struct pairs *pairs_of(const struct node_type *row)
{
	return row->slot == SLOT_TAG ? &tag_pairs : &attribute_pairs;
}

/* The document whose array is shown: that of the directory above. @ret_object: new */
static int load(struct tree *tree, struct op *op, const struct node *dir,
		const struct node_type *row, struct document *ret_document, json_t **ret_object)
{
	struct node as_document = {.type = row, .parent = dir};
	int r = resource_document(tree, op, &as_document, ret_document);

	if (r < 0)
		return r;
	*ret_object = rendered_parse(ret_document->blob->bytes, ret_document->blob->len);
	return *ret_object ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

/* The key of a pair; NULL when it is none that a file can stand for. */
static const char *key_of(json_t *pair, const struct pairs *pairs)
{
	json_t *key = json_object_get(pair, pairs->key);
	const char *text = json_string_value(key);

	return text && strlen(text) == json_string_length(key) ? text : NULL;
}

static json_t *find_pair(json_t *object, const struct pairs *pairs, const char *key)
{
	json_t *pair;
	size_t i;

	json_array_foreach (json_object_get(object, pairs->array), i, pair) {
		const char *name = key_of(pair, pairs);
		if (name && strcmp(name, key) == 0)
			return pair;
	}
	return NULL;
}

int pairs_each(struct tree *tree, struct op *op, const struct node *dir,
	       const struct node_type *row, struct entries *entries)
{
	_cleanup_(document_done) struct document document = {0};
	const struct pairs *pairs = pairs_of(row);
	json_auto_t *object = NULL;
	char file[NAME_SIZE];
	json_t *pair;
	size_t i;

	int r = load(tree, op, dir, row, &document, &object);
	if (r < 0)
		return r;
	entries->expires_ms = document.expires_ms;
	entries->ctime_ms = document.ctime_ms;
	json_array_foreach (json_object_get(object, pairs->array), i, pair) {
		const char *name = key_of(pair, pairs);
		if (!name || find_pair(object, pairs, name) != pair)
			continue;
		name_encode(name, "", file);
		entries_add(entries, row, file, name);
	}
	return 0;
}

int pairs_find(struct tree *tree, struct op *op, const struct node *dir,
	       const struct node_type *row, const char *name, struct found *ret_found)
{
	_cleanup_(document_done) struct document document = {0};
	const struct pairs *pairs = pairs_of(row);
	json_auto_t *object = NULL;
	char file[NAME_SIZE];
	json_t *pair;
	size_t i;

	int r = load(tree, op, dir, row, &document, &object);
	if (r < 0)
		return r;
	ret_found->expires_ms = document.expires_ms;
	/* Encoded and compared: a long name was cut, and cannot be decoded. */
	json_array_foreach (json_object_get(object, pairs->array), i, pair) {
		const char *key = key_of(pair, pairs);
		if (!key)
			continue;
		name_encode(key, "", file);
		if (strcmp(file, name) != 0)
			continue;
		ret_found->id = strdup(key);
		return ret_found->id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
	}
	return -ENOENT;
}

int pair_show(struct tree *tree, struct op *op, const struct node *node,
	      struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	json_auto_t *object = NULL;
	struct buf text = {0};

	int r = load(tree, op, node->parent, node->type, &document, &object);
	if (r < 0)
		return r;
	json_t *pair = find_pair(object, pairs_of(node->type), node->id);
	if (!pair)
		return -ENOENT;
	json_t *value = json_object_get(pair, "value");
	buf_append(&text, json_string_value(value), json_string_length(value));
	buf_putc(&text, '\n');
	return content_of_buf(op, &text, &document, ret_content);
}

/* The ARN of the resource that a tag is on. */
static int arn_of(struct tree *tree, struct op *op, const struct node *node, char **ret_arn)
{
	_cleanup_(document_done) struct document document = {0};
	json_auto_t *object = NULL;

	int r = load(tree, op, node->parent, node->type, &document, &object);
	if (r < 0)
		return r;
	const char *arn = json_string_value(json_object_get(object, kinds[node->type->kind].arn));
	*ret_arn = strdup(arn ? arn : "");
	return *ret_arn ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

/* The resource's directory, which shows its tags and attributes in more than one place. */
static const struct node *resource_of(const struct node *node)
{
	return node->parent->parent;
}

int tag_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	_cleanup_free_ char *arn = NULL;
	int r = arn_of(tree, op, node, &arn);

	return r < 0 ? r
		     : tree_call(tree, op, "TagResource",
				 json_pack("{s:s, s:[{s:s, s:s}]}", "resourceArn", arn, "tags",
					   "key", node->id, "value", text),
				 resource_of(node), NULL);
}

int tag_remove(struct tree *tree, struct op *op, const struct node *node)
{
	_cleanup_free_ char *arn = NULL;
	int r = arn_of(tree, op, node, &arn);

	return r < 0 ? r
		     : tree_call(tree, op, "UntagResource",
				 json_pack("{s:s, s:[s]}", "resourceArn", arn, "tagKeys", node->id),
				 resource_of(node), NULL);
}

static json_t *attribute_request(const struct node *node, const char *value)
{
	struct place place = node_place(node);

	return json_pack("{s:s, s:[{s:s, s:s*, s:s, s:s}]}", "cluster", place.id[SLOT_CLUSTER],
			 "attributes", "name", node->id, "value", value, "targetType",
			 "container-instance", "targetId", place.id[SLOT_CONTAINER_INSTANCE]);
}

int attribute_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	/* One without a value is a mark; AWS takes no empty value. */
	return tree_call(tree, op, "PutAttributes", attribute_request(node, text[0] ? text : NULL),
			 resource_of(node), NULL);
}

int attribute_remove(struct tree *tree, struct op *op, const struct node *node)
{
	return tree_call(tree, op, "DeleteAttributes", attribute_request(node, NULL),
			 resource_of(node), NULL);
}

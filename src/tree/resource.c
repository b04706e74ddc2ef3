/*
 * Resources that AWS lists: their names as entries, their documents as files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* What a resource's file name ends in: files are JSON, directories are bare names. */
static const char *suffix_of(const struct node_type *row)
{
	return row->form == NODE_DIR || (row->flags & NODE_BARE) ? "" : ".json";
}

int resource_list(struct tree *tree, struct op *op, const struct list_query *query,
		  const struct node_type *row, struct entries *entries)
{
	_cleanup_(listing_cleanup) struct listing *listing = NULL;
	char name[NAME_SIZE];

	int r = store_list(tree->store, op, query, &listing, &entries->expires_ms);
	if (r < 0)
		return r;
	entries->ctime_ms = listing->ctime_ms;
	for (size_t i = 0; i < listing->count; i++) {
		name_encode(listing->names[i], suffix_of(row), name);
		entries_add(entries, row, name, listing->names[i]);
	}
	return 0;
}

/* A name that was cut cannot be decoded: whose is it? */
static int id_of_cut_name(struct tree *tree, struct op *op, const struct list_query *query,
			  const char *suffix, const char *name, char **ret_id)
{
	_cleanup_(listing_cleanup) struct listing *listing = NULL;
	char encoded[NAME_SIZE];

	if (strlen(name) < NAME_SIZE - 10 || !strchr(name, '~'))
		return -ENOENT;
	int r = store_list(tree->store, op, query, &listing, NULL);
	if (r < 0)
		return r;
	for (size_t i = 0; i < listing->count; i++) {
		name_encode(listing->names[i], suffix, encoded);
		if (strcmp(encoded, name) == 0) {
			*ret_id = strdup(listing->names[i]);
			return *ret_id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
		}
	}
	return -ENOENT;
}

int resource_lookup(struct tree *tree, struct op *op, const struct list_query *query,
		    const struct node_type *row, const char *name, struct found *ret_found)
{
	_cleanup_free_ char *id = NULL;

	int r = name_decode(name, suffix_of(row), &id);
	if (r == -ENOENT)
		r = id_of_cut_name(tree, op, query, suffix_of(row), name, &id);
	if (r == 0)
		r = store_find(tree->store, op, query, id, &ret_found->expires_ms);
	if (r == 0)
		ret_found->id = STEAL(id);
	return r;
}

int resource_each(struct tree *tree, struct op *op, const struct node *dir,
		  const struct node_type *row, struct entries *entries)
{
	struct place place = node_place(dir);
	struct list_query query = {
		.list = row->list,
		.cluster = lists[row->list].in_cluster ? place.id[SLOT_CLUSTER] : "",
	};

	return resource_list(tree, op, &query, row, entries);
}

int resource_find(struct tree *tree, struct op *op, const struct node *dir,
		  const struct node_type *row, const char *name, struct found *ret_found)
{
	struct place place = node_place(dir);
	struct list_query query = {
		.list = row->list,
		.cluster = lists[row->list].in_cluster ? place.id[SLOT_CLUSTER] : "",
	};

	return resource_lookup(tree, op, &query, row, name, ret_found);
}

/* The id of the resource whose document @node shows, and its cluster, or "". */
static const char *id_of_document(const struct node *node, const char **ret_cluster)
{
	static const enum slot slot_of_kind[] = {
		[KIND_CLUSTER] = SLOT_CLUSTER,
		[KIND_SERVICE] = SLOT_SERVICE,
		[KIND_TASK] = SLOT_TASK,
		[KIND_CONTAINER_INSTANCE] = SLOT_CONTAINER_INSTANCE,
		[KIND_REVISION] = SLOT_REVISION,
	};
	enum kind kind = node->type->kind;
	struct place place = node_place(node);

	*ret_cluster = kinds[kind].in_cluster ? place.id[SLOT_CLUSTER] : "";
	return place.id[slot_of_kind[kind]];
}

int resource_check_new(struct tree *tree, struct op *op, const struct node *dir, enum list list,
		       const char *id)
{
	struct place place = node_place(dir);
	struct list_query query = {
		.list = list,
		.cluster = lists[list].in_cluster ? place.id[SLOT_CLUSTER] : "",
	};
	int64_t expires_ms;

	int r = store_find(tree->store, op, &query, id, &expires_ms);
	if (r == 0)
		return error_set(&op->error, EEXIST, "%s is there already", id);
	return r == -ENOENT && !op->error.errnum ? 0 : r;
}

int resource_document(struct tree *tree, struct op *op, const struct node *node,
		      struct document *ret_document)
{
	const char *cluster, *id = id_of_document(node, &cluster);

	return store_document(tree->store, op, node->type->kind, cluster, id, ret_document);
}

int resource_document_now(struct tree *tree, struct op *op, const struct node *node,
			  struct document *ret_document)
{
	const char *cluster, *id = id_of_document(node, &cluster);

	return store_document_now(tree->store, op, node->type->kind, cluster, id, ret_document);
}

int document_show(struct tree *tree, struct op *op, const struct node *node,
		  struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	int r = resource_document(tree, op, node, &document);

	return r < 0 ? r : content_of_document(&document, ret_content);
}

void tree_changed_path(struct tree *tree, const char *path)
{
	if (tree->changed)
		tree->changed(tree->changed_arg, path, REACH_ALL);
}

void tree_changed(struct tree *tree, const struct node *node)
{
	char path[4096];

	node_path(node, path, sizeof(path));
	tree_changed_path(tree, path);
	while ((node = node->parent))
		if (node->type->slot == SLOT_CLUSTER && tree->changed) {
			node_path(node, path, sizeof(path));
			tree->changed(tree->changed_arg, path, REACH_FILES);
		}
}

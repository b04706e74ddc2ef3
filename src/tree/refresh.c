/*
 * .ecsfs/refresh: which part of what is known a path of the mount stands for.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Collections of a cluster, and what one of their entries is named by. */
static const struct collection {
	const char *name;
	enum kind kind;
	const char *suffix;
} collections[] = {
	{"services", KIND_SERVICE, ""},
	{"tasks", KIND_TASK, ".json"},
	{"stopped-tasks", KIND_TASK, ".json"},
	{"container-instances", KIND_CONTAINER_INSTANCE, ""},
};

/* Take the next name off @path; NULL at its end, or without memory. */
static char *next_name(const char **path)
{
	*path += strspn(*path, "/");
	size_t len = strcspn(*path, "/");
	const char *name = *path;

	*path += len;
	return len ? strndup(name, len) : NULL;
}

/* Below clusters/CLUSTER/COLLECTION: all of it, or one resource and what is listed below it. */
static void forget_in_collection(struct tree *tree, const char *cluster,
				 const struct collection *collection, const char *path)
{
	_cleanup_free_ char *name = next_name(&path), *id = NULL;

	/* A name that was cut is known to its list alone. */
	if (!name || name_decode(name, collection->suffix, &id) < 0) {
		store_forget_kind(tree->store, collection->kind, cluster);
		return;
	}
	store_forget_document(tree->store, collection->kind, cluster, id);
	store_forget_queries(tree->store, cluster);
}

static void forget_in_cluster(struct tree *tree, const char *cluster, const char *path)
{
	_cleanup_free_ char *name = next_name(&path);

	if (!name) {
		store_forget_cluster(tree->store, cluster);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(collections); i++) {
		if (strcmp(name, collections[i].name) == 0) {
			forget_in_collection(tree, cluster, &collections[i], path);
			return;
		}
	}
	if (strcmp(name, "query") == 0)
		store_forget_queries(tree->store, cluster);
	else
		store_forget_document(tree->store, KIND_CLUSTER, "", cluster);
}

static void forget_clusters(struct tree *tree, const char *path)
{
	_cleanup_free_ char *name = next_name(&path), *cluster = NULL;

	if (name && name_decode(name, "", &cluster) == 0)
		forget_in_cluster(tree, cluster, path);
	else
		store_forget_cluster(tree->store, NULL);
}

static void forget_task_definitions(struct tree *tree, const char *path)
{
	_cleanup_free_ char *name = next_name(&path), *family = NULL;

	if (name && name_decode(name, "", &family) == 0)
		store_forget_family(tree->store, family);
	else
		store_forget_kind(tree->store, KIND_REVISION, NULL);
}

static void forget_queries(struct tree *tree, const char *path)
{
	(void)path;
	store_forget_queries(tree->store, "");
}

/* What does not come from AWS, or is asked for at every request. */
static void forget_nothing(struct tree *tree, const char *path)
{
	(void)tree;
	(void)path;
}

static const struct {
	const char *name;
	void (*forget)(struct tree *tree, const char *path);
} parts[] = {
	{"clusters", forget_clusters}, {"task-definitions", forget_task_definitions},
	{"query", forget_queries},     {"api", forget_nothing},
	{".ecsfs", forget_nothing},
};

int refresh_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	const char *path = text;
	_cleanup_free_ char *name = text[0] == '/' ? next_name(&path) : NULL;
	size_t i = 0;

	(void)op;
	(void)node;
	while (name && i < ARRAY_SIZE(parts) && strcmp(name, parts[i].name) != 0)
		i++;
	if (name && i < ARRAY_SIZE(parts))
		parts[i].forget(tree, path);
	else
		store_forget(tree->store);
	tree_changed_path(tree, name && i < ARRAY_SIZE(parts) ? text : "/");
	return 0;
}

#include "ecsfs/tree/tree.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

/* A scalar of AWS is a few hundred bytes at most; an ARN is 2,048. */
#define SCALAR_SIZE 4096

static const struct node_type root_rows[] = {
	{
		.name = "clusters",
		.form = NODE_DIR,
		.mode = 0755,
		.rows = clusters_rows,
		.make = cluster_create,
		.drop = cluster_drop,
	},
	{
		.name = "task-definitions",
		.form = NODE_DIR,
		.mode = 0755,
		.rows = families_rows,
		.drop = family_drop,
	},
	DIRECTORY("query", query_rows),
	DIRECTORY("api", api_rows),
	DIRECTORY(".ecsfs", control_rows),
	END,
};

static const struct node_type root_type = {
	.name = "/",
	.form = NODE_DIR,
	.mode = 0755,
	.rows = root_rows,
};

const struct node_type *tree_root_type(void)
{
	return &root_type;
}

int tree_new(const struct tree_options *options, struct tree **ret_tree)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return -ENOMEM;
	*tree = (struct tree){
		.store = options->store,
		.client = options->client,
		.metrics = options->metrics,
		.errors = options->errors,
		.audit = options->audit,
		.clock = options->clock,
		.read_only = options->read_only,
		.protect = options->protect,
		.timeout_s = options->timeout_s,
		.quota_percent = options->quota_percent,
		.cache_dir = options->cache_dir,
		.audit_log = options->audit_log,
		.started_ms = clock_wall_ms(options->clock),
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	memcpy(tree->ttl_s, options->ttl_s, sizeof(tree->ttl_s));
	if (limit_set(tree, options->delete_limit) < 0) {
		tree_free(tree);
		return -ENOMEM;
	}
	*ret_tree = tree;
	return 0;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	scratch_free_all(tree);
	versions_free_all(tree);
	event_logs_free(tree->event_logs);
	blob_unref(tree->stats);
	blob_unref(tree->endpoint);
	free(tree->endpoint_path);
	free(tree->stop_reason);
	free(tree->deletions_ms);
	pthread_mutex_destroy(&tree->lock);
	free(tree);
}

void tree_on_change(struct tree *tree, tree_changed_fn *changed, void *arg)
{
	tree->changed = changed;
	tree->changed_arg = arg;
}

int tree_find(struct tree *tree, struct op *op, const struct node *dir, const char *name,
	      struct found *ret_found)
{
	*ret_found = (struct found){.expires_ms = INT64_MAX};
	if (dir->type->form != NODE_DIR)
		return -ENOTDIR;
	struct scratch *scratch = scratch_find(tree, dir, name);
	if (scratch) {
		scratch_unref(tree, scratch);
		*ret_found = (struct found){.type = &scratch_type};
		return 0;
	}
	int64_t expires_ms = INT64_MAX;
	for (const struct node_type *row = dir->type->rows; row->form != NODE_END; row++) {
		*ret_found = (struct found){.type = row, .expires_ms = INT64_MAX};
		if (row->name && strcmp(row->name, name) == 0)
			return 0;
		if (row->name)
			continue;
		int r = row->find(tree, op, dir, row, name, ret_found);
		if (r != -ENOENT || op->error.errnum)
			return r;
		if (ret_found->expires_ms < expires_ms)
			expires_ms = ret_found->expires_ms;
	}
	ret_found->expires_ms = expires_ms;
	return -ENOENT;
}

static int add_if_there(struct tree *tree, struct op *op, const struct node *dir,
			const struct node_type *row, struct entries *entries)
{
	_cleanup_(content_done) struct content content = {0};
	struct node node = {.type = row, .parent = dir};
	int r = row->show(tree, op, &node, &content);

	if (r == 0)
		entries_add(entries, row, row->name, NULL);
	return r == -ENOENT && !op->error.errnum ? 0 : r;
}

int tree_list(struct tree *tree, struct op *op, const struct node *dir, struct entries *entries)
{
	int r = 0;

	entries->expires_ms = INT64_MAX;
	for (const struct node_type *row = dir->type->rows; r == 0 && row->form != NODE_END;
	     row++) {
		if (row->flags & NODE_UNLISTED)
			continue;
		if (row->flags & NODE_OPTIONAL)
			r = add_if_there(tree, op, dir, row, entries);
		else if (row->name)
			entries_add(entries, row, row->name, NULL);
		else if (row->each)
			r = row->each(tree, op, dir, row, entries);
	}
	scratch_each(tree, dir, entries);
	if (r == 0 && entries->failed)
		r = error_set(&op->error, ENOMEM, "out of memory");
	return r;
}

int tree_show(struct tree *tree, struct op *op, const struct node *node,
	      struct content *ret_content)
{
	if (!node->type->show)
		return -EISDIR;
	return node->type->show(tree, op, node, ret_content);
}

int node_refuse(struct op *op, const struct node *node, const char *what)
{
	const struct node *dir = node->parent;

	if (node->type->instead)
		return error_set(&op->error, EPERM, "%s cannot be %s; %s", node->name, what,
				 node->type->instead);
	if (strcmp(what, "removed") == 0 && dir && dir->type->remove)
		return error_set(&op->error, EPERM,
				 "%s cannot be removed; rmdir removes %s as a whole", node->name,
				 dir->name);
	return error_set(&op->error, EPERM, "%s cannot be %s", node->name, what);
}

int tree_write_scalar(struct tree *tree, struct op *op, const struct node *node, const char *text,
		      size_t len)
{
	char value[SCALAR_SIZE];

	if (!node->type->store)
		return node_refuse(op, node, "written");
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len >= sizeof(value) || memchr(text, '\0', len) || memchr(text, '\n', len))
		return error_set(&op->error, EINVAL, "%s is one line of at most %d bytes",
				 node->name, SCALAR_SIZE - 1);
	memcpy(value, text, len);
	value[len] = '\0';
	return node->type->store(tree, op, node, value);
}

static int call(struct tree *tree, struct op *op, const char *action, json_t *request,
		const struct node *node, bool failures_are_errors, json_t **ret_response)
{
	json_auto_t *stolen __attribute__((unused)) = request, *response = NULL;
	const struct ecs_action *row = ecs_action_find(action);
	unsigned flags = row->flags;
	int r = 0;

	if (!request)
		return error_set(&op->error, ENOMEM, "out of memory");
	if (flags & ECS_MUTATES)
		r = tree->read_only ? error_set(&op->error, EROFS, "mounted read-only")
				    : protect_check(tree, op, row, request, node);
	if (r == 0 && (flags & ECS_DESTROYS))
		r = limit_take(tree, op);
	if (r < 0)
		return r;
	r = store_call(tree->store, op, action, request, &response);
	if (r == 0 && failures_are_errors)
		r = ecs_check_failures(op, response);
	if (flags & ECS_MUTATES)
		tree_changed(tree, node);
	if (r == 0 && ret_response)
		*ret_response = STEAL(response);
	return r;
}

int tree_call(struct tree *tree, struct op *op, const char *action, json_t *request,
	      const struct node *node, json_t **ret_response)
{
	return call(tree, op, action, request, node, true, ret_response);
}

int tree_call_as_is(struct tree *tree, struct op *op, const char *action, json_t *request,
		    const struct node *node, json_t **ret_response)
{
	return call(tree, op, action, request, node, false, ret_response);
}

int tree_make(struct tree *tree, struct op *op, const struct node *dir, const char *name)
{
	if (!dir->type->make)
		return error_set(&op->error, EPERM, "no directory can be made here%s",
				 dir->type->drop ? "; drop NAME.json" : "");
	return dir->type->make(tree, op, dir, name);
}

/*
 * Programs that remove a file to put another in its place, or because they have copied it: cp -f
 * and :w! what they may not write, install and tar always, mv what is on another file system.
 * Nobody who calls them wants a task to be stopped. They do not say what they do, so their names
 * have to do.
 */
static bool is_replacer(const char *command)
{
	static const char *const names[] = {"cp",    "mv",   "install", "tar",  "bsdtar",
					    "cpio",  "vi",   "vim*",    "view", "rvim",
					    "gvim*", "nvim", "ex",      "jed"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (fnmatch(names[i], command, 0) == 0)
			return true;
	return false;
}

int tree_remove(struct tree *tree, struct op *op, const struct node *node)
{
	if (!node->type->remove)
		return node_refuse(op, node, "removed");
	if (node->type != &scratch_type && is_replacer(op->command))
		return error_set(&op->error, EPERM, "%s removes to replace; remove %s with rm",
				 op->command, node->name);
	return node->type->remove(tree, op, node);
}

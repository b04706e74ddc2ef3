/*
 * The tree as the file system uses it: look up, list, show, write, make, remove.
 *
 * Knows paths and what they mean; knows nothing of inodes, handles or the kernel.
 */
#ifndef ECSFS_TREE_TREE_H
#define ECSFS_TREE_TREE_H

#include "ecsfs/base/metrics.h"
#include "ecsfs/base/ring.h"
#include "ecsfs/store/store.h"
#include "ecsfs/tree/node.h"

/* Of --delete-limit: further calls are remembered one by one. */
#define MAX_DELETE_LIMIT 1000000

struct tree_options {
	struct store *store;       /* borrowed, as all pointers here */
	struct aws_client *client; /* for `.ecsfs/config`; may be NULL */
	struct metrics *metrics;
	struct ring *errors, *audit;
	const struct clock *clock;
	unsigned delete_limit; /* destructive calls a minute, 0: no limit */
	bool read_only;
	char *const *protect; /* globs of clusters and families; NULL-ended, or NULL */
	/* For `.ecsfs/config` alone. */
	double ttl_s[3], timeout_s; /* short, medium, long */
	unsigned quota_percent;
	const char *cache_dir, *audit_log; /* NULL: none */
};

/* @ret_tree: new. Return: 0 or -ENOMEM. */
int tree_new(const struct tree_options *options, struct tree **ret_tree);
void tree_free(struct tree *tree);

/* The type of the mount's root. */
const struct node_type *tree_root_type(void);

/* How much of what is below a path a change made untrue. */
enum tree_reach {
	REACH_FILES, /* of a directory: itself and its own files */
	REACH_ALL,
};

typedef void tree_changed_fn(void *arg, const char *path, enum tree_reach reach);

/**
 * Have @changed called with the path of what a change made untrue: that node, and below it as far
 * as @reach says. Any thread, inside the call that changed it.
 */
void tree_on_change(struct tree *tree, tree_changed_fn *changed, void *arg);

/**
 * Find @name in @dir.
 *
 * @ret_found: its id new
 * Return: 0; -ENOENT without op->error when it simply is not there (ret_found->expires_ms says
 *   until when); else the errno of the failed call.
 */
int tree_find(struct tree *tree, struct op *op, const struct node *dir, const char *name,
	      struct found *ret_found);

/* All that @dir lists, without "." and "..". @entries: zeroed; to be freed also on failure. */
int tree_list(struct tree *tree, struct op *op, const struct node *dir, struct entries *entries);

/* What a file or link shows now. @ret_content: to be released with content_done(). */
int tree_show(struct tree *tree, struct op *op, const struct node *node,
	      struct content *ret_content);

/* Remember that process @pid opened @blob, what @node shows: it may save what it made of it. */
void tree_opened(struct tree *tree, const struct node *node, pid_t pid, const struct blob *blob);

/**
 * Write the whole value of a scalar.
 *
 * Return: 0; -EINVAL for text that cannot be one; -EPERM where nothing may be written; else the
 *   errno of the call.
 */
int tree_write_scalar(struct tree *tree, struct op *op, const struct node *node, const char *text,
		      size_t len);

int tree_make(struct tree *tree, struct op *op, const struct node *dir, const char *name);
int tree_remove(struct tree *tree, struct op *op, const struct node *node);

#endif

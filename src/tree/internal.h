/*
 * What the files of tree/ share.
 */
#ifndef ECSFS_TREE_INTERNAL_H
#define ECSFS_TREE_INTERNAL_H

#include <pthread.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/names.h"
#include "ecsfs/tree/tree.h"

struct event_log;

struct tree {
	struct store *store;
	struct aws_client *client;
	struct metrics *metrics;
	struct ring *errors, *audit;
	const struct clock *clock;
	double ttl_s[3];
	bool read_only;
	int64_t started_ms; /* Unix time of the mount */
	void (*changed)(void *arg, const char *path);
	void *changed_arg;

	pthread_mutex_t lock; /* guards what follows; never held across the network */
	unsigned delete_limit;
	int64_t *deletions_ms; /* monotonic times of the last destructive calls, a ring */
	unsigned deletion_next;
	char *stop_reason; /* NULL: the default */
	struct event_log *event_logs;
	struct blob *stats; /* told again only after a second, so that its size holds meanwhile */
	int64_t stats_ms;
};

/* The tables; each lives in the file that has its functions. */
extern const struct node_type clusters_rows[], services_rows[], tasks_rows[], stopped_tasks_rows[],
	families_rows[], control_rows[];

/* What mkdir in clusters/ does. */
int cluster_create(struct tree *tree, struct op *op, const struct node *dir, const char *name);

/* resource.c: what rows for many and documents have in common */
int resource_each(struct tree *tree, struct op *op, const struct node *dir,
		  const struct node_type *row, struct entries *entries);
int resource_find(struct tree *tree, struct op *op, const struct node *dir,
		  const struct node_type *row, const char *name, struct found *ret_found);
int resource_document(struct tree *tree, struct op *op, const struct node *node,
		      struct document *ret_document);
int document_show(struct tree *tree, struct op *op, const struct node *node,
		  struct content *ret_content);

/**
 * List the ids that @query finds into @entries as children of type @row.
 */
int resource_list(struct tree *tree, struct op *op, const struct list_query *query,
		  const struct node_type *row, struct entries *entries);

/* Find @name among the names that @query lists; the id of a cut name comes from the list. */
int resource_lookup(struct tree *tree, struct op *op, const struct list_query *query,
		    const struct node_type *row, const char *name, struct found *ret_found);

/* Tell that what @node and all below it show may have changed. */
void tree_changed(struct tree *tree, const struct node *node);

/* members.c */
int members_each(struct tree *tree, struct op *op, const struct node *dir,
		 const struct node_type *row, struct entries *entries);
int members_find(struct tree *tree, struct op *op, const struct node *dir,
		 const struct node_type *row, const char *name, struct found *ret_found);
int member_show(struct tree *tree, struct op *op, const struct node *node,
		struct content *ret_content);
int member_store(struct tree *tree, struct op *op, const struct node *node, const char *text);

/* scalar.c: what a scalar's text may be; op->error says which path member is wrong and why */
int scalar_parse(struct op *op, const char *name, char type, const char *text, json_t **ret_value);
int scalar_parse_bool(struct op *op, const char *name, const char *text, bool *ret_value);

/* content.c */
int content_of_document(struct document *document, struct content *ret_content);
int content_of_buf(struct op *op, struct buf *text, const struct document *of,
		   struct content *ret_content);

/**
 * Make the call that a change means: within the delete-limit, and then everybody below @node is
 * told that it may have changed, whatever came of the call.
 *
 * @request: stolen; NULL is taken for no memory
 * @ret_response: new; may be NULL
 */
int tree_call(struct tree *tree, struct op *op, const char *action, json_t *request,
	      const struct node *node, json_t **ret_response);

/* limit.c */
int limit_take(struct tree *tree, struct op *op);
int limit_set(struct tree *tree, unsigned limit);

/* control.c */
int stop_reason(struct tree *tree, const struct op *op, char *out, size_t size);

/* events.c */
int events_show(struct tree *tree, struct op *op, const struct node *node,
		struct content *ret_content);
void event_logs_free(struct event_log *logs);

/* Rows that every resource directory has. */
#define DOCUMENT(file, of)                                                                         \
	{                                                                                          \
		.name = (file), .form = NODE_FILE, .mode = 0444, .kind = (of),                     \
		.show = document_show                                                              \
	}
#define MEMBERS(of)                                                                                \
	{                                                                                          \
		.form = NODE_FILE, .mode = 0444, .slot = SLOT_MEMBER, .kind = (of),                \
		.each = members_each, .find = members_find, .show = member_show                    \
	}
#define SCALAR(member, of, how)                                                                    \
	{                                                                                          \
		.name = (member), .form = NODE_FILE, .mode = 0644, .kind = (of), .update = (how),  \
		.show = member_show, .store = member_store                                         \
	}
#define DIRECTORY(dir, table)                                                                      \
	{                                                                                          \
		.name = (dir), .form = NODE_DIR, .mode = 0755, .rows = (table)                     \
	}
#define END                                                                                        \
	{                                                                                          \
		.form = NODE_END                                                                   \
	}

#endif

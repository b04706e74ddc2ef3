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
	double ttl_s[3], timeout_s;
	unsigned quota_percent;
	const char *cache_dir, *audit_log;
	bool read_only;
	char *const *protect; /* globs, ended by NULL; NULL: none */
	int64_t started_ms;   /* Unix time of the mount */
	tree_changed_fn *changed;
	void *changed_arg;

	pthread_mutex_t lock; /* guards what follows; never held across the network */
	unsigned delete_limit;
	int64_t *deletions_ms; /* monotonic times of the last destructive calls, a ring */
	unsigned deletion_next;
	char *stop_reason; /* NULL: the default */
	struct event_log *event_logs;
	struct scratch *scratches;
	struct versions *versions;
	size_t scratch_bytes;
	struct blob *stats; /* told again only after a second, so that its size holds meanwhile */
	int64_t stats_ms;
	struct blob *endpoint; /* the last answer of DiscoverPollEndpoint, its path, its end */
	char *endpoint_path;
	int64_t endpoint_expires_ms;
};

/* The tables; each lives in the file that has its functions. */
extern const struct node_type clusters_rows[], families_rows[], query_rows[], api_rows[],
	services_rows[], tasks_rows[], stopped_tasks_rows[], container_instances_rows[],
	cluster_query_rows[], control_rows[];

/* What making something in a collection does. */
int cluster_create(struct tree *tree, struct op *op, const struct node *dir, const char *name);
int cluster_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		 json_t *value, const char *line);
int family_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		json_t *value, const char *line);
int service_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		 json_t *value, const char *line);
int task_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
	      json_t *value, const char *line);
int container_instance_drop(struct tree *tree, struct op *op, const struct node *dir,
			    const char *name, json_t *value, const char *line);

/* resource.c: what rows for many and documents have in common */
int resource_each(struct tree *tree, struct op *op, const struct node *dir,
		  const struct node_type *row, struct entries *entries);
int resource_find(struct tree *tree, struct op *op, const struct node *dir,
		  const struct node_type *row, const char *name, struct found *ret_found);
/* Whether @id may be made: -EEXIST when @list, in the cluster that @dir is in, has it already. */
int resource_check_new(struct tree *tree, struct op *op, const struct node *dir, enum list list,
		       const char *id);
int resource_document(struct tree *tree, struct op *op, const struct node *node,
		      struct document *ret_document);

/* The same, as AWS has it now. */
int resource_document_now(struct tree *tree, struct op *op, const struct node *node,
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

/* Tell that what @node and all below it show may have changed, and what its cluster counts. */
void tree_changed(struct tree *tree, const struct node *node);

/* The same for the path of no node at hand. */
void tree_changed_path(struct tree *tree, const char *path);

/* -EPERM for what its type has no function for, with what to do instead. @what: "written" */
int node_refuse(struct op *op, const struct node *node, const char *what);

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

/* request.c */
bool word_in(const char *words, const char *name);

/**
 * Pick from @document the members that @action takes.
 *
 * @left_out: blank-separated members of the response that the request lacks
 * @ret_request: new
 * Return: 0; -EINVAL for any other member, or one of the wrong type.
 */
int request_from_document(struct op *op, const char *action, json_t *document, const char *left_out,
			  json_t **ret_request);

/* Of the answer that shows a resource, what the actions that make one do not take. */
struct answer_members {
	enum kind kind;
	const char *known; /* blank-separated; others are looked up when a document has them */
};

/* The same, of what may be a copy of another resource's document. */
int request_from_answer(struct tree *tree, struct op *op, const struct node *dir,
			const struct answer_members *members, const char *action, json_t *document,
			json_t **ret_request);
int request_check_type(struct op *op, const struct ecs_member *member, json_t *value);
int request_check_required(struct op *op, const char *action, json_t *request);
int request_set_string(struct op *op, json_t *request, const char *name, const char *value);
void request_drop_aws_tags(json_t *request);

/* commit.c: node_type.commit of documents, and of members that are structures */
int resource_commit(struct tree *tree, struct op *op, const struct node *node, json_t *text);
int member_commit(struct tree *tree, struct op *op, const struct node *node, json_t *value);
int update_name(struct op *op, const struct node *node, const struct update *update,
		json_t *request);

/* versions.c */
void versions_free_all(struct tree *tree);

/* tags.c */
int pairs_each(struct tree *tree, struct op *op, const struct node *dir,
	       const struct node_type *row, struct entries *entries);
int pairs_find(struct tree *tree, struct op *op, const struct node *dir,
	       const struct node_type *row, const char *name, struct found *ret_found);
int pair_show(struct tree *tree, struct op *op, const struct node *node,
	      struct content *ret_content);
int tag_store(struct tree *tree, struct op *op, const struct node *node, const char *text);
int tag_remove(struct tree *tree, struct op *op, const struct node *node);
int attribute_store(struct tree *tree, struct op *op, const struct node *node, const char *text);
int attribute_remove(struct tree *tree, struct op *op, const struct node *node);

/* fixed.c */
int fixed_text(struct op *op, const char *text, struct content *ret_content);
int nothing_show(struct tree *tree, struct op *op, const struct node *node,
		 struct content *ret_content);

/* What may be written to the file `delete`. Return: 0 or -EINVAL. */
int delete_is_forced(struct op *op, const char *text);

/* tasks.c: links to ../../../tasks/ID.json, from three directories below a cluster */
#define TASK_LINK_INSTEAD "it is a link: rm the task itself, in the cluster's tasks/"
int task_link_show(struct tree *tree, struct op *op, const struct node *node,
		   struct content *ret_content);

/**
 * Run or start tasks as @request, which is stolen, says.
 *
 * Return: 0 when at least one task started; else why none did.
 */
int tasks_start(struct tree *tree, struct op *op, const char *action, const struct node *dir,
		const char *name, json_t *value, const char *line, json_t *request);

/* drop.c */

/* What may still be written of a text. */
enum more {
	MORE_ANYWHERE, /* also over what is there, which may be cut, too */
	MORE_BEHIND,
	MORE_NONE,
};

/**
 * Parse a document that is being written.
 *
 * @ret_value: new
 * Return: 1 when it may still become one, 0, or -EINVAL when it cannot.
 */
int document_parse(struct op *op, const char *text, size_t len, enum more more, json_t **ret_value);

/* Whether a new file @name in @dir is a drop. */
bool drop_is_name(const struct node *dir, const char *name);

/* Drop @text as @name into @dir, if it is complete. Return: 1 when it is not yet, or the drop's. */
int drop_commit(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		const char *text, size_t len, enum more more);

/* The same, but the answer's `failures` are for the reader, not errors. */
int tree_call_as_is(struct tree *tree, struct op *op, const char *action, json_t *request,
		    const struct node *node, json_t **ret_response);

/* limit.c */
int limit_take(struct tree *tree, struct op *op);
int limit_set(struct tree *tree, unsigned limit);

/* protect.c: 0, or -EROFS when --protect covers what @request, sent for @node, would change */
int protect_check(struct tree *tree, struct op *op, const struct ecs_action *action,
		  json_t *request, const struct node *node);

/* control.c */
int stop_reason(struct tree *tree, const struct op *op, char *out, size_t size);

/* refresh.c */
int refresh_store(struct tree *tree, struct op *op, const struct node *node, const char *text);

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
#define EDITABLE(file, of, how)                                                                    \
	{                                                                                          \
		.name = (file), .form = NODE_FILE, .mode = 0644, .kind = (of), .update = (how),    \
		.show = document_show, .commit = resource_commit                                   \
	}
#define STRUCTURE(member, of, how)                                                                 \
	{                                                                                          \
		.name = (member), .form = NODE_FILE, .mode = 0644, .kind = (of), .update = (how),  \
		.show = member_show, .commit = member_commit                                       \
	}
#define SCALAR(member, of, how)                                                                    \
	{                                                                                          \
		.name = (member), .form = NODE_FILE, .mode = 0644, .kind = (of), .update = (how),  \
		.show = member_show, .store = member_store                                         \
	}
#define PAIR(what, of, how_store, how_remove)                                                      \
	{                                                                                          \
		.form = NODE_FILE, .mode = 0644, .slot = (what), .kind = (of), .each = pairs_each, \
		.find = pairs_find, .show = pair_show, .store = (how_store),                       \
		.remove = (how_remove)                                                             \
	}
#define TAG(of) PAIR(SLOT_TAG, of, tag_store, tag_remove)
#define ATTRIBUTE(of) PAIR(SLOT_ATTRIBUTE, of, attribute_store, attribute_remove)

/* A directory in which a new file is of its one row's type: tags and attributes. */
#define PAIRS(dir, table)                                                                          \
	{                                                                                          \
		.name = (dir), .form = NODE_DIR, .mode = 0755, .rows = (table),                    \
		.newborn = &(table)[0]                                                             \
	}
#define DELETE(how)                                                                                \
	{                                                                                          \
		.name = "delete", .form = NODE_FILE, .mode = 0644, .show = nothing_show,           \
		.store = (how)                                                                     \
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

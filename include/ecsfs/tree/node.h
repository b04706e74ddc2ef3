/*
 * What a path is: rows of tables.
 *
 * A directory is a table of rows; a row names a file and its functions, or stands for all the
 * children of one sort that AWS has. Lookup, readdir, getattr, open, read and write are written
 * once and walk the tables.
 */
#ifndef ECSFS_TREE_NODE_H
#define ECSFS_TREE_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ecsfs/base/blob.h"
#include "ecsfs/base/op.h"
#include "ecsfs/store/kinds.h"

struct tree;
struct node;
struct entries;

enum node_form { NODE_END, NODE_DIR, NODE_FILE, NODE_LINK };

enum node_flags {
	NODE_UNLISTED = 1 << 0, /* exists when named, left out of its parent's listing */
	NODE_VOLATILE = 1 << 1, /* the mount's own; its text may differ at every open */
	NODE_GROWS = 1 << 2,    /* grows under an open file, for tail -f */
	NODE_OPTIONAL = 1 << 3, /* there only when it shows something */
	NODE_SCRATCH = 1 << 4,  /* of a directory: any new file in it is a scratch file */
	NODE_BARE = 1 << 6,     /* a file or link whose name has no .json */
	NODE_STREAM = 1 << 7,   /* takes requests and gives responses, in turn */
	NODE_LINES = 1 << 5,    /* of a directory: one line may be dropped as well as JSON */
};

/* What a node's id names, for what is below it; see struct place. */
enum slot {
	SLOT_NONE,
	SLOT_CLUSTER,
	SLOT_SERVICE,
	SLOT_TASK,
	SLOT_CONTAINER_INSTANCE,
	SLOT_FAMILY,
	SLOT_REVISION,
	SLOT_MEMBER,
	SLOT_TAG,
	SLOT_ATTRIBUTE,
	SLOT_QUERY,
	SLOT_ACTION,
	SLOT_COUNT
};

/* What a file shows: one immutable version of its bytes. */
struct content {
	struct blob *blob;  /* a reference of the holder's */
	int64_t mtime_ms;   /* Unix time, 0: unknown */
	int64_t ctime_ms;   /* Unix time of the fetch */
	int64_t expires_ms; /* monotonic; 0: at once */
};

/* For _cleanup_: drops the reference. */
void content_done(struct content *content);

/* A child that exists. */
struct found {
	const struct node_type *type;
	char *id;           /* new; NULL where the type has none */
	int64_t expires_ms; /* monotonic: until when its existence may be believed */
};

/* How a resource's writable members are sent; a resource has an array of them, ended by NULL. */
struct update {
	const char *action;        /* "UpdateService" */
	const char *cluster_param; /* NULL where the action takes none */
	const char *id_param;
};

struct node_type {
	const char *name;    /* NULL: the row stands for many, see each and find */
	enum node_form form; /* NODE_END ends a table */
	mode_t mode;         /* permission bits */
	unsigned flags;
	enum slot slot;                  /* what the node's id is */
	enum kind kind;                  /* of the document behind the node */
	enum list list;                  /* of the resources that the row stands for */
	const struct node_type *rows;    /* of a directory */
	const struct update *update;     /* of a writable member */
	const char *instead;             /* for who tries what is refused: what to do; or NULL */
	const struct node_type *newborn; /* of a directory: what a new file in it is, if written */

	/* The names that a row for many has now. */
	int (*each)(struct tree *tree, struct op *op, const struct node *dir,
		    const struct node_type *row, struct entries *entries);
	/* Whether it has @name; @ret_found->type is set by the caller. -ENOENT without op->error.
	 */
	int (*find)(struct tree *tree, struct op *op, const struct node *dir,
		    const struct node_type *row, const char *name, struct found *ret_found);

	/* Read a file: its bytes; of a link: its target; of a directory: only its times count. */
	int (*show)(struct tree *tree, struct op *op, const struct node *node,
		    struct content *ret_content);
	/* Write a scalar: the whole value, without its trailing newline, NUL-terminated. */
	int (*store)(struct tree *tree, struct op *op, const struct node *node, const char *text);
	/* Write a document, which is complete JSON. @value: borrowed */
	int (*commit)(struct tree *tree, struct op *op, const struct node *node, json_t *value);
	/* Take a request that was written, and give its response. @ret_response: new */
	int (*exchange)(struct tree *tree, struct op *op, const struct node *node, json_t *request,
			struct blob **ret_response);
	/* mkdir in this directory. */
	int (*make)(struct tree *tree, struct op *op, const struct node *dir, const char *name);
	/*
	 * NAME.json dropped into this directory. @name: decoded; @value: borrowed, NULL for a line;
	 * @line: the line, NULL for JSON
	 */
	int (*drop)(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		    json_t *value, const char *line);
	/* Of a directory with NODE_SCRATCH: refuse a name that is no scratch file's. */
	int (*reserve)(struct op *op, const char *name);
	/* unlink or rmdir this node. */
	int (*remove)(struct tree *tree, struct op *op, const struct node *node);
};

/* One path. The holder's memory: fuse/ keeps one in each inode. */
struct node {
	const struct node_type *type;
	const struct node *parent; /* NULL for the root */
	char *name;                /* as in the directory, encoded */
	char *id;                  /* as in the API, or NULL */
};

/* The ids of a node and of those above it, by slot; "" where there is none. Borrowed. */
struct place {
	const char *id[SLOT_COUNT];
};

struct place node_place(const struct node *node);

/* The path from the mount's root, "/" first, into @out. */
void node_path(const struct node *node, char *out, size_t size);

/* The names of a directory while it is listed. */
struct entry_name {
	const struct node_type *type;
	char *name;
	char *id; /* NULL where the type has none */
};

struct entries {
	struct entry_name *items;
	size_t count, size;
	bool failed;        /* out of memory */
	int64_t expires_ms; /* monotonic: until when the rows for many are to be believed */
	int64_t ctime_ms;   /* Unix time of the answer behind it, 0: none */
};

/* Append copies of @name and @id. */
void entries_add(struct entries *entries, const struct node_type *type, const char *name,
		 const char *id);
void entries_done(struct entries *entries);

#endif

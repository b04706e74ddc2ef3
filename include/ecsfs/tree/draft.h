/*
 * Text on its way in: what a program writes to one open file, until it is a value that can be
 * committed; and scratch files, which are never sent.
 *
 * A document is committed the moment that the text is one complete JSON value, inside the call
 * that completes it. Text that is refused is never lost: it stays as a scratch file.
 */
#ifndef ECSFS_TREE_DRAFT_H
#define ECSFS_TREE_DRAFT_H

#include "ecsfs/tree/tree.h"

struct draft;

/**
 * Begin to write to @node, which outlives the draft.
 *
 * @flags: as open(2): O_TRUNC and O_APPEND matter
 * @ret_draft: new
 * Return: 0; -EPERM where nothing can be written; -EINVAL for O_APPEND where a value is replaced
 *   as a whole; else as tree_show(), for what is to be changed in place.
 */
int draft_open(struct tree *tree, struct op *op, const struct node *node, int flags,
	       struct draft **ret_draft);

/**
 * Write, and commit if that completes the text.
 *
 * @node: also a scratch node, whose text all its drafts share
 * Return: 0; -EINVAL for a gap or a part of a scalar; -EFBIG over 1 MiB; -ENOSPC when scratch
 *   files are full; else the commit's error.
 */
int draft_write(struct tree *tree, struct op *op, struct draft *draft, const char *bytes,
		size_t len, size_t offset);

int draft_truncate(struct tree *tree, struct op *op, struct draft *draft, size_t len);

/* What has been written so far; @ret_blob a new reference. -ENODATA when nothing was. */
int draft_text(struct tree *tree, struct draft *draft, struct blob **ret_blob);

/**
 * Read on in the last answer of a stream.
 *
 * @ret_bytes: borrowed until the next write
 * Return: how many bytes, @size at most.
 */
size_t draft_read_response(struct draft *draft, size_t size, const char **ret_bytes);

/* fsync and close: -EINVAL for text that is not complete, which is then kept as refused. */
int draft_finish(struct tree *tree, struct op *op, struct draft *draft);

/* Accepts NULL. */
void draft_free(struct tree *tree, struct draft *draft);

/**
 * What creating @name in @dir would be.
 *
 * @temporary: made as mkstemp(3) makes a file: to be renamed over another, so scratch everywhere,
 *             except under a drop's name
 * @ret_found: type, and a new id or NULL; for a scratch file the file is made at once
 * Return: 0; -EPERM where no file can be made, or none of that name; -ENOENT for a document that
 *   is to be edited and is not there.
 */
int tree_create(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		bool temporary, struct found *ret_found);

/**
 * Rename a scratch file: onto another scratch name, or onto a document, a member or a drop name,
 * which commits it. The scratch file stays when that fails.
 *
 * Return: 0; -EPERM for what is no scratch file; -EEXIST with RENAME_NOREPLACE; else the commit's.
 */
int tree_rename(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		const struct node *new_dir, const char *new_name, unsigned flags);

/* Whether a node is a scratch file. */
bool node_is_scratch(const struct node *node);

#endif

/*
 * Scratch files: what editors keep beside what they edit, and text that was refused. In memory,
 * gone at unmount, never sent.
 */
#ifndef ECSFS_TREE_SCRATCH_H
#define ECSFS_TREE_SCRATCH_H

#include "internal.h"

/* Of all scratch files of a mount together. */
#define SCRATCH_LIMIT (16 * 1024 * 1024)

extern const struct node_type scratch_type;

struct scratch;

/* Whether @name is one that editors make, which is scratch in any directory. */
bool scratch_is_editor_name(const char *name);

/* The scratch file of that name; a new reference, or NULL. */
struct scratch *scratch_find(struct tree *tree, const struct node *dir, const char *name);

/* Make it, or find it. @ret_scratch: new reference. Return: 0 or -ENOMEM. */
int scratch_make(struct tree *tree, const struct node *dir, const char *name,
		 struct scratch **ret_scratch);
void scratch_unref(struct tree *tree, struct scratch *scratch);

/* Take its name away; whoever has it open keeps its text. */
void scratch_unlink(struct tree *tree, struct scratch *scratch);

/* Give it another name, whose scratch file, if any, loses it. Return: 0 or -ENOMEM. */
int scratch_rename(struct tree *tree, struct scratch *scratch, const struct node *dir,
		   const char *name);

/* As in any file, what is between its end and what is written is zeros. Return: 0, -ENOSPC,
 * -ENOMEM. */
int scratch_write(struct tree *tree, struct scratch *scratch, const char *bytes, size_t len,
		  size_t offset);
int scratch_truncate(struct tree *tree, struct scratch *scratch, size_t len);

size_t scratch_len(struct tree *tree, const struct scratch *scratch);

/* Its bytes now; NULL: no memory. */
struct blob *scratch_text(struct tree *tree, struct scratch *scratch);

void scratch_each(struct tree *tree, const struct node *dir, struct entries *entries);
void scratch_free_all(struct tree *tree);

/* Write @bytes into @text at @offset. Return: 0, -EINVAL for a gap, -ENOMEM. */
int text_write(struct buf *text, const char *bytes, size_t len, size_t offset);

#endif

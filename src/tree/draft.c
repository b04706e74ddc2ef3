#include "ecsfs/tree/draft.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scratch.h"

/* A task definition is 64 KiB at most; an answer of Describe that is edited may be larger. */
#define MAX_TEXT (1024 * 1024)

enum draft_state {
	DRAFT_CLEAN,   /* nothing written since it was opened or committed */
	DRAFT_DIRTY,   /* text that is not committed */
	DRAFT_REFUSED, /* text that was refused */
};

struct draft {
	const struct node *node;
	enum draft_state state;
	bool written;
	bool replaces;           /* the text does not begin with what the document says */
	struct error refusal;    /* while it is refused: why */
	struct buf text;         /* of a document */
	struct scratch *scratch; /* of a scratch file */
	struct blob *response;   /* of a stream: the last answer, and how far it was read */
	size_t read_pos;
};

bool node_is_scratch(const struct node *node)
{
	return node->type == &scratch_type;
}

static int no_memory(struct op *op)
{
	return error_set(&op->error, ENOMEM, "out of memory");
}

/* What is changed in place, taken when the first of it is changed. */
static int take_text(struct tree *tree, struct op *op, struct draft *draft)
{
	_cleanup_(content_done) struct content content = {0};

	if (draft->replaces || !draft->node->type->commit)
		return 0;
	int r = tree_show(tree, op, draft->node, &content);
	if (r < 0)
		return r;
	draft->replaces = true;
	return text_write(&draft->text, content.blob->bytes, content.blob->len, 0) < 0
		       ? no_memory(op)
		       : 0;
}

static int begin(struct tree *tree, struct op *op, struct draft *draft, int flags)
{
	const struct node *node = draft->node;

	if (node_is_scratch(node)) {
		draft->scratch = scratch_find(tree, node->parent, node->name);
		if (!draft->scratch)
			return -ENOENT;
		return flags & O_TRUNC ? scratch_truncate(tree, draft->scratch, 0) : 0;
	}
	if (node->type->exchange)
		return 0;
	if (!node->type->store && !node->type->commit)
		return node_refuse(op, node, "written");
	if (flags & O_APPEND)
		return error_set(&op->error, EINVAL, "%s is replaced, not appended to", node->name);
	draft->replaces = flags & O_TRUNC;
	return 0;
}

int draft_open(struct tree *tree, struct op *op, const struct node *node, int flags,
	       struct draft **ret_draft)
{
	struct draft *draft = calloc(1, sizeof(*draft));

	if (!draft)
		return no_memory(op);
	draft->node = node;
	int r = begin(tree, op, draft, flags);
	if (r < 0) {
		draft_free(tree, draft);
		return r;
	}
	*ret_draft = draft;
	return 0;
}

void draft_free(struct tree *tree, struct draft *draft)
{
	if (!draft)
		return;
	scratch_unref(tree, draft->scratch);
	blob_unref(draft->response);
	buf_done(&draft->text);
	free(draft);
}

/* So that nothing is lost: the text as .NAME.rejected beside the document. */
static void keep_refused(struct tree *tree, const struct node *node, const char *text, size_t len)
{
	struct scratch *scratch;
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), ".%.*s.rejected", NAME_SIZE - 12, node->name);
	if (scratch_make(tree, node->parent, name, &scratch) < 0)
		return;
	scratch_truncate(tree, scratch, 0);
	scratch_write(tree, scratch, text, len, 0);
	scratch_unref(tree, scratch);
}

/*
 * Commit @text to @node, a document, if it is one complete value.
 *
 * Return: 1 when it is not complete yet, 0 when it was committed, else why not.
 */
static int commit_document(struct tree *tree, struct op *op, const struct node *node,
			   const char *text, size_t len, enum more more)
{
	json_auto_t *value = NULL;
	int r = document_parse(op, text, len, more, &value);

	if (r == 0)
		r = node->type->commit(tree, op, node, value);
	if (r < 0)
		keep_refused(tree, node, text, len);
	return r;
}

/* The same for a scratch file with a drop's name. */
static int commit_drop(struct tree *tree, struct op *op, const struct node *node,
		       struct scratch *scratch, enum more more)
{
	struct blob *blob = scratch_text(tree, scratch);

	if (!blob)
		return no_memory(op);
	int r = drop_commit(tree, op, node->parent, node->name, blob->bytes, blob->len, more);
	blob_unref(blob);
	if (r == 0) {
		scratch_unlink(tree, scratch);
		tree_changed(tree, node);
	}
	return r;
}

static int commit(struct tree *tree, struct op *op, struct draft *draft, enum more more)
{
	int r;

	if (draft->scratch && !drop_is_name(draft->node->parent, draft->node->name))
		return 0;
	if (draft->scratch)
		r = commit_drop(tree, op, draft->node, draft->scratch, more);
	else
		r = commit_document(tree, op, draft->node, draft->text.data, draft->text.len, more);
	if (r <= 0)
		draft->state = r == 0 ? DRAFT_CLEAN : DRAFT_REFUSED;
	if (r < 0)
		draft->refusal = op->error;
	return r > 0 ? 0 : r;
}

static size_t text_len(struct tree *tree, const struct draft *draft)
{
	return draft->scratch ? scratch_len(tree, draft->scratch) : draft->text.len;
}

static bool is_blank(const char *bytes, size_t len)
{
	while (len > 0 && isspace((unsigned char)bytes[len - 1]))
		len--;
	return len == 0;
}

/* Says why no byte could be written, if @r is no success. Return: @r. */
static int explain(struct op *op, int r)
{
	if (r == -ENOSPC)
		return error_set(&op->error, ENOSPC, "scratch files are limited to %d MiB together",
				 SCRATCH_LIMIT / 1024 / 1024);
	if (r == -EINVAL)
		return error_set(&op->error, EINVAL, "the text would have a hole");
	return r < 0 ? error_set(&op->error, -r, "%s", strerror(-r)) : 0;
}

static int put(struct tree *tree, struct op *op, struct draft *draft, const char *bytes, size_t len,
	       size_t offset)
{
	int r;

	if (draft->scratch)
		r = scratch_write(tree, draft->scratch, bytes, len, offset);
	else if (offset + len > MAX_TEXT)
		r = -EFBIG;
	else
		r = text_write(&draft->text, bytes, len, offset);
	return explain(op, r);
}

/* One more part of a request; the answer when it completes it. */
static int write_request(struct tree *tree, struct op *op, struct draft *draft, const char *bytes,
			 size_t len)
{
	json_auto_t *request = NULL;
	struct blob *response = NULL;

	if (draft->text.len == 0 && is_blank(bytes, len))
		return 0;
	int r = put(tree, op, draft, bytes, len, draft->text.len);
	if (r < 0)
		return r;
	draft->state = DRAFT_DIRTY;
	r = document_parse(op, draft->text.data, draft->text.len, MORE_BEHIND, &request);
	if (r == 1)
		return 0;
	if (r == 0)
		r = draft->node->type->exchange(tree, op, draft->node, request, &response);
	/* Done with, whatever came of it: another request may follow. */
	buf_clear(&draft->text);
	draft->state = DRAFT_CLEAN;
	blob_unref(draft->response);
	draft->response = response;
	draft->read_pos = 0;
	return r;
}

size_t draft_read_response(struct draft *draft, size_t size, const char **ret_bytes)
{
	size_t left = draft->response ? draft->response->len - draft->read_pos : 0;

	*ret_bytes = left ? draft->response->bytes + draft->read_pos : "";
	if (left < size)
		size = left;
	draft->read_pos += size;
	return size;
}

/* Whether @bytes are in the text already, or are blank behind its end. */
static bool changes_nothing(struct tree *tree, struct draft *draft, const char *bytes, size_t len,
			    size_t offset)
{
	struct blob *blob = draft->scratch ? scratch_text(tree, draft->scratch)
					   : blob_new(draft->text.data, draft->text.len);

	if (!blob)
		return false;
	bool same = offset >= blob->len ? is_blank(bytes, len)
					: offset + len <= blob->len &&
						  memcmp(blob->bytes + offset, bytes, len) == 0;
	blob_unref(blob);
	return same;
}

int draft_write(struct tree *tree, struct op *op, struct draft *draft, const char *bytes,
		size_t len, size_t offset)
{
	if (draft->node->type->store) {
		if (offset != 0)
			return error_set(&op->error, EINVAL,
					 "the whole value is written at once, at offset 0");
		return tree_write_scalar(tree, op, draft->node, bytes, len);
	}
	if (draft->node->type->exchange)
		return write_request(tree, op, draft, bytes, len);
	/* A newline behind a document that is committed already changes nothing. */
	if (draft->written && draft->state == DRAFT_CLEAN && is_blank(bytes, len) &&
	    offset >= draft->text.len)
		return 0;
	/* What stdio could not write it writes again at fclose: the answer is known. But what a
	 * signal interrupted is written again to have it done. */
	if (draft->state == DRAFT_REFUSED && draft->refusal.errnum != EINTR &&
	    changes_nothing(tree, draft, bytes, len, offset)) {
		op->error = draft->refusal;
		return -draft->refusal.errnum;
	}
	int r = take_text(tree, op, draft);
	if (r == 0)
		r = put(tree, op, draft, bytes, len, offset);
	if (r < 0)
		return r;
	draft->written = true;
	draft->state = DRAFT_DIRTY;
	/* Rewritten in place, and the end not reached: what is behind is still what was there,
	 * and half of one text with half of another may be JSON, too. */
	return offset + len < text_len(tree, draft) ? 0 : commit(tree, op, draft, MORE_BEHIND);
}

int draft_truncate(struct tree *tree, struct op *op, struct draft *draft, size_t len)
{
	if (draft->node->type->store || draft->node->type->exchange)
		return 0;
	if (draft->scratch)
		return explain(op, scratch_truncate(tree, draft->scratch, len));
	if (len == 0)
		draft->replaces = true;
	int r = take_text(tree, op, draft);
	if (r < 0)
		return r;
	if (len > draft->text.len)
		return explain(op, -EINVAL);
	if (len == draft->text.len && draft->state != DRAFT_DIRTY)
		return 0;
	draft->text.len = len;
	if (draft->text.data)
		draft->text.data[len] = '\0';
	draft->state = len ? DRAFT_DIRTY : DRAFT_CLEAN;
	/* Rewritten in place, and cut to its new length: that may complete it. */
	return len > 0 ? commit(tree, op, draft, MORE_ANYWHERE) : 0;
}

int draft_text(struct tree *tree, struct draft *draft, struct blob **ret_blob)
{
	if (!draft->scratch && draft->state == DRAFT_CLEAN)
		return -ENODATA;
	*ret_blob = draft->scratch ? scratch_text(tree, draft->scratch)
				   : blob_new(draft->text.data, draft->text.len);
	return *ret_blob ? 0 : -ENOMEM;
}

int draft_finish(struct tree *tree, struct op *op, struct draft *draft)
{
	bool empty = !draft->scratch && is_blank(draft->text.data, draft->text.len);

	if (draft->state != DRAFT_DIRTY || empty)
		return 0;
	if (draft->node->type->exchange) {
		json_auto_t *request = NULL;
		return document_parse(op, draft->text.data, draft->text.len, MORE_NONE, &request);
	}
	return commit(tree, op, draft, MORE_NONE);
}

/* What a new file named @name in @dir, which has such files, will be when it is written. */
static int newborn(struct op *op, const struct node *dir, const char *name, struct found *ret_found)
{
	ret_found->type = dir->type->newborn;
	return name_decode(name, "", &ret_found->id) == 0
		       ? 0
		       : error_set(&op->error, EINVAL, "%s is no name here", name);
}

/* Whether @a and @b differ in nothing but case and a ".json". */
static bool is_alike(const char *a, const char *b)
{
	size_t len = strlen(a), other = strlen(b);

	if (len > 5 && strcasecmp(a + len - 5, ".json") == 0)
		len -= 5;
	if (other > 5 && strcasecmp(b + other - 5, ".json") == 0)
		other -= 5;
	return len == other && strncasecmp(a, b, len) == 0;
}

/*
 * What new scratch files in @dir must not be called: what the directory keeps for itself, and what
 * is like the name of a file that can be written, for it would seem to have been.
 */
static int check_scratch_name(struct op *op, const struct node *dir, const char *name)
{
	for (const struct node_type *row = dir->type->rows; row->form != NODE_END; row++)
		if (row->name && (row->store || row->commit) && strcmp(name, row->name) != 0 &&
		    is_alike(name, row->name))
			return error_set(&op->error, EPERM, "there is no %s; there is %s", name,
					 row->name);
	return dir->type->reserve ? dir->type->reserve(op, name) : 0;
}

int tree_create(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		bool temporary, struct found *ret_found)
{
	struct scratch *scratch;
	const struct node_type *type = dir->type;
	bool editor = temporary || scratch_is_editor_name(name);

	*ret_found = (struct found){.type = &scratch_type};
	if (type->newborn && !editor)
		return newborn(op, dir, name, ret_found);
	if (!editor && !(type->flags & NODE_SCRATCH) && !drop_is_name(dir, name))
		return error_set(&op->error, EPERM,
				 type->drop ? "only NAME.json can be made here"
					    : "no file can be made here");
	/* Or a write to a member of what has gone meanwhile would look as if it was done. */
	if (!editor && (type->flags & NODE_SCRATCH) && type->show) {
		_cleanup_(content_done) struct content content = {0};
		int r = type->show(tree, op, dir, &content);
		if (r < 0)
			return r;
	}
	int r = editor ? 0 : check_scratch_name(op, dir, name);
	if (r < 0)
		return r;
	if (scratch_make(tree, dir, name, &scratch) < 0)
		return no_memory(op);
	scratch_unref(tree, scratch);
	return 0;
}

/* Commit a scratch file's text to what @name is in @dir. */
static int rename_onto(struct tree *tree, struct op *op, const struct node *target,
		       const struct blob *text)
{
	if (target->type->store)
		return tree_write_scalar(tree, op, target, text->bytes, text->len);
	if (target->type->commit)
		return commit_document(tree, op, target, text->bytes, text->len, MORE_NONE);
	if (target->type->form == NODE_DIR)
		return error_set(&op->error, EISDIR, "%s is a directory", target->name);
	return node_refuse(op, target, "written");
}

static int rename_scratch(struct tree *tree, struct op *op, struct scratch *scratch,
			  const struct node *dir, const char *name, unsigned flags)
{
	struct found found;
	int r = tree_find(tree, op, dir, name, &found);

	bool is_there = r == 0;
	if (r == -ENOENT && dir->type->newborn && !scratch_is_editor_name(name))
		r = newborn(op, dir, name, &found);
	if (r < 0 && r != -ENOENT)
		return r;
	struct node target = {found.type, dir, (char *)name, r == 0 ? found.id : NULL};
	_cleanup_free_ char *id __attribute__((unused)) = r == 0 ? found.id : NULL;
	if (is_there && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (r == 0 && !node_is_scratch(&target)) {
		struct blob *text = scratch_text(tree, scratch);
		r = text ? rename_onto(tree, op, &target, text) : no_memory(op);
		blob_unref(text);
		if (r == 0)
			scratch_unlink(tree, scratch);
		return r;
	}
	target.type = &scratch_type;
	if (drop_is_name(dir, name))
		return commit_drop(tree, op, &target, scratch, MORE_NONE);
	if (!scratch_is_editor_name(name) && !(dir->type->flags & NODE_SCRATCH))
		return error_set(&op->error, EPERM, "no file can be made here");
	r = scratch_is_editor_name(name) ? 0 : check_scratch_name(op, dir, name);
	if (r < 0)
		return r;
	return scratch_rename(tree, scratch, dir, name) < 0 ? no_memory(op) : 0;
}

int tree_rename(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		const struct node *new_dir, const char *new_name, unsigned flags)
{
	struct scratch *scratch = scratch_find(tree, dir, name);

	if (!scratch)
		return error_set(&op->error, EPERM, "a resource keeps its name");
	int r = flags & ~(unsigned)RENAME_NOREPLACE
			? error_set(&op->error, EINVAL, "files cannot be exchanged here")
			: rename_scratch(tree, op, scratch, new_dir, new_name, flags);
	scratch_unref(tree, scratch);
	return r;
}

#include "scratch.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* One file; its key is the path of its directory, a slash, its name. */
struct scratch {
	unsigned refs; /* one of the table's while it has a name */
	bool named;
	struct buf text;
	int64_t mtime_ms;
	char *path;
	size_t dir_len;
	UT_hash_handle hh;
};

/* The file by which vim finds out what it may do: 4913, or from there by steps of 123 the first
 * that is not there. A tag may be called 2026. */
static bool is_vims_probe(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return name[digits] == '\0' && (digits == 4 || digits == 5) && name[0] != '0' &&
	       atoi(name) >= 4913 && (atoi(name) - 4913) % 123 == 0;
}

bool scratch_is_editor_name(const char *name)
{
	static const char *const patterns[] = {".*.sw?",
					       ".*.swpx",
					       ".#*",
					       "*~",
					       "#*#",
					       ".*.rejected",
					       ("sed[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]"
						"[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]")};

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return is_vims_probe(name);
}

static char *path_of(const struct node *dir, const char *name, size_t *ret_dir_len)
{
	char path[4096], *joined;

	node_path(dir, path, sizeof(path));
	*ret_dir_len = strlen(path);
	return asprintf(&joined, "%s/%s", path, name) < 0 ? NULL : joined;
}

static struct scratch *find(struct tree *tree, const char *path)
{
	struct scratch *scratch;

	HASH_FIND_STR(tree->scratches, path, scratch);
	return scratch;
}

struct scratch *scratch_find(struct tree *tree, const struct node *dir, const char *name)
{
	size_t dir_len;

	LOCKED(&tree->lock);
	if (!tree->scratches)
		return NULL;
	_cleanup_free_ char *path = path_of(dir, name, &dir_len);
	struct scratch *scratch = path ? find(tree, path) : NULL;
	if (scratch)
		scratch->refs++;
	return scratch;
}

static void unref(struct tree *tree, struct scratch *scratch)
{
	if (--scratch->refs > 0)
		return;
	tree->scratch_bytes -= scratch->text.len;
	buf_done(&scratch->text);
	free(scratch->path);
	free(scratch);
}

static void take_name(struct tree *tree, struct scratch *scratch)
{
	if (!scratch->named)
		return;
	HASH_DEL(tree->scratches, scratch);
	scratch->named = false;
	unref(tree, scratch);
}

static void give_name(struct tree *tree, struct scratch *scratch, char *path, size_t dir_len)
{
	struct scratch *other = find(tree, path);

	if (other)
		take_name(tree, other);
	free(scratch->path);
	scratch->path = path;
	scratch->dir_len = dir_len;
	scratch->named = true;
	scratch->refs++;
	HASH_ADD_KEYPTR(hh, tree->scratches, scratch->path, strlen(path), scratch);
}

int scratch_make(struct tree *tree, const struct node *dir, const char *name,
		 struct scratch **ret_scratch)
{
	size_t dir_len;
	char *path = path_of(dir, name, &dir_len);

	LOCKED(&tree->lock);
	struct scratch *scratch = path ? find(tree, path) : NULL;
	if (scratch) {
		free(path);
	} else {
		scratch = path ? calloc(1, sizeof(*scratch)) : NULL;
		if (!scratch) {
			free(path);
			return -ENOMEM;
		}
		scratch->mtime_ms = clock_wall_ms(tree->clock);
		give_name(tree, scratch, path, dir_len);
	}
	scratch->refs++;
	*ret_scratch = scratch;
	return 0;
}

void scratch_unref(struct tree *tree, struct scratch *scratch)
{
	if (!scratch)
		return;
	LOCKED(&tree->lock);
	unref(tree, scratch);
}

void scratch_unlink(struct tree *tree, struct scratch *scratch)
{
	LOCKED(&tree->lock);
	take_name(tree, scratch);
}

int scratch_rename(struct tree *tree, struct scratch *scratch, const struct node *dir,
		   const char *name)
{
	size_t dir_len;
	char *path = path_of(dir, name, &dir_len);

	if (!path)
		return -ENOMEM;
	LOCKED(&tree->lock);
	take_name(tree, scratch);
	give_name(tree, scratch, path, dir_len);
	return 0;
}

int text_write(struct buf *text, const char *bytes, size_t len, size_t offset)
{
	if (offset > text->len)
		return -EINVAL;
	size_t end = offset + len;
	if (end > text->len) {
		if (!buf_reserve(text, end - text->len)) {
			text->failed = false;
			return -ENOMEM;
		}
		text->len = end;
		text->data[end] = '\0';
	}
	if (len)
		memcpy(text->data + offset, bytes, len);
	return 0;
}

/* Make @scratch @len bytes long: cut, or with zeros behind its end. */
static int resize(struct tree *tree, struct scratch *scratch, size_t len)
{
	struct buf *text = &scratch->text;

	if (len > text->len) {
		size_t grows = len - text->len;
		if (tree->scratch_bytes + grows > SCRATCH_LIMIT)
			return -ENOSPC;
		if (!buf_reserve(text, grows)) {
			text->failed = false;
			return -ENOMEM;
		}
		memset(text->data + text->len, 0, grows);
	}
	tree->scratch_bytes += len - text->len;
	text->len = len;
	if (text->data)
		text->data[len] = '\0';
	scratch->mtime_ms = clock_wall_ms(tree->clock);
	return 0;
}

int scratch_write(struct tree *tree, struct scratch *scratch, const char *bytes, size_t len,
		  size_t offset)
{
	LOCKED(&tree->lock);
	size_t end = offset + len, before = scratch->text.len;
	int r = resize(tree, scratch, end > before ? end : before);
	return r < 0 ? r : text_write(&scratch->text, bytes, len, offset);
}

int scratch_truncate(struct tree *tree, struct scratch *scratch, size_t len)
{
	LOCKED(&tree->lock);
	return resize(tree, scratch, len);
}

size_t scratch_len(struct tree *tree, const struct scratch *scratch)
{
	LOCKED(&tree->lock);
	return scratch->text.len;
}

struct blob *scratch_text(struct tree *tree, struct scratch *scratch)
{
	LOCKED(&tree->lock);
	return blob_new(scratch->text.data, scratch->text.len);
}

void scratch_each(struct tree *tree, const struct node *dir, struct entries *entries)
{
	struct scratch *scratch, *next;
	char path[4096];

	LOCKED(&tree->lock);
	if (!tree->scratches)
		return;
	node_path(dir, path, sizeof(path));
	size_t len = strlen(path);
	HASH_ITER (hh, tree->scratches, scratch, next)
		if (scratch->dir_len == len && strncmp(scratch->path, path, len) == 0)
			entries_add(entries, &scratch_type, scratch->path + len + 1, NULL);
}

void scratch_free_all(struct tree *tree)
{
	struct scratch *scratch, *next;

	HASH_ITER (hh, tree->scratches, scratch, next)
		take_name(tree, scratch);
}

static int scratch_show(struct tree *tree, struct op *op, const struct node *node,
			struct content *ret_content)
{
	struct scratch *scratch = scratch_find(tree, node->parent, node->name);

	if (!scratch)
		return -ENOENT;
	struct blob *blob = scratch_text(tree, scratch);
	int64_t mtime_ms = scratch->mtime_ms;
	scratch_unref(tree, scratch);
	if (!blob)
		return error_set(&op->error, ENOMEM, "out of memory");
	*ret_content = (struct content){.blob = blob, .mtime_ms = mtime_ms, .ctime_ms = mtime_ms};
	return 0;
}

static int scratch_remove(struct tree *tree, struct op *op, const struct node *node)
{
	struct scratch *scratch = scratch_find(tree, node->parent, node->name);

	(void)op;
	if (!scratch)
		return -ENOENT;
	scratch_unlink(tree, scratch);
	scratch_unref(tree, scratch);
	return 0;
}

/* Always 0600, whatever was asked: vim, whose probe then differs, writes in place. */
const struct node_type scratch_type = {
	.form = NODE_FILE,
	.mode = 0600,
	.flags = NODE_VOLATILE,
	.show = scratch_show,
	.remove = scratch_remove,
};

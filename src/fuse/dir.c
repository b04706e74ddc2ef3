#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Find @name, with what its attributes need. @ret_node lives as long as @ret_found. */
static int find(struct request *r, struct inode *parent, const char *name, struct found *ret_found,
		struct content *ret_content)
{
	int result = tree_find(r->fs->tree, &r->op, &parent->node, name, ret_found);

	if (result < 0)
		return result;
	struct node node = {ret_found->type, &parent->node, (char *)name, ret_found->id};
	result = attr_content(r, &node, ret_content);
	if (result < 0)
		free(STEAL(ret_found->id));
	return result;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The entry of a child that exists; @found's id is stolen. */
int make_entry(struct fs *fs, struct inode *parent, const char *name, struct found *found,
	       const struct content *content, struct fuse_entry_param *ret_entry)
{
	bool has_content = content->blob;
	int64_t expires_ms = found->expires_ms;
	struct inode *inode = inode_look_up(fs, parent, name, found, content);

	if (!inode)
		return -ENOMEM;
	*ret_entry = (struct fuse_entry_param){
		.ino = inode_ino(fs, inode),
		.entry_timeout = timeout_s(fs, expires_ms),
		.attr_timeout = timeout_s(fs, has_content ? earlier(content->expires_ms, expires_ms)
							  : expires_ms),
	};
	attr_fill(fs, &inode->node, inode->number, content, &ret_entry->attr);
	/* By a rename its dentry comes to stand for something else, which must be looked up. */
	if (node_is_scratch(&inode->node))
		ret_entry->entry_timeout = ret_entry->attr_timeout = 0;
	return 0;
}

static void reply_entry(struct request *r, struct inode *parent, const char *name,
			struct found *found, const struct content *content)
{
	struct fuse_entry_param entry;
	int result = make_entry(r->fs, parent, name, found, content, &entry);

	if (request_end(r, result) < 0)
		fuse_reply_err(r->req, -result);
	else if (fuse_reply_entry(r->req, &entry) == -ENOENT)
		/* The caller was interrupted and will never forget it. */
		inode_forget(r->fs, inode_of(r->fs, entry.ino), 1);
}

void fs_lookup(fuse_req_t req, fuse_ino_t parent_ino, const char *name)
{
	struct inode *parent = inode_of(fs_of(req), parent_ino);
	_cleanup_(content_done) struct content content = {0};
	struct found found;
	struct request r;

	if (strlen(name) > NAME_MAX) {
		fuse_reply_err(req, ENAMETOOLONG);
		return;
	}
	request_begin(&r, req, "lookup", parent, name);
	int result = find(&r, parent, name, &found, &content);
	if (result == 0)
		reply_entry(&r, parent, name, &found, &content);
	else
		/* Not for the kernel to remember: a write elsewhere in the mount may make it. */
		request_reply(&r, result);
}

static uint64_t hash_of(const struct entries *entries)
{
	uint64_t hash = BLOB_HASH_START;

	for (size_t i = 0; i < entries->count; i++)
		hash = blob_hash(hash, entries->items[i].name, strlen(entries->items[i].name) + 1);
	return hash;
}

void fs_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct inode *inode = inode_of(fs, ino);
	struct handle *handle = handle_new(fs, inode);
	struct request r;

	request_begin(&r, req, "opendir", inode, NULL);
	int result = handle ? tree_list(fs->tree, &r.op, &inode->node, &handle->entries) : -ENOMEM;
	if (result < 0) {
		handle_free(fs, handle);
		request_reply(&r, result);
		return;
	}
	request_end(&r, 0);
	uint64_t hash = hash_of(&handle->entries);
	pthread_mutex_lock(&fs->lock);
	fi->keep_cache = inode->paged_hash == hash;
	inode->paged_hash = hash;
	pthread_mutex_unlock(&fs->lock);
	fi->cache_readdir = 1;
	fi->fh = (uintptr_t)handle;
	if (fuse_reply_open(req, fi) == -ENOENT)
		handle_free(fs, handle);
}

/* What the entry at @off is: "." and ".." first. */
static bool entry_at(const struct handle *handle, size_t off, const char **ret_name,
		     const struct entry_name **ret_entry)
{
	*ret_entry = NULL;
	if (off < 2)
		*ret_name = off == 0 ? "." : "..";
	else if (off - 2 < handle->entries.count)
		*ret_name = (*ret_entry = &handle->entries.items[off - 2])->name;
	else
		return false;
	return true;
}

static void plain_stat(struct inode *dir, const char *name, const struct entry_name *entry,
		       struct stat *st)
{
	static const mode_t format[] = {
		[NODE_DIR] = S_IFDIR, [NODE_FILE] = S_IFREG, [NODE_LINK] = S_IFLNK};
	const struct inode *parent = dir->parent ? dir->parent : dir;

	*st = (struct stat){
		.st_ino = entry                    ? inode_number(dir, name)
			  : strcmp(name, ".") == 0 ? dir->number
						   : parent->number,
		.st_mode = entry ? format[entry->type->form] : S_IFDIR,
	};
}

void fs_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	struct inode *inode = inode_of(fs_of(req), ino);
	struct handle *handle = handle_of(fi);
	_cleanup_free_ char *reply = malloc(size);
	const struct entry_name *entry;
	const char *name;
	struct request r;
	struct stat st;
	size_t used = 0;

	request_begin(&r, req, "readdir", inode, NULL);
	if (!reply) {
		request_reply(&r, -ENOMEM);
		return;
	}
	for (size_t at = (size_t)off; entry_at(handle, at, &name, &entry); at++) {
		plain_stat(inode, name, entry, &st);
		size_t len =
			fuse_add_direntry(req, reply + used, size - used, name, &st, (off_t)at + 1);
		if (len > size - used)
			break;
		used += len;
	}
	request_end(&r, 0);
	fuse_reply_buf(req, reply, used);
}

/*
 * Attributes ride along where they cost no call; an entry without them (node id 0) the kernel
 * looks up when somebody asks.
 */
static void entry_plus(struct request *r, struct inode *dir, const struct handle *handle,
		       const char *name, const struct entry_name *item,
		       struct fuse_entry_param *ret_entry)
{
	_cleanup_(content_done) struct content content = {0};

	*ret_entry = (struct fuse_entry_param){0};
	plain_stat(dir, name, item, &ret_entry->attr);
	if (!item || (item->type->flags & NODE_VOLATILE))
		return;
	struct node node = {item->type, &dir->node, item->name, item->id};
	if (attr_content(r, &node, &content) < 0) {
		r->op.error.errnum = 0;
		return;
	}
	struct found found = {item->type, item->id ? strdup(item->id) : NULL,
			      handle->entries.expires_ms};
	if (!item->id || found.id)
		make_entry(r->fs, dir, name, &found, &content, ret_entry);
}

void fs_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi)
{
	struct inode *inode = inode_of(fs_of(req), ino);
	struct handle *handle = handle_of(fi);
	_cleanup_free_ char *reply = malloc(size);
	const struct entry_name *item;
	struct fuse_entry_param entry;
	const char *name;
	struct request r;
	size_t used = 0;

	request_begin(&r, req, "readdirplus", inode, NULL);
	if (!reply) {
		request_reply(&r, -ENOMEM);
		return;
	}
	r.op.cached_only = true;
	for (size_t at = (size_t)off; entry_at(handle, at, &name, &item); at++) {
		/* Sized first: an entry that does not fit must not be counted as looked up. */
		if (fuse_add_direntry_plus(req, NULL, 0, name, NULL, 0) > size - used)
			break;
		entry_plus(&r, inode, handle, name, item, &entry);
		used += fuse_add_direntry_plus(req, reply + used, size - used, name, &entry,
					       (off_t)at + 1);
	}
	request_end(&r, 0);
	fuse_reply_buf(req, reply, used);
}

void fs_mkdir(fuse_req_t req, fuse_ino_t parent_ino, const char *name, mode_t mode)
{
	struct fs *fs = fs_of(req);
	struct inode *parent = inode_of(fs, parent_ino);
	_cleanup_(content_done) struct content content = {0};
	struct found found;
	struct request r;

	(void)mode;
	request_begin(&r, req, "mkdir", parent, name);
	request_name_command(&r);
	int result = tree_make(fs->tree, &r.op, &parent->node, name);
	if (result == 0)
		result = find(&r, parent, name, &found, &content);
	if (result == 0)
		reply_entry(&r, parent, name, &found, &content);
	else
		request_reply(&r, result);
}

static void fs_remove(fuse_req_t req, const char *op, fuse_ino_t parent_ino, const char *name)
{
	struct fs *fs = fs_of(req);
	struct inode *parent = inode_of(fs, parent_ino);
	struct inode *known = inode_find(fs, parent, name);
	struct request r;
	int result;

	request_begin(&r, req, op, parent, name);
	request_name_command(&r);
	if (known) {
		result = tree_remove(fs->tree, &r.op, &known->node);
		inode_unref(fs, known);
	} else {
		struct found found;
		result = tree_find(fs->tree, &r.op, &parent->node, name, &found);
		if (result == 0) {
			struct node node = {found.type, &parent->node, (char *)name, found.id};
			result = tree_remove(fs->tree, &r.op, &node);
			free(found.id);
		}
	}
	request_reply(&r, result);
}

void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	fs_remove(req, "unlink", parent, name);
}

void fs_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	fs_remove(req, "rmdir", parent, name);
}

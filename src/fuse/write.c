/*
 * Requests that write files. What is written, and when it is committed, is tree/draft's business.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

/* How long a file that was just made may be taken for what it was then. */
#define NEWBORN_S 1.0

/* What was read before the write is not what is there now. */
static void forget_snapshot(struct fs *fs, struct handle *handle)
{
	content_done(&handle->content);
	LOCKED(&fs->lock);
	handle->inode->told = false;
}

static void set_written(struct fs *fs, struct handle *handle)
{
	LOCKED(&fs->lock);
	handle->newborn = false;
}

void fs_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t off,
	      struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);
	struct fs *fs = fs_of(req);
	struct request r;

	(void)ino;
	request_begin(&r, req, "write", handle->inode, NULL);
	request_name_command(&r);
	pthread_mutex_lock(&handle->lock);
	handle_begin(&r, handle);
	set_written(fs, handle);
	int result = handle->draft
			     ? draft_write(fs->tree, &r.op, handle->draft, bytes, size, (size_t)off)
			     : -EBADF;
	forget_snapshot(fs, handle);
	pthread_mutex_unlock(&handle->lock);
	if (result == 0)
		request_count_bytes(&r, size);
	if (request_end(&r, result) < 0)
		fuse_reply_err(req, -result);
	else
		fuse_reply_write(req, size);
}

static void finish(fuse_req_t req, const char *name, struct handle *handle)
{
	struct request r;

	request_begin(&r, req, name, handle->inode, NULL);
	request_name_command(&r);
	pthread_mutex_lock(&handle->lock);
	handle_begin(&r, handle);
	int result = draft_finish(r.fs->tree, &r.op, handle->draft);
	forget_snapshot(r.fs, handle);
	pthread_mutex_unlock(&handle->lock);
	request_reply(&r, result);
}

/* Another process that closes its duplicate of a descriptor may not be the last to write. */
void fs_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);

	(void)ino;
	if (handle->draft && process_of(fuse_req_ctx(req)->pid) == handle->opener)
		finish(req, "flush", handle);
	else
		fuse_reply_err(req, 0);
}

void fs_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);

	(void)ino;
	(void)datasync;
	if (handle->draft)
		finish(req, "fsync", handle);
	else
		fuse_reply_err(req, 0);
}

/* As mkstemp(3) does, with which programs make what they then rename over a file. */
static bool is_temporary(const struct fuse_file_info *fi, mode_t mode)
{
	return (fi->flags & (O_ACCMODE | O_EXCL)) == (O_RDWR | O_EXCL) && (mode & 0777) == 0600;
}

/* A new file: its inode, and a draft of what will be in it. */
static int create(struct request *r, struct inode *parent, const char *name, bool temporary,
		  struct fuse_file_info *fi, struct fuse_entry_param *ret_entry,
		  struct handle **ret_handle)
{
	struct fs *fs = r->fs;
	struct content nothing = {0};
	struct found found;

	int result = tree_create(fs->tree, &r->op, &parent->node, name, temporary, &found);
	if (result == 0)
		result = make_entry(fs, parent, name, &found, &nothing, ret_entry);
	if (result < 0)
		return result;
	struct inode *inode = inode_of(fs, ret_entry->ino);
	struct handle *handle = handle_new(fs, inode);
	if (handle) {
		handle->newborn = inode->node.type->store != NULL;
		result = handle_open_draft(r, handle, fi);
	} else {
		result = -ENOMEM;
	}
	if (result < 0) {
		handle_free(fs, handle);
		inode_forget(fs, inode, 1);
		return result;
	}
	*ret_handle = handle;
	return 0;
}

void fs_create(fuse_req_t req, fuse_ino_t parent_ino, const char *name, mode_t mode,
	       struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct inode *parent = inode_of(fs, parent_ino);
	struct fuse_entry_param entry;
	struct handle *handle;
	struct request r;

	request_begin(&r, req, "create", parent, name);
	int result = create(&r, parent, name, is_temporary(fi, mode), fi, &entry, &handle);
	if (result < 0) {
		request_reply(&r, result);
		return;
	}
	request_end(&r, 0);
	/* Gone again, or something else, as soon as it is written or closed. */
	entry.entry_timeout = 0;
	/* The kernel checks permissions after this reply; a tag that is only born has no other. */
	entry.attr_timeout = NEWBORN_S;
	fi->fh = (uintptr_t)handle;
	if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
		handle_free(fs, handle);
		inode_forget(fs, inode_of(fs, entry.ino), 1);
	}
}

void fs_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	       const char *new_name, unsigned flags)
{
	struct fs *fs = fs_of(req);
	struct inode *from = inode_of(fs, parent), *to = inode_of(fs, new_parent);
	struct request r;

	request_begin(&r, req, "rename", to, new_name);
	request_name_command(&r);
	int result = tree_rename(fs->tree, &r.op, &from->node, name, &to->node, new_name, flags);
	if (result == 0) {
		inode_drop(fs, from, name);
		inode_drop(fs, to, new_name);
	}
	request_reply(&r, result);
}

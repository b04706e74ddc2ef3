#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "internal.h"

/* What is larger is read in few requests anyway. */
#define MAX_STORED (64 * 1024)

struct handle *handle_new(struct fs *fs, struct inode *inode)
{
	struct handle *handle = calloc(1, sizeof(*handle));

	if (!handle)
		return NULL;
	pthread_mutex_init(&handle->lock, NULL);
	handle->inode = inode;
	inode_ref(fs, inode);
	LOCKED(&fs->lock);
	DL_APPEND(fs->handles, handle);
	return handle;
}

void handle_free(struct fs *fs, struct handle *handle)
{
	if (!handle)
		return;
	pthread_mutex_lock(&fs->lock);
	DL_DELETE(fs->handles, handle);
	if (handle->cached && --handle->inode->cached_opens == 0)
		content_done(&handle->inode->frozen);
	handle->inode->writers -= handle->writes;
	pthread_mutex_unlock(&fs->lock);
	inode_unref(fs, handle->inode);
	content_done(&handle->content);
	entries_done(&handle->entries);
	draft_free(fs->tree, handle->draft);
	pthread_mutex_destroy(&handle->lock);
	free(handle);
}

struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

static bool take_frozen(const struct inode *inode, struct content *ret_content)
{
	if (!inode->frozen.blob)
		return false;
	*ret_content = inode->frozen;
	blob_ref(ret_content->blob);
	return true;
}

/* What an inode shows to whoever asks now; a detached one is an open file's old version. */
static int newest_content(struct request *r, struct inode *inode, struct content *ret_content)
{
	pthread_mutex_lock(&r->fs->lock);
	bool frozen = inode->detached && take_frozen(inode, ret_content);
	pthread_mutex_unlock(&r->fs->lock);
	return frozen ? 0 : attr_content(r, &inode->node, ret_content);
}

/*
 * What an inode's attributes say: those of the version that open files read, if any do, with its
 * times too, or tar says that a file that was only fetched again has changed while it read it.
 */
static int inode_content(struct request *r, struct inode *inode, struct content *ret_content)
{
	int result = newest_content(r, inode, ret_content);
	/* A drop that is done, or a scratch file without a name, which somebody still has open:
	 * cp -p and tar set its times and mode. */
	if (result == -ENOENT && node_is_scratch(&inode->node))
		return 0;
	if (result < 0)
		return result;
	/* Until the next lookup gives the path an inode of its own for a new version. */
	pthread_mutex_lock(&r->fs->lock);
	if (inode->cached_opens > 0 && inode->frozen.blob) {
		int64_t expires_ms = ret_content->expires_ms;
		content_done(ret_content);
		take_frozen(inode, ret_content);
		ret_content->expires_ms = expires_ms;
	}
	pthread_mutex_unlock(&r->fs->lock);
	return 0;
}

static void reply_attr(struct request *r, struct inode *inode)
{
	_cleanup_(content_done) struct content content = {0};
	struct fs *fs = r->fs;
	struct stat st;

	int result = inode_content(r, inode, &content);
	if (result < 0 && result != -EAGAIN) {
		request_reply(r, result);
		return;
	}
	attr_fill(fs, &inode->node, inode->number, &content, &st);
	pthread_mutex_lock(&fs->lock);
	/* Not worth a call: as it was told before, and not for long. */
	if (result == -EAGAIN)
		st.st_size = inode->told_size;
	else
		inode_tell(inode, &content);
	pthread_mutex_unlock(&fs->lock);
	request_end(r, 0);
	fuse_reply_attr(r->req, &st,
			content.blob        ? timeout_s(fs, content.expires_ms)
			: result == -EAGAIN ? timeout_s(fs, 0)
					    : timeout_s(fs, clock_monotonic_ms(fs->clock) + 1000));
}

void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct inode *inode = inode_of(fs_of(req), ino);
	struct request r;

	(void)fi;
	request_begin(&r, req, "getattr", inode, NULL);
	reply_attr(&r, inode);
}

/* Whether a chmod or chown would change nothing. */
static bool same_attr(struct fs *fs, const struct node *node, const struct stat *attr, int to_set)
{
	struct stat now;

	attr_fill(fs, node, 0, NULL, &now);
	return !((to_set & FUSE_SET_ATTR_MODE) &&
		 (attr->st_mode & 07777) != (now.st_mode & 07777)) &&
	       !((to_set & FUSE_SET_ATTR_UID) && attr->st_uid != now.st_uid) &&
	       !((to_set & FUSE_SET_ATTR_GID) && attr->st_gid != now.st_gid);
}

/*
 * The kernel opens a file and then empties it, as the same thread, and does not say which open file
 * that was for: the last one. (It could do both in one request, but then it would take the file for
 * empty by itself, also for those who read it just then.)
 */
static void empty_opened(struct request *r, const struct inode *inode)
{
	struct handle *handle, *last = NULL;

	LOCKED(&r->fs->lock);
	DL_FOREACH (r->fs->handles, handle)
		if (handle->inode == inode && handle->writes && handle->thread == r->thread)
			last = handle;
	if (last)
		last->emptied = true;
}

void handle_begin(struct request *r, struct handle *handle)
{
	pthread_mutex_lock(&r->fs->lock);
	bool emptied = handle->emptied;
	handle->emptied = false;
	pthread_mutex_unlock(&r->fs->lock);
	if (emptied && handle->draft)
		draft_truncate(r->fs->tree, &r->op, handle->draft, 0);
}

/* Truncation empties what is being written; what is there changes only when it is written. */
static int truncate_to(struct request *r, const struct inode *inode, off_t size,
		       struct fuse_file_info *fi)
{
	struct fs *fs = r->fs;

	if (!fi && node_is_scratch(&inode->node)) {
		struct draft *draft;
		int result = draft_open(fs->tree, &r->op, &inode->node, 0, &draft);
		if (result == 0) {
			result = draft_truncate(fs->tree, &r->op, draft, (size_t)size);
			draft_free(fs->tree, draft);
		}
		return result;
	}
	if (!fi && size > 0)
		return error_set(&r->op.error, EINVAL, "a file here can be truncated to 0 only");
	if (!fi) {
		empty_opened(r, inode);
		return 0;
	}
	struct handle *handle = handle_of(fi);
	LOCKED(&handle->lock);
	handle_begin(r, handle);
	return handle->draft ? draft_truncate(fs->tree, &r->op, handle->draft, (size_t)size)
			     : -EBADF;
}

/* Whether somebody has made @inode and not written it yet; asked once only. */
static bool take_newborn(struct fs *fs, const struct inode *inode)
{
	struct handle *handle;

	LOCKED(&fs->lock);
	DL_FOREACH (fs->handles, handle)
		if (handle->inode == inode && handle->newborn) {
			handle->newborn = false;
			return true;
		}
	return false;
}

/* Times are not kept. But touch(1) makes what is not there: a tag or attribute without a value. */
static int set_times(struct request *r, struct inode *inode)
{
	return take_newborn(r->fs, inode)
		       ? tree_write_scalar(r->fs->tree, &r->op, &inode->node, "", 0)
		       : 0;
}

void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
		struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct inode *inode = inode_of(fs, ino);
	struct request r;
	int result = 0;

	request_begin(&r, req, "setattr", inode, NULL);
	request_name_command(&r);
	if (!node_is_scratch(&inode->node) && !same_attr(fs, &inode->node, attr, to_set))
		result = error_set(&r.op.error, EPERM,
				   "mode and owner of a resource cannot be changed");
	if (result == 0 && (to_set & FUSE_SET_ATTR_SIZE))
		result = truncate_to(&r, inode, attr->st_size, fi);
	if (result == 0 && (to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)))
		result = set_times(&r, inode);
	/* An open for writing is to cost no call. */
	r.op.cached_only = to_set & FUSE_SET_ATTR_SIZE;
	if (result < 0)
		request_reply(&r, result);
	else
		reply_attr(&r, inode);
}

void fs_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct inode *inode = inode_of(fs_of(req), ino);
	_cleanup_(content_done) struct content content = {0};
	struct request r;

	request_begin(&r, req, "readlink", inode, NULL);
	int result = inode_content(&r, inode, &content);
	if (result < 0) {
		request_reply(&r, result);
		return;
	}
	request_end(&r, 0);
	fuse_reply_readlink(req, content.blob->bytes);
}

/*
 * The page cache serves an open file when it holds, or will hold, the very bytes whose size the
 * kernel was told. Any other open reads past it; so does one beside a writer, by whose bytes the
 * kernel makes the file longer for a moment.
 *
 * Return: whether the bytes may be put there right now: it has never had any of this inode, and
 * nobody reads.
 */
static bool choose_cache(struct fs *fs, struct handle *handle, struct fuse_file_info *fi)
{
	struct inode *inode = handle->inode;
	uint64_t hash = handle->content.blob->hash;

	LOCKED(&fs->lock);
	bool cacheable = !(inode->node.type->flags & (NODE_VOLATILE | NODE_GROWS)) && inode->told &&
			 inode->told_hash == hash && !inode->detached &&
			 (inode->cached_opens == 0 || inode->paged_hash == hash) &&
			 inode->writers == 0;
	fi->direct_io = !cacheable;
	fi->noflush = 1;
	if (!cacheable)
		return false;
	bool is_first = inode->paged_hash == 0;
	fi->keep_cache = inode->paged_hash == hash;
	inode->paged_hash = hash;
	inode->cached_opens++;
	handle->cached = true;
	if (!inode->frozen.blob || inode->frozen.blob->hash != hash) {
		content_done(&inode->frozen);
		inode->frozen = handle->content;
		blob_ref(inode->frozen.blob);
	}
	return is_first;
}

/* Bytes that come with the open save the request that would read them. */
static void store_pages(struct fs *fs, struct handle *handle, struct fuse_file_info *fi)
{
	const struct blob *blob = handle->content.blob;
	struct fuse_bufvec bytes = FUSE_BUFVEC_INIT(blob->len);

	if (blob->len == 0 || blob->len > MAX_STORED)
		return;
	bytes.buf[0].mem = (void *)(uintptr_t)blob->bytes;
	fi->keep_cache = fuse_lowlevel_notify_store(fs->session, inode_ino(fs, handle->inode), 0,
						    &bytes, 0) == 0;
}

int handle_open_draft(struct request *r, struct handle *handle, struct fuse_file_info *fi)
{
	const struct node *node = &handle->inode->node;

	fi->direct_io = 1;
	fi->nonseekable = (node->type->flags & NODE_STREAM) != 0;
	handle->opener = process_of(r->thread);
	handle->thread = r->thread;
	pthread_mutex_lock(&r->fs->lock);
	handle->writes = true;
	handle->inode->writers++;
	pthread_mutex_unlock(&r->fs->lock);
	return draft_open(r->fs->tree, &r->op, node, fi->flags, &handle->draft);
}

void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct inode *inode = inode_of(fs, ino);
	struct handle *handle = handle_new(fs, inode);
	bool reads = (fi->flags & O_ACCMODE) == O_RDONLY;
	struct request r;
	int result;

	request_begin(&r, req, "open", inode, NULL);
	if (!handle)
		result = -ENOMEM;
	else if (reads)
		result = newest_content(&r, inode, &handle->content);
	else
		result = handle_open_draft(&r, handle, fi);
	if (result < 0) {
		handle_free(fs, handle);
		request_reply(&r, result);
		return;
	}
	if (reads) {
		if (choose_cache(fs, handle, fi))
			store_pages(fs, handle, fi);
		if (inode->node.type->commit)
			tree_opened(fs->tree, &inode->node, process_of(r.thread),
				    handle->content.blob);
	}
	request_end(&r, 0);
	fi->fh = (uintptr_t)handle;
	if (fuse_reply_open(req, fi) == -ENOENT)
		handle_free(fs, handle);
}

/* The snapshot, taken late for files opened to write, and anew for one that grows. */
static int read_snapshot(struct request *r, struct handle *handle, size_t off)
{
	struct content *content = &handle->content;
	struct inode *inode = handle->inode;
	bool at_end = content->blob && off >= content->blob->len;

	if (content->blob && !(at_end && (inode->node.type->flags & NODE_GROWS)))
		return 0;
	struct content fresh = {0};
	int result = tree_show(r->fs->tree, &r->op, &inode->node, &fresh);
	if (result < 0)
		return result;
	content_done(content);
	*content = fresh;
	return 0;
}

/* What is to be sent, counted, and from where in it. */
static int read_locked(struct request *r, struct handle *handle, size_t size, size_t *off,
		       struct blob **ret_blob)
{
	const char *bytes;
	int result;

	if (handle->draft && (handle->inode->node.type->flags & NODE_STREAM)) {
		size_t len = draft_read_response(handle->draft, size, &bytes);
		*ret_blob = blob_new(bytes, len);
		*off = 0;
		return *ret_blob ? 0 : -ENOMEM;
	}
	if (handle->draft && draft_text(r->fs->tree, handle->draft, ret_blob) == 0)
		return 0;
	result = read_snapshot(r, handle, *off);
	if (result == 0)
		*ret_blob = blob_ref(handle->content.blob);
	return result;
}

void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);
	struct blob *blob = NULL;
	size_t from = (size_t)off;
	struct request r;

	(void)ino;
	request_begin(&r, req, "read", handle->inode, NULL);
	pthread_mutex_lock(&handle->lock);
	int result = read_locked(&r, handle, size, &from, &blob);
	pthread_mutex_unlock(&handle->lock);
	/* From the reply on the handle is gone: the reader may close, and the release frees it. */
	if (result < 0) {
		request_reply(&r, result);
		return;
	}
	size_t left = from < blob->len ? blob->len - from : 0;
	size_t len = left < size ? left : size;
	request_count_bytes(&r, len);
	request_end(&r, 0);
	fuse_reply_buf(req, blob->bytes + (left ? from : 0), len);
	blob_unref(blob);
}

void fs_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct handle *handle = handle_of(fi);
	struct fs *fs = fs_of(req);

	(void)ino;
	if (handle->draft) {
		/* Text that no close has judged: its opener is gone. */
		struct request r;
		request_begin(&r, req, "release", handle->inode, NULL);
		request_end(&r, draft_finish(fs->tree, &r.op, handle->draft));
		/* The kernel believes that what was written is there: its next open is to ask. */
		notifier_changed(fs, r.path, REACH_ALL);
	}
	handle_free(fs, handle);
	fuse_reply_err(req, 0);
}

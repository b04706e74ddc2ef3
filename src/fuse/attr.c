#include <errno.h>

#include "internal.h"

#define MAX_TIMEOUT_S 3600.0

/* A time-out of exactly 0 makes the kernel ask again within one system call. */
#define MIN_TIMEOUT_S 0.001

/* So that ordinary tools write a document in one call. */
#define BLOCK_SIZE (1024 * 1024)

double timeout_s(struct fs *fs, int64_t expires_ms)
{
	double left_s;

	if (expires_ms == INT64_MAX)
		return MAX_TIMEOUT_S;
	left_s = (double)(expires_ms - clock_monotonic_ms(fs->clock)) / 1000;
	return left_s < MIN_TIMEOUT_S   ? MIN_TIMEOUT_S
	       : left_s > MAX_TIMEOUT_S ? MAX_TIMEOUT_S
					: left_s;
}

static struct timespec to_timespec(int64_t ms)
{
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

void attr_fill(struct fs *fs, const struct node *node, uint64_t number,
	       const struct content *content, struct stat *st)
{
	static const mode_t format[] = {
		[NODE_DIR] = S_IFDIR, [NODE_FILE] = S_IFREG, [NODE_LINK] = S_IFLNK};
	mode_t mode = node->type->mode & ~fs->umask;
	/* A directory's own does not move while tar reads it, though its document is fetched. */
	bool fetched = node->type->form != NODE_DIR && content && content->ctime_ms;
	int64_t ctime_ms = fetched ? content->ctime_ms : fs->started_ms;
	int64_t mtime_ms = content && content->mtime_ms ? content->mtime_ms : ctime_ms;

	if (fs->read_only && node->type->form != NODE_LINK)
		mode &= ~(mode_t)0222;
	*st = (struct stat){
		.st_ino = number,
		.st_mode = format[node->type->form] | mode,
		.st_nlink = 1,
		.st_uid = fs->uid,
		.st_gid = fs->gid,
		.st_blksize = BLOCK_SIZE,
		.st_mtim = to_timespec(mtime_ms),
		.st_ctim = to_timespec(ctime_ms),
		.st_atim = to_timespec(mtime_ms),
	};
	if (node->type->form != NODE_DIR && content && content->blob) {
		st->st_size = (off_t)content->blob->len;
		st->st_blocks = (st->st_size + 511) / 512;
	}
}

int attr_content(struct request *r, const struct node *node, struct content *ret_content)
{
	if (node->type->form != NODE_DIR)
		return tree_show(r->fs->tree, &r->op, node, ret_content);
	if (!node->type->show)
		return 0;
	/* A directory's times are worth no call. */
	struct op quiet;
	op_init(&quiet);
	quiet.cached_only = true;
	int known = tree_show(r->fs->tree, &quiet, node, ret_content);
	op_done(&quiet);
	/* Nor do they say until when the directory is there. */
	if (known == 0)
		ret_content->expires_ms = INT64_MAX;
	return 0;
}

/*
 * The mounted file system: inodes, open handles, attributes, errno signs.
 *
 * The only layer that knows libfuse. It turns each request into calls of tree/, and each error
 * into a reply and a line in `.ecsfs/errors`.
 */
#ifndef ECSFS_FUSE_FS_H
#define ECSFS_FUSE_FS_H

#include <stdbool.h>
#include <sys/types.h>

#include "ecsfs/base/metrics.h"
#include "ecsfs/base/ring.h"
#include "ecsfs/tree/tree.h"

struct fs;

struct fs_options {
	struct tree *tree; /* borrowed, as all pointers here */
	struct metrics *metrics;
	struct ring *errors;
	const struct clock *clock;
	const char *mountpoint;
	const char *source;        /* what the mount table shows in its first column */
	const char *mount_options; /* "allow_other,ro", for libfuse; may be NULL */
	uid_t uid;                 /* owner of all files */
	gid_t gid;
	mode_t umask; /* bits taken away from all modes */
	bool read_only;
};

/* Mount. @ret_fs: new. Return: 0, or a negative errno with @err filled; libfuse may add lines to
 * stderr. */
int fs_mount(const struct fs_options *options, struct fs **ret_fs, struct error *err);

/* What fs_serve() tells of, each from another thread. */
struct fs_events {
	void (*ready)(void *arg); /* requests are answered */
	void (*abort)(void *arg); /* a signal came: make calls in flight end */
	void *arg;
};

/**
 * Serve requests until the file system is unmounted or SIGINT, SIGTERM or SIGHUP comes.
 *
 * Return: 0, or a negative errno with @err filled.
 */
int fs_serve(struct fs *fs, const struct fs_events *events, struct error *err);

/* Unmount, if still mounted, and free. Accepts NULL. */
void fs_unmount(struct fs *fs);

#endif

/*
 * The command line: ecsfs [OPTIONS] [SOURCE] MOUNTPOINT, also as mount(8) gives it.
 */
#ifndef ECSFS_OPTIONS_H
#define ECSFS_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "ecsfs/base/error.h"
#include "ecsfs/base/log.h"

#define MAX_PROTECTED 64

struct options {
	char *profile, *region, *endpoint_url, *ca_bundle, *audit_log, *cache_dir;
	char *source, *mountpoint;
	char *protect[MAX_PROTECTED + 1]; /* ended by NULL */
	char *fuse_options; /* what is left of -o for libfuse, comma-separated; NULL: nothing */
	double ttl_s;       /* negative: the defaults */
	double timeout_s;
	long delete_limit, max_connections, quota_percent;
	enum log_level log_level;
	uid_t uid;
	gid_t gid;
	mode_t umask;
	bool read_only, no_disk_cache, demo, foreground, version, help;
};

/**
 * Fill @ret_options with the defaults and what @argv says.
 *
 * Return: 0, or -EINVAL with @err saying which option and why; to be freed in either case.
 */
int options_parse(int argc, char **argv, struct options *ret_options, struct error *err);
void options_done(struct options *options);

/* What --help prints. */
extern const char options_help[];

#endif

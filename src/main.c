/*
 * Builds the parts from the bottom up, mounts, serves, and takes them down again.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "ecsfs/base/cleanup.h"
#include "ecsfs/demo.h"
#include "ecsfs/fuse/fs.h"
#include "ecsfs/options.h"

#define ERROR_LINES 100
#define AUDIT_LINES 1000

/* Times to live, as --help names them. */
#define SHORT_S 5
#define MEDIUM_S 15
#define LONG_S 30

/* What a running mount is made of, in the order of construction. */
struct parts {
	pid_t emulator;
	char *demo_url;
	struct metrics *metrics;
	struct ring *errors, *audit;
	struct aws_client *client;
	struct ecs *ecs;
	struct disk *disk;
	struct store *store;
	struct tree *tree;
	struct fs *fs;
};

static void on_stale(bool stale, const struct error *why)
{
	if (stale)
		log_warn("AWS cannot be reached, serving what is known: %s", why->message);
	else
		log_warn("AWS can be reached again");
}

static int64_t to_ms(double seconds)
{
	return (int64_t)(seconds * 1000);
}

static int build_client(const struct options *options, struct parts *parts, struct error *err)
{
	struct aws_client_options client = {
		.service = "ecs",
		.profile = options->profile,
		.region = options->region,
		.endpoint_url = options->endpoint_url,
		.ca_bundle = options->ca_bundle,
		.max_connections = (unsigned)options->max_connections,
		.timeout_ms = to_ms(options->timeout_s),
		.quota_percent = (unsigned)options->quota_percent,
		.quotas = ecs_quotas,
		.quota_count = options->quota_percent ? QUOTA_COUNT : 0,
		.clock = &clock_real,
	};

	if (parts->demo_url) {
		client.endpoint_url = parts->demo_url;
		client.profile = NULL;
		client.region = "us-east-1";
	}
	return aws_client_new(&client, &parts->client, err);
}

/* "~/.cache/ecsfs", as the XDG base directory specification has it; NULL when there is no home. */
static char *default_cache_dir(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *dir = NULL;
	int r = -1;

	if (cache && cache[0] == '/')
		r = asprintf(&dir, "%s/ecsfs", cache);
	else if (home && home[0] == '/')
		r = asprintf(&dir, "%s/.cache/ecsfs", home);
	return r < 0 ? NULL : dir;
}

/*
 * A directory that was named must serve; without the usual one it goes as well. What listens on a
 * loopback address is an emulator, whose accounts look alike and are not: only when it is named.
 */
static int build_disk(const struct options *options, struct parts *parts, struct error *err)
{
	_cleanup_free_ char *usual = options->cache_dir ? NULL : default_cache_dir();
	const char *dir = options->cache_dir ? options->cache_dir : usual;
	struct aws_client_info info = {0};
	struct error ignored = {0};

	aws_client_info(parts->client, &info);
	bool is_emulator = strncmp(info.endpoint, "http:", 5) == 0;
	if (options->no_disk_cache || !dir || (is_emulator && !options->cache_dir))
		return 0;
	int r = disk_new(dir, info.endpoint, &clock_real, &parts->disk,
			 options->cache_dir ? err : &ignored);
	if (r < 0 && !options->cache_dir)
		log_info("nothing is kept on disk: %s", ignored.message);
	return options->cache_dir ? r : 0;
}

static int build_demo(const struct options *options, struct parts *parts, struct error *err)
{
	return options->demo ? demo_start(&parts->emulator, &parts->demo_url, err) : 0;
}

static int build_records(const struct options *options, struct parts *parts, struct error *err)
{
	(void)options;
	parts->metrics = metrics_new();
	parts->errors = ring_new(ERROR_LINES);
	parts->audit = ring_new(AUDIT_LINES);
	return parts->metrics && parts->errors && parts->audit
		       ? 0
		       : error_set(err, ENOMEM, "out of memory");
}

static int build_ecs(const struct options *options, struct parts *parts, struct error *err)
{
	const struct ecs_options ecs = {
		.client = parts->client,
		.metrics = parts->metrics,
		.audit = parts->audit,
		.audit_log = options->audit_log,
		.clock = &clock_real,
	};

	return ecs_new(&ecs, &parts->ecs, err);
}

static double ttl_s(const struct options *options, double usual_s)
{
	return options->ttl_s < 0 ? usual_s : options->ttl_s;
}

static int build_store(const struct options *options, struct parts *parts, struct error *err)
{
	const struct store_options store = {
		.ecs = parts->ecs,
		.clock = &clock_real,
		.metrics = parts->metrics,
		.disk = parts->disk,
		.ttl_ms = {[TTL_SHORT] = to_ms(ttl_s(options, SHORT_S)),
			   [TTL_MEDIUM] = to_ms(ttl_s(options, MEDIUM_S)),
			   [TTL_LONG] = to_ms(ttl_s(options, LONG_S)),
			   [TTL_FOREVER] = to_ms(ttl_s(options, LONG_S))},
		.wait_ms = to_ms(options->timeout_s) + 5000,
		.on_stale = on_stale,
	};
	int r = store_new(&store, &parts->store);

	return r < 0 ? error_set(err, -r, "%s", strerror(-r)) : 0;
}

static int build_tree(const struct options *options, struct parts *parts, struct error *err)
{
	const struct tree_options tree = {
		.store = parts->store,
		.client = parts->client,
		.metrics = parts->metrics,
		.errors = parts->errors,
		.audit = parts->audit,
		.clock = &clock_real,
		.delete_limit = (unsigned)options->delete_limit,
		.read_only = options->read_only,
		.protect = options->protect,
		.ttl_s = {ttl_s(options, SHORT_S), ttl_s(options, MEDIUM_S),
			  ttl_s(options, LONG_S)},
		.timeout_s = options->timeout_s,
		.quota_percent = (unsigned)options->quota_percent,
		.cache_dir = parts->disk ? disk_dir(parts->disk) : NULL,
		.audit_log = options->audit_log,
	};
	int r = tree_new(&tree, &parts->tree);

	return r < 0 ? error_set(err, -r, "%s", strerror(-r)) : 0;
}

static int build_fs(const struct options *options, struct parts *parts, struct error *err)
{
	const struct fs_options fs = {
		.tree = parts->tree,
		.metrics = parts->metrics,
		.errors = parts->errors,
		.clock = &clock_real,
		.mountpoint = options->mountpoint,
		.source = options->source,
		.mount_options = options->fuse_options,
		.uid = options->uid,
		.gid = options->gid,
		.umask = options->umask,
		.read_only = options->read_only,
	};

	return fs_mount(&fs, &parts->fs, err);
}

/* From the bottom up. */
static int build(const struct options *options, struct parts *parts, struct error *err)
{
	static int (*const steps[])(const struct options *options, struct parts *parts,
				    struct error *err) = {
		build_demo, build_records, build_client, build_disk,
		build_ecs,  build_store,   build_tree,   build_fs,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(steps); i++)
		r = steps[i](options, parts, err);
	return r;
}

static void take_down(struct parts *parts)
{
	fs_unmount(parts->fs);
	tree_free(parts->tree);
	if (parts->client)
		aws_client_abort(parts->client);
	store_free(parts->store);
	disk_free(parts->disk);
	ecs_free(parts->ecs);
	aws_client_free(parts->client);
	ring_free(parts->audit);
	ring_free(parts->errors);
	metrics_free(parts->metrics);
	free(parts->demo_url);
	demo_stop(parts->emulator);
}

struct service {
	struct aws_client *client;
	int ready_fd; /* -1 in the foreground, and when all is told */
};

static void abort_calls(void *arg)
{
	struct service *service = arg;

	aws_client_abort(service->client);
}

/* Become what a daemon is, and let the parent, which waits, exit with success. */
static void announce_ready(void *arg)
{
	struct service *service = arg;

	if (service->ready_fd < 0)
		return;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (chdir("/") < 0)
		log_warn("chdir /: %s", strerror(errno));
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	if (write(service->ready_fd, "", 1) != 1)
		log_warn("cannot tell the parent process: %s", strerror(errno));
	close(service->ready_fd);
	service->ready_fd = -1;
}

/* @ready_fd: -1 in the foreground */
static int run(struct options *options, int ready_fd)
{
	struct parts parts = {0};
	struct error err = {0};

	int r = build(options, &parts, &err);
	if (r == 0) {
		struct service service = {parts.client, ready_fd};
		const struct fs_events events = {announce_ready, abort_calls, &service};
		log_init("ecsfs", options->log_level, ready_fd >= 0);
		r = fs_serve(parts.fs, &events, &err);
		/* Somebody still waits for the first line. */
		if (r < 0 && ready_fd >= 0 && service.ready_fd < 0)
			log_error("%s", err.message);
		else if (r < 0)
			fprintf(stderr, "ecsfs: %s\n", err.message);
	} else {
		fprintf(stderr, "ecsfs: %s\n", err.message);
	}
	take_down(&parts);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Before any thread: the child serves; the parent waits until the mount is usable. */
static int run_as_daemon(struct options *options)
{
	int ready[2], status;
	char byte;

	if (pipe2(ready, O_CLOEXEC) < 0) {
		fprintf(stderr, "ecsfs: pipe: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	pid_t pid = fork();
	if (pid < 0) {
		fprintf(stderr, "ecsfs: fork: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	if (pid == 0) {
		close(ready[0]);
		setsid();
		return run(options, ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) == 1)
		return EXIT_SUCCESS;
	waitpid(pid, &status, 0);
	return EXIT_FAILURE;
}

/* A mount whose daemon was killed is still in the mount table; it is taken away first. */
static void detach_dead_mount(const char *mountpoint)
{
	struct statfs st;

	/* Not stat(), which the kernel answers for a while from what it knows. */
	if (statfs(mountpoint, &st) == 0 || errno != ENOTCONN)
		return;
	if (umount2(mountpoint, MNT_DETACH) == 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		execlp("fusermount3", "fusermount3", "-u", "-z", mountpoint, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* A second mount would hide the first, which would go on: with its calls, until both are ended. */
static bool is_mounted_already(const char *mountpoint)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	bool found = false;

	while (mounts && (mount = getmntent(mounts)))
		found = found || (strcmp(mount->mnt_dir, mountpoint) == 0 &&
				  strcmp(mount->mnt_type, "fuse.ecsfs") == 0);
	if (mounts)
		endmntent(mounts);
	return found;
}

/* A daemon works in /, so the path must not depend on where we are. */
static int resolve_mountpoint(struct options *options)
{
	char resolved[PATH_MAX];
	struct stat st;

	detach_dead_mount(options->mountpoint);
	if (!realpath(options->mountpoint, resolved) || stat(resolved, &st) < 0) {
		fprintf(stderr, "ecsfs: %s: %s\n", options->mountpoint, strerror(errno));
		return -errno;
	}
	if (!S_ISDIR(st.st_mode)) {
		fprintf(stderr, "ecsfs: %s: %s\n", options->mountpoint, strerror(ENOTDIR));
		return -ENOTDIR;
	}
	if (is_mounted_already(resolved)) {
		fprintf(stderr, "ecsfs: %s: ecsfs is mounted there already\n", resolved);
		return -EBUSY;
	}
	free(options->mountpoint);
	options->mountpoint = strdup(resolved);
	return options->mountpoint ? 0 : -ENOMEM;
}

int main(int argc, char **argv)
{
	_cleanup_(options_done) struct options options;
	struct error err = {0};

	if (options_parse(argc, argv, &options, &err) < 0) {
		fprintf(stderr, "ecsfs: %s\n", err.message);
		return 2;
	}
	if (options.help || options.version) {
		fputs(options.help ? options_help : "ecsfs " ECSFS_VERSION "\n", stdout);
		return EXIT_SUCCESS;
	}
	if (resolve_mountpoint(&options) < 0)
		return EXIT_FAILURE;
	/* Each arena keeps what its thread once needed to parse a page: a few MiB for each fetcher.
	 */
	mallopt(M_ARENA_MAX, 2);
	/* Credentials must not end up in a core dump. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	log_init("ecsfs", options.log_level, false);
	return options.foreground ? run(&options, -1) : run_as_daemon(&options);
}

#include <errno.h>
#include <limits.h>
#include <linux/fuse.h>
#include <linux/magic.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "internal.h"

/* Enough that a cached answer never waits behind blocked ones. */
#define MAX_THREADS 128
#define MAX_IDLE_THREADS 16

static void fs_init(void *userdata, struct fuse_conn_info *conn)
{
	(void)userdata;
	conn->want |= conn->capable &
		      (FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_PARALLEL_DIROPS);
	/* With it the kernel takes a file for empty from its open on, for all who read it. */
	conn->want &= ~(unsigned)FUSE_CAP_ATOMIC_O_TRUNC;
	conn->max_write = 1024 * 1024;
}

static void fs_forget(fuse_req_t req, fuse_ino_t ino, uint64_t lookups)
{
	struct fs *fs = fs_of(req);

	inode_forget(fs, inode_of(fs, ino), lookups);
	fuse_reply_none(req);
}

static void fs_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	struct fs *fs = fs_of(req);

	for (size_t i = 0; i < count; i++)
		inode_forget(fs, inode_of(fs, forgets[i].ino), forgets[i].nlookup);
	fuse_reply_none(req);
}

/* Local: df must never touch the network. */
static void fs_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs st = {.f_bsize = 4096, .f_frsize = 4096, .f_namemax = NAME_MAX};

	(void)ino;
	fuse_reply_statfs(req, &st);
}

static void refuse(fuse_req_t req, const char *op, fuse_ino_t parent, const char *name,
		   const char *why)
{
	struct request r;

	request_begin(&r, req, op, inode_of(fs_of(req), parent), name);
	request_reply(&r, error_set(&r.op.error, EPERM, "%s", why));
}

static void fs_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t dev)
{
	(void)mode;
	(void)dev;
	refuse(req, "mknod", parent, name, "no device, pipe or socket can be made here");
}

static void fs_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	(void)target;
	refuse(req, "symlink", parent, name, "no link can be made here");
}

static void fs_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
	(void)ino;
	refuse(req, "link", parent, name, "no link can be made here");
}

static const struct fuse_lowlevel_ops operations = {
	.init = fs_init,
	.lookup = fs_lookup,
	.forget = fs_forget,
	.forget_multi = fs_forget_multi,
	.getattr = fs_getattr,
	.setattr = fs_setattr,
	.readlink = fs_readlink,
	.mknod = fs_mknod,
	.mkdir = fs_mkdir,
	.unlink = fs_unlink,
	.rmdir = fs_rmdir,
	.symlink = fs_symlink,
	.rename = fs_rename,
	.link = fs_link,
	.create = fs_create,
	.open = fs_open,
	.flush = fs_flush,
	.fsync = fs_fsync,
	.read = fs_read,
	.write = fs_write,
	.release = fs_release,
	.opendir = fs_opendir,
	.readdir = fs_readdir,
	.readdirplus = fs_readdirplus,
	.releasedir = fs_release,
	.statfs = fs_statfs,
};

/*
 * libfuse before 3.17 never tells the kernel that directories may be looked up in parallel, so
 * one slow lookup would hold up all others in its directory. The first reply, which answers INIT,
 * is given the flag on its way out.
 */
static ssize_t write_reply(int fd, struct iovec *iov, int count, void *userdata)
{
	static atomic_bool init_seen;

	(void)userdata;
	if (!atomic_exchange(&init_seen, true) && count == 2 &&
	    iov[1].iov_len >= offsetof(struct fuse_init_out, max_background)) {
		struct fuse_init_out *init = iov[1].iov_base;
		init->flags |= FUSE_PARALLEL_DIROPS;
	}
	return writev(fd, iov, count);
}

static ssize_t read_request(int fd, void *buf, size_t size, void *userdata)
{
	(void)userdata;
	return read(fd, buf, size);
}

/*
 * What libfuse says of a mount that fails, kept for the one line that tells of it: the last of its
 * lines, each of which it may say in pieces.
 */
static char fuse_words[256];
static bool fuse_line_is_over;

static void keep_words(enum fuse_log_level level, const char *format, va_list ap)
{
	size_t len = fuse_line_is_over ? 0 : strlen(fuse_words);

	(void)level;
	vsnprintf(fuse_words + len, sizeof(fuse_words) - len, format, ap);
	fuse_line_is_over = strchr(fuse_words, '\n') != NULL;
	fuse_words[strcspn(fuse_words, "\n")] = '\0';
}

static int new_session(struct fs *fs, const struct fs_options *options, struct error *err)
{
	static const struct fuse_custom_io io = {.writev = write_reply, .read = read_request};
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	_cleanup_free_ char *opts = NULL;
	int r = 0;

	if (asprintf(&opts, "-ofsname=%s,subtype=ecsfs,default_permissions%s%s%s", options->source,
		     options->read_only ? ",ro" : "", options->mount_options ? "," : "",
		     options->mount_options ? options->mount_options : "") < 0 ||
	    fuse_opt_add_arg(&args, "ecsfs") < 0 || fuse_opt_add_arg(&args, opts) < 0) {
		fuse_opt_free_args(&args);
		return error_set(err, ENOMEM, "out of memory");
	}
	fuse_words[0] = '\0';
	fuse_set_log_func(keep_words);
	fs->session = fuse_session_new(&args, &operations, sizeof(operations), fs);
	fuse_opt_free_args(&args);
	if (!fs->session)
		r = error_set(err, EINVAL, "libfuse refuses the mount options: %s", fuse_words);
	else if (fuse_session_mount(fs->session, options->mountpoint) != 0)
		r = error_set(err, EIO, "cannot mount on %s%s%s", options->mountpoint,
			      fuse_words[0] ? ": " : "", fuse_words);
	if (r < 0)
		return r;
#if FUSE_VERSION < FUSE_MAKE_VERSION(3, 17)
	r = fuse_session_custom_io(fs->session, &io, fuse_session_fd(fs->session));
#endif
	return r < 0 ? error_set(err, -r, "cannot talk to the kernel: %s", strerror(-r)) : 0;
}

int fs_mount(const struct fs_options *options, struct fs **ret_fs, struct error *err)
{
	struct fs *fs = calloc(1, sizeof(*fs));

	if (!fs)
		return error_set(err, ENOMEM, "out of memory");
	*fs = (struct fs){
		.tree = options->tree,
		.metrics = options->metrics,
		.errors = options->errors,
		.clock = options->clock,
		.uid = options->uid,
		.gid = options->gid,
		.umask = options->umask,
		.read_only = options->read_only,
		.mountpoint = options->mountpoint,
		.started_ms = clock_wall_ms(options->clock),
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	fs->root = inode_new_root();
	int r = fs->root ? new_session(fs, options, err) : error_set(err, ENOMEM, "out of memory");
	if (r < 0) {
		fs_unmount(fs);
		return r;
	}
	*ret_fs = fs;
	return 0;
}

/* On a signal: the loop must end, and so must the calls that its threads wait for. */
static struct fuse_session *signalled_session;
static sem_t signalled;

static void on_signal(int signal)
{
	(void)signal;
	fuse_session_exit(signalled_session);
	sem_post(&signalled);
}

struct watcher {
	const struct fs *fs;
	const struct fs_events *events;
	pthread_t abort_thread, ready_thread;
	atomic_bool stopping;
};

static void *wait_for_signal(void *arg)
{
	struct watcher *watcher = arg;

	while (sem_wait(&signalled) < 0 && errno == EINTR)
		continue;
	if (!watcher->stopping)
		watcher->events->abort(watcher->events->arg);
	return NULL;
}

/* Only when a request is answered have libfuse and the kernel agreed on everything. */
static void *wait_for_answer(void *arg)
{
	struct watcher *watcher = arg;
	struct statfs st;

	if (statfs(watcher->fs->mountpoint, &st) < 0 || st.f_type != FUSE_SUPER_MAGIC)
		return NULL;
	fuse_set_log_func(NULL);
	watcher->events->ready(watcher->events->arg);
	return NULL;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* @signals: those that only this thread, which waits in libfuse's loop, is to be interrupted by */
static int serve_watched(struct fs *fs, struct watcher *watcher, struct fuse_loop_config *config,
			 const sigset_t *signals)
{
	int r = -pthread_create(&watcher->abort_thread, NULL, wait_for_signal, watcher);

	if (r < 0)
		return r;
	r = -pthread_create(&watcher->ready_thread, NULL, wait_for_answer, watcher);
	bool ready_waits = r == 0;
	if (r == 0) {
		pthread_sigmask(SIG_UNBLOCK, signals, NULL);
		catch_signals();
		tree_on_change(fs->tree, notifier_changed, fs);
		r = fuse_session_loop_mt(fs->session, config);
		tree_on_change(fs->tree, NULL, NULL);
	}
	watcher->stopping = true;
	sem_post(&signalled);
	pthread_join(watcher->abort_thread, NULL);
	/* It may still wait, for a file system that nobody serves any more. */
	fuse_session_unmount(fs->session);
	if (ready_waits)
		pthread_join(watcher->ready_thread, NULL);
	return r;
}

int fs_serve(struct fs *fs, const struct fs_events *events, struct error *err)
{
	struct watcher watcher = {.fs = fs, .events = events};
	sigset_t signals;

	struct fuse_loop_config *config = fuse_loop_cfg_create();
	if (!config)
		return error_set(err, ENOMEM, "out of memory");
	fuse_loop_cfg_set_max_threads(config, MAX_THREADS);
	fuse_loop_cfg_set_idle_threads(config, MAX_IDLE_THREADS);
	fuse_loop_cfg_set_clone_fd(config, 0);
	signalled_session = fs->session;
	sem_init(&signalled, 0, 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	int r = notifier_start(fs);
	if (r == 0)
		r = interrupts_start(fs);
	if (r == 0)
		r = serve_watched(fs, &watcher, config, &signals);
	interrupts_stop(fs);
	notifier_stop(fs);
	fuse_loop_cfg_destroy(config);
	return r < 0 ? error_set(err, -r, "the mount ended: %s",
				 fuse_words[0] ? fuse_words : strerror(-r))
		     : 0;
}

void fs_unmount(struct fs *fs)
{
	if (!fs)
		return;
	if (fs->session) {
		fuse_session_unmount(fs->session);
		fuse_session_destroy(fs->session);
	}
	/* A file that was just closed: the loop ended before its release came. */
	while (fs->handles)
		handle_free(fs, fs->handles);
	inode_free_all(fs);
	pthread_mutex_destroy(&fs->lock);
	free(fs);
}

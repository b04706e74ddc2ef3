/*
 * Which signals stop a call that waits.
 *
 * The kernel tells of any signal, also of those that only tell a program something: input came, a
 * child ended, the window has another size, Go's scheduler wants its turn. Emacs, which gets one
 * for every key, could not save, and Go programs would make their change twice. These do not
 * count where a handler awaits them.
 *
 * The kernel tells only once of each call. So after a signal that does not count a thread looks
 * whether one follows that does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#define LOOK_MS 20

struct interrupts {
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work;
	struct request *first; /* calls that a signal that does not count has reached */
	bool stopping;
};

static uint64_t bit(int signal)
{
	return UINT64_C(1) << (signal - 1);
}

static uint64_t mask_of(const char *status, const char *field)
{
	const char *at = strstr(status, field);

	return at ? strtoull(at + strlen(field), NULL, 16) : 0;
}

/* Whether a signal that @thread has to take is to stop what it waits for. */
static bool counts(pid_t thread)
{
	const uint64_t telling = bit(SIGIO) | bit(SIGCHLD) | bit(SIGWINCH) | bit(SIGURG) |
				 bit(SIGPROF) | bit(SIGVTALRM);
	char path[64], status[8192];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);
	if (len <= 0)
		return true;
	status[len] = '\0';
	uint64_t pending = mask_of(status, "\nSigPnd:") | mask_of(status, "\nShdPnd:");
	return pending & ~mask_of(status, "\nSigBlk:") & ~(telling & mask_of(status, "\nSigCgt:"));
}

static void interrupted(fuse_req_t req, void *arg)
{
	struct request *r = arg;
	struct interrupts *all = r->fs->interrupts;

	(void)req;
	if (!all || counts(r->thread)) {
		cancel_trigger(&r->op.cancel);
		return;
	}
	LOCKED(&all->lock);
	if (r->watched)
		return;
	r->watched = true;
	r->next_watched = all->first;
	all->first = r;
	pthread_cond_signal(&all->work);
}

void interrupt_begin(struct request *r)
{
	r->watched = false;
	cancel_init(&r->op.cancel);
	fuse_req_interrupt_func(r->req, interrupted, r);
}

void interrupt_end(struct request *r)
{
	struct interrupts *all = r->fs->interrupts;

	fuse_req_interrupt_func(r->req, NULL, NULL);
	if (all) {
		LOCKED(&all->lock);
		for (struct request **at = &all->first; r->watched && *at;
		     at = &(*at)->next_watched) {
			if (*at == r) {
				*at = r->next_watched;
				break;
			}
		}
	}
	cancel_done(&r->op.cancel);
}

static void wait_a_moment(struct interrupts *all)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&all->work, &all->lock, &until);
}

static void *watch(void *arg)
{
	struct interrupts *all = arg;

	pthread_mutex_lock(&all->lock);
	while (!all->stopping) {
		if (all->first)
			wait_a_moment(all);
		else
			pthread_cond_wait(&all->work, &all->lock);
		for (struct request *r = all->first; r; r = r->next_watched)
			if (counts(r->thread))
				cancel_trigger(&r->op.cancel);
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

int interrupts_start(struct fs *fs)
{
	struct interrupts *all = calloc(1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	pthread_mutex_init(&all->lock, NULL);
	pthread_cond_init(&all->work, NULL);
	int r = pthread_create(&all->thread, NULL, watch, all);
	if (r != 0) {
		free(all);
		return -r;
	}
	fs->interrupts = all;
	return 0;
}

void interrupts_stop(struct fs *fs)
{
	struct interrupts *all = fs->interrupts;

	if (!all)
		return;
	pthread_mutex_lock(&all->lock);
	all->stopping = true;
	pthread_cond_signal(&all->work);
	pthread_mutex_unlock(&all->lock);
	pthread_join(all->thread, NULL);
	pthread_cond_destroy(&all->work);
	pthread_mutex_destroy(&all->lock);
	free(all);
	fs->interrupts = NULL;
}

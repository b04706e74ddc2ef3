/*
 * What a change made untrue, told to the kernel.
 *
 * By a thread of its own: a notification about an inode waits for the request that is under way
 * on it, so a request that sent one itself would wait for itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct notice {
	struct notice *next;
	struct inode *inode; /* counted */
};

struct notifier {
	pthread_t thread;
	pthread_cond_t work;
	struct notice *first, **end; /* guarded by fs->lock */
	bool stopping;
};

/* @detached: its name stands for another inode */
static void notify(struct fs *fs, struct inode *inode, bool detached)
{
	bool is_dir = inode->node.type->form == NODE_DIR;
	const char *name = inode->node.name;

	fuse_lowlevel_notify_inval_inode(fs->session, inode_ino(fs, inode), is_dir ? -1 : 0, 0);
	if (inode->parent && !detached)
		fuse_lowlevel_notify_expire_entry(fs->session, inode_ino(fs, inode->parent), name,
						  strlen(name), FUSE_LL_EXPIRE_ONLY);
}

static void *notifier_run(void *arg)
{
	struct fs *fs = arg;
	struct notifier *n = fs->notifier;

	pthread_mutex_lock(&fs->lock);
	for (;;) {
		while (!n->first && !n->stopping)
			pthread_cond_wait(&n->work, &fs->lock);
		struct notice *notice = n->first;
		if (!notice)
			break;
		n->first = notice->next;
		if (!n->first)
			n->end = &n->first;
		bool stopping = n->stopping, detached = notice->inode->detached;
		pthread_mutex_unlock(&fs->lock);
		if (!stopping)
			notify(fs, notice->inode, detached);
		inode_unref(fs, notice->inode);
		free(notice);
		pthread_mutex_lock(&fs->lock);
	}
	pthread_mutex_unlock(&fs->lock);
	return NULL;
}

static void enqueue(void *arg, struct inode *inode)
{
	struct notifier *n = arg;
	struct notice *notice = calloc(1, sizeof(*notice));

	/* Whatever the kernel still holds, an open compares with what it was told. */
	inode->told = false;
	if (!notice)
		return;
	notice->inode = inode;
	inode->refs++;
	*n->end = notice;
	n->end = &notice->next;
	pthread_cond_signal(&n->work);
}

void notifier_changed(void *arg, const char *path)
{
	struct fs *fs = arg;

	inode_walk(fs, path, enqueue, fs->notifier);
}

int notifier_start(struct fs *fs)
{
	struct notifier *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	pthread_cond_init(&n->work, NULL);
	n->end = &n->first;
	fs->notifier = n;
	int r = pthread_create(&n->thread, NULL, notifier_run, fs);
	if (r != 0) {
		free(n);
		fs->notifier = NULL;
	}
	return -r;
}

void notifier_stop(struct fs *fs)
{
	struct notifier *n = fs->notifier;

	if (!n)
		return;
	pthread_mutex_lock(&fs->lock);
	n->stopping = true;
	pthread_cond_signal(&n->work);
	pthread_mutex_unlock(&fs->lock);
	pthread_join(n->thread, NULL);
	pthread_cond_destroy(&n->work);
	free(n);
	fs->notifier = NULL;
}

/*
 * What a change made untrue, told to the kernel.
 *
 * That attributes have changed is told at once, before the change's own reply, so that whoever
 * made it never sees an old size. Pages and names are told of by a thread of its own: such a
 * notification waits for the request that is under way on its inode or directory, so a request
 * that sent one itself would wait for itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct notice {
	struct notice *next;
	struct inode *inode; /* counted */
};

struct notices {
	struct notice *first, **end;
};

struct notifier {
	pthread_t thread;
	pthread_cond_t work;
	struct notices notices; /* guarded by fs->lock */
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
		while (!n->notices.first && !n->stopping)
			pthread_cond_wait(&n->work, &fs->lock);
		struct notice *notice = n->notices.first;
		if (!notice)
			break;
		n->notices.first = notice->next;
		if (!n->notices.first)
			n->notices.end = &n->notices.first;
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

static void note(void *arg, struct inode *inode)
{
	struct notices *notices = arg;
	struct notice *notice = calloc(1, sizeof(*notice));

	/* Whatever the kernel still holds, an open compares with what it was told. */
	inode->told = false;
	if (!notice)
		return;
	notice->inode = inode;
	inode->refs++;
	*notices->end = notice;
	notices->end = &notice->next;
}

void notifier_changed(void *arg, const char *path, enum tree_reach reach)
{
	struct fs *fs = arg;
	struct notices changed = {.end = &changed.first};

	inode_walk(fs, path, reach, note, &changed);
	for (struct notice *notice = changed.first; notice; notice = notice->next)
		fuse_lowlevel_notify_inval_inode(fs->session, inode_ino(fs, notice->inode), -1, 0);
	if (!changed.first)
		return;
	LOCKED(&fs->lock);
	*fs->notifier->notices.end = changed.first;
	fs->notifier->notices.end = changed.end;
	pthread_cond_signal(&fs->notifier->work);
}

int notifier_start(struct fs *fs)
{
	struct notifier *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	pthread_cond_init(&n->work, NULL);
	n->notices.end = &n->notices.first;
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

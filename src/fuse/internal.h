/*
 * What the files of fuse/ share.
 */
#ifndef ECSFS_FUSE_INTERNAL_H
#define ECSFS_FUSE_INTERNAL_H

#define FUSE_USE_VERSION 312

#include <fuse_lowlevel.h>
#include <pthread.h>
#include <uthash.h>

#include "ecsfs/base/cleanup.h"
#include "ecsfs/fuse/fs.h"
#include "ecsfs/tree/draft.h"

/*
 * A path that the kernel knows. Its address is the kernel's node id.
 *
 * One that an open file still shows an old version of is detached when a newer version is looked
 * up: the open file keeps its bytes and its size, and the path gets a new inode.
 */
struct inode {
	struct node node;     /* node.parent is &parent->node */
	struct inode *parent; /* counted; NULL for the root */
	uint64_t number;      /* st_ino: the same at every mount */
	uint64_t lookups;     /* the kernel's count */
	unsigned refs;        /* lookups > 0, children, handles and walks hold one each */
	bool detached;
	/* What the kernel was last told and what its page cache holds, by hash of the bytes. */
	uint64_t told_hash, paged_hash;
	off_t told_size;
	bool told;
	unsigned cached_opens; /* handles that read through the page cache */
	unsigned writers;      /* handles that write */
	struct content frozen; /* of a detached inode */
	struct inode *children, *prev, *next;
	UT_hash_handle hh;
	size_t key_len;
	char key[]; /* parent's address, name */
};

struct notifier;
struct interrupts;

struct fs {
	struct tree *tree;
	struct metrics *metrics;
	struct ring *errors;
	const struct clock *clock;
	struct fuse_session *session;
	struct notifier *notifier;
	struct interrupts *interrupts;
	const char *mountpoint;
	uid_t uid;
	gid_t gid;
	mode_t umask;
	bool read_only;
	int64_t started_ms;   /* Unix time */
	pthread_mutex_t lock; /* guards the inodes; nothing else is done under it */
	struct inode *inodes;
	struct inode *root;
	struct handle *handles; /* what is open */
};

/* An open file or directory. */
struct handle {
	struct inode *inode;    /* counted */
	pthread_mutex_t lock;   /* of what follows */
	struct content content; /* the snapshot; blob NULL until it is needed */
	struct entries entries; /* of a directory */
	struct draft *draft;    /* of a file opened to write */
	pid_t opener, thread;   /* the process, and its thread that did */
	bool cached, writes;    /* counted in the inode */
	/* fs->lock: */
	bool newborn; /* a tag or attribute that was made, not written: AWS has none */
	bool emptied; /* by O_TRUNC, which its draft is still to be told of */
	struct handle *prev, *next; /* of what is open */
};

/* A request being served: what the layers below need, and what the error line needs. */
struct request {
	struct op op;
	struct fs *fs;
	fuse_req_t req;
	const char *name; /* "lookup": for metrics and errors */
	pid_t thread;     /* who waits; op.pid may come to be its process */
	int64_t start_us;
	char path[4096], command[32];
	/* interrupt.c */
	bool watched;
	struct request *next_watched;
};

/* inode.c; the lock is taken inside */
struct inode *inode_new_root(void);
struct inode *inode_of(struct fs *fs, fuse_ino_t ino);
fuse_ino_t inode_ino(struct fs *fs, struct inode *inode);

/* The inode of @found below @parent, made if need be, with one lookup more; NULL: no memory.
 * @found's id is stolen. @content: what its attributes were taken from, NULL for none. */
struct inode *inode_look_up(struct fs *fs, struct inode *parent, const char *name,
			    struct found *found, const struct content *content);
struct inode *inode_find(struct fs *fs, struct inode *parent, const char *name); /* a reference */
/* Let @name of @parent be another inode when it is looked up again. */
void inode_drop(struct fs *fs, struct inode *parent, const char *name);
void inode_ref(struct fs *fs, struct inode *inode);
void inode_unref(struct fs *fs, struct inode *inode);
void inode_forget(struct fs *fs, struct inode *inode, uint64_t lookups);

/* What the kernel is told of it. The lock is held. */
void inode_tell(struct inode *inode, const struct content *content);

/* Whether an open file shows other bytes through its page cache. The lock is held. */
bool inode_shows_another(const struct inode *inode, const struct content *content);
uint64_t inode_number(const struct inode *parent, const char *name);
void inode_free_all(struct fs *fs);

/* Call @visit for the inode at @path and those known below it, with the lock held. */
void inode_walk(struct fs *fs, const char *path, enum tree_reach reach,
		void (*visit)(void *arg, struct inode *inode), void *arg);

/* attr.c */
void attr_fill(struct fs *fs, const struct node *node, uint64_t number,
	       const struct content *content, struct stat *st);
double timeout_s(struct fs *fs, int64_t expires_ms);

/* What @node shows, for its attributes; of a directory only if that is known. */
int attr_content(struct request *r, const struct node *node, struct content *ret_content);

/* request.c */
struct fs *fs_of(fuse_req_t req);
void request_begin(struct request *r, fuse_req_t req, const char *name, struct inode *inode,
		   const char *child);

/* The process that has @thread, which is what the kernel says of who asks. */
pid_t process_of(pid_t thread);

/* Find out which program asks: for the audit trail and AWS, so only changes need it. */
void request_name_command(struct request *r);

/* Writes the error line when @result is a failure that is worth one. Return: @result. */
int request_end(struct request *r, int result);

/* The same, and replies the error or, for 0, that all is well. */
void request_reply(struct request *r, int result);

/* Of a read or a write. */
void request_count_bytes(struct request *r, size_t bytes);

/* interrupt.c: between these the request's operation is cancelled by a signal that counts */
void interrupt_begin(struct request *r);
void interrupt_end(struct request *r);
int interrupts_start(struct fs *fs);
void interrupts_stop(struct fs *fs);

/* notify.c */
int notifier_start(struct fs *fs);
void notifier_stop(struct fs *fs);
tree_changed_fn notifier_changed;

/* dir.c, file.c: parts of the operation table */
void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void fs_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void fs_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi);
void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name);
void fs_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
		struct fuse_file_info *fi);
void fs_readlink(fuse_req_t req, fuse_ino_t ino);
void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void fs_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t off,
	      struct fuse_file_info *fi);
void fs_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	       struct fuse_file_info *fi);
void fs_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi);
void fs_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	       const char *new_name, unsigned flags);
int make_entry(struct fs *fs, struct inode *parent, const char *name, struct found *found,
	       const struct content *content, struct fuse_entry_param *ret_entry);
struct handle *handle_new(struct fs *fs, struct inode *inode);
void handle_free(struct fs *fs, struct handle *handle);
/* Begin to write what @handle has open. */
int handle_open_draft(struct request *r, struct handle *handle, struct fuse_file_info *fi);
/* Before anything is done with its draft, with its lock held: tell it what happened meanwhile. */
void handle_begin(struct request *r, struct handle *handle);
struct handle *handle_of(const struct fuse_file_info *fi);

#endif

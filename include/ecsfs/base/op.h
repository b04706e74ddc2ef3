/*
 * One system call, as the layers below the file system see it: who asks, what for, how to stop
 * waiting, and what went wrong.
 */
#ifndef ECSFS_BASE_OP_H
#define ECSFS_BASE_OP_H

#include <stdbool.h>
#include <sys/types.h>

#include "ecsfs/base/cancel.h"
#include "ecsfs/base/error.h"

struct op {
	struct cancel cancel;
	struct error error;  /* filled by whoever returns a negative errno that is worth a line */
	const char *path;    /* borrowed; from the mount's root, "" when nobody asked */
	const char *command; /* borrowed; the program's name, "" when unknown */
	uid_t uid;
	pid_t pid;
	bool cached_only;  /* answer from what is known, or -EAGAIN: no call is worth it */
	bool has_fallback; /* what is known will be served if a call fails */
};

/* An operation of the daemon itself. */
static inline void op_init(struct op *op)
{
	*op = (struct op){.path = "", .command = ""};
	cancel_init(&op->cancel);
}

static inline void op_done(struct op *op)
{
	cancel_done(&op->cancel);
}

#endif

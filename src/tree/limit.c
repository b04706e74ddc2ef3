/*
 * The delete-limit: an accidental `rm -rf` of the mount is stopped early.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define WINDOW_MS 60000

int limit_take(struct tree *tree, struct op *op)
{
	int64_t now_ms = clock_monotonic_ms(tree->clock);

	LOCKED(&tree->lock);
	if (tree->delete_limit == 0)
		return 0;
	int64_t *oldest = &tree->deletions_ms[tree->deletion_next];
	if (*oldest && now_ms - *oldest < WINDOW_MS)
		return error_set(&op->error, EPERM,
				 "more than %u destructive calls in 60 seconds; raise the limit "
				 "with --delete-limit N or echo N > .ecsfs/delete-limit (0: none)",
				 tree->delete_limit);
	*oldest = now_ms ? now_ms : 1;
	tree->deletion_next = (tree->deletion_next + 1) % tree->delete_limit;
	return 0;
}

int limit_set(struct tree *tree, unsigned limit)
{
	int64_t *deletions_ms = calloc(limit ? limit : 1, sizeof(*deletions_ms));

	if (!deletions_ms)
		return -ENOMEM;
	LOCKED(&tree->lock);
	free(tree->deletions_ms);
	tree->deletions_ms = deletions_ms;
	tree->deletion_next = 0;
	tree->delete_limit = limit;
	return 0;
}

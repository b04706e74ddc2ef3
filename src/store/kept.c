/*
 * Stopped tasks, kept after AWS forgot them: those that were seen as STOPPED, the newest so many.
 */
#include <string.h>
#include <utlist.h>

#include "internal.h"

#define MAX_KEPT 10000

void kept_add(struct store *store, struct entry *entry)
{
	if (entry->is_kept)
		return;
	entry->is_kept = true;
	DL_APPEND2(store->kept, entry, kept_prev, kept_next);
	if (++store->kept_count > MAX_KEPT)
		kept_remove(store, store->kept);
}

void kept_remove(struct store *store, struct entry *entry)
{
	if (!entry->is_kept)
		return;
	entry->is_kept = false;
	DL_DELETE2(store->kept, entry, kept_prev, kept_next);
	store->kept_count--;
}

void kept_names(struct store *store, const char *cluster, struct names *names)
{
	struct entry *entry;

	DL_FOREACH2(store->kept, entry, kept_next)
	if (strcmp(entry->cluster, cluster) == 0)
		names_add(names, entry->id);
}

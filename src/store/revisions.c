/*
 * Revisions of task definitions that an earlier mount has read: when they may be believed.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/store/render.h"

/* The account is in no request: the first revision that AWS lists tells. */
void revisions_learn(struct store *store, const char *arn)
{
	const char *slash = arn ? strchr(arn, '/') : NULL;

	if (slash && !store->revision_arn[0] && strncmp(arn, "arn:", 4) == 0 &&
	    (size_t)(slash + 1 - arn) < sizeof(store->revision_arn))
		snprintf(store->revision_arn, sizeof(store->revision_arn), "%.*s",
			 (int)(slash + 1 - arn), arn);
}

/*
 * What the disk may know of @fetch's one revision: its ARN, if a List says right now that it is
 * ACTIVE, as it was when it was written, and this mount has not seen it yet.
 */
static bool on_disk(struct store *store, const struct fetch *fetch, char *arn, size_t size,
		    int64_t *ret_since_ms)
{
	const char *id = fetch->ids[0];

	if (!store->disk || fetch->kind != KIND_REVISION)
		return false;
	json_auto_t *filters = json_pack("{s:s%}", "familyPrefix", id, strcspn(id, ":"));
	struct list_query query = {LIST_REVISIONS, "", filters};
	LOCKED(&store->lock);
	struct entry *entry = entry_find(store, fetch->kind, fetch->cluster, id);
	struct list_entry *list = filters ? list_get(store, &query) : NULL;
	if (!store->revision_arn[0] || !entry || entry->blob || !list || !list->listing ||
	    list->expires_ms <= now_ms(store) || listing_find(list->listing, id) == SIZE_MAX)
		return false;
	*ret_since_ms = store->distrusted_ms;
	return (size_t)snprintf(arn, size, "%s%s", store->revision_arn, id) < size;
}

bool revisions_get(struct store *store, const struct fetch *fetch,
		   struct disk_document *ret_document)
{
	int64_t since_ms;
	char arn[2048];

	if (!on_disk(store, fetch, arn, sizeof(arn), &since_ms) ||
	    disk_get(store->disk, arn, since_ms, ret_document) < 0)
		return false;
	count_cache(store, "disk");
	return true;
}

/* What is known of @fetch's one revision, if it is still to be believed. */
static bool take_current(struct store *store, const struct fetch *fetch,
			 struct document *ret_document)
{
	LOCKED(&store->lock);
	struct entry *entry = entry_find(store, fetch->kind, fetch->cluster, fetch->ids[0]);
	if (!entry || !entry->blob || entry->expires_ms <= now_ms(store))
		return false;
	entry_to_document(entry, ret_document);
	return true;
}

static bool is_current(struct store *store, const struct fetch *fetch, const struct blob *blob)
{
	_cleanup_(document_done) struct document now = {0};

	return take_current(store, fetch, &now) && now.blob->hash == blob->hash;
}

/* A change that came meanwhile has expired the entry, which may have been asked for anew since, and
 * then the file must not stay. */
void revisions_keep(struct store *store, const struct fetch *fetch)
{
	_cleanup_(document_done) struct document document = {0};
	struct rendered_member member;

	if (!store->disk || fetch->kind != KIND_REVISION ||
	    !take_current(store, fetch, &document) || !list_fits(LIST_REVISIONS, document.blob) ||
	    !render_find_member(document.blob->bytes, kinds[fetch->kind].arn, &member))
		return;
	_cleanup_free_ char *arn = strndup(member.value + 1, member.value_len - 2);
	if (!arn)
		return;
	disk_put(store->disk, arn,
		 &(struct disk_document){document.blob, document.mtime_ms, document.ctime_ms});
	if (!is_current(store, fetch, document.blob))
		disk_remove(store->disk, arn);
}

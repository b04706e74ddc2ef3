#include "ecsfs/store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"

static const struct metric_family cache_total = {
	"ecsfs_cache_requests_total",
	"Documents and lists asked of the cache.",
	METRIC_COUNTER,
	{"result"},
};

int64_t now_ms(struct store *store)
{
	return clock_monotonic_ms(store->clock);
}

const struct clock *store_clock(struct store *store)
{
	return store->clock;
}

void count_cache(struct store *store, const char *result)
{
	metrics_add(store->metrics, &cache_total, result, NULL, 1);
}

int store_new(const struct store_options *options, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	pthread_mutex_init(&store->lock, NULL);
	store->ecs = options->ecs;
	store->clock = options->clock;
	store->metrics = options->metrics;
	store->disk = options->disk;
	memcpy(store->ttl_ms, options->ttl_ms, sizeof(store->ttl_ms));
	store->wait_ms = options->wait_ms ? options->wait_ms : 60000;
	store->on_stale = options->on_stale;
	int r = pool_start(store);
	if (r < 0) {
		store_free(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

void store_free(struct store *store)
{
	struct entry *entry, *next_entry;
	struct list_entry *list, *next_list;

	if (!store)
		return;
	pool_stop(store);
	HASH_ITER (hh, store->entries, entry, next_entry)
		entry_free(store, entry);
	HASH_ITER (hh, store->lists, list, next_list)
		list_free(store, list);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

void document_done(struct document *document)
{
	blob_unref(document->blob);
	document->blob = NULL;
}

/* Forget what nobody has used for long. While AWS is out of reach, all that is known is kept. */
static void sweep(struct store *store)
{
	struct entry *entry, *next_entry;
	struct list_entry *list, *next_list;
	int64_t before_ms = now_ms(store) - UNUSED_MS;

	if (store->stale || store->swept_ms > before_ms)
		return;
	store->swept_ms = now_ms(store);
	HASH_ITER (hh, store->entries, entry, next_entry)
		if (entry->used_ms < before_ms && !entry->fetch && !entry->is_kept)
			entry_free(store, entry);
	HASH_ITER (hh, store->lists, list, next_list)
		if (list->used_ms < before_ms && !list->fetch)
			list_free(store, list);
}

static int no_memory(struct op *op)
{
	return error_set(&op->error, ENOMEM, "out of memory");
}

/*
 * Wait for @fetch, unless it is done, and tell what came of it. A list may take long when it has
 * many pages and the quota is used up; only the wait for one page is bounded.
 *
 * Return: 1 when it only has more names so far, 0 when it succeeded, else its errno.
 */
static int await(struct store *store, struct op *op, struct fetch *fetch, bool every_page)
{
	int64_t deadline_ms = now_ms(store) + store->wait_ms;
	unsigned pages = fetch->pages;
	int r = 0;

	fetch->refs++;
	fetch->waiters++;
	while (r == 0 && !fetch->done && !(every_page && fetch->pages != pages)) {
		r = fetch_wait(store, op, fetch, deadline_ms);
		if (fetch->pages != pages && !every_page) {
			pages = fetch->pages;
			deadline_ms = now_ms(store) + store->wait_ms;
		}
	}
	if (--fetch->waiters == 0 && r < 0 && !fetch->done)
		fetch_abandon(store, fetch);
	if (r == 0 && fetch->done) {
		r = fetch->result;
		if (r < 0)
			op->error = fetch->error;
	} else if (r == 0) {
		r = 1;
	}
	fetch_unref(fetch);
	return r;
}

/*
 * Whether a failed refresh is answered from what is known; then until when. What was never known,
 * or was changed through this mount since, has 0 in *@expires_ms.
 */
static bool serve_stale(struct store *store, const struct op *op, int64_t *expires_ms)
{
	if (*expires_ms == 0 || !is_unreachable(&op->error))
		return false;
	set_stale(store, true, &op->error);
	*expires_ms = now_ms(store) + STALE_RETRY_MS;
	return true;
}

static int entry_answer(const struct entry *entry, struct document *ret_document)
{
	if (entry->missing || entry->inactive || !entry->blob)
		return -ENOENT;
	entry_to_document(entry, ret_document);
	return 0;
}

/* For @now what is known is no answer, nor is one to a question that was asked before. */
static int document_locked(struct store *store, struct op *op, enum kind kind, const char *cluster,
			   const char *id, bool now, struct document *ret_document)
{
	bool asked = false;
	unsigned before = 0;

	sweep(store);
	for (;;) {
		/* Found anew after every wait: only what is not being fetched may be swept. */
		struct entry *entry = entry_get(store, kind, cluster, id);
		if (!entry)
			return no_memory(op);
		if (entry->leads && !op->cached_only)
			documents_read_on(store, entry);
		before = asked ? before : entry->answers;
		bool known = !now || entry->answers != before;
		if (known && entry->expires_ms > now_ms(store)) {
			count_cache(store, asked ? "miss" : "hit");
			return entry_answer(entry, ret_document);
		}
		if (op->cached_only)
			return -EAGAIN;
		struct fetch *fetch = now && !asked ? NULL : entry->fetch;
		if (!fetch)
			fetch = documents_fetch_start(store, entry, !now && entry->expires_ms > 0);
		if (!fetch)
			return no_memory(op);
		asked = true;
		int r = await(store, op, fetch, false);
		entry = entry_get(store, kind, cluster, id);
		if (r < 0 && entry && !now && serve_stale(store, op, &entry->expires_ms))
			continue;
		if (r < 0)
			return r;
		/* With a TTL shorter than a call, its answer is good for whoever waited. */
		if (entry && !entry->fetch && entry->expires_ms > 0 &&
		    entry->expires_ms <= now_ms(store) && (!now || entry->answers != before))
			return entry_answer(entry, ret_document);
	}
}

int store_document(struct store *store, struct op *op, enum kind kind, const char *cluster,
		   const char *id, struct document *ret_document)
{
	fetch_wait_begin(store, op);
	pthread_mutex_lock(&store->lock);
	int r = document_locked(store, op, kind, cluster, id, false, ret_document);
	pthread_mutex_unlock(&store->lock);
	fetch_wait_end(store, op);
	return r;
}

int store_document_now(struct store *store, struct op *op, enum kind kind, const char *cluster,
		       const char *id, struct document *ret_document)
{
	fetch_wait_begin(store, op);
	pthread_mutex_lock(&store->lock);
	int r = document_locked(store, op, kind, cluster, id, true, ret_document);
	pthread_mutex_unlock(&store->lock);
	fetch_wait_end(store, op);
	return r;
}

static void expire(struct store *store, int64_t *expires_ms)
{
	if (*expires_ms > now_ms(store))
		*expires_ms = now_ms(store);
}

/*
 * Bring @query's list up to date, or as far as a page that has @name when one is given.
 *
 * Return: 1 when @name was found in a List that still goes on, 0 when the list is fresh.
 */
static int refresh_list(struct store *store, struct op *op, const struct list_query *query,
			const char *name, struct list_entry **ret_list)
{
	bool asked = false;
	size_t seen = 0;

	sweep(store);
	for (;;) {
		struct list_entry *list = list_get(store, query);
		if (!list)
			return no_memory(op);
		*ret_list = list;
		if (list->listing && list->expires_ms > now_ms(store)) {
			count_cache(store, asked ? "miss" : "hit");
			return 0;
		}
		if (op->cached_only)
			return -EAGAIN;
		struct fetch *fetch = list->fetch;
		if (!fetch)
			fetch = list_fetch_start(store, list);
		if (!fetch)
			return no_memory(op);
		asked = true;
		/* A page that has the name is no proof of what the whole list will leave out. */
		bool early = name && !list_hides(store, list, name);
		for (seen = seen <= fetch->names.count ? seen : 0;
		     early && seen < fetch->names.count; seen++)
			if (strcmp(fetch->names.items[seen], name) == 0)
				return 1;
		int r = await(store, op, fetch, early);
		*ret_list = list = list_get(store, query);
		if (r < 0 && list && serve_stale(store, op, &list->expires_ms))
			continue;
		if (r < 0)
			return r;
		if (list && !list->fetch && list->listing && list->expires_ms > 0 &&
		    list->expires_ms <= now_ms(store))
			return 0;
	}
}

int store_list(struct store *store, struct op *op, const struct list_query *query,
	       struct listing **ret_listing, int64_t *ret_expires_ms)
{
	struct list_entry *list;

	fetch_wait_begin(store, op);
	pthread_mutex_lock(&store->lock);
	int r = refresh_list(store, op, query, NULL, &list);
	if (r == 0) {
		*ret_listing = listing_ref(list->listing);
		if (ret_expires_ms)
			*ret_expires_ms = list->expires_ms;
	}
	pthread_mutex_unlock(&store->lock);
	fetch_wait_end(store, op);
	return r;
}

void store_expire_list(struct store *store, const struct list_query *query)
{
	LOCKED(&store->lock);
	struct list_entry *list = list_get(store, query);
	if (list)
		expire(store, &list->expires_ms);
}

/*
 * For a name that an expired list of several pages had, one Describe (with its neighbours, who
 * are probably asked about next) is a cheaper proof than all pages again.
 */
static bool describe_is_cheaper(struct store *store, const struct list_query *query,
				const char *name)
{
	struct list_entry *list = list_get(store, query);

	return list && list->listing && !list->fetch && list->expires_ms <= now_ms(store) &&
	       list->expires_ms > 0 && list->pages > 1 && lists[query->list].of >= 0 &&
	       listing_find(list->listing, name) != SIZE_MAX;
}

static int find_locked(struct store *store, struct op *op, const struct list_query *query,
		       const char *name, int64_t *ret_expires_ms)
{
	int of = lists[query->list].of;
	struct list_entry *list;

	*ret_expires_ms = now_ms(store);
	if (of >= 0 && lists[query->list].neighbours) {
		struct entry *entry = entry_find(store, (enum kind)of, query->cluster, name);
		if (entry && entry->inactive && entry->expires_ms > now_ms(store))
			return -ENOENT;
	}
	if (describe_is_cheaper(store, query, name)) {
		_cleanup_(document_done) struct document document = {0};
		int64_t until_ms = now_ms(store) + store->ttl_ms[lists[query->list].ttl];
		int r = document_locked(store, op, (enum kind)of, query->cluster, name, false,
					&document);
		*ret_expires_ms = document.expires_ms < until_ms ? document.expires_ms : until_ms;
		if (r < 0 || list_fits(query->list, document.blob))
			return r;
	}
	int r = refresh_list(store, op, query, name, &list);
	if (r < 0)
		return r;
	if (r == 1) {
		*ret_expires_ms = now_ms(store) + store->ttl_ms[lists[query->list].ttl];
		return 0;
	}
	*ret_expires_ms = list->expires_ms;
	return listing_find(list->listing, name) == SIZE_MAX ? -ENOENT : 0;
}

int store_find(struct store *store, struct op *op, const struct list_query *query, const char *name,
	       int64_t *ret_expires_ms)
{
	fetch_wait_begin(store, op);
	pthread_mutex_lock(&store->lock);
	int r = find_locked(store, op, query, name, ret_expires_ms);
	pthread_mutex_unlock(&store->lock);
	fetch_wait_end(store, op);
	return r;
}

bool store_is_stale(struct store *store)
{
	LOCKED(&store->lock);
	return store->stale;
}

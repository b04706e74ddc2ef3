/*
 * Documents: which ids go into one Describe, and what its answer says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/store/render.h"

/* As many batches at most are sent ahead of a reader who goes through a list in order. */
#define MAX_AHEAD 8

/* How soon to ask again about what was made here and Describe does not know yet. */
#define UNKNOWN_MS 1000

static bool wants_fetch(struct store *store, enum kind kind, const char *cluster, const char *id,
			struct entry **ret_entry)
{
	*ret_entry = entry_get(store, kind, cluster, id);
	return *ret_entry && !(*ret_entry)->fetch && (*ret_entry)->expires_ms <= now_ms(store);
}

static bool add_id(struct fetch *fetch, struct entry *entry)
{
	char *id = strdup(entry->id);

	if (!id)
		return false;
	fetch->ids[fetch->id_count++] = id;
	entry->fetch = fetch;
	return true;
}

static struct fetch *batch_new(enum kind kind, const char *cluster)
{
	struct fetch *fetch = fetch_new(cluster);

	if (!fetch)
		return NULL;
	fetch->kind = kind;
	fetch->ids = calloc(kinds[kind].batch, sizeof(*fetch->ids));
	if (!fetch->ids) {
		fetch_unref(fetch);
		return NULL;
	}
	return fetch;
}

/* Fill @fetch from the names at @index and behind it; where it stopped. */
static size_t fill(struct store *store, struct fetch *fetch, const struct listing *listing,
		   size_t index)
{
	struct entry *entry;

	for (; index < listing->count && fetch->id_count < kinds[fetch->kind].batch; index++)
		if (wants_fetch(store, fetch->kind, fetch->cluster, listing->names[index], &entry))
			add_id(fetch, entry);
	return index;
}

/* The longest list in whose order @entry has neighbours, and its place there. */
static struct list_entry *list_around(struct store *store, const struct entry *entry,
				      size_t *ret_index)
{
	struct list_entry *list, *next, *longest = NULL;

	HASH_ITER (hh, store->lists, list, next) {
		if (!lists[list->list].neighbours || lists[list->list].of != (int)entry->kind ||
		    !list->listing || strcmp(list->cluster, entry->cluster) != 0 ||
		    (longest && longest->listing->count >= list->listing->count))
			continue;
		size_t index = listing_find(list->listing, entry->id);
		if (index == SIZE_MAX)
			continue;
		longest = list;
		*ret_index = index;
	}
	return longest;
}

/* Send @count batches from @index on. Who reads the first of them has the next ones sent. */
static void send_ahead(struct store *store, struct list_entry *list, enum kind kind, size_t index,
		       unsigned count)
{
	for (unsigned i = 0; i < count && index < list->listing->count; i++) {
		struct fetch *fetch = batch_new(kind, list->cluster);
		if (!fetch)
			break;
		index = fill(store, fetch, list->listing, index);
		if (fetch->id_count > 0) {
			struct entry *first = entry_find(store, kind, list->cluster, fetch->ids[0]);
			if (first)
				first->leads = i == 0;
			fetch_enqueue(store, fetch);
		}
		fetch_unref(fetch);
	}
	list->ahead_end = index;
}

static void widen(struct list_entry *list)
{
	list->ahead = list->ahead * 2 > MAX_AHEAD ? MAX_AHEAD : list->ahead * 2;
}

/*
 * Read-ahead, as the kernel does it for files: whoever asks right behind the last batch goes
 * through the list, and gets twice as many batches sent ahead. The calls are those that the
 * reader would have caused one by one; only their waiting overlaps.
 */
static void read_ahead(struct store *store, struct list_entry *list, enum kind kind,
		       size_t from_index, size_t end_index)
{
	bool follows = from_index >= list->ahead_end &&
		       from_index < list->ahead_end + kinds[kind].batch && list->ahead_end > 0;

	if (follows)
		widen(list);
	else
		list->ahead = 1;
	send_ahead(store, list, kind, end_index, list->ahead - 1);
}

void documents_read_on(struct store *store, struct entry *entry)
{
	struct list_entry *list;
	size_t index;

	entry->leads = false;
	list = list_around(store, entry, &index);
	if (!list || index >= list->ahead_end)
		return;
	widen(list);
	send_ahead(store, list, entry->kind, list->ahead_end, list->ahead);
}

struct fetch *documents_fetch_start(struct store *store, struct entry *entry, bool has_fallback)
{
	size_t index, end;
	struct fetch *fetch = batch_new(entry->kind, entry->cluster);

	if (!fetch)
		return NULL;
	if (!add_id(fetch, entry)) {
		fetch_unref(fetch);
		return NULL;
	}
	fetch->asked = true;
	fetch->has_fallback = has_fallback;
	fetch_enqueue(store, fetch);
	struct list_entry *list = list_around(store, entry, &index);
	if (list) {
		end = fill(store, fetch, list->listing, index + 1);
		if (end == list->listing->count)
			fill(store, fetch, list->listing, 0);
		read_ahead(store, list, entry->kind, index, end);
	}
	fetch_unref(fetch); /* the queue has its own reference until it is done */
	return fetch;
}

struct fetch *documents_batch_inactive(struct store *store, enum kind kind, const char *cluster,
				       const struct names *names, size_t *at)
{
	struct fetch *fetch = batch_new(kind, cluster);

	for (; fetch && *at < names->count && fetch->id_count < kinds[kind].batch; ++*at) {
		struct entry *entry = entry_find(store, kind, cluster, names->items[*at]);
		if (!entry || !entry->inactive)
			continue;
		/* While somebody lists, it must not be forgotten, or it would be listed again. */
		entry->used_ms = now_ms(store);
		if (!entry->fetch && entry->expires_ms <= now_ms(store))
			add_id(fetch, entry);
	}
	if (fetch && fetch->id_count == 0) {
		fetch_unref(fetch);
		fetch = NULL;
	}
	return fetch;
}

static json_t *describe_request(const struct fetch *fetch)
{
	const struct kind_info *info = &kinds[fetch->kind];
	json_auto_t *request = json_object();
	json_t *ids = info->one_id ? json_string(fetch->ids[0]) : json_array();
	json_t *include = json_array();
	int failed = 0;

	for (size_t i = 0; !info->one_id && i < fetch->id_count; i++)
		failed |= json_array_append_new(ids, json_string(fetch->ids[i]));
	for (size_t i = 0; i < ARRAY_SIZE(info->include) && info->include[i]; i++)
		failed |= json_array_append_new(include, json_string(info->include[i]));
	failed |= json_object_set_new(request, info->ids, ids);
	failed |= json_object_set_new(request, "include", include);
	if (fetch->cluster[0] && info->in_cluster)
		failed |= json_object_set_new(request, "cluster", json_string(fetch->cluster));
	return failed ? NULL : STEAL(request);
}

int documents_adopt_tags(json_t *response, json_t *item)
{
	json_t *tags = json_object_get(response, "tags");

	return json_array_size(tags) > 0 ? json_object_set(item, "tags", tags) : 0;
}

struct answer {
	struct blob *blob;
	int64_t mtime_ms, ctime_ms;
	bool inactive;
	bool stopped; /* a task that nothing will change any more */
	bool failed;  /* the answer says that there is none */
};

static int render(enum kind kind, json_t *item, struct answer *ret_answer)
{
	struct buf text = {0};
	const char *status = "", *last_status = "";

	int r = render_document(&text, item);
	struct blob *blob = r < 0 ? NULL : blob_new(text.data, text.len);
	buf_done(&text);
	if (!blob)
		return r < 0 ? r : -ENOMEM;
	json_unpack(item, "{s?s, s?s}", "status", &status, "lastStatus", &last_status);
	*ret_answer = (struct answer){
		.blob = blob,
		.mtime_ms = kind_mtime_ms(kind, item),
		.inactive = (kind == KIND_CLUSTER || kind == KIND_SERVICE) &&
			    strcmp(status, "INACTIVE") == 0,
		.stopped = kind == KIND_TASK && strcmp(last_status, "STOPPED") == 0,
	};
	return 0;
}

static size_t id_of_arn(const struct fetch *fetch, const char *arn)
{
	for (size_t i = 0; arn && i < fetch->id_count; i++)
		if (strcmp(arn_id(arn), fetch->ids[i]) == 0)
			return i;
	return SIZE_MAX;
}

/* Which of the fetch's ids an item is about; SIZE_MAX for one that nobody asked for. */
static size_t id_of_item(const struct fetch *fetch, json_t *item)
{
	/* A task definition is asked for by itself, also as a family without revision. */
	if (kinds[fetch->kind].one_id)
		return 0;
	return id_of_arn(fetch, json_string_value(json_object_get(item, kinds[fetch->kind].arn)));
}

/* Any other reason than MISSING is an error for the one that was asked for; those that rode along
 * are asked for again when somebody wants them. */
static int read_failures(const struct fetch *fetch, struct op *op, json_t *response,
			 struct answer *answers)
{
	json_t *failure;
	size_t i;

	json_array_foreach (json_object_get(response, "failures"), i, failure) {
		const char *arn = NULL, *reason = "MISSING", *detail = "";
		json_unpack(failure, "{s?s, s?s, s?s}", "arn", &arn, "reason", &reason, "detail",
			    &detail);
		size_t at = id_of_arn(fetch, arn);
		if (at == SIZE_MAX)
			continue;
		if (strcmp(reason, "MISSING") == 0)
			answers[at].failed = true;
		else if (at == 0 && fetch->asked && !answers[at].blob)
			return error_set_aws(&op->error, 200, reason, NULL,
					     detail[0] ? detail : reason);
	}
	return 0;
}

static int read_items(const struct fetch *fetch, struct op *op, json_t *response,
		      struct answer *answers)
{
	const struct kind_info *info = &kinds[fetch->kind];
	json_t *items = json_object_get(response, info->items), *item;
	json_auto_t *alone = NULL;
	size_t i;

	if (info->one_id && json_is_object(items)) {
		if (documents_adopt_tags(response, items) < 0)
			return error_set(&op->error, ENOMEM, "out of memory");
		items = alone = json_pack("[O]", items);
	}
	if (!json_is_array(items))
		return error_set(&op->error, EPROTO, "%s: the answer has no %s", info->describe,
				 info->items);
	json_array_foreach (items, i, item) {
		if (!json_is_object(item))
			return error_set(&op->error, EPROTO, "%s: an item of %s is not an object",
					 info->describe, info->items);
		size_t at = id_of_item(fetch, item);
		if (at == SIZE_MAX || answers[at].blob)
			continue;
		int r = render(fetch->kind, item, &answers[at]);
		if (r < 0)
			return error_set(&op->error, -r,
					 r == -EPROTO ? "%s: an item nests too deeply"
						      : "%s: out of memory",
					 info->describe);
	}
	return 0;
}

void documents_made(struct store *store, enum kind kind, const char *cluster, json_t *item)
{
	const char *arn = json_string_value(json_object_get(item, kinds[kind].arn));
	struct answer answer;

	if (!arn || render(kind, item, &answer) < 0)
		return;
	struct entry *entry = entry_get(store, kind, cluster, arn_id(arn));
	if (!entry) {
		blob_unref(answer.blob);
		return;
	}
	entry_expire(entry);
	blob_unref(entry->blob);
	entry->blob = answer.blob;
	entry->mtime_ms = answer.mtime_ms;
	entry->made_until_ms = now_ms(store) + CHANGE_MS;
}

/*
 * Whether Describe does not know yet what was made here. A task or revision that was ended here,
 * which is the one thing that may be made of it, does not begin again either.
 */
static bool lags(struct store *store, const struct entry *entry, const struct answer *answer)
{
	static const enum list ended[KIND_COUNT] = {
		[KIND_TASK] = LIST_STOPPED_TASKS,
		[KIND_REVISION] = LIST_INACTIVE_REVISIONS,
	};
	enum list list = ended[entry->kind];

	if (!entry->blob || entry->made_until_ms <= now_ms(store))
		return false;
	return !answer->blob || (lists[list].of == (int)entry->kind &&
				 list_fits(list, entry->blob) && !list_fits(list, answer->blob));
}

static void fill_entry(struct store *store, struct entry *entry, struct answer *answer,
		       int64_t start_ms)
{
	entry->answers++;
	if (lags(store, entry, answer)) {
		entry->fetch = NULL;
		entry->missing = entry->inactive = false;
		entry->ctime_ms = clock_wall_ms(store->clock);
		entry->expires_ms = start_ms + UNKNOWN_MS;
		return;
	}
	enum ttl_class ttl = kinds[entry->kind].ttl;
	bool same = entry->blob && answer->blob && entry->blob->hash == answer->blob->hash;

	entry->fetch = NULL;
	entry->missing = !answer->blob && !entry->is_kept;
	entry->inactive = answer->inactive;
	entry->ctime_ms = answer->ctime_ms ? answer->ctime_ms : clock_wall_ms(store->clock);
	/* What AWS forgot will not change. */
	bool final = answer->blob ? ttl == TTL_FOREVER : entry->is_kept;
	entry->expires_ms = final ? INT64_MAX : start_ms + store->ttl_ms[ttl];
	if (answer->stopped)
		kept_add(store, entry);
	if (same || !answer->blob)
		return;
	blob_unref(entry->blob);
	entry->blob = STEAL(answer->blob);
	entry->mtime_ms = answer->mtime_ms;
}

/* AWS answers [] also for what was not included. */
static bool tells_of(json_t *item, const char *name, json_t *known)
{
	json_t *told = json_object_get(item, name);

	return told && (json_array_size(told) > 0 || json_array_size(known) == 0);
}

/* Whether @item has every member of @known; of its tags nothing is said, so they are as they were.
 */
static bool tells_all(json_t *item, json_t *known)
{
	const char *name;
	json_t *value;

	json_object_foreach (known, name, value) {
		if (tells_of(item, name, value))
			continue;
		if (strcmp(name, "tags") != 0 || json_object_set(item, name, value) < 0)
			return false;
	}
	return true;
}

void documents_updated(struct store *store, enum kind kind, const char *cluster, json_t *item,
		       int64_t start_ms)
{
	const char *arn = json_string_value(json_object_get(item, kinds[kind].arn));
	struct entry *entry = arn ? entry_find(store, kind, cluster, arn_id(arn)) : NULL;
	struct answer answer = {0};

	/* Tags that are known no better than that may have been changed, here or elsewhere. */
	if (!entry || !entry->blob || entry->was_until_ms <= now_ms(store))
		return;
	json_auto_t *known = rendered_parse(entry->blob->bytes, entry->blob->len);
	json_auto_t *whole = json_copy(item);
	if (known && whole && tells_all(whole, known) && render(kind, whole, &answer) == 0) {
		fill_entry(store, entry, &answer, start_ms);
		if (entry->expires_ms > entry->was_until_ms)
			entry->expires_ms = entry->was_until_ms;
	}
	blob_unref(answer.blob);
}

/*
 * Whether the answer tells what is with an id. A server may answer fewer than it was asked for: who
 * only rode along and is in neither of its arrays is asked for again when somebody wants it.
 */
static bool tells(const struct fetch *fetch, const struct answer *answers, size_t i)
{
	return answers[i].blob || answers[i].failed || (i == 0 && fetch->asked) ||
	       kinds[fetch->kind].one_id;
}

/* What came of @fetch, in those entries that still wait for it. */
static void fill_entries(struct store *store, struct fetch *fetch, struct answer *answers, int r,
			 int64_t start_ms)
{
	LOCKED(&store->lock);
	for (size_t i = 0; i < fetch->id_count; i++) {
		struct entry *entry = entry_find(store, fetch->kind, fetch->cluster, fetch->ids[i]);
		bool mine = entry && entry->fetch == fetch;
		if (mine && r == 0 && tells(fetch, answers, i))
			fill_entry(store, entry, &answers[i], start_ms);
		else if (mine && r == 0)
			entry_expire(entry);
		else if (mine)
			entry->fetch = NULL;
		if (answers)
			blob_unref(answers[i].blob);
	}
}

static int describe(struct store *store, const struct fetch *fetch, struct op *op,
		    struct answer *answers)
{
	json_auto_t *request = describe_request(fetch), *response = NULL;
	int r;

	if (!request)
		return error_set(&op->error, ENOMEM, "out of memory");
	r = ecs_call(store->ecs, op, ecs_action_find(kinds[fetch->kind].describe), request,
		     &response);
	if (r == 0)
		r = read_items(fetch, op, response, answers);
	if (r == 0)
		r = read_failures(fetch, op, response, answers);
	/* The one task definition that was asked for is reported as an error, not as a failure. */
	if (kinds[fetch->kind].one_id && (r == -ENOENT || r == -EINVAL) && op->error.http_status)
		r = 0;
	return r;
}

static bool get_from_disk(struct store *store, const struct fetch *fetch, struct answer *answer)
{
	struct disk_document document;

	if (!revisions_get(store, fetch, &document))
		return false;
	*answer = (struct answer){.blob = document.blob,
				  .mtime_ms = document.mtime_ms,
				  .ctime_ms = document.ctime_ms};
	return true;
}

int documents_fetch_run(struct store *store, struct fetch *fetch, struct op *op)
{
	_cleanup_free_ struct answer *answers = calloc(fetch->id_count, sizeof(*answers));
	int64_t start_ms = now_ms(store);

	if (answers && get_from_disk(store, fetch, &answers[0])) {
		fill_entries(store, fetch, answers, 0, start_ms);
		return 0;
	}
	int r = answers ? describe(store, fetch, op, answers)
			: error_set(&op->error, ENOMEM, "out of memory");
	fill_entries(store, fetch, answers, r, start_ms);
	if (r == 0)
		revisions_keep(store, fetch);
	return r;
}

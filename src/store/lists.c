/*
 * Lists: all pages of a List action, and the names that this mount itself added or removed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/store/render.h"

/* AWS may answer empty pages to a filtered List, but not without end. */
#define MAX_EMPTY_PAGES 100

/* An ARN of AWS has 2,048 bytes at most; a name must not be cut, or it would be another one. */
#define MAX_NAME (64 * 1024)

static char *filters_text(json_t *filters)
{
	return filters ? json_dumps(filters, JSON_COMPACT | JSON_SORT_KEYS) : strdup("");
}

struct list_entry *list_get(struct store *store, const struct list_query *query)
{
	_cleanup_free_ char *filters = filters_text(query->filters);
	struct list_entry *list;

	if (!filters)
		return NULL;
	size_t cluster_size = strlen(query->cluster) + 1;
	size_t key_len = 1 + cluster_size + strlen(filters);
	struct list_entry *fresh = calloc(1, sizeof(*fresh) + key_len + 1);
	if (!fresh)
		return NULL;
	fresh->key[0] = (char)('a' + query->list);
	memcpy(fresh->key + 1, query->cluster, cluster_size);
	memcpy(fresh->key + 1 + cluster_size, filters, strlen(filters));
	HASH_FIND(hh, store->lists, fresh->key, key_len, list);
	if (list) {
		free(fresh);
	} else {
		list = fresh;
		list->list = query->list;
		list->cluster = list->key + 1;
		list->filters = json_incref(query->filters);
		list->key_len = key_len;
		HASH_ADD_KEYPTR(hh, store->lists, list->key, key_len, list);
	}
	list->used_ms = now_ms(store);
	return list;
}

struct list_entry *list_find_plain(struct store *store, enum list which, const char *cluster)
{
	struct list_entry *list, *next;

	HASH_ITER (hh, store->lists, list, next)
		if (list->list == which && !list->filters && strcmp(list->cluster, cluster) == 0)
			return list;
	return NULL;
}

void list_expire(struct list_entry *list)
{
	list->expires_ms = 0;
	if (list->fetch)
		list->fetch->list_entry = NULL;
	list->fetch = NULL;
}

static void change_free(struct list_change **at)
{
	struct list_change *change = *at;

	*at = change->next;
	free(change);
}

void list_free(struct store *store, struct list_entry *list)
{
	HASH_DEL(store->lists, list);
	while (list->changes)
		change_free(&list->changes);
	listing_unref(list->listing);
	json_decref(list->filters);
	free(list);
}

void list_unchange(struct list_entry *list, const char *name)
{
	for (struct list_change **at = &list->changes; *at;) {
		if (strcmp((*at)->name, name) == 0)
			change_free(at);
		else
			at = &(*at)->next;
	}
}

bool list_fits(enum list list, const struct blob *document)
{
	const struct list_info *info = &lists[list];
	struct rendered_member member;

	if (!info->param || !render_find_member(document->bytes, info->param, &member))
		return true;
	size_t len = strlen(info->value);
	return member.value_len == len + 2 && memcmp(member.value + 1, info->value, len) == 0;
}

void list_change(struct store *store, struct list_entry *list, const char *name, bool removed)
{
	list_unchange(list, name);
	struct list_change *change = malloc(sizeof(*change) + strlen(name) + 1);
	if (!change)
		return;
	change->until_ms = now_ms(store) + CHANGE_MS;
	change->removed = removed;
	strcpy(change->name, name);
	change->next = list->changes;
	list->changes = change;
}

bool list_hides(struct store *store, const struct list_entry *list, const char *name)
{
	int of = lists[list->list].of;

	for (const struct list_change *change = list->changes; change; change = change->next)
		if (change->until_ms > now_ms(store) && strcmp(change->name, name) == 0)
			return change->removed;
	struct entry *entry = of == KIND_CLUSTER || of == KIND_SERVICE
				      ? entry_find(store, (enum kind)of, list->cluster, name)
				      : NULL;
	return entry && entry->inactive;
}

struct fetch *list_fetch_start(struct store *store, struct list_entry *list)
{
	const struct list_info *info = &lists[list->list];
	struct fetch *fetch = fetch_new(list->cluster);

	if (!fetch)
		return NULL;
	fetch->is_list = true;
	fetch->has_fallback = list->expires_ms > 0;
	fetch->list = list->list;
	fetch->params = list->filters ? json_copy(list->filters) : json_object();
	int failed = !fetch->params;
	if (!failed && info->param)
		failed = json_object_set_new(fetch->params, info->param, json_string(info->value));
	if (!failed && info->in_cluster)
		failed = json_object_set_new(fetch->params, "cluster", json_string(list->cluster));
	if (failed) {
		fetch_unref(fetch);
		return NULL;
	}
	fetch->list_entry = list;
	list->fetch = fetch;
	fetch_enqueue(store, fetch);
	fetch_unref(fetch);
	return fetch;
}

/* FAMILY:N. familyPrefix is the whole name in this API, yet some servers take it for a prefix. */
static bool is_of_family(const char *name, const char *family)
{
	size_t len = strlen(family);
	const char *number = name + len + 1;

	return strncmp(name, family, len) == 0 && name[len] == ':' && *number &&
	       number[strspn(number, "0123456789")] == '\0';
}

static int add_names(struct fetch *fetch, struct op *op, json_t *items)
{
	const struct list_info *info = &lists[fetch->list];
	json_type type = fetch->list == LIST_ATTRIBUTES ? JSON_OBJECT : JSON_STRING;
	char name[MAX_NAME];
	const char *family = NULL;
	json_t *item;
	size_t i;

	if (lists[fetch->list].of == KIND_REVISION)
		family = json_string_value(json_object_get(fetch->params, "familyPrefix"));
	json_array_foreach (items, i, item) {
		if (json_typeof(item) != type)
			return error_set(&op->error, EPROTO, "%s: an item of %s has another type",
					 info->action, info->items);
		name[0] = '\0';
		info->name(item, name, sizeof(name));
		if (name[0] && (!family || is_of_family(name, family)))
			names_add(&fetch->names, name);
	}
	return fetch->names.failed ? error_set(&op->error, ENOMEM, "out of memory") : 0;
}

/* Take in one page. */
static int add_page(struct store *store, struct fetch *fetch, struct op *op, json_t *items)
{
	LOCKED(&store->lock);
	int r = add_names(fetch, op, items);
	if (lists[fetch->list].of == KIND_REVISION)
		revisions_learn(store, json_string_value(json_array_get(items, 0)));
	fetch->pages++;
	fetch->empty_pages = json_array_size(items) ? 0 : fetch->empty_pages + 1;
	pthread_cond_broadcast(&fetch->changed);
	return r;
}

static bool is_power_of_two(unsigned n)
{
	return (n & (n - 1)) == 0;
}

/* Tokens that go round in a circle are found by Brent's method: compare with one of long ago. */
static int get_pages(struct store *store, struct fetch *fetch, struct op *op)
{
	const struct list_info *info = &lists[fetch->list];
	const struct ecs_action *action = ecs_action_find(info->action);
	_cleanup_free_ char *token = NULL, *landmark = NULL;

	do {
		json_auto_t *items = NULL;
		char *next = NULL;
		int r = ecs_list_page(store->ecs, op, action, fetch->params, token, info->items,
				      &items, &next);
		if (r == 0) {
			free(token);
			token = next;
			r = add_page(store, fetch, op, items);
		}
		if (r < 0)
			return r;
		bool circle = token && landmark && strcmp(token, landmark) == 0;
		if (circle ||
		    (token && (fetch->empty_pages > MAX_EMPTY_PAGES || fetch->pages > MAX_PAGES)))
			return error_set(&op->error, EPROTO, "%s: the pages do not end",
					 info->action);
		if (token && is_power_of_two(fetch->pages)) {
			free(landmark);
			landmark = strdup(token);
		}
	} while (token);
	return 0;
}

/* A task that was started here may have ended since: then its document says so. */
static bool may_add(struct store *store, const struct list_entry *list, const char *name)
{
	int of = lists[list->list].of;
	/* Into what somebody asks for with filters, only running ones are put. */
	enum list like = list->list == LIST_TASKS_AS_ASKED ? LIST_TASKS : list->list;
	struct entry *entry = of < 0 ? NULL : entry_find(store, (enum kind)of, list->cluster, name);

	return !entry || !entry->blob || list_fits(like, entry->blob);
}

/* Make the names of @list agree with the changes made here that AWS may not show yet. */
static void apply_changes(struct store *store, struct list_entry *list, struct names *names)
{
	for (struct list_change **at = &list->changes; *at;) {
		struct list_change *change = *at;
		if (change->until_ms <= now_ms(store)) {
			change_free(at);
			continue;
		}
		if (!change->removed && may_add(store, list, change->name))
			names_add(names, change->name);
		for (size_t i = 0; change->removed && i < names->count; i++) {
			if (strcmp(names->items[i], change->name) == 0) {
				free(names->items[i]);
				names->items[i--] = names->items[--names->count];
			}
		}
		at = &change->next;
	}
}

/*
 * A server may go on listing what it says is INACTIVE when asked. What was INACTIVE when it was
 * last seen is asked again before the list is told, for it may have been created anew.
 */
static int ask_inactive(struct store *store, struct fetch *fetch, struct op *op)
{
	int of = lists[fetch->list].of, r = 0;
	size_t at = 0;

	if (of != KIND_CLUSTER && of != KIND_SERVICE)
		return 0;
	while (r == 0) {
		pthread_mutex_lock(&store->lock);
		struct fetch *batch = documents_batch_inactive(store, (enum kind)of, fetch->cluster,
							       &fetch->names, &at);
		pthread_mutex_unlock(&store->lock);
		if (!batch)
			break;
		r = documents_fetch_run(store, batch, op);
		pthread_mutex_lock(&store->lock);
		batch->result = r;
		batch->error = op->error;
		batch->done = true;
		pthread_cond_broadcast(&batch->changed);
		fetch_unref(batch);
		pthread_mutex_unlock(&store->lock);
	}
	return r;
}

/* What was asked for this list, or may still be believed, and was INACTIVE. */
static void drop_inactive(struct store *store, struct list_entry *list, struct names *names,
			  int64_t expires_ms)
{
	int of = lists[list->list].of;

	if (of != KIND_CLUSTER && of != KIND_SERVICE)
		return;
	for (size_t i = 0; i < names->count; i++) {
		struct entry *entry =
			entry_find(store, (enum kind)of, list->cluster, names->items[i]);
		if (entry && entry->inactive &&
		    (entry->expires_ms > now_ms(store) ||
		     (entry->expires_ms > 0 && entry->expires_ms >= expires_ms))) {
			free(names->items[i]);
			names->items[i--] = names->items[--names->count];
		}
	}
}

/* A revision that was read does not expire, unless a List says that it is another by now. */
static void expire_misfits(struct store *store, const struct list_entry *list)
{
	int of = lists[list->list].of;

	if (of != KIND_REVISION || !lists[list->list].param)
		return;
	for (size_t i = 0; i < list->listing->count; i++) {
		struct entry *entry =
			entry_find(store, (enum kind)of, list->cluster, list->listing->names[i]);
		if (entry && entry->blob && !list_fits(list->list, entry->blob))
			entry_expire(entry);
	}
}

int list_publish(struct store *store, struct fetch *fetch, int64_t expires_ms)
{
	struct list_entry *list = fetch->list_entry;
	struct listing *listing;

	if (list->list == LIST_STOPPED_TASKS && !list->filters)
		kept_names(store, list->cluster, &fetch->names);
	apply_changes(store, list, &fetch->names);
	drop_inactive(store, list, &fetch->names, expires_ms);
	int r = names_to_listing(&fetch->names, &listing);
	if (r < 0)
		return r;
	listing->ctime_ms = clock_wall_ms(store->clock);
	listing_unref(list->listing);
	list->listing = listing;
	list->expires_ms = expires_ms;
	list->pages = fetch->pages;
	list->ahead = 0;
	list->ahead_end = 0;
	expire_misfits(store, list);
	return 0;
}

int list_fetch_run(struct store *store, struct fetch *fetch, struct op *op)
{
	int64_t start_ms = now_ms(store);
	int r = get_pages(store, fetch, op);
	if (r == 0)
		r = ask_inactive(store, fetch, op);

	LOCKED(&store->lock);
	/* Taken away when something changed meanwhile: then nobody may believe this answer. */
	if (!fetch->list_entry)
		return r;
	if (r == 0)
		r = list_publish(store, fetch, start_ms + store->ttl_ms[lists[fetch->list].ttl]);
	fetch->list_entry->fetch = NULL;
	fetch->list_entry = NULL;
	return r;
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static size_t key_size(const char *cluster, const char *id)
{
	return 1 + strlen(cluster) + 1 + strlen(id);
}

static void make_key(char *key, enum kind kind, const char *cluster, const char *id)
{
	key[0] = (char)('A' + kind);
	memcpy(stpcpy(key + 1, cluster) + 1, id, strlen(id));
}

struct entry *entry_find(struct store *store, enum kind kind, const char *cluster, const char *id)
{
	size_t size = key_size(cluster, id);
	char on_stack[512], *key = size <= sizeof(on_stack) ? on_stack : malloc(size);
	struct entry *entry;

	if (!key)
		return NULL;
	make_key(key, kind, cluster, id);
	HASH_FIND(hh, store->entries, key, size, entry);
	if (key != on_stack)
		free(key);
	return entry;
}

struct entry *entry_get(struct store *store, enum kind kind, const char *cluster, const char *id)
{
	struct entry *entry = entry_find(store, kind, cluster, id);
	size_t size = key_size(cluster, id);

	if (!entry) {
		/* The key's parts, each with a NUL, are what cluster and id point to. */
		entry = calloc(1, sizeof(*entry) + size + 1);
		if (!entry)
			return NULL;
		make_key(entry->key, kind, cluster, id);
		entry->kind = kind;
		entry->cluster = entry->key + 1;
		entry->id = entry->cluster + strlen(cluster) + 1;
		HASH_ADD_KEYPTR(hh, store->entries, entry->key, size, entry);
	}
	entry->used_ms = now_ms(store);
	return entry;
}

void entry_expire(struct entry *entry)
{
	entry->was_until_ms = entry->expires_ms;
	entry->expires_ms = 0;
	entry->fetch = NULL;
}

void entry_free(struct store *store, struct entry *entry)
{
	kept_remove(store, entry);
	HASH_DEL(store->entries, entry);
	blob_unref(entry->blob);
	free(entry);
}

void entry_to_document(const struct entry *entry, struct document *ret_document)
{
	*ret_document = (struct document){
		.blob = blob_ref(entry->blob),
		.mtime_ms = entry->mtime_ms,
		.ctime_ms = entry->ctime_ms,
		.expires_ms = entry->expires_ms,
	};
}

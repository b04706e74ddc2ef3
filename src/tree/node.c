#include "ecsfs/tree/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct place node_place(const struct node *node)
{
	struct place place;

	for (size_t i = 0; i < SLOT_COUNT; i++)
		place.id[i] = "";
	for (; node; node = node->parent)
		if (node->id && !place.id[node->type->slot][0])
			place.id[node->type->slot] = node->id;
	return place;
}

void node_path(const struct node *node, char *out, size_t size)
{
	const struct node *chain[64];
	size_t depth = 0, at = 0;

	for (; node->parent && depth < ARRAY_SIZE(chain); node = node->parent)
		chain[depth++] = node;
	snprintf(out, size, "/");
	while (depth > 0 && at < size)
		at += (size_t)snprintf(out + at, size - at, "/%s", chain[--depth]->name);
}

void content_done(struct content *content)
{
	blob_unref(content->blob);
	content->blob = NULL;
}

void entries_add(struct entries *entries, const struct node_type *type, const char *name,
		 const char *id)
{
	/* What has no name is no file; the kernel would refuse the whole listing. */
	if (entries->failed || !name[0])
		return;
	if (entries->count == entries->size) {
		size_t size = entries->size ? entries->size * 2 : 32;
		struct entry_name *items = realloc(entries->items, size * sizeof(*items));
		if (!items) {
			entries->failed = true;
			return;
		}
		entries->items = items;
		entries->size = size;
	}
	struct entry_name *item = &entries->items[entries->count];
	*item = (struct entry_name){.type = type, .name = strdup(name)};
	if (id)
		item->id = strdup(id);
	if (!item->name || (id && !item->id)) {
		free(item->name);
		entries->failed = true;
		return;
	}
	entries->count++;
}

void entries_done(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		free(entries->items[i].name);
		free(entries->items[i].id);
	}
	free(entries->items);
	*entries = (struct entries){0};
}

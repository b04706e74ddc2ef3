#include "ecsfs/store/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/blob.h"

struct listing *listing_ref(struct listing *listing)
{
	listing->refs++;
	return listing;
}

void listing_unref(struct listing *listing)
{
	if (listing && --listing->refs == 0)
		free(listing);
}

void listing_cleanup(struct listing **listing)
{
	listing_unref(*listing);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t listing_find(const struct listing *listing, const char *name)
{
	const char *const *found =
		bsearch(&name, listing->names, listing->count, sizeof(listing->names[0]), compare);

	return found ? (size_t)(found - listing->names) : SIZE_MAX;
}

void names_add(struct names *names, const char *name)
{
	if (names->failed)
		return;
	if (names->count == names->size) {
		size_t size = names->size ? names->size * 2 : 128;
		char **items = realloc(names->items, size * sizeof(*items));
		if (!items) {
			names->failed = true;
			return;
		}
		names->items = items;
		names->size = size;
	}
	names->items[names->count] = strdup(name);
	if (names->items[names->count])
		names->count++;
	else
		names->failed = true;
}

void names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct names){0};
}

int names_to_listing(struct names *names, struct listing **ret_listing)
{
	size_t bytes = 0;

	if (names->failed)
		return -ENOMEM;
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare);
	for (size_t i = 0; i < names->count; i++)
		bytes += strlen(names->items[i]) + 1;
	struct listing *listing =
		malloc(sizeof(*listing) + names->count * sizeof(listing->names[0]) + bytes);
	if (!listing)
		return -ENOMEM;
	*listing = (struct listing){.refs = 1, .hash = BLOB_HASH_START};
	char *at = (char *)&listing->names[names->count];
	for (size_t i = 0; i < names->count; i++) {
		size_t size = strlen(names->items[i]) + 1;
		if (i > 0 && strcmp(names->items[i], names->items[i - 1]) == 0)
			continue;
		memcpy(at, names->items[i], size);
		listing->hash = blob_hash(listing->hash, at, size);
		listing->names[listing->count++] = at;
		at += size;
	}
	*ret_listing = listing;
	return 0;
}

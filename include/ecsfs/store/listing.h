/*
 * The names of one List's answer: sorted bytewise, immutable, counted. Any thread.
 */
#ifndef ECSFS_STORE_LISTING_H
#define ECSFS_STORE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listing {
	_Atomic unsigned refs;
	uint64_t hash;    /* of the names */
	int64_t ctime_ms; /* Unix time of the answer */
	size_t count;
	const char *names[]; /* each lies behind the array, in the same allocation */
};

void listing_unref(struct listing *listing);
struct listing *listing_ref(struct listing *listing);
void listing_cleanup(struct listing **listing);

/* The index of @name; SIZE_MAX when it is not there. */
size_t listing_find(const struct listing *listing, const char *name);

/* Names being gathered, in any order, also more than once. A zeroed struct is empty. */
struct names {
	char **items;
	size_t count, size;
	bool failed;
};

void names_add(struct names *names, const char *name);
void names_done(struct names *names);

/**
 * Sort @names, drop duplicates, and make a listing of copies.
 *
 * @ret_listing: new, with ctime_ms 0
 * Return: 0 or -ENOMEM.
 */
int names_to_listing(struct names *names, struct listing **ret_listing);

#endif

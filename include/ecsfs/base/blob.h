/*
 * Immutable bytes that many may hold: counted, freed with the last reference. Any thread.
 */
#ifndef ECSFS_BASE_BLOB_H
#define ECSFS_BASE_BLOB_H

#include <stddef.h>
#include <stdint.h>

struct blob {
	_Atomic unsigned refs;
	uint64_t hash; /* of the bytes: two blobs with one hash are taken to be the same */
	size_t len;
	char bytes[]; /* and a NUL that is not counted */
};

/* new, with a copy of @len bytes; NULL when there is no memory */
struct blob *blob_new(const void *bytes, size_t len);

struct blob *blob_ref(struct blob *blob);

/* Accepts NULL. */
void blob_unref(struct blob *blob);

/* For _cleanup_. */
void blob_cleanup(struct blob **blob);

/* FNV-1a of @len bytes, going on from @hash; start with BLOB_HASH_START. */
uint64_t blob_hash(uint64_t hash, const void *bytes, size_t len);
#define BLOB_HASH_START 0xcbf29ce484222325ULL

#endif

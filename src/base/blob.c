#include "ecsfs/base/blob.h"

#include <stdlib.h>
#include <string.h>

uint64_t blob_hash(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3ULL;
	return hash;
}

struct blob *blob_new(const void *bytes, size_t len)
{
	struct blob *blob = malloc(sizeof(*blob) + len + 1);

	if (!blob)
		return NULL;
	blob->refs = 1;
	blob->hash = blob_hash(BLOB_HASH_START, bytes, len);
	blob->len = len;
	if (len)
		memcpy(blob->bytes, bytes, len);
	blob->bytes[len] = '\0';
	return blob;
}

struct blob *blob_ref(struct blob *blob)
{
	blob->refs++;
	return blob;
}

void blob_unref(struct blob *blob)
{
	if (blob && --blob->refs == 0)
		free(blob);
}

void blob_cleanup(struct blob **blob)
{
	blob_unref(*blob);
}

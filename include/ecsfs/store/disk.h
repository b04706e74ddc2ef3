/*
 * Revisions of task definitions on disk. What does not change need not be asked for again by the
 * next mount, and each costs a call of its own.
 *
 * A file for each revision, named by the SHA-256 of its endpoint and ARN, in a directory that only
 * its owner may enter: a task definition may hold secrets. Files appear whole or not at all; one
 * that is damaged or older than a day is not there. Any thread.
 */
#ifndef ECSFS_STORE_DISK_H
#define ECSFS_STORE_DISK_H

#include <stdint.h>

#include "ecsfs/base/blob.h"
#include "ecsfs/base/clock.h"
#include "ecsfs/base/error.h"

struct disk;

/**
 * Open @dir, or make it, and take away what is too old.
 *
 * @endpoint: of the account; the same ARN elsewhere is something else
 * @clock: borrowed
 * @ret_disk: new
 * Return: 0; -EPERM for a directory that others may write; else the errno of what failed.
 */
int disk_new(const char *dir, const char *endpoint, const struct clock *clock,
	     struct disk **ret_disk, struct error *err);
void disk_free(struct disk *disk);

/* Its directory as it was named; borrowed. */
const char *disk_dir(const struct disk *disk);

struct disk_document {
	struct blob *blob; /* new */
	int64_t mtime_ms;  /* Unix time; 0 unknown */
	int64_t ctime_ms;  /* Unix time of the fetch */
};

/**
 * Read what was fetched not before @since_ms, Unix time.
 *
 * Return: 0, -ENOENT or -ENOMEM.
 */
int disk_get(struct disk *disk, const char *arn, int64_t since_ms,
	     struct disk_document *ret_document);

/* What cannot be written is asked for again some day: no error. */
void disk_put(struct disk *disk, const char *arn, const struct disk_document *document);
void disk_remove(struct disk *disk, const char *arn);

#endif

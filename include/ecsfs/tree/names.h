/*
 * File names for whatever AWS, or something that says it is AWS, calls its resources.
 */
#ifndef ECSFS_TREE_NAMES_H
#define ECSFS_TREE_NAMES_H

#include <stddef.h>

#define NAME_SIZE 256 /* NAME_MAX and a NUL */

/**
 * Encode @id followed by @suffix as a file name: `/`, control characters, DEL, `%` and bytes that
 * are not UTF-8 as %XX, `.` and `..` with their dots so; what is longer than 255 bytes is cut and
 * ends in `~`, 16 hex digits of the SHA-256 of @id, and the suffix.
 */
void name_encode(const char *id, const char *suffix, char out[static NAME_SIZE]);

/**
 * Undo name_encode().
 *
 * @ret_id: new
 * Return: 0; -ENOENT when @name is not what an id encodes to (a wrong %XX, another suffix, or a
 *   name that was cut: only a list knows what it was); -ENOMEM.
 */
int name_decode(const char *name, const char *suffix, char **ret_id);

#endif

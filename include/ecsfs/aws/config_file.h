/*
 * The AWS shared config and credentials files: sections of keys, some with a nested block.
 *
 * Knows the format, not what any section or key means.
 * Format: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 */
#ifndef ECSFS_AWS_CONFIG_FILE_H
#define ECSFS_AWS_CONFIG_FILE_H

#include <stddef.h>

#include "ecsfs/base/error.h"

struct config_file;
struct config_section;

/**
 * @text: borrowed during the call
 * @name: of the file, for messages
 * @ret_file: new
 * Return: 0, -EINVAL with the line's number in @err, -ENOMEM.
 */
int config_file_parse(const char *text, size_t len, const char *name, struct config_file **ret_file,
		      struct error *err);

/*
 * As above from a file. One that does not exist, may not be read or is a directory is empty, as it
 * is for the AWS CLI. -EIO, ...: cannot be read.
 */
int config_file_load(const char *path, struct config_file **ret_file, struct error *err);

/* Zeroes the values: some are secrets. Accepts NULL. */
void config_file_free(struct config_file *file);

/* Borrowed; NULL for none. @name: what stands between the brackets, without space around it. */
const struct config_section *config_file_section(const struct config_file *file, const char *name);

/**
 * The section "[@type @name]", whose name may be in quotes, or "[@plain]" unless that is NULL;
 * the one that begins last if there are several. Borrowed; NULL for none.
 */
const struct config_section *config_file_typed(const struct config_file *file, const char *type,
					       const char *name, const char *plain);

/* Borrowed; NULL for none. Keys are compared without regard to case. Accepts a NULL section. */
const char *config_section_get(const struct config_section *section, const char *key);

/* The value of @key in the indented block below @block. */
const char *config_section_get_nested(const struct config_section *section, const char *block,
				      const char *key);

#endif

/*
 * Versions of a document that were read through the mount, so that what an editor saves can be
 * compared with what it opened.
 *
 * A version is kept as hashes of its members: enough to say which of them a text differs in.
 */
#ifndef ECSFS_TREE_VERSIONS_H
#define ECSFS_TREE_VERSIONS_H

#include "internal.h"

struct version;

/* The version of a document; new, NULL without memory. */
struct version *version_new(json_t *document);
void version_free(struct version *version);

/* For _cleanup_. */
void version_cleanup(struct version **version);

/* What a version says of a member (or of a tag: `tags/KEY`); 0 when it does not have it. */
uint64_t version_hash(const struct version *version, const char *member);

/* Of a value, whatever the order of its members and the spelling of its numbers; never 0. */
uint64_t value_hash(json_t *value);

/**
 * The version read in the last hour, at @path, that @text differs least from.
 *
 * Return: new; NULL when none was read, or without memory.
 */
struct version *versions_closest(struct tree *tree, const char *path, json_t *text);

#endif

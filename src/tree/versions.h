/*
 * Versions of a document that were read or saved through the mount, so that what an editor saves
 * can be compared with what it opened, or saved before.
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

/* What AWS had for it: of a saved text, what AWS made of the text's own. */
uint64_t version_hash_there(const struct version *version, const char *member);

/* Of a value, whatever the order of its members and the spelling of its numbers; 0 for null. */
uint64_t value_hash(json_t *value);

/* Whether a writer of @node can change a member of it. */
typedef bool version_writable(const struct node *node, const char *member);

/**
 * The version of @node, of those of the last hour, that process @pid made @text from.
 *
 * It is no older than what the process saved itself. It is known by what its writer cannot have
 * changed; of several versions that are alike in that, it is one that the process read itself, if
 * it read any; and of these the one that the text differs least from. A text of somebody who read
 * none, which is just an older one, is the newest changed back.
 *
 * @pid: 0 when it is not known
 *
 * Return: new; NULL when none was read, or without memory.
 */
struct version *versions_closest(struct tree *tree, const struct node *node, pid_t pid,
				 json_t *text, version_writable *writable);

/* Remember that process @pid saved @text, of which AWS made @there. Without memory: not. */
void versions_saved(struct tree *tree, const struct node *node, pid_t pid, json_t *text,
		    json_t *there);

#endif

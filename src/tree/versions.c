#include "versions.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "ecsfs/store/render.h"

/* How long an editor may be open, and how many versions a document may go through meanwhile. */
#define KEPT_MS (3600 * 1000LL)
#define MAX_KEPT 256

/* Of how many processes that read a version it is known that they did. */
#define MAX_READERS 64

struct member {
	uint64_t name, value, there;
};

struct version {
	struct version *next;
	int64_t read_ms;
	uint64_t blob_hash; /* 0: saved, not read */
	pid_t writer;       /* 0: read, or by whom is not known */
	pid_t readers[MAX_READERS];
	size_t reader_count;
	size_t count, size;
	struct member *members;
};

/* All versions of one path, the newest first. */
struct versions {
	struct version *first;
	UT_hash_handle hh;
	char path[];
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	return blob_hash(a, &b, sizeof(b));
}

uint64_t value_hash(json_t *value)
{
	uint64_t hash = mix(BLOB_HASH_START, (uint64_t)json_typeof(value));
	const char *name;
	json_t *element;
	size_t i;
	double number;

	switch (json_typeof(value)) {
	case JSON_NULL:
		/* As a member that is not there: some servers say null where AWS says nothing. */
		return 0;
	case JSON_OBJECT:
		/* A sum does not see the order. */
		json_object_foreach (value, name, element)
			hash += mix(blob_hash(BLOB_HASH_START, name, strlen(name)),
				    value_hash(element));
		break;
	case JSON_ARRAY:
		json_array_foreach (value, i, element)
			hash = mix(hash, value_hash(element));
		break;
	case JSON_STRING:
		hash = blob_hash(hash, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		number = json_number_value(value);
		hash = blob_hash(BLOB_HASH_START, &number, sizeof(number));
		break;
	default:
		break;
	}
	return hash ? hash : 1;
}

static uint64_t name_hash(const char *name)
{
	return blob_hash(BLOB_HASH_START, name, strlen(name));
}

static bool add(struct version *version, const char *name, json_t *value)
{
	if (version->count == version->size) {
		size_t size = version->size ? version->size * 2 : 64;
		struct member *members = realloc(version->members, size * sizeof(*members));
		if (!members)
			return false;
		version->members = members;
		version->size = size;
	}
	uint64_t hash = value_hash(value);
	version->members[version->count++] = (struct member){name_hash(name), hash, hash};
	return true;
}

static bool add_tags(struct version *version, json_t *tags)
{
	const char *key;
	json_t *tag, *value;
	char name[1024];
	size_t i;

	json_array_foreach (tags, i, tag) {
		key = json_string_value(json_object_get(tag, "key"));
		value = json_object_get(tag, "value");
		snprintf(name, sizeof(name), "tags/%s", key ? key : "");
		if (value && !add(version, name, value))
			return false;
	}
	return true;
}

struct version *version_new(json_t *document)
{
	struct version *version = calloc(1, sizeof(*version));
	const char *name;
	json_t *value;

	if (!version)
		return NULL;
	json_object_foreach (document, name, value) {
		if (!add(version, name, value) ||
		    (strcmp(name, "tags") == 0 && !add_tags(version, value))) {
			version_free(version);
			return NULL;
		}
	}
	return version;
}

void version_free(struct version *version)
{
	if (!version)
		return;
	free(version->members);
	free(version);
}

void version_cleanup(struct version **version)
{
	version_free(*version);
}

static struct member *find(const struct version *version, uint64_t name)
{
	for (size_t i = 0; i < version->count; i++)
		if (version->members[i].name == name)
			return &version->members[i];
	return NULL;
}

uint64_t version_hash(const struct version *version, const char *name)
{
	const struct member *member = find(version, name_hash(name));

	return member ? member->value : 0;
}

uint64_t version_hash_there(const struct version *version, const char *name)
{
	const struct member *member = find(version, name_hash(name));

	return member ? member->there : 0;
}

static void forget_old(struct versions *versions, int64_t before_ms)
{
	struct version **at = &versions->first;

	for (int kept = 0; *at; kept++) {
		if (kept < MAX_KEPT && (*at)->read_ms >= before_ms) {
			at = &(*at)->next;
			continue;
		}
		struct version *old = *at;
		*at = old->next;
		version_free(old);
	}
}

static struct versions *versions_get(struct tree *tree, const char *path)
{
	struct versions *versions;

	HASH_FIND_STR(tree->versions, path, versions);
	if (!versions && (versions = calloc(1, sizeof(*versions) + strlen(path) + 1))) {
		strcpy(versions->path, path);
		HASH_ADD_KEYPTR(hh, tree->versions, versions->path, strlen(path), versions);
	}
	return versions;
}

static void remember(struct versions *versions, struct version *version, int64_t now_ms)
{
	version->read_ms = now_ms;
	version->next = versions->first;
	versions->first = version;
	forget_old(versions, now_ms - KEPT_MS);
}

void versions_saved(struct tree *tree, const struct node *node, pid_t pid, json_t *text,
		    json_t *there)
{
	struct version *version = version_new(text);
	struct member *member;
	const char *name;
	json_t *value;
	char path[4096];

	if (!version)
		return;
	version->writer = pid;
	json_object_foreach (there, name, value) {
		member = find(version, name_hash(name));
		if (member)
			member->there = value_hash(value);
	}
	node_path(node, path, sizeof(path));
	LOCKED(&tree->lock);
	struct versions *versions = versions_get(tree, path);
	if (versions)
		remember(versions, version, clock_monotonic_ms(tree->clock));
	else
		version_free(version);
}

static bool has_reader(const struct version *version, pid_t pid)
{
	for (size_t i = 0; i < version->reader_count; i++)
		if (version->readers[i] == pid)
			return true;
	return false;
}

/* An editor may be open for long while others come and go: who is gone makes room. */
static void add_reader(struct version *version, pid_t pid)
{
	size_t kept = 0;

	if (!pid || has_reader(version, pid))
		return;
	if (version->reader_count == MAX_READERS) {
		for (size_t i = 0; i < MAX_READERS; i++)
			if (kill(version->readers[i], 0) == 0 || errno != ESRCH)
				version->readers[kept++] = version->readers[i];
		version->reader_count = kept;
	}
	if (version->reader_count < MAX_READERS)
		version->readers[version->reader_count++] = pid;
}

void tree_opened(struct tree *tree, const struct node *node, pid_t pid, const struct blob *blob)
{
	int64_t now_ms = clock_monotonic_ms(tree->clock);
	char path[4096];

	if (!node->type->commit || !node->type->update)
		return;
	node_path(node, path, sizeof(path));
	LOCKED(&tree->lock);
	struct versions *versions = versions_get(tree, path);
	if (!versions)
		return;
	if (versions->first && versions->first->blob_hash == blob->hash) {
		versions->first->read_ms = now_ms;
		add_reader(versions->first, pid);
		return;
	}
	json_auto_t *document = rendered_parse(blob->bytes, blob->len);
	struct version *version = document ? version_new(document) : NULL;
	if (!version)
		return;
	version->blob_hash = blob->hash;
	add_reader(version, pid);
	remember(versions, version, now_ms);
}

/* In how many members a text differs from a version: those nobody can write, and all. */
struct difference {
	size_t fixed, all;
	bool strange; /* its writer neither read nor saved that version */
};

static struct difference difference_of(const struct version *version, const struct version *text,
				       const bool *fixed)
{
	struct difference found = {0};

	for (size_t i = 0; i < text->count; i++) {
		const struct member *mine = &text->members[i];
		const struct member *other = find(version, mine->name);
		if ((other ? other->value : 0) == mine->value)
			continue;
		found.all++;
		found.fixed += fixed[i];
	}
	return found;
}

static bool is_of(const struct version *version, pid_t pid)
{
	return pid && (version->writer == pid || has_reader(version, pid));
}

/* By what is the same for all that a text may have been made from: <0 when @a is nearer. */
static int compare(const struct difference *a, const struct difference *b)
{
	return a->fixed != b->fixed ? (a->fixed < b->fixed ? -1 : 1) : a->strange - b->strange;
}

static struct version *copy(const struct version *version)
{
	struct version *copied = calloc(1, sizeof(*copied));
	size_t bytes = version->count * sizeof(*version->members);

	if (!copied || !(copied->members = malloc(bytes ? bytes : 1))) {
		free(copied);
		return NULL;
	}
	memcpy(copied->members, version->members, bytes);
	copied->count = copied->size = version->count;
	return copied;
}

static struct version *closest(struct version *first, pid_t pid, const struct version *text,
			       const bool *fixed)
{
	struct difference least = {SIZE_MAX, SIZE_MAX, true};
	struct version *found = NULL, *newest = NULL;

	for (struct version *v = first; v; v = v->next) {
		struct difference d = difference_of(v, text, fixed);
		d.strange = !is_of(v, pid);
		int order = compare(&d, &least);
		if (order < 0)
			newest = v;
		if (order < 0 || (order == 0 && d.all < least.all)) {
			least = d;
			found = v;
		}
		if (pid && v->writer == pid)
			break;
	}
	return least.strange && least.all == 0 ? newest : found;
}

struct version *versions_closest(struct tree *tree, const struct node *node, pid_t pid,
				 json_t *text, version_writable *writable)
{
	_cleanup_(version_cleanup) struct version *mine = calloc(1, sizeof(*mine));
	_cleanup_free_ bool *fixed = calloc(json_object_size(text) + 1, sizeof(*fixed));
	struct versions *versions;
	const char *name;
	json_t *value;
	char path[4096];

	if (!mine || !fixed)
		return NULL;
	json_object_foreach (text, name, value) {
		if (!add(mine, name, value))
			return NULL;
		fixed[mine->count - 1] = !writable(node, name);
	}
	node_path(node, path, sizeof(path));
	LOCKED(&tree->lock);
	HASH_FIND_STR(tree->versions, path, versions);
	if (!versions)
		return NULL;
	forget_old(versions, clock_monotonic_ms(tree->clock) - KEPT_MS);
	struct version *base = closest(versions->first, pid, mine, fixed);
	return base ? copy(base) : NULL;
}

void versions_free_all(struct tree *tree)
{
	struct versions *versions, *next;

	HASH_ITER (hh, tree->versions, versions, next) {
		HASH_DEL(tree->versions, versions);
		forget_old(versions, INT64_MAX);
		free(versions);
	}
}

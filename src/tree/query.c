/*
 * Queries: query/COLLECTION/EXPR/ is a directory of links to what a List with filters finds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The collections that can be queried, by the list that answers; keys are the List's own. */
static const struct {
	const char *keys;
	const char *fixed_key, *fixed_value; /* sent unless the expression has the key */
} specs[LIST_COUNT] = {
	[LIST_TASKS_AS_ASKED] = {"family serviceName containerInstance startedBy desiredStatus "
				 "launchType",
				 "desiredStatus", "RUNNING"},
	[LIST_SERVICES] = {"launchType schedulingStrategy", NULL, NULL},
	[LIST_CONTAINER_INSTANCES] = {"status filter", NULL, NULL},
	[LIST_ATTRIBUTES] = {"targetType attributeName attributeValue", "targetType",
			     "container-instance"},
	[LIST_ALL_REVISIONS] = {"familyPrefix status sort", NULL, NULL},
	[LIST_ALL_FAMILIES] = {"familyPrefix status", NULL, NULL},
};

/* Undo the percent-encoding of one value. @ret_value: new */
static int decode_value(const char *text, size_t len, char **ret_value)
{
	struct buf value = {0};

	for (size_t i = 0; i < len; i++) {
		unsigned byte;
		char hex[3] = "";
		if (text[i] != '%') {
			buf_putc(&value, text[i]);
			continue;
		}
		if (i + 2 >= len)
			byte = 0;
		else
			memcpy(hex, text + i + 1, 2);
		if (strspn(hex, "0123456789abcdefABCDEF") != 2 ||
		    (byte = (unsigned)strtoul(hex, NULL, 16)) == 0) {
			buf_done(&value);
			return -ENOENT;
		}
		buf_putc(&value, (char)byte);
		i += 2;
	}
	return buf_steal(&value, ret_value, NULL);
}

static int add_filter(struct op *op, enum list list, const char *term, size_t len, json_t *filters)
{
	_cleanup_free_ char *key = NULL, *value = NULL;
	const char *equals = memchr(term, '=', len);

	/* Editors and shells try names with a dot all the time. */
	if (!equals && term[0] == '.')
		return -ENOENT;
	if (!equals)
		return error_set(&op->error, ENOENT, "a query is KEY=VALUE; the keys here are: %s",
				 specs[list].keys);
	key = strndup(term, (size_t)(equals - term));
	if (!key)
		return error_set(&op->error, ENOMEM, "out of memory");
	if (!key[0] || !word_in(specs[list].keys, key))
		return error_set(&op->error, ENOENT, "no key \"%s\"; the keys here are: %s", key,
				 specs[list].keys);
	int r = decode_value(equals + 1, len - (size_t)(equals + 1 - term), &value);
	if (r == 0 && json_object_set_new(filters, key, json_string(value)) < 0)
		r = -ENOENT;
	return r;
}

/* @ret_filters: new */
static int parse(struct op *op, enum list list, const char *expression, json_t **ret_filters)
{
	json_auto_t *filters = json_object();
	const char *term = expression;
	int r = 0;

	while (r == 0) {
		size_t len = strcspn(term, ",");
		r = add_filter(op, list, term, len, filters);
		if (!term[len])
			break;
		term += len + 1;
	}
	const char *fixed = specs[list].fixed_key;
	if (r == 0 && fixed && !json_object_get(filters, fixed) &&
	    json_object_set_new(filters, fixed, json_string(specs[list].fixed_value)) < 0)
		r = error_set(&op->error, ENOMEM, "out of memory");
	if (r == 0)
		*ret_filters = STEAL(filters);
	return r;
}

static int expression_find(struct tree *tree, struct op *op, const struct node *dir,
			   const struct node_type *row, const char *name, struct found *ret_found)
{
	json_auto_t *filters = NULL;

	(void)tree;
	(void)dir;
	int r = parse(op, row->list, name, &filters);
	if (r < 0)
		return r;
	ret_found->id = strdup(name);
	return ret_found->id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

static int query_of(struct op *op, const struct node *dir, const struct node_type *row,
		    json_t **ret_filters, struct list_query *ret_query)
{
	struct place place = node_place(dir);
	bool in_cluster = lists[row->list].in_cluster;
	int r = parse(op, row->list, dir->id, ret_filters);

	*ret_query = (struct list_query){row->list, in_cluster ? place.id[SLOT_CLUSTER] : "",
					 *ret_filters};
	return r;
}

static int matches_each(struct tree *tree, struct op *op, const struct node *dir,
			const struct node_type *row, struct entries *entries)
{
	json_auto_t *filters = NULL;
	struct list_query query;
	int r = query_of(op, dir, row, &filters, &query);

	return r < 0 ? r : resource_list(tree, op, &query, row, entries);
}

static int matches_find(struct tree *tree, struct op *op, const struct node *dir,
			const struct node_type *row, const char *name, struct found *ret_found)
{
	json_auto_t *filters = NULL;
	struct list_query query;
	int r = query_of(op, dir, row, &filters, &query);

	return r < 0 ? r : resource_lookup(tree, op, &query, row, name, ret_found);
}

static const char *filter_value(const struct node *node, struct op *op, const char *key,
				json_t **ret_filters)
{
	if (parse(op, node->type->list, node->parent->id, ret_filters) < 0)
		return "";
	const char *value = json_string_value(json_object_get(*ret_filters, key));
	return value ? value : "";
}

static int task_match_show(struct tree *tree, struct op *op, const struct node *node,
			   struct content *ret_content)
{
	json_auto_t *filters = NULL;
	bool stopped = strcmp(filter_value(node, op, "desiredStatus", &filters), "STOPPED") == 0;
	struct buf text = {0};

	(void)tree;
	buf_printf(&text, "../../../%s/%s", stopped ? "stopped-tasks" : "tasks", node->name);
	return content_of_buf(op, &text, NULL, ret_content);
}

static int service_match_show(struct tree *tree, struct op *op, const struct node *node,
			      struct content *ret_content)
{
	struct buf text = {0};

	(void)tree;
	buf_printf(&text, "../../../%s/%s",
		   node->type->list == LIST_SERVICES ? "services" : "container-instances",
		   node->name);
	return content_of_buf(op, &text, NULL, ret_content);
}

static int family_match_show(struct tree *tree, struct op *op, const struct node *node,
			     struct content *ret_content)
{
	struct buf text = {0};

	(void)tree;
	buf_printf(&text, "../../../task-definitions/%s", node->name);
	return content_of_buf(op, &text, NULL, ret_content);
}

/* "ID:NAME" links to ../../../container-instances/ID/attributes/NAME */
static int attribute_match_show(struct tree *tree, struct op *op, const struct node *node,
				struct content *ret_content)
{
	const char *colon = strchr(node->id, ':');
	_cleanup_free_ char *instance = strndup(node->id, (size_t)(colon - node->id));
	char directory[NAME_SIZE], attribute[NAME_SIZE];
	struct buf text = {0};

	(void)tree;
	name_encode(instance ? instance : "", "", directory);
	name_encode(colon + 1, "", attribute);
	buf_printf(&text, "../../../container-instances/%s/attributes/%s", directory, attribute);
	return content_of_buf(op, &text, NULL, ret_content);
}

/* "FAMILY:N" links to ../../../task-definitions/FAMILY/N.json, or to inactive/ below it. */
static int revision_match_show(struct tree *tree, struct op *op, const struct node *node,
			       struct content *ret_content)
{
	json_auto_t *filters = NULL;
	bool inactive = strcmp(filter_value(node, op, "status", &filters), "INACTIVE") == 0;
	const char *colon = strrchr(node->id, ':');
	char directory[NAME_SIZE], file[NAME_SIZE];
	struct buf text = {0};

	(void)tree;
	if (!colon)
		return -ENOENT;
	_cleanup_free_ char *family = strndup(node->id, (size_t)(colon - node->id));
	name_encode(family ? family : "", "", directory);
	name_encode(colon + 1, ".json", file);
	buf_printf(&text, "../../../task-definitions/%s/%s%s", directory,
		   inactive ? "inactive/" : "", file);
	return content_of_buf(op, &text, NULL, ret_content);
}

/* The two tables of one collection: its expressions, and what one of them finds. */
#define QUERY(prefix, which, how_flags, how_show)                                                  \
	static const struct node_type prefix##_matches[] = {                                       \
		{.form = NODE_LINK,                                                                \
		 .mode = 0777,                                                                     \
		 .flags = (how_flags),                                                             \
		 .slot = SLOT_MEMBER,                                                              \
		 .list = (which),                                                                  \
		 .each = matches_each,                                                             \
		 .find = matches_find,                                                             \
		 .show = (how_show)},                                                              \
		END,                                                                               \
	};                                                                                         \
	static const struct node_type prefix##_expressions[] = {                                   \
		{.form = NODE_DIR,                                                                 \
		 .mode = 0755,                                                                     \
		 .slot = SLOT_QUERY,                                                               \
		 .list = (which),                                                                  \
		 .rows = prefix##_matches,                                                         \
		 .find = expression_find},                                                         \
		END,                                                                               \
	};

QUERY(task, LIST_TASKS_AS_ASKED, 0, task_match_show)
QUERY(service, LIST_SERVICES, NODE_BARE, service_match_show)
QUERY(instance, LIST_CONTAINER_INSTANCES, NODE_BARE, service_match_show)
QUERY(attribute, LIST_ATTRIBUTES, NODE_BARE, attribute_match_show)
QUERY(revision, LIST_ALL_REVISIONS, 0, revision_match_show)
QUERY(family, LIST_ALL_FAMILIES, NODE_BARE, family_match_show)

const struct node_type cluster_query_rows[] = {
	DIRECTORY("attributes", attribute_expressions),
	DIRECTORY("container-instances", instance_expressions),
	DIRECTORY("services", service_expressions),
	DIRECTORY("tasks", task_expressions),
	END,
};

const struct node_type query_rows[] = {
	DIRECTORY("families", family_expressions),
	DIRECTORY("task-definitions", revision_expressions),
	END,
};

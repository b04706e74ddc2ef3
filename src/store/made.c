/*
 * What a change through this mount made, or made of something, is so from now on, whatever List and
 * Describe, which are eventually consistent, say for a while: one table from actions to where the
 * answer has it.
 */
#include <string.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"

static const struct made {
	const char *action, *member; /* one resource, or an array of them */
	enum kind kind;
	enum list into, from; /* LIST_COUNT: none, or effects.c knows it from the request */
	bool updates;         /* it was there before */
} made[] = {
	{"CreateCluster", "cluster", KIND_CLUSTER, LIST_COUNT, LIST_COUNT, false},
	{"CreateService", "service", KIND_SERVICE, LIST_COUNT, LIST_COUNT, false},
	{"RunTask", "tasks", KIND_TASK, LIST_TASKS, LIST_COUNT, false},
	{"StartTask", "tasks", KIND_TASK, LIST_TASKS, LIST_COUNT, false},
	{"StopTask", "task", KIND_TASK, LIST_STOPPED_TASKS, LIST_COUNT, false},
	{"RegisterContainerInstance", "containerInstance", KIND_CONTAINER_INSTANCE,
	 LIST_CONTAINER_INSTANCES, LIST_COUNT, false},
	{"RegisterTaskDefinition", "taskDefinition", KIND_REVISION, LIST_REVISIONS, LIST_COUNT,
	 false},
	{"DeregisterTaskDefinition", "taskDefinition", KIND_REVISION, LIST_INACTIVE_REVISIONS,
	 LIST_REVISIONS, false},
	{"UpdateService", "service", KIND_SERVICE, LIST_COUNT, LIST_COUNT, true},
	{"UpdateCluster", "cluster", KIND_CLUSTER, LIST_COUNT, LIST_COUNT, true},
	{"PutClusterCapacityProviders", "cluster", KIND_CLUSTER, LIST_COUNT, LIST_COUNT, true},
	{"UpdateContainerAgent", "containerInstance", KIND_CONTAINER_INSTANCE, LIST_COUNT,
	 LIST_COUNT, true},
	{"UpdateContainerInstancesState", "containerInstances", KIND_CONTAINER_INSTANCE, LIST_COUNT,
	 LIST_COUNT, true},
};

static void change(struct store *store, enum list list, const char *cluster, json_t *filters,
		   const char *name, bool removed)
{
	struct list_query query = {list, lists[list].in_cluster ? cluster : "", filters};
	struct list_entry *entry = list_get(store, &query);

	if (entry)
		list_change(store, entry, name, removed);
}

/* Revisions are listed by family, and a family with them. */
static json_t *family_filter(struct store *store, const struct made *row, const char *id)
{
	struct list_query families = {LIST_FAMILIES, "", NULL};
	_cleanup_free_ char *family = strndup(id, strcspn(id, ":"));
	struct list_entry *list = family ? list_get(store, &families) : NULL;

	if (!list)
		return NULL;
	/* Whether it was the family's last one is for AWS to say. */
	if (row->from == LIST_COUNT)
		list_change(store, list, family, false);
	else
		list_unchange(list, family);
	return json_pack("{s:s}", "familyPrefix", family);
}

/* What was started is in two more lists: of its instance, and of what has its startedBy. */
static void change_filtered(struct store *store, const char *cluster, json_t *task, const char *id)
{
	const char *arn = json_string_value(json_object_get(task, "containerInstanceArn"));
	const char *started_by = json_string_value(json_object_get(task, "startedBy"));
	json_auto_t *on = arn ? json_pack("{s:s}", "containerInstance", arn_id(arn)) : NULL;
	json_auto_t *by = started_by ? json_pack("{s:s, s:s}", "desiredStatus", "RUNNING",
						 "startedBy", started_by)
				     : NULL;

	if (on)
		change(store, LIST_TASKS, cluster, on, id, false);
	if (by)
		change(store, LIST_TASKS_AS_ASKED, cluster, by, id, false);
}

static void apply_one(struct store *store, const struct made *row, const char *cluster,
		      json_t *item, const struct change *how)
{
	const char *arn = json_string_value(json_object_get(item, kinds[row->kind].arn));
	const char *scope = kinds[row->kind].in_cluster ? cluster : "";
	json_auto_t *filters = NULL;

	if (!arn)
		return;
	if (!row->updates)
		documents_made(store, row->kind, scope, item);
	else if (how->alone)
		documents_updated(store, row->kind, scope, item, how->start_ms);
	if (row->kind == KIND_REVISION && !(filters = family_filter(store, row, arn_id(arn))))
		return;
	if (row->into != LIST_COUNT)
		change(store, row->into, cluster, filters, arn_id(arn), false);
	if (row->from != LIST_COUNT)
		change(store, row->from, cluster, filters, arn_id(arn), true);
	if (row->into == LIST_TASKS)
		change_filtered(store, cluster, item, arn_id(arn));
}

void made_apply(struct store *store, const char *action, json_t *request, json_t *response,
		const struct change *how)
{
	const char *cluster = json_string_value(json_object_get(request, "cluster"));
	json_t *item;
	size_t i;

	for (const struct made *row = made; row < made + ARRAY_SIZE(made); row++) {
		if (strcmp(row->action, action) != 0)
			continue;
		json_t *items = json_object_get(response, row->member);
		json_auto_t *list = json_is_array(items)    ? json_incref(items)
				    : json_is_object(items) ? json_pack("[o]", json_copy(items))
							    : NULL;
		json_array_foreach (list, i, item) {
			if (row->kind == KIND_REVISION && documents_adopt_tags(response, item) < 0)
				continue;
			apply_one(store, row, cluster ? arn_id(cluster) : "default", item, how);
		}
	}
}

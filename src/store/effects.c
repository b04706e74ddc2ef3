/*
 * What a change through this mount makes untrue: one table from actions to what is forgotten.
 */
#include <string.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"

#define OF(kind) (1u << (kind))
#define ALL_OF_CLUSTER                                                                             \
	(OF(KIND_CLUSTER) | OF(KIND_SERVICE) | OF(KIND_TASK) | OF(KIND_CONTAINER_INSTANCE))

/* A change not in the table may have touched anything in its cluster. */
static const struct effect {
	const char *action;
	unsigned documents; /* kinds whose documents it changes: @id's, or all in the cluster */
	unsigned lists;     /* kinds whose lists it changes */
	const char *id;     /* request member that names the one changed, or NULL */
	enum list list;     /* from or into which @id goes at once */
	bool adds, removes;
} effects[] = {
	{"CreateCluster", OF(KIND_CLUSTER), OF(KIND_CLUSTER), "clusterName", LIST_CLUSTERS, true,
	 false},
	{"DeleteCluster", ALL_OF_CLUSTER, ALL_OF_CLUSTER, "cluster", LIST_CLUSTERS, false, true},
	{"UpdateCluster", OF(KIND_CLUSTER), 0, "cluster", 0, false, false},
	{"UpdateClusterSettings", OF(KIND_CLUSTER), 0, "cluster", 0, false, false},
	{"PutClusterCapacityProviders", OF(KIND_CLUSTER), 0, "cluster", 0, false, false},
	{"CreateService", OF(KIND_SERVICE), OF(KIND_SERVICE) | OF(KIND_TASK), "serviceName",
	 LIST_SERVICES, true, false},
	{"UpdateService", OF(KIND_SERVICE), OF(KIND_TASK), "service", 0, false, false},
	{"DeleteService", OF(KIND_SERVICE), OF(KIND_SERVICE) | OF(KIND_TASK), "service",
	 LIST_SERVICES, false, true},
	{"RunTask", OF(KIND_CONTAINER_INSTANCE), OF(KIND_TASK), NULL, 0, false, false},
	{"StartTask", OF(KIND_CONTAINER_INSTANCE), OF(KIND_TASK), NULL, 0, false, false},
	{"StopTask", OF(KIND_TASK), OF(KIND_TASK), "task", LIST_TASKS, false, true},
	{"RegisterContainerInstance", OF(KIND_CONTAINER_INSTANCE), OF(KIND_CONTAINER_INSTANCE),
	 NULL, 0, false, false},
	{"DeregisterContainerInstance", OF(KIND_CONTAINER_INSTANCE),
	 OF(KIND_CONTAINER_INSTANCE) | OF(KIND_TASK), "containerInstance", LIST_CONTAINER_INSTANCES,
	 false, true},
	{"UpdateContainerInstancesState", OF(KIND_CONTAINER_INSTANCE), OF(KIND_CONTAINER_INSTANCE),
	 NULL, 0, false, false},
	{"UpdateContainerAgent", OF(KIND_CONTAINER_INSTANCE), 0, "containerInstance", 0, false,
	 false},
	{"PutAttributes", OF(KIND_CONTAINER_INSTANCE), OF(KIND_CONTAINER_INSTANCE), NULL, 0, false,
	 false},
	{"DeleteAttributes", OF(KIND_CONTAINER_INSTANCE), OF(KIND_CONTAINER_INSTANCE), NULL, 0,
	 false, false},
	{"RegisterTaskDefinition", 0, OF(KIND_REVISION), NULL, 0, false, false},
	{"DeregisterTaskDefinition", OF(KIND_REVISION), OF(KIND_REVISION), "taskDefinition", 0,
	 false, false},
	{"DeleteTaskDefinitions", OF(KIND_REVISION), OF(KIND_REVISION), NULL, 0, false, false},
};

/* Families come and go with their revisions, attributes with their instances. */
static bool list_is_touched(const struct list_entry *list, unsigned kinds_changed)
{
	int of = lists[list->list].of;

	if (of >= 0)
		return kinds_changed & OF((unsigned)of);
	return kinds_changed &
	       (list->list == LIST_ATTRIBUTES ? OF(KIND_CONTAINER_INSTANCE) : OF(KIND_REVISION));
}

/* @cluster: NULL for all of them */
static void expire_documents(struct store *store, unsigned kinds_changed, const char *cluster)
{
	struct entry *entry, *next;

	if (kinds_changed & OF(KIND_REVISION))
		store->distrusted_ms = clock_wall_ms(store->clock);
	HASH_ITER (hh, store->entries, entry, next) {
		bool here = !cluster || entry->kind == KIND_REVISION ||
			    strcmp(entry->kind == KIND_CLUSTER ? entry->id : entry->cluster,
				   cluster) == 0;
		if ((kinds_changed & OF(entry->kind)) && here)
			entry_expire(entry);
	}
}

static void expire_lists(struct store *store, unsigned kinds_changed, const char *cluster)
{
	struct list_entry *list, *next;

	HASH_ITER (hh, store->lists, list, next)
		if (list_is_touched(list, kinds_changed) &&
		    (!cluster || !list->cluster[0] || strcmp(list->cluster, cluster) == 0))
			list_expire(list);
}

static const char *scope_of(unsigned kind, const char *cluster)
{
	return kinds[kind].in_cluster ? cluster : "";
}

static void expire_one(struct store *store, unsigned kind, const char *cluster, const char *id)
{
	struct entry *entry = entry_find(store, kind, scope_of(kind, cluster), id);

	if (entry)
		entry_expire(entry);
}

void store_forget(struct store *store)
{
	LOCKED(&store->lock);
	expire_documents(store, ~0u, NULL);
	expire_lists(store, ~0u, NULL);
}

void store_forget_document(struct store *store, enum kind kind, const char *cluster, const char *id)
{
	LOCKED(&store->lock);
	expire_one(store, kind, cluster, id);
	/* Whether it is there at all, its list says. */
	expire_lists(store, OF(kind), cluster);
}

void store_forget_queries(struct store *store, const char *cluster)
{
	struct list_entry *list, *next;

	LOCKED(&store->lock);
	HASH_ITER (hh, store->lists, list, next)
		if (list->filters && strcmp(list->cluster, cluster) == 0)
			list_expire(list);
}

void store_forget_family(struct store *store, const char *family)
{
	struct entry *entry, *next_entry;
	struct list_entry *list, *next_list;
	size_t len = strlen(family);

	LOCKED(&store->lock);
	store->distrusted_ms = clock_wall_ms(store->clock);
	HASH_ITER (hh, store->entries, entry, next_entry)
		if (entry->kind == KIND_REVISION && strncmp(entry->id, family, len) == 0 &&
		    entry->id[len] == ':')
			entry_expire(entry);
	HASH_ITER (hh, store->lists, list, next_list) {
		const char *prefix =
			json_string_value(json_object_get(list->filters, "familyPrefix"));
		if (list->list == LIST_FAMILIES || (prefix && strcmp(prefix, family) == 0))
			list_expire(list);
	}
}

void store_forget_cluster(struct store *store, const char *cluster)
{
	LOCKED(&store->lock);
	expire_documents(store, ALL_OF_CLUSTER, cluster);
	expire_lists(store, ALL_OF_CLUSTER, cluster);
}

void store_forget_kind(struct store *store, enum kind kind, const char *cluster)
{
	LOCKED(&store->lock);
	expire_documents(store, OF(kind), cluster);
	expire_lists(store, OF(kind), cluster);
}

static const struct effect *effect_of(const char *action)
{
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
		if (strcmp(effects[i].action, action) == 0)
			return &effects[i];
	return NULL;
}

static const char *string_member(json_t *object, const char *name)
{
	const char *text = name ? json_string_value(json_object_get(object, name)) : NULL;

	return text ? arn_id(text) : NULL;
}

/* The cluster that a request is about: "default" when it names none, as the API has it. */
static const char *cluster_of(const struct effect *effect, json_t *request)
{
	if (effect && effect->list == LIST_CLUSTERS && (effect->adds || effect->removes))
		return string_member(request, effect->id);
	const char *cluster = string_member(request, "cluster");
	return cluster ? cluster : effect ? "default" : NULL;
}

/* The one document that the request names; or, where it names none, all of the kinds. */
static void change_documents(struct store *store, const struct effect *effect, const char *cluster,
			     const char *id)
{
	bool one_kind = (effect->documents & (effect->documents - 1)) == 0;

	if (!id || !one_kind)
		expire_documents(store, effect->documents, cluster);
	else if (effect->documents)
		expire_one(store, (unsigned)__builtin_ctz(effect->documents), cluster, id);
	/* A cluster's document counts what is in it. */
	if (effect->lists && cluster)
		expire_one(store, KIND_CLUSTER, "", cluster);
}

/* What was made or taken away is so in its list from now on, whatever a List says for a while. */
static void change_list(struct store *store, const struct effect *effect, const char *cluster,
			const char *id)
{
	struct list_query query = {
		.list = effect->list,
		.cluster = lists[effect->list].in_cluster ? cluster : "",
	};
	struct list_entry *list = list_get(store, &query);

	if (list)
		list_change(store, list, id, effect->removes);
	if (!effect->removes)
		return;
	/* A server may list for ever what it then says is INACTIVE: it will be asked. */
	struct entry *entry =
		entry_get(store, (enum kind)lists[effect->list].of, query.cluster, id);
	if (entry) {
		entry->inactive = true;
		entry->made_until_ms = 0;
	}
}

/* The kind of resource that an ARN names, "arn:aws:ecs:us-east-1:1:service/prod/web"; or -1. */
static int kind_of_arn(const char *arn)
{
	static const char *const types[KIND_COUNT] = {
		[KIND_CLUSTER] = ":cluster/",
		[KIND_SERVICE] = ":service/",
		[KIND_TASK] = ":task/",
		[KIND_CONTAINER_INSTANCE] = ":container-instance/",
		[KIND_REVISION] = ":task-definition/",
	};

	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (strstr(arn, types[kind]))
			return kind;
	return -1;
}

/* Tags are on one resource, whose ARN alone the request has; the short form lacks the cluster. */
static void change_tags(struct store *store, const char *arn)
{
	int kind = kind_of_arn(arn);
	char cluster[256] = "";

	if (kind < 0)
		expire_documents(store, ~0u, NULL);
	else if (kinds[kind].in_cluster && arn_cluster(arn, cluster, sizeof(cluster)) < 0)
		expire_documents(store, OF(kind), NULL);
	else
		expire_one(store, (unsigned)kind, cluster, arn_id(arn));
}

static void apply(struct store *store, const char *action, json_t *request, bool succeeded)
{
	const struct effect *effect = effect_of(action);
	const char *cluster = cluster_of(effect, request);
	const char *id = effect ? string_member(request, effect->id) : NULL;

	const char *arn = json_string_value(json_object_get(request, "resourceArn"));

	if (!effect && arn) {
		change_tags(store, arn);
		return;
	}
	if (!effect) {
		expire_documents(store, ~0u, cluster);
		expire_lists(store, ~0u, cluster);
		return;
	}
	change_documents(store, effect, cluster, id);
	if (succeeded && id && (effect->adds || effect->removes))
		change_list(store, effect, cluster, id);
	expire_lists(store, effect->lists, cluster);
}

static void begin(struct store *store, struct change *change)
{
	LOCKED(&store->lock);
	*change = (struct change){
		.start_ms = now_ms(store),
		.number = ++store->changes,
		.alone = store->changing++ == 0,
	};
}

/* The lock is held. Of two changes at one time nobody knows which one AWS made last. */
static void end(struct store *store, struct change *change)
{
	store->changing--;
	change->alone = change->alone && store->changes == change->number;
}

/* With the lock not held: a home directory may be on a network, too. */
static void change_disk(struct store *store, json_t *request)
{
	const char *arn = json_string_value(json_object_get(request, "resourceArn"));

	if (store->disk && arn && kind_of_arn(arn) == KIND_REVISION)
		disk_remove(store->disk, arn);
}

static void apply_all(struct store *store, const char *action, json_t *request, json_t *response,
		      struct change *change, bool unsent)
{
	LOCKED(&store->lock);
	end(store, change);
	if (unsent)
		return;
	apply(store, action, request, response != NULL);
	if (response)
		made_apply(store, action, request, response, change);
}

int store_call(struct store *store, struct op *op, const char *action, json_t *request,
	       json_t **ret_response)
{
	json_auto_t *response = NULL;
	const struct ecs_action *row = ecs_action_find(action);

	bool mutates = row->flags & ECS_MUTATES;
	struct change change = {0};

	if (mutates)
		begin(store, &change);
	int r = ecs_call(store->ecs, op, row, request, &response);
	if (mutates) {
		apply_all(store, action, request, response, &change, r < 0 && op->error.unsent);
		change_disk(store, request);
	}
	if (r == 0)
		*ret_response = STEAL(response);
	return r;
}

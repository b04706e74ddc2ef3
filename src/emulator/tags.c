/* Tags of clusters, services, tasks, container instances and task definitions. */
#include <string.h>

#include "actions.h"
#include "lookup.h"
#include "task_definitions.h"

static json_t **task_tags(struct call *call, struct cluster *cluster, const char *arn)
{
	struct task *task;

	if (lookup_task(call, cluster, arn, &task) < 0)
		return NULL;
	return task ? &task->tags : NULL;
}

static json_t **instance_tags(struct call *call, struct cluster *cluster, const char *arn)
{
	struct instance *instance;

	if (lookup_instance(call, cluster, arn, &instance) < 0)
		return NULL;
	return instance ? &instance->tags : NULL;
}

static json_t **service_tags(struct call *call, struct cluster *cluster, const char *arn)
{
	struct service *service;

	if (lookup_service(call, cluster, arn, &service) < 0)
		return NULL;
	return service && service->status != SERVICE_INACTIVE ? &service->tags : NULL;
}

static json_t **find_tags(struct call *call, const char *arn)
{
	static const struct {
		const char *type;
		json_t **(*find)(struct call *call, struct cluster *cluster, const char *arn);
	} inside[] = {
		{"task", task_tags},
		{"service", service_tags},
		{"container-instance", instance_tags},
	};
	const char *colon = strrchr(arn, ':');
	struct reference reference;
	struct cluster *cluster;

	if (strstr(arn, ":task-definition/")) {
		struct revision *revision = lookup_revision(call, arn);

		return revision && !revision->inactive ? &revision->tags : NULL;
	}
	if (strstr(arn, ":cluster/")) {
		cluster = lookup_find_cluster(call, arn);
		return cluster && !cluster->inactive ? &cluster->tags : NULL;
	}
	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		size_t len = strlen(inside[i].type);

		if (!colon || strncmp(colon + 1, inside[i].type, len) != 0 || colon[1 + len] != '/')
			continue;
		if (lookup_parse(call, arn, inside[i].type, &reference) < 0)
			return NULL;
		cluster = model_cluster(call->model,
					*reference.cluster ? reference.cluster : "default");
		return cluster ? inside[i].find(call, cluster, arn) : NULL;
	}
	call_fail(call, INVALID, "Invalid resource ARN: %.200s", arn);
	return NULL;
}

/* The tags of the call's resource; NULL: the call failed. */
static json_t **resource_tags(struct call *call)
{
	const char *arn = call_string(call, "resourceArn");
	json_t **tags;

	if (strncmp(arn, "arn:", 4) != 0) {
		call_fail(call, INVALID, "Invalid resource ARN: %.200s", arn);
		return NULL;
	}
	tags = find_tags(call, arn);
	if (!tags && !call->status)
		call_fail(call, INVALID,
			  "The specified resource was not found. Specify a valid "
			  "resource and try again.");
	return tags;
}

static bool has_key(const json_t *tag, const char *key)
{
	return strcmp(json_string_value(json_object_get(tag, "key")), key) == 0;
}

static json_t *without(const json_t *tags, const char *key)
{
	json_t *rest = json_array(), *tag;
	size_t i;

	json_array_foreach (tags, i, tag) {
		if (!has_key(tag, key))
			json_array_append(rest, tag);
	}
	return rest;
}

static int answer(struct call *call)
{
	out_open(&call->out, NULL, '{');
	out_close(&call->out, '}');
	return 0;
}

int tag_resource(struct call *call)
{
	json_t **tags = resource_tags(call), *tag;
	size_t i;

	if (!tags || call_check_tags(call, call_member(call, "tags")) < 0)
		return -1;
	/* Tags may be shared with other tasks of the same service. */
	json_auto_t *merged = *tags ? json_copy(*tags) : json_array();
	json_array_foreach (call_member(call, "tags"), i, tag) {
		json_t *rest = without(merged, json_string_value(json_object_get(tag, "key")));

		json_array_append(rest, tag);
		json_decref(merged);
		merged = rest;
	}
	if (call_check_tags(call, json_array_size(merged) > 50 ? merged : NULL) < 0)
		return -1;
	json_decref(*tags);
	*tags = json_incref(merged);
	return answer(call);
}

int untag_resource(struct call *call)
{
	json_t **tags = resource_tags(call), *key;
	size_t i;

	if (!tags)
		return -1;
	json_array_foreach (call_member(call, "tagKeys"), i, key) {
		json_t *rest = without(*tags, json_string_value(key));

		json_decref(*tags);
		*tags = rest;
	}
	return answer(call);
}

int list_tags_for_resource(struct call *call)
{
	json_t **tags = resource_tags(call);

	if (!tags)
		return -1;
	out_open(&call->out, NULL, '{');
	show_tags(call, "tags", *tags);
	out_close(&call->out, '}');
	return 0;
}

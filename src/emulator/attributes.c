/* Attributes of container instances. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "lookup.h"
#include "page.h"
#include "placement.h"

#define MAX_PER_CALL 10
#define MAX_PER_TARGET 10

static int check_name(struct call *call, const char *name)
{
	size_t len = strlen(name);
	bool good = len > 0 && len <= 128;

	for (const char *at = name; *at; at++)
		good = good && (isalnum((unsigned char)*at) || strchr("-_./\\", *at));
	return good ? 0
		    : call_fail(call, INVALID, "The attribute name '%.140s' is not valid.", name);
}

/* The instance that an attribute is for; NULL: the call failed. */
static struct instance *target(struct call *call, struct cluster *cluster, const json_t *attribute)
{
	const char *id = json_string_value(json_object_get(attribute, "targetId"));
	struct instance *instance;

	if (!id) {
		call_fail(call, INVALID, "targetId cannot be empty.");
		return NULL;
	}
	if (lookup_instance(call, cluster, id, &instance) < 0)
		return NULL;
	if (!instance)
		call_fail(call, "TargetNotFoundException", "The specified target wasn't found: %s.",
			  id);
	return instance;
}

static void show_attribute(struct call *call, const struct instance *instance, const char *name,
			   const json_t *value)
{
	struct out *out = &call->out;

	out_open(out, NULL, '{');
	out_string(out, "name", name);
	out_string(out, "value", json_string_value(value));
	out_string(out, "targetType", "container-instance");
	out_arn(call, "targetId", "container-instance/%s/%s", instance->cluster->name,
		instance->id);
	out_close(out, '}');
}

static size_t count_custom(const struct instance *instance)
{
	const char *name;
	json_t *value;
	size_t count = 0;

	json_object_foreach (instance->attributes, name, value)
		count += strncmp(name, "ecs.", 4) != 0;
	return count;
}

static int check_all(struct call *call, struct cluster *cluster)
{
	size_t i;
	json_t *attribute;

	if (call_check_batch(call, "attributes", MAX_PER_CALL, "Attributes") < 0)
		return -1;
	json_array_foreach (call_member(call, "attributes"), i, attribute) {
		const char *name = json_string_value(json_object_get(attribute, "name"));
		const json_t *value = json_object_get(attribute, "value");

		if (check_name(call, name) < 0 || !target(call, cluster, attribute))
			return -1;
		if (value && json_string_length(value) > 128)
			return call_fail(call, INVALID, "Attribute value longer than 128.");
	}
	return 0;
}

int put_attributes(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	size_t i;
	json_t *attribute;

	if (!cluster || check_all(call, cluster) < 0)
		return -1;
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "attributes", '[');
	json_array_foreach (call_member(call, "attributes"), i, attribute) {
		const char *name = json_string_value(json_object_get(attribute, "name"));
		json_t *value = json_object_get(attribute, "value");
		struct instance *instance = target(call, cluster, attribute);

		if (!json_object_get(instance->attributes, name) &&
		    count_custom(instance) >= MAX_PER_TARGET)
			return call_fail(call, "AttributeLimitExceededException",
					 "You can apply up to %d custom attributes for each "
					 "resource.",
					 MAX_PER_TARGET);
		json_object_set_new(instance->attributes, name,
				    value ? json_incref(value) : json_null());
		show_attribute(call, instance, name, value);
	}
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	return 0;
}

int delete_attributes(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	size_t i;
	json_t *attribute;

	if (!cluster || check_all(call, cluster) < 0)
		return -1;
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "attributes", '[');
	json_array_foreach (call_member(call, "attributes"), i, attribute) {
		const char *name = json_string_value(json_object_get(attribute, "name"));
		const json_t *value = json_object_get(attribute, "value");
		struct instance *instance = target(call, cluster, attribute);
		const json_t *its = json_object_get(instance->attributes, name);

		if (!its || (value && !json_equal(its, value)))
			continue;
		show_attribute(call, instance, name, its);
		json_object_del(instance->attributes, name);
	}
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	return 0;
}

/* One page on its way through the attributes of the instances. */
struct walk {
	struct call *call;
	const char *name, *value;
	int skip, max; /* attributes of the first instance that an earlier page had; page size */
	int shown, seen;
};

/* False when the page is full. */
static bool visit(struct walk *walk, const struct instance *instance, const char *name,
		  const json_t *value)
{
	const char *text = json_string_value(value);

	if (walk->name && strcmp(walk->name, name) != 0)
		return true;
	if (walk->value && (!text || strcmp(walk->value, text) != 0))
		return true;
	if (walk->seen < walk->skip) {
		walk->seen++;
		return true;
	}
	if (walk->shown == walk->max)
		return false;
	show_attribute(walk->call, instance, name, value);
	walk->shown++;
	walk->seen++;
	return true;
}

static bool visit_all(struct walk *walk, const struct instance *instance)
{
	const char *name;
	json_t *value;

	walk->seen = 0;
	for (const char *const *capability = agent_capabilities; *capability; capability++) {
		if (!visit(walk, instance, *capability, NULL))
			return false;
	}
	json_object_foreach (instance->attributes, name, value) {
		if (!visit(walk, instance, name, value))
			return false;
	}
	walk->skip = 0;
	return true;
}

int list_attributes(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	struct walk walk = {.call = call,
			    .name = call_string(call, "attributeName"),
			    .value = call_string(call, "attributeValue")};
	struct page page;

	if (!cluster || page_begin(call, 100, &page) < 0)
		return -1;
	const char *slash = strchr(page.position, '/');
	walk.skip = slash ? atoi(slash + 1) : 0;
	walk.max = page.max;
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "attributes", '[');
	size_t i = index_after(&cluster->instances, page.number);
	for (; i < cluster->instances.len; i++) {
		if (!visit_all(&walk,
			       CONTAINER_OF(cluster->instances.items[i], struct instance, item)))
			break;
	}
	out_close(&call->out, ']');
	if (i < cluster->instances.len)
		page_more(call, "%llu/%d",
			  i ? (unsigned long long)cluster->instances.items[i - 1]->number : 0,
			  walk.seen);
	out_close(&call->out, '}');
	return 0;
}

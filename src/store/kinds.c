#include "ecsfs/store/kinds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ecsfs/store/render.h"

const struct kind_info kinds[KIND_COUNT] = {
	[KIND_CLUSTER] =
		{
			.describe = "DescribeClusters",
			.ids = "clusters",
			.batch = 100,
			.items = "clusters",
			.arn = "clusterArn",
			.include = {"ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS",
				    "TAGS"},
			.ttl = TTL_LONG,
		},
	[KIND_SERVICE] =
		{
			.describe = "DescribeServices",
			.ids = "services",
			.batch = 10,
			.items = "services",
			.arn = "serviceArn",
			.in_cluster = true,
			.include = {"TAGS"},
			.ttl = TTL_SHORT,
			.times = {"createdAt"},
			.times_array = "deployments",
			.times_array_member = "updatedAt",
		},
	[KIND_TASK] =
		{
			.describe = "DescribeTasks",
			.ids = "tasks",
			.batch = 100,
			.items = "tasks",
			.arn = "taskArn",
			.in_cluster = true,
			.include = {"TAGS"},
			.ttl = TTL_SHORT,
			.times_all = true,
		},
	[KIND_CONTAINER_INSTANCE] =
		{
			.describe = "DescribeContainerInstances",
			.ids = "containerInstances",
			.batch = 100,
			.items = "containerInstances",
			.arn = "containerInstanceArn",
			.in_cluster = true,
			.include = {"TAGS", "CONTAINER_INSTANCE_HEALTH"},
			.ttl = TTL_MEDIUM,
			.times = {"registeredAt"},
		},
	[KIND_REVISION] =
		{
			.describe = "DescribeTaskDefinition",
			.ids = "taskDefinition",
			.one_id = true,
			.batch = 1,
			.items = "taskDefinition",
			.arn = "taskDefinitionArn",
			.include = {"TAGS"},
			.ttl = TTL_FOREVER,
			.times = {"registeredAt", "deregisteredAt"},
		},
};

const char *arn_id(const char *arn)
{
	const char *slash = strrchr(arn, '/');

	return slash && strncmp(arn, "arn:", 4) == 0 ? slash + 1 : arn;
}

int arn_cluster(const char *arn, char *out, size_t size)
{
	const char *slash = strchr(arn, '/'), *end = slash ? strchr(slash + 1, '/') : NULL;

	if (!end || (size_t)(end - slash) > size)
		return -ENOENT;
	snprintf(out, size, "%.*s", (int)(end - slash - 1), slash + 1);
	return 0;
}

static void name_of_arn(json_t *item, char *out, size_t size)
{
	const char *arn = json_string_value(item);

	/* What holds a NUL cannot be asked for by name. */
	if (arn && strlen(arn) == json_string_length(item))
		snprintf(out, size, "%s", arn_id(arn));
}

static void name_itself(json_t *item, char *out, size_t size)
{
	const char *name = json_string_value(item);

	if (name && strlen(name) == json_string_length(item))
		snprintf(out, size, "%s", name);
}

/* "ID:NAME" */
static void name_of_attribute(json_t *item, char *out, size_t size)
{
	const char *name = "", *target = "";

	json_unpack(item, "{s?s, s?s}", "name", &name, "targetId", &target);
	snprintf(out, size, "%s:%s", arn_id(target), name);
}

const struct list_info lists[LIST_COUNT] = {
	[LIST_CLUSTERS] = {"ListClusters", "clusterArns", NULL, NULL, false, KIND_CLUSTER, true,
			   TTL_LONG, name_of_arn},
	[LIST_SERVICES] = {"ListServices", "serviceArns", NULL, NULL, true, KIND_SERVICE, true,
			   TTL_SHORT, name_of_arn},
	[LIST_TASKS] = {"ListTasks", "taskArns", "desiredStatus", "RUNNING", true, KIND_TASK, true,
			TTL_SHORT, name_of_arn},
	[LIST_STOPPED_TASKS] = {"ListTasks", "taskArns", "desiredStatus", "STOPPED", true,
				KIND_TASK, true, TTL_SHORT, name_of_arn},
	[LIST_CONTAINER_INSTANCES] = {"ListContainerInstances", "containerInstanceArns", NULL, NULL,
				      true, KIND_CONTAINER_INSTANCE, true, TTL_MEDIUM, name_of_arn},
	[LIST_FAMILIES] = {"ListTaskDefinitionFamilies", "families", "status", "ACTIVE", false, -1,
			   false, TTL_LONG, name_itself},
	[LIST_REVISIONS] = {"ListTaskDefinitions", "taskDefinitionArns", "status", "ACTIVE", false,
			    KIND_REVISION, true, TTL_LONG, name_of_arn},
	[LIST_INACTIVE_REVISIONS] = {"ListTaskDefinitions", "taskDefinitionArns", "status",
				     "INACTIVE", false, KIND_REVISION, true, TTL_LONG, name_of_arn},
	[LIST_ALL_FAMILIES] = {"ListTaskDefinitionFamilies", "families", NULL, NULL, false, -1,
			       false, TTL_LONG, name_itself},
	[LIST_ALL_REVISIONS] = {"ListTaskDefinitions", "taskDefinitionArns", NULL, NULL, false,
				KIND_REVISION, false, TTL_LONG, name_of_arn},
	[LIST_TASKS_AS_ASKED] = {"ListTasks", "taskArns", NULL, NULL, true, KIND_TASK, false,
				 TTL_SHORT, name_of_arn},
	[LIST_ATTRIBUTES] = {"ListAttributes", "attributes", NULL, NULL, true, -1, false,
			     TTL_MEDIUM, name_of_attribute},
};

/* Rounded as the document shows it, and with the same idea of what is a time. */
static int64_t newest(int64_t ms, json_t *time)
{
	double s = json_number_value(time);
	int64_t other = fabs(s) < 1e12 ? (int64_t)llround(s * 1000) : 0;

	return other > ms ? other : ms;
}

int64_t kind_mtime_ms(enum kind kind, json_t *item)
{
	const struct kind_info *info = &kinds[kind];
	int64_t ms = 0;
	const char *name;
	size_t i;
	json_t *element;

	if (info->times_all)
		json_object_foreach (item, name, element)
			if (render_is_time_name(name))
				ms = newest(ms, element);
	for (i = 0; i < sizeof(info->times) / sizeof(info->times[0]) && info->times[i]; i++)
		ms = newest(ms, json_object_get(item, info->times[i]));
	if (info->times_array)
		json_array_foreach (json_object_get(item, info->times_array), i, element)
			ms = newest(ms, json_object_get(element, info->times_array_member));
	return ms;
}

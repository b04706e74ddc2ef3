/* Clusters: their actions and their document. */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "describe.h"
#include "lookup.h"
#include "page.h"

#include "ecsfs/base/cleanup.h"

static void show_statistic(struct call *call, const char *name, int value)
{
	out_open(&call->out, NULL, '{');
	out_string(&call->out, "name", name);
	out_format(&call->out, "value", "%d", value);
	out_close(&call->out, '}');
}

static void show_statistics(struct call *call, const struct cluster *cluster)
{
	static const char *const words[] = {"EC2", "Fargate", "External"};
	int services[LAUNCH_TYPES] = {0}, draining[LAUNCH_TYPES] = {0};
	struct service *service, *next;
	char name[64];

	HASH_ITER (hh, cluster->services_by_name, service, next) {
		if (service->status == SERVICE_ACTIVE)
			services[service->launch_type]++;
		else if (service->status == SERVICE_DRAINING)
			draining[service->launch_type]++;
	}
	for (int type = 0; type < LAUNCH_TYPES; type++) {
		snprintf(name, sizeof(name), "running%sTasksCount", words[type]);
		show_statistic(call, name, cluster->counts[type].running);
		snprintf(name, sizeof(name), "pending%sTasksCount", words[type]);
		show_statistic(call, name, cluster->counts[type].pending);
		snprintf(name, sizeof(name), "active%sServiceCount", words[type]);
		show_statistic(call, name, services[type]);
		snprintf(name, sizeof(name), "draining%sServiceCount", words[type]);
		show_statistic(call, name, draining[type]);
	}
}

static void show_list(struct call *call, const char *name, const json_t *value)
{
	out_open(&call->out, name, '[');
	for (size_t i = 0; i < json_array_size(value); i++)
		out_json(&call->out, NULL, json_array_get(value, i));
	out_close(&call->out, ']');
}

struct includes {
	bool statistics, tags, settings, configurations, attachments;
};

static void show_cluster(struct call *call, const char *key, const struct cluster *cluster,
			 struct includes include)
{
	struct out *out = &call->out;
	struct counts counts = {0};

	for (int type = 0; type < LAUNCH_TYPES; type++) {
		counts.running += cluster->counts[type].running;
		counts.pending += cluster->counts[type].pending;
	}
	out_open(out, key, '{');
	out_arn(call, "clusterArn", "cluster/%s", cluster->name);
	out_string(out, "clusterName", cluster->name);
	out_string(out, "status", cluster->inactive ? "INACTIVE" : "ACTIVE");
	out_int(out, "registeredContainerInstancesCount", (int64_t)cluster->instances.len);
	out_int(out, "runningTasksCount", counts.running);
	out_int(out, "pendingTasksCount", counts.pending);
	out_int(out, "activeServicesCount", (int64_t)cluster->services.len);
	out_open(out, "statistics", '[');
	if (include.statistics)
		show_statistics(call, cluster);
	out_close(out, ']');
	show_list(call, "tags", include.tags ? cluster->tags : NULL);
	show_list(call, "settings",
		  include.settings ? json_object_get(cluster->members, "settings") : NULL);
	if (include.configurations)
		out_json(out, "configuration", json_object_get(cluster->members, "configuration"));
	if (include.attachments) {
		out_open(out, "attachments", '[');
		out_close(out, ']');
	}
	show_list(call, "capacityProviders",
		  json_object_get(cluster->members, "capacityProviders"));
	show_list(call, "defaultCapacityProviderStrategy",
		  json_object_get(cluster->members, "defaultCapacityProviderStrategy"));
	out_json(out, "serviceConnectDefaults",
		 json_object_get(cluster->members, "serviceConnectDefaults"));
	out_close(out, '}');
}

static int answer_cluster(struct call *call, const struct cluster *cluster)
{
	struct includes all = {.tags = true, .settings = true, .configurations = true};

	out_open(&call->out, NULL, '{');
	show_cluster(call, "cluster", cluster, all);
	out_close(&call->out, '}');
	return 0;
}

static int check_settings(struct call *call)
{
	size_t i;
	json_t *setting;

	json_array_foreach (call_member(call, "settings"), i, setting) {
		const char *value = json_string_value(json_object_get(setting, "value"));

		if (!json_object_get(setting, "name"))
			return call_fail(call, INVALID, "Setting name should not be null.");
		if (!value || (strcmp(value, "enabled") != 0 && strcmp(value, "disabled") != 0 &&
			       strcmp(value, "enhanced") != 0))
			return call_fail(
				call, INVALID,
				"Invalid value for setting containerInsights. Valid values "
				"are: [enhanced, enabled, disabled].");
	}
	return 0;
}

static int check_providers(struct call *call, const json_t *providers, const json_t *strategy)
{
	size_t i, j;
	json_t *row, *provider;

	json_array_foreach (strategy, i, row) {
		const char *name = json_string_value(json_object_get(row, "capacityProvider"));
		bool known = false;

		json_array_foreach (providers, j, provider)
			known = known || strcmp(json_string_value(provider), name) == 0;
		if (!known)
			return call_fail(call, INVALID,
					 "The specified capacity provider '%s' was not found.",
					 name);
	}
	return 0;
}

static void keep_members(const struct call *call, struct cluster *cluster, const char *const *names,
			 size_t num)
{
	for (size_t i = 0; i < num; i++) {
		json_t *value = call_member(call, names[i]);

		if (value)
			json_object_set(cluster->members, names[i], value);
	}
}

int create_cluster(struct call *call)
{
	static const char *const kept[] = {"settings", "configuration", "capacityProviders",
					   "defaultCapacityProviderStrategy",
					   "serviceConnectDefaults"};
	const char *name = call_string(call, "clusterName");
	json_t *tags = call_member(call, "tags");

	if (!name)
		name = "default";
	if (call_check_name(call, INVALID, name, "Cluster name") < 0 ||
	    call_check_tags(call, tags) < 0 || check_settings(call) < 0 ||
	    check_providers(call, call_member(call, "capacityProviders"),
			    call_member(call, "defaultCapacityProviderStrategy")) < 0)
		return -1;
	struct cluster *cluster = model_cluster(call->model, name);
	if (cluster && !cluster->inactive)
		return answer_cluster(call, cluster);
	if (cluster) {
		cluster->inactive = false;
		json_object_clear(cluster->members);
		index_insert(&call->model->clusters, &cluster->item);
	} else {
		cluster = model_add_cluster(call->model, name);
	}
	json_decref(cluster->tags);
	cluster->tags = json_incref(tags);
	json_object_set_new(
		cluster->members, "settings",
		json_pack("[{s:s, s:s}]", "name", "containerInsights", "value", "disabled"));
	keep_members(call, cluster, kept, ARRAY_SIZE(kept));
	return answer_cluster(call, cluster);
}

static bool has_live_tasks(const struct cluster *cluster)
{
	if (cluster->running.len)
		return true;
	for (size_t i = 0; i < cluster->stopped.len; i++) {
		if (CONTAINER_OF(cluster->stopped.items[i], struct task, item)->status !=
		    TASK_STOPPED)
			return true;
	}
	return false;
}

int delete_cluster(struct call *call)
{
	struct cluster *cluster = lookup_find_cluster(call, call_string(call, "cluster"));

	if (!cluster || cluster->inactive)
		return call->status
			       ? -1
			       : call_fail(call, "ClusterNotFoundException", "Cluster not found.");
	if (cluster->instances.len)
		return call_fail(call, "ClusterContainsContainerInstancesException",
				 "The Cluster cannot be deleted while Container Instances are "
				 "active or draining.");
	if (cluster->services.len)
		return call_fail(call, "ClusterContainsServicesException",
				 "The Cluster cannot be deleted while Services are active.");
	if (has_live_tasks(cluster))
		return call_fail(call, "ClusterContainsTasksException",
				 "The Cluster cannot be deleted while Tasks are active.");
	cluster->inactive = true;
	index_remove(&call->model->clusters, &cluster->item);
	return answer_cluster(call, cluster);
}

static int describe_one(struct call *call, struct cluster *none, const char *name, const void *arg)
{
	const struct includes *include = arg;

	(void)none;
	if (!*name)
		return call_fail(call, INVALID, "Clusters can not be blank.");
	struct cluster *cluster = lookup_find_cluster(call, name);
	if (call->status)
		return -1;
	if (cluster)
		show_cluster(call, NULL, cluster, *include);
	return cluster != NULL;
}

int describe_clusters(struct call *call)
{
	static const struct describe how = {"clusters", 100, "Clusters", "cluster", describe_one};
	const struct includes include = {
		.statistics = call_includes(call, "STATISTICS"),
		.tags = call_includes(call, "TAGS"),
		.settings = call_includes(call, "SETTINGS"),
		.configurations = call_includes(call, "CONFIGURATIONS"),
		.attachments = call_includes(call, "ATTACHMENTS"),
	};
	json_auto_t *defaults = json_pack("[s]", "default");
	bool named = json_array_size(call_member(call, "clusters")) > 0;

	return describe_each(call, &how, NULL, named ? NULL : defaults, &include);
}

static void cluster_arn(struct call *call, const struct item *item)
{
	out_arn(call, NULL, "cluster/%s", CONTAINER_OF(item, struct cluster, item)->name);
}

int list_clusters(struct call *call)
{
	struct page page;

	if (page_begin(call, 100, &page) < 0)
		return -1;
	out_open(&call->out, NULL, '{');
	page_index(call, &page, "clusterArns", &call->model->clusters, NULL, NULL, cluster_arn);
	out_close(&call->out, '}');
	return 0;
}

/* UpdateCluster and UpdateClusterSettings, whose members are some of the former's. */
int update_cluster(struct call *call)
{
	static const char *const kept[] = {"settings", "configuration", "serviceConnectDefaults"};
	struct cluster *cluster = lookup_cluster(call);

	if (!cluster || check_settings(call) < 0)
		return -1;
	keep_members(call, cluster, kept, ARRAY_SIZE(kept));
	return answer_cluster(call, cluster);
}

int put_cluster_capacity_providers(struct call *call)
{
	static const char *const kept[] = {"capacityProviders", "defaultCapacityProviderStrategy"};
	struct cluster *cluster = lookup_cluster(call);

	if (!cluster || check_providers(call, call_member(call, "capacityProviders"),
					call_member(call, "defaultCapacityProviderStrategy")) < 0)
		return -1;
	keep_members(call, cluster, kept, ARRAY_SIZE(kept));
	return answer_cluster(call, cluster);
}

int describe_capacity_providers(struct call *call)
{
	static const char *const builtin[] = {"FARGATE", "FARGATE_SPOT"};
	json_t *wanted = call_member(call, "capacityProviders"), *name;
	struct out *out = &call->out;
	size_t i;

	out_open(out, NULL, '{');
	out_open(out, "capacityProviders", '[');
	for (size_t b = 0; b < ARRAY_SIZE(builtin); b++) {
		bool asked = json_array_size(wanted) == 0;
		struct reference reference;

		json_array_foreach (wanted, i, name) {
			if (lookup_parse(call, json_string_value(name), "capacity-provider",
					 &reference) < 0)
				return -1;
			asked = asked || strcmp(reference.name, builtin[b]) == 0;
		}
		if (!asked)
			continue;
		out_open(out, NULL, '{');
		out_arn(call, "capacityProviderArn", "capacity-provider/%s", builtin[b]);
		out_string(out, "name", builtin[b]);
		out_string(out, "status", "ACTIVE");
		out_open(out, "tags", '[');
		out_close(out, ']');
		out_close(out, '}');
	}
	out_close(out, ']');
	out_open(out, "failures", '[');
	json_array_foreach (wanted, i, name) {
		struct reference reference;

		if (lookup_parse(call, json_string_value(name), "capacity-provider", &reference) <
		    0)
			return -1;
		if (strncmp(reference.name, "FARGATE", 7) != 0)
			call_failure(call, "MISSING", "capacity-provider/%s", reference.name);
	}
	out_close(out, ']');
	out_close(out, '}');
	return 0;
}

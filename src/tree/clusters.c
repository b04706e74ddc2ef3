#include <errno.h>

#include "internal.h"

static const struct update updates[] = {
	{.action = "UpdateCluster", .id_param = "cluster"},
	{.action = "PutClusterCapacityProviders", .id_param = "cluster"},
	{0},
};

int cluster_create(struct tree *tree, struct op *op, const struct node *dir, const char *name)
{
	_cleanup_free_ char *id = NULL;
	int r = name_decode(name, "", &id);

	if (r < 0)
		return error_set(&op->error, EINVAL, "%s is no name that a cluster can have", name);
	json_auto_t *request = json_object();
	r = request_set_string(op, request, "clusterName", id);
	return r < 0 ? r : tree_call(tree, op, "CreateCluster", STEAL(request), dir, NULL);
}

/* Of a DescribeClusters answer, what CreateCluster does not take. */
static const struct answer_members answer_members = {
	KIND_CLUSTER,
	"clusterArn status registeredContainerInstancesCount runningTasksCount pendingTasksCount "
	"activeServicesCount statistics attachments attachmentsStatus",
};

int cluster_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		 json_t *value, const char *line)
{
	json_t *request;

	(void)line;
	int r = request_from_answer(tree, op, dir, &answer_members, "CreateCluster", value,
				    &request);
	if (r < 0)
		return r;
	json_auto_t *owned = request;
	request_drop_aws_tags(request);
	r = request_set_string(op, request, "clusterName", name);
	if (r == 0)
		r = resource_check_new(tree, op, dir, LIST_CLUSTERS, name);
	return r < 0 ? r : tree_call(tree, op, "CreateCluster", STEAL(owned), dir, NULL);
}

static int cluster_remove(struct tree *tree, struct op *op, const struct node *node)
{
	return tree_call(tree, op, "DeleteCluster", json_pack("{s:s}", "cluster", node->id), node,
			 NULL);
}

static const struct node_type tags_rows[] = {
	TAG(KIND_CLUSTER),
	END,
};

#define WRITABLE_JSON(member) STRUCTURE(member ".json", KIND_CLUSTER, updates)

/* A collection of a cluster, into which NAME.json can be dropped. */
#define COLLECTION(dir, table, how, how_flags)                                                     \
	{                                                                                          \
		.name = (dir), .form = NODE_DIR, .mode = 0755, .flags = (how_flags),               \
		.rows = (table), .drop = (how)                                                     \
	}

static const struct node_type cluster_rows[] = {
	EDITABLE("cluster.json", KIND_CLUSTER, updates),
	WRITABLE_JSON("capacityProviders"),
	WRITABLE_JSON("configuration"),
	WRITABLE_JSON("defaultCapacityProviderStrategy"),
	WRITABLE_JSON("serviceConnectDefaults"),
	WRITABLE_JSON("settings"),
	PAIRS("tags", tags_rows),
	COLLECTION("services", services_rows, service_drop, 0),
	COLLECTION("tasks", tasks_rows, task_drop, NODE_LINES),
	DIRECTORY("stopped-tasks", stopped_tasks_rows),
	COLLECTION("container-instances", container_instances_rows, container_instance_drop, 0),
	DIRECTORY("query", cluster_query_rows),
	MEMBERS(KIND_CLUSTER),
	END,
};

const struct node_type clusters_rows[] = {
	{
		.form = NODE_DIR,
		.mode = 0755,
		.flags = NODE_SCRATCH,
		.slot = SLOT_CLUSTER,
		.kind = KIND_CLUSTER,
		.list = LIST_CLUSTERS,
		.rows = cluster_rows,
		.each = resource_each,
		.find = resource_find,
		.show = document_show,
		.remove = cluster_remove,
	},
	END,
};

#include <errno.h>

#include "internal.h"

int cluster_create(struct tree *tree, struct op *op, const struct node *dir, const char *name)
{
	_cleanup_free_ char *id = NULL;
	int r = name_decode(name, "", &id);

	if (r < 0)
		return error_set(&op->error, EINVAL, "%s is no name that a cluster can have", name);
	return tree_call(tree, op, "CreateCluster", json_pack("{s:s}", "clusterName", id), dir,
			 NULL);
}

static int cluster_delete(struct tree *tree, struct op *op, const struct node *node)
{
	return tree_call(tree, op, "DeleteCluster", json_pack("{s:s}", "cluster", node->id),
			 node->parent, NULL);
}

static const struct node_type cluster_rows[] = {
	DOCUMENT("cluster.json", KIND_CLUSTER),
	DIRECTORY("services", services_rows),
	DIRECTORY("tasks", tasks_rows),
	DIRECTORY("stopped-tasks", stopped_tasks_rows),
	MEMBERS(KIND_CLUSTER),
	END,
};

const struct node_type clusters_rows[] = {
	{
		.form = NODE_DIR,
		.mode = 0755,
		.slot = SLOT_CLUSTER,
		.kind = KIND_CLUSTER,
		.list = LIST_CLUSTERS,
		.rows = cluster_rows,
		.each = resource_each,
		.find = resource_find,
		.show = document_show,
		.remove = cluster_delete,
	},
	END,
};

#include <errno.h>

#include "internal.h"

static int task_stop(struct tree *tree, struct op *op, const struct node *node)
{
	struct place place = node_place(node);
	char reason[256];

	int r = stop_reason(tree, op, reason, sizeof(reason));
	if (r < 0)
		return r;
	/* Everything that shows tasks of this cluster lies below its directory. */
	return tree_call(tree, op, "StopTask",
			 json_pack("{s:s, s:s, s:s}", "cluster", place.id[SLOT_CLUSTER], "task",
				   node->id, "reason", reason),
			 node->parent, NULL);
}

const struct node_type tasks_rows[] = {
	{
		.form = NODE_FILE,
		.mode = 0444,
		.slot = SLOT_TASK,
		.kind = KIND_TASK,
		.list = LIST_TASKS,
		.each = resource_each,
		.find = resource_find,
		.show = document_show,
		.remove = task_stop,
	},
	END,
};

const struct node_type stopped_tasks_rows[] = {
	{
		.form = NODE_FILE,
		.mode = 0444,
		.slot = SLOT_TASK,
		.kind = KIND_TASK,
		.list = LIST_STOPPED_TASKS,
		.each = resource_each,
		.find = resource_find,
		.show = document_show,
	},
	END,
};

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

static int deregister(struct tree *tree, struct op *op, const struct node *instance, bool force)
{
	struct place place = node_place(instance);
	json_auto_t *request = json_pack("{s:s, s:s}", "cluster", place.id[SLOT_CLUSTER],
					 "containerInstance", place.id[SLOT_CONTAINER_INSTANCE]);

	if (force && json_object_set_new(request, "force", json_true()) < 0)
		return error_set(&op->error, ENOMEM, "out of memory");
	return tree_call(tree, op, "DeregisterContainerInstance", STEAL(request), instance, NULL);
}

/* ECS says that tasks still run on it as it says any bad parameter. */
static int instance_remove(struct tree *tree, struct op *op, const struct node *node)
{
	int r = deregister(tree, op, node, false);

	if (r == -EINVAL && strstr(op->error.message, "task")) {
		op->error.errnum = ENOTEMPTY;
		return -ENOTEMPTY;
	}
	return r;
}

static int instance_force_delete(struct tree *tree, struct op *op, const struct node *node,
				 const char *text)
{
	int r = delete_is_forced(op, text);

	return r < 0 ? r : deregister(tree, op, node->parent, true);
}

static int status_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	struct place place = node_place(node);

	if (strcmp(text, "ACTIVE") != 0 && strcmp(text, "DRAINING") != 0)
		return error_set(&op->error, EINVAL, "status is ACTIVE or DRAINING, not \"%s\"",
				 text);
	return tree_call(tree, op, "UpdateContainerInstancesState",
			 json_pack("{s:s, s:[s], s:s}", "cluster", place.id[SLOT_CLUSTER],
				   "containerInstances", place.id[SLOT_CONTAINER_INSTANCE],
				   "status", text),
			 node->parent, NULL);
}

static int agent_update_show(struct tree *tree, struct op *op, const struct node *node,
			     struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	struct rendered_member member;
	struct buf text = {0};

	int r = resource_document(tree, op, node, &document);
	if (r < 0)
		return r;
	if (render_find_member(document.blob->bytes, "agentUpdateStatus", &member))
		render_member(&text, &member);
	return content_of_buf(op, &text, &document, ret_content);
}

static int agent_update_store(struct tree *tree, struct op *op, const struct node *node,
			      const char *text)
{
	struct place place = node_place(node);
	bool update;

	int r = scalar_parse_bool(op, "agent-update", text, &update);
	if (r < 0 || !update)
		return r;
	return tree_call(tree, op, "UpdateContainerAgent",
			 json_pack("{s:s, s:s}", "cluster", place.id[SLOT_CLUSTER],
				   "containerInstance", place.id[SLOT_CONTAINER_INSTANCE]),
			 node->parent, NULL);
}

/* Looked up, opened and read within one command: one call. */
#define ENDPOINT_MS 1000

static bool take_endpoint(struct tree *tree, const char *path, struct content *ret_content)
{
	LOCKED(&tree->lock);
	if (!tree->endpoint || strcmp(tree->endpoint_path, path) != 0 ||
	    tree->endpoint_expires_ms <= clock_monotonic_ms(tree->clock))
		return false;
	*ret_content = (struct content){.blob = blob_ref(tree->endpoint),
					.expires_ms = tree->endpoint_expires_ms};
	return true;
}

static void keep_endpoint(struct tree *tree, const char *path, const struct content *content)
{
	char *copy = strdup(path);

	if (!copy)
		return;
	LOCKED(&tree->lock);
	blob_unref(tree->endpoint);
	free(tree->endpoint_path);
	tree->endpoint = blob_ref(content->blob);
	tree->endpoint_path = copy;
	tree->endpoint_expires_ms = content->expires_ms;
}

static int poll_endpoint_show(struct tree *tree, struct op *op, const struct node *node,
			      struct content *ret_content)
{
	struct place place = node_place(node);
	json_auto_t *response = NULL;
	struct buf text = {0};
	char path[4096];

	node_path(node, path, sizeof(path));
	if (take_endpoint(tree, path, ret_content))
		return 0;
	if (op->cached_only)
		return -EAGAIN;
	int r = tree_call(tree, op, "DiscoverPollEndpoint",
			  json_pack("{s:s, s:s}", "cluster", place.id[SLOT_CLUSTER],
				    "containerInstance", place.id[SLOT_CONTAINER_INSTANCE]),
			  node, &response);
	if (r < 0)
		return r;
	render_document(&text, response);
	r = content_of_buf(op, &text, NULL, ret_content);
	if (r < 0)
		return r;
	ret_content->expires_ms = clock_monotonic_ms(tree->clock) + ENDPOINT_MS;
	keep_endpoint(tree, path, ret_content);
	return 0;
}

/* Of a DescribeContainerInstances answer, what RegisterContainerInstance does not take. */
static const struct answer_members answer_members = {
	KIND_CONTAINER_INSTANCE,
	"ec2InstanceId capacityProviderName version remainingResources registeredResources status "
	"statusReason agentConnected runningTasksCount pendingTasksCount agentUpdateStatus "
	"registeredAt attachments healthStatus",
};

int container_instance_drop(struct tree *tree, struct op *op, const struct node *dir,
			    const char *name, json_t *value, const char *line)
{
	struct place place = node_place(dir);
	json_t *request;

	(void)name;
	(void)line;
	int r = request_from_answer(tree, op, dir, &answer_members, "RegisterContainerInstance",
				    value, &request);
	if (r < 0)
		return r;
	json_auto_t *owned = request;
	request_drop_aws_tags(request);
	r = request_set_string(op, request, "cluster", place.id[SLOT_CLUSTER]);
	return r < 0 ? r
		     : tree_call(tree, op, "RegisterContainerInstance", STEAL(owned), dir, NULL);
}

static int instance_task_drop(struct tree *tree, struct op *op, const struct node *dir,
			      const char *name, json_t *value, const char *line)
{
	struct place place = node_place(dir);

	return tasks_start(
		tree, op, "StartTask", dir, name, value, line,
		json_pack("{s:[s]}", "containerInstances", place.id[SLOT_CONTAINER_INSTANCE]));
}

static struct list_query tasks_query(const struct node *dir, json_t **ret_filters)
{
	struct place place = node_place(dir);

	*ret_filters = json_pack("{s:s}", "containerInstance", place.id[SLOT_CONTAINER_INSTANCE]);
	return (struct list_query){LIST_TASKS, place.id[SLOT_CLUSTER], *ret_filters};
}

static int instance_tasks_each(struct tree *tree, struct op *op, const struct node *dir,
			       const struct node_type *row, struct entries *entries)
{
	json_auto_t *filters = NULL;
	struct list_query query = tasks_query(dir, &filters);

	return resource_list(tree, op, &query, row, entries);
}

static int instance_tasks_find(struct tree *tree, struct op *op, const struct node *dir,
			       const struct node_type *row, const char *name,
			       struct found *ret_found)
{
	json_auto_t *filters = NULL;
	struct list_query query = tasks_query(dir, &filters);

	return resource_lookup(tree, op, &query, row, name, ret_found);
}

static const struct node_type instance_tasks_rows[] = {
	{
		.form = NODE_LINK,
		.mode = 0777,
		.slot = SLOT_TASK,
		.list = LIST_TASKS,
		.each = instance_tasks_each,
		.find = instance_tasks_find,
		.show = task_link_show,
		.instead = TASK_LINK_INSTEAD,
	},
	END,
};

static const struct node_type tags_rows[] = {
	TAG(KIND_CONTAINER_INSTANCE),
	END,
};

static const struct node_type attributes_rows[] = {
	ATTRIBUTE(KIND_CONTAINER_INSTANCE),
	END,
};

static const struct node_type instance_rows[] = {
	DOCUMENT("container-instance.json", KIND_CONTAINER_INSTANCE),
	{
		.name = "status",
		.form = NODE_FILE,
		.mode = 0644,
		.kind = KIND_CONTAINER_INSTANCE,
		.show = member_show,
		.store = status_store,
	},
	{
		.name = "agent-update",
		.form = NODE_FILE,
		.mode = 0644,
		.kind = KIND_CONTAINER_INSTANCE,
		.show = agent_update_show,
		.store = agent_update_store,
	},
	{
		.name = "poll-endpoint.json",
		.form = NODE_FILE,
		.mode = 0444,
		.flags = NODE_UNLISTED,
		.show = poll_endpoint_show,
	},
	{
		.name = "tasks",
		.form = NODE_DIR,
		.mode = 0755,
		.flags = NODE_LINES,
		.rows = instance_tasks_rows,
		.drop = instance_task_drop,
	},
	PAIRS("attributes", attributes_rows),
	PAIRS("tags", tags_rows),
	DELETE(instance_force_delete),
	MEMBERS(KIND_CONTAINER_INSTANCE),
	END,
};

const struct node_type container_instances_rows[] = {
	{
		.form = NODE_DIR,
		.mode = 0755,
		.flags = NODE_SCRATCH,
		.slot = SLOT_CONTAINER_INSTANCE,
		.kind = KIND_CONTAINER_INSTANCE,
		.list = LIST_CONTAINER_INSTANCES,
		.rows = instance_rows,
		.each = resource_each,
		.find = resource_find,
		.show = document_show,
		.remove = instance_remove,
	},
	END,
};

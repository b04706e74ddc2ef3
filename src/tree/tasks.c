#include <errno.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/base/timestamp.h"
#include "ecsfs/store/render.h"

/* The same limit as the name of a started-by tag in AWS. */
#define MAX_STARTED_BY 36

/* The links to a task below its service, which the task's group names. */
static void change_service_link(struct tree *tree, const struct node *node, json_t *task)
{
	static const char prefix[] = "service:";
	const char *group = json_string_value(json_object_get(task, "group"));
	struct place place = node_place(node);
	char cluster[NAME_SIZE], service[NAME_SIZE], path[4096];

	if (!group || strncmp(group, prefix, sizeof(prefix) - 1) != 0)
		return;
	name_encode(place.id[SLOT_CLUSTER], "", cluster);
	name_encode(group + sizeof(prefix) - 1, "", service);
	snprintf(path, sizeof(path), "/clusters/%s/services/%s/tasks/%s", cluster, service,
		 node->name);
	tree_changed_path(tree, path);
}

/* What the instances of a cluster have left, and what runs on them. */
static void change_instances(struct tree *tree, const struct node *node)
{
	struct place place = node_place(node);
	char cluster[NAME_SIZE], path[4096];

	name_encode(place.id[SLOT_CLUSTER], "", cluster);
	snprintf(path, sizeof(path), "/clusters/%s/container-instances", cluster);
	tree_changed_path(tree, path);
}

static int task_stop(struct tree *tree, struct op *op, const struct node *node)
{
	struct place place = node_place(node);
	json_auto_t *response = NULL;
	char reason[256];

	stop_reason(tree, op, reason, sizeof(reason));
	int r = tree_call(tree, op, "StopTask",
			  json_pack("{s:s, s:s, s:s}", "cluster", place.id[SLOT_CLUSTER], "task",
				    node->id, "reason", reason),
			  node, &response);
	if (r == 0)
		change_service_link(tree, node, json_object_get(response, "task"));
	return r;
}

/* Some started and some did not: no error, for a second try would run the first ones twice. */
static void note_partial_start(struct tree *tree, const struct op *op, const char *action,
			       json_t *response)
{
	json_t *failures = json_object_get(response, "failures");
	char time[TIMESTAMP_SIZE];
	struct buf line = {0};

	if (json_array_size(failures) == 0)
		return;
	timestamp_format_ms(clock_wall_ms(tree->clock), time);
	buf_printf(&line, "%s write ", time);
	ring_escape(&line, op->path);
	buf_printf(&line, " ok - 200 - %s: %zu started, %zu did not: ", action,
		   json_array_size(json_object_get(response, "tasks")), json_array_size(failures));
	struct buf text = {0};
	render_compact(&text, failures);
	if (!text.failed)
		ring_escape(&line, text.data);
	buf_done(&text);
	if (!line.failed)
		ring_add(tree->errors, line.data);
	buf_done(&line);
}

/* Of a DescribeTasks answer, what RunTask and StartTask do not take. */
static const struct answer_members answer_members = {
	KIND_TASK,
	"attachments attributes availabilityZone capacityProviderName clusterArn connectivity "
	"connectivityAt containerInstanceArn containers cpu createdAt desiredStatus "
	"executionStoppedAt healthStatus inferenceAccelerators lastStatus memory platformFamily "
	"pullStartedAt pullStoppedAt startedAt stopCode stoppedAt stoppedReason stoppingAt taskArn "
	"taskDefinitionArn version ephemeralStorage fargateEphemeralStorage",
};

/* As much of @name as fits, without half a character at its end. */
static void default_started_by(const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	if (len >= size)
		for (len = size - 1; len > 0 && (name[len] & 0xc0) == 0x80; len--)
			;
	snprintf(out, size, "%.*s", (int)len, name);
}

int tasks_start(struct tree *tree, struct op *op, const char *action, const struct node *dir,
		const char *name, json_t *value, const char *line, json_t *more)
{
	struct place place = node_place(dir);
	json_auto_t *stolen = more, *response = NULL, *request = NULL;
	char started_by[MAX_STARTED_BY + 1];
	int r;

	if (line)
		request = json_pack("{s:s}", "taskDefinition", line);
	r = line ? 0 : request_from_answer(tree, op, dir, &answer_members, action, value, &request);
	if (r == 0 && (!request || json_object_update(request, stolen) < 0))
		r = error_set(&op->error, EINVAL, "%s: not valid UTF-8", action);
	if (r == 0)
		r = request_set_string(op, request, "cluster", place.id[SLOT_CLUSTER]);
	default_started_by(name, started_by, sizeof(started_by));
	if (r == 0 && !json_object_get(request, "startedBy"))
		r = request_set_string(op, request, "startedBy", started_by);
	if (r == 0)
		r = request_check_required(op, action, request);
	if (r < 0)
		return r;
	r = tree_call(tree, op, action, STEAL(request), dir, &response);
	change_instances(tree, dir);
	if (r == 0)
		note_partial_start(tree, op, action, response);
	return r;
}

int task_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
	      json_t *value, const char *line)
{
	return tasks_start(tree, op, "RunTask", dir, name, value, line, json_object());
}

int task_link_show(struct tree *tree, struct op *op, const struct node *node,
		   struct content *ret_content)
{
	char target[NAME_SIZE + 32];

	(void)tree;
	snprintf(target, sizeof(target), "../../../%s/%s",
		 node->type->list == LIST_STOPPED_TASKS ? "stopped-tasks" : "tasks", node->name);
	return fixed_text(op, target, ret_content);
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

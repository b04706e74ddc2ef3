#include <errno.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

static const struct update service_update = {
	.action = "UpdateService",
	.cluster_param = "cluster",
	.id_param = "service",
};

static int service_delete(struct tree *tree, struct op *op, const struct node *node)
{
	struct place place = node_place(node);

	return tree_call(tree, op, "DeleteService",
			 json_pack("{s:s, s:s}", "cluster", place.id[SLOT_CLUSTER], "service",
				   place.id[SLOT_SERVICE]),
			 node->parent, NULL);
}

static int force_show(struct tree *tree, struct op *op, const struct node *node,
		      struct content *ret_content)
{
	struct buf text = {0};

	(void)tree;
	(void)node;
	buf_puts(&text, "false\n");
	int r = content_of_buf(op, &text, NULL, ret_content);
	if (r == 0)
		ret_content->expires_ms = INT64_MAX;
	return r;
}

static int force_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	struct place place = node_place(node);
	bool force;

	int r = scalar_parse_bool(op, "forceNewDeployment", text, &force);
	if (r < 0 || !force)
		return r;
	return tree_call(tree, op, "UpdateService",
			 json_pack("{s:s, s:s, s:b}", "cluster", place.id[SLOT_CLUSTER], "service",
				   place.id[SLOT_SERVICE], "forceNewDeployment", 1),
			 node->parent, NULL);
}

static int stable_show(struct tree *tree, struct op *op, const struct node *node,
		       struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	struct buf text = {0};
	int desired = -1, running = -2;

	int r = resource_document(tree, op, node, &document);
	if (r < 0)
		return r;
	json_auto_t *service =
		json_loadb(document.blob->bytes, document.blob->len, JSON_ALLOW_NUL, NULL);
	json_unpack(service, "{s?i, s?i}", "desiredCount", &desired, "runningCount", &running);
	bool stable =
		json_array_size(json_object_get(service, "deployments")) == 1 && running == desired;
	buf_puts(&text, stable ? "true\n" : "false\n");
	return content_of_buf(op, &text, &document, ret_content);
}

/* "../../../../task-definitions/web/12.json", through inactive/ when that is known. */
static int task_definition_link(struct tree *tree, struct op *op, const struct node *node,
				struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0}, revision = {0};
	struct rendered_member member;
	struct buf text = {0}, arn = {0};
	char family[NAME_SIZE], number[NAME_SIZE];

	int r = resource_document(tree, op, node, &document);
	if (r < 0)
		return r;
	if (!render_find_member(document.blob->bytes, "taskDefinition", &member))
		return -ENOENT;
	render_member(&arn, &member);
	if (arn.failed)
		return error_set(&op->error, ENOMEM, "out of memory");
	arn.data[arn.len - 1] = '\0';
	const char *id = arn_id(arn.data), *colon = strrchr(id, ':');
	bool cached_only = op->cached_only;
	op->cached_only = true;
	bool inactive = store_document(tree->store, op, KIND_REVISION, "", id, &revision) == 0 &&
			render_find_member(revision.blob->bytes, "status", &member) &&
			strncmp(member.value, "\"INACTIVE\"", member.value_len) == 0;
	op->cached_only = cached_only;
	if (colon) {
		_cleanup_free_ char *bare = strndup(id, (size_t)(colon - id));
		name_encode(bare ? bare : "", "", family);
		name_encode(colon + 1, ".json", number);
		buf_printf(&text, "../../../../task-definitions/%s/%s%s", family,
			   inactive ? "inactive/" : "", number);
	}
	buf_done(&arn);
	return colon ? content_of_buf(op, &text, &document, ret_content) : -ENOENT;
}

static struct list_query tasks_query(const struct node *dir, json_t **ret_filters)
{
	struct place place = node_place(dir);

	*ret_filters = json_pack("{s:s}", "serviceName", place.id[SLOT_SERVICE]);
	return (struct list_query){LIST_TASKS, place.id[SLOT_CLUSTER], *ret_filters};
}

static int service_tasks_each(struct tree *tree, struct op *op, const struct node *dir,
			      const struct node_type *row, struct entries *entries)
{
	json_auto_t *filters = NULL;
	struct list_query query = tasks_query(dir, &filters);

	return resource_list(tree, op, &query, row, entries);
}

static int service_tasks_find(struct tree *tree, struct op *op, const struct node *dir,
			      const struct node_type *row, const char *name,
			      struct found *ret_found)
{
	json_auto_t *filters = NULL;
	struct list_query query = tasks_query(dir, &filters);

	return resource_lookup(tree, op, &query, row, name, ret_found);
}

static int task_link(struct tree *tree, struct op *op, const struct node *node,
		     struct content *ret_content)
{
	struct buf text = {0};

	(void)tree;
	buf_printf(&text, "../../../tasks/%s", node->name);
	int r = content_of_buf(op, &text, NULL, ret_content);
	if (r == 0)
		ret_content->expires_ms = INT64_MAX;
	return r;
}

static const struct node_type service_tasks_rows[] = {
	{
		.form = NODE_LINK,
		.mode = 0777,
		.slot = SLOT_TASK,
		.each = service_tasks_each,
		.find = service_tasks_find,
		.show = task_link,
	},
	END,
};

#define WRITABLE(member) SCALAR(member, KIND_SERVICE, &service_update)

static const struct node_type service_rows[] = {
	DOCUMENT("service.json", KIND_SERVICE),
	WRITABLE("availabilityZoneRebalancing"),
	WRITABLE("desiredCount"),
	WRITABLE("enableECSManagedTags"),
	WRITABLE("enableExecuteCommand"),
	WRITABLE("healthCheckGracePeriodSeconds"),
	WRITABLE("platformVersion"),
	WRITABLE("propagateTags"),
	WRITABLE("taskDefinition"),
	{
		.name = "forceNewDeployment",
		.form = NODE_FILE,
		.mode = 0644,
		.show = force_show,
		.store = force_store,
	},
	{
		.name = "events",
		.form = NODE_FILE,
		.mode = 0444,
		.flags = NODE_GROWS,
		.kind = KIND_SERVICE,
		.show = events_show,
	},
	{
		.name = "stable",
		.form = NODE_FILE,
		.mode = 0444,
		.kind = KIND_SERVICE,
		.show = stable_show,
	},
	{
		.name = "task-definition.json",
		.form = NODE_LINK,
		.mode = 0777,
		.flags = NODE_OPTIONAL,
		.kind = KIND_SERVICE,
		.show = task_definition_link,
	},
	DIRECTORY("tasks", service_tasks_rows),
	MEMBERS(KIND_SERVICE),
	END,
};

const struct node_type services_rows[] = {
	{
		.form = NODE_DIR,
		.mode = 0755,
		.slot = SLOT_SERVICE,
		.kind = KIND_SERVICE,
		.list = LIST_SERVICES,
		.rows = service_rows,
		.each = resource_each,
		.find = resource_find,
		.show = document_show,
		.remove = service_delete,
	},
	END,
};

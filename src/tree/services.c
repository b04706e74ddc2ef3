#include <errno.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

static const struct update updates[] = {
	{.action = "UpdateService", .cluster_param = "cluster", .id_param = "service"},
	{0},
};

static int delete_service(struct tree *tree, struct op *op, const struct node *service, bool force)
{
	struct place place = node_place(service);
	json_auto_t *request = json_pack("{s:s, s:s}", "cluster", place.id[SLOT_CLUSTER], "service",
					 place.id[SLOT_SERVICE]);

	if (force && json_object_set_new(request, "force", json_true()) < 0)
		return error_set(&op->error, ENOMEM, "out of memory");
	return tree_call(tree, op, "DeleteService", STEAL(request), service, NULL);
}

/* ECS says that a service still has tasks, or is not scaled to 0, as it says any bad parameter. */
static int service_remove(struct tree *tree, struct op *op, const struct node *node)
{
	int r = delete_service(tree, op, node, false);

	if (r == -EINVAL &&
	    (strstr(op->error.message, "scaled") || strstr(op->error.message, "running tasks"))) {
		op->error.errnum = ENOTEMPTY;
		return -ENOTEMPTY;
	}
	return r;
}

static int service_force_delete(struct tree *tree, struct op *op, const struct node *node,
				const char *text)
{
	int r = delete_is_forced(op, text);

	return r < 0 ? r : delete_service(tree, op, node->parent, true);
}

/* Of a DescribeServices answer, what CreateService does not take. */
static const struct answer_members answer_members = {
	KIND_SERVICE,
	"serviceArn clusterArn status runningCount pendingCount platformFamily taskSets "
	"deployments "
	"roleArn events createdAt currentServiceDeployment currentServiceRevisions createdBy "
	"resourceManagementType",
};

int service_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		 json_t *value, const char *line)
{
	struct place place = node_place(dir);
	json_t *request;

	(void)line;
	int r = request_from_answer(tree, op, dir, &answer_members, "CreateService", value,
				    &request);
	if (r < 0)
		return r;
	json_auto_t *owned = request;
	const char *strategy = json_string_value(json_object_get(request, "schedulingStrategy"));
	/* Describe tells how many a daemon has; Create must not be told. */
	if (strategy && strcmp(strategy, "DAEMON") == 0 && json_object_get(value, "serviceArn"))
		json_object_del(request, "desiredCount");
	request_drop_aws_tags(request);
	r = request_set_string(op, request, "cluster", place.id[SLOT_CLUSTER]);
	if (r == 0)
		r = request_set_string(op, request, "serviceName", name);
	if (r == 0)
		r = request_check_required(op, "CreateService", request);
	if (r == 0)
		r = resource_check_new(tree, op, dir, LIST_SERVICES, name);
	return r < 0 ? r : tree_call(tree, op, "CreateService", STEAL(owned), dir, NULL);
}

static int force_show(struct tree *tree, struct op *op, const struct node *node,
		      struct content *ret_content)
{
	(void)tree;
	(void)node;
	return fixed_text(op, "false\n", ret_content);
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
	json_auto_t *service = rendered_parse(document.blob->bytes, document.blob->len);
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

static const struct node_type service_tasks_rows[] = {
	{
		.form = NODE_LINK,
		.mode = 0777,
		.slot = SLOT_TASK,
		.each = service_tasks_each,
		.find = service_tasks_find,
		.show = task_link_show,
		.instead = TASK_LINK_INSTEAD,
	},
	END,
};

#define WRITABLE(member) SCALAR(member, KIND_SERVICE, updates)
#define WRITABLE_JSON(member) STRUCTURE(member ".json", KIND_SERVICE, updates)

static const struct node_type tags_rows[] = {
	TAG(KIND_SERVICE),
	END,
};

static const struct node_type service_rows[] = {
	EDITABLE("service.json", KIND_SERVICE, updates),
	WRITABLE("availabilityZoneRebalancing"),
	WRITABLE("desiredCount"),
	WRITABLE("enableECSManagedTags"),
	WRITABLE("enableExecuteCommand"),
	WRITABLE("healthCheckGracePeriodSeconds"),
	WRITABLE("platformVersion"),
	WRITABLE("propagateTags"),
	WRITABLE("taskDefinition"),
	WRITABLE_JSON("capacityProviderStrategy"),
	WRITABLE_JSON("deploymentConfiguration"),
	WRITABLE_JSON("deploymentController"),
	WRITABLE_JSON("loadBalancers"),
	WRITABLE_JSON("networkConfiguration"),
	WRITABLE_JSON("placementConstraints"),
	WRITABLE_JSON("placementStrategy"),
	WRITABLE_JSON("serviceConnectConfiguration"),
	WRITABLE_JSON("serviceRegistries"),
	WRITABLE_JSON("volumeConfigurations"),
	WRITABLE_JSON("vpcLatticeConfigurations"),
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
	PAIRS("tags", tags_rows),
	DELETE(service_force_delete),
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
		.flags = NODE_SCRATCH,
		.remove = service_remove,
	},
	END,
};

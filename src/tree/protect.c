/*
 * --protect: clusters and families that nothing may change through this mount, however a request
 * names them: by the path that it comes from, by name, by ARN, or not at all.
 */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "internal.h"

static int check_name(struct tree *tree, struct op *op, const char *name)
{
	for (char *const *glob = tree->protect; *glob; glob++)
		if (name[0] && fnmatch(*glob, name, 0) == 0)
			return error_set(&op->error, EROFS, "%s is protected by --protect %s", name,
					 *glob);
	return 0;
}

/* @name: "web:3" or its ARN */
static int check_revision(struct tree *tree, struct op *op, const char *name)
{
	char family[NAME_SIZE];
	const char *id = arn_id(name);

	snprintf(family, sizeof(family), "%.*s", (int)strcspn(id, ":"), id);
	return check_name(tree, op, family);
}

/* What lies in a cluster has it in its ARN, in the long form. */
static int check_arn(struct tree *tree, struct op *op, const char *arn)
{
	char cluster[NAME_SIZE];

	if (strncmp(arn, "arn:", 4) != 0 || !strstr(arn, ":ecs:"))
		return 0;
	if (strstr(arn, ":cluster/"))
		return check_name(tree, op, arn_id(arn));
	if (strstr(arn, ":task-definition/"))
		return check_revision(tree, op, arn);
	return arn_cluster(arn, cluster, sizeof(cluster)) == 0 ? check_name(tree, op, cluster) : 0;
}

static int check_member(struct tree *tree, struct op *op, const char *action, const char *name,
			const char *value)
{
	if (!value)
		return 0;
	if (word_in("cluster clusterName clusterArn family", name))
		return check_name(tree, op, arn_id(value));
	if (!word_in("taskDefinition taskDefinitions daemonTaskDefinition", name))
		return check_arn(tree, op, value);
	/* To run a revision does not change it. */
	return word_in("DeregisterTaskDefinition DeleteTaskDefinitions DeleteDaemonTaskDefinition",
		       action)
		       ? check_revision(tree, op, value)
		       : 0;
}

static int check_request(struct tree *tree, struct op *op, const char *action, json_t *request)
{
	const char *name;
	json_t *value, *element;
	size_t i;
	int r;

	json_object_foreach (request, name, value) {
		r = check_member(tree, op, action, name, json_string_value(value));
		json_array_foreach (value, i, element)
			if (r == 0)
				r = check_member(tree, op, action, name,
						 json_string_value(element));
		if (r < 0)
			return r;
	}
	return 0;
}

/* Whether @action takes @name and @request has none: null is no value either. */
static bool lacks(const struct ecs_action *action, json_t *request, const char *name)
{
	json_t *value = json_object_get(request, name);

	return ecs_action_has_member(action, name, NULL) && (!value || json_is_null(value));
}

int protect_check(struct tree *tree, struct op *op, const struct ecs_action *action,
		  json_t *request, const struct node *node)
{
	struct place place = node_place(node);
	int r = 0;

	if (!tree->protect)
		return 0;
	if (place.id[SLOT_CLUSTER][0])
		r = check_name(tree, op, place.id[SLOT_CLUSTER]);
	else if (lacks(action, request, "cluster") || lacks(action, request, "clusterName"))
		r = check_name(tree, op, "default");
	if (r == 0 && place.id[SLOT_FAMILY][0])
		r = check_name(tree, op, place.id[SLOT_FAMILY]);
	return r < 0 ? r : check_request(tree, op, action->name, request);
}

#include "lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part behind "arn:partition:ecs:region:account:", or @text when it is no ARN; NULL: malformed.
 */
static const char *behind_arn(const char *text)
{
	if (strncmp(text, "arn:", 4) != 0)
		return text;
	for (int colons = 0; colons < 5; colons++) {
		text = strchr(text, ':');
		if (!text)
			return NULL;
		text++;
	}
	return text;
}

int lookup_parse(struct call *call, const char *text, const char *type, struct reference *ret)
{
	const char *rest = behind_arn(text);

	*ret = (struct reference){0};
	if (!rest || strlen(rest) >= MAX_REFERENCE)
		return call_fail(call, INVALID, "Invalid identifier: %.200s", text);
	const char *slash = strchr(rest, '/');
	const char *last = strrchr(rest, '/');
	if (slash) {
		if ((size_t)(slash - rest) >= sizeof(ret->type))
			return call_fail(call, INVALID, "Invalid identifier: %.200s", text);
		memcpy(ret->type, rest, (size_t)(slash - rest));
		if (last != slash)
			snprintf(ret->cluster, sizeof(ret->cluster), "%.*s",
				 (int)(last - slash - 1), slash + 1);
	}
	snprintf(ret->name, sizeof(ret->name), "%s", last ? last + 1 : rest);
	if (slash && strcmp(ret->type, type) != 0)
		return call_fail(call, INVALID, "Unsupported resource type: %s", ret->type);
	return 0;
}

struct cluster *lookup_find_cluster(struct call *call, const char *text)
{
	struct reference reference;

	if (lookup_parse(call, text, "cluster", &reference) < 0)
		return NULL;
	return model_cluster(call->model, reference.name);
}

struct cluster *lookup_cluster(struct call *call)
{
	const char *text = call_string(call, "cluster");

	call->status = 0;
	struct cluster *cluster = lookup_find_cluster(call, text && *text ? text : "default");
	if (!cluster) {
		if (!call->status)
			call_fail(call, "ClusterNotFoundException", "Cluster not found.");
		return NULL;
	}
	if (cluster->inactive) {
		call_fail(call, CLIENT, "The referenced cluster was inactive.");
		return NULL;
	}
	return cluster;
}

static int parse_inside(struct call *call, const struct cluster *cluster, const char *text,
			const char *type, struct reference *ret)
{
	if (lookup_parse(call, text, type, ret) < 0)
		return -1;
	if (*ret->cluster && strcmp(ret->cluster, cluster->name) != 0)
		return call_fail(
			call, INVALID,
			"Invalid identifier: Identifier is for cluster %s. Your cluster is "
			"%s",
			ret->cluster, cluster->name);
	return 0;
}

int lookup_service(struct call *call, struct cluster *cluster, const char *text,
		   struct service **ret)
{
	struct reference reference;

	if (parse_inside(call, cluster, text, "service", &reference) < 0)
		return -1;
	*ret = cluster_service(cluster, reference.name);
	return 0;
}

int lookup_task(struct call *call, struct cluster *cluster, const char *text, struct task **ret)
{
	struct reference reference;

	if (parse_inside(call, cluster, text, "task", &reference) < 0)
		return -1;
	if (strlen(reference.name) > 36)
		return call_fail(call, INVALID, "taskId longer than 36.");
	*ret = model_task(call->model, reference.name);
	if (*ret && (*ret)->cluster != cluster)
		*ret = NULL;
	return 0;
}

int lookup_instance(struct call *call, struct cluster *cluster, const char *text,
		    struct instance **ret)
{
	struct reference reference;

	if (parse_inside(call, cluster, text, "container-instance", &reference) < 0)
		return -1;
	*ret = model_instance(call->model, reference.name);
	if (*ret && (*ret)->cluster != cluster)
		*ret = NULL;
	return 0;
}

struct revision *lookup_revision(struct call *call, const char *text)
{
	struct reference reference;

	if (lookup_parse(call, text, "task-definition", &reference) < 0)
		return NULL;
	char *colon = strchr(reference.name, ':');
	if (colon)
		*colon = '\0';
	struct family *family = model_family(call->model, reference.name);
	if (!family)
		return NULL;
	return colon ? family_revision(family, atoi(colon + 1)) : family_latest(family);
}

struct revision *lookup_runnable(struct call *call, const char *text)
{
	struct revision *revision;

	call->status = 0;
	revision = lookup_revision(call, text);
	if (call->status)
		return NULL;
	if (!revision || revision->deleting) {
		call_fail(call, CLIENT, "TaskDefinition not found.");
		return NULL;
	}
	if (revision->inactive) {
		call_fail(call, CLIENT, "TaskDefinition is inactive");
		return NULL;
	}
	return revision;
}

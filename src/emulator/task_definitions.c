/* Task definitions: listing, describing, deregistering and deleting them. */
#include "task_definitions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "lookup.h"
#include "page.h"

void revision_arn(struct call *call, const char *key, const struct revision *revision)
{
	out_arn(call, key, "task-definition/%s:%d", revision->family->name, revision->number);
}

static const char *revision_status(const struct revision *revision)
{
	if (revision->deleting)
		return "DELETE_IN_PROGRESS";
	return revision->inactive ? "INACTIVE" : "ACTIVE";
}

void show_task_definition(struct call *call, const char *key, const struct revision *revision)
{
	struct out *out = &call->out;
	const char *name;
	json_t *value;

	out_open(out, key, '{');
	revision_arn(call, "taskDefinitionArn", revision);
	json_object_foreach (revision->body->members, name, value)
		out_json(out, name, value);
	out_string(out, "family", revision->family->name);
	out_int(out, "revision", revision->number);
	out_string(out, "status", revision_status(revision));
	out_time(out, "registeredAt", revision->registered_ms);
	out_time(out, "deregisteredAt", revision->deregistered_ms);
	out_format(out, "registeredBy", "arn:aws:iam::" ACCOUNT ":root");
	out_close(out, '}');
}

void show_tags(struct call *call, const char *key, const json_t *tags)
{
	if (tags) {
		out_json(&call->out, key, tags);
	} else {
		out_open(&call->out, key, '[');
		out_close(&call->out, ']');
	}
}

int describe_task_definition(struct call *call)
{
	struct revision *revision = lookup_revision(call, call_string(call, "taskDefinition"));

	if (call->status)
		return -1;
	if (!revision)
		return call_fail(call, CLIENT, "Unable to describe task definition.");
	out_open(&call->out, NULL, '{');
	show_task_definition(call, "taskDefinition", revision);
	if (call_includes(call, "TAGS"))
		show_tags(call, "tags", revision->tags);
	out_close(&call->out, '}');
	return 0;
}

static bool has_revision(const char *text)
{
	const char *slash = strrchr(text, '/');

	return strchr(slash ? slash : strncmp(text, "arn:", 4) == 0 ? "" : text, ':') != NULL;
}

int deregister_task_definition(struct call *call)
{
	const char *text = call_string(call, "taskDefinition");
	struct revision *revision;

	if (!has_revision(text))
		return call_fail(call, CLIENT, "Invalid revision number. Number: null");
	revision = lookup_revision(call, text);
	if (call->status)
		return -1;
	if (!revision)
		return call_fail(call, CLIENT, "The specified task definition does not exist.");
	if (!revision->inactive) {
		revision->inactive = true;
		revision->deregistered_ms = call->model->now_ms;
		revision->family->num_active--;
	}
	out_open(&call->out, NULL, '{');
	show_task_definition(call, "taskDefinition", revision);
	out_close(&call->out, '}');
	return 0;
}

int delete_task_definitions(struct call *call)
{
	json_t *names = call_member(call, "taskDefinitions"), *name;
	json_auto_t *failed = json_array();
	struct reference reference;
	size_t i;

	if (json_array_size(names) == 0)
		return call_fail(call, CLIENT, "Task definitions cannot be empty.");
	if (json_array_size(names) > 10)
		return call_fail(call, CLIENT, "Task definitions can have at most 10 items.");
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "taskDefinitions", '[');
	json_array_foreach (names, i, name) {
		struct revision *revision = lookup_revision(call, json_string_value(name));

		if (call->status)
			return -1;
		if (!revision || !revision->inactive) {
			json_array_append_new(failed, json_pack("[O, s]", name,
								revision ? "The specified task "
									   "definition is still "
									   "in ACTIVE status."
									 : "MISSING"));
			continue;
		}
		revision->deleting = true;
		show_task_definition(call, NULL, revision);
	}
	out_close(&call->out, ']');
	out_open(&call->out, "failures", '[');
	json_array_foreach (failed, i, name) {
		lookup_parse(call, json_string_value(json_array_get(name, 0)), "task-definition",
			     &reference);
		call_failure(call, json_string_value(json_array_get(name, 1)), "task-definition/%s",
			     reference.name);
	}
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	return 0;
}

static bool family_has(const struct family *family, const char *status)
{
	if (strcmp(status, "ACTIVE") == 0)
		return family->num_active > 0;
	if (strcmp(status, "INACTIVE") == 0)
		return family->num_active == 0;
	return true;
}

int list_task_definition_families(struct call *call)
{
	const char *prefix = call_string(call, "familyPrefix");
	const char *status = call_string(call, "status");
	struct model *model = call->model;
	struct page page;
	const char *last = NULL;
	int shown = 0;

	if (page_begin(call, 100, &page) < 0)
		return -1;
	size_t len = prefix ? strlen(prefix) : 0;
	size_t i = model_family_position(model, *page.position ? page.position
						: prefix       ? prefix
							       : "");
	if (*page.position && i < model->num_families &&
	    strcmp(model->families[i]->name, page.position) == 0)
		i++;
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "families", '[');
	for (; i < model->num_families; i++) {
		const struct family *family = model->families[i];

		if (strncmp(family->name, prefix ? prefix : "", len) != 0) {
			i = model->num_families;
			break;
		}
		if (!family_has(family, status ? status : "ALL"))
			continue;
		if (shown++ == page.max)
			break;
		out_string(&call->out, NULL, last = family->name);
	}
	out_close(&call->out, ']');
	if (i < model->num_families)
		page_more(call, "%s", last);
	out_close(&call->out, '}');
	return 0;
}

/* One page of revisions on its way; walks families and revisions up or down. */
struct walk {
	struct call *call;
	struct page page;
	const char *status;
	int step, shown;
	const struct revision *last;
	bool more;
};

static bool has_status(const struct family *family, const char *status)
{
	return strcmp(status, "ACTIVE") == 0 ? family->num_active > 0
					     : family->num_active < family->len;
}

static void walk_family(struct walk *walk, const struct family *family, int from)
{
	if (!has_status(family, walk->status))
		return;
	for (int number = from; number >= 1 && number <= (int)family->len; number += walk->step) {
		const struct revision *revision = family->revisions[number - 1];

		if (strcmp(revision_status(revision), walk->status) != 0)
			continue;
		if (walk->shown++ == walk->page.max) {
			walk->more = true;
			return;
		}
		revision_arn(walk->call, NULL, revision);
		walk->last = revision;
	}
}

static void walk_families(struct walk *walk)
{
	const struct model *model = walk->call->model;
	const char *only = call_string(walk->call, "familyPrefix");
	char *name = walk->page.position;
	char *colon = strrchr(name, ':');
	int from = 0;

	if (colon) {
		*colon = '\0';
		from = atoi(colon + 1) + walk->step;
	}
	long i = (long)model_family_position(model, *name ? name : only ? only : "");
	if (!*name && !only && walk->step < 0)
		i = (long)model->num_families - 1;
	for (; !walk->more && i >= 0 && i < (long)model->num_families; i += walk->step) {
		const struct family *family = model->families[i];

		if (only && strcmp(family->name, only) != 0)
			break;
		if (!colon || strcmp(family->name, name) != 0)
			from = walk->step > 0 ? 1 : (int)family->len;
		walk_family(walk, family, from);
	}
}

int list_task_definitions(struct call *call)
{
	const char *sort = call_string(call, "sort"), *status = call_string(call, "status");
	struct walk walk = {.call = call};

	if (page_begin(call, 100, &walk.page) < 0)
		return -1;
	walk.status = status ? status : "ACTIVE";
	walk.step = sort && strcmp(sort, "DESC") == 0 ? -1 : 1;
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "taskDefinitionArns", '[');
	walk_families(&walk);
	out_close(&call->out, ']');
	if (walk.more)
		page_more(call, "%s:%d", walk.last->family->name, walk.last->number);
	out_close(&call->out, '}');
	return 0;
}

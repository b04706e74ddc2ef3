/*
 * Committing a document: the smallest Update that does what its writer changed.
 *
 * The resource moves on while somebody edits it, so what was changed is found by comparing three:
 * the text, the version that it was made from, and what AWS has now.
 */
#include <errno.h>
#include <string.h>

#include "versions.h"

#include "ecsfs/store/render.h"

struct merge {
	struct op *op;
	const struct node *node;
	const struct version *base, *now;
	json_t *current; /* borrowed: what AWS has now */
	json_t *changes; /* new values by member, without tags */
	json_t *tags, *untags;
	json_t *there; /* what AWS made of the changes */
};

static void shown_value(json_t *value, char *out, size_t size)
{
	struct buf text = {0};

	if (value)
		render_compact(&text, value);
	else
		buf_puts(&text, "nothing");
	snprintf(out, size, "%s", text.failed ? "?" : text.data);
	buf_done(&text);
}

/* Changed here, and to something else in AWS since. */
static int conflict(struct merge *m, const char *member, json_t *mine, json_t *theirs)
{
	char my_text[300], their_text[300];

	shown_value(mine, my_text, sizeof(my_text));
	shown_value(theirs, their_text, sizeof(their_text));
	return error_set(&m->op->error, ESTALE, "%s is %s here, but was changed to %s meanwhile",
			 member, my_text, their_text);
}

/* What no update takes. */
static int not_writable(struct merge *m, const char *name, json_t *mine)
{
	char my_text[300], their_text[300];

	shown_value(mine, my_text, sizeof(my_text));
	shown_value(json_object_get(m->current, name), their_text, sizeof(their_text));
	return error_set(&m->op->error, EPERM, "%s cannot be changed; it is %s, not %s", name,
			 their_text, my_text);
}

/* The update that takes @member; NULL when none does. */
static const struct update *update_of(const struct node *node, const char *name,
				      struct ecs_member *ret_member)
{
	for (const struct update *update = node->type->update; update->action; update++)
		if (ecs_action_has_member(ecs_action_find(update->action), name, ret_member) &&
		    strcmp(name, update->id_param) != 0 &&
		    !(update->cluster_param && strcmp(name, update->cluster_param) == 0))
			return update;
	return NULL;
}

static bool is_writable(const struct node *node, const char *name)
{
	struct ecs_member member;

	return strcmp(name, "tags") == 0 || update_of(node, name, &member);
}

static int merge_member(struct merge *m, const char *name, json_t *value)
{
	uint64_t before = version_hash(m->base, name), now = version_hash(m->now, name);
	uint64_t mine = value_hash(value);
	struct ecs_member member;

	if (mine == before || mine == now)
		return 0;
	if (!update_of(m->node, name, &member))
		return before || now ? not_writable(m, name, value)
				     : error_set(&m->op->error, EINVAL, "%s is no member of %s",
						 name, m->node->name);
	if (version_hash_there(m->base, name) != now)
		return conflict(m, name, value, json_object_get(m->current, name));
	if (!json_is_null(value)) {
		int r = request_check_type(m->op, &member, value);
		if (r == 0 && json_object_set(m->changes, name, value) < 0)
			r = error_set(&m->op->error, ENOMEM, "out of memory");
		return r;
	}
	if (member.type != '[')
		return error_set(&m->op->error, EINVAL, "%s cannot be cleared", name);
	return json_object_set_new(m->changes, name, json_array()) < 0
		       ? error_set(&m->op->error, ENOMEM, "out of memory")
		       : 0;
}

static json_t *tag_value(json_t *tags, const char *key)
{
	json_t *tag;
	size_t i;

	json_array_foreach (tags, i, tag) {
		const char *name = json_string_value(json_object_get(tag, "key"));
		if (name && strcmp(name, key) == 0)
			return json_object_get(tag, "value");
	}
	return NULL;
}

/* @value: NULL when the text has no such tag */
static int merge_tag(struct merge *m, const char *key, json_t *value)
{
	json_t *theirs = tag_value(json_object_get(m->current, "tags"), key);
	char name[1024];
	int failed;

	snprintf(name, sizeof(name), "tags/%s", key);
	uint64_t before = version_hash(m->base, name), now = version_hash(m->now, name);
	uint64_t mine = value ? value_hash(value) : 0;
	if (mine == before || mine == now)
		return 0;
	if (before != now)
		return conflict(m, name, value, theirs);
	if (value)
		failed = json_array_append_new(m->tags,
					       json_pack("{s:s, s:O}", "key", key, "value", value));
	else
		failed = json_array_append_new(m->untags, json_string(key));
	return failed ? error_set(&m->op->error, ENOMEM, "out of memory") : 0;
}

static int merge_tags(struct merge *m, json_t *tags)
{
	json_t *tag;
	size_t i;
	int r = 0;

	if (!json_is_null(tags) && !json_is_array(tags))
		return error_set(&m->op->error, EINVAL, "tags must be an array");
	json_array_foreach (tags, i, tag) {
		const char *key = json_string_value(json_object_get(tag, "key"));
		json_t *value = json_object_get(tag, "value");
		if (!key || !json_is_string(value))
			return error_set(&m->op->error, EINVAL,
					 "a tag is an object with key and value");
		r = merge_tag(m, key, value);
		if (r < 0)
			return r;
	}
	json_array_foreach (json_object_get(m->current, "tags"), i, tag) {
		const char *key = json_string_value(json_object_get(tag, "key"));
		if (r == 0 && key && !tag_value(tags, key))
			r = merge_tag(m, key, NULL);
	}
	return r;
}

static int merge_all(struct merge *m, json_t *text)
{
	const char *name;
	json_t *value;
	int r = 0;

	json_object_foreach (text, name, value) {
		r = strcmp(name, "tags") == 0 ? merge_tags(m, value) : merge_member(m, name, value);
		if (r < 0)
			break;
	}
	return r;
}

/* The members of m->changes that @update takes; NULL without memory, {} when there are none. */
static json_t *request_for(struct merge *m, const struct update *update)
{
	json_auto_t *request = json_object();
	struct ecs_member member;
	const char *name;
	json_t *value;

	json_object_foreach (m->changes, name, value)
		if (update_of(m->node, name, &member) == update &&
		    json_object_set(request, name, value) < 0)
			return NULL;
	return STEAL(request);
}

/* What an action needs besides what changed is sent as it is. */
static int add_required(struct merge *m, const struct update *update, json_t *request)
{
	const char *cursor = NULL;
	struct ecs_member member;
	char name[NAME_SIZE];

	while (ecs_action_next_member(ecs_action_find(update->action), &cursor, &member)) {
		snprintf(name, sizeof(name), "%.*s", (int)member.name_len, member.name);
		if (!member.required || json_object_get(request, name))
			continue;
		json_t *value = json_object_get(m->current, name);
		value = value ? json_incref(value) : member.type == '[' ? json_array() : NULL;
		if (json_object_set_new(request, name, value) < 0)
			return error_set(&m->op->error, EINVAL, "%s needs the member %s",
					 update->action, name);
	}
	return 0;
}

static int send_update(struct tree *tree, struct merge *m, const struct update *update)
{
	json_auto_t *request = request_for(m, update);
	int r;

	if (!request)
		return error_set(&m->op->error, ENOMEM, "out of memory");
	if (json_object_size(request) == 0)
		return 0;
	r = update_name(m->op, m->node, update, request);
	if (r == 0)
		r = add_required(m, update, request);
	if (r < 0)
		return r;
	json_auto_t *response = NULL;
	r = tree_call(tree, m->op, update->action, STEAL(request), m->node->parent, &response);
	/* Of its one member, the resource; an answer that is otherwise teaches nothing. */
	json_object_update(m->there, json_object_iter_value(json_object_iter(response)));
	return r;
}

static int send_tags(struct tree *tree, struct merge *m)
{
	const char *arn =
		json_string_value(json_object_get(m->current, kinds[m->node->type->kind].arn));
	int r = 0;

	if (json_array_size(m->tags) > 0)
		r = tree_call(tree, m->op, "TagResource",
			      json_pack("{s:s, s:O}", "resourceArn", arn, "tags", m->tags),
			      m->node->parent, NULL);
	if (r == 0 && json_array_size(m->untags) > 0)
		r = tree_call(tree, m->op, "UntagResource",
			      json_pack("{s:s, s:O}", "resourceArn", arn, "tagKeys", m->untags),
			      m->node->parent, NULL);
	return r;
}

static int send_all(struct tree *tree, struct merge *m)
{
	int r = 0;

	for (const struct update *update = m->node->type->update; r == 0 && update->action;
	     update++)
		r = send_update(tree, m, update);
	return r == 0 ? send_tags(tree, m) : r;
}

/* Which resource @update is about, as its request says it. */
int update_name(struct op *op, const struct node *node, const struct update *update,
		json_t *request)
{
	static const enum slot slots[] = {[KIND_CLUSTER] = SLOT_CLUSTER,
					  [KIND_SERVICE] = SLOT_SERVICE,
					  [KIND_CONTAINER_INSTANCE] = SLOT_CONTAINER_INSTANCE};
	struct place place = node_place(node);
	int r = 0;

	if (update->cluster_param)
		r = request_set_string(op, request, update->cluster_param, place.id[SLOT_CLUSTER]);
	if (r == 0)
		r = request_set_string(op, request, update->id_param,
				       place.id[slots[node->type->kind]]);
	return r;
}

/* @base: NULL when the text was made from what AWS has now */
static int commit_text(struct tree *tree, struct op *op, const struct node *node, json_t *text,
		       const struct version *base)
{
	_cleanup_(document_done) struct document document = {0};
	_cleanup_(version_cleanup) struct version *now = NULL;
	json_auto_t *current = NULL, *changes = json_object(), *tags = json_array(),
		    *untags = json_array(), *there = json_object();

	/* A cached one would hide what somebody else changed a moment ago. */
	int r = resource_document_now(tree, op, node, &document);
	if (r < 0)
		return r;
	current = rendered_parse(document.blob->bytes, document.blob->len);
	now = current ? version_new(current) : NULL;
	if (!now || !changes || !tags || !untags || !there)
		return error_set(&op->error, ENOMEM, "out of memory");
	struct merge m = {op, node, base ? base : now, now, current, changes, tags, untags, there};
	r = merge_all(&m, text);
	if (r == 0)
		r = send_all(tree, &m);
	if (r == 0 && json_object_get(text, kinds[node->type->kind].arn))
		versions_saved(tree, node, op->pid, text, there);
	return r;
}

/* What was read and is saved as it was needs no look at what AWS has now. */
static bool is_unchanged(const struct version *base, json_t *text)
{
	const char *name;
	json_t *value;

	json_object_foreach (text, name, value)
		if (version_hash(base, name) != value_hash(value))
			return false;
	return true;
}

int resource_commit(struct tree *tree, struct op *op, const struct node *node, json_t *text)
{
	_cleanup_(version_cleanup) struct version *base = NULL;

	if (!json_is_object(text))
		return error_set(&op->error, EINVAL, "%s is a JSON object", node->name);
	/* Without the ARN it was not read and edited: it is a patch of what is now. */
	if (json_object_get(text, kinds[node->type->kind].arn))
		base = versions_closest(tree, node, op->pid, text, is_writable);
	if (base && is_unchanged(base, text))
		return 0;
	return commit_text(tree, op, node, text, base);
}

/* A member's own file holds only its value. */
int member_commit(struct tree *tree, struct op *op, const struct node *node, json_t *value)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%.*s", (int)(strlen(node->name) - strlen(".json")),
		 node->name);
	json_auto_t *text = json_pack("{s:O}", name, value);
	return text ? commit_text(tree, op, node, text, NULL)
		    : error_set(&op->error, ENOMEM, "out of memory");
}

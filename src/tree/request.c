/*
 * Requests made from documents that people write: what belongs, what is left out, what is wrong.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

static const char *name_of_type(char type)
{
	switch (type) {
	case 's':
		return "a string";
	case 'i':
		return "a number";
	case 'b':
		return "true or false";
	case '[':
		return "an array";
	default:
		return "an object";
	}
}

static bool has_type(json_t *value, char type)
{
	switch (type) {
	case 's':
		return json_is_string(value);
	case 'i':
		return json_is_number(value);
	case 'b':
		return json_is_boolean(value);
	case '[':
		return json_is_array(value);
	default:
		return json_is_object(value);
	}
}

int request_check_type(struct op *op, const struct ecs_member *member, json_t *value)
{
	if (has_type(value, member->type))
		return 0;
	return error_set(&op->error, EINVAL, "%.*s must be %s", (int)member->name_len, member->name,
			 name_of_type(member->type));
}

/* Whether @name is one of the blank-separated @words. */
bool word_in(const char *words, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = words; len > 0 && (at = strstr(at, name)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

int request_from_document(struct op *op, const char *action, json_t *document, const char *left_out,
			  json_t **ret_request)
{
	const struct ecs_action *row = ecs_action_find(action);
	json_auto_t *request = json_object();
	struct ecs_member member;
	const char *name;
	json_t *value;

	json_object_foreach (document, name, value) {
		if (!ecs_action_has_member(row, name, &member)) {
			if (word_in(left_out, name))
				continue;
			return error_set(&op->error, EINVAL, "%s has no member %s", action, name);
		}
		if (json_is_null(value))
			continue;
		int r = request_check_type(op, &member, value);
		if (r < 0)
			return r;
		if (json_object_set(request, name, value) < 0)
			return error_set(&op->error, ENOMEM, "out of memory");
	}
	*ret_request = STEAL(request);
	return request ? error_set(&op->error, ENOMEM, "out of memory") : 0;
}

/* What the resource that @document names by its ARN is in this account. */
static int read_again(struct tree *tree, struct op *op, const struct node *dir, enum kind kind,
		      json_t *document, struct document *ret_document)
{
	const char *arn = json_string_value(json_object_get(document, kinds[kind].arn));
	struct place place = node_place(dir);
	char cluster[NAME_SIZE];

	if (!arn)
		return -ENOENT;
	/* The short form of an ARN lacks the cluster. */
	if (arn_cluster(arn, cluster, sizeof(cluster)) < 0)
		snprintf(cluster, sizeof(cluster), "%s", place.id[SLOT_CLUSTER]);
	return store_document(tree->store, op, kind, kinds[kind].in_cluster ? cluster : "",
			      arn_id(arn), ret_document);
}

/*
 * What AWS has added to its answers since the tables were written is known by being in the answer
 * that a document was copied from; anything else that no table knows is a mistake of its writer.
 */
int request_from_answer(struct tree *tree, struct op *op, const struct node *dir,
			const struct answer_members *members, const char *action, json_t *document,
			json_t **ret_request)
{
	_cleanup_(document_done) struct document answer = {0};
	const struct ecs_action *row = ecs_action_find(action);
	json_auto_t *known = json_copy(document);
	struct rendered_member member;
	const char *name;
	json_t *value;

	if (!known)
		return error_set(&op->error, ENOMEM, "out of memory");
	json_object_foreach (document, name, value) {
		if (ecs_action_has_member(row, name, NULL) || word_in(members->known, name))
			continue;
		int r = answer.blob ? 0
				    : read_again(tree, op, dir, members->kind, document, &answer);
		if (r < 0 && op->error.errnum)
			return r;
		if (r == 0 && render_find_member(answer.blob->bytes, name, &member))
			json_object_del(known, name);
	}
	return request_from_document(op, action, known, members->known, ret_request);
}

int request_set_string(struct op *op, json_t *request, const char *name, const char *value)
{
	return json_object_set_new(request, name, json_string(value)) < 0
		       ? error_set(&op->error, EINVAL, "%s is not valid UTF-8", name)
		       : 0;
}

int request_check_required(struct op *op, const char *action, json_t *request)
{
	const char *cursor = NULL;
	struct ecs_member member;
	char name[NAME_SIZE];

	while (ecs_action_next_member(ecs_action_find(action), &cursor, &member)) {
		snprintf(name, sizeof(name), "%.*s", (int)member.name_len, member.name);
		if (member.required && !json_object_get(request, name))
			return error_set(&op->error, EINVAL, "%s needs the member %s", action,
					 name);
	}
	return 0;
}

/* AWS keeps the prefix for itself: such tags cannot be given to something new. */
void request_drop_aws_tags(json_t *request)
{
	json_t *tags = json_object_get(request, "tags"), *tag;
	const char *key;
	size_t i = 0;

	while ((tag = json_array_get(tags, i))) {
		key = json_string_value(json_object_get(tag, "key"));
		if (key && strncmp(key, "aws:", 4) == 0)
			json_array_remove(tags, i);
		else
			i++;
	}
	if (tags && json_array_size(tags) == 0)
		json_object_del(request, "tags");
}

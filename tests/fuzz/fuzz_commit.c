/*
 * Documents that are saved: one that was not edited makes no call, and one that was sends what its
 * writer changed and nothing else.
 *
 * Input: a byte that cuts what is written in two, the service that AWS has, and what is saved;
 * ended by NULs.
 */
#include <errno.h>
#include <fcntl.h>

#include "answers.h"
#include "fuzz.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/draft.h"

#define ARN "arn:aws:ecs:r:1:service/c/s"

static json_t *service;                 /* as AWS has it */
static json_t *updates, *tags, *untags; /* what was asked for; NULL: no such call */

static int give(json_t *answer, char **ret_body)
{
	*ret_body = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	json_decref(answer);
	return *ret_body ? 0 : -ENOMEM;
}

static int answer(const char *action, const char *request, char **ret_body, struct error *err)
{
	json_auto_t *asked = json_loads(request, 0, NULL);

	FUZZ_CHECK_MSG(json_is_object(asked), "%s", request);
	if (strcmp(action, "ListClusters") == 0)
		return give(json_pack("{s:[s]}", "clusterArns", "arn:aws:ecs:r:1:cluster/c"),
			    ret_body);
	if (strcmp(action, "ListServices") == 0)
		return give(json_pack("{s:[s]}", "serviceArns", ARN), ret_body);
	if (strcmp(action, "DescribeServices") == 0)
		return give(json_pack("{s:[O]}", "services", service), ret_body);
	json_t **kept = strcmp(action, "UpdateService") == 0 ? &updates
			: strcmp(action, "TagResource") == 0 ? &tags
							     : &untags;
	FUZZ_CHECK_MSG(kept != &untags || strcmp(action, "UntagResource") == 0, "%s", action);
	FUZZ_CHECK_MSG(!*kept, "%s twice", action);
	*kept = json_incref(asked);
	(void)err;
	return give(json_pack("{s:O}", "service", service), ret_body);
}

static void forget_calls(void)
{
	json_decref(updates);
	json_decref(tags);
	json_decref(untags);
	updates = tags = untags = NULL;
}

/* Write @text as a program does that truncates first. Return: 0 or the errno that it got. */
static int save(struct stack *stack, const struct node *node, const char *text, size_t len,
		size_t cut)
{
	struct draft *draft;

	FUZZ_CHECK(draft_open(stack->tree, &stack->op, node, O_TRUNC | O_WRONLY, &draft) == 0);
	int r = draft_write(stack->tree, &stack->op, draft, text, cut, 0);
	if (r == 0)
		r = draft_write(stack->tree, &stack->op, draft, text + cut, len - cut, cut);
	if (r == 0)
		r = draft_finish(stack->tree, &stack->op, draft);
	draft_free(stack->tree, draft);
	return r;
}

static bool has_tag(json_t *list, const char *key)
{
	json_t *tag;
	size_t i;

	json_array_foreach (list, i, tag) {
		const char *name = json_string_value(json_object_get(tag, "key"));
		if (name && strcmp(name, key) == 0)
			return true;
	}
	return false;
}

/* What was sent is what @saved says, and is not what AWS had. */
static void check_update(json_t *saved)
{
	const struct ecs_action *action = ecs_action_find("UpdateService");
	const char *name;
	json_t *value;

	FUZZ_CHECK(strcmp(json_string_value(json_object_get(updates, "cluster")), "c") == 0);
	FUZZ_CHECK(strcmp(json_string_value(json_object_get(updates, "service")), "s") == 0);
	FUZZ_CHECK(json_object_size(updates) > 2);
	json_object_foreach (updates, name, value) {
		json_t *mine = json_object_get(saved, name);
		if (strcmp(name, "cluster") == 0 || strcmp(name, "service") == 0)
			continue;
		FUZZ_CHECK_MSG(ecs_action_has_member(action, name, NULL), "%s", name);
		FUZZ_CHECK_MSG(mine, "%s is not in the text", name);
		FUZZ_CHECK_MSG(json_is_null(mine) ? json_array_size(value) == 0
						  : fuzz_same_value(mine, value, false),
			       "%s", name);
		json_t *theirs = json_object_get(service, name);
		FUZZ_CHECK_MSG(!theirs || !fuzz_same_value(theirs, value, true), "%s", name);
	}
}

static void check_tags(json_t *saved)
{
	json_t *mine = json_object_get(saved, "tags"), *theirs = json_object_get(service, "tags");
	json_t *tag, *key;
	size_t i;

	FUZZ_CHECK(mine);
	json_array_foreach (json_object_get(tags, "tags"), i, tag)
		FUZZ_CHECK(has_tag(mine, json_string_value(json_object_get(tag, "key"))));
	json_array_foreach (json_object_get(untags, "tagKeys"), i, key) {
		FUZZ_CHECK(!has_tag(mine, json_string_value(key)));
		FUZZ_CHECK(has_tag(theirs, json_string_value(key)));
	}
}

static void check_unedited(struct stack *stack, const struct node *node, unsigned char at)
{
	_cleanup_(content_done) struct content content = {0};

	if (tree_show(stack->tree, &stack->op, node, &content) < 0)
		return;
	tree_opened(stack->tree, node, 1, content.blob);
	json_auto_t *document = json_loadb(content.blob->bytes, content.blob->len, 0, NULL);
	/* What holds a NUL, or a number that is too long for an integer, is no text to save. */
	int r = save(stack, node, content.blob->bytes, content.blob->len,
		     at * content.blob->len / 256);
	FUZZ_CHECK_MSG(document ? r == 0 : r == -EINVAL, "%s", stack->op.error.message);
	FUZZ_CHECK(!updates && !tags && !untags);
}

static void check_edited(struct stack *stack, const struct node *node, const char *text, size_t len,
			 unsigned char at)
{
	size_t cut = at * len / 256;
	json_auto_t *saved = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	json_auto_t *first = json_loadb(text, cut, JSON_REJECT_DUPLICATES, NULL);

	stack->op.error = (struct error){0};
	int r = save(stack, node, text, len, cut);
	/* A first piece that is whole is committed, whatever comes behind it. */
	if (first && !saved)
		return;
	FUZZ_CHECK(r == 0 || stack->op.error.errnum == -r);
	FUZZ_CHECK(r < 0 || !len || saved || strspn(text, " \t\r\n\f\v") == len);
	if (r < 0)
		FUZZ_CHECK_MSG(!updates && !tags && !untags, "%s", stack->op.error.message);
	if (updates)
		check_update(saved);
	if (tags || untags)
		check_tags(saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const path[] = {"clusters", "c", "services", "s", "service.json", NULL};
	struct input input = {(const char *)data, size};
	unsigned char at = input_byte(&input);
	struct node nodes[6] = {0};
	struct stack stack;
	size_t len, text_len;
	_cleanup_free_ char *theirs = input_part(&input, &len);
	_cleanup_free_ char *text = input_part(&input, &text_len);

	service = json_loadb(theirs, len, JSON_ALLOW_NUL, NULL);
	if (!json_is_object(service)) {
		json_decref(service);
		return 0;
	}
	json_object_set_new(service, "serviceArn", json_string(ARN));
	stack_start(&stack, answer);
	if (stack_find(&stack, path, nodes) == 0) {
		check_unedited(&stack, &nodes[5], at);
		check_edited(&stack, &nodes[5], text, text_len, at);
	}
	nodes_done(nodes, ARRAY_SIZE(nodes));
	stack_stop(&stack);
	forget_calls();
	json_decref(service);
	return 0;
}

/*
 * api/ACTION: every action of the ECS API as a file that takes a request and gives its response.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

static int actions_each(struct tree *tree, struct op *op, const struct node *dir,
			const struct node_type *row, struct entries *entries)
{
	(void)tree;
	(void)op;
	(void)dir;
	for (size_t i = 0; i < ecs_action_count; i++)
		entries_add(entries, row, ecs_actions[i].name, ecs_actions[i].name);
	return 0;
}

static int actions_find(struct tree *tree, struct op *op, const struct node *dir,
			const struct node_type *row, const char *name, struct found *ret_found)
{
	(void)tree;
	(void)dir;
	(void)row;
	if (!ecs_action_find(name))
		return -ENOENT;
	ret_found->id = strdup(name);
	return ret_found->id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

static int skeleton_show(struct tree *tree, struct op *op, const struct node *node,
			 struct content *ret_content)
{
	json_auto_t *skeleton = ecs_action_skeleton(ecs_action_find(node->id));
	struct buf text = {0};

	(void)tree;
	if (!skeleton)
		return error_set(&op->error, ENOMEM, "out of memory");
	/* Not as documents are shown: a time in a request is a number. */
	char *json = json_dumps(skeleton, JSON_INDENT(2));
	if (!json)
		return error_set(&op->error, ENOMEM, "out of memory");
	buf_printf(&text, "%s\n", json);
	free(json);
	int r = content_of_buf(op, &text, NULL, ret_content);
	if (r == 0)
		ret_content->expires_ms = INT64_MAX;
	return r;
}

/* The request goes as it is: whoever writes here knows the API, and AWS judges it. */
static int action_exchange(struct tree *tree, struct op *op, const struct node *node,
			   json_t *request, struct blob **ret_response)
{
	struct node root = {.type = tree_root_type()};
	json_auto_t *response = NULL;
	struct buf text = {0};

	if (!json_is_object(request))
		return error_set(&op->error, EINVAL, "a request is a JSON object");
	int r = tree_call_as_is(tree, op, node->id, json_incref(request), &root, &response);
	if (r < 0)
		return r;
	render_document(&text, response);
	*ret_response = text.failed ? NULL : blob_new(text.data, text.len);
	buf_done(&text);
	return *ret_response ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

const struct node_type api_rows[] = {
	{
		.form = NODE_FILE,
		.mode = 0600,
		.flags = NODE_STREAM,
		.slot = SLOT_ACTION,
		.each = actions_each,
		.find = actions_find,
		.show = skeleton_show,
		.exchange = action_exchange,
	},
	END,
};

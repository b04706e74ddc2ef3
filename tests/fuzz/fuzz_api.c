/*
 * The api directory: what is written, in whatever pieces, is sent as it is once it is complete,
 * and what AWS answers is read as it is, in whatever pieces.
 *
 * Input: a byte for the action, a byte for the size of reads, the answer, then the pieces; ended
 * by NULs.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>

#include "answers.h"
#include "fuzz.h"

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/draft.h"

static char *body; /* of every answer */
static json_t *sent;
static unsigned calls;

static int answer(const char *action, const char *request, char **ret_body, struct error *err)
{
	(void)action;
	(void)err;
	json_decref(sent);
	sent = json_loads(request, 0, NULL);
	FUZZ_CHECK_MSG(json_is_object(sent), "%s", request);
	calls++;
	*ret_body = strdup(body);
	return 0;
}

/* The response in pieces of @size, against what was answered. */
static void check_response(struct draft *draft, size_t size)
{
	struct buf text = {0};
	const char *bytes;
	size_t got;

	while ((got = draft_read_response(draft, size, &bytes)) > 0)
		buf_append(&text, bytes, got);
	json_auto_t *answered = json_loads(body, JSON_ALLOW_NUL, NULL);
	json_auto_t *read = text.len ? json_loadb(text.data, text.len, JSON_ALLOW_NUL, NULL) : NULL;
	FUZZ_CHECK(json_is_object(answered));
	FUZZ_CHECK_MSG(text.len && fuzz_is_clean_text(text.data, text.len, "\n"), "%s", body);
	/* What jq writes as an integer of too many digits can be read, not parsed. */
	FUZZ_CHECK_MSG(!read || fuzz_same_value(answered, read, true), "%s", text.data);
	buf_done(&text);
}

/* What was sent for @written, which was complete. */
static void check_sent(const struct buf *written)
{
	const char *text = written->data;
	size_t len = written->len;

	/* More than JSON's own blanks may stand around a request. */
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	for (; len > 0 && isspace((unsigned char)*text); len--)
		text++;
	json_auto_t *request = json_loadb(text, len, 0, NULL);

	FUZZ_CHECK_MSG(json_is_object(request), "%s", written->data);
	if (!json_object_get(request, "clientToken"))
		json_object_del(sent, "clientToken");
	FUZZ_CHECK_MSG(json_equal(sent, request), "%s", written->data);
}

static void write_pieces(struct stack *stack, struct draft *draft, struct input *input,
			 size_t read_size)
{
	struct buf written = {0};
	const char *bytes;
	size_t len;

	while (input->size > 0) {
		_cleanup_free_ char *piece = input_part(input, &len);
		unsigned before = calls;
		stack->op.error = (struct error){0};
		buf_append(&written, piece, len);
		int r = draft_write(stack->tree, &stack->op, draft, piece, len, 0);
		FUZZ_CHECK(r <= 0 && (r == 0 || stack->op.error.errnum == -r));
		FUZZ_CHECK(calls - before <= 1);
		if (calls != before)
			check_sent(&written);
		if (calls != before && r == 0)
			check_response(draft, read_size);
		if (calls != before || r < 0)
			buf_clear(&written);
		if (r < 0)
			FUZZ_CHECK(draft_read_response(draft, 1, &bytes) == 0);
	}
	draft_finish(stack->tree, &stack->op, draft);
	buf_done(&written);
}

static void check_skeleton(struct stack *stack, const struct node *node)
{
	_cleanup_(content_done) struct content content = {0};

	FUZZ_CHECK(tree_show(stack->tree, &stack->op, node, &content) == 0);
	json_auto_t *skeleton = json_loadb(content.blob->bytes, content.blob->len, 0, NULL);
	FUZZ_CHECK(json_is_object(skeleton));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	unsigned char action = input_byte(&input), read_size = input_byte(&input);
	struct node nodes[3] = {0};
	struct stack stack;
	struct draft *draft;

	body = input_part(&input, NULL);
	const char *path[] = {"api", ecs_actions[action % ecs_action_count].name, NULL};
	stack_start(&stack, answer);
	FUZZ_CHECK(stack_find(&stack, path, nodes) == 0);
	check_skeleton(&stack, &nodes[2]);
	FUZZ_CHECK(draft_open(stack.tree, &stack.op, &nodes[2], O_RDWR, &draft) == 0);
	write_pieces(&stack, draft, &input, read_size ? read_size : 1);
	draft_free(stack.tree, draft);
	nodes_done(nodes, ARRAY_SIZE(nodes));
	stack_stop(&stack);
	json_decref(sent);
	sent = NULL;
	free(body);
	return 0;
}

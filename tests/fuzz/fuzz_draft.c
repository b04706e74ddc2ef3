/*
 * A file being written, at any offsets and cut at will: its text is what a plain file would hold,
 * and what is committed is all of that text and nothing else.
 *
 * Input: a byte for what is opened and how, what it shows before, ended by a NUL, and the steps: a
 * byte for which, two for an offset, and for a write the bytes, ended by a NUL.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>

#include "answers.h"
#include "fuzz.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/draft.h"

enum { SCRATCH = 1, TRUNCATED = 2, REFUSES = 4 };

/* What a plain file would hold. */
static char model[64 * 1024];
static size_t model_len;

static char *before;
static unsigned flags;
static json_t *committed; /* the last value that was taken */

static int show(struct tree *tree, struct op *op, const struct node *node,
		struct content *ret_content)
{
	(void)tree;
	(void)op;
	(void)node;
	*ret_content = (struct content){.blob = blob_new(before, strlen(before))};
	return 0;
}

static json_t *model_value(void)
{
	return json_loadb(model, model_len, JSON_REJECT_DUPLICATES, NULL);
}

static int commit(struct tree *tree, struct op *op, const struct node *node, json_t *value)
{
	json_auto_t *expected = model_value();

	(void)tree;
	(void)node;
	FUZZ_CHECK_MSG(expected && json_equal(expected, value), "%.*s", (int)model_len, model);
	if ((flags & REFUSES) && json_object_get(value, "a"))
		return error_set(&op->error, EBUSY, "refused");
	json_decref(committed);
	committed = json_incref(value);
	return 0;
}

static const struct node_type document_type = {
	.name = "x.json",
	.form = NODE_FILE,
	.mode = 0644,
	.show = show,
	.commit = commit,
};

static bool is_blank(const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	return len == 0;
}

static int write_step(struct stack *stack, struct draft *draft, struct input *input, size_t offset)
{
	size_t len, old_len = model_len;
	_cleanup_free_ char *bytes = input_part(input, &len);

	/* Blanks behind a whole document, or one that was refused, are nothing to it. */
	if (!len || offset + len > sizeof(model) ||
	    (!(flags & SCRATCH) && offset >= model_len && is_blank(bytes, len)))
		return 0;
	bool hole = offset > model_len && !(flags & SCRATCH);
	if (!hole) {
		if (offset > model_len)
			memset(model + model_len, 0, offset - model_len);
		memcpy(model + offset, bytes, len);
		model_len = offset + len > old_len ? offset + len : old_len;
	}
	int r = draft_write(stack->tree, &stack->op, draft, bytes, len, offset);
	FUZZ_CHECK(!hole || r < 0);
	return r;
}

static int truncate_step(struct stack *stack, struct draft *draft, size_t len)
{
	bool hole = len > model_len && !(flags & SCRATCH);

	if (len > model_len && !hole)
		memset(model + model_len, 0, len - model_len);
	if (!hole)
		model_len = len;
	int r = draft_truncate(stack->tree, &stack->op, draft, len);
	FUZZ_CHECK(!hole || r < 0);
	return r;
}

static void check_text(struct stack *stack, struct draft *draft)
{
	struct blob *blob;
	int r = draft_text(stack->tree, draft, &blob);

	FUZZ_CHECK(r == 0 || (r == -ENODATA && !(flags & SCRATCH)));
	if (r < 0)
		return;
	FUZZ_CHECK_MSG(blob->len == model_len && memcmp(blob->bytes, model, model_len) == 0,
		       "%s and %.*s", blob->bytes, (int)model_len, model);
	blob_unref(blob);
}

static int step(struct stack *stack, struct draft *draft, struct input *input)
{
	unsigned char which = input_byte(input);
	size_t offset = input_byte(input);

	offset = (offset << 8 | input_byte(input)) % 1024;
	stack->op.error = (struct error){0};
	switch (which % 4) {
	case 0:
		return draft_finish(stack->tree, &stack->op, draft);
	case 1:
		return truncate_step(stack, draft, offset);
	case 2: /* as most programs do: behind what is there */
		return write_step(stack, draft, input, model_len);
	default:
		return write_step(stack, draft, input, offset);
	}
}

static void run(struct stack *stack, struct draft *draft, struct input *input)
{
	bool told = false; /* of an error */
	json_auto_t *unchanged = model_value();

	while (input->size > 0) {
		told |= step(stack, draft, input) < 0;
		check_text(stack, draft);
	}
	told |= draft_finish(stack->tree, &stack->op, draft) < 0;
	/* Whoever was told of no error has all of the text committed, unless it is what it was. */
	json_auto_t *value = model_value();
	if (told || (flags & SCRATCH) || is_blank(model, model_len))
		return;
	FUZZ_CHECK_MSG(value || !unchanged == !value, "%.*s", (int)model_len, model);
	FUZZ_CHECK_MSG(!value || (committed && json_equal(committed, value)) ||
			       (unchanged && json_equal(unchanged, value)),
		       "%.*s", (int)model_len, model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct node root = {.type = tree_root_type()};
	struct node node = {&document_type, &root, (char *)(uintptr_t) "x.json", NULL};
	struct stack stack;
	struct draft *draft;
	struct found found;

	flags = input_byte(&input);
	before = input_part(&input, NULL);
	if (strlen(before) > sizeof(model)) {
		free(before);
		return 0;
	}
	model_len = 0;
	stack_start(&stack, NULL);
	if (flags & SCRATCH) {
		node.name = (char *)(uintptr_t) ".x.swp";
		FUZZ_CHECK(tree_create(stack.tree, &stack.op, &root, node.name, false, &found) ==
			   0);
		node.type = found.type;
	} else if (!(flags & TRUNCATED)) {
		model_len = strlen(before);
		memcpy(model, before, model_len);
	}
	FUZZ_CHECK(draft_open(stack.tree, &stack.op, &node, flags & TRUNCATED ? O_TRUNC : 0,
			      &draft) == 0);
	run(&stack, draft, &input);
	draft_free(stack.tree, draft);
	stack_stop(&stack);
	json_decref(committed);
	committed = NULL;
	free(before);
	return 0;
}

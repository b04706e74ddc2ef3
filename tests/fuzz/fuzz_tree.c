/*
 * An account that answers whatever it likes: every name in the tree is a file name, every file
 * that is listed is found again, no link leaves the mount.
 *
 * Input: lines of an action, a blank, and what it is answered with.
 */
#include <errno.h>

#include "answers.h"
#include "fuzz.h"

#include "ecsfs/base/cleanup.h"

/* The deepest path is /clusters/C/container-instances/I/attributes/N. */
#define MAX_DEPTH 10
#define MAX_VISITS 100
#define MAX_CALLS 100

static const char *input_text;
static unsigned calls, visits;

static int answer(const char *action, const char *request, char **ret_body, struct error *err)
{
	size_t len = strlen(action);

	(void)request;
	if (++calls > MAX_CALLS)
		return error_set(err, EACCES, "too many");
	for (const char *line = input_text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, action, len) == 0 && line[len] == ' ') {
			*ret_body = strndup(line + len + 1, strcspn(line + len + 1, "\n"));
			return 0;
		}
	}
	return error_set(err, ENOENT, "no line for %s", action);
}

/* A relative link from a directory at @depth ends inside the mount. */
static void check_target(const char *target, size_t depth)
{
	FUZZ_CHECK_MSG(target[0] && target[0] != '/', "%s", target);
	while (*target) {
		size_t len = strcspn(target, "/");
		if (len == 2 && strncmp(target, "..", 2) == 0) {
			FUZZ_CHECK_MSG(depth > 0, "%s", target);
			depth--;
		} else {
			FUZZ_CHECK_MSG(len > 0 && !(len == 1 && *target == '.'), "%s", target);
			depth++;
		}
		target += len + (target[len] == '/');
	}
}

static void check_content(const struct node *node, const struct content *content, size_t depth)
{
	const char *name = node->name;
	size_t len = strlen(name);

	FUZZ_CHECK(content->blob && content->blob->bytes[content->blob->len] == '\0');
	if (node->type->form == NODE_LINK)
		check_target(content->blob->bytes, depth);
	else if (len > 5 && strcmp(name + len - 5, ".json") == 0)
		FUZZ_CHECK_MSG(fuzz_is_clean_text(content->blob->bytes, content->blob->len, "\n"),
			       "%s", name);
}

static void visit(struct stack *stack, const struct node *dir, size_t depth);

static void visit_entry(struct stack *stack, const struct node *dir, struct entry_name *entry,
			size_t depth)
{
	_cleanup_(content_done) struct content content = {0};
	struct found found = {0};

	fuzz_check_file_name(entry->name);
	stack->op.error = (struct error){0};
	int r = tree_find(stack->tree, &stack->op, dir, entry->name, &found);
	if (r < 0) {
		/* Only a call that fails takes away what is listed. */
		FUZZ_CHECK_MSG(stack->op.error.errnum == -r, "%s is listed: %s", entry->name,
			       error_name(-r));
		return;
	}
	_cleanup_free_ char *id __attribute__((unused)) = found.id;
	FUZZ_CHECK_MSG(found.type == entry->type, "%s", entry->name);
	FUZZ_CHECK_MSG(!entry->id || strcmp(entry->id, found.id) == 0, "%s", entry->name);
	struct node node = {found.type, dir, entry->name, found.id};
	if (node.type->form == NODE_DIR) {
		visit(stack, &node, depth + 1);
	} else {
		r = tree_show(stack->tree, &stack->op, &node, &content);
		if (r == 0)
			check_content(&node, &content, depth);
		if (r == 0)
			tree_opened(stack->tree, &node, 1, content.blob);
	}
}

static void visit(struct stack *stack, const struct node *dir, size_t depth)
{
	struct entries entries = {0};

	FUZZ_CHECK(depth < MAX_DEPTH);
	stack->op.error = (struct error){0};
	int r = tree_list(stack->tree, &stack->op, dir, &entries);
	FUZZ_CHECK_MSG(r == 0 || stack->op.error.errnum == -r || r == -ENOENT, "%s",
		       error_name(-r));
	for (size_t i = 0; i < entries.count && visits < MAX_VISITS; i++) {
		visits++;
		for (size_t j = 0; j < i; j++)
			FUZZ_CHECK_MSG(strcmp(entries.items[i].name, entries.items[j].name) != 0,
				       "%s is listed twice", entries.items[i].name);
		visit_entry(stack, dir, &entries.items[i], depth);
	}
	entries_done(&entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const starts[] = {"clusters", "task-definitions"};
	struct input input = {(const char *)data, size};
	_cleanup_free_ char *text = input_part(&input, NULL);
	struct stack stack;

	input_text = text;
	calls = visits = 0;
	stack_start(&stack, answer);
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		struct node nodes[2];
		FUZZ_CHECK(stack_find(&stack, (const char *[]){starts[i], NULL}, nodes) == 0);
		visit(&stack, &nodes[1], 1);
		nodes_done(nodes, ARRAY_SIZE(nodes));
	}
	stack_stop(&stack);
	return 0;
}

/*
 * Query expressions: what one that is a directory asks AWS for is what it says, and nothing else,
 * and its links stay inside the mount.
 */
#include <errno.h>

#include "answers.h"
#include "fuzz.h"

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

/* The contract, "Queries". */
static const struct {
	const char *path[5], *action, *items, *item, *keys, *target;
} collections[] = {
	{{"clusters", "c", "query", "tasks"},
	 "ListTasks",
	 "taskArns",
	 "\"arn:aws:ecs:r:1:task/c/t\"",
	 " family serviceName containerInstance startedBy desiredStatus launchType ",
	 "tasks/t"},
	{{"clusters", "c", "query", "services"},
	 "ListServices",
	 "serviceArns",
	 "\"arn:aws:ecs:r:1:service/c/s\"",
	 " launchType schedulingStrategy ",
	 "services/s"},
	{{"clusters", "c", "query", "container-instances"},
	 "ListContainerInstances",
	 "containerInstanceArns",
	 "\"arn:aws:ecs:r:1:container-instance/c/i\"",
	 " status filter ",
	 "container-instances/i"},
	{{"clusters", "c", "query", "attributes"},
	 "ListAttributes",
	 "attributes",
	 "{\"name\": \"n\", \"targetId\": \"i\"}",
	 " targetType attributeName attributeValue ",
	 "container-instances/i/attributes/n"},
	{{"query", "task-definitions"},
	 "ListTaskDefinitions",
	 "taskDefinitionArns",
	 "\"arn:aws:ecs:r:1:task-definition/f:3\"",
	 " familyPrefix status sort ",
	 "task-definitions/f/"},
	{{"query", "families"},
	 "ListTaskDefinitionFamilies",
	 "families",
	 "\"f\"",
	 " familyPrefix status ",
	 "task-definitions/f"},
};

static size_t which;
static json_t *request; /* the last List that an expression made */

static int answer(const char *action, const char *body, char **ret_body, struct error *err)
{
	struct buf text = {0};

	(void)err;
	if (strcmp(action, "ListClusters") == 0) {
		buf_puts(&text, "{\"clusterArns\": [\"arn:aws:ecs:r:1:cluster/c\"]}");
	} else {
		FUZZ_CHECK_MSG(strcmp(action, collections[which].action) == 0, "%s", action);
		json_decref(request);
		request = json_loads(body, 0, NULL);
		buf_printf(&text, "{\"%s\": [%s]}", collections[which].items,
			   collections[which].item);
	}
	return buf_steal(&text, ret_body, NULL);
}

static bool is_key(const char *name)
{
	char word[128];

	return (size_t)snprintf(word, sizeof(word), " %s ", name) < sizeof(word) &&
	       strstr(collections[which].keys, word);
}

/* The request's filters as an expression: in a value `,`, `/` and `%` are percent-encoded. */
static void expression_of(json_t *filters, struct buf *out)
{
	const char *key;
	json_t *value;

	json_object_foreach (filters, key, value) {
		if (strcmp(key, "cluster") == 0 || strcmp(key, "maxResults") == 0)
			continue;
		FUZZ_CHECK_MSG(is_key(key) && json_is_string(value), "%s", key);
		buf_printf(out, "%s%s=", out->len ? "," : "", key);
		for (const char *p = json_string_value(value); *p; p++) {
			if (strchr(",/%", *p))
				buf_printf(out, "%%%02x", (unsigned)*p);
			else
				buf_putc(out, *p);
		}
	}
}

/* ../../../tasks/t from clusters/c/query/tasks/EXPR: never above the mount. */
static void check_target(const char *target, size_t depth)
{
	const char *rest = target;

	for (; strncmp(rest, "../", 3) == 0; rest += 3)
		FUZZ_CHECK_MSG(depth-- > 0, "%s", target);
	FUZZ_CHECK_MSG(!strstr(rest, "..") && rest[0] != '/', "%s", target);
	const char *expected = collections[which].target;
	rest += strncmp(rest, "stopped-", 8) == 0 ? 8 : 0;
	FUZZ_CHECK_MSG(strncmp(rest, expected, strlen(expected)) == 0, "%s", target);
}

/* List @expression, and leave its request in `request`. Return: 0 or the errno. */
static int list(struct stack *stack, const struct node *collection, const char *expression,
		size_t depth)
{
	struct found found;
	struct entries entries = {0};
	int r = tree_find(stack->tree, &stack->op, collection, expression, &found);

	if (r < 0)
		return r;
	struct node dir = {found.type, collection, (char *)(uintptr_t)expression, found.id};
	FUZZ_CHECK(tree_list(stack->tree, &stack->op, &dir, &entries) == 0 && request);
	/* None when the one revision is of another family. */
	FUZZ_CHECK(entries.count <= 1);
	for (size_t i = 0; i < entries.count; i++) {
		_cleanup_(content_done) struct content content = {0};
		fuzz_check_file_name(entries.items[i].name);
		FUZZ_CHECK(tree_find(stack->tree, &stack->op, &dir, entries.items[i].name,
				     &found) == 0);
		struct node link = {found.type, &dir, entries.items[i].name, found.id};
		FUZZ_CHECK(tree_show(stack->tree, &stack->op, &link, &content) == 0);
		check_target(content.blob->bytes, depth);
		free(found.id);
	}
	entries_done(&entries);
	free(dir.id);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct node nodes[6] = {0};
	struct stack stack;
	struct buf expression = {0};
	size_t depth = 0;

	which = input_byte(&input) % ARRAY_SIZE(collections);
	_cleanup_free_ char *text = input_part(&input, NULL);
	if (!text[0] || strchr(text, '/'))
		return 0;
	while (collections[which].path[depth])
		depth++;
	stack_start(&stack, answer);
	FUZZ_CHECK(stack_find(&stack, collections[which].path, nodes) == 0);
	int r = list(&stack, &nodes[depth], text, depth + 1);
	FUZZ_CHECK(r == 0 || r == -ENOENT);
	if (r == 0) {
		json_auto_t *asked = json_incref(request);
		expression_of(asked, &expression);
		store_forget(stack.store);
		FUZZ_CHECK_MSG(list(&stack, &nodes[depth], expression.data, depth + 1) == 0, "%s",
			       expression.data);
		FUZZ_CHECK_MSG(json_equal(asked, request), "%s", expression.data);
	}
	buf_done(&expression);
	nodes_done(nodes, ARRAY_SIZE(nodes));
	stack_stop(&stack);
	json_decref(request);
	request = NULL;
	return 0;
}

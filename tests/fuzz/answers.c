#include "answers.h"

#include <errno.h>

#include "fuzz.h"

static answer_fn *answer_with;

int aws_client_call(struct aws_client *client, const struct aws_request *request,
		    struct aws_response *ret_response, struct error *err)
{
	const char *dot = strchr(request->target, '.');

	(void)client;
	FUZZ_CHECK(dot && strlen(request->body) == request->body_len);
	*ret_response = (struct aws_response){.attempts = 1};
	int r = answer_with(dot + 1, request->body, &ret_response->body, err);
	if (r == 0)
		ret_response->body_len = strlen(ret_response->body);
	return r;
}

void aws_response_done(struct aws_response *response)
{
	free(response->body);
}

void aws_client_info(struct aws_client *client, struct aws_client_info *ret_info)
{
	(void)client;
	*ret_info = (struct aws_client_info){0};
}

void stack_start(struct stack *stack, answer_fn *answer)
{
	*stack = (struct stack){0};
	answer_with = answer;
	fake_clock_init(&stack->clock, 1000000, 1790000000000);
	struct ecs_options ecs_options = {.clock = &stack->clock.clock};
	FUZZ_CHECK(ecs_new(&ecs_options, &stack->ecs, NULL) == 0);
	struct store_options store_options = {
		.ecs = stack->ecs,
		.clock = &stack->clock.clock,
		.ttl_ms = {[TTL_SHORT] = 5000, [TTL_MEDIUM] = 15000, [TTL_LONG] = 30000},
	};
	FUZZ_CHECK(store_new(&store_options, &stack->store) == 0);
	struct tree_options tree_options = {.store = stack->store, .clock = &stack->clock.clock};
	FUZZ_CHECK(tree_new(&tree_options, &stack->tree) == 0);
	op_init(&stack->op);
}

void stack_stop(struct stack *stack)
{
	op_done(&stack->op);
	tree_free(stack->tree);
	store_free(stack->store);
	ecs_free(stack->ecs);
}

int stack_find(struct stack *stack, const char *const *names, struct node *nodes)
{
	int r = 0;

	nodes[0] = (struct node){.type = tree_root_type()};
	for (size_t i = 0; r == 0 && names[i]; i++) {
		struct found found;
		r = tree_find(stack->tree, &stack->op, &nodes[i], names[i], &found);
		if (r == 0)
			nodes[i + 1] = (struct node){.type = found.type,
						     .parent = &nodes[i],
						     .name = (char *)(uintptr_t)names[i],
						     .id = found.id};
	}
	return r;
}

void nodes_done(struct node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(nodes[i].id);
}

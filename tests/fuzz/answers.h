/*
 * An AWS inside the process: what aws/client.h promises, answered by the target that is linked.
 *
 * It takes the place of aws/, so that the layers above run without sockets, signing or time.
 */
#ifndef ECSFS_TESTS_FUZZ_ANSWERS_H
#define ECSFS_TESTS_FUZZ_ANSWERS_H

#include "ecsfs/base/clock.h"
#include "ecsfs/base/error.h"
#include "ecsfs/store/store.h"
#include "ecsfs/tree/tree.h"

/**
 * What a call is answered with; called from one thread at a time.
 *
 * @request: the body, NUL-terminated
 * @ret_body: new
 * Return: 0, or a negative errno with @err filled.
 */
typedef int answer_fn(const char *action, const char *request, char **ret_body, struct error *err);

/* The layers up to tree/ over such an AWS, with a clock that stands still. */
struct stack {
	struct fake_clock clock;
	struct ecs *ecs;
	struct store *store;
	struct tree *tree;
	struct op op;
};

void stack_start(struct stack *stack, answer_fn *answer);
void stack_stop(struct stack *stack);

/**
 * Walk from the root down to what the NULL-ended @names lead to.
 *
 * @nodes: one more than there are names; nodes_done() frees what they own
 * Return: 0 or as tree_find().
 */
int stack_find(struct stack *stack, const char *const *names, struct node *nodes);
void nodes_done(struct node *nodes, size_t count);

#endif

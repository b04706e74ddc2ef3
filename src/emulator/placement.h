/*
 * Where a task runs: which container instances can take it, and which of them does.
 *
 * Owns the resources of instances: a task holds them from its placement until it is STOPPED.
 */
#ifndef EMULATOR_PLACEMENT_H
#define EMULATOR_PLACEMENT_H

#include "model.h"

struct placement {
	struct cluster *cluster;
	const struct body *body;
	int cpu, memory; /* with overrides applied */
	bool demanding;  /* requires an attribute that is not every agent's */
	const char *group;
	const json_t *constraints, *strategy; /* NULL: none */
};

/* Fill in what a task of the body takes of an instance, under @overrides (may be NULL). */
void placement_needs(struct placement *placement, const json_t *overrides);

/**
 * Why @instance cannot take the task.
 *
 * Return: static, a reason as RunTask's failures name it; NULL when it can.
 */
const char *placement_obstacle(const struct placement *placement, const struct instance *instance);

/**
 * Choose an instance by the strategy.
 *
 * @ret_reason, @ret_closest: when none can take it, what keeps one off, and that one; @ret_closest
 *     is NULL when the cluster has none at all
 * Return: borrowed; NULL when none can take it.
 */
struct instance *placement_choose(struct model *model, const struct placement *placement,
				  const char **ret_reason, struct instance **ret_closest);

void instance_take(struct instance *instance, struct task *task);
void instance_release(struct instance *instance, struct task *task);

/* The value of an attribute, also of those that every instance has; NULL: it has none. */
const char *instance_attribute(const struct instance *instance, const char *name);

/* Whether it has the attribute, with or without a value. */
bool instance_has_attribute(const struct instance *instance, const char *name);

/* The capabilities that any current agent registers; ends with NULL. */
extern const char *const agent_capabilities[];

#endif

/*
 * What CreateService and UpdateService have in common: the rules, and what follows from members.
 */
#ifndef EMULATOR_SERVICE_RULES_H
#define EMULATOR_SERVICE_RULES_H

#include "call.h"

/**
 * Check the parameters that both actions take against what the service would run.
 *
 * @members: the service's members as they would become
 * Return: 0, or -1 and the call failed.
 */
int service_check(struct call *call, const json_t *members, const struct revision *revision);

/* Take what the scheduler needs out of the service's members. */
void service_apply(struct service *service);

/* The members of a new deployment of the service. New. */
json_t *service_deployment_members(const struct service *service);

/* Copy the parameters of @names that were given into @members. True when one of them changed it. */
bool service_take(struct call *call, json_t *members, const char *const *names, size_t num);

#endif

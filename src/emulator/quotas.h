/*
 * AWS's documented throttling: a token bucket for each group of actions, per account and Region.
 */
#ifndef EMULATOR_QUOTAS_H
#define EMULATOR_QUOTAS_H

#include <stdbool.h>

#include "dispatch.h"

#include "ecsfs/base/clock.h"

struct quotas;

/* All buckets full. @clock: copied. */
struct quotas *quotas_new(const struct clock *clock);
void quotas_free(struct quotas *quotas);

/* Take one token; false: there is none, the request is throttled. */
bool quotas_take(struct quotas *quotas, enum bucket bucket);

#endif

#include "quotas.h"

#include <stdlib.h>

#include "alloc.h"

/* Amazon ECS Developer Guide, "Request throttling for the Amazon ECS API". */
static const struct {
	double burst, per_second;
} rates[BUCKETS] = {
	[CLUSTER_READ] = {50, 20},    [CLUSTER_MODIFY] = {20, 1},    [SERVICE_READ] = {100, 20},
	[SERVICE_MODIFY] = {50, 5},   [RESOURCE_READ] = {100, 20},   [RESOURCE_MODIFY] = {100, 40},
	[DEFINITION_READ] = {50, 20}, [DEFINITION_MODIFY] = {20, 1}, [DEFINITION_DELETE] = {5, 1},
	[TAG_READ] = {50, 20},        [TAG_MODIFY] = {20, 10},       [PROVIDER_READ] = {50, 20},
	[PROVIDER_MODIFY] = {10, 1},  [SETTING_READ] = {50, 20},     [SETTING_MODIFY] = {10, 1},
	[AGENT] = {1e9, 1e9},
};

struct quotas {
	struct clock clock;
	struct {
		double tokens;
		int64_t at_ms;
	} buckets[BUCKETS];
};

struct quotas *quotas_new(const struct clock *clock)
{
	struct quotas *quotas = must_alloc(sizeof(*quotas));

	quotas->clock = *clock;
	for (int i = 0; i < BUCKETS; i++) {
		quotas->buckets[i].tokens = rates[i].burst;
		quotas->buckets[i].at_ms = clock_monotonic_ms(clock);
	}
	return quotas;
}

void quotas_free(struct quotas *quotas)
{
	free(quotas);
}

bool quotas_take(struct quotas *quotas, enum bucket bucket)
{
	int64_t now_ms = clock_monotonic_ms(&quotas->clock);
	double passed = (double)(now_ms - quotas->buckets[bucket].at_ms) / 1000;
	double tokens = quotas->buckets[bucket].tokens + passed * rates[bucket].per_second;

	if (tokens > rates[bucket].burst)
		tokens = rates[bucket].burst;
	bool taken = tokens >= 1;
	quotas->buckets[bucket].tokens = taken ? tokens - 1 : tokens;
	quotas->buckets[bucket].at_ms = now_ms;
	return taken;
}

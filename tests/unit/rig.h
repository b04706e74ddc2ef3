/*
 * The layers up to store/ over the double of AWS, with a clock that stands still: what the tests
 * of ecs/, store/ and tree/ start from.
 */
#ifndef ECSFS_TESTS_RIG_H
#define ECSFS_TESTS_RIG_H

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "double.h"
#include "unit.h"

#include "ecsfs/base/clock.h"
#include "ecsfs/base/op.h"
#include "ecsfs/ecs/ecs.h"

#define START_MS 1000000
#define WALL_MS 1790000000000LL

struct rig {
	struct aws_double *aws;
	struct fake_clock clock;
	struct metrics *metrics;
	struct ring *audit;
	struct aws_client *client;
	struct ecs *ecs;
};

/* Throttling is another test's business: no quotas, so that the standing clock holds up nobody. */
static inline void rig_start(struct rig *rig)
{
	struct error err = {0};

	*rig = (struct rig){
		.aws = double_start(), .metrics = metrics_new(), .audit = ring_new(100)};
	fake_clock_init(&rig->clock, START_MS, WALL_MS);
	int r = aws_client_new(
		&(struct aws_client_options){
			.service = "ecs",
			.region = "us-east-1",
			.endpoint_url = double_url(rig->aws),
			.timeout_ms = 20000,
			.max_connections = 32,
			.clock = &rig->clock.clock,
		},
		&rig->client, &err);
	ck_assert_msg(r == 0, "aws_client_new: %s", err.message);
	r = ecs_new(
		&(struct ecs_options){
			.client = rig->client,
			.metrics = rig->metrics,
			.audit = rig->audit,
			.clock = &rig->clock.clock,
		},
		&rig->ecs, &err);
	ck_assert_msg(r == 0, "ecs_new: %s", err.message);
}

static inline void rig_stop(struct rig *rig)
{
	ecs_free(rig->ecs);
	aws_client_free(rig->client);
	double_stop(rig->aws);
	ring_free(rig->audit);
	metrics_free(rig->metrics);
}

/* What a call returned, as a name that a failed check can show. */
static inline const char *result_name(int r)
{
	return r < 0 ? error_name(-r) : "ok";
}

#define ck_assert_errno(r, name) ck_assert_str_eq(result_name(r), (name))

#endif

#include "ecsfs/base/clock.h"

#include <time.h>

static int64_t read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t real_monotonic(void *arg)
{
	(void)arg;
	return read_us(CLOCK_MONOTONIC);
}

static int64_t real_wall(void *arg)
{
	(void)arg;
	return read_us(CLOCK_REALTIME) / 1000;
}

const struct clock clock_real = {.monotonic_us = real_monotonic, .wall_ms = real_wall};

static int64_t fake_monotonic(void *arg)
{
	return ((struct fake_clock *)arg)->monotonic_ms * 1000;
}

static int64_t fake_wall(void *arg)
{
	return ((struct fake_clock *)arg)->wall_ms;
}

void fake_clock_init(struct fake_clock *fake, int64_t monotonic_ms, int64_t wall_ms)
{
	fake->clock = (struct clock){fake_monotonic, fake_wall, fake};
	fake->monotonic_ms = monotonic_ms;
	fake->wall_ms = wall_ms;
}

void fake_clock_advance(struct fake_clock *fake, int64_t ms)
{
	fake->monotonic_ms += ms;
	fake->wall_ms += ms;
}

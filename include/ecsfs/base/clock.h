/*
 * Time, injected: whoever measures time takes a clock, so that tests need not sleep.
 */
#ifndef ECSFS_BASE_CLOCK_H
#define ECSFS_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*monotonic_us)(void *arg); /* never goes back; origin unspecified */
	int64_t (*wall_ms)(void *arg);      /* Unix time */
	void *arg;
};

/* The real clocks; static. */
extern const struct clock clock_real;

/* A clock that stands still until it is moved. Any thread may move it. */
struct fake_clock {
	struct clock clock;
	_Atomic int64_t monotonic_ms, wall_ms;
};

void fake_clock_init(struct fake_clock *fake, int64_t monotonic_ms, int64_t wall_ms);

/* Move both of its times forward. */
void fake_clock_advance(struct fake_clock *fake, int64_t ms);

static inline int64_t clock_monotonic_us(const struct clock *clock)
{
	return clock->monotonic_us(clock->arg);
}

static inline int64_t clock_monotonic_ms(const struct clock *clock)
{
	return clock_monotonic_us(clock) / 1000;
}

static inline int64_t clock_wall_ms(const struct clock *clock)
{
	return clock->wall_ms(clock->arg);
}

#endif

/*
 * The running emulator: the account behind its lock, and what the operator asked for.
 */
#ifndef EMULATOR_EMULATOR_H
#define EMULATOR_EMULATOR_H

#include <pthread.h>
#include <stdbool.h>

#include "model.h"
#include "scale.h"

struct options {
	const char *host;
	int port; /* 0: any free one */
	bool demo_data;
	struct scale scale;
	int latency_ms;
	double time_scale;
	bool enforce_quotas;
	char *access_key, *secret_key; /* NULL: signatures are not looked at */
	char **faults;
	size_t num_faults;
};

struct emulator {
	struct options options;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t stopping;
	bool stop;
	struct model *model;
	json_t *counts; /* requests by action */
	uint64_t last_request;
	struct faults *faults;
	struct quotas *quotas;
};

/* Both take effect before the server starts and after it ended. */
int emulator_init(struct emulator *emulator, const struct options *options);
void emulator_done(struct emulator *emulator);

/* Wait, but not longer than until the emulator stops. False: it does. */
bool emulator_sleep(struct emulator *emulator, int64_t ms);

/* End all waits. */
void emulator_stop(struct emulator *emulator);

#endif

#include "emulator.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "demo_data.h"
#include "faults.h"
#include "quotas.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/log.h"

int emulator_init(struct emulator *emulator, const struct options *options)
{
	pthread_condattr_t monotonic;
	int r = 0;

	*emulator = (struct emulator){.options = *options};
	pthread_mutex_init(&emulator->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&emulator->stopping, &monotonic);
	pthread_condattr_destroy(&monotonic);
	emulator->counts = json_object();
	emulator->model = model_new(&clock_real, 0);
	emulator->model->time_scale = options->time_scale;
	emulator->faults = faults_new();
	emulator->quotas = quotas_new(&clock_real);
	for (size_t i = 0; i < options->num_faults; i++) {
		if (faults_add(emulator->faults, options->faults[i]) < 0) {
			log_error("--fault: not a fault: %s", options->faults[i]);
			r = -EINVAL;
		}
	}
	if (r == 0 && options->demo_data)
		r = demo_data_build(emulator->model);
	scale_build(emulator->model, &options->scale);
	if (r < 0)
		emulator_done(emulator);
	return r;
}

void emulator_done(struct emulator *emulator)
{
	model_free(emulator->model);
	faults_free(emulator->faults);
	quotas_free(emulator->quotas);
	json_decref(emulator->counts);
	pthread_cond_destroy(&emulator->stopping);
	pthread_mutex_destroy(&emulator->lock);
}

bool emulator_sleep(struct emulator *emulator, int64_t ms)
{
	struct timespec until;

	if (ms <= 0)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	LOCKED(&emulator->lock);
	while (!emulator->stop) {
		if (pthread_cond_timedwait(&emulator->stopping, &emulator->lock, &until) ==
		    ETIMEDOUT)
			return true;
	}
	return false;
}

void emulator_stop(struct emulator *emulator)
{
	LOCKED(&emulator->lock);
	emulator->stop = true;
	pthread_cond_broadcast(&emulator->stopping);
}

/*
 * --demo: an ecs-emulator with a sample account, for as long as this process lives.
 */
#ifndef ECSFS_DEMO_H
#define ECSFS_DEMO_H

#include <sys/types.h>

#include "ecsfs/base/error.h"

/**
 * Start the ecs-emulator that is installed beside this program, and point the environment's
 * credentials at it.
 *
 * @ret_pid: end it with demo_stop()
 * @ret_url: new
 */
int demo_start(pid_t *ret_pid, char **ret_url, struct error *err);

/* Accepts 0. */
void demo_stop(pid_t pid);

#endif

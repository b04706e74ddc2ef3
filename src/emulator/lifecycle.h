/*
 * How one task lives: the states that it passes through, and what ends it.
 *
 * Two rules make failures reproducible: an image whose tag is "missing" cannot be pulled, and a
 * container whose command is ["true"], ["false"], ["exit", "N"] or ["sleep", "N"] does just that.
 */
#ifndef EMULATOR_LIFECYCLE_H
#define EMULATOR_LIFECYCLE_H

#include "model.h"

#define STOPPED_TASK_LIFE_MS (3600 * 1000)

/* Let a task that was just added live. */
void task_launch(struct model *model, struct task *task);

/* Let an added task be RUNNING since @since_ms, as nothing ever happens to it. */
void task_settle(struct task *task, int64_t since_ms);

/* Begin to stop. @code: static. Does nothing to a task that is stopping already. */
void task_stop(struct model *model, struct task *task, const char *code, const char *reason);

/* What the agent says: the task reached @status. */
void task_reach(struct model *model, struct task *task, enum task_status status);

/* The states of its containers, one for each of its body's; borrowed. */
struct container_state *task_containers(struct task *task);

/* What its containers are when nothing was said of them. */
enum task_status task_container_status(const struct task *task);

#endif

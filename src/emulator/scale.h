/*
 * A large account, made without living through it.
 */
#ifndef EMULATOR_SCALE_H
#define EMULATOR_SCALE_H

#include "model.h"

/* Services, tasks and instances are for each cluster, revisions for each family. */
struct scale {
	int clusters, services, tasks, families, revisions, instances;
};

/* Parse "clusters=N,tasks=N,...". 0, or -EINVAL. */
int scale_parse(const char *text, struct scale *ret_scale);

/* Does nothing for a scale that is all zero. */
void scale_build(struct model *model, const struct scale *scale);

#endif

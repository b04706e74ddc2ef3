/*
 * The documents of a task definition, and the rules for a new one.
 */
#ifndef EMULATOR_TASK_DEFINITIONS_H
#define EMULATOR_TASK_DEFINITIONS_H

#include "call.h"

void revision_arn(struct call *call, const char *key, const struct revision *revision);
void show_task_definition(struct call *call, const char *key, const struct revision *revision);

/* A list of tags, empty for NULL. */
void show_tags(struct call *call, const char *key, const json_t *tags);

/**
 * Check the members of RegisterTaskDefinition as AWS does.
 *
 * @members: as AWS keeps them, with defaults filled in
 * Return: 0, or -1 and the call failed.
 */
int task_definition_check(struct call *call, const json_t *members);

#endif

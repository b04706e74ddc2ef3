/*
 * The cluster query language: which container instances an expression means.
 *
 * Grammar: Amazon ECS Developer Guide, "Create expressions to define container instances".
 */
#ifndef EMULATOR_CQL_H
#define EMULATOR_CQL_H

#include "model.h"

/**
 * Evaluate @expression for @instance.
 *
 * @instance: NULL only checks the grammar
 * Return: 1 when it matches, 0 when not, -EINVAL when @expression is not in the language.
 */
int cql_match(const char *expression, const struct instance *instance);

#endif

/*
 * Faults on demand: which requests go wrong, and how.
 *
 * A fault is written ACTION:KIND[:COUNT]. ACTION is an action's name or *; COUNT is how many
 * requests it befalls, all of them when it is left out. The first fault in the list that fits a
 * request befalls it.
 */
#ifndef EMULATOR_FAULTS_H
#define EMULATOR_FAULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "call.h"

enum fault {
	FAULT_NONE,
	/* Of the connection. */
	FAULT_REFUSE,
	FAULT_HANG,
	FAULT_RESET,
	FAULT_SLOW,
	FAULT_DROP_REPLY,
	/* Errors in place of the answer. */
	FAULT_HTTP500,
	FAULT_HTTP503,
	FAULT_THROTTLE,
	FAULT_EXPIRED,
	FAULT_SIGNATURE,
	FAULT_SKEW,
	FAULT_DENIED,
	/* Answers that are not what they should be. */
	FAULT_EMPTY,
	FAULT_CUT,
	FAULT_SHAPE,
	FAULT_HUGE,
	FAULT_DUPLICATES,
	FAULT_MISSING,
	FAULT_ENDLESS_TOKEN,
	FAULTS,
};

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *faults);

/* Add one more. 0, or -EINVAL when @spec is not in the form above. */
int faults_add(struct faults *faults, const char *spec);

/* Replace all of them by a list of strings; none changes when one of them is not a fault. */
int faults_replace(struct faults *faults, const json_t *specs);

/* What is left of them, as a list of strings. New. */
json_t *faults_list(const struct faults *faults);

/* The fault that befalls a request for @action now. */
enum fault faults_take(struct faults *faults, const char *action);

/* The lines of --help that name the kinds; static. */
extern const char faults_help[];

/* Make the call's answer the error of @fault. False when the fault is not an error in its place. */
bool fault_fails(enum fault fault, struct call *call);

/* Whether @fault changes a good answer's body. */
bool fault_changes(enum fault fault);

/**
 * @action's answer @body as @fault leaves it.
 *
 * @body: len bytes of JSON, borrowed
 * @ret_len: of what is returned
 * Return: new.
 */
char *fault_change(enum fault fault, const char *action, const char *body, size_t len,
		   size_t *ret_len);

#endif

/*
 * The shapes of requests, and whether a request has its action's shape.
 *
 * A shape is a row of text: `name:type` for each member, `*` before one that is required. A type is
 * string, int, long, double, bool, time, document, a shape's name, [TYPE], {TYPE} (a map of
 * strings to TYPE) or the values of an enumeration with | between them.
 */
#ifndef EMULATOR_SHAPE_H
#define EMULATOR_SHAPE_H

#include <jansson.h>
#include <stddef.h>

struct shape {
	const char *name;
	const char *members;
};

/* Both tables end with a row whose name is NULL. */
extern const struct shape request_shapes[]; /* by action */
extern const struct shape shapes[];

enum shape_problem {
	SHAPE_FITS,
	SHAPE_WRONG_TYPE, /* AWS: SerializationException */
	SHAPE_WRONG_VALUE /* a required member is not there, or an enumeration has no such value */
};

/**
 * Compare @value with the shape of @action's request.
 *
 * @ret_message: filled unless it fits, one sentence in AWS's words
 */
enum shape_problem shape_check(const char *action, const json_t *value, char *ret_message,
			       size_t size);

#endif

/*
 * Writes JSON straight into bytes.
 *
 * A page of a hundred tasks is some six thousand values; building them as a DOM first would cost
 * more than everything else that the emulator does for the request. A key is NULL inside an array.
 * Values that are not there (NULL, time 0) are left out, as AWS leaves them out.
 */
#ifndef EMULATOR_OUT_H
#define EMULATOR_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ecsfs/base/buf.h"

struct out {
	struct buf buf;
	bool comma; /* the next value is not the first of its container */
};

/* @bracket: '{' or '['; out_close() takes the matching '}' or ']'. */
void out_open(struct out *out, const char *key, char bracket);
void out_close(struct out *out, char bracket);

void out_string(struct out *out, const char *key, const char *value);
void out_format(struct out *out, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void out_int(struct out *out, const char *key, int64_t value);
void out_real(struct out *out, const char *key, double value);
void out_bool(struct out *out, const char *key, bool value);
void out_json(struct out *out, const char *key, const json_t *value);

/* Unix milliseconds, as the API's seconds with a fraction. */
void out_time(struct out *out, const char *key, int64_t unix_ms);

/* Forget what was written, keep the memory. */
void out_reset(struct out *out);
void out_done(struct out *out);

#endif

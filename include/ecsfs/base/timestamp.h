/*
 * Unix milliseconds to and from ISO 8601 UTC. Pure; any thread.
 */
#ifndef ECSFS_BASE_TIMESTAMP_H
#define ECSFS_BASE_TIMESTAMP_H

#include <stdint.h>

#define TIMESTAMP_SIZE 40

/* "2026-11-23T21:42:07.123Z" into @out; years outside 0 to 9999 are clamped. */
void timestamp_format_ms(int64_t unix_ms, char out[static TIMESTAMP_SIZE]);

/* "20261123T214207Z", as SigV4 dates are written. */
void timestamp_format_basic(int64_t unix_ms, char out[static TIMESTAMP_SIZE]);

/**
 * Parse "2026-11-23T21:42:07[.fraction](Z|+hh:mm|-hh:mm|UTC)" (also with a space for the T).
 *
 * Return: 0, or -EINVAL for anything else.
 */
int timestamp_parse(const char *text, int64_t *ret_unix_ms);

#endif

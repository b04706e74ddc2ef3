/*
 * Memory for a test instrument: running out of it ends the emulator with a clear line, so that no
 * caller has to describe a half-built account.
 */
#ifndef EMULATOR_ALLOC_H
#define EMULATOR_ALLOC_H

#include <stddef.h>

/* Zeroed memory; never NULL. */
void *must_alloc(size_t size);
void *must_grow(void *memory, size_t size);
char *must_copy(const char *string);
char *must_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

/*
 * The last N lines of a log, oldest first. Any thread.
 */
#ifndef ECSFS_BASE_RING_H
#define ECSFS_BASE_RING_H

#include <stddef.h>

#include "ecsfs/base/buf.h"

struct ring;

/* new; NULL when there is no memory */
struct ring *ring_new(size_t lines);
void ring_free(struct ring *ring);

/* Append a copy of @line, which has no newline; drops the oldest line when full, or @line itself
 * when there is no memory. */
void ring_add(struct ring *ring, const char *line);

void ring_clear(struct ring *ring);

/* Append all lines, each with a newline, to @out. */
void ring_text(struct ring *ring, struct buf *out);

/**
 * Append @text to @out as one line's part that is safe on a terminal: control characters,
 * newlines and backslashes become \xHH; valid UTF-8 stays.
 */
void ring_escape(struct buf *out, const char *text);

/* The same for a part that a blank ends: blanks are escaped too, "-" stands for no text. */
void ring_escape_word(struct buf *out, const char *text);

#endif

/*
 * A growing run of bytes, always followed by a NUL that is not counted.
 *
 * Running out of memory sticks: later appends do nothing and buf_steal() says -ENOMEM, so that a
 * writer checks once, at the end. A zeroed struct is an empty buffer.
 */
#ifndef ECSFS_BASE_BUF_H
#define ECSFS_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL while nothing was written */
	size_t len;
	size_t size;
	bool failed;
};

void buf_append(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *string);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for @len more bytes, to be filled in place and then counted by buf->len; NULL: no memory. */
char *buf_reserve(struct buf *buf, size_t len);

/* Forget the content, keep the memory. */
void buf_clear(struct buf *buf);

/**
 * Take the bytes out; the buffer is empty afterwards.
 *
 * @ret_data: new, NUL-terminated, never NULL on success
 * @ret_len: may be NULL
 * Return: 0 or -ENOMEM.
 */
int buf_steal(struct buf *buf, char **ret_data, size_t *ret_len);

/* Free the memory; the struct is an empty buffer again. Accepts NULL. */
void buf_done(struct buf *buf);

#endif

#include "ecsfs/base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"

char *buf_reserve(struct buf *buf, size_t len)
{
	if (buf->failed)
		return NULL;
	if (len >= SIZE_MAX / 2 - buf->len) {
		buf->failed = true;
		return NULL;
	}
	size_t need = buf->len + len + 1;
	if (need > buf->size) {
		size_t size = buf->size * 2 > need ? buf->size * 2 : need;
		char *data = realloc(buf->data, size);
		if (!data) {
			buf->failed = true;
			return NULL;
		}
		buf->data = data;
		buf->size = size;
	}
	return buf->data + buf->len;
}

void buf_append(struct buf *buf, const void *bytes, size_t len)
{
	char *room = buf_reserve(buf, len);

	if (!room)
		return;
	if (len)
		memcpy(room, bytes, len);
	room[len] = '\0';
	buf->len += len;
}

void buf_puts(struct buf *buf, const char *string)
{
	buf_append(buf, string, strlen(string));
}

void buf_putc(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	char *room = len < 0 ? NULL : buf_reserve(buf, (size_t)len);
	if (!room) {
		buf->failed = true;
		return;
	}
	va_start(ap, format);
	vsnprintf(room, (size_t)len + 1, format, ap);
	va_end(ap);
	buf->len += (size_t)len;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

int buf_steal(struct buf *buf, char **ret_data, size_t *ret_len)
{
	buf_append(buf, "", 0);
	if (buf->failed) {
		buf_done(buf);
		return -ENOMEM;
	}
	if (ret_len)
		*ret_len = buf->len;
	*ret_data = STEAL(buf->data);
	buf_done(buf);
	return 0;
}

void buf_done(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	*buf = (struct buf){0};
}

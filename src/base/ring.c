#include "ecsfs/base/ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"

struct ring {
	pthread_mutex_t lock;
	size_t size, next, count;
	char *lines[];
};

struct ring *ring_new(size_t lines)
{
	struct ring *ring = calloc(1, sizeof(*ring) + lines * sizeof(char *));

	if (!ring)
		return NULL;
	pthread_mutex_init(&ring->lock, NULL);
	ring->size = lines;
	return ring;
}

void ring_clear(struct ring *ring)
{
	LOCKED(&ring->lock);
	for (size_t i = 0; i < ring->size; i++) {
		free(ring->lines[i]);
		ring->lines[i] = NULL;
	}
	ring->next = ring->count = 0;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	ring_clear(ring);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

void ring_add(struct ring *ring, const char *line)
{
	char *copy = strdup(line);

	if (!copy)
		return;
	LOCKED(&ring->lock);
	free(ring->lines[ring->next]);
	ring->lines[ring->next] = copy;
	ring->next = (ring->next + 1) % ring->size;
	if (ring->count < ring->size)
		ring->count++;
}

void ring_text(struct ring *ring, struct buf *out)
{
	LOCKED(&ring->lock);
	for (size_t i = 0; i < ring->count; i++) {
		size_t at = (ring->next + ring->size - ring->count + i) % ring->size;
		buf_puts(out, ring->lines[at]);
		buf_putc(out, '\n');
	}
}

/* Length of the well-formed UTF-8 sequence at @p, 0 when there is none. C1 controls are refused. */
static size_t utf8_length(const unsigned char *p)
{
	size_t len = *p < 0x80   ? 1
		     : *p < 0xc2 ? 0
		     : *p < 0xe0 ? 2
		     : *p < 0xf0 ? 3
		     : *p < 0xf5 ? 4
				 : 0;

	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if (*p == 0xc2 && p[1] < 0xa0)
		return 0;
	return len;
}

static void escape(struct buf *out, const char *text, unsigned char lowest)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t len = utf8_length(p);
		if (len == 0 || *p < lowest || *p == 0x7f || *p == '\\') {
			buf_printf(out, "\\x%02x", *p++);
			continue;
		}
		buf_append(out, p, len);
		p += len;
	}
}

void ring_escape(struct buf *out, const char *text)
{
	escape(out, text, ' ');
}

void ring_escape_word(struct buf *out, const char *text)
{
	escape(out, text[0] ? text : "-", ' ' + 1);
}

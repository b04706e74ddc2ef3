#include "ecsfs/base/ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/utf8.h"

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

static void escape(struct buf *out, const char *text, unsigned char lowest)
{
	const char *p = text;

	while (*p) {
		size_t len = utf8_printable_length(p);
		if (len == 0 || (unsigned char)*p < lowest || *p == 0x7f || *p == '\\') {
			buf_printf(out, "\\x%02x", (unsigned char)*p++);
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

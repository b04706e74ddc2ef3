#include "index.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static void *grown(void *array, size_t len, size_t *size)
{
	if (len < *size)
		return array;
	*size = *size ? *size * 2 : 8;
	return must_grow(array, *size * sizeof(void *));
}

size_t index_after(const struct index *index, uint64_t number)
{
	size_t low = 0, high = index->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->items[middle]->number > number)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void index_insert(struct index *index, struct item *item)
{
	index->items = grown(index->items, index->len, &index->size);
	size_t at = index_after(index, item->number);
	memmove(index->items + at + 1, index->items + at,
		(index->len - at) * sizeof(*index->items));
	index->items[at] = item;
	index->len++;
}

void index_remove(struct index *index, struct item *item)
{
	size_t after = index_after(index, item->number);

	if (after == 0 || index->items[after - 1] != item)
		return;
	memmove(index->items + after - 1, index->items + after,
		(index->len - after) * sizeof(*index->items));
	index->len--;
}

void index_done(struct index *index)
{
	free(index->items);
	*index = (struct index){0};
}

static void place(struct timers *timers, struct timer *timer, size_t slot)
{
	timers->heap[slot - 1] = timer;
	timer->slot = slot;
}

/* Move the timer in @slot to where its time belongs. */
static void settle(struct timers *timers, size_t slot)
{
	struct timer *timer = timers->heap[slot - 1];

	while (slot > 1 && timers->heap[slot / 2 - 1]->due_ms > timer->due_ms) {
		place(timers, timers->heap[slot / 2 - 1], slot);
		slot /= 2;
	}
	for (;;) {
		size_t child = slot * 2;

		if (child > timers->len)
			break;
		if (child < timers->len &&
		    timers->heap[child]->due_ms < timers->heap[child - 1]->due_ms)
			child++;
		if (timers->heap[child - 1]->due_ms >= timer->due_ms)
			break;
		place(timers, timers->heap[child - 1], slot);
		slot = child;
	}
	place(timers, timer, slot);
}

void timers_set(struct timers *timers, struct timer *timer, int64_t due_ms)
{
	timer->due_ms = due_ms;
	if (!timer->slot) {
		timers->heap = grown(timers->heap, timers->len, &timers->size);
		place(timers, timer, ++timers->len);
	}
	settle(timers, timer->slot);
}

void timers_cancel(struct timers *timers, struct timer *timer)
{
	size_t slot = timer->slot;

	if (!slot)
		return;
	timer->slot = 0;
	struct timer *last = timers->heap[--timers->len];
	if (last != timer) {
		place(timers, last, slot);
		settle(timers, slot);
	}
}

struct timer *timers_pop(struct timers *timers, int64_t now_ms)
{
	if (!timers->len || timers->heap[0]->due_ms > now_ms)
		return NULL;
	struct timer *timer = timers->heap[0];
	timers_cancel(timers, timer);
	return timer;
}

void timers_done(struct timers *timers)
{
	free(timers->heap);
	*timers = (struct timers){0};
}

/*
 * The two containers of the model: things in the order of their making, and things in the order of
 * their time.
 *
 * Every listed thing has a number that only grows. A page token is the number of the last item of
 * a page, so that the next page begins by binary search and is right even when that item is gone.
 */
#ifndef EMULATOR_INDEX_H
#define EMULATOR_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

struct item {
	uint64_t number; /* position in the order of making; unique in the model */
};

/* Borrowed items, ascending by number. A zeroed struct is empty. */
struct index {
	struct item **items;
	size_t len, size;
};

void index_insert(struct index *index, struct item *item);
void index_remove(struct index *index, struct item *item);

/* Position of the first item whose number is greater than @number; index->len when none is. */
size_t index_after(const struct index *index, uint64_t number);
void index_done(struct index *index);

struct model;

/* Something that happens later; embedded in what it happens to. A zeroed struct is not set. */
struct timer {
	int64_t due_ms;
	size_t slot; /* place in the heap, counted from 1; 0: not set */
	void (*fire)(struct model *model, struct timer *timer);
};

/* A heap of borrowed timers. A zeroed struct is empty. */
struct timers {
	struct timer **heap;
	size_t len, size;
};

/* Set, or move, @timer. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due_ms);
void timers_cancel(struct timers *timers, struct timer *timer);

/* Take out the earliest timer that is due at @now_ms; NULL: none. */
struct timer *timers_pop(struct timers *timers, int64_t now_ms);
void timers_done(struct timers *timers);

#endif

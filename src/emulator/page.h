/*
 * Paging: maxResults, nextToken, and the tokens themselves.
 *
 * A token is opaque, is good for the action that gave it, and carries the position behind the
 * page that it came with. A made-up one is refused.
 */
#ifndef EMULATOR_PAGE_H
#define EMULATOR_PAGE_H

#include "call.h"

#define PAGE_POSITION_SIZE 320
#define PAGE_TOKEN_SIZE (2 * PAGE_POSITION_SIZE + 17)
/* A position before every other, be it a number or a name. */
#define PAGE_START "!"

struct page {
	int max;
	char position[PAGE_POSITION_SIZE]; /* "" on the first page */
	uint64_t number;                   /* the position as a number, 0 on the first page */
};

/* Read the request's maxResults and nextToken. 0, or -1 and the call failed. */
int page_begin(struct call *call, int default_max, struct page *ret_page);

/* The token with which @action goes on behind @position. */
void page_token(const char *action, const char *position, char ret_token[static PAGE_TOKEN_SIZE]);

/* Write `nextToken` for a page that ends at the position of the format. */
void page_more(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * Write the list @key of ARNs of what @index holds behind the page's position, and `nextToken`.
 *
 * @wanted: NULL, or whether to show an item
 * @arn: writes one item
 */
void page_index(struct call *call, const struct page *page, const char *key,
		const struct index *index, bool (*wanted)(const struct item *item, void *arg),
		void *arg, void (*arn)(struct call *call, const struct item *item));

#endif

#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAGE 100

static uint64_t seal(const char *action, const char *position)
{
	return stable_hash(position, stable_hash(action, 0x65637366));
}

/* The token is hexadecimal: a seal, then the position. */
static int open_token(const struct call *call, const char *token, char *ret_position)
{
	size_t len = strlen(token);
	unsigned int byte;
	char expected[17];

	if (len <= 16 || len % 2 || (len - 16) / 2 >= PAGE_POSITION_SIZE)
		return -1;
	for (size_t i = 16; i < len; i += 2) {
		if (sscanf(token + i, "%2x", &byte) != 1)
			return -1;
		ret_position[i / 2 - 8] = (char)byte;
	}
	ret_position[len / 2 - 8] = '\0';
	snprintf(expected, sizeof(expected), "%016llx",
		 (unsigned long long)seal(call->action, ret_position));
	return strncmp(expected, token, 16) == 0 ? 0 : -1;
}

int page_begin(struct call *call, int default_max, struct page *ret_page)
{
	const char *token = call_string(call, "nextToken");

	*ret_page = (struct page){.max = call_int(call, "maxResults", default_max)};
	if (ret_page->max < 1 || ret_page->max > MAX_PAGE)
		return call_fail(call, INVALID, "maxResults must be between 1 and %d.", MAX_PAGE);
	if (token && open_token(call, token, ret_page->position) < 0)
		return call_fail(call, INVALID, "Invalid token.");
	ret_page->number = strtoull(ret_page->position, NULL, 10);
	return 0;
}

void page_token(const char *action, const char *position, char ret_token[static PAGE_TOKEN_SIZE])
{
	int len = snprintf(ret_token, PAGE_TOKEN_SIZE, "%016llx",
			   (unsigned long long)seal(action, position));

	for (const char *at = position; *at; at++)
		len += snprintf(ret_token + len, PAGE_TOKEN_SIZE - (size_t)len, "%02x",
				(unsigned char)*at);
}

void page_more(struct call *call, const char *format, ...)
{
	char position[PAGE_POSITION_SIZE], token[PAGE_TOKEN_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(position, sizeof(position), format, args);
	va_end(args);
	page_token(call->action, position, token);
	out_string(&call->out, "nextToken", token);
}

void page_index(struct call *call, const struct page *page, const char *key,
		const struct index *index, bool (*wanted)(const struct item *item, void *arg),
		void *arg, void (*arn)(struct call *call, const struct item *item))
{
	size_t i = index_after(index, page->number);
	uint64_t last = 0;
	int shown = 0;

	out_open(&call->out, key, '[');
	for (; i < index->len; i++) {
		const struct item *item = index->items[i];

		if (wanted && !wanted(item, arg))
			continue;
		/* Looking one further tells whether there is a next page at all. */
		if (shown == page->max)
			break;
		arn(call, item);
		last = item->number;
		shown++;
	}
	out_close(&call->out, ']');
	if (i < index->len)
		page_more(call, "%llu", (unsigned long long)last);
}

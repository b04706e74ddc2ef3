/*
 * A service's events as text that only grows: AWS keeps the last hundred, newest first; whoever
 * follows the file with tail needs every byte to stay where it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "internal.h"

#include "ecsfs/store/render.h"

/* Then the oldest half goes; a reader who is that far behind starts again, as with any log. */
#define MAX_LOG (1024 * 1024)

/* More than AWS tells at once, so that an answer of a server that lags behind adds nothing. */
#define SEEN 256

struct event_log {
	struct buf text;
	uint64_t seen[SEEN]; /* hashes of the last events in it, a ring */
	unsigned seen_next;
	UT_hash_handle hh;
	char key[];
};

static void event_log_free(struct event_log *log)
{
	buf_done(&log->text);
	free(log);
}

void event_logs_free(struct event_log *logs)
{
	struct event_log *log, *next;

	HASH_ITER (hh, logs, log, next) {
		HASH_DEL(logs, log);
		event_log_free(log);
	}
}

static struct event_log *event_log_get(struct tree *tree, const char *path)
{
	struct event_log *log;
	size_t len = strlen(path);

	HASH_FIND(hh, tree->event_logs, path, len, log);
	if (!log && (log = calloc(1, sizeof(*log) + len + 1))) {
		memcpy(log->key, path, len);
		HASH_ADD_KEYPTR(hh, tree->event_logs, log->key, len, log);
	}
	return log;
}

static const char *text_of(json_t *event, const char *member)
{
	const char *text = json_string_value(json_object_get(event, member));

	return text ? text : "";
}

static uint64_t event_hash(json_t *event)
{
	static const char *const members[] = {"id", "createdAt", "message"};
	uint64_t hash = BLOB_HASH_START;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const char *text = text_of(event, members[i]);
		hash = blob_hash(hash, text, strlen(text) + 1);
	}
	return hash;
}

static bool was_seen(const struct event_log *log, uint64_t hash)
{
	for (size_t i = 0; i < SEEN; i++)
		if (log->seen[i] == hash)
			return true;
	return false;
}

static void add_line(struct buf *text, json_t *event)
{
	const char *created = text_of(event, "createdAt"), *message = text_of(event, "message");

	buf_puts(text, created);
	buf_putc(text, ' ');
	ring_escape(text, message);
	buf_putc(text, '\n');
}

static void shorten(struct buf *text)
{
	char *newline = text->len > MAX_LOG
				? memchr(text->data + text->len / 2, '\n', text->len / 2)
				: NULL;

	if (!newline)
		return;
	text->len -= (size_t)(newline + 1 - text->data);
	memmove(text->data, newline + 1, text->len + 1);
}

static int add_new_events(struct event_log *log, json_t *events)
{
	for (size_t i = json_array_size(events); i > 0; i--) {
		json_t *event = json_array_get(events, i - 1);
		uint64_t hash = event_hash(event);
		if (was_seen(log, hash))
			continue;
		log->seen[log->seen_next++ % SEEN] = hash;
		add_line(&log->text, event);
	}
	shorten(&log->text);
	return log->text.failed ? -ENOMEM : 0;
}

int events_show(struct tree *tree, struct op *op, const struct node *node,
		struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	struct buf text = {0};
	char path[4096];

	int r = resource_document(tree, op, node, &document);
	if (r < 0)
		return r;
	json_auto_t *service = rendered_parse(document.blob->bytes, document.blob->len);
	node_path(node, path, sizeof(path));
	pthread_mutex_lock(&tree->lock);
	struct event_log *log = event_log_get(tree, path);
	r = log ? add_new_events(log, json_object_get(service, "events")) : -ENOMEM;
	if (r == 0)
		buf_append(&text, log->text.data, log->text.len);
	pthread_mutex_unlock(&tree->lock);
	if (r < 0)
		return error_set(&op->error, -r, "out of memory");
	return content_of_buf(op, &text, &document, ret_content);
}

/*
 * A store over the double of AWS, and threads that ask it things.
 */
#ifndef ECSFS_TESTS_STORE_RIG_H
#define ECSFS_TESTS_STORE_RIG_H

#include "rig.h"

#include "ecsfs/store/store.h"

#define SHORT_MS 5000
#define MEDIUM_MS 15000
#define LONG_MS 30000

static struct rig rig;
static struct store *store;
static unsigned stale_begins, stale_ends;

static inline void count_stale(bool stale, const struct error *why)
{
	(void)why;
	if (stale)
		stale_begins++;
	else
		stale_ends++;
}

static inline void store_start(int64_t short_ms, int64_t wait_ms)
{
	rig_start(&rig);
	int r = store_new(
		&(struct store_options){
			.ecs = rig.ecs,
			.clock = &rig.clock.clock,
			.metrics = rig.metrics,
			.ttl_ms = {[TTL_SHORT] = short_ms,
				   [TTL_MEDIUM] = short_ms * 3,
				   [TTL_LONG] = short_ms * 6,
				   [TTL_FOREVER] = short_ms * 6},
			.wait_ms = wait_ms,
			.on_stale = count_stale,
		},
		&store);
	ck_assert_int_eq(r, 0);
}

static inline void start(void)
{
	store_start(SHORT_MS, 0);
}

/* Whatever a test kept back is let go, or the store would wait for it. */
static inline void stop(void)
{
	aws_client_abort(rig.client);
	store_free(store);
	rig_stop(&rig);
}

static inline unsigned calls(const char *action)
{
	return double_calls(rig.aws, action);
}

static inline void pass(int64_t ms)
{
	fake_clock_advance(&rig.clock, ms);
}

/* A question to the store, asked by a thread of its own or by the caller. */
struct question {
	enum { ASK_DOCUMENT, ASK_LIST, ASK_NAME } what;
	enum kind kind;
	struct list_query query;
	const char *cluster, *id;
	bool cached_only;
	/* the answer: */
	struct op op;
	int result;
	struct document document;
	struct listing *listing;
	int64_t expires_ms;
	pthread_t thread;
};

static inline void *question_ask(void *arg)
{
	struct question *q = arg;

	if (q->what == ASK_DOCUMENT)
		q->result = store_document(store, &q->op, q->kind, q->cluster, q->id, &q->document);
	else if (q->what == ASK_LIST)
		q->result = store_list(store, &q->op, &q->query, &q->listing, &q->expires_ms);
	else
		q->result = store_find(store, &q->op, &q->query, q->id, &q->expires_ms);
	return NULL;
}

static inline void question_start(struct question *q)
{
	op_init(&q->op);
	ck_assert_int_eq(pthread_create(&q->thread, NULL, question_ask, q), 0);
}

static inline const char *question_end(struct question *q)
{
	pthread_join(q->thread, NULL);
	op_done(&q->op);
	return result_name(q->result);
}

static inline void question_done(struct question *q)
{
	document_done(&q->document);
	listing_unref(q->listing);
}

/* Ask for a document; the errno's name, or what its member says, or "?" when it lacks it. */
static inline const char *member_of(enum kind kind, const char *id, const char *member)
{
	static char text[128];
	struct question q = {.kind = kind,
			     .cluster = kind == KIND_SERVICE || kind == KIND_TASK ? "prod" : "",
			     .id = id};

	op_init(&q.op);
	question_ask(&q);
	op_done(&q.op);
	snprintf(text, sizeof(text), "%s", q.result < 0 ? error_name(-q.result) : "?");
	json_t *item = q.result < 0 ? NULL
				    : json_loadb(q.document.blob->bytes, q.document.blob->len,
						 JSON_ALLOW_NUL, NULL);
	json_t *value = json_object_get(item, member);
	if (json_is_string(value))
		snprintf(text, sizeof(text), "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(text, sizeof(text), "%d", (int)json_integer_value(value));
	json_decref(item);
	question_done(&q);
	return text;
}

/* Ask for a document; "ok" or the errno's name. */
static inline const char *document_result(enum kind kind, const char *id)
{
	const char *result = member_of(kind, id, "");

	return strcmp(result, "?") == 0 ? "ok" : result;
}

/* The names of a list with a blank behind each, or the errno's name. */
static inline const char *names_of(enum list list, json_t *filters)
{
	static char text[4096];
	struct question q = {.what = ASK_LIST,
			     .query = {list, lists[list].in_cluster ? "prod" : "", filters}};
	size_t at = 0;

	op_init(&q.op);
	question_ask(&q);
	op_done(&q.op);
	snprintf(text, sizeof(text), "%s", q.result < 0 ? error_name(-q.result) : "");
	for (size_t i = 0; q.result == 0 && i < q.listing->count && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s ", q.listing->names[i]);
	question_done(&q);
	return text;
}

/* Look for a name in a list; "ok" or the errno's name. */
static inline const char *find_result(enum list list, const char *name)
{
	struct question q = {.what = ASK_NAME,
			     .query = {list, lists[list].in_cluster ? "prod" : "", NULL},
			     .id = name};

	op_init(&q.op);
	question_ask(&q);
	op_done(&q.op);
	return result_name(q.result);
}

/* Make a change through the store. @request: JSON with ' for " */
static inline const char *change(const char *action, const char *request)
{
	char text[1024];
	json_t *response = NULL;
	struct op op;

	snprintf(text, sizeof(text), "%s", request);
	for (char *at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	json_t *object = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(object);
	op_init(&op);
	int r = store_call(store, &op, action, object, &response);
	op_done(&op);
	json_decref(object);
	json_decref(response);
	return result_name(r);
}

#endif

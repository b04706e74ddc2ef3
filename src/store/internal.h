/*
 * What the files of store/ share. Everything here is guarded by store->lock unless it says else.
 */
#ifndef ECSFS_STORE_INTERNAL_H
#define ECSFS_STORE_INTERNAL_H

#include <pthread.h>
#include <uthash.h>

#include "ecsfs/store/store.h"

/* While AWS cannot be reached, last-known state is good for so long before it is asked again. */
#define STALE_RETRY_MS 1000
/* As many as calls of the file system can wait at one time. */
#define MAX_FETCHERS 128

/* For so long what a change through the mount made or took away is believed more than a List or a
 * Describe that does not show it: they are eventually consistent. */
#define CHANGE_MS 15000

/* What nobody used for so long is forgotten. */
#define UNUSED_MS (10 * 60 * 1000LL)

/* No cluster has so many pages of anything: a list of 1,000,000 revisions has 10,000. */
#define MAX_PAGES 20000

struct fetch;

/* One document; its key is "kind cluster\0id". */
struct entry {
	enum kind kind;
	char *cluster, *id;
	struct blob *blob; /* last-known bytes, NULL before the first answer */
	bool missing;      /* the last answer was that there is none */
	bool inactive;     /* the last answer had status INACTIVE */
	int64_t mtime_ms, ctime_ms, expires_ms, used_ms;
	int64_t was_until_ms;  /* expires_ms before the last change took it away */
	int64_t made_until_ms; /* made here: so long a Describe that knows nothing of it lags */
	struct fetch *fetch;   /* the one that may fill it */
	unsigned answers;      /* taken so far */
	bool is_kept;          /* a stopped task, in store->kept */
	bool leads;            /* the first of batches that were sent ahead */
	struct entry *kept_prev, *kept_next;
	UT_hash_handle hh;
	char key[];
};

/* A name that a change through this mount put into or took out of a list, until Lists agree. */
struct list_change {
	struct list_change *next;
	int64_t until_ms;
	bool removed;
	char name[];
};

/* One list; its key is "list cluster\0filters". */
struct list_entry {
	enum list list;
	char *cluster;
	json_t *filters;
	struct listing *listing; /* last known */
	int64_t expires_ms;
	unsigned pages; /* that the last List took */
	int64_t used_ms;
	struct fetch *fetch;
	struct list_change *changes;
	size_t ahead_end; /* read-ahead: where the last batch ended, and how many to send */
	unsigned ahead;
	UT_hash_handle hh;
	size_t key_len;
	char key[];
};

/* One answer being fetched by a thread of the pool. */
struct fetch {
	unsigned refs;
	bool done;
	int result;
	struct error error;
	pthread_cond_t changed; /* done, or more names */
	unsigned waiters;
	bool has_fallback;     /* what is known will be served if it fails */
	bool abandoned;        /* nobody wants it any more: the entries are free for another */
	struct cancel *cancel; /* of the call, while a thread of the pool makes it */
	struct fetch *next;    /* in the queue */
	char *cluster;
	/* of documents: */
	enum kind kind;
	char **ids;
	size_t id_count;
	bool asked; /* somebody waits for the first; the others ride along */
	/* of a list: */
	bool is_list;
	enum list list;
	json_t *params;                /* the request's members */
	struct list_entry *list_entry; /* only while list_entry->fetch is this fetch */
	struct names names;            /* so far */
	unsigned pages, empty_pages;
};

struct store {
	pthread_mutex_t lock;
	struct ecs *ecs;
	const struct clock *clock;
	struct metrics *metrics;
	struct disk *disk;
	char revision_arn[256]; /* what every revision's ARN begins with; "" before a List told */
	uint64_t changes;       /* begun so far */
	unsigned changing;      /* and under way */
	int64_t distrusted_ms; /* Unix time: what is on disk from before was changed or forgotten */
	int64_t ttl_ms[TTL_COUNT];
	int64_t wait_ms;
	void (*on_stale)(bool stale, const struct error *why);
	bool stale;
	int64_t swept_ms;
	struct entry *entries;
	struct list_entry *lists;
	struct entry *kept; /* oldest first */
	unsigned kept_count;
	/* the pool */
	pthread_cond_t work;
	struct fetch *queue, **queue_end;
	unsigned queued;
	pthread_t threads[MAX_FETCHERS];
	unsigned thread_count, idle;
	bool stopping;
};

/* entries.c */
struct entry *entry_get(struct store *store, enum kind kind, const char *cluster, const char *id);
struct entry *entry_find(struct store *store, enum kind kind, const char *cluster, const char *id);
void entry_expire(struct entry *entry);
void entry_free(struct store *store, struct entry *entry);
void entry_to_document(const struct entry *entry, struct document *ret_document);

/* lists.c */
struct list_entry *list_get(struct store *store, const struct list_query *query);
struct list_entry *list_find_plain(struct store *store, enum list list, const char *cluster);
void list_expire(struct list_entry *list);
void list_free(struct store *store, struct list_entry *list);
void list_change(struct store *store, struct list_entry *list, const char *name, bool removed);
/* Take back what list_change() said of @name. */
void list_unchange(struct list_entry *list, const char *name);
/* Whether what Describe told is what the list lists: one of RUNNING tasks has no STOPPED one. */
bool list_fits(enum list list, const struct blob *document);
/* Whether @name may be left out of @list though AWS lists it: removed here, or INACTIVE. */
bool list_hides(struct store *store, const struct list_entry *list, const char *name);
struct fetch *list_fetch_start(struct store *store, struct list_entry *list);
int list_fetch_run(struct store *store, struct fetch *fetch, struct op *op);
int list_publish(struct store *store, struct fetch *fetch, int64_t expires_ms);

/* documents.c */
/* @has_fallback: what is known of @entry will be served if it fails */
struct fetch *documents_fetch_start(struct store *store, struct entry *entry, bool has_fallback);
/* Somebody reads @entry, which leads batches that were sent ahead: send the next ones. */
void documents_read_on(struct store *store, struct entry *entry);

/* A batch of those of @names from *@at on that were INACTIVE when last seen and have expired; *@at
 * is where the next batch begins. NULL: none is left. */
struct fetch *documents_batch_inactive(struct store *store, enum kind kind, const char *cluster,
				       const struct names *names, size_t *at);
int documents_fetch_run(struct store *store, struct fetch *fetch, struct op *op);
/* @item of an answer was made by it: so it looks until Describe says more. */
void documents_made(struct store *store, enum kind kind, const char *cluster, json_t *item);
/* @item of an answer is what its resource is since it was changed at @start_ms, if the answer tells
 * no less than Describe did; but for tags, which such answers may leave out: they are believed, and
 * with them the rest, as long as they would have been without the change, which has expired the
 * entry. */
void documents_updated(struct store *store, enum kind kind, const char *cluster, json_t *item,
		       int64_t start_ms);
/* The tags of a task definition stand beside it in the answer. */
int documents_adopt_tags(json_t *response, json_t *item);

/* A change being made. */
struct change {
	int64_t start_ms;
	uint64_t number;
	bool alone; /* no other one is under way, so its answer is the last word */
};

/* made.c: what the @response of a change tells of what it made */
void made_apply(struct store *store, const char *action, json_t *request, json_t *response,
		const struct change *how);

/* revisions.c; the lock is taken inside but by revisions_learn() */

/* @arn: of a revision that AWS lists, or NULL; it tells the account */
void revisions_learn(struct store *store, const char *arn);
/* What the disk knows of @fetch's one revision, if that may be believed. */
bool revisions_get(struct store *store, const struct fetch *fetch,
		   struct disk_document *ret_document);
/* Let the next mount find @fetch's revision, if it is ACTIVE. */
void revisions_keep(struct store *store, const struct fetch *fetch);

/* kept.c */
void kept_add(struct store *store, struct entry *entry);
void kept_remove(struct store *store, struct entry *entry);
void kept_names(struct store *store, const char *cluster, struct names *names);

/* fetch.c */
int pool_start(struct store *store);
void pool_stop(struct store *store);
struct fetch *fetch_new(const char *cluster);
void fetch_unref(struct fetch *fetch); /* the lock must be held, or nobody else know it */
void fetch_enqueue(struct store *store, struct fetch *fetch);
/* Nobody waits for it any more: end its call, and let whoever comes next start anew. */
void fetch_abandon(struct store *store, struct fetch *fetch);
void fetch_wait_begin(struct store *store, struct op *op);
void fetch_wait_end(struct store *store, struct op *op);

/**
 * Wait until @fetch changes. The caller holds the lock and has called fetch_wait_begin().
 *
 * Return: 0, -EINTR or -ETIMEDOUT with op->error filled.
 */
int fetch_wait(struct store *store, struct op *op, struct fetch *fetch, int64_t deadline_ms);

/* Whether @err says that AWS cannot be reached, so that last-known state may be served. */
bool is_unreachable(const struct error *err);
void set_stale(struct store *store, bool stale, const struct error *why);

void count_cache(struct store *store, const char *result);
int64_t now_ms(struct store *store);

#endif

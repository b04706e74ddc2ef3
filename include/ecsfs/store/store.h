/*
 * What is known about the account: documents and lists with a time to live.
 *
 * One mutex guards the store and is never held across the network. A fetch in flight is an object
 * that everybody who wants its answer waits for; an entry points to the one fetch that may fill
 * it, so that an answer asked for before a change is never believed after it. Documents of one
 * kind are fetched in batches with their neighbours in the list.
 *
 * Knows kinds, ids and clusters; knows nothing of paths or files.
 */
#ifndef ECSFS_STORE_STORE_H
#define ECSFS_STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ecsfs/base/blob.h"
#include "ecsfs/base/metrics.h"
#include "ecsfs/base/op.h"
#include "ecsfs/ecs/ecs.h"
#include "ecsfs/store/disk.h"
#include "ecsfs/store/kinds.h"
#include "ecsfs/store/listing.h"

struct store;

struct store_options {
	struct ecs *ecs;           /* borrowed */
	const struct clock *clock; /* borrowed */
	struct metrics *metrics;   /* borrowed, may be NULL */
	struct disk *disk;         /* borrowed; where revisions outlive the mount, or NULL */
	int64_t ttl_ms[TTL_COUNT]; /* that of TTL_FOREVER is ignored */
	int64_t wait_ms;           /* how long a caller waits for an answer or a page; 0: 60,000 */
	/* Called when last-known state begins (true) or ends (false) to be served; may be NULL. */
	void (*on_stale)(bool stale, const struct error *why);
};

/* @ret_store: new. Return: 0 or -ENOMEM. */
int store_new(const struct store_options *options, struct store **ret_store);

/* Waits for the fetches in flight, so abort the client first. Accepts NULL. */
void store_free(struct store *store);

struct document {
	struct blob *blob;  /* the rendered Describe answer; a reference of the holder's */
	int64_t mtime_ms;   /* Unix time; 0 unknown */
	int64_t ctime_ms;   /* Unix time of the fetch */
	int64_t expires_ms; /* monotonic */
};

/* For _cleanup_: drops the reference. */
void document_done(struct document *document);

/**
 * The document of one resource, from what is known or from AWS.
 *
 * @cluster: "" for kinds outside clusters
 * @id: name or id as in the last part of the ARN
 * Return: 0; -ENOENT when there is none, or only an INACTIVE cluster or service; -EINTR; -EAGAIN
 *   when op->cached_only is set and it is not known or has expired;
 *   -ETIMEDOUT; else the errno of the failed call, with op->error filled.
 */
int store_document(struct store *store, struct op *op, enum kind kind, const char *cluster,
		   const char *id, struct document *ret_document);

/* The same as AWS has it now: neither what is known nor what was known is an answer. */
int store_document_now(struct store *store, struct op *op, enum kind kind, const char *cluster,
		       const char *id, struct document *ret_document);

struct list_query {
	enum list list;
	const char *cluster; /* "" outside clusters */
	json_t *filters;     /* borrowed; further request members, or NULL */
};

/**
 * All names of a list.
 *
 * @ret_listing: new reference
 * @ret_expires_ms: monotonic; may be NULL
 * Return: 0 or as store_document().
 */
int store_list(struct store *store, struct op *op, const struct list_query *query,
	       struct listing **ret_listing, int64_t *ret_expires_ms);

/**
 * Have a list asked for anew when it is wanted next; while AWS cannot be reached, what is known of
 * it serves on.
 */
void store_expire_list(struct store *store, const struct list_query *query);

/**
 * Whether a list has @name; waits no longer than until it is found. What proves it cheapest is
 * asked: the rest of a List in flight, the List, or, for a name that a long list had, Describe.
 *
 * @ret_expires_ms: until when that holds, monotonic; set also with -ENOENT
 * Return: 0, -ENOENT, or as store_document().
 */
int store_find(struct store *store, struct op *op, const struct list_query *query, const char *name,
	       int64_t *ret_expires_ms);

/**
 * Make a call that changes the account, then forget what it may have changed, whatever came of
 * it: an error does not prove that nothing happened.
 *
 * @request: borrowed
 * @ret_response: new
 * Return: as ecs_call(); `failures` in the answer are the caller's to judge.
 */
int store_call(struct store *store, struct op *op, const char *action, json_t *request,
	       json_t **ret_response);

/*
 * Forget everything; or only what lies in @cluster, NULL for all of them; or only documents and
 * lists of @kind there; or one document, and the lists that may name it.
 */
void store_forget(struct store *store);
void store_forget_cluster(struct store *store, const char *cluster);
void store_forget_kind(struct store *store, enum kind kind, const char *cluster);
void store_forget_document(struct store *store, enum kind kind, const char *cluster,
			   const char *id);

/* Forget the lists in @cluster, or "", that were asked for with filters. */
void store_forget_queries(struct store *store, const char *cluster);

/* Forget the revisions of @family, their lists, and whether it is there. */
void store_forget_family(struct store *store, const char *family);

/* Whether last-known state is being served because AWS cannot be reached. */
bool store_is_stale(struct store *store);

const struct clock *store_clock(struct store *store);

#endif

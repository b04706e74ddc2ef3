/*
 * A stand-in for AWS in the test's own process: an HTTP server on a free port of the loopback
 * device that holds a few resources, answers List and Describe from them, counts every call, and
 * does what a test says: hold answers back, fail, answer something else, be out of reach.
 */
#ifndef ECSFS_TESTS_DOUBLE_H
#define ECSFS_TESTS_DOUBLE_H

#include <jansson.h>
#include <stdbool.h>

struct aws_double;

/* new, listening; the environment gets credentials and loses what could lead elsewhere */
struct aws_double *double_start(void);
void double_stop(struct aws_double *aws);

/* "http://127.0.0.1:PORT"; borrowed */
const char *double_url(const struct aws_double *aws);

/**
 * Put a resource there, or replace it.
 *
 * @collection: "clusters", "services", "tasks", "families" or "taskDefinitions"
 * @members: JSON of the members that it has beside its ARN, '' for ""; NULL: none
 */
void double_put(struct aws_double *aws, const char *collection, const char *id,
		const char *members);
/* The same for @count resources named by the printf format @names with a number from 0. */
void double_put_many(struct aws_double *aws, const char *collection, const char *names,
		     unsigned count);
void double_remove(struct aws_double *aws, const char *collection, const char *id);

/* How many calls of @action came so far; of all when it is NULL. */
unsigned double_calls(struct aws_double *aws, const char *action);

/* The last request of @action; new, NULL when none came. */
json_t *double_last_request(struct aws_double *aws, const char *action);

/* Wait until @count calls of @action came, for ten seconds at most; then the test has failed. */
void double_await(struct aws_double *aws, const char *action, unsigned count);

/* Keep back the answers to @action, which are made when the request comes; and let them go. */
void double_hold(struct aws_double *aws, const char *action);
/* Let @count more answers go, and keep back those behind them. */
void double_hold_after(struct aws_double *aws, const char *action, unsigned count);
void double_release(struct aws_double *aws, const char *action);

/* Answer @action with HTTP @status and these bytes, until told NULL. */
void double_answer(struct aws_double *aws, const char *action, int status, const char *body);
/* The same for the next call only. */
void double_answer_once(struct aws_double *aws, const char *action, int status, const char *body);

/* Answer the coming calls of @action with these bodies in turn, and again from the first. */
void double_answer_in_turn(struct aws_double *aws, const char *action, const char *const *bodies,
			   unsigned count);

/* Refuse connections and end those there are; or be there again. */
void double_go_away(struct aws_double *aws);
void double_come_back(struct aws_double *aws);

#endif

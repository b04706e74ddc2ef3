/*
 * One request on its way through a handler: what was asked, and the answer that grows.
 *
 * A handler returns 0 with its answer written, or call_fail()'s -1.
 */
#ifndef EMULATOR_CALL_H
#define EMULATOR_CALL_H

#include "model.h"
#include "out.h"

#define CLIENT "ClientException"
#define INVALID "InvalidParameterException"

struct call {
	struct model *model;
	const char *region;
	const char *action;
	const json_t *in; /* has its action's shape */
	struct out out;
	int status; /* HTTP */
	char code[80];
	char message[640];
};

/* Make the answer an error; HTTP 400. Return: -1. */
int call_fail(struct call *call, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A parameter; NULL (false, @fallback) when it is absent or null. */
json_t *call_member(const struct call *call, const char *name);
const char *call_string(const struct call *call, const char *name);
bool call_bool(const struct call *call, const char *name);
int call_int(const struct call *call, const char *name, int fallback);

/* Whether the list parameter `include` has @word. */
bool call_includes(const struct call *call, const char *word);

/* Refuse a list of more than @max items, as AWS words it for @what. 0 or -1. */
int call_check_batch(struct call *call, const char *name, size_t max, const char *what);

/* Refuse names that are not letters, digits, - and _, or are over 255 long. 0 or -1. */
int call_check_name(struct call *call, const char *code, const char *name, const char *what);

/* Refuse more than 50 tags, bad ones and duplicates. @tags may be NULL. 0 or -1. */
int call_check_tags(struct call *call, const json_t *tags);

/* Write `{"arn": ..., "reason": ...}` of a failures list. @arn comes from the format. */
void call_failure(struct call *call, const char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "arn:aws:ecs:REGION:ACCOUNT:" and the rest, which comes from the format. */
void out_arn(struct call *call, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

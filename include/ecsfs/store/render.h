/*
 * JSON as files show it: printed as `jq .` prints it, with ISO 8601 in members named ...At.
 *
 * Also the way back into rendered text: a top-level member is a line indented by two blanks, so
 * finding one needs no parser and no index.
 */
#ifndef ECSFS_STORE_RENDER_H
#define ECSFS_STORE_RENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ecsfs/base/buf.h"

/* Append @value and a newline to @out. Return: 0, -ENOMEM, -EPROTO for what nests too deeply. */
int render_document(struct buf *out, json_t *value);

/* Append @value as one line without blanks or newline, times as they are: for messages. */
void render_compact(struct buf *out, json_t *value);

/* Whether a number of that name is a time. */
bool render_is_time_name(const char *name);

/**
 * The value of a rendered text, times as they are shown; new, NULL without memory. A number that
 * jq prints with more digits than an integer can have is a real, as it was, and makes the
 * others of its document real, too.
 */
json_t *rendered_parse(const char *text, size_t len);

/* A top-level member of a rendered object, pointing into its text. */
struct rendered_member {
	const char *name; /* raw, between its quotes */
	size_t name_len;
	const char *value; /* as printed, without the comma */
	size_t value_len;
};

/**
 * Step through the members of a rendered object: start with *@cursor NULL.
 *
 * Return: whether there was one more.
 */
bool render_next_member(const char *text, const char **cursor, struct rendered_member *ret_member);

/* Find a member by name. Return: whether it is there. */
bool render_find_member(const char *text, const char *name, struct rendered_member *ret_member);

/* Whether the value is an object or an array. */
bool rendered_is_structure(const struct rendered_member *member);

/**
 * Append a member's own file: a structure moved two columns to the left, a string without its
 * quotes and escapes, any other scalar as it is; then a newline.
 */
void render_member(struct buf *out, const struct rendered_member *member);

#endif

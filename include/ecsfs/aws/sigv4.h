/*
 * AWS Signature Version 4, in the stages that AWS describes, each testable by itself.
 *
 * Pure: no clock, no configuration, no network.
 * Rules: "Create a signed AWS API request", AWS Identity and Access Management User Guide.
 */
#ifndef ECSFS_AWS_SIGV4_H
#define ECSFS_AWS_SIGV4_H

#include <stddef.h>
#include <stdint.h>

#include "ecsfs/base/buf.h"

#define SIGV4_HASH_SIZE 32
#define SIGV4_HEX_SIZE 65     /* with its NUL */
#define SIGV4_SECRET_MAX 1024 /* bytes of a secret key; the loaders of credentials refuse more */

struct sigv4_header {
	const char *name;
	const char *value;
};

/* What is signed. All borrowed. */
struct sigv4_request {
	const char *method;
	const char *path;  /* as sent, without the query */
	const char *query; /* as sent, without '?'; "" for none */
	const struct sigv4_header *headers;
	size_t header_count;
	const char *body;
	size_t body_len;
};

/* Who signs, for where, and when. All borrowed. */
struct sigv4_scope {
	const char *access_key;
	const char *secret_key;
	const char *region;
	const char *service;
	const char *date; /* "20150830T123600Z" */
};

/* SHA-256 of @data in lower-case hexadecimal. */
void sigv4_hash_hex(const void *data, size_t len, char out[static SIGV4_HEX_SIZE]);

/* "host;x-amz-date": the names of @request's headers, sorted, each once. */
void sigv4_signed_headers(const struct sigv4_request *request, struct buf *out);

/* Stage 1. Memory running out sticks in @out. */
void sigv4_canonical_request(const struct sigv4_request *request, struct buf *out);

/* Stage 2, from the bytes of stage 1. */
void sigv4_string_to_sign(const struct sigv4_scope *scope, const char *canonical, size_t len,
			  struct buf *out);

/* Stage 3: the key of the scope's day, region and service. Zero it after use. */
void sigv4_signing_key(const struct sigv4_scope *scope, unsigned char out[static SIGV4_HASH_SIZE]);

/* Stage 4: the signature in hexadecimal. */
void sigv4_signature(const unsigned char key[static SIGV4_HASH_SIZE], const char *string_to_sign,
		     size_t len, char out[static SIGV4_HEX_SIZE]);

/**
 * All stages: the value of the Authorization header.
 *
 * @ret_value: new
 * Return: 0 or -ENOMEM.
 */
int sigv4_authorization(const struct sigv4_request *request, const struct sigv4_scope *scope,
			char **ret_value);

#endif

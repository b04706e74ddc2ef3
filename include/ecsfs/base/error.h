/*
 * What went wrong, in enough detail to act on it.
 *
 * Functions return 0 or a negative errno. One that may talk to AWS fills a struct error as well.
 * This module owns the one table from AWS error codes to errno. It never logs.
 */
#ifndef ECSFS_BASE_ERROR_H
#define ECSFS_BASE_ERROR_H

#include <stdbool.h>

struct error {
	int errnum;          /* positive errno, 0 when nothing failed */
	int http_status;     /* 0 when no HTTP answer came */
	bool unsent;         /* of a call: the server cannot have acted on it */
	char code[96];       /* AWS error code, "" when AWS did not say one */
	char request_id[80]; /* "" when unknown */
	char message[2048];  /* one sentence, without a trailing newline */
};

/**
 * Fill @err and return -@errnum.
 *
 * @err: borrowed, may be NULL; AWS's code, status and request id in it are cleared
 */
int error_set(struct error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Fill @err from an error that AWS answered and return its negative errno.
 *
 * @code: as sent; a "namespace#" prefix and anything after ':' are cut off
 * @request_id, @message: may be NULL
 */
int error_set_aws(struct error *err, int http_status, const char *code, const char *request_id,
		  const char *message);

/**
 * The positive errno of an AWS error code (EREMOTEIO for one that the table does not know).
 * A trailing "Exception" or "Error" does not matter.
 */
int error_errno_of_code(const char *code);

/* Put @prefix before the message of @err. */
void error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "ENOENT" for ENOENT; borrowed, static; "EUNKNOWN" for a number that is no errno. */
const char *error_name(int errnum);

#endif

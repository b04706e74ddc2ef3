/*
 * A server on loopback whose every answer the test writes, down to the bytes and their absence.
 */
#ifndef ECSFS_TESTS_STAND_IN_H
#define ECSFS_TESTS_STAND_IN_H

#include <stddef.h>

/* What happens to one request; the last row repeats. */
struct stand_in_step {
	const char *answer; /* sent as it is; NULL: none */
	enum {
		STAND_IN_KEEP,  /* and wait for the next request on the connection */
		STAND_IN_CLOSE, /* and close */
		STAND_IN_RESET, /* and reset, so that the client sees an error, not an end */
		STAND_IN_STALL, /* and say nothing more */
		STAND_IN_FLOOD, /* and go on with a body that does not end */
	} then;
};

struct stand_in;

/* @steps: borrowed; ended by a row of zeroes */
struct stand_in *stand_in_new(const struct stand_in_step *steps);
void stand_in_free(struct stand_in *stand_in);

/* "http://127.0.0.1:PORT"; borrowed. */
const char *stand_in_url(const struct stand_in *stand_in);
/* Requests that arrived in full, and connections that were made. */
unsigned stand_in_requests(struct stand_in *stand_in);
unsigned stand_in_connections(struct stand_in *stand_in);
/* Wait until that many requests have arrived. */
void stand_in_wait(struct stand_in *stand_in, unsigned requests);
/* Stop listening: connections are refused from now on. */
void stand_in_refuse(struct stand_in *stand_in);
/* Listen at the same port again. */
void stand_in_listen(struct stand_in *stand_in);

/* An HTTP answer with this status line's rest, header lines (each ended by CRLF) and body. */
#define ANSWER(status, headers, length, body)                                                      \
	"HTTP/1.1 " status "\r\n" headers "Content-Length: " #length "\r\n\r\n" body

#endif

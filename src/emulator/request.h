/*
 * One HTTP request, apart from the library that brings it.
 */
#ifndef EMULATOR_REQUEST_H
#define EMULATOR_REQUEST_H

#include <stddef.h>

#include "emulator.h"
#include "faults.h"

struct header {
	char *name, *value; /* the name in lower case */
};

struct request {
	char *method, *path; /* the path as sent, with its query */
	struct header *headers;
	size_t num_headers;
	char *body;
	size_t len;
};

struct reply {
	int status;
	char *body; /* new */
	size_t len;
	const char *content_type;
	char request_id[UUID_SIZE];
	char code[80];    /* of an error */
	enum fault fault; /* of the connection, for the server to carry out */
	bool wrong_date;
};

/* A header's value, "" when it was not sent. @name: in lower case. */
const char *request_header(const struct request *request, const char *name);

/* Answer a request of the ECS API or of the control interface. */
void request_answer(struct emulator *emulator, const struct request *request,
		    struct reply *ret_reply);

/* The control interface under /_emulator/. */
void control_answer(struct emulator *emulator, const struct request *request, struct reply *reply);

#endif

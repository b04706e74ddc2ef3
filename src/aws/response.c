#include "ecsfs/aws/response.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"

static const char *first_string(const json_t *object, const char *a, const char *b)
{
	const char *value = json_string_value(json_object_get(object, a));

	return value ? value : json_string_value(json_object_get(object, b));
}

/* An error page of a proxy, or nothing at all: its beginning, on one line, without controls. */
static void excerpt(const struct buf *body, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < body->len && len + 1 < size; i++) {
		unsigned char c = (unsigned char)body->data[i];

		out[len++] = isprint(c) ? (char)c : ' ';
	}
	out[len] = '\0';
}

static int from_status(const struct http_response *response, struct error *err)
{
	char text[200];
	/* What AWS's front ends answer without a body, by status. */
	const char *code = response->status == 429   ? "TooManyRequestsException"
			   : response->status == 413 ? "ValidationException"
			   : response->status == 403 ? "AccessDeniedException"
						     : "";

	excerpt(&response->body, text, sizeof(text));
	int r = error_set_aws(err, response->status, code, response->request_id, "");
	if (err) {
		/* Made up from the status, so not shown as AWS's word, but still the errno's. */
		if (response->status != 429)
			err->code[0] = '\0';
		snprintf(err->message, sizeof(err->message), "HTTP status %d%s%s", response->status,
			 text[0] ? ": " : " with an empty answer", text);
	}
	return r;
}

int response_check(const struct http_response *response, struct error *err)
{
	if (response->status == 200)
		return 0;
	/* A redirect is never followed; whoever answers so is not AWS. */
	if (response->status < 400) {
		int r = error_set(err, EPROTO, "unexpected HTTP status %d", response->status);
		if (err)
			err->http_status = response->status;
		return r;
	}
	json_auto_t *json = response->body.len
				    ? json_loadb(response->body.data, response->body.len, 0, NULL)
				    : NULL;
	const char *code = first_string(json, "__type", "code");
	const char *message = first_string(json, "message", "Message");

	if ((!code || !*code) && response->error_type[0])
		code = response->error_type;
	if (!code || !*code)
		return from_status(response, err);
	int r = error_set_aws(err, response->status, code, response->request_id, message);
	if (err && !err->message[0])
		snprintf(err->message, sizeof(err->message), "HTTP status %d without a message",
			 response->status);
	return r;
}

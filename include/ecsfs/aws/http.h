/*
 * HTTP requests over a bounded pool of kept-alive connections.
 *
 * Knows nothing of AWS. Behind a table of functions, so that the layers above can be tested
 * without a network. TLS is always verified, redirects are never followed.
 */
#ifndef ECSFS_AWS_HTTP_H
#define ECSFS_AWS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cancel.h"
#include "ecsfs/base/error.h"

#define HTTP_BODY_MAX ((size_t)64 * 1024 * 1024)

/* Which hosts may be spoken to without TLS. */
enum http_plain {
	HTTP_PLAIN_LOOPBACK,    /* 127.0.0.0/8, ::1, localhost */
	HTTP_PLAIN_CREDENTIALS, /* also the link-local addresses that hand out credentials */
};

/* All borrowed. */
struct http_request {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value" lines, ended by NULL; may be NULL */
	const char *body;           /* may be NULL */
	size_t body_len;
	int64_t connect_timeout_ms; /* 0: 3,000 */
	int64_t timeout_ms;         /* of the whole request, including the wait for a connection */
	/*
	 * Never sent twice: libcurl by itself sends a request again when a kept connection turns
	 * out to be dead, which is right only for requests that may be repeated.
	 */
	bool once;
	enum http_plain plain;
	struct cancel *cancel; /* may be NULL */
};

/* How far a request got: what may be repeated depends on it. */
enum http_reach {
	HTTP_NOT_CONNECTED, /* no connection: the server has seen nothing, and may be unreachable */
	HTTP_NOT_SENT,      /* connected, but the request was not sent in full */
	HTTP_MAYBE_SENT,    /* the server may have acted on it */
	HTTP_ANSWERED,      /* an answer came in full */
};

struct http_response {
	enum http_reach reach; /* filled on failure as well */
	int status;
	bool too_big; /* the body went over HTTP_BODY_MAX, and was dropped */
	struct buf body;
	char request_id[80];
	char error_type[160];
	char content_type[80];
	int64_t date_ms;        /* the Date header, Unix time; 0: none */
	int64_t retry_after_ms; /* x-amz-retry-after; negative: none */
};

struct http;

struct http_ops {
	/**
	 * One exchange. An answer with any status is a success of this function.
	 *
	 * @ret_response: http_response_done() it in any case
	 * Return: 0, -EINTR, -ETIMEDOUT, -EHOSTUNREACH, -EPROTO, -ENOMEM, or -EINVAL for the
	 *   address and for a header with a line break
	 */
	int (*send)(struct http *http, const struct http_request *request,
		    struct http_response *ret_response, struct error *err);
	void (*free)(struct http *http);
};

struct http {
	const struct http_ops *ops;
};

/**
 * The real one, on libcurl. The first makes the process ignore SIGPIPE, unless it handles it.
 *
 * @max_connections: requests at one time; more wait their turn
 * @ca_bundle: path of a PEM file, NULL for the system's; copied
 * @ret_http: new; no request may be in flight when it is freed
 * Return: 0, -EINVAL when the bundle cannot be read, -ENOMEM.
 */
int http_new_curl(unsigned max_connections, const char *ca_bundle, struct http **ret_http,
		  struct error *err);

static inline int http_send(struct http *http, const struct http_request *request,
			    struct http_response *ret_response, struct error *err)
{
	return http->ops->send(http, request, ret_response, err);
}

/* Accepts NULL. */
static inline void http_free(struct http *http)
{
	if (http)
		http->ops->free(http);
}

/* Zero and free the body: answers may hold credentials. */
void http_response_done(struct http_response *response);

/**
 * Is @url one that may be spoken to: https, or http with a host that @plain allows?
 *
 * Return: 0, or -EINVAL with @err filled.
 */
int http_check_url(const char *url, enum http_plain plain, struct error *err);

#endif

/*
 * What the providers share: requests to the services that hand out credentials, and their JSON.
 */
#ifndef ECSFS_AWS_PROVIDER_UTIL_H
#define ECSFS_AWS_PROVIDER_UTIL_H

#include <jansson.h>

#include "ecsfs/aws/provider.h"
#include "ecsfs/base/timestamp.h"

/**
 * http_send() that tries again what may pass: no connection, 429, 5xx.
 *
 * @ret_response: to be done with http_response_done() in any case
 */
int provider_send(const struct provider_context *context, const struct http_request *request,
		  unsigned attempts, struct http_response *ret_response, struct error *err);

/* new, NULL for what is no JSON object. */
json_t *provider_json(const struct http_response *response);
json_t *provider_json_load(const char *path);

/* Zero every string in it, then give up the reference. Accepts NULL. */
void provider_json_forget(json_t *json);

static inline void provider_json_cleanup(json_t **json)
{
	provider_json_forget(*json);
}
#define json_secret_t _cleanup_(provider_json_cleanup) json_t

/* Write @json to @path, readable by its owner only, whole or not at all. 0 or negative errno. */
int provider_json_save(const char *path, const json_t *json);

/* A copy of @from's string member in @to: they are forgotten, and zeroed, each by itself. */
int provider_json_copy(json_t *to, const json_t *from, const char *key);

/* Borrowed; NULL when it is not a string. */
const char *provider_string(const json_t *object, const char *key);

/* "&key=value", encoded; no '&' in front of the first one. */
void provider_form_add(struct buf *form, const char *key, const char *value);

/* Encoded for a query or a form. */
void provider_uri_encode(struct buf *out, const char *text);

/* @text in hexadecimal SHA-1 or SHA-256: the name of a cache file. */
#define PROVIDER_HEX_SIZE 65
void provider_hash_name(const char *text, bool sha1, char out[static PROVIDER_HEX_SIZE]);

/**
 * Credentials from a JSON object with the members @names: access key, secret key, token,
 * expiration (ISO 8601). The token and the expiration may be missing unless @need_all.
 */
int provider_from_json(const json_t *object, const char *const names[static 4], bool need_all,
		       const char *source, struct credentials **ret_credentials, struct error *err);

/* The time @seconds from now, as it is saved: a century away at most, whatever an answer says. */
void provider_expiry(const struct provider_context *context, json_int_t seconds,
		     char out[static TIMESTAMP_SIZE]);

/* Milliseconds to wait, or until the context's cancel is triggered: -EINTR. */
int provider_pause(const struct provider_context *context, int64_t ms);

/* The text of an answer's beginning, for a message; secrets do not stand in error answers. */
int provider_refused(const struct http_response *response, const char *who, struct error *err);

#endif

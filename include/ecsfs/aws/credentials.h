/*
 * Keys to sign with: immutable and counted. Zeroed when the last reference goes.
 */
#ifndef ECSFS_AWS_CREDENTIALS_H
#define ECSFS_AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

struct credentials {
	_Atomic int refs;
	char *access_key;
	char *secret_key;
	char *session_token; /* NULL: none */
	int64_t expiry_ms;   /* Unix time; 0: they do not expire */
	int64_t obtained_ms; /* Unix time */
	bool extendable;     /* still honoured for a while when they cannot be renewed */
	const char *source;  /* static: "environment", ... */
};

/**
 * @session_token: NULL or "" for none
 * @source: static
 * @ret_credentials: new, one reference
 * Return: 0, -ENOMEM, -EINVAL for keys that cannot be sent (control characters, too long).
 */
int credentials_new(const char *access_key, const char *secret_key, const char *session_token,
		    int64_t expiry_ms, const char *source, struct credentials **ret_credentials);

struct credentials *credentials_ref(struct credentials *credentials);
/* Accepts NULL. */
void credentials_unref(struct credentials *credentials);
bool credentials_same(const struct credentials *a, const struct credentials *b);

static inline void credentials_cleanup(struct credentials **credentials)
{
	credentials_unref(*credentials);
}

#endif

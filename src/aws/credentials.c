#include "ecsfs/aws/credentials.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/aws/sigv4.h"

#define TOKEN_MAX 16384

static void free_secret(char *s)
{
	if (s)
		OPENSSL_cleanse(s, strlen(s));
	free(s);
}

/* They end up in header lines, where a line break would begin another header. */
static bool is_sendable(const char *s, size_t max)
{
	if (strlen(s) > max)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

int credentials_new(const char *access_key, const char *secret_key, const char *session_token,
		    int64_t expiry_ms, const char *source, struct credentials **ret_credentials)
{
	bool has_token = session_token && *session_token;

	if (!*access_key || !*secret_key || !is_sendable(access_key, 256) ||
	    !is_sendable(secret_key, SIGV4_SECRET_MAX) ||
	    (has_token && !is_sendable(session_token, TOKEN_MAX)))
		return -EINVAL;
	struct credentials *credentials = calloc(1, sizeof(*credentials));
	if (!credentials)
		return -ENOMEM;
	credentials->refs = 1;
	credentials->expiry_ms = expiry_ms;
	credentials->source = source;
	credentials->access_key = strdup(access_key);
	credentials->secret_key = strdup(secret_key);
	credentials->session_token = has_token ? strdup(session_token) : NULL;
	if (!credentials->access_key || !credentials->secret_key ||
	    (has_token && !credentials->session_token)) {
		credentials_unref(credentials);
		return -ENOMEM;
	}
	*ret_credentials = credentials;
	return 0;
}

struct credentials *credentials_ref(struct credentials *credentials)
{
	atomic_fetch_add(&credentials->refs, 1);
	return credentials;
}

void credentials_unref(struct credentials *credentials)
{
	if (!credentials || atomic_fetch_sub(&credentials->refs, 1) > 1)
		return;
	free(credentials->access_key);
	free_secret(credentials->secret_key);
	free_secret(credentials->session_token);
	free(credentials);
}

bool credentials_same(const struct credentials *a, const struct credentials *b)
{
	return strcmp(a->access_key, b->access_key) == 0 &&
	       strcmp(a->secret_key, b->secret_key) == 0 &&
	       strcmp(a->session_token ? a->session_token : "",
		      b->session_token ? b->session_token : "") == 0;
}

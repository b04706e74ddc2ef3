/*
 * A role assumed with a token in a file, as Kubernetes and CI systems write it. The token is
 * read anew each time: whoever writes it replaces it.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "provider_util.h"
#include "sts.h"

#include "ecsfs/base/cleanup.h"

#define TOKEN_MAX 32768

/* The environment wins over the profile, value by value. */
static const char *get(const struct provider_context *context, const char *variable,
		       const char *key)
{
	const char *value = context->use_env ? settings_env(variable) : NULL;

	return value ? value : settings_get(context->settings, context->profile, key);
}

static int read_token(const char *name, char *token, size_t size, struct error *err)
{
	_cleanup_free_ char *path = settings_expand_path(name);
	_cleanup_fclose_ FILE *f = path ? fopen(path, "re") : NULL;

	if (!f)
		return error_set(err, ENOKEY, "cannot read the web identity token file %s: %s",
				 name, path ? strerror(errno) : "out of memory");
	size_t len = fread(token, 1, size, f);
	if (len == size)
		return error_set(err, EINVAL, "the web identity token in %s is too long", name);
	while (len > 0 && (token[len - 1] == '\n' || token[len - 1] == '\r'))
		len--;
	token[len] = '\0';
	if (len == 0)
		return error_set(err, ENOKEY, "the web identity token file %s is empty", name);
	return 0;
}

int provider_web_identity(const struct provider_context *context, struct buf *lacks,
			  struct credentials **ret_credentials, struct error *err)
{
	const char *file = get(context, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	char token[TOKEN_MAX];
	struct sts_role role = {
		.role_arn = get(context, "AWS_ROLE_ARN", "role_arn"),
		.session_name = get(context, "AWS_ROLE_SESSION_NAME", "role_session_name"),
		.web_identity_token = token,
	};

	if (!file || !*file) {
		buf_printf(lacks, "no web_identity_token_file in the profile '%s'%s",
			   context->profile,
			   context->use_env ? " and no AWS_WEB_IDENTITY_TOKEN_FILE" : "");
		return 0;
	}
	if (!role.role_arn || !*role.role_arn)
		return error_set(err, EINVAL,
				 "a web identity token file is set, but neither "
				 "AWS_ROLE_ARN nor role_arn of the profile '%s' is",
				 context->profile);
	int r = read_token(file, token, sizeof(token), err);
	if (r == 0)
		r = sts_assume(context, &role, NULL, "web identity", ret_credentials, err);
	OPENSSL_cleanse(token, sizeof(token));
	return r;
}

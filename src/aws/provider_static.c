/*
 * Keys written down in the shared files. They stand at two places of the chain: those of the
 * credentials file come before, those of the config file after the sources that are programs.
 */
#include <errno.h>

#include "ecsfs/aws/provider.h"

typedef const char *lookup_fn(const struct settings *settings, const char *profile,
			      const char *key);

static int from_file(const struct provider_context *context, lookup_fn *lookup, const char *path,
		     const char *source, struct buf *lacks, struct credentials **ret_credentials,
		     struct error *err)
{
	const char *access_key = lookup(context->settings, context->profile, "aws_access_key_id");
	const char *secret_key =
		lookup(context->settings, context->profile, "aws_secret_access_key");
	const char *token = lookup(context->settings, context->profile, "aws_security_token");

	if (!access_key) {
		buf_printf(lacks, "no aws_access_key_id for the profile '%s' in %s",
			   context->profile, path);
		return 0;
	}
	if (!secret_key)
		return error_set(err, ENOKEY,
				 "the profile '%s' in %s has aws_access_key_id but not "
				 "aws_secret_access_key",
				 context->profile, path);
	if (!token)
		token = lookup(context->settings, context->profile, "aws_session_token");
	return provider_make(access_key, secret_key, token, 0, source, ret_credentials, err);
}

int provider_shared_file(const struct provider_context *context, struct buf *lacks,
			 struct credentials **ret_credentials, struct error *err)
{
	return from_file(context, settings_get_credentials,
			 settings_credentials_path(context->settings), "shared credentials file",
			 lacks, ret_credentials, err);
}

int provider_config_file(const struct provider_context *context, struct buf *lacks,
			 struct credentials **ret_credentials, struct error *err)
{
	return from_file(context, settings_get_config, settings_config_path(context->settings),
			 "config file", lacks, ret_credentials, err);
}

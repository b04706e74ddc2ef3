#include <errno.h>

#include "ecsfs/aws/provider.h"
#include "ecsfs/base/timestamp.h"

int provider_environment(const struct provider_context *context, struct buf *lacks,
			 struct credentials **ret_credentials, struct error *err)
{
	const char *access_key = settings_env("AWS_ACCESS_KEY_ID");
	const char *secret_key = settings_env("AWS_SECRET_ACCESS_KEY");
	const char *token = settings_env("AWS_SECURITY_TOKEN");
	const char *expiration = settings_env("AWS_CREDENTIAL_EXPIRATION");
	int64_t expiry_ms = 0;

	(void)context;
	if (!access_key) {
		buf_puts(lacks, "AWS_ACCESS_KEY_ID is not set");
		return 0;
	}
	if (!secret_key)
		return error_set(err, ENOKEY,
				 "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not");
	/* Where both are set, the AWS CLI takes the older name. */
	if (!token)
		token = settings_env("AWS_SESSION_TOKEN");
	if (expiration && timestamp_parse(expiration, &expiry_ms) < 0)
		return error_set(err, EINVAL, "AWS_CREDENTIAL_EXPIRATION is not a time: '%.60s'",
				 expiration);
	return provider_make(access_key, secret_key, token, expiry_ms, "environment",
			     ret_credentials, err);
}

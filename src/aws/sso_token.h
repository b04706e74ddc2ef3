/*
 * The access token of IAM Identity Center that `aws sso login` leaves in ~/.aws/sso/cache, and
 * its refresh.
 */
#ifndef ECSFS_AWS_SSO_TOKEN_H
#define ECSFS_AWS_SSO_TOKEN_H

#include "ecsfs/aws/provider.h"

/* All borrowed. */
struct sso_login {
	const char *session; /* name of the sso-session section; NULL: the older form */
	const char *start_url;
	const char *region;
};

/**
 * @ret_token: new; zero it before it is freed
 * Return: 0, -ENOKEY (never logged in), -EKEYEXPIRED, ...
 */
int sso_token_get(const struct provider_context *context, const struct sso_login *login,
		  char **ret_token, struct error *err);

#endif

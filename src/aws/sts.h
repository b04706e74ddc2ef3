/*
 * The two actions of AWS STS that hand out a role's credentials (Query protocol, XML answers).
 */
#ifndef ECSFS_AWS_STS_H
#define ECSFS_AWS_STS_H

#include "ecsfs/aws/provider.h"

/* Members that are NULL are not sent. All borrowed. */
struct sts_role {
	const char *role_arn;
	const char *session_name; /* NULL: one is made up */
	const char *external_id;
	const char *duration_seconds;
	const char *web_identity_token; /* then the request is not signed */
};

/**
 * @signer: NULL with a web identity
 * @source: static, of the new credentials
 */
int sts_assume(const struct provider_context *context, const struct sts_role *role,
	       const struct credentials *signer, const char *source,
	       struct credentials **ret_credentials, struct error *err);

#endif

/*
 * Where credentials come from: one provider per source, and the chain that asks them in turn.
 *
 * A provider keeps nothing between two calls: asking again is how credentials are refreshed.
 */
#ifndef ECSFS_AWS_PROVIDER_H
#define ECSFS_AWS_PROVIDER_H

#include <stdbool.h>

#include "ecsfs/aws/credentials.h"
#include "ecsfs/aws/http.h"
#include "ecsfs/aws/settings.h"
#include "ecsfs/base/buf.h"
#include "ecsfs/base/cancel.h"
#include "ecsfs/base/clock.h"
#include "ecsfs/base/error.h"

/* What a provider works with. All borrowed. */
struct provider_context {
	const struct settings *settings;
	struct http *http;
	const struct clock *clock;
	struct cancel *cancel;
	const char *region;
	bool fips;                            /* asked for by the Region's name */
	const char *profile;                  /* whose credentials are looked for */
	bool use_env;                         /* does the environment's web identity count? */
	const struct provider_context *outer; /* the profile whose source_profile this one is */
};

/**
 * @ret_credentials: new; left NULL when the source is not configured, and then @lacks says in a
 *	few words what it lacks
 * Return: 0; else the source is configured but failed, which ends the chain.
 */
typedef int provider_fn(const struct provider_context *context, struct buf *lacks,
			struct credentials **ret_credentials, struct error *err);

provider_fn provider_environment, provider_assume_role, provider_web_identity, provider_sso,
	provider_shared_file, provider_login, provider_process, provider_config_file,
	provider_container, provider_instance;

/**
 * Ask all sources in the order of the AWS CLI.
 *
 * Return: 0, -ENOKEY when no source has any (@err says what each lacks), or the error of the
 * source that failed.
 */
int provider_chain(const struct provider_context *context, struct credentials **ret_credentials,
		   struct error *err);

/* Only the sources that a profile can hold; -ENOKEY as above. */
int provider_profile_chain(const struct provider_context *context,
			   struct credentials **ret_credentials, struct error *err);

/* credentials_new() with its failure explained. */
int provider_make(const char *access_key, const char *secret_key, const char *session_token,
		  int64_t expiry_ms, const char *source, struct credentials **ret_credentials,
		  struct error *err);

#endif

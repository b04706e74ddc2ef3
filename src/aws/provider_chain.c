#include <errno.h>
#include <string.h>

#include "ecsfs/aws/provider.h"
#include "ecsfs/base/cleanup.h"

#define PROFILE 1u
#define NOT_WITH_EXPLICIT_PROFILE 2u

struct source {
	const char *name;
	provider_fn *provider;
	unsigned flags;
};

/* The order of the AWS CLI; PROFILE marks what a source_profile may hold. */
static const struct source chain[] = {
	{"environment", provider_environment, NOT_WITH_EXPLICIT_PROFILE},
	{"assume role", provider_assume_role, 0},
	{"web identity", provider_web_identity, PROFILE},
	{"sso", provider_sso, PROFILE},
	{"credentials file", provider_shared_file, PROFILE},
	{"login", provider_login, PROFILE},
	{"credential process", provider_process, PROFILE},
	{"config file", provider_config_file, PROFILE},
	{"container", provider_container, 0},
	{"instance metadata", provider_instance, 0},
};

int provider_make(const char *access_key, const char *secret_key, const char *session_token,
		  int64_t expiry_ms, const char *source, struct credentials **ret_credentials,
		  struct error *err)
{
	int r = credentials_new(access_key, secret_key, session_token, expiry_ms, source,
				ret_credentials);

	if (r == -EINVAL)
		return error_set(err, EINVAL,
				 "the keys from the %s are empty, too long, or hold "
				 "control characters",
				 source);
	return r < 0 ? error_set(err, -r, "out of memory") : 0;
}

static int ask(const struct provider_context *context, bool profile_only,
	       struct credentials **ret_credentials, struct error *err)
{
	_cleanup_(buf_done) struct buf lacks = {0};
	struct credentials *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(chain); i++) {
		const struct source *source = &chain[i];

		if (profile_only && !(source->flags & PROFILE))
			continue;
		if ((source->flags & NOT_WITH_EXPLICIT_PROFILE) &&
		    settings_profile_is_explicit(context->settings))
			continue;
		buf_printf(&lacks, "%s%s: ", lacks.len ? "; " : "", source->name);
		int r = source->provider(context, &lacks, &found, err);
		if (r < 0) {
			error_prefix(err, "credentials: %s: ", source->name);
			return r;
		}
		if (found) {
			found->obtained_ms = clock_wall_ms(context->clock);
			*ret_credentials = found;
			return 0;
		}
	}
	return error_set(
		err, ENOKEY,
		"no credentials found; log in as for the AWS CLI: `aws configure`, `aws sso "
		"login` or the environment (%s)",
		lacks.data ? lacks.data : "out of memory");
}

int provider_chain(const struct provider_context *context, struct credentials **ret_credentials,
		   struct error *err)
{
	return ask(context, false, ret_credentials, err);
}

int provider_profile_chain(const struct provider_context *context,
			   struct credentials **ret_credentials, struct error *err)
{
	return ask(context, true, ret_credentials, err);
}

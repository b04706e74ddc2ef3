/*
 * A role that the profile names, assumed with the credentials of another profile or source.
 */
#include <errno.h>
#include <string.h>

#include "provider_util.h"
#include "sts.h"

#include "ecsfs/base/cleanup.h"

static const struct {
	const char *name;
	provider_fn *provider;
} named_sources[] = {
	{"Environment", provider_environment},
	{"EcsContainer", provider_container},
	{"Ec2InstanceMetadata", provider_instance},
};

static const char *get(const struct provider_context *context, const char *key)
{
	return settings_get(context->settings, context->profile, key);
}

/* With a token file as well, the role is the web identity's, wherever the profile stands. */
static bool names_role(const struct provider_context *context)
{
	return get(context, "role_arn") && !get(context, "web_identity_token_file");
}

static bool has_static_keys(const struct provider_context *context)
{
	return get(context, "aws_access_key_id") || get(context, "aws_secret_access_key");
}

static int from_named_source(const struct provider_context *context, const char *name,
			     struct credentials **ret_credentials, struct error *err)
{
	_cleanup_(buf_done) struct buf lacks = {0};
	struct credentials *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(named_sources); i++) {
		if (strcmp(name, named_sources[i].name) != 0)
			continue;
		int r = named_sources[i].provider(context, &lacks, &found, err);
		if (r < 0)
			return r;
		if (!found)
			return error_set(
				err, ENOKEY,
				"the credential_source %s of the profile '%s' has none: %s", name,
				context->profile, lacks.data ? lacks.data : "");
		*ret_credentials = found;
		return 0;
	}
	return error_set(err, EINVAL,
			 "the credential_source '%s' of the profile '%s' is none of Environment, "
			 "EcsContainer, Ec2InstanceMetadata",
			 name, context->profile);
}

/*
 * A profile may name itself, to take the static keys that stand beside the role; any other way
 * back to a profile that was passed is a circle.
 */
static int check_circle(const struct provider_context *context, const char *source,
			struct error *err)
{
	bool circle = false;

	if (strcmp(source, context->profile) == 0)
		circle = !has_static_keys(context);
	else
		for (const struct provider_context *c = context->outer; c; c = c->outer)
			circle |= strcmp(source, c->profile) == 0;
	if (circle)
		return error_set(err, EINVAL,
				 "the source_profile '%s' of the profile '%s' leads in a circle",
				 source, context->profile);
	return 0;
}

static int from_profile(const struct provider_context *context, const char *source,
			struct credentials **ret_credentials, struct error *err)
{
	struct provider_context inner = *context;
	_cleanup_(buf_done) struct buf lacks = {0};
	int r;

	if (!settings_has_profile(context->settings, source))
		return error_set(err, EINVAL,
				 "the source_profile '%s' of the profile '%s' does "
				 "not exist",
				 source, context->profile);
	if ((r = check_circle(context, source, err)) < 0)
		return r;
	inner.profile = source;
	inner.use_env = false;
	inner.outer = context;
	if (names_role(&inner) && !has_static_keys(&inner))
		return provider_assume_role(&inner, &lacks, ret_credentials, err);
	r = provider_profile_chain(&inner, ret_credentials, err);
	if (r == -ENOKEY)
		error_prefix(err, "the source_profile '%s': ", source);
	return r;
}

static bool is_number(const char *text)
{
	return text && *text && text[strspn(text, "0123456789")] == '\0';
}

int provider_assume_role(const struct provider_context *context, struct buf *lacks,
			 struct credentials **ret_credentials, struct error *err)
{
	_cleanup_(credentials_cleanup) struct credentials *signer = NULL;
	const char *source_profile = get(context, "source_profile");
	const char *credential_source = get(context, "credential_source");
	const char *duration = get(context, "duration_seconds");
	int r;

	if (!names_role(context)) {
		buf_printf(lacks, "no role_arn in the profile '%s'", context->profile);
		return 0;
	}
	if (source_profile && credential_source)
		return error_set(err, EINVAL,
				 "the profile '%s' has both source_profile and credential_source",
				 context->profile);
	if (!source_profile && !credential_source)
		return error_set(err, EINVAL,
				 "the profile '%s' has a role_arn but neither "
				 "source_profile nor credential_source",
				 context->profile);
	if (get(context, "mfa_serial"))
		return error_set(
			err, ENOKEY,
			"the profile '%s' asks for a code of the MFA device %s, which a "
			"file system cannot ask for; use 'aws sso login' or 'aws login', or "
			"export the role's credentials",
			context->profile, get(context, "mfa_serial"));
	r = credential_source ? from_named_source(context, credential_source, &signer, err)
			      : from_profile(context, source_profile, &signer, err);
	if (r < 0)
		return r;
	const struct sts_role role = {
		.role_arn = get(context, "role_arn"),
		.session_name = get(context, "role_session_name"),
		.external_id = get(context, "external_id"),
		.duration_seconds = is_number(duration) ? duration : NULL,
	};
	return sts_assume(context, &role, signer, "assume role", ret_credentials, err);
}

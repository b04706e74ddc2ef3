#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "client_impl.h"
#include "imds.h"

#include "ecsfs/aws/provider.h"
#include "ecsfs/base/cleanup.h"

#define CONNECTIONS_DEFAULT 16
#define CONNECTIONS_MAX 256
#define TIMEOUT_DEFAULT_MS 30000
#define QUOTA_PERCENT_DEFAULT 80

static void settings_cleanup(struct settings **settings)
{
	settings_free(*settings);
}

/* The files are read anew each time, so that a log-in or a changed key is seen. */
static int fetch_credentials(void *arg, struct cancel *cancel, struct credentials **ret_credentials,
			     struct error *err)
{
	struct aws_client *client = arg;
	_cleanup_(settings_cleanup) struct settings *settings = NULL;
	int r = settings_load(client->profile_option, &settings, err);

	if (r < 0)
		return r;
	struct provider_context context = {
		.settings = settings,
		.http = client->http,
		.clock = client->clock,
		.cancel = cancel,
		.region = client->region,
		.fips = client->fips,
		.profile = settings_profile(settings),
		.use_env = !settings_profile_is_explicit(settings),
	};
	return provider_chain(&context, ret_credentials, err);
}

static int resolve_attempts(const struct settings *settings, unsigned *ret_attempts,
			    struct error *err)
{
	const char *text = settings_lookup(settings, "AWS_MAX_ATTEMPTS", "max_attempts");
	char *end;

	*ret_attempts = RETRY_ATTEMPTS_DEFAULT;
	if (!text)
		return 0;
	long attempts = strtol(text, &end, 10);
	if (*end != '\0' || attempts < 1 || attempts > INT_MAX)
		return error_set(
			err, EINVAL,
			"AWS_MAX_ATTEMPTS or max_attempts is not a positive number: '%.40s'", text);
	*ret_attempts = (unsigned)attempts;
	return 0;
}

static int resolve_region(struct aws_client *client, const struct settings *settings,
			  const char *option, struct error *err)
{
	const struct provider_context context = {
		.settings = settings,
		.http = client->http,
		.clock = client->clock,
	};
	char name[ENDPOINT_REGION_SIZE];
	struct error why;
	int r = endpoint_region(settings, option, client->region, &client->fips, err);

	if (r != -ENOENT)
		return r;
	if (imds_region(&context, name, sizeof(name), &why) == 0)
		return endpoint_clean_region(name, client->region, &client->fips, err);
	return error_set(
		err, EINVAL,
		"no Region: give --region, set AWS_REGION, or 'region' of the profile '%s' "
		"in %s (nor does instance metadata name one: %s)",
		settings_profile(settings), settings_config_path(settings), why.message);
}

static int resolve_endpoint(struct aws_client *client, const struct settings *settings,
			    const char *option, struct error *err)
{
	char id[32];
	size_t i = 0;

	for (; client->service[i] && i + 1 < sizeof(id); i++) {
		char c = client->service[i];
		id[i] = c == '-' ? '_' : (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	id[i] = '\0';
	const struct endpoint_service service = {.id = id, .prefix = client->service};
	int r = endpoint_resolve(settings, &service, client->region, client->fips, option,
				 client->endpoint, err);
	if (r < 0)
		return r;
	if (url_parse(client->endpoint, &client->url) < 0 || client->url.query[0])
		return error_set(err, EINVAL, "the endpoint '%s' is not usable", client->endpoint);
	url_authority(&client->url, client->authority, sizeof(client->authority));
	return 0;
}

static int make_http(struct aws_client *client, const struct settings *settings,
		     const struct aws_client_options *options, struct error *err)
{
	const char *bundle = options->ca_bundle && *options->ca_bundle ? options->ca_bundle : NULL;
	unsigned connections =
		options->max_connections ? options->max_connections : CONNECTIONS_DEFAULT;

	if (!bundle)
		bundle = settings_lookup(settings, "AWS_CA_BUNDLE", "ca_bundle");
	if (bundle && !*bundle)
		bundle = NULL;
	_cleanup_free_ char *path = bundle ? settings_expand_path(bundle) : NULL;
	if (bundle && !path)
		return error_set(err, ENOMEM, "out of memory");
	if (connections > CONNECTIONS_MAX)
		connections = CONNECTIONS_MAX;
	return http_new_curl(connections, path, &client->http, err);
}

static int make_quotas(struct aws_client *client, const struct aws_client_options *options,
		       struct error *err)
{
	double share =
		(options->quota_percent ? options->quota_percent : QUOTA_PERCENT_DEFAULT) / 100.0;

	client->quotas = calloc(options->quota_count + 1, sizeof(*client->quotas));
	if (!client->quotas)
		return error_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < options->quota_count; i++) {
		const struct aws_quota *quota = &options->quotas[i];

		quota_init(&client->quotas[i], quota->burst * share, quota->refill_per_s * share,
			   client->clock);
		client->quota_count++;
	}
	return 0;
}

static int resolve(struct aws_client *client, const struct aws_client_options *options,
		   struct error *err)
{
	_cleanup_(settings_cleanup) struct settings *settings = NULL;
	int r;

	if ((r = settings_load(options->profile, &settings, err)) < 0)
		return r;
	if (settings_has_profile(settings, settings_profile(settings)))
		snprintf(client->profile, sizeof(client->profile), "%s",
			 settings_profile(settings));
	if ((r = make_http(client, settings, options, err)) < 0)
		return r;
	if ((r = resolve_region(client, settings, options->region, err)) < 0 ||
	    (r = resolve_endpoint(client, settings, options->endpoint_url, err)) < 0 ||
	    (r = resolve_attempts(settings, &client->max_attempts, err)) < 0)
		return r;
	return make_quotas(client, options, err);
}

static int start(struct aws_client *client, const struct aws_client_options *options,
		 struct error *err)
{
	struct credentials *credentials = NULL;

	client->clock = options->clock ? options->clock : &clock_real;
	client->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_DEFAULT_MS;
	client->service = strdup(options->service ? options->service : "ecs");
	if (options->profile && *options->profile)
		client->profile_option = strdup(options->profile);
	if (!client->service || (options->profile && *options->profile && !client->profile_option))
		return error_set(err, ENOMEM, "out of memory");
	int r = resolve(client, options, err);
	if (r < 0)
		return r;
	r = credential_cache_new(fetch_credentials, client, client->clock, &client->credentials);
	if (r < 0)
		return error_set(err, -r, "out of memory");
	r = credential_cache_get(client->credentials, client->timeout_ms, NULL, &credentials, err);
	credentials_unref(credentials);
	return r;
}

int aws_client_new(const struct aws_client_options *options, struct aws_client **ret_client,
		   struct error *err)
{
	struct aws_client *client = calloc(1, sizeof(*client));

	if (!client)
		return error_set(err, ENOMEM, "out of memory");
	pthread_mutex_init(&client->lock, NULL);
	pthread_cond_init(&client->idle, NULL);
	breaker_init(&client->breaker);
	retry_tokens_init(&client->retry_tokens);
	int r = start(client, options, err);
	if (r < 0) {
		aws_client_free(client);
		return r;
	}
	*ret_client = client;
	return 0;
}

void aws_client_abort(struct aws_client *client)
{
	struct aws_call *call;
	LOCKED(&client->lock);

	client->aborted = true;
	DL_FOREACH (client->calls, call)
		cancel_trigger(&call->cancel);
	if (client->credentials)
		credential_cache_abort(client->credentials);
}

void aws_client_free(struct aws_client *client)
{
	if (!client)
		return;
	aws_client_abort(client);
	pthread_mutex_lock(&client->lock);
	while (client->calls)
		pthread_cond_wait(&client->idle, &client->lock);
	pthread_mutex_unlock(&client->lock);
	credential_cache_free(client->credentials);
	http_free(client->http);
	for (size_t i = 0; i < client->quota_count; i++)
		quota_done(&client->quotas[i]);
	free(client->quotas);
	breaker_done(&client->breaker);
	pthread_cond_destroy(&client->idle);
	pthread_mutex_destroy(&client->lock);
	free(client->service);
	free(client->profile_option);
	free(client);
}

static void pass_on(void *arg)
{
	cancel_trigger(arg);
}

int aws_client_enter(struct aws_client *client, struct aws_call *call, struct cancel *cancel)
{
	cancel_init(&call->cancel);
	pthread_mutex_lock(&client->lock);
	int r = client->aborted ? -EINTR : 0;
	if (r == 0)
		DL_APPEND(client->calls, call);
	pthread_mutex_unlock(&client->lock);
	if (r == 0) {
		r = cancel_arm(cancel, pass_on, &call->cancel);
		if (r == 0)
			return 0;
		aws_client_leave(client, call, NULL);
		return r;
	}
	cancel_done(&call->cancel);
	return r;
}

void aws_client_leave(struct aws_client *client, struct aws_call *call, struct cancel *cancel)
{
	cancel_disarm(cancel);
	pthread_mutex_lock(&client->lock);
	DL_DELETE(client->calls, call);
	if (!client->calls)
		pthread_cond_broadcast(&client->idle);
	pthread_mutex_unlock(&client->lock);
	cancel_done(&call->cancel);
}

void aws_client_info(struct aws_client *client, struct aws_client_info *ret_info)
{
	struct credentials *credentials = credential_cache_peek(client->credentials);
	struct aws_client_info info = {0};

	snprintf(info.region, sizeof(info.region), "%s", client->region);
	snprintf(info.endpoint, sizeof(info.endpoint), "%s", client->endpoint);
	snprintf(info.profile, sizeof(info.profile), "%s", client->profile);
	if (credentials) {
		snprintf(info.credential_source, sizeof(info.credential_source), "%s",
			 credentials->source);
		info.credential_expiry_ms = credentials->expiry_ms;
	}
	credentials_unref(credentials);
	*ret_info = info;
}

void aws_response_done(struct aws_response *response)
{
	if (!response)
		return;
	free(response->body);
	response->body = NULL;
}

#include "ecsfs/aws/endpoint.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ecsfs/aws/http.h"
#include "ecsfs/base/cleanup.h"

const struct endpoint_service endpoint_sts = {"STS", "sts", .plain_in_gov = true};
const struct endpoint_service endpoint_sso = {"SSO", "portal.sso", .plain_in_gov = true};
const struct endpoint_service endpoint_sso_oidc = {"SSO_OIDC", "oidc", .plain_in_gov = true};

/* The first prefix that matches; the last row is for every other Region. */
static const struct {
	const char *region_prefix, *suffix, *dual_stack_suffix;
} partitions[] = {
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	{"", "amazonaws.com", "api.aws"},
};

const char *endpoint_suffix(const char *region, bool dual_stack)
{
	size_t i = 0;

	while (strncmp(region, partitions[i].region_prefix, strlen(partitions[i].region_prefix)) !=
	       0)
		i++;
	return dual_stack ? partitions[i].dual_stack_suffix : partitions[i].suffix;
}

void endpoint_standard(const struct endpoint_service *service, const char *region, bool fips,
		       bool dual_stack, char ret_url[static ENDPOINT_SIZE])
{
	if (service->plain_in_gov && !dual_stack && strncmp(region, "us-gov-", 7) == 0)
		fips = false;
	snprintf(ret_url, ENDPOINT_SIZE, "https://%s%s.%s.%s", service->prefix, fips ? "-fips" : "",
		 region, endpoint_suffix(region, dual_stack));
}

/* A Region becomes part of a host's name; anything else in it could lead the request elsewhere. */
static bool is_host_label(const char *name)
{
	size_t len = strlen(name);
	bool digits_only = true;

	if (len == 0 || len >= ENDPOINT_REGION_SIZE || name[0] == '-' || name[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c >= 0x80 || (!isalnum(c) && c != '-'))
			return false;
		digits_only &= isdigit(c) != 0;
	}
	return !digits_only;
}

int endpoint_clean_region(const char *name, char ret_region[static ENDPOINT_REGION_SIZE],
			  bool *ret_fips, struct error *err)
{
	size_t len = strlen(name);
	bool fips = true;

	if (!is_host_label(name))
		return error_set(err, EINVAL, "'%.80s' is not the name of a Region", name);
	if (strncmp(name, "fips-", 5) == 0) {
		name += 5;
		len -= 5;
	} else if (len > 5 && strcmp(name + len - 5, "-fips") == 0) {
		len -= 5;
	} else {
		fips = false;
	}
	snprintf(ret_region, ENDPOINT_REGION_SIZE, "%.*s", (int)len, name);
	*ret_fips = fips;
	return 0;
}

int endpoint_region(const struct settings *settings, const char *option,
		    char ret_region[static ENDPOINT_REGION_SIZE], bool *ret_fips, struct error *err)
{
	const char *name = option && *option ? option : settings_env("AWS_REGION");

	if (!name)
		name = settings_lookup(settings, "AWS_DEFAULT_REGION", "region");
	if (!name || !*name)
		return error_set(
			err, ENOENT,
			"no Region: give --region, set AWS_REGION or AWS_DEFAULT_REGION, or "
			"'region' of the profile '%s' in %s",
			settings_profile(settings), settings_config_path(settings));
	return endpoint_clean_region(name, ret_region, ret_fips, err);
}

static int from_services(const struct settings *settings, const struct endpoint_service *service,
			 const char **ret_url, struct error *err)
{
	const char *name = settings_get(settings, settings_profile(settings), "services");
	char block[32];
	size_t i = 0;

	if (!name)
		return 0;
	const struct config_section *section = settings_section(settings, "services", name);
	if (!section)
		return error_set(err, EINVAL,
				 "the profile '%s' names the services section '%s', which %s does "
				 "not have",
				 settings_profile(settings), name, settings_config_path(settings));
	for (; service->id[i] && i + 1 < sizeof(block); i++)
		block[i] = (char)tolower((unsigned char)service->id[i]);
	block[i] = '\0';
	*ret_url = config_section_get_nested(section, block, "endpoint_url");
	return 0;
}

static int configured(const struct settings *settings, const struct endpoint_service *service,
		      const char **ret_url, struct error *err)
{
	char variable[64];
	int r;

	if (settings_is_true(settings_lookup(settings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
					     "ignore_configured_endpoint_urls")))
		return 0;
	snprintf(variable, sizeof(variable), "AWS_ENDPOINT_URL_%s", service->id);
	if ((*ret_url = settings_env(variable)) || (*ret_url = settings_env("AWS_ENDPOINT_URL")))
		return 0;
	if ((r = from_services(settings, service, ret_url, err)) < 0)
		return r;
	if (!*ret_url || !**ret_url)
		*ret_url = settings_get(settings, settings_profile(settings), "endpoint_url");
	return 0;
}

int endpoint_resolve(const struct settings *settings, const struct endpoint_service *service,
		     const char *region, bool fips, const char *option,
		     char ret_url[static ENDPOINT_SIZE], struct error *err)
{
	const char *url = option && *option ? option : NULL;
	int r = url ? 0 : configured(settings, service, &url, err);

	if (r < 0)
		return r;
	if (url && *url) {
		if (strlen(url) >= ENDPOINT_SIZE)
			return error_set(err, EINVAL, "the endpoint URL is too long");
		r = http_check_url(url, HTTP_PLAIN_LOOPBACK, err);
		if (r == 0)
			snprintf(ret_url, ENDPOINT_SIZE, "%s", url);
		return r;
	}
	fips |= settings_is_true(
		settings_lookup(settings, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
	bool dual_stack = settings_is_true(
		settings_lookup(settings, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
	endpoint_standard(service, region, fips, dual_stack, ret_url);
	return 0;
}

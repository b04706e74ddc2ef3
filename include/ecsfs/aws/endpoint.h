/*
 * Which Region, and which address a service has there.
 *
 * Rules: AWS SDKs and Tools Reference Guide, "AWS Region", "Service-specific endpoints",
 * "Dual-stack and FIPS endpoints"; names of partitions as in the AWS General Reference.
 */
#ifndef ECSFS_AWS_ENDPOINT_H
#define ECSFS_AWS_ENDPOINT_H

#include <stdbool.h>

#include "ecsfs/aws/settings.h"
#include "ecsfs/base/error.h"

#define ENDPOINT_SIZE 512
#define ENDPOINT_REGION_SIZE 64

/* How a service is named in each of the places that name it. */
struct endpoint_service {
	const char *id;     /* in AWS_ENDPOINT_URL_<ID> and, lower case, in services sections */
	const char *prefix; /* first label of its host name: "ecs" */
	bool plain_in_gov;  /* its FIPS endpoint in us-gov-* has the ordinary name */
};

extern const struct endpoint_service endpoint_sts, endpoint_sso, endpoint_sso_oidc;

/**
 * The Region by --region, AWS_REGION, AWS_DEFAULT_REGION, the profile.
 *
 * @option: --region, may be NULL
 * Return: 0; -ENOENT when none of them names one; -EINVAL for one that cannot be part of a host's
 * name. A pseudo Region such as "fips-us-east-1" is resolved as "us-east-1" with FIPS.
 */
int endpoint_region(const struct settings *settings, const char *option,
		    char ret_region[static ENDPOINT_REGION_SIZE], bool *ret_fips,
		    struct error *err);

/* Check the name of a Region and take a "fips" off it. As above. */
int endpoint_clean_region(const char *name, char ret_region[static ENDPOINT_REGION_SIZE],
			  bool *ret_fips, struct error *err);

/**
 * The address: --endpoint-url, the environment's, the profile's, or else AWS's own.
 *
 * @option: --endpoint-url, may be NULL
 * @fips: the Region's name asked for FIPS
 * Return: 0 or -EINVAL.
 */
int endpoint_resolve(const struct settings *settings, const struct endpoint_service *service,
		     const char *region, bool fips, const char *option,
		     char ret_url[static ENDPOINT_SIZE], struct error *err);

/* AWS's own address of a service. Pure. */
void endpoint_standard(const struct endpoint_service *service, const char *region, bool fips,
		       bool dual_stack, char ret_url[static ENDPOINT_SIZE]);

/* The suffix of host names in the partition of @region: "amazonaws.com"; static. */
const char *endpoint_suffix(const char *region, bool dual_stack);

#endif

/*
 * The metadata service of an EC2 instance, version 2, and 1 where that is allowed.
 */
#ifndef ECSFS_AWS_IMDS_H
#define ECSFS_AWS_IMDS_H

#include "ecsfs/aws/provider.h"

struct imds {
	const struct provider_context *context;
	char base[256]; /* without a slash at its end */
	int64_t timeout_ms;
	unsigned attempts;
	bool v1_disabled;
	char token[512]; /* "": version 1 */
};

/**
 * Find the service and get a token.
 *
 * @ret_imds: imds_done() it in any case
 * Return: 0; -ENOENT with @err saying why there is none to be asked; -EINVAL, -EINTR.
 */
int imds_open(const struct provider_context *context, struct imds *ret_imds, struct error *err);
void imds_done(struct imds *imds);

/* @path: "latest/meta-data/...". -ENOENT when it does not answer, or not with 200 and a text. */
int imds_get(const struct imds *imds, const char *path, struct http_response *ret_response,
	     struct error *err);

/* The instance's Region. -ENOENT: unknown. */
int imds_region(const struct provider_context *context, char *ret_region, size_t size,
		struct error *err);

#endif

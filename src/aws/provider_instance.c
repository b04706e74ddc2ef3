/*
 * The role of an EC2 instance. When its credentials are past their expiry, AWS asks clients to
 * go on with them: the service that renews them is late, and they are honoured meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "imds.h"
#include "provider_util.h"

#include "ecsfs/base/cleanup.h"

#define ROLES "latest/meta-data/iam/security-credentials/"
#define MINUTE_MS (60 * 1000)
#define EXTENSION_MS (15 * MINUTE_MS)

/* 2 to 10 minutes, so that a fleet does not come back at one moment. */
static int64_t jitter_ms(void)
{
	unsigned short bits = 0;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		bits = 0;
	return 2 * MINUTE_MS + bits * (int64_t)(8 * MINUTE_MS) / 65536;
}

static int parse(const struct provider_context *context, const struct http_response *response,
		 struct buf *lacks, struct credentials **ret_credentials, struct error *err)
{
	static const char *const names[4] = {"AccessKeyId", "SecretAccessKey", "Token",
					     "Expiration"};
	json_secret_t *json = provider_json(response);
	struct credentials *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!provider_string(json, names[i])) {
			/* The role may not be usable by EC2; the service says so with status 200.
			 */
			buf_printf(lacks, "the metadata service answered without %s%s%s", names[i],
				   provider_string(json, "Message") ? ": " : "",
				   provider_string(json, "Message")
					   ? provider_string(json, "Message")
					   : "");
			return 0;
		}
	int r = provider_from_json(json, names, true, "instance metadata", &found, err);
	if (r < 0)
		return r;
	int64_t now_ms = clock_wall_ms(context->clock);
	found->extendable = true;
	if (found->expiry_ms <= now_ms)
		found->expiry_ms = now_ms + EXTENSION_MS + jitter_ms();
	*ret_credentials = found;
	return 0;
}

static int fetch(const struct provider_context *context, struct buf *lacks,
		 struct credentials **ret_credentials, struct error *err)
{
	_cleanup_(imds_done) struct imds imds;
	_cleanup_(http_response_done) struct http_response role = {0}, keys = {0};
	char path[512];
	int r;

	if ((r = imds_open(context, &imds, err)) < 0 ||
	    (r = imds_get(&imds, ROLES, &role, err)) < 0)
		return r;
	role.body.data[strcspn(role.body.data, "\r\n")] = '\0';
	if (snprintf(path, sizeof(path), ROLES "%s", role.body.data) >= (int)sizeof(path))
		return error_set(err, ENOENT, "the name of the instance's role is too long");
	if ((r = imds_get(&imds, path, &keys, err)) < 0)
		return r;
	return parse(context, &keys, lacks, ret_credentials, err);
}

int provider_instance(const struct provider_context *context, struct buf *lacks,
		      struct credentials **ret_credentials, struct error *err)
{
	struct error why = {0};
	int r = fetch(context, lacks, ret_credentials, &why);

	if (r == -ENOENT) {
		buf_puts(lacks, why.message);
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

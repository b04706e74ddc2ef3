/*
 * What the Python tests drive: the aws layer from the outside, one JSON object per line.
 *
 * probe resolve [PROFILE [REGION [ENDPOINT]]]  what the configuration resolves to, with secrets
 * probe call TARGET                            one call with the body from stdin
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client_impl.h"

#include "ecsfs/base/cleanup.h"

static const char *argument(int argc, char **argv, int i)
{
	return argc > i && argv[i][0] ? argv[i] : NULL;
}

static int print(json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(json);
	return 0;
}

static int fail(const struct error *err)
{
	return print(json_pack("{s:s, s:s, s:s, s:i}", "error", error_name(err->errnum), "message",
			       err->message, "code", err->code, "status", err->http_status));
}

static int resolve(struct aws_client *client)
{
	struct credentials *credentials = credential_cache_peek(client->credentials);
	struct aws_client_info info;

	aws_client_info(client, &info);
	print(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:I}", "region", info.region,
			"endpoint", info.endpoint, "profile", info.profile, "source",
			info.credential_source, "access_key", credentials->access_key, "secret_key",
			credentials->secret_key, "token", credentials->session_token, "expiry_ms",
			(json_int_t)info.credential_expiry_ms));
	credentials_unref(credentials);
	return 0;
}

static int call(struct aws_client *client, const char *target)
{
	static char body[1 << 20];
	struct aws_response response;
	struct error err;
	const struct aws_request request = {
		.target = target,
		.body = body,
		.body_len = fread(body, 1, sizeof(body), stdin),
		.idempotent = !getenv("PROBE_ONCE"),
	};

	if (aws_client_call(client, &request, &response, &err) < 0)
		return fail(&err);
	print(json_pack("{s:s%, s:s, s:i}", "body", response.body, response.body_len, "request_id",
			response.request_id, "attempts", (int)response.attempts));
	aws_response_done(&response);
	return 0;
}

int main(int argc, char **argv)
{
	bool resolving = argc > 1 && strcmp(argv[1], "resolve") == 0;
	struct aws_client *client = NULL;
	struct error err = {0};
	struct aws_client_options options = {.service = "ecs", .timeout_ms = 15000};

	if (argc < 2 || (!resolving && argc < 3))
		return EXIT_FAILURE;
	if (resolving) {
		options.profile = argument(argc, argv, 2);
		options.region = argument(argc, argv, 3);
		options.endpoint_url = argument(argc, argv, 4);
	}
	if (aws_client_new(&options, &client, &err) < 0)
		return fail(&err);
	int r = resolving ? resolve(client) : call(client, argv[2]);
	aws_client_free(client);
	return r;
}

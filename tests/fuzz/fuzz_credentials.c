/*
 * Credentials: whatever the caches of the AWS CLI hold and the services answer, keys that come of
 * it can be sent.
 *
 * Input: a byte for the provider, what the cached file holds, then a byte for the status and the
 * body of each answer; ended by NULs.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "aws/provider_util.h"
#include "fuzz.h"

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

static const char config[] = "[profile p]\n"
			     "sso_session = s\n"
			     "sso_account_id = 123456789012\n"
			     "sso_role_name = r\n"
			     "login_session = l\n"
			     "[sso-session s]\n"
			     "sso_region = us-east-1\n"
			     "sso_start_url = https://example.com/start\n";

static char home[] = "/tmp/ecsfs-fuzz.XXXXXX";
static char sso_cache[256], login_cache[256];
static struct settings *settings;
static struct fake_clock now;
static struct input answers;

static int send_nowhere(struct http *http, const struct http_request *request,
			struct http_response *ret_response, struct error *err)
{
	static const int statuses[] = {200, 400, 401, 403, 404, 500};
	size_t len;

	(void)http;
	*ret_response = (struct http_response){.reach = HTTP_NOT_SENT, .retry_after_ms = -1};
	/* As the real one does, which tests/unit/aws/test_http.c tests. */
	for (const char *const *header = request->headers; header && *header; header++)
		if (strpbrk(*header, "\r\n"))
			return error_set(err, EINVAL, "a line break");
	FUZZ_CHECK_MSG(strncmp(request->url, "http", 4) == 0, "%s", request->url);
	ret_response->reach = HTTP_ANSWERED;
	ret_response->status = statuses[input_byte(&answers) % ARRAY_SIZE(statuses)];
	_cleanup_free_ char *body = input_part(&answers, &len);
	buf_append(&ret_response->body, body, len);
	return 0;
}

static const struct http_ops ops = {.send = send_nowhere};
static struct http http = {&ops};

static void put_file(const char *path, const char *text, size_t len)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_CHECK_MSG(fd >= 0 && write(fd, text, len) == (ssize_t)len, "%s", path);
}

static void remove_home(void)
{
	static const char *const parts[] = {"/.aws/sso/cache", "/.aws/sso", "/.aws/config", "/.aws",
					    ""};
	char path[256];

	unlink(sso_cache);
	unlink(login_cache);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(path, sizeof(path), "%s%s", home, parts[i]);
		remove(path);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[256], name[PROVIDER_HEX_SIZE];

	(void)argc;
	(void)argv;
	FUZZ_CHECK(mkdtemp(home));
	atexit(remove_home);
	setenv("HOME", home, 1);
	setenv("AWS_LOGIN_CACHE_DIRECTORY", home, 1);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/keys", 1);
	for (const char *part = "/.aws\0/.aws/sso\0/.aws/sso/cache\0"; *part;
	     part += strlen(part) + 1) {
		snprintf(path, sizeof(path), "%s%s", home, part);
		FUZZ_CHECK(mkdir(path, 0700) == 0);
	}
	provider_hash_name("s", true, name);
	snprintf(sso_cache, sizeof(sso_cache), "%s/.aws/sso/cache/%s.json", home, name);
	provider_hash_name("l", false, name);
	snprintf(login_cache, sizeof(login_cache), "%s/%s.json", home, name);
	snprintf(path, sizeof(path), "%s/.aws/config", home);
	put_file(path, config, strlen(config));
	setenv("AWS_CONFIG_FILE", path, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	FUZZ_CHECK(settings_load("p", &settings, NULL) == 0);
	fake_clock_init(&now, 1000000, 1790000000000);
	return 0;
}

static void check_keys(const struct credentials *credentials)
{
	const char *const texts[] = {credentials->access_key, credentials->secret_key,
				     credentials->session_token};

	FUZZ_CHECK(texts[0] && texts[0][0] && texts[1] && texts[1][0]);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (const char *p = texts[i]; p && *p; p++)
			FUZZ_CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		provider_fn *provider;
		const char *cache;
	} providers[] = {
		{provider_sso, sso_cache},
		{provider_login, login_cache},
		{provider_container, NULL},
		{provider_instance, NULL},
	};
	struct input input = {(const char *)data, size};
	size_t which = input_byte(&input) % ARRAY_SIZE(providers), len;
	struct credentials *credentials = NULL;
	_cleanup_(buf_done) struct buf lacks = {0};
	struct error err = {0};
	struct cancel cancel;
	_cleanup_free_ char *text = input_part(&input, &len);

	/* So that no pause is one. */
	cancel_init(&cancel);
	cancel_trigger(&cancel);
	answers = input;
	if (providers[which].cache)
		put_file(providers[which].cache, text, len);
	const struct provider_context context = {
		.settings = settings,
		.http = &http,
		.clock = &now.clock,
		.cancel = &cancel,
		.region = "us-east-1",
		.profile = "p",
	};
	int r = providers[which].provider(&context, &lacks, &credentials, &err);
	FUZZ_CHECK_MSG(r < 0 ? err.errnum == -r && err.message[0] && !credentials
			     : credentials || lacks.len > 0,
		       "%s", error_name(-r));
	if (credentials)
		check_keys(credentials);
	credentials_unref(credentials);
	cancel_done(&cancel);
	return 0;
}

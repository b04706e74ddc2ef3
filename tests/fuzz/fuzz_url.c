/*
 * Addresses: the parts of one that is accepted make up an address with the same parts, and say
 * the same about TLS.
 */
#include <errno.h>

#include "fuzz.h"

#include "ecsfs/aws/url.h"
#include "ecsfs/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	_cleanup_free_ char *text = input_part(&input, NULL);
	struct url url = {0}, again = {0};
	char built[8192], authority[512];

	int r = url_parse(text, &url);
	FUZZ_CHECK(r == 0 || r == -EINVAL);
	if (r < 0) {
		FUZZ_CHECK(url.host[0] == '\0');
		return 0;
	}
	FUZZ_CHECK(strcmp(url.scheme, "http") == 0 || strcmp(url.scheme, "https") == 0);
	FUZZ_CHECK(url.host[0] && !strpbrk(url.host, "/?#@ \r\n") && url.path[0] == '/');
	FUZZ_CHECK(!strpbrk(url.path, " \r\n?#") && !strpbrk(url.query, " \r\n#"));
	FUZZ_CHECK(strspn(url.port, "0123456789") == strlen(url.port));
	url_authority(&url, authority, sizeof(authority));
	FUZZ_CHECK(strncmp(authority, url.host, strlen(url.host)) == 0);
	/* A host is told decoded, and without the zone of an IPv6 address. */
	const char *host = strstr(text, "://") + 1;
	host += strspn(host, "/");
	if (memchr(host, '%', strcspn(host, "/?#")))
		return 0;
	snprintf(built, sizeof(built), "%s://%s%s%s%s%s%s", url.scheme, url.host,
		 url.port[0] ? ":" : "", url.port, url.path, url.query[0] ? "?" : "", url.query);
	FUZZ_CHECK_MSG(url_parse(built, &again) == 0, "%s from %s", built, text);
	FUZZ_CHECK_MSG(memcmp(&url, &again, sizeof(url)) == 0, "%s from %s", built, text);
	FUZZ_CHECK(!(url_is_loopback(&url) && url_is_credential_host(&url)));
	return 0;
}

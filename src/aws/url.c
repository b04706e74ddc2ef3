#include "ecsfs/aws/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ecsfs/base/cleanup.h"

static int copy_part(CURLU *handle, CURLUPart part, char *to, size_t size)
{
	char *text = NULL;
	CURLUcode code = curl_url_get(handle, part, &text, 0);

	if (code == CURLUE_NO_QUERY || code == CURLUE_NO_PORT) {
		to[0] = '\0';
		return 0;
	}
	if (code != CURLUE_OK)
		return code == CURLUE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
	int used = snprintf(to, size, "%s", text);
	curl_free(text);
	return used >= 0 && (size_t)used < size ? 0 : -EINVAL;
}

static bool has_part(CURLU *handle, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(handle, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

static int parse(CURLU *handle, const char *text, struct url *ret)
{
	int r = 0;

	if (curl_url_set(handle, CURLUPART_URL, text, 0) != CURLUE_OK)
		return -EINVAL;
	/* A name and password in an address would be sent beside the signature, and shown. */
	if (has_part(handle, CURLUPART_USER) || has_part(handle, CURLUPART_FRAGMENT))
		return -EINVAL;
	if ((r = copy_part(handle, CURLUPART_SCHEME, ret->scheme, sizeof(ret->scheme))) < 0 ||
	    (r = copy_part(handle, CURLUPART_HOST, ret->host, sizeof(ret->host))) < 0 ||
	    (r = copy_part(handle, CURLUPART_PORT, ret->port, sizeof(ret->port))) < 0 ||
	    (r = copy_part(handle, CURLUPART_PATH, ret->path, sizeof(ret->path))) < 0)
		return r;
	return copy_part(handle, CURLUPART_QUERY, ret->query, sizeof(ret->query));
}

int url_parse(const char *text, struct url *ret_url)
{
	struct url url = {0};

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return -EINVAL;
	/* libcurl is content with one slash, or with none. */
	if (strncmp(text + strcspn(text, ":/?#"), "://", 3) != 0)
		return -EINVAL;
	CURLU *handle = curl_url();
	if (!handle)
		return -ENOMEM;
	int r = parse(handle, text, &url);
	curl_url_cleanup(handle);
	if (r < 0)
		return r;
	if (strcmp(url.scheme, "http") != 0 && strcmp(url.scheme, "https") != 0)
		return -EINVAL;
	*ret_url = url;
	return 0;
}

void url_authority(const struct url *url, char *out, size_t size)
{
	bool https = strcmp(url->scheme, "https") == 0;
	bool default_port = !url->port[0] || strcmp(url->port, https ? "443" : "80") == 0;

	snprintf(out, size, "%s%s%s", url->host, default_port ? "" : ":",
		 default_port ? "" : url->port);
}

static void bare_host(const struct url *url, char *out, size_t size)
{
	size_t len = strlen(url->host);

	if (len > 2 && url->host[0] == '[')
		snprintf(out, size, "%.*s", (int)(len - 2), url->host + 1);
	else
		snprintf(out, size, "%s", url->host);
}

bool url_is_loopback(const struct url *url)
{
	char host[sizeof(url->host)];
	struct in_addr v4;
	struct in6_addr v6;

	bare_host(url, host, sizeof(host));
	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool url_is_credential_host(const struct url *url)
{
	/* Container endpoints of ECS and EKS, and instance metadata of EC2. */
	static const char *const hosts[] = {
		"169.254.170.2",   "169.254.170.23", "fd00:ec2::23",
		"169.254.169.254", "fd00:ec2::254",
	};
	char host[sizeof(url->host)];

	bare_host(url, host, sizeof(host));
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (strcasecmp(host, hosts[i]) == 0)
			return true;
	return false;
}

/*
 * Addresses of endpoints: parts, and which of them may be spoken to without TLS. Pure.
 */
#ifndef ECSFS_AWS_URL_H
#define ECSFS_AWS_URL_H

#include <stdbool.h>
#include <stddef.h>

struct url {
	char scheme[8];
	char host[256]; /* an IPv6 address with its brackets */
	char port[8];   /* "" when the address names none */
	char path[1024];
	char query[2048]; /* without '?' */
};

/**
 * Return: 0, -ENOMEM, or -EINVAL for what is not an http or https address, and for one with a
 * user name, a fragment, white space or a part that is too long.
 */
int url_parse(const char *text, struct url *ret_url);

/* The value of the Host header: the port is left out where it is the scheme's own. */
void url_authority(const struct url *url, char *out, size_t size);

/* 127.0.0.0/8, ::1, localhost. */
bool url_is_loopback(const struct url *url);

/* The link-local addresses at which AWS hands out credentials. */
bool url_is_credential_host(const struct url *url);

#endif

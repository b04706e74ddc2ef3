/*
 * Proof of possession of a key (RFC 9449), which the sign-in service asks for.
 */
#ifndef ECSFS_AWS_DPOP_H
#define ECSFS_AWS_DPOP_H

#include <stdint.h>

/**
 * @key_pem: a private key on P-256
 * @url: where the POST goes
 * @ret_proof: new: the value of the DPoP header
 * Return: 0, -EINVAL for a key that is none, -ENOMEM.
 */
int dpop_proof(const char *key_pem, const char *url, int64_t unix_s, char **ret_proof);

#endif

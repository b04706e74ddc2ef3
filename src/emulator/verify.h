/*
 * Signature Version 4, from the other side: whether a request was signed with the key.
 *
 * Written from AWS's description alone ("Create a signed AWS API request", IAM User Guide) and
 * on OpenSSL's primitives, so that a mistake of the signing client is not repeated here.
 */
#ifndef EMULATOR_VERIFY_H
#define EMULATOR_VERIFY_H

#include "request.h"

/**
 * Check the request's signature and date.
 *
 * Return: 0, or -1 and the call failed as AWS words it.
 */
int verify_request(const struct request *request, const char *access_key, const char *secret_key,
		   int64_t now_ms, struct call *call);

#endif

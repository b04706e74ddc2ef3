/*
 * What an answer of AWS's JSON 1.1 protocol says: success, or which error.
 */
#ifndef ECSFS_AWS_RESPONSE_H
#define ECSFS_AWS_RESPONSE_H

#include "ecsfs/aws/http.h"
#include "ecsfs/base/error.h"

/**
 * Return: 0 for HTTP 200; else the negative errno of the error that @response carries, with
 * @err filled. The code is looked for in __type, code and x-amzn-errortype, the text in message
 * and Message; an answer that holds neither is described by its status.
 */
int response_check(const struct http_response *response, struct error *err);

#endif

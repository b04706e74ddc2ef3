/*
 * Error answers: whatever comes with a status other than 200 is an error with a reason.
 *
 * Input: two bytes for the status, the x-amzn-errortype header, ended by a NUL, and the body.
 */
#include <errno.h>

#include "fuzz.h"

#include "ecsfs/aws/response.h"
#include "ecsfs/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	struct http_response response = {.reach = HTTP_ANSWERED, .retry_after_ms = -1};
	struct error err = {0};

	response.status = 100 + (input_byte(&input) << 8 | input_byte(&input)) % 500;
	_cleanup_free_ char *type = input_part(&input, NULL);
	snprintf(response.error_type, sizeof(response.error_type), "%s", type);
	buf_append(&response.body, input.data, input.size);
	int r = response_check(&response, &err);
	if (response.status == 200) {
		FUZZ_CHECK(r == 0 && err.errnum == 0);
	} else {
		FUZZ_CHECK(r < 0 && err.errnum == -r && err.message[0]);
		FUZZ_CHECK(err.http_status == response.status);
		FUZZ_CHECK(r == response_check(&response, NULL));
		FUZZ_CHECK(strcmp(error_name(-r), "EUNKNOWN") != 0);
	}
	http_response_done(&response);
	return 0;
}

/* What is never sent, whoever asks for it. */
#include <errno.h>

#include "../unit.h"

#include "ecsfs/aws/http.h"

/* A token that a service or a file gave must not begin another header. */
static const char *const lines[] = {
	"Authorization: a\r\nX-Other: b",
	"Authorization: a\nX-Other: b",
	"Authorization: a\r",
};

START_TEST(a_header_with_a_line_break_is_refused)
{
	/* Nobody listens there: a request that was tried would be EHOSTUNREACH. */
	const char *const headers[] = {"Accept: */*", lines[_i], NULL};
	const struct http_request request = {
		.method = "GET",
		.url = "http://127.0.0.1:1/",
		.headers = headers,
		.timeout_ms = 5000,
	};
	struct http_response response = {0};
	struct error err = {0};
	struct http *http;

	ck_assert_int_eq(http_new_curl(1, NULL, &http, &err), 0);
	ck_assert_str_eq(error_name(-http_send(http, &request, &response, &err)), "EINVAL");
	ck_assert_int_eq(err.errnum, EINVAL);
	ck_assert_int_eq(response.reach, HTTP_NOT_SENT);
	http_response_done(&response);
	http_free(http);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("http");
	TCase *tcase = tcase_create("http");

	tcase_add_loop_test(tcase, a_header_with_a_line_break_is_refused, 0,
			    sizeof(lines) / sizeof(lines[0]));
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

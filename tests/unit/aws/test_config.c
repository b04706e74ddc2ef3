/* The config format, addresses, command lines: everything that is read without a network. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "aws/split.h"

#include "ecsfs/aws/config_file.h"
#include "ecsfs/aws/endpoint.h"
#include "ecsfs/aws/http.h"
#include "ecsfs/aws/response.h"
#include "ecsfs/aws/url.h"
#include "ecsfs/base/cleanup.h"

/* Cases of the SDKs' shared profile-parser tests, in our words: NULL is "not there". */
static const struct {
	const char *text, *section, *block, *key, *value;
} files[] = {
	{"", "default", NULL, "a", NULL},
	{"[default]\na = b", "default", NULL, "a", "b"},
	{"[default]\na=b\n", "default", NULL, "A", "b"},
	{"[default]\r\nA  :  b c \r\n", "default", NULL, "a", "b c"},
	{"\xef\xbb\xbf[default]\na = b\n", "default", NULL, "a", "b"},
	{"[ default ]\na = b\n", "default", NULL, "a", "b"},
	{"[default] ; note\na = b\n", "default", NULL, "a", "b"},
	{"# one\n; two\n\n[default]\n# three\na = b\n", "default", NULL, "a", "b"},
	{"[default]\na = b # not a note\n", "default", NULL, "a", "b # not a note"},
	{"[default]\na = b=c:d\n", "default", NULL, "a", "b=c:d"},
	{"[default]\na =\n", "default", NULL, "a", ""},
	{"[default]\na = 1\na = 2\n", "default", NULL, "a", "2"},
	{"[default]\na = 1\n[x]\nb = 2\n[default]\nc = 3\n", "default", NULL, "a", "1"},
	{"[default]\na = one\n  two\n", "default", NULL, "a", "one\ntwo"},
	{"[default]\ns3 =\n  a = b\n  c=d\ne = f\n", "default", "s3", "c", "d"},
	{"[default]\ns3 =\n  a = b\n  c=d\ne = f\n", "default", NULL, "e", "f"},
	{"[default]\ns3 =\n  a = b\n", "default", NULL, "a", NULL},
	{"[default]\ns3 =\n  a = b\n\n  # note\n  c = d\n", "default", "s3", "c", "d"},
	{"[a]\nx = 1\n[b]\ny = 2\n", "b", NULL, "x", NULL},
};

START_TEST(a_file_is_read_as_the_format_says)
{
	struct config_file *file = NULL;
	struct error err = {0};

	ck_assert_msg(config_file_parse(files[_i].text, strlen(files[_i].text), "config", &file,
					&err) == 0,
		      "%s", err.message);
	const struct config_section *section = config_file_section(file, files[_i].section);
	const char *found =
		files[_i].block ? config_section_get_nested(section, files[_i].block, files[_i].key)
				: config_section_get(section, files[_i].key);
	ck_assert_pstr_eq(found, files[_i].value);
	config_file_free(file);
}
END_TEST

static const struct {
	const char *text;
	int line;
} broken[] = {
	{"a = b\n", 1},          {"[default\na = b\n", 1}, {"[]\n", 1},
	{"[x]\n\nnothing\n", 3}, {"[x]\n= y\n", 2},        {"[x]\ns3 =\n  no equals sign\n", 3},
};

START_TEST(a_broken_line_is_named)
{
	struct config_file *file = NULL;
	struct error err = {0};
	char expected[32];

	ck_assert_int_eq(
		config_file_parse(broken[_i].text, strlen(broken[_i].text), "config", &file, &err),
		-EINVAL);
	snprintf(expected, sizeof(expected), "config line %d:", broken[_i].line);
	ck_assert_msg(strncmp(err.message, expected, strlen(expected)) == 0, "%s", err.message);
	ck_assert_ptr_null(file);
}
END_TEST

static const struct {
	const char *title, *name;
	bool same;
} titles[] = {
	{"profile a", "a", true},           {"profile  a", "a", true},
	{"profile\ta", "a", true},          {"profile \"a b\"", "a b", true},
	{"profile 'a b'", "a b", true},     {"profile a\\ b", "a b", true},
	{"profile a b", "a b", false},      {"profile \"a", "a", false},
	{"profile \"a\\b\"", "a\\b", true}, {"profile \"a\\\"b\"", "a\"b", true},
	{"profile 'a\\b'", "a\\b", true},   {"profilea", "a", false},
	{"profile ab", "a", false},         {"profile a", "ab", false},
	{"sso-session a", "a", false},
};

START_TEST(a_title_is_a_type_and_one_word)
{
	struct config_file *file = NULL;
	char text[80];

	snprintf(text, sizeof(text), "[%s]\nx = y\n", titles[_i].title);
	ck_assert_int_eq(config_file_parse(text, strlen(text), "config", &file, NULL), 0);
	ck_assert((config_file_typed(file, "profile", titles[_i].name, NULL) != NULL) ==
		  titles[_i].same);
	config_file_free(file);
}
END_TEST

static const struct {
	const char *url;
	bool loopback_only, with_credential_hosts;
} urls[] = {
	{"https://ecs.us-east-1.amazonaws.com", true, true},
	{"https://10.0.0.1:8443/x", true, true},
	{"http://127.0.0.1", true, true},
	{"http://127.8.9.10:80/x", true, true},
	{"http://[::1]:5000", true, true},
	{"http://localhost:5000", true, true},
	{"http://LOCALHOST", true, true},
	{"http://169.254.170.2/x", false, true},
	{"http://169.254.169.254", false, true},
	{"http://[fd00:ec2::23]/v1", false, true},
	{"http://10.0.0.1", false, false},
	{"http://example.com", false, false},
	{"http://localhost.example.com", false, false},
	{"http://127.0.0.1.example.com", false, false},
	{"http://169.254.170.2.example.com", false, false},
	{"http://user@127.0.0.1/", false, false},
	{"http://127.0.0.1/a b", false, false},
	{"http:/127.0.0.1", false, false},
	{"http:/127.0.0.1/x://y", false, false},
	{"127.0.0.1/x://y", false, false},
	{"http://127.0.0.1/\r\nX: y", false, false},
	{"ftp://127.0.0.1/", false, false},
	{"file:///etc/passwd", false, false},
	{"127.0.0.1:80", false, false},
	{"", false, false},
};

START_TEST(only_hosts_of_this_machine_go_without_tls)
{
	ck_assert_msg((http_check_url(urls[_i].url, HTTP_PLAIN_LOOPBACK, NULL) == 0) ==
			      urls[_i].loopback_only,
		      "%s", urls[_i].url);
	ck_assert_msg((http_check_url(urls[_i].url, HTTP_PLAIN_CREDENTIALS, NULL) == 0) ==
			      urls[_i].with_credential_hosts,
		      "%s", urls[_i].url);
}
END_TEST

static const struct {
	const char *url, *authority, *path;
} authorities[] = {
	{"https://a.example", "a.example", "/"},
	{"https://a.example:443/x/y", "a.example", "/x/y"},
	{"http://127.0.0.1:443/", "127.0.0.1:443", "/"},
	{"http://127.0.0.1:80", "127.0.0.1", "/"},
	{"http://[::1]:8080/%20", "[::1]:8080", "/%20"},
};

START_TEST(a_host_header_names_the_port_only_where_it_is_not_the_usual_one)
{
	struct url url;
	char authority[300];

	ck_assert_int_eq(url_parse(authorities[_i].url, &url), 0);
	url_authority(&url, authority, sizeof(authority));
	ck_assert_str_eq(authority, authorities[_i].authority);
	ck_assert_str_eq(url.path, authorities[_i].path);
}
END_TEST

/* Endpoints as the AWS General Reference lists them. */
static const struct {
	const char *region;
	bool fips, dual_stack;
	const char *url;
} endpoints[] = {
	{"us-east-1", false, false, "https://ecs.us-east-1.amazonaws.com"},
	{"us-east-1", true, false, "https://ecs-fips.us-east-1.amazonaws.com"},
	{"us-west-2", false, true, "https://ecs.us-west-2.api.aws"},
	{"us-west-2", true, true, "https://ecs-fips.us-west-2.api.aws"},
	{"cn-north-1", false, false, "https://ecs.cn-north-1.amazonaws.com.cn"},
	{"cn-north-1", false, true, "https://ecs.cn-north-1.api.amazonwebservices.com.cn"},
	{"eusc-de-east-1", false, false, "https://ecs.eusc-de-east-1.amazonaws.eu"},
	{"us-gov-west-1", true, false, "https://ecs-fips.us-gov-west-1.amazonaws.com"},
	{"us-iso-east-1", false, false, "https://ecs.us-iso-east-1.c2s.ic.gov"},
	{"us-isob-east-1", false, false, "https://ecs.us-isob-east-1.sc2s.sgov.gov"},
};

START_TEST(a_service_has_the_address_of_its_partition)
{
	static const struct endpoint_service ecs = {.id = "ECS", .prefix = "ecs"};
	char url[ENDPOINT_SIZE];

	endpoint_standard(&ecs, endpoints[_i].region, endpoints[_i].fips, endpoints[_i].dual_stack,
			  url);
	ck_assert_str_eq(url, endpoints[_i].url);
	endpoint_standard(&endpoint_sts, "us-gov-west-1", true, false, url);
	ck_assert_str_eq(url, "https://sts.us-gov-west-1.amazonaws.com");
}
END_TEST

/* What Python's shlex.split gives, which the AWS CLI uses. */
static const struct {
	const char *line;
	const char *words[5];
} lines[] = {
	{"", {NULL}},
	{"a", {"a"}},
	{"  a\tb  ", {"a", "b"}},
	{"a 'b c' \"d e\"", {"a", "b c", "d e"}},
	{"a'b'\"c\"d", {"abcd"}},
	{"a '' \"\"", {"a", "", ""}},
	{"a\\ b \\\"c", {"a b", "\"c"}},
	{"'a\\b' \"a\\b\" \"a\\\"\\\\\"", {"a\\b", "a\\b", "a\"\\"}},
	{"$HOME;* | #x", {"$HOME;*", "|", "#x"}},
};

START_TEST(a_command_line_is_split_as_by_a_shell_that_expands_nothing)
{
	_cleanup_free_ char **words = NULL;
	size_t i = 0;

	ck_assert_int_eq(split_words(lines[_i].line, &words), 0);
	for (; lines[_i].words[i]; i++)
		ck_assert_pstr_eq(words[i], lines[_i].words[i]);
	ck_assert_ptr_null(words[i]);
}
END_TEST

START_TEST(an_unfinished_quote_is_an_error)
{
	static const char *const bad[] = {"a 'b", "\"", "a\\", "'a\" b"};
	char **words = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(split_words(bad[i], &words), -EINVAL);
}
END_TEST

static const struct {
	int status;
	const char *body, *error_type;
	int errnum;
	const char *code, *message;
} answers[] = {
	{200, "{}", "", 0, "", ""},
	{400, "{\"__type\":\"ClusterNotFoundException\",\"message\":\"Gone.\"}", "", ENOENT,
	 "ClusterNotFoundException", "Gone."},
	{400, "{\"__type\":\"com.amazonaws.ecs#ThrottlingException\",\"Message\":\"Slow\"}", "",
	 EBUSY, "ThrottlingException", "Slow"},
	{400, "{\"message\":\"m\"}", "AccessDeniedException:http://x/", EACCES,
	 "AccessDeniedException", "m"},
	{400, "{\"code\":\"InvalidParameterException\"}", "", EINVAL, "InvalidParameterException",
	 "HTTP status 400 without a message"},
	{500, "", "", EREMOTEIO, "", "HTTP status 500 with an empty answer"},
	{502, "<html>\nBad\x1b[0m</html>", "", EREMOTEIO, "",
	 "HTTP status 502: <html> Bad [0m</html>"},
	{400, "{\"__type\":", "", EREMOTEIO, "", "HTTP status 400: {\"__type\":"},
	{400, "[1]", "", EREMOTEIO, "", "HTTP status 400: [1]"},
	{403, "", "", EACCES, "", "HTTP status 403 with an empty answer"},
	{429, "", "", EBUSY, "TooManyRequestsException", "HTTP status 429 with an empty answer"},
	{301, "", "", EPROTO, "", "unexpected HTTP status 301"},
	{204, "", "", EPROTO, "", "unexpected HTTP status 204"},
};

START_TEST(an_answer_says_what_went_wrong)
{
	struct http_response response = {.status = answers[_i].status, .request_id = "id-1"};
	struct error err = {0};

	buf_puts(&response.body, answers[_i].body);
	snprintf(response.error_type, sizeof(response.error_type), "%s", answers[_i].error_type);
	ck_assert_int_eq(response_check(&response, &err), -answers[_i].errnum);
	if (answers[_i].errnum) {
		ck_assert_str_eq(err.code, answers[_i].code);
		ck_assert_str_eq(err.message, answers[_i].message);
		ck_assert_int_eq(err.http_status, answers[_i].status);
		if (answers[_i].status >= 400)
			ck_assert_str_eq(err.request_id, "id-1");
	}
	http_response_done(&response);
}
END_TEST

#define LOOP(test, table) tcase_add_loop_test(tc, test, 0, (int)ARRAY_SIZE(table))

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = tcase_create("config");

	LOOP(a_file_is_read_as_the_format_says, files);
	LOOP(a_broken_line_is_named, broken);
	LOOP(a_title_is_a_type_and_one_word, titles);
	LOOP(only_hosts_of_this_machine_go_without_tls, urls);
	LOOP(a_host_header_names_the_port_only_where_it_is_not_the_usual_one, authorities);
	LOOP(a_service_has_the_address_of_its_partition, endpoints);
	LOOP(a_command_line_is_split_as_by_a_shell_that_expands_nothing, lines);
	tcase_add_test(tc, an_unfinished_quote_is_an_error);
	LOOP(an_answer_says_what_went_wrong, answers);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

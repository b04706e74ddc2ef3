#include <string.h>

#include "../unit.h"

#include "ecsfs/aws/sigv4.h"
#include "ecsfs/base/cleanup.h"

/* The keys, the time and the place of AWS's published SigV4 test suite. */
static const struct sigv4_scope suite_scope = {
	.access_key = "AKIDEXAMPLE",
	.secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
	.region = "us-east-1",
	.service = "service",
	.date = "20150830T123600Z",
};

#define MAX_HEADERS 6
#define HOST                                                                                       \
	{                                                                                          \
		"Host", "example.amazonaws.com"                                                    \
	}
#define DATE                                                                                       \
	{                                                                                          \
		"X-Amz-Date", "20150830T123600Z"                                                   \
	}

/* Requests of that suite and the signatures that it publishes. */
static const struct {
	const char *name, *method, *path, *query, *body;
	struct sigv4_header headers[MAX_HEADERS];
	const char *signature;
} vectors[] = {
	{"get-vanilla",
	 "GET",
	 "/",
	 "",
	 "",
	 {HOST, DATE},
	 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-vanilla-query",
	 "GET",
	 "/",
	 "",
	 "",
	 {HOST, DATE},
	 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-vanilla-query-order-key-case",
	 "GET",
	 "/",
	 "Param2=value2&Param1=value1",
	 "",
	 {HOST, DATE},
	 "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	{"get-vanilla-query-unreserved",
	 "GET",
	 "/",
	 "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
	 "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	 "",
	 {HOST, DATE},
	 "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
	{"get-unreserved",
	 "GET",
	 "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	 "",
	 "",
	 {HOST, DATE},
	 "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
	{"get-utf8",
	 "GET",
	 "/\xe1\x88\xb4",
	 "",
	 "",
	 {HOST, DATE},
	 "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
	{"get-vanilla-utf8-query",
	 "GET",
	 "/",
	 "\xe1\x88\xb4=bar",
	 "",
	 {HOST, DATE},
	 "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
	{"get-header-key-duplicate",
	 "GET",
	 "/",
	 "",
	 "",
	 {HOST, {"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}, DATE},
	 "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
	{"get-header-value-order",
	 "GET",
	 "/",
	 "",
	 "",
	 {HOST,
	  {"My-Header1", "value4"},
	  {"My-Header1", "value1"},
	  {"My-Header1", "value3"},
	  {"My-Header1", "value2"},
	  DATE},
	 "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
	{"get-header-value-trim",
	 "GET",
	 "/",
	 "",
	 "",
	 {HOST, {"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}, DATE},
	 "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	{"get-relative",
	 "GET",
	 "/example/..",
	 "",
	 "",
	 {HOST, DATE},
	 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-relative-relative",
	 "GET",
	 "/example1/example2/../..",
	 "",
	 "",
	 {HOST, DATE},
	 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-slash",
	 "GET",
	 "//",
	 "",
	 "",
	 {HOST, DATE},
	 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-slash-dot-slash",
	 "GET",
	 "/./",
	 "",
	 "",
	 {HOST, DATE},
	 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-slash-pointless-dot",
	 "GET",
	 "/./example",
	 "",
	 "",
	 {HOST, DATE},
	 "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
	{"get-slashes",
	 "GET",
	 "//example//",
	 "",
	 "",
	 {HOST, DATE},
	 "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
	{"get-space",
	 "GET",
	 "/example space/",
	 "",
	 "",
	 {HOST, DATE},
	 "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
	{"post-vanilla",
	 "POST",
	 "/",
	 "",
	 "",
	 {HOST, DATE},
	 "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
	{"post-vanilla-query",
	 "POST",
	 "/",
	 "Param1=value1",
	 "",
	 {HOST, DATE},
	 "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
	{"post-header-key-case",
	 "POST",
	 "/",
	 "",
	 "",
	 {HOST, DATE},
	 "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
	{"post-header-key-sort",
	 "POST",
	 "/",
	 "",
	 "",
	 {HOST, {"My-Header1", "value1"}, DATE},
	 "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
	{"post-header-value-case",
	 "POST",
	 "/",
	 "",
	 "",
	 {HOST, {"My-Header1", "VALUE1"}, DATE},
	 "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
	{"post-x-www-form-urlencoded",
	 "POST",
	 "/",
	 "",
	 "Param1=value1",
	 {{"Content-Type", "application/x-www-form-urlencoded"}, HOST, DATE},
	 "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
};

static struct sigv4_request vector_request(int i)
{
	struct sigv4_request request = {
		.method = vectors[i].method,
		.path = vectors[i].path,
		.query = vectors[i].query,
		.headers = vectors[i].headers,
		.body = vectors[i].body,
		.body_len = strlen(vectors[i].body),
	};

	while (request.header_count < MAX_HEADERS && vectors[i].headers[request.header_count].name)
		request.header_count++;
	return request;
}

START_TEST(a_request_of_the_published_suite_has_its_signature)
{
	const struct sigv4_request request = vector_request(_i);
	_cleanup_free_ char *value = NULL;

	ck_assert_int_eq(sigv4_authorization(&request, &suite_scope, &value), 0);
	const char *signature = strstr(value, "Signature=");
	ck_assert_ptr_nonnull(signature);
	ck_assert_msg(strcmp(signature + strlen("Signature="), vectors[_i].signature) == 0,
		      "%s: %s", vectors[_i].name, signature);
}
END_TEST

/* The worked example of "Create a signed AWS API request": IAM's ListUsers. */
START_TEST(each_stage_gives_what_the_guide_shows)
{
	static const struct sigv4_header headers[] = {
		{"host", "iam.amazonaws.com"},
		{"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
		{"x-amz-date", "20150830T123600Z"},
	};
	const struct sigv4_request request = {
		.method = "GET",
		.path = "/",
		.query = "Action=ListUsers&Version=2010-05-08",
		.headers = headers,
		.header_count = ARRAY_SIZE(headers),
		.body = "",
	};
	struct sigv4_scope scope = suite_scope;
	_cleanup_(buf_done) struct buf canonical = {0}, to_sign = {0}, names = {0};
	unsigned char key[SIGV4_HASH_SIZE];
	char hex[SIGV4_HEX_SIZE];

	scope.service = "iam";
	sigv4_canonical_request(&request, &canonical);
	sigv4_hash_hex(canonical.data, canonical.len, hex);
	ck_assert_str_eq(hex, "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
	sigv4_signed_headers(&request, &names);
	ck_assert_str_eq(names.data, "content-type;host;x-amz-date");
	sigv4_string_to_sign(&scope, canonical.data, canonical.len, &to_sign);
	ck_assert_str_eq(to_sign.data,
			 "AWS4-HMAC-SHA256\n20150830T123600Z\n"
			 "20150830/us-east-1/iam/aws4_request\n"
			 "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
	sigv4_signing_key(&scope, key);
	static const unsigned char expected[] = {
		0xc4, 0xaf, 0xb1, 0xcc, 0x57, 0x71, 0xd8, 0x71, 0x76, 0x3a, 0x39,
		0x3e, 0x44, 0xb7, 0x03, 0x57, 0x1b, 0x55, 0xcc, 0x28, 0x42, 0x4d,
		0x1a, 0x5e, 0x86, 0xda, 0x6e, 0xd3, 0xc1, 0x54, 0xa4, 0xb9,
	};
	ck_assert_mem_eq(key, expected, sizeof(expected));
	sigv4_signature(key, to_sign.data, to_sign.len, hex);
	ck_assert_str_eq(hex, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}
END_TEST

START_TEST(it_does_not_matter_how_a_query_was_encoded)
{
	static const struct sigv4_header headers[] = {HOST};
	struct sigv4_request request = {
		.method = "GET", .path = "/", .headers = headers, .header_count = 1, .body = ""};
	_cleanup_(buf_done) struct buf a = {0}, b = {0};

	request.query = "b=%2f&a=x%20y&a=&c";
	sigv4_canonical_request(&request, &a);
	request.query = "a=&a=x y&c=&b=/";
	sigv4_canonical_request(&request, &b);
	ck_assert_str_eq(a.data, b.data);
	ck_assert_ptr_nonnull(strstr(a.data, "\na=&a=x%20y&b=%2F&c=\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sigv4");
	TCase *tc = tcase_create("sigv4");

	tcase_add_loop_test(tc, a_request_of_the_published_suite_has_its_signature, 0,
			    (int)ARRAY_SIZE(vectors));
	tcase_add_test(tc, each_stage_gives_what_the_guide_shows);
	tcase_add_test(tc, it_does_not_matter_how_a_query_was_encoded);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

#include <string.h>

#include "../unit.h"
#include "verify.h"

#include "ecsfs/base/cleanup.h"

/* Signed by botocore 1.40's SigV4Auth on a clock that stood at this time. */
#define SIGNED_MS 1780056000000LL
#define KEY "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define SCOPE "/20260529/eu-west-3/ecs/aws4_request, "
#define HEADERS "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
#define SIGNATURE "Signature=0b64355899141f5260ab6cb1d161667ace4519466feeaa5ad67826fe2ecef3c9"
#define GOOD "AWS4-HMAC-SHA256 Credential=" KEY SCOPE HEADERS SIGNATURE

static const struct {
	const char *authorization, *body, *type;
	int64_t late_ms;
	const char *code, *words;
} rows[] = {
	{GOOD, "{\"maxResults\":2}", "application/x-amz-json-1.1", 0, "", ""},
	{GOOD, "{\"maxResults\":2}", "  application/x-amz-json-1.1 ", 299000, "", ""},
	{GOOD, "{\"maxResults\":3}", "application/x-amz-json-1.1", 0, "InvalidSignatureException",
	 "does not match"},
	{GOOD, "{\"maxResults\":2}", "text/plain", 0, "InvalidSignatureException",
	 "does not match"},
	{GOOD, "{\"maxResults\":2}", "application/x-amz-json-1.1", 301000,
	 "InvalidSignatureException", "Signature expired: 20260529T120000Z"},
	{GOOD, "{\"maxResults\":2}", "application/x-amz-json-1.1", -301000,
	 "InvalidSignatureException", "Signature not yet current"},
	{"", "", "", 0, "MissingAuthenticationTokenException", ""},
	{"AWS4-HMAC-SHA256 nonsense", "", "", 0, "IncompleteSignatureException", ""},
	{"AWS4-HMAC-SHA256 Credential=OTHER" SCOPE HEADERS SIGNATURE, "", "", 0,
	 "UnrecognizedClientException", ""},
	{"AWS4-HMAC-SHA256 Credential=" KEY
	 "/20260529/eu-west-3/ec2/aws4_request, " HEADERS SIGNATURE,
	 "", "", 0, "InvalidSignatureException", "correct service"},
	{"AWS4-HMAC-SHA256 Credential=" KEY SCOPE "SignedHeaders=host;x-amz-date, " SIGNATURE, "",
	 "", 0, "InvalidSignatureException", "must be signed"},
};

START_TEST(only_what_the_key_signed_lately_is_let_in)
{
	struct header headers[] = {
		{(char *)"authorization", (char *)rows[_i].authorization},
		{(char *)"content-type", (char *)rows[_i].type},
		{(char *)"host", (char *)"127.0.0.1:4580"},
		{(char *)"x-amz-date", (char *)"20260529T120000Z"},
		{(char *)"x-amz-target", (char *)"AmazonEC2ContainerServiceV20141113.ListClusters"},
	};
	struct request request = {.method = (char *)"POST",
				  .path = (char *)"/",
				  .headers = headers,
				  .num_headers = ARRAY_SIZE(headers),
				  .body = (char *)rows[_i].body,
				  .len = strlen(rows[_i].body)};
	struct call call = {0};
	int r = verify_request(&request, KEY, SECRET, SIGNED_MS + rows[_i].late_ms, &call);

	ck_assert_int_eq(r, *rows[_i].code ? -1 : 0);
	ck_assert_str_eq(call.code, rows[_i].code);
	ck_assert_msg(strstr(call.message, rows[_i].words), "%s", call.message);
}
END_TEST

START_TEST(another_secret_does_not_fit)
{
	struct header header = {(char *)"authorization", (char *)GOOD};
	struct request request = {.method = (char *)"POST",
				  .path = (char *)"/",
				  .headers = &header,
				  .num_headers = 1};
	struct call call = {0};

	ck_assert_int_eq(verify_request(&request, KEY, "other", SIGNED_MS, &call), -1);
	ck_assert_int_eq(call.status, 403);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify");
	TCase *tcase = tcase_create("verify");

	tcase_add_loop_test(tcase, only_what_the_key_signed_lately_is_let_in, 0,
			    (int)ARRAY_SIZE(rows));
	tcase_add_test(tcase, another_secret_does_not_fit);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

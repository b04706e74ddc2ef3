#include <string.h>

#include "../unit.h"
#include "out.h"

START_TEST(what_is_written_is_json_that_reads_back)
{
	struct out out = {0};
	char *large = calloc(1, 2001);

	memset(large, 'x', 2000);
	json_auto_t *inner = json_pack("{s:[i, b]}", "k", 1, 1);
	out_open(&out, NULL, '{');
	out_string(&out, "text", "a\"b\\c\n\x1f/\xc3\xbc");
	out_string(&out, "absent", NULL);
	out_format(&out, "large", "%s", large);
	out_int(&out, "min", INT64_MIN);
	out_int(&out, "max", INT64_MAX);
	out_time(&out, "time", 1780000000007);
	out_time(&out, "never", 0);
	out_bool(&out, "yes", true);
	out_real(&out, "real", 0);
	out_json(&out, "inner", inner);
	out_open(&out, "list", '[');
	out_open(&out, NULL, '{');
	out_close(&out, '}');
	out_int(&out, NULL, 0);
	out_close(&out, ']');
	out_close(&out, '}');

	json_auto_t *got = json_loadb(out.buf.data, out.buf.len, 0, NULL);
	json_auto_t *want =
		json_pack("{s:s, s:s, s:I, s:I, s:f, s:b, s:f, s:O, s:[{}, i]}", "text",
			  "a\"b\\c\n\x1f/\xc3\xbc", "large", large, "min", (json_int_t)INT64_MIN,
			  "max", (json_int_t)INT64_MAX, "time", 1780000000.007, "yes", 1, "real",
			  0.0, "inner", inner, "list", 0);
	ck_assert_msg(json_equal(got, want), "%s", out.buf.data);
	out_done(&out);
	free(large);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("out");
	TCase *tcase = tcase_create("out");

	tcase_add_test(tcase, what_is_written_is_json_that_reads_back);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

#include <errno.h>
#include <inttypes.h>

#include "unit.h"

#include "ecsfs/base/timestamp.h"

/* Expected values from date(1): date -u -d "2026-11-23T21:42:07Z" +%s */
static const struct {
	int64_t unix_ms;
	const char *text;
} both_ways[] = {
	{0, "1970-01-01T00:00:00.000Z"},
	{1795470127123, "2026-11-23T21:42:07.123Z"},
	{951782400000, "2000-02-29T00:00:00.000Z"},
	{-1, "1969-12-31T23:59:59.999Z"},
	{-62135596800000, "0001-01-01T00:00:00.000Z"},
	{-30641760000001, "0998-12-31T23:59:59.999Z"},
};

static const struct {
	const char *text;
	int64_t unix_ms; /* INT64_MIN: refused */
} parsed[] = {
	{"2026-11-23T21:42:07Z", 1795470127000},
	{"2026-11-23T22:42:07.5+01:00", 1795470127500},
	{"2026-11-23 21:42:07.123456Z", 1795470127123},
	{"2026-11-23T21:42:07UTC", 1795470127000},
	{"2026-11-23T21:42:07", INT64_MIN},
	{"2026-11-23T21:42:07Zx", INT64_MIN},
	{"yesterday, as they say", INT64_MIN},
	{"", INT64_MIN},
};

START_TEST(milliseconds_and_text_agree_both_ways)
{
	char text[TIMESTAMP_SIZE];
	int64_t unix_ms;

	timestamp_format_ms(both_ways[_i].unix_ms, text);
	ck_assert_str_eq(text, both_ways[_i].text);
	ck_assert_int_eq(timestamp_parse(text, &unix_ms), 0);
	ck_assert_int_eq(unix_ms, both_ways[_i].unix_ms);
}
END_TEST

START_TEST(other_spellings_parse_or_are_refused)
{
	int64_t unix_ms = INT64_MIN;

	ck_assert_int_eq(timestamp_parse(parsed[_i].text, &unix_ms),
			 parsed[_i].unix_ms == INT64_MIN ? -EINVAL : 0);
	ck_assert_int_eq(unix_ms, parsed[_i].unix_ms);
}
END_TEST

START_TEST(the_basic_form_is_what_sigv4_wants)
{
	char text[TIMESTAMP_SIZE];

	timestamp_format_basic(1440938160000, text);
	ck_assert_str_eq(text, "20150830T123600Z");
	timestamp_format_basic(-62135596800000, text);
	ck_assert_str_eq(text, "00010101T000000Z");
	timestamp_format_ms(INT64_MAX, text);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("timestamp");
	TCase *tc = tcase_create("timestamp");

	tcase_add_loop_test(tc, milliseconds_and_text_agree_both_ways, 0,
			    sizeof(both_ways) / sizeof(both_ways[0]));
	tcase_add_loop_test(tc, other_spellings_parse_or_are_refused, 0, 8);
	tcase_add_test(tc, the_basic_form_is_what_sigv4_wants);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "unit.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/store/render.h"

/* What `jq .` of version 1.6 printed for each; jq itself is asked as well where it is installed. */
static const struct {
	const char *json, *text;
} values[] = {
	{"{}", "{}\n"},
	{"[]", "[]\n"},
	{"{\"a\":{},\"b\":[]}", "{\n  \"a\": {},\n  \"b\": []\n}\n"},
	{"[1,[2,[3]],{\"x\":[{}]}]",
	 "[\n  1,\n  [\n    2,\n    [\n      3\n    ]\n  ],\n  {\n    \"x\": [\n      {}\n    ]\n"
	 "  }\n]\n"},
	{"{\"t\":true,\"f\":false,\"n\":null}",
	 "{\n  \"t\": true,\n  \"f\": false,\n  \"n\": null\n}\n"},
	/* members keep the API's order */
	{"{\"z\":1,\"a\":2}", "{\n  \"z\": 1,\n  \"a\": 2\n}\n"},
	/* escapes: only those that JSON requires, and DEL */
	{"[\"\\u0008\\t\\n\\f\\r\\\"\\\\\\/\"]", "[\n  \"\\b\\t\\n\\f\\r\\\"\\\\/\"\n]\n"},
	{"[\"\\u0000\\u0001\\u001f\\u007f\"]", "[\n  \"\\u0000\\u0001\\u001f\\u007f\"\n]\n"},
	{"[\"\\u00e9\\ud83d\\ude00\\u2028<>&'\"]", "[\n  \"\u00e9\U0001F600\u2028<>&'\"\n]\n"},
	{"{\"a\\n\\\"b\":1}", "{\n  \"a\\n\\\"b\": 1\n}\n"},
	{"{\"\":1}", "{\n  \"\": 1\n}\n"},
	/* numbers */
	{"[0,-1,100,4294967296,9007199254740991]",
	 "[\n  0,\n  -1,\n  100,\n  4294967296,\n  9007199254740991\n]\n"},
	{"[0.1,1.5,-2.25,3.0,0.0001,123.456]",
	 "[\n  0.1,\n  1.5,\n  -2.25,\n  3,\n  0.0001,\n  123.456\n]\n"},
	{"[1e15,1e16,1e17,1e19,3e10]",
	 "[\n  1000000000000000,\n  1e+16,\n  1e+17,\n  1e+19,\n  30000000000\n]\n"},
	{"[1e-5,0.00001234,5e-324]", "[\n  1e-05,\n  1.234e-05,\n  5e-324\n]\n"},
	{"[1.2345e19,1.2345e20,123456.789e10]",
	 "[\n  12345000000000000000,\n  1.2345e+20,\n  1234567890000000\n]\n"},
	{"[12345678901234567.0,1152921504606846976.0,1.7976931348623157e308]",
	 "[\n  12345678901234568,\n  1152921504606847000,\n  1.7976931348623157e+308\n]\n"},
	{"[-0.0,0.0,0.30000000000000004]", "[\n  -0,\n  0,\n  0.30000000000000004\n]\n"},
};

static char *rendered(const char *json)
{
	json_error_t where;
	json_auto_t *value = json_loads(json, JSON_ALLOW_NUL, &where);
	struct buf out = {0};
	char *text;

	ck_assert_msg(value != NULL, "%s: %s", json, where.text);
	render_document(&out, value);
	ck_assert_int_eq(buf_steal(&out, &text, NULL), 0);
	return text;
}

START_TEST(a_document_is_printed_as_jq_prints_it)
{
	_cleanup_free_ char *text = rendered(values[_i].json);

	ck_assert_str_eq(text, values[_i].text);
}
END_TEST

START_TEST(what_was_rendered_is_parsed_again)
{
	_cleanup_free_ char *text = rendered(values[_i].json), *again = NULL;
	json_auto_t *parsed = rendered_parse(text, strlen(text));
	struct buf out = {0};

	ck_assert_ptr_nonnull(parsed);
	render_document(&out, parsed);
	ck_assert_int_eq(buf_steal(&out, &again, NULL), 0);
	/* A zero has no sign once it was printed as an integer. */
	ck_assert(strcmp(again, text) == 0 || strstr(text, "-0,"));
}
END_TEST

START_TEST(jq_itself_agrees_with_the_table)
{
	char path[] = "/tmp/ecsfs-render-XXXXXX", command[128], text[4096];
	FILE *version = popen("jq --version 2>/dev/null", "r");
	bool is_1_6 = fgets(text, sizeof(text), version) && strcmp(text, "jq-1.6\n") == 0;

	pclose(version);
	if (!is_1_6)
		return;
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, values[_i].json, strlen(values[_i].json)),
			 (ssize_t)strlen(values[_i].json));
	close(fd);
	snprintf(command, sizeof(command), "jq . %s", path);
	FILE *jq = popen(command, "r");
	size_t len = fread(text, 1, sizeof(text) - 1, jq);
	text[len] = '\0';
	pclose(jq);
	unlink(path);
	ck_assert_str_eq(text, values[_i].text);
}
END_TEST

/* Expected values: `date -u -d @SECONDS`. */
static const struct {
	const char *json, *text;
} times[] = {
	{"{\"createdAt\":1790199727.123}", "{\n  \"createdAt\": \"2026-09-23T21:42:07.123Z\"\n}\n"},
	{"{\"createdAt\":1790199727}", "{\n  \"createdAt\": \"2026-09-23T21:42:07.000Z\"\n}\n"},
	{"{\"createdAt\":0}", "{\n  \"createdAt\": \"1970-01-01T00:00:00.000Z\"\n}\n"},
	{"{\"a\":[{\"updatedAt\":951782400.5}]}", "{\n  \"a\": [\n    {\n      \"updatedAt\": "
						  "\"2000-02-29T00:00:00.500Z\"\n    }\n  ]\n}\n"},
	/* not a time: another ending, another type, no name before it, no date at all */
	{"{\"createdat\":1,\"Atlas\":2}", "{\n  \"createdat\": 1,\n  \"Atlas\": 2\n}\n"},
	{"{\"createdAt\":\"now\"}", "{\n  \"createdAt\": \"now\"\n}\n"},
	{"{\"At\":5}", "{\n  \"At\": 5\n}\n"},
	{"{\"createdAt\":null}", "{\n  \"createdAt\": null\n}\n"},
	{"{\"createdAt\":1e300}", "{\n  \"createdAt\": 1e+300\n}\n"},
};

START_TEST(a_number_named_at_is_shown_as_a_time)
{
	_cleanup_free_ char *text = rendered(times[_i].json);

	ck_assert_str_eq(text, times[_i].text);
}
END_TEST

START_TEST(an_integer_stays_an_integer_where_jq_would_round_it)
{
	_cleanup_free_ char *text = rendered("[9223372036854775807,-9223372036854775808]");

	ck_assert_str_eq(text, "[\n  9223372036854775807,\n  -9223372036854775808\n]\n");
}
END_TEST

START_TEST(what_is_nested_too_deeply_fails_and_does_not_crash)
{
	struct buf out = {0};
	json_t *value = json_array();

	for (int i = 0; i < 1500; i++)
		value = json_pack("[o]", value);
	render_document(&out, value);
	ck_assert(out.failed);
	buf_done(&out);
	json_decref(value);
}
END_TEST

START_TEST(one_line_without_blanks_for_messages)
{
	json_auto_t *value = json_loads("{\"a\":[1,{\"createdAt\":5}],\"b\":\"x y\"}", 0, NULL);
	struct buf out = {0};

	render_compact(&out, value);
	ck_assert_str_eq(out.data, "{\"a\":[1,{\"createdAt\":5}],\"b\":\"x y\"}");
	buf_done(&out);
}
END_TEST

/* A document that tries to look like its own structure. */
#define HOSTILE                                                                                    \
	"{\"plain\":\"x\",\"empty\":\"\",\"o\":{},\"a\":[],"                                       \
	"\"nested\":{\"plain\":1,\"b\":[\"\\n  \\\"fake\\\": 1\",{\"c\":[]}]},"                    \
	"\"list\":[[1,2],{\"plain\":2}],\"a\\\"b\":1,\"c:d, e\":2,\"\\n  \\\"f\":3,\"\":4,"        \
	"\"text\":\"}\\n  \\\"g\\\": 5,\",\"comma\":\"x,\",\"n\":null,\"last\":-1.5}"

static const struct {
	const char *name; /* raw, as between the quotes */
	const char *file; /* what the member's file shows; NULL: no such member */
	bool structure;
} members[] = {
	{"plain", "x\n", false},
	{"empty", "\n", false},
	{"o", "{}\n", true},
	{"a", "[]\n", true},
	{"nested",
	 "{\n  \"plain\": 1,\n  \"b\": [\n    \"\\n  \\\"fake\\\": 1\",\n    {\n      \"c\": []\n"
	 "    }\n  ]\n}\n",
	 true},
	{"list", "[\n  [\n    1,\n    2\n  ],\n  {\n    \"plain\": 2\n  }\n]\n", true},
	{"a\\\"b", "1\n", false},
	{"c:d, e", "2\n", false},
	{"\\n  \\\"f", "3\n", false},
	{"", "4\n", false},
	{"text", "}\n  \"g\": 5,\n", false},
	{"comma", "x,\n", false},
	{"n", "null\n", false},
	{"last", "-1.5\n", false},
	{"fake", NULL, false},
	{"b", NULL, false},
	{"g", NULL, false},
	{"plai", NULL, false},
	{"plain\": \"x", NULL, false},
};

START_TEST(a_member_is_found_by_its_whole_name_and_shows_its_value)
{
	_cleanup_free_ char *text = rendered(HOSTILE);
	struct rendered_member member;
	struct buf out = {0};

	bool found = render_find_member(text, members[_i].name, &member);
	ck_assert_int_eq(found, members[_i].file != NULL);
	if (!found)
		return;
	ck_assert_int_eq(rendered_is_structure(&member), members[_i].structure);
	render_member(&out, &member);
	ck_assert_str_eq(out.data, members[_i].file);
	buf_done(&out);
}
END_TEST

START_TEST(all_members_are_stepped_through_in_order_and_once)
{
	_cleanup_free_ char *text = rendered(HOSTILE);
	struct rendered_member member;
	const char *cursor = NULL;
	size_t i = 0;

	while (render_next_member(text, &cursor, &member)) {
		ck_assert_uint_lt(i, ARRAY_SIZE(members));
		ck_assert_uint_eq(member.name_len, strlen(members[i].name));
		ck_assert_mem_eq(member.name, members[i].name, member.name_len);
		i++;
	}
	ck_assert_ptr_null(members[i].file);
	ck_assert_str_eq(members[i - 1].name, "last");
}
END_TEST

START_TEST(what_is_no_object_has_no_members)
{
	static const char *const others[] = {"{}", "[]", "[{\"a\":1}]", "[\"a\"]"};
	_cleanup_free_ char *text = rendered(others[_i]);
	struct rendered_member member;
	const char *cursor = NULL;

	ck_assert(!render_next_member(text, &cursor, &member));
}
END_TEST

START_TEST(a_member_that_is_a_structure_is_printed_as_a_document_of_its_own)
{
	static const char inner[] = "{\"k\":[1,{\"x\":\"y\",\"z\":[[]]}],\"m\":{\"n\":{}}}";
	char outer[256];
	struct rendered_member member;
	struct buf out = {0};

	snprintf(outer, sizeof(outer), "{\"first\":1,\"inner\":%s,\"last\":2}", inner);
	_cleanup_free_ char *whole = rendered(outer), *alone = rendered(inner);
	ck_assert(render_find_member(whole, "inner", &member));
	render_member(&out, &member);
	ck_assert_str_eq(out.data, alone);
	buf_done(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("render");
	TCase *tc = tcase_create("render");

	tcase_add_loop_test(tc, a_document_is_printed_as_jq_prints_it, 0, ARRAY_SIZE(values));
	tcase_add_loop_test(tc, what_was_rendered_is_parsed_again, 0, ARRAY_SIZE(values));
	tcase_add_loop_test(tc, jq_itself_agrees_with_the_table, 0, ARRAY_SIZE(values));
	tcase_add_loop_test(tc, a_number_named_at_is_shown_as_a_time, 0, ARRAY_SIZE(times));
	tcase_add_test(tc, an_integer_stays_an_integer_where_jq_would_round_it);
	tcase_add_test(tc, what_is_nested_too_deeply_fails_and_does_not_crash);
	tcase_add_test(tc, one_line_without_blanks_for_messages);
	tcase_add_loop_test(tc, a_member_is_found_by_its_whole_name_and_shows_its_value, 0,
			    ARRAY_SIZE(members));
	tcase_add_test(tc, all_members_are_stepped_through_in_order_and_once);
	tcase_add_loop_test(tc, what_is_no_object_has_no_members, 0, 4);
	tcase_add_test(tc, a_member_that_is_a_structure_is_printed_as_a_document_of_its_own);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

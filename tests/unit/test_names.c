#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/names.h"

/* The contract, "The tree": what is not safe as a file name is percent-encoded byte by byte. */
static const struct {
	const char *id, *suffix, *name;
} names[] = {
	{"web", "", "web"},
	{"web", ".json", "web.json"},
	{"-leading", "", "-leading"},
	{"a b", "", "a b"},
	{"a/b", "", "a%2Fb"},
	{"/", "", "%2F"},
	{"../../etc/passwd", "", "..%2F..%2Fetc%2Fpasswd"},
	{".", "", "%2E"},
	{"..", "", "%2E%2E"},
	{"...", "", "..."},
	{".hidden", "", ".hidden"},
	{".", ".json", "%2E.json"},
	{"100%", "", "100%25"},
	{"%2F", "", "%252F"},
	{"a\nb\tc", "", "a%0Ab%09c"},
	{"\x1b[31m\x7f", "", "%1B[31m%7F"},
	{"\xc2\x9b", "", "%C2%9B"}, /* a control character of the second set: CSI */
	{"\xc2\xa0", "", "\xc2\xa0"},
	{"caf\xc3\xa9 \xf0\x9f\x98\x80", "", "caf\xc3\xa9 \xf0\x9f\x98\x80"},
	/* not UTF-8: alone, cut, overlong, a surrogate, past the end */
	{"\xff", "", "%FF"},
	{"\xc3", "", "%C3"},
	{"a\xe2\x82", "", "a%E2%82"},
	{"\xc0\xaf", "", "%C0%AF"},
	{"\xe0\x80\xaf", "", "%E0%80%AF"},
	{"\xed\xa0\x80", "", "%ED%A0%80"},
	{"\xf4\x90\x80\x80", "", "%F4%90%80%80"},
	{"\xf5\x80\x80\x80", "", "%F5%80%80%80"},
};

START_TEST(an_id_is_encoded_byte_by_byte)
{
	char name[NAME_SIZE];

	name_encode(names[_i].id, names[_i].suffix, name);
	ck_assert_str_eq(name, names[_i].name);
}
END_TEST

START_TEST(a_name_is_decoded_to_the_same_id)
{
	_cleanup_free_ char *id = NULL;

	ck_assert_int_eq(name_decode(names[_i].name, names[_i].suffix, &id), 0);
	ck_assert_str_eq(id, names[_i].id);
}
END_TEST

/* One resource has one name: whatever is not what an id encodes to is not there. */
static const struct {
	const char *name, *suffix;
} strangers[] = {
	{"%", ""},
	{"%2", ""},
	{"a%", ""},
	{"%zz", ""},
	{"%2f", ""},
	{"%00", ""},
	{"%41", ""},
	{"a/b", ""},
	{"\x01", ""},
	{"\xff", ""},
	{".", ""},
	{"..", ""},
	{"", ""},
	{"web", ".json"},
	{".json", ".json"},
	{"web.jso", ".json"},
	{"web.JSON", ".json"},
	{"%2E.", ""},
	{"\xe0\x80\x80", ""},
};

START_TEST(what_no_id_encodes_to_is_not_there)
{
	char *id = NULL;

	ck_assert_int_eq(name_decode(strangers[_i].name, strangers[_i].suffix, &id), -ENOENT);
	ck_assert_ptr_null(id);
}
END_TEST

static const struct {
	size_t count;
	const char *suffix;
	size_t kept; /* of the id before its digest; 0: nothing is cut */
} longs[] = {
	{255, "", 0}, {250, ".json", 0}, {256, "", 238}, {251, ".json", 233}, {5000, "", 238},
};

/* The first 16 digits, told by sha256sum. */
static void digest_of(size_t count, char out[17])
{
	char command[128];

	snprintf(command, sizeof(command), "head -c %zu /dev/zero | tr '\\0' x | sha256sum", count);
	FILE *f = popen(command, "r");
	ck_assert_int_eq((int)fread(out, 1, 16, f), 16);
	pclose(f);
	out[16] = '\0';
}

START_TEST(what_is_longer_than_a_name_may_be_ends_in_its_digest)
{
	char id[5001], name[NAME_SIZE], expected[8192], digest[17];
	size_t count = longs[_i].count, kept = longs[_i].kept;

	memset(id, 'x', count);
	id[count] = '\0';
	name_encode(id, longs[_i].suffix, name);
	if (kept) {
		digest_of(count, digest);
		snprintf(expected, sizeof(expected), "%.*s~%s%s", (int)kept, id, digest,
			 longs[_i].suffix);
		ck_assert_uint_eq(strlen(name), NAME_SIZE - 1);
	} else {
		snprintf(expected, sizeof(expected), "%s%s", id, longs[_i].suffix);
	}
	ck_assert_str_eq(name, expected);
	char *decoded = NULL;
	int r = name_decode(name, longs[_i].suffix, &decoded);
	/* Only a list knows what a cut name was. */
	ck_assert_int_eq(r, kept ? -ENOENT : 0);
	free(decoded);
}
END_TEST

START_TEST(a_cut_splits_no_character_and_no_escape)
{
	static const char *const units[] = {"\xf0\x9f\x98\x80", "\x01", "\xc3\xa9", "\xe2\x82\xac"};
	char id[2048] = "", name[NAME_SIZE];

	for (size_t shift = 0; shift < 4; shift++) {
		memset(id, 'a', shift);
		id[shift] = '\0';
		while (strlen(id) < 1000)
			strcat(id, units[_i]);
		name_encode(id, ".json", name);
		const char *tilde = strrchr(name, '~');
		ck_assert_ptr_nonnull(tilde);
		ck_assert_uint_eq(strlen(tilde), 1 + 16 + 5);
		ck_assert_uint_le(strlen(name), NAME_SIZE - 1);
		size_t unit = units[_i][0] == '\x01' ? 3 : strlen(units[_i]);
		ck_assert_uint_eq(((size_t)(tilde - name) - shift) % unit, 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("names");
	TCase *tc = tcase_create("names");

	tcase_add_loop_test(tc, an_id_is_encoded_byte_by_byte, 0, ARRAY_SIZE(names));
	tcase_add_loop_test(tc, a_name_is_decoded_to_the_same_id, 0, ARRAY_SIZE(names));
	tcase_add_loop_test(tc, what_no_id_encodes_to_is_not_there, 0, ARRAY_SIZE(strangers));
	tcase_add_loop_test(tc, what_is_longer_than_a_name_may_be_ends_in_its_digest, 0,
			    ARRAY_SIZE(longs));
	tcase_add_loop_test(tc, a_cut_splits_no_character_and_no_escape, 0, 4);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

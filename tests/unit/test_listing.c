#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/store/listing.h"

static struct listing *listing_of(const char *const *names, size_t count)
{
	struct names gathered = {0};
	struct listing *listing;

	for (size_t i = 0; i < count; i++)
		names_add(&gathered, names[i]);
	ck_assert_int_eq(names_to_listing(&gathered, &listing), 0);
	names_done(&gathered);
	return listing;
}

START_TEST(names_are_sorted_bytewise_and_duplicates_dropped)
{
	static const char *const names[] = {"b", "a", "B", "\xc3\xa9", "b", "a.b", "a", "", "a-b"};
	static const char *const sorted[] = {"", "B", "a", "a-b", "a.b", "b", "\xc3\xa9"};
	struct listing *listing = listing_of(names, ARRAY_SIZE(names));

	ck_assert_uint_eq(listing->count, ARRAY_SIZE(sorted));
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		ck_assert_str_eq(listing->names[i], sorted[i]);
	listing_unref(listing);
}
END_TEST

START_TEST(every_name_is_found_at_its_index_and_no_other)
{
	struct names gathered = {0};
	struct listing *listing;
	char name[32];

	for (int i = 999; i >= 0; i--) {
		snprintf(name, sizeof(name), "n%03d", i);
		names_add(&gathered, name);
	}
	ck_assert_int_eq(names_to_listing(&gathered, &listing), 0);
	names_done(&gathered);
	for (size_t i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%03zu", i);
		ck_assert_uint_eq(listing_find(listing, name), i);
	}
	ck_assert_uint_eq(listing_find(listing, "n"), SIZE_MAX);
	ck_assert_uint_eq(listing_find(listing, "n0000"), SIZE_MAX);
	listing_unref(listing);
}
END_TEST

START_TEST(nothing_is_a_listing_too)
{
	struct listing *listing = listing_of(NULL, 0);

	ck_assert_uint_eq(listing->count, 0);
	ck_assert_uint_eq(listing_find(listing, "a"), SIZE_MAX);
	listing_unref(listing);
	listing_unref(NULL);
}
END_TEST

START_TEST(the_hash_tells_lists_apart_and_knows_equal_ones)
{
	struct listing *a = listing_of((const char *const[]){"a", "bc"}, 2);
	struct listing *same = listing_of((const char *const[]){"bc", "a", "a"}, 3);
	struct listing *other = listing_of((const char *const[]){"ab", "c"}, 2);

	ck_assert_uint_eq(a->hash, same->hash);
	ck_assert_uint_ne(a->hash, other->hash);
	listing_unref(a);
	listing_unref(same);
	listing_unref(other);
}
END_TEST

START_TEST(the_last_reference_frees)
{
	struct listing *listing = listing_of((const char *const[]){"a"}, 1);
	_cleanup_(listing_cleanup) struct listing *second = listing_ref(listing);

	listing_unref(listing);
	ck_assert_str_eq(second->names[0], "a");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listing");
	TCase *tc = tcase_create("listing");

	tcase_add_test(tc, names_are_sorted_bytewise_and_duplicates_dropped);
	tcase_add_test(tc, every_name_is_found_at_its_index_and_no_other);
	tcase_add_test(tc, nothing_is_a_listing_too);
	tcase_add_test(tc, the_hash_tells_lists_apart_and_knows_equal_ones);
	tcase_add_test(tc, the_last_reference_frees);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

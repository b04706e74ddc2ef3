#include "../unit.h"
#include "index.h"

static struct item items[1000];

START_TEST(items_are_found_behind_a_number_that_is_gone)
{
	struct index index = {0};

	for (uint64_t i = 0; i < 1000; i++) {
		items[i].number = i + 1;
		index_insert(&index, &items[i]);
	}
	index_remove(&index, &items[499]);
	ck_assert_uint_eq(index.len, 999);
	ck_assert_uint_eq(index.items[index_after(&index, 500)]->number, 501);
	ck_assert_uint_eq(index_after(&index, 0), 0);
	ck_assert_uint_eq(index_after(&index, 1000), 999);
	index_remove(&index, &items[499]);
	ck_assert_uint_eq(index.len, 999);
	index_done(&index);
}
END_TEST

START_TEST(an_item_that_comes_late_takes_its_place)
{
	struct index index = {0};

	for (uint64_t i = 0; i < 10; i++)
		items[i].number = 10 - i;
	for (uint64_t i = 0; i < 10; i++)
		index_insert(&index, &items[i]);
	for (uint64_t i = 0; i < 10; i++)
		ck_assert_uint_eq(index.items[i]->number, i + 1);
	index_done(&index);
}
END_TEST

START_TEST(timers_fire_in_the_order_of_their_time)
{
	struct timers timers = {0};
	struct timer many[200] = {0}, *timer;
	uint32_t random = 1;
	int64_t last = -1;
	int fired = 0;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 200; i++) {
			random = random * 1664525 + 1013904223;
			timers_set(&timers, &many[i], random >> 16);
		}
	}
	for (int i = 0; i < 200; i += 4)
		timers_cancel(&timers, &many[i]);
	ck_assert_ptr_null(timers_pop(&timers, -1));
	while ((timer = timers_pop(&timers, 1 << 20))) {
		ck_assert_int_ge(timer->due_ms, last);
		ck_assert_uint_eq(timer->slot, 0);
		last = timer->due_ms;
		fired++;
	}
	ck_assert_int_eq(fired, 150);
	timers_done(&timers);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("index");
	TCase *tcase = tcase_create("index");

	tcase_add_test(tcase, items_are_found_behind_a_number_that_is_gone);
	tcase_add_test(tcase, an_item_that_comes_late_takes_its_place);
	tcase_add_test(tcase, timers_fire_in_the_order_of_their_time);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

#include <errno.h>

#include "unit.h"

#include "ecsfs/base/cancel.h"

static void count(void *arg)
{
	++*(int *)arg;
}

START_TEST(a_trigger_wakes_the_armed_waiter_and_is_remembered)
{
	struct cancel cancel;
	int woken = 0;

	cancel_init(&cancel);
	ck_assert_int_eq(cancel_arm(&cancel, count, &woken), 0);
	ck_assert(!cancel_is_set(&cancel));
	cancel_trigger(&cancel);
	ck_assert_int_eq(woken, 1);
	cancel_disarm(&cancel);
	cancel_trigger(&cancel);
	ck_assert_int_eq(woken, 1);
	ck_assert(cancel_is_set(&cancel));
	ck_assert_int_eq(cancel_arm(&cancel, count, &woken), -EINTR);
	cancel_done(&cancel);
}
END_TEST

START_TEST(no_cancel_object_means_never_cancelled)
{
	ck_assert_int_eq(cancel_arm(NULL, count, NULL), 0);
	cancel_disarm(NULL);
	ck_assert(!cancel_is_set(NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cancel");
	TCase *tc = tcase_create("cancel");

	tcase_add_test(tc, a_trigger_wakes_the_armed_waiter_and_is_remembered);
	tcase_add_test(tc, no_cancel_object_means_never_cancelled);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

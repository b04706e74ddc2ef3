#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "faults.h"

static const char *const bad[] = {
	"",
	"x",
	":hang",
	"ListTasks:",
	"ListTasks:none",
	"ListTasks:hang:",
	"ListTasks:hang:x",
	"ListTasks:hang:-1",
	"ListTasks:hang:1:2",
};

START_TEST(what_is_no_fault_is_refused)
{
	struct faults *faults = faults_new();

	ck_assert_int_eq(faults_add(faults, bad[_i]), -EINVAL);
	ck_assert_int_eq(faults_take(faults, "ListTasks"), FAULT_NONE);
	faults_free(faults);
}
END_TEST

START_TEST(the_first_fault_that_fits_befalls_and_wears_off)
{
	struct faults *faults = faults_new();

	ck_assert_int_eq(faults_add(faults, "ListTasks:throttle:2"), 0);
	ck_assert_int_eq(faults_add(faults, "*:empty"), 0);
	ck_assert_int_eq(faults_take(faults, "ListTasks"), FAULT_THROTTLE);
	ck_assert_int_eq(faults_take(faults, "ListClusters"), FAULT_EMPTY);
	json_auto_t *left = faults_list(faults);
	ck_assert_str_eq(json_string_value(json_array_get(left, 0)), "ListTasks:throttle:1");
	ck_assert_str_eq(json_string_value(json_array_get(left, 1)), "*:empty");
	ck_assert_int_eq(faults_take(faults, "ListTasks"), FAULT_THROTTLE);
	ck_assert_int_eq(faults_take(faults, "ListTasks"), FAULT_EMPTY);
	faults_free(faults);
}
END_TEST

START_TEST(a_list_with_a_mistake_replaces_nothing)
{
	struct faults *faults = faults_new();
	json_auto_t *wrong = json_pack("[s, s]", "*:hang", "*:hung");
	json_auto_t *right = json_pack("[s]", "*:slow");

	faults_add(faults, "*:empty");
	ck_assert_int_eq(faults_replace(faults, wrong), -EINVAL);
	ck_assert_int_eq(faults_take(faults, "X"), FAULT_EMPTY);
	ck_assert_int_eq(faults_replace(faults, right), 0);
	ck_assert_int_eq(faults_take(faults, "X"), FAULT_SLOW);
	faults_free(faults);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tcase = tcase_create("faults");

	tcase_add_loop_test(tcase, what_is_no_fault_is_refused, 0, sizeof(bad) / sizeof(*bad));
	tcase_add_test(tcase, the_first_fault_that_fits_befalls_and_wears_off);
	tcase_add_test(tcase, a_list_with_a_mistake_replaces_nothing);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

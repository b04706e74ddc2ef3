#include <errno.h>
#include <stdint.h>

#include "unit.h"

#include "ecsfs/base/buf.h"

START_TEST(what_is_appended_is_what_is_stolen)
{
	struct buf buf = {0};
	char *data;
	size_t len;

	buf_puts(&buf, "a");
	buf_printf(&buf, "%d-%s", 42, "b");
	buf_putc(&buf, '\0');
	buf_append(&buf, "cd", 2);
	ck_assert_int_eq(buf_steal(&buf, &data, &len), 0);
	ck_assert_uint_eq(len, 8);
	ck_assert_mem_eq(data, "a42-b\0cd", 9);
	ck_assert_ptr_null(buf.data);
	free(data);
}
END_TEST

START_TEST(an_empty_buffer_steals_as_an_empty_string)
{
	struct buf buf = {0};
	char *data;

	ck_assert_int_eq(buf_steal(&buf, &data, NULL), 0);
	ck_assert_str_eq(data, "");
	free(data);
}
END_TEST

START_TEST(a_failure_sticks_until_it_is_told)
{
	struct buf buf = {0};
	char *data;

	buf_puts(&buf, "x");
	ck_assert_ptr_null(buf_reserve(&buf, SIZE_MAX - 8));
	buf_puts(&buf, "y");
	ck_assert_int_eq(buf_steal(&buf, &data, NULL), -ENOMEM);
	ck_assert_ptr_null(buf.data);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, what_is_appended_is_what_is_stolen);
	tcase_add_test(tc, an_empty_buffer_steals_as_an_empty_string);
	tcase_add_test(tc, a_failure_sticks_until_it_is_told);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

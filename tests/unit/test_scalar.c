/* What a scalar's text may be, and how many destructive calls a minute may be made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tree/internal.h"
#include "unit.h"

static const struct {
	char type;
	const char *text, *json; /* NULL: EINVAL */
} scalars[] = {
	{'i', "0", "0"},
	{'i', "5", "5"},
	{'i', "007", "7"},
	{'i', "2147483647", "2147483647"},
	{'i', "2147483648", NULL},
	{'i', "99999999999999999999999", NULL},
	{'i', "", NULL},
	{'i', "-1", NULL},
	{'i', "+1", NULL},
	{'i', " 1", NULL},
	{'i', "1 ", NULL},
	{'i', "1e3", NULL},
	{'i', "0x10", NULL},
	{'i', "1.0", NULL},
	{'i', "\xd9\xa1", NULL},
	{'b', "true", "true"},
	{'b', "false", "false"},
	{'b', "1", "true"},
	{'b', "0", "false"},
	{'b', "TRUE", NULL},
	{'b', "yes", NULL},
	{'b', "", NULL},
	{'b', "2", NULL},
	{'s', "web:9", "\"web:9\""},
	{'s', " kept ", "\" kept \""},
	{'s', "\xc3\xa9", "\"\\u00E9\""},
	{'s', "", NULL},
	{'s', "\xff", NULL},
};

START_TEST(a_text_is_a_value_of_its_type_or_einval)
{
	json_t *value = NULL;
	struct op op;

	op_init(&op);
	int r = scalar_parse(&op, "member", scalars[_i].type, scalars[_i].text, &value);
	ck_assert_int_eq(r, scalars[_i].json ? 0 : -EINVAL);
	if (scalars[_i].json) {
		json_t *expected = json_loads(scalars[_i].json, JSON_DECODE_ANY, NULL);
		ck_assert(json_equal(value, expected));
		json_decref(expected);
	} else {
		ck_assert_ptr_nonnull(strstr(op.error.message, "member"));
	}
	json_decref(value);
	op_done(&op);
}
END_TEST

static struct fake_clock fake;
static struct tree *tree;
static struct op op;

static void start(void)
{
	fake_clock_init(&fake, 1000000, 1790000000000);
	struct tree_options options = {.clock = &fake.clock, .delete_limit = 3};
	ck_assert_int_eq(tree_new(&options, &tree), 0);
	op_init(&op);
}

static void stop(void)
{
	op_done(&op);
	tree_free(tree);
}

/* So many are let through before one is refused, 100 at most. */
static int taken(void)
{
	for (int count = 0; count < 100; count++)
		if (limit_take(tree, &op) < 0)
			return count;
	return 100;
}

START_TEST(so_many_in_sixty_seconds_and_no_more)
{
	ck_assert_int_eq(taken(), 3);
	ck_assert_int_eq(limit_take(tree, &op), -EPERM);
	ck_assert_ptr_nonnull(strstr(op.error.message, "--delete-limit N"));
	ck_assert_ptr_nonnull(strstr(op.error.message, ".ecsfs/delete-limit"));
	fake_clock_advance(&fake, 59999);
	ck_assert_int_eq(taken(), 0);
	fake_clock_advance(&fake, 1);
	ck_assert_int_eq(taken(), 3);
}
END_TEST

START_TEST(the_sixty_seconds_move_with_the_clock)
{
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(limit_take(tree, &op), 0);
		fake_clock_advance(&fake, 20000);
	}
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(taken(), 1);
		fake_clock_advance(&fake, 20000);
	}
}
END_TEST

START_TEST(zero_is_no_limit_and_another_number_counts_anew)
{
	ck_assert_int_eq(limit_set(tree, 0), 0);
	ck_assert_int_eq(taken(), 100);
	ck_assert_int_eq(limit_set(tree, 5), 0);
	ck_assert_int_eq(taken(), 5);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scalar");
	TCase *tc = tcase_create("scalar"), *limit = tcase_create("limit");

	tcase_add_loop_test(tc, a_text_is_a_value_of_its_type_or_einval, 0, ARRAY_SIZE(scalars));
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(limit, start, stop);
	tcase_add_test(limit, so_many_in_sixty_seconds_and_no_more);
	tcase_add_test(limit, the_sixty_seconds_move_with_the_clock);
	tcase_add_test(limit, zero_is_no_limit_and_another_number_counts_anew);
	suite_add_tcase(suite, limit);
	return unit_run(suite);
}

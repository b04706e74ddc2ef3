#include <string.h>

#include "../unit.h"
#include "dispatch.h"
#include "shape.h"

static const struct {
	const char *action, *request;
	enum shape_problem problem;
	const char *message;
} rows[] = {
	{"ListClusters", "{}", SHAPE_FITS, ""},
	{"ListClusters", "{\"unknown\": 1, \"maxResults\": null}", SHAPE_FITS, ""},
	{"ListClusters", "{\"maxResults\": \"1\"}", SHAPE_WRONG_TYPE,
	 "STRING_VALUE can not be converted to an Integer"},
	{"ListClusters", "{\"maxResults\": 99999999999}", SHAPE_WRONG_TYPE,
	 "NUMBER_VALUE can not be converted to an Integer"},
	{"ListTasks", "{\"desiredStatus\": \"GONE\"}", SHAPE_WRONG_VALUE,
	 "desiredStatus should be one of [RUNNING,PENDING,STOPPED]"},
	{"ListTasks", "{\"desiredStatus\": \"STOPPED\"}", SHAPE_FITS, ""},
	{"ListTasks", "{\"desiredStatus\": \"\"}", SHAPE_WRONG_VALUE,
	 "desiredStatus should be one of [RUNNING,PENDING,STOPPED]"},
	{"DescribeServices", "{\"services\": [\"a\"], \"include\": [\"TAGS\"]}", SHAPE_FITS, ""},
	{"DescribeServices", "{\"services\": [\"a\"], \"include\": [\"TAG\"]}", SHAPE_WRONG_VALUE,
	 "include should be one of [TAGS]"},
	{"DescribeServices", "{\"services\": \"a\"}", SHAPE_WRONG_TYPE,
	 "STRING_VALUE can not be converted to a list"},
	{"DescribeServices", "{}", SHAPE_WRONG_VALUE, "Services cannot be empty."},
	{"DescribeServices", "{\"services\": [null]}", SHAPE_WRONG_TYPE,
	 "NULL_VALUE can not be converted to a String"},
	{"RegisterTaskDefinition",
	 "{\"family\": \"f\", \"containerDefinitions\": [{\"dockerLabels\": {\"a\": 1}}]}",
	 SHAPE_WRONG_TYPE, "NUMBER_VALUE can not be converted to a String"},
	{"RegisterTaskDefinition",
	 "{\"family\": \"f\", \"containerDefinitions\": [{\"essential\": 1}]}", SHAPE_WRONG_TYPE,
	 "NUMBER_VALUE can not be converted to a Boolean"},
	{"RegisterTaskDefinition", "{\"family\": \"f\", \"containerDefinitions\": [7]}",
	 SHAPE_WRONG_TYPE, "NUMBER_VALUE can not be converted to a structure"},
};

START_TEST(a_request_is_held_against_its_shape)
{
	json_auto_t *request = json_loads(rows[_i].request, 0, NULL);
	char message[512] = "";

	ck_assert_int_eq(shape_check(rows[_i].action, request, message, sizeof(message)),
			 rows[_i].problem);
	ck_assert_str_eq(message, rows[_i].message);
}
END_TEST

static bool has_row(const char *name)
{
	for (const struct shape *shape = request_shapes; shape->name; shape++) {
		if (strcmp(shape->name, name) == 0)
			return true;
	}
	return false;
}

START_TEST(every_action_has_a_shape)
{
	for (const struct action *action = actions; action->name; action++)
		ck_assert_msg(has_row(action->name), "%s", action->name);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shape");
	TCase *tcase = tcase_create("shape");

	tcase_add_loop_test(tcase, a_request_is_held_against_its_shape, 0,
			    sizeof(rows) / sizeof(*rows));
	tcase_add_test(tcase, every_action_has_a_shape);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

#include <errno.h>

#include "account.h"
#include "cql.h"

static struct instance *instance;

static void set_up(void)
{
	account_set_up();
	does("CreateCluster", "{'clusterName':'c'}");
	does("RegisterContainerInstance",
	     "{'cluster':'c','versionInfo':{'agentVersion':'1.9.0'},'attributes':[{'name':"
	     "'ecs.instance-type','value':'g2.2xlarge'},{'name':'stack','value':'prod blue'},"
	     "{'name':'bare'}]}");
	instance = CONTAINER_OF(model_cluster(account, "c")->instances.items[0], struct instance,
				item);
	does("RegisterTaskDefinition",
	     "{'family':'f','containerDefinitions':[{'name':'a','image':'b','memory':8}]}");
	does("RunTask", "{'cluster':'c','taskDefinition':'f','group':'db'}");
}

/* The first of them are the examples of the Developer Guide. */
static const struct {
	const char *expression;
	int result;
} rows[] = {
	{"attribute:ecs.instance-type == t2.small", 0},
	{"attribute:ecs.instance-type =~ g2.*", 1},
	{"attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone in "
	 "[us-east-1a, us-east-1b]",
	 1},
	{"attribute:ecs.availability-zone != us-east-1d", 1},
	{"not(task:group == database)", 1},
	{"task:group == db", 1},
	{"task:group != db", 0},
	{"runningTasksCount == 0 or attribute:bare exists", 1},
	{"attribute:bare !exists", 0},
	{"attribute:none not_exists", 1},
	{"attribute:stack == \"prod blue\"", 1},
	{"attribute:stack not_in [\"prod blue\", x]", 0},
	{"agentVersion >= 1.10.0", 0},
	{"agentVersion less_than 1.10.0", 1},
	{"registeredAt >= 2018-06-18T22:28:28+00:00", 1},
	{"!(agentConnected equals false) && true == x || attribute:stack matches prod", -EINVAL},
	{"!(agentConnected equals false) && (attribute:stack matches prod)", 1},
	{"attribute:ecs.os-type == linux or agentConnected == false and agentConnected == false",
	 1},
	{"attribute:a = b", -EINVAL},
	{"attribute:a in b", -EINVAL},
	{"attribute:a == b)", -EINVAL},
	{"(attribute:a == b", -EINVAL},
	{"attribute:a == \"b", -EINVAL},
	{"", -EINVAL},
	{"((((((((((((((((((((((((((((((((((((((((a == b", -EINVAL},
};

START_TEST(an_expression_means_what_the_guide_says)
{
	ck_assert_int_eq(cql_match(rows[_i].expression, instance), rows[_i].result);
}
END_TEST

START_TEST(the_grammar_is_the_same_without_an_instance)
{
	ck_assert_int_eq(cql_match(rows[_i].expression, NULL) < 0, rows[_i].result < 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cql");
	TCase *tcase = tcase_create("cql");
	int num = (int)(sizeof(rows) / sizeof(*rows));

	tcase_add_checked_fixture(tcase, set_up, account_tear_down);
	tcase_add_loop_test(tcase, an_expression_means_what_the_guide_says, 0, num);
	tcase_add_loop_test(tcase, the_grammar_is_the_same_without_an_instance, 0, num);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

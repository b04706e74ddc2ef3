#include "account.h"
#include "placement.h"

/* Four instances: 0 and 1 in zone a, 2 in b, 3 in c; all alike. */
static void set_up(void)
{
	static const char zones[] = "aabc";
	char request[512];

	account_set_up();
	does("CreateCluster", "{'clusterName':'c'}");
	for (int i = 0; i < 4; i++) {
		snprintf(request, sizeof(request),
			 "{'cluster':'c','totalResources':[{'name':'CPU','integerValue':1000},"
			 "{'name':'MEMORY','integerValue':1000}],'attributes':[{'name':"
			 "'ecs.availability-zone','value':'us-east-1%c'},{'name':'i','value':'%d'}]"
			 "}",
			 zones[i], i);
		does("RegisterContainerInstance", request);
	}
	does("RegisterTaskDefinition",
	     "{'family':'f','containerDefinitions':[{'name':'a','image':'b','cpu':100,'memory':"
	     "100,'portMappings':[{'containerPort':80}]}]}");
}

static int tasks_on(int i)
{
	const struct cluster *cluster = model_cluster(account, "c");

	return (int)CONTAINER_OF(cluster->instances.items[i], struct instance, item)->running.len;
}

static const struct {
	const char *strategy;
	int count, expected[4];
} rows[] = {
	/* Unasked: even over the zones, then over the instances of a zone. */
	{"", 6, {1, 1, 2, 2}},
	{"'placementStrategy':[{'type':'spread','field':'instanceId'}],", 8, {2, 2, 2, 2}},
	{"'placementStrategy':[{'type':'spread','field':'attribute:ecs.availability-zone'}],",
	 3,
	 {1, 0, 1, 1}},
	{"'placementStrategy':[{'type':'binpack','field':'memory'}],", 5, {5, 0, 0, 0}},
	{"'placementConstraints':[{'type':'memberOf','expression':'attribute:i == 3'}],",
	 2,
	 {0, 0, 0, 2}},
	{"'placementConstraints':[{'type':'distinctInstance'}],", 4, {1, 1, 1, 1}},
};

START_TEST(tasks_go_where_the_strategy_says)
{
	char request[512];

	snprintf(request, sizeof(request), "{'cluster':'c',%s'taskDefinition':'f','count':%d}",
		 rows[_i].strategy, rows[_i].count);
	does("RunTask", request);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(tasks_on(i), rows[_i].expected[i]);
}
END_TEST

START_TEST(what_a_task_held_comes_back)
{
	struct cluster *cluster = model_cluster(account, "c");
	struct instance *instance =
		CONTAINER_OF(cluster->instances.items[0], struct instance, item);
	char request[256];

	json_auto_t *answer = ask_well(
		"RunTask", "{'cluster':'c','taskDefinition':'f','count':10,'placementStrategy':["
			   "{'type':'binpack','field':'cpu'}]}");
	ck_assert_int_eq(instance->used_cpu, 1000);
	ck_assert_int_eq(instance->used_memory, 1000);
	ck_assert_uint_eq(instance->num_used_ports, 10);
	for (size_t i = 0; i < 10; i++) {
		snprintf(request, sizeof(request), "{'cluster':'c','task':'%s'}",
			 json_string_value(json_object_get(json_array_get(at(answer, "tasks"), i),
							   "taskArn")));
		does("StopTask", request);
	}
	ck_assert_int_eq(instance->used_cpu, 1000);
	fake_clock_advance(&fake, 10000);
	model_advance(account);
	ck_assert_int_eq(instance->used_cpu, 0);
	ck_assert_int_eq(instance->used_memory, 0);
	ck_assert_uint_eq(instance->num_used_ports, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("placement");
	TCase *tcase = tcase_create("placement");

	tcase_add_checked_fixture(tcase, set_up, account_tear_down);
	tcase_add_loop_test(tcase, tasks_go_where_the_strategy_says, 0,
			    sizeof(rows) / sizeof(*rows));
	tcase_add_test(tcase, what_a_task_held_comes_back);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

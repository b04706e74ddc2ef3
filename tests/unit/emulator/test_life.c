#include "account.h"
#include "demo_data.h"
#include "scale.h"

static void set_up(void)
{
	account_set_up();
	does("CreateCluster", "{'clusterName':'c'}");
	does("RegisterContainerInstance", "{'cluster':'c'}");
	does("RegisterTaskDefinition",
	     "{'family':'f','containerDefinitions':[{'name':'a','image':'b','memory':8}]}");
}

static void pass(int64_t ms)
{
	fake_clock_advance(&fake, ms);
	model_advance(account);
}

static json_t *service(void)
{
	return ask_well("DescribeServices", "{'cluster':'c','services':['s']}");
}

START_TEST(an_hour_that_nobody_watched_has_happened)
{
	does("CreateService",
	     "{'cluster':'c','serviceName':'s','taskDefinition':'f','desiredCount':2}");
	fake_clock_advance(&fake, 3600 * 1000);
	json_auto_t *answer = service();
	json_t *events = at(answer, "services.0.events");

	ck_assert_int_eq(json_integer_value(at(answer, "services.0.runningCount")), 2);
	ck_assert_str_eq(text_at(answer, "services.0.deployments.0.rolloutState"), "COMPLETED");
	ck_assert_str_eq(text_at(events, "0.message"), "(service s) has reached a steady state.");
	double steady = json_real_value(at(events, "0.createdAt"));
	double made = json_real_value(at(answer, "services.0.createdAt"));
	ck_assert_double_gt(steady, made);
	ck_assert_double_lt(steady, made + 10);
}
END_TEST

START_TEST(a_stopped_task_is_forgotten_after_an_hour)
{
	json_auto_t *run = ask_well("RunTask", "{'cluster':'c','taskDefinition':'f'}");
	char request[256];

	pass(5000);
	snprintf(request, sizeof(request), "{'cluster':'c','task':'%s'}",
		 text_at(run, "tasks.0.taskArn"));
	does("StopTask", request);
	pass(3590 * 1000);
	json_auto_t *before = ask_well("ListTasks", "{'cluster':'c','desiredStatus':'STOPPED'}");
	ck_assert_uint_eq(json_array_size(at(before, "taskArns")), 1);
	pass(15 * 1000);
	json_auto_t *after = ask_well("ListTasks", "{'cluster':'c','desiredStatus':'STOPPED'}");
	ck_assert_uint_eq(json_array_size(at(after, "taskArns")), 0);
	ck_assert_ptr_null(account->tasks);
}
END_TEST

START_TEST(counts_are_what_the_tasks_are)
{
	does("CreateService",
	     "{'cluster':'c','serviceName':'s','taskDefinition':'f','desiredCount':5}");
	for (int i = 0; i < 200; i++) {
		struct counts counts = {0};
		struct task *task, *next;

		pass(50);
		if (i == 60)
			does("UpdateService",
			     "{'cluster':'c','service':'s','forceNewDeployment':true}");
		if (i == 120)
			does("UpdateService", "{'cluster':'c','service':'s','desiredCount':1}");
		HASH_ITER (hh, account->tasks, task, next) {
			counts.running += task->status == TASK_RUNNING;
			counts.pending += task_is_pending(task);
		}
		struct cluster *cluster = model_cluster(account, "c");
		struct counts its = service_counts(cluster_service(cluster, "s"));
		ck_assert_int_eq(its.running, counts.running);
		ck_assert_int_eq(its.pending, counts.pending);
		ck_assert_int_eq(cluster->counts[LAUNCH_EC2].running, counts.running);
		ck_assert_int_eq(cluster->counts[LAUNCH_EC2].pending, counts.pending);
		if (i >= 60)
			ck_assert_int_ge(counts.running, i < 120 ? 5 : 1);
	}
}
END_TEST

START_TEST(a_task_that_cannot_start_is_tried_ever_less_often)
{
	does("RegisterTaskDefinition",
	     "{'family':'m','containerDefinitions':[{'name':'a','image':'b:missing','memory':8}]}");
	does("CreateService",
	     "{'cluster':'c','serviceName':'s','taskDefinition':'m','desiredCount':1}");
	pass(60 * 1000);
	int64_t early = model_cluster(account, "c")->services.len
				? cluster_service(model_cluster(account, "c"), "s")->failures
				: 0;
	pass(3600 * 1000);
	int64_t later = cluster_service(model_cluster(account, "c"), "s")->failures;
	ck_assert_int_ge(early, 4);
	ck_assert_int_le(later, early + 15);
}
END_TEST

START_TEST(the_demo_account_is_made_without_a_mistake)
{
	ck_assert_int_eq(demo_data_build(account), 0);
	ck_assert_int_eq(account->now_ms, START_MS);
	ck_assert_uint_eq(account->clusters.len, 4);
}
END_TEST

START_TEST(a_scale_is_read_or_refused)
{
	struct scale scale;

	ck_assert_int_eq(scale_parse("clusters=2,tasks=30,services=4", &scale), 0);
	ck_assert_int_eq(scale.clusters, 2);
	ck_assert_int_eq(scale.tasks, 30);
	ck_assert_int_lt(scale_parse("clusters", &scale), 0);
	ck_assert_int_lt(scale_parse("clusters=x", &scale), 0);
	ck_assert_int_lt(scale_parse("clusters=-1", &scale), 0);
	ck_assert_int_lt(scale_parse("dogs=1", &scale), 0);
	scale_build(account, &scale);
	ck_assert_uint_eq(model_cluster(account, "cluster-0001")->running.len, 30);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("life");
	TCase *tcase = tcase_create("life");

	tcase_add_checked_fixture(tcase, set_up, account_tear_down);
	tcase_add_test(tcase, an_hour_that_nobody_watched_has_happened);
	tcase_add_test(tcase, a_stopped_task_is_forgotten_after_an_hour);
	tcase_add_test(tcase, counts_are_what_the_tasks_are);
	tcase_add_test(tcase, a_task_that_cannot_start_is_tried_ever_less_often);
	tcase_add_test(tcase, the_demo_account_is_made_without_a_mistake);
	tcase_add_test(tcase, a_scale_is_read_or_refused);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

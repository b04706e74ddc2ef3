/* What a change through the mount makes untrue, action by action. */
#include <stdio.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"

/* All that is known before a change: what has to be asked again afterwards? */
enum {
	CLUSTER = 1 << 0,
	SERVICE = 1 << 1,
	OTHER_SERVICE = 1 << 2,
	TASK = 1 << 3,
	OTHER_TASK = 1 << 4,
	REVISION = 1 << 5,
	CLUSTERS = 1 << 6,
	SERVICES = 1 << 7,
	TASKS = 1 << 8,
	STOPPED = 1 << 9,
	REVISIONS = 1 << 10,
	FAMILIES = 1 << 11,
	EVERYTHING = (1 << 12) - 1,
};

static void know_everything(void)
{
	double_put(rig.aws, "clusters", "prod", "{'status':'ACTIVE'}");
	double_put_many(rig.aws, "services", "s%u", 2);
	double_put_many(rig.aws, "tasks", "t%u", 2);
	double_put(rig.aws, "taskDefinitions", "web:1", NULL);
	double_put(rig.aws, "families", "web", NULL);
}

/* Look at one thing; whether that cost a call. */
static bool asks(unsigned what)
{
	unsigned before = calls(NULL);

	switch (what) {
	case CLUSTER:
		document_result(KIND_CLUSTER, "prod");
		break;
	case SERVICE:
	case OTHER_SERVICE:
		document_result(KIND_SERVICE, what == SERVICE ? "s0" : "s1");
		break;
	case TASK:
	case OTHER_TASK:
		document_result(KIND_TASK, what == TASK ? "t0" : "t1");
		break;
	case REVISION:
		document_result(KIND_REVISION, "web:1");
		break;
	case CLUSTERS:
		names_of(LIST_CLUSTERS, NULL);
		break;
	case SERVICES:
		names_of(LIST_SERVICES, NULL);
		break;
	case TASKS:
		names_of(LIST_TASKS, NULL);
		break;
	case STOPPED:
		names_of(LIST_STOPPED_TASKS, NULL);
		break;
	case REVISIONS:
		names_of(LIST_REVISIONS, NULL);
		break;
	case FAMILIES:
		names_of(LIST_FAMILIES, NULL);
		break;
	}
	return calls(NULL) > before;
}

/* Documents first: without a list of its kind at hand, a Describe has no neighbours along. */
static unsigned asked_again(void)
{
	unsigned again = 0;

	for (unsigned what = 1; what <= EVERYTHING; what <<= 1)
		if (asks(what))
			again |= what;
	return again;
}

#define ARN "arn:aws:ecs:us-east-1:123456789012:"
#define SERVICE_ARN ARN "service/prod/s0"
#define CLUSTER_ARN ARN "cluster/prod"

static const struct {
	const char *action, *request;
	unsigned at_least, at_most;
} changes[] = {
	{"UpdateService", "{'cluster':'prod','service':'s0'}", SERVICE | TASKS | STOPPED,
	 SERVICE | TASKS | STOPPED | CLUSTER},
	{"UpdateService", "{'cluster':'" CLUSTER_ARN "','service':'" SERVICE_ARN "'}",
	 SERVICE | TASKS | STOPPED, SERVICE | TASKS | STOPPED | CLUSTER},
	{"UpdateService", "{'cluster':'other','service':'s0'}", 0, 0},
	{"UpdateService", "{'service':'s0'}", 0, 0}, /* of the cluster "default" */
	{"StopTask", "{'cluster':'prod','task':'t0'}", TASK | TASKS | STOPPED,
	 TASK | TASKS | STOPPED | CLUSTER | SERVICE | OTHER_SERVICE},
	{"RunTask", "{'cluster':'prod','taskDefinition':'web'}", TASKS | STOPPED,
	 TASKS | STOPPED | CLUSTER},
	{"CreateService", "{'cluster':'prod','serviceName':'s2'}", SERVICES | TASKS,
	 SERVICES | TASKS | STOPPED | CLUSTER},
	{"DeleteService", "{'cluster':'prod','service':'s0'}", SERVICE | SERVICES | TASKS,
	 SERVICE | SERVICES | TASKS | STOPPED | CLUSTER},
	{"UpdateCluster", "{'cluster':'prod'}", CLUSTER, CLUSTER},
	{"CreateCluster", "{'clusterName':'fresh'}", CLUSTERS, CLUSTERS},
	{"DeleteCluster", "{'cluster':'prod'}",
	 CLUSTER | SERVICE | TASK | CLUSTERS | SERVICES | TASKS,
	 EVERYTHING & ~(REVISION | REVISIONS | FAMILIES)},
	{"RegisterTaskDefinition", "{'family':'web'}", REVISIONS | FAMILIES, REVISIONS | FAMILIES},
	{"DeregisterTaskDefinition", "{'taskDefinition':'web:1'}", REVISION | REVISIONS | FAMILIES,
	 REVISION | REVISIONS | FAMILIES},
	{"DeregisterTaskDefinition",
	 "{'taskDefinition':'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1'}",
	 REVISION | REVISIONS | FAMILIES, REVISION | REVISIONS | FAMILIES},
	{"TagResource", "{'resourceArn':'" SERVICE_ARN "'}", SERVICE, SERVICE},
	{"UntagResource", "{'resourceArn':'" CLUSTER_ARN "'}", CLUSTER, CLUSTER},
	{"TagResource", "{'resourceArn':'" ARN "task/prod/t0'}", TASK, TASK},
	{"TagResource", "{'resourceArn':'" ARN "task/t0'}", TASK, TASK | OTHER_TASK},
	{"TagResource", "{'resourceArn':'" ARN "task/other/t0'}", 0, 0},
	{"TagResource", "{'resourceArn':'" ARN "task-definition/web:1'}", REVISION, REVISION},
	{"TagResource", "{'resourceArn':'" ARN "task-set/prod/s0/1'}", SERVICE, EVERYTHING},
	/* what the table does not know may have touched anything */
	{"CreateTaskSet", "{'cluster':'prod','service':'s0'}", SERVICE | TASKS | SERVICES,
	 EVERYTHING},
	/* what only reads makes nothing untrue */
	{"GetTaskProtection", "{'cluster':'prod'}", 0, 0},
};

START_TEST(a_change_makes_untrue_what_it_may_have_touched_and_little_else)
{
	know_everything();
	ck_assert_uint_eq(asked_again() & ~(OTHER_SERVICE | OTHER_TASK),
			  EVERYTHING & ~(OTHER_SERVICE | OTHER_TASK));
	ck_assert_uint_eq(asked_again(), 0);
	ck_assert_str_eq(change(changes[_i].action, changes[_i].request), "ok");
	unsigned again = asked_again();
	ck_assert_msg((again & changes[_i].at_least) == changes[_i].at_least,
		      "%s: 0x%x is asked again, not all of 0x%x", changes[_i].action, again,
		      changes[_i].at_least);
	ck_assert_msg((again & ~changes[_i].at_most) == 0,
		      "%s: 0x%x is asked again, more than 0x%x", changes[_i].action, again,
		      changes[_i].at_most);
}
END_TEST

START_TEST(a_change_that_failed_may_have_happened)
{
	know_everything();
	asked_again();
	double_answer(rig.aws, "UpdateService", 500, "{}");
	ck_assert_str_eq(change("UpdateService", "{'cluster':'prod','service':'s0'}"), "EREMOTEIO");
	ck_assert(asks(SERVICE));
	ck_assert(asks(TASKS));
}
END_TEST

START_TEST(a_change_that_cannot_have_reached_aws_makes_nothing_untrue)
{
	double_put(rig.aws, "services", "web", "{'desiredCount':1}");
	ck_assert_str_eq(document_result(KIND_SERVICE, "web"), "ok");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "");
	double_go_away(rig.aws);
	ck_assert_str_eq(change("UpdateService", "{'cluster':'prod','service':'web'}"),
			 "EHOSTUNREACH");
	pass(SHORT_MS);
	ck_assert_str_eq(member_of(KIND_SERVICE, "web", "desiredCount"), "1");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "");
	double_come_back(rig.aws);
}
END_TEST

START_TEST(what_was_stopped_here_is_out_of_the_list_before_aws_agrees)
{
	know_everything();
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "t0 t1 ");
	ck_assert_str_eq(change("StopTask", "{'cluster':'prod','task':'t0'}"), "ok");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "t1 ");
	ck_assert_str_eq(find_result(LIST_TASKS, "t0"), "ENOENT");
	/* but AWS has the last word */
	pass(20000);
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "t0 t1 ");
}
END_TEST

START_TEST(what_was_created_here_is_in_the_list_before_aws_agrees)
{
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "");
	ck_assert_str_eq(change("CreateCluster", "{'clusterName':'fresh'}"), "ok");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "fresh ");
	ck_assert_str_eq(find_result(LIST_CLUSTERS, "fresh"), "ok");
	pass(LONG_MS);
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "");
}
END_TEST

START_TEST(a_creation_that_failed_adds_nothing)
{
	double_answer(rig.aws, "CreateCluster", 400, "{\"__type\":\"AccessDeniedException\"}");
	ck_assert_str_eq(change("CreateCluster", "{'clusterName':'fresh'}"), "EACCES");
	ck_assert_str_eq(names_of(LIST_CLUSTERS, NULL), "");
}
END_TEST

START_TEST(all_is_forgotten_when_told_so)
{
	know_everything();
	asked_again();
	store_forget(store);
	for (unsigned what = 1; what <= EVERYTHING; what <<= 1)
		if (what != OTHER_SERVICE && what != OTHER_TASK)
			ck_assert_msg(asks(what), "0x%x was not forgotten", what);
}
END_TEST

START_TEST(what_lies_in_one_cluster_is_forgotten_alone)
{
	know_everything();
	asked_again();
	store_forget_cluster(store, "other");
	ck_assert_uint_eq(asked_again() & ~CLUSTERS, 0);
	store_forget_cluster(store, "prod");
	unsigned again = asked_again();
	ck_assert_uint_eq(again & (CLUSTER | SERVICE | TASK | SERVICES | TASKS),
			  CLUSTER | SERVICE | TASK | SERVICES | TASKS);
	ck_assert_uint_eq(again & (REVISION | REVISIONS | FAMILIES), 0);
}
END_TEST

START_TEST(one_resource_is_forgotten_with_the_lists_that_may_name_it)
{
	know_everything();
	asked_again();
	store_forget_document(store, KIND_SERVICE, "prod", "s0");
	ck_assert_uint_eq(asked_again(), SERVICE | SERVICES);
	store_forget_document(store, KIND_TASK, "other", "t0");
	ck_assert_uint_eq(asked_again(), 0);
	store_forget_family(store, "web");
	/* The list of REVISIONS here is of no one family. */
	ck_assert_uint_eq(asked_again(), REVISION | FAMILIES);
	store_forget_family(store, "we");
	ck_assert_uint_eq(asked_again(), FAMILIES);
	store_forget_kind(store, KIND_TASK, "prod");
	ck_assert_uint_eq(asked_again() & ~(unsigned)OTHER_TASK, TASK | TASKS | STOPPED);
	store_forget_queries(store, "prod");
	ck_assert_uint_eq(asked_again(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("effects");
	TCase *tc = tcase_create("effects");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_loop_test(tc, a_change_makes_untrue_what_it_may_have_touched_and_little_else, 0,
			    ARRAY_SIZE(changes));
	tcase_add_test(tc, a_change_that_failed_may_have_happened);
	tcase_add_test(tc, a_change_that_cannot_have_reached_aws_makes_nothing_untrue);
	tcase_add_test(tc, what_was_stopped_here_is_out_of_the_list_before_aws_agrees);
	tcase_add_test(tc, what_was_created_here_is_in_the_list_before_aws_agrees);
	tcase_add_test(tc, a_creation_that_failed_adds_nothing);
	tcase_add_test(tc, all_is_forgotten_when_told_so);
	tcase_add_test(tc, what_lies_in_one_cluster_is_forgotten_alone);
	tcase_add_test(tc, one_resource_is_forgotten_with_the_lists_that_may_name_it);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

#include <errno.h>
#include <string.h>

#include "unit.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/ecs/actions.h"
#include "ecsfs/store/kinds.h"

/* Forms of ARN: Amazon ECS Developer Guide, "Amazon Resource Names (ARNs) and IDs". */
#define ARN "arn:aws:ecs:us-east-1:123456789012:"

static const struct {
	const char *arn, *id, *cluster; /* cluster NULL: the ARN does not say */
} arns[] = {
	{ARN "cluster/prod", "prod", NULL},
	{ARN "service/web", "web", NULL},
	{ARN "service/prod/web", "web", "prod"},
	{ARN "task/4d3b", "4d3b", NULL},
	{ARN "task/prod/4d3b", "4d3b", "prod"},
	{ARN "container-instance/prod/c1", "c1", "prod"},
	{ARN "task-definition/web:12", "web:12", NULL},
	{"arn:aws-cn:ecs:cn-north-1:123456789012:service/prod/web", "web", "prod"},
	{"web", "web", NULL},
	{"web:12", "web:12", NULL},
	{"", "", NULL},
	{ARN "cluster/", "", NULL},
	{"a/b", "a/b", NULL},
};

START_TEST(the_id_is_the_last_part_of_an_arn_or_all_of_a_name)
{
	ck_assert_str_eq(arn_id(arns[_i].arn), arns[_i].id);
}
END_TEST

START_TEST(the_cluster_stands_in_the_long_form_only)
{
	char cluster[64] = "untouched";
	int r = arn_cluster(arns[_i].arn, cluster, sizeof(cluster));

	ck_assert_int_eq(r, arns[_i].cluster ? 0 : -ENOENT);
	ck_assert_str_eq(cluster, arns[_i].cluster ? arns[_i].cluster : "untouched");
}
END_TEST

START_TEST(a_cluster_that_does_not_fit_is_not_cut)
{
	char cluster[5];

	ck_assert_int_eq(arn_cluster(ARN "task/prod/4d3b", cluster, sizeof(cluster)), 0);
	ck_assert_str_eq(cluster, "prod");
	ck_assert_int_eq(arn_cluster(ARN "task/prod2/4d3b", cluster, sizeof(cluster)), -ENOENT);
}
END_TEST

static const struct {
	enum kind kind;
	const char *item;
	int64_t ms;
} times[] = {
	{KIND_SERVICE, "{\"createdAt\": 1000.5}", 1000500},
	{KIND_SERVICE,
	 "{\"createdAt\": 1000, \"deployments\": [{\"updatedAt\": 3000}, {\"updatedAt\": 2000}]}",
	 3000000},
	{KIND_SERVICE, "{\"createdAt\": 5000, \"deployments\": [{\"updatedAt\": 3000}]}", 5000000},
	{KIND_SERVICE, "{}", 0},
	{KIND_SERVICE, "{\"createdAt\": null, \"deployments\": {\"a\": 1}}", 0},
	{KIND_TASK,
	 "{\"createdAt\": 1, \"pullStartedAt\": 2, \"pullStoppedAt\": 3, \"startedAt\": 4}", 4000},
	{KIND_TASK, "{\"startedAt\": 4, \"stoppingAt\": 6, \"executionStoppedAt\": 7}", 7000},
	{KIND_TASK, "{\"stoppingAt\": 6, \"stoppedAt\": 8, \"connectivityAt\": 5}", 8000},
	{KIND_TASK, "{\"startedAt\": 4, \"addedTomorrowAt\": 9, \"count\": 10}", 9000},
	{KIND_REVISION, "{\"registeredAt\": 10}", 10000},
	{KIND_REVISION, "{\"registeredAt\": 10, \"deregisteredAt\": 20}", 20000},
	{KIND_CONTAINER_INSTANCE, "{\"registeredAt\": 30.001}", 30001},
	/* the same millisecond that the document shows */
	{KIND_TASK, "{\"createdAt\": 1790199727.123}", 1790199727123},
	{KIND_TASK, "{\"createdAt\": 1790199727.129}", 1790199727129},
	/* what is no time is none */
	{KIND_TASK, "{\"createdAt\": 1e300}", 0},
	{KIND_TASK, "{\"createdAt\": 1e300, \"startedAt\": 4}", 4000},
	{KIND_TASK, "{\"createdAt\": \"yesterday\"}", 0},
};

START_TEST(a_document_was_changed_at_the_newest_of_its_times)
{
	json_auto_t *item = json_loads(times[_i].item, 0, NULL);

	ck_assert_ptr_nonnull(item);
	ck_assert_int_eq(kind_mtime_ms(times[_i].kind, item), times[_i].ms);
}
END_TEST

START_TEST(every_kind_is_described_by_an_action_that_takes_what_its_row_sends)
{
	const struct kind_info *info = &kinds[_i];
	const struct ecs_action *action = ecs_action_find(info->describe);
	struct ecs_member member;

	ck_assert_ptr_nonnull(action);
	ck_assert(ecs_action_has_member(action, info->ids, &member));
	ck_assert_int_eq(member.type, info->one_id ? 's' : '[');
	ck_assert(ecs_action_has_member(action, "include", NULL));
}
END_TEST

START_TEST(every_list_is_an_action_with_pages_that_takes_what_its_row_sends)
{
	const struct list_info *info = &lists[_i];
	const struct ecs_action *action = ecs_action_find(info->action);

	ck_assert_ptr_nonnull(action);
	ck_assert(ecs_action_has_member(action, "maxResults", NULL));
	ck_assert(ecs_action_has_member(action, "nextToken", NULL));
	ck_assert_int_eq(ecs_action_has_member(action, "cluster", NULL), info->in_cluster);
	if (info->param)
		ck_assert(ecs_action_has_member(action, info->param, NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kinds");
	TCase *tc = tcase_create("kinds");

	tcase_add_loop_test(tc, the_id_is_the_last_part_of_an_arn_or_all_of_a_name, 0,
			    ARRAY_SIZE(arns));
	tcase_add_loop_test(tc, the_cluster_stands_in_the_long_form_only, 0, ARRAY_SIZE(arns));
	tcase_add_test(tc, a_cluster_that_does_not_fit_is_not_cut);
	tcase_add_loop_test(tc, a_document_was_changed_at_the_newest_of_its_times, 0,
			    ARRAY_SIZE(times));
	tcase_add_loop_test(tc, every_kind_is_described_by_an_action_that_takes_what_its_row_sends,
			    0, KIND_COUNT);
	tcase_add_loop_test(tc, every_list_is_an_action_with_pages_that_takes_what_its_row_sends, 0,
			    LIST_COUNT);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

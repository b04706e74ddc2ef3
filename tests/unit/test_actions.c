#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/ecs/actions.h"

/* The API reference counts so many. */
#define ACTION_COUNT 77

START_TEST(the_table_has_every_action_once_and_in_order)
{
	ck_assert_uint_eq(ecs_action_count, ACTION_COUNT);
	for (size_t i = 1; i < ecs_action_count; i++)
		ck_assert_str_lt(ecs_actions[i - 1].name, ecs_actions[i].name);
}
END_TEST

START_TEST(an_action_is_found_by_its_name)
{
	const struct ecs_action *action = &ecs_actions[_i];

	ck_assert_ptr_eq(ecs_action_find(action->name), action);
	ck_assert_int_lt((int)action->quota, QUOTA_COUNT);
}
END_TEST

START_TEST(what_is_no_action_is_not_found)
{
	ck_assert_ptr_null(ecs_action_find("RunTasks"));
	ck_assert_ptr_null(ecs_action_find(""));
}
END_TEST

/*
 * Is every name, in order, with its type and whether it must be there, what botocore's copy of
 * AWS's model says?
 */
#define BY_BOTOCORE                                                                                \
	"python3 - 2>/dev/null <<'END'\n"                                                          \
	"import botocore.session\n"                                                                \
	"m = botocore.session.get_session().get_service_model('ecs', '2014-11-13')\n"              \
	"t = {'string': 's', 'integer': 'i', 'long': 'i', 'timestamp': 'i', 'boolean': 'b',\n"     \
	"     'list': '[]', 'map': '{}', 'structure': '{}'}\n"                                     \
	"for name in sorted(m.operation_names):\n"                                                 \
	"    i = m.operation_model(name).input_shape\n"                                            \
	"    print(name + ':', *[k + ('!' if k in i.required_members else '') + ':'\n"             \
	"                        + t[v.type_name] for k, v in i.members.items()])\n"               \
	"END\n"

START_TEST(names_members_and_types_are_those_of_botocores_model)
{
	char line[4096], expected[4096];
	FILE *model = popen(BY_BOTOCORE, "r");
	size_t i = 0;

	for (; fgets(line, sizeof(line), model); i++) {
		ck_assert_uint_lt(i, ecs_action_count);
		snprintf(expected, sizeof(expected), "%s: %s\n", ecs_actions[i].name,
			 ecs_actions[i].members);
		ck_assert_str_eq(line, expected);
	}
	pclose(model);
	if (i == 0)
		puts("# no python3 with botocore here: the table was not compared");
	else
		ck_assert_uint_eq(i, ecs_action_count);
}
END_TEST

START_TEST(whatever_changes_something_is_audited_and_whatever_destroys_is_limited)
{
	static const char *const reading[] = {"List", "Describe", "Get", "Discover"};
	static const char *const destroying[] = {"Delete", "Deregister", "Stop", "Untag"};
	const struct ecs_action *action = &ecs_actions[_i];
	bool reads = false, destroys = false;

	for (size_t i = 0; i < ARRAY_SIZE(reading); i++)
		reads |= strncmp(action->name, reading[i], strlen(reading[i])) == 0;
	for (size_t i = 0; i < ARRAY_SIZE(destroying); i++)
		destroys |= strncmp(action->name, destroying[i], strlen(destroying[i])) == 0;
	ck_assert_msg(!(action->flags & ECS_MUTATES) == reads, "%s", action->name);
	ck_assert_msg(!(action->flags & ECS_DESTROYS) != destroys, "%s", action->name);
	/* A call that reads may always be repeated. */
	ck_assert_msg(!reads || (action->flags & ECS_IDEMPOTENT), "%s", action->name);
}
END_TEST

START_TEST(a_client_token_is_promised_where_the_action_has_one)
{
	const struct ecs_action *action = &ecs_actions[_i];

	ck_assert_msg(ecs_action_has_member(action, "clientToken", NULL) ==
			      !!(action->flags & ECS_CLIENT_TOKEN),
		      "%s", action->name);
	/* The contract: registering twice would leave a silent duplicate. */
	if (strncmp(action->name, "Register", 8) == 0 || strcmp(action->name, "StartTask") == 0)
		ck_assert_msg(!(action->flags & ECS_IDEMPOTENT), "%s", action->name);
}
END_TEST

START_TEST(members_are_told_apart_by_whole_names)
{
	const struct ecs_action *update = ecs_action_find("UpdateService");
	struct ecs_member member;

	ck_assert(ecs_action_has_member(update, "desiredCount", &member));
	ck_assert_int_eq(member.type, 'i');
	ck_assert(!member.required);
	ck_assert(ecs_action_has_member(update, "service", &member));
	ck_assert_int_eq(member.type, 's');
	ck_assert(member.required);
	ck_assert(ecs_action_has_member(update, "loadBalancers", &member));
	ck_assert_int_eq(member.type, '[');
	ck_assert(ecs_action_has_member(update, "deploymentConfiguration", &member));
	ck_assert_int_eq(member.type, '{');
	ck_assert(!ecs_action_has_member(update, "desired", NULL));
	ck_assert(!ecs_action_has_member(update, "desiredCounts", NULL));
	ck_assert(!ecs_action_has_member(update, "runningCount", NULL));
	ck_assert(!ecs_action_has_member(update, "", NULL));
}
END_TEST

START_TEST(a_skeleton_has_every_member_empty)
{
	json_auto_t *skeleton = ecs_action_skeleton(ecs_action_find("StopTask"));
	json_auto_t *expected =
		json_pack("{s:s, s:s, s:s}", "cluster", "", "task", "", "reason", "");

	ck_assert(json_equal(skeleton, expected));
	for (size_t i = 0; i < ecs_action_count; i++) {
		json_auto_t *other = ecs_action_skeleton(&ecs_actions[i]);
		ck_assert_ptr_nonnull(other);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("actions");
	TCase *tc = tcase_create("actions");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_table_has_every_action_once_and_in_order);
	tcase_add_loop_test(tc, an_action_is_found_by_its_name, 0, ACTION_COUNT);
	tcase_add_test(tc, what_is_no_action_is_not_found);
	tcase_add_test(tc, names_members_and_types_are_those_of_botocores_model);
	tcase_add_loop_test(tc,
			    whatever_changes_something_is_audited_and_whatever_destroys_is_limited,
			    0, ACTION_COUNT);
	tcase_add_loop_test(tc, a_client_token_is_promised_where_the_action_has_one, 0,
			    ACTION_COUNT);
	tcase_add_test(tc, members_are_told_apart_by_whole_names);
	tcase_add_test(tc, a_skeleton_has_every_member_empty);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

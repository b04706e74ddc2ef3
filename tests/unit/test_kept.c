/* Stopped tasks outlive AWS's memory of them. */
#include <stdio.h>

#include "store_rig.h"

/* What a DescribeTasks answer says of a task that is over. */
#define OVER "{'lastStatus':'STOPPED','desiredStatus':'STOPPED','stoppedReason':'done'}"

static void list_nothing(void)
{
	double_answer(rig.aws, "ListTasks", 200, "{\"taskArns\":[]}");
}

/* An hour later. */
static void aws_forgets(const char *id)
{
	double_remove(rig.aws, "tasks", id);
	list_nothing();
	pass(60 * 60 * 1000LL);
}

START_TEST(a_stopped_task_that_was_seen_is_there_after_aws_forgot_it)
{
	double_put(rig.aws, "tasks", "t0", OVER);
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
	aws_forgets("t0");
	ck_assert_str_eq(names_of(LIST_STOPPED_TASKS, NULL), "t0 ");
	ck_assert_str_eq(find_result(LIST_STOPPED_TASKS, "t0"), "ok");
	ck_assert_str_eq(member_of(KIND_TASK, "t0", "stoppedReason"), "done");
	ck_assert_str_eq(names_of(LIST_TASKS, NULL), "");
}
END_TEST

START_TEST(once_aws_forgot_a_task_it_is_not_asked_again)
{
	double_put(rig.aws, "tasks", "t0", OVER);
	document_result(KIND_TASK, "t0");
	aws_forgets("t0");
	document_result(KIND_TASK, "t0");
	unsigned asked = calls("DescribeTasks");
	pass(60 * 60 * 1000LL);
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
	ck_assert_uint_eq(calls("DescribeTasks"), asked);
}
END_TEST

START_TEST(what_was_told_to_forget_still_has_it)
{
	double_put(rig.aws, "tasks", "t0", OVER);
	document_result(KIND_TASK, "t0");
	aws_forgets("t0");
	store_forget(store);
	ck_assert_str_eq(names_of(LIST_STOPPED_TASKS, NULL), "t0 ");
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
}
END_TEST

START_TEST(a_task_that_was_never_seen_stopped_is_missing_when_it_is)
{
	double_put(rig.aws, "tasks", "t0", "{'lastStatus':'RUNNING','desiredStatus':'STOPPED'}");
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ok");
	aws_forgets("t0");
	ck_assert_str_eq(names_of(LIST_STOPPED_TASKS, NULL), "");
	ck_assert_str_eq(document_result(KIND_TASK, "t0"), "ENOENT");
}
END_TEST

START_TEST(another_cluster_does_not_list_it)
{
	struct question q = {.what = ASK_LIST, .query = {LIST_STOPPED_TASKS, "other", NULL}};

	double_put(rig.aws, "tasks", "t0", OVER);
	document_result(KIND_TASK, "t0");
	list_nothing();
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_uint_eq(q.listing->count, 0);
	question_done(&q);
}
END_TEST

START_TEST(the_oldest_gives_way_when_there_are_too_many)
{
	char id[16];

	for (unsigned i = 0; i <= 10000; i++) {
		snprintf(id, sizeof(id), "t%05u", i);
		double_put(rig.aws, "tasks", id, OVER);
	}
	/* In the list's order, a hundred a call; t00000 is seen first. */
	names_of(LIST_STOPPED_TASKS, NULL);
	for (unsigned i = 0; i <= 10000; i++) {
		snprintf(id, sizeof(id), "t%05u", i);
		if (i % 100 == 0)
			ck_assert_str_eq(document_result(KIND_TASK, id), "ok");
	}
	double_answer(rig.aws, "DescribeTasks", 200, "{\"tasks\":[]}");
	aws_forgets("t00000");
	struct question q = {.what = ASK_LIST, .query = {LIST_STOPPED_TASKS, "prod", NULL}};
	question_start(&q);
	ck_assert_str_eq(question_end(&q), "ok");
	ck_assert_uint_eq(q.listing->count, 10000);
	question_done(&q);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kept");
	TCase *tc = tcase_create("kept");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_test(tc, a_stopped_task_that_was_seen_is_there_after_aws_forgot_it);
	tcase_add_test(tc, once_aws_forgot_a_task_it_is_not_asked_again);
	tcase_add_test(tc, what_was_told_to_forget_still_has_it);
	tcase_add_test(tc, a_task_that_was_never_seen_stopped_is_missing_when_it_is);
	tcase_add_test(tc, another_cluster_does_not_list_it);
	tcase_add_test(tc, the_oldest_gives_way_when_there_are_too_many);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

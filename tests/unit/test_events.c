/* A service's events as text: it only grows, and every event stands in it once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/tree.h"

static struct tree *tree;

static void start_tree(void)
{
	start();
	struct tree_options options = {
		.store = store, .metrics = rig.metrics, .clock = &rig.clock.clock};
	ck_assert_int_eq(tree_new(&options, &tree), 0);
	double_put(rig.aws, "clusters", "prod", NULL);
}

static void stop_tree(void)
{
	tree_free(tree);
	stop();
}

/* The service has the events @oldest to @newest; AWS tells the newest first. */
static void have_events(int oldest, int newest)
{
	struct buf text = {0};

	buf_puts(&text, "{'events':[");
	for (int i = newest; i >= oldest; i--)
		buf_printf(&text, "%s{'id':'e%d','createdAt':%d,'message':'(service web) no. %d'}",
			   i == newest ? "" : ",", i, i, i);
	buf_puts(&text, "]}");
	double_put(rig.aws, "services", "web", text.data);
	buf_done(&text);
}

/* Walk the tables down to /clusters/prod/services/web/events and read it; new.
 */
static char *events(void)
{
	static const char *const names[] = {"clusters", "prod", "services", "web", "events"};
	struct node nodes[ARRAY_SIZE(names) + 1] = {{.type = tree_root_type()}};
	_cleanup_(content_done) struct content content = {0};
	struct op op;
	size_t i;

	op_init(&op);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct found found = {0};
		int r = tree_find(tree, &op, &nodes[i], names[i], &found);
		ck_assert_msg(r == 0, "%s: %s", names[i], result_name(r));
		nodes[i + 1] = (struct node){.type = found.type,
					     .parent = &nodes[i],
					     .name = (char *)(uintptr_t)names[i],
					     .id = found.id};
	}
	int r = tree_show(tree, &op, &nodes[i], &content);
	ck_assert_errno(r, "ok");
	while (i > 0)
		free(nodes[i--].id);
	op_done(&op);
	return strdup(content.blob->bytes);
}

START_TEST(an_event_is_a_line_with_its_time_oldest_first)
{
	double_put(rig.aws, "services", "web", NULL);
	have_events(1, 2);
	_cleanup_free_ char *text = events();
	ck_assert_str_eq(text, "1970-01-01T00:00:01.000Z (service web) no. 1\n"
			       "1970-01-01T00:00:02.000Z (service web) no. 2\n");
}
END_TEST

START_TEST(no_events_are_an_empty_file)
{
	double_put(rig.aws, "services", "web", NULL);
	_cleanup_free_ char *text = events();
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(the_text_only_grows_though_aws_keeps_the_last_hundred)
{
	char *before = strdup("");

	for (int newest = 50; newest <= 500; newest += 50) {
		have_events(newest > 100 ? newest - 99 : 1, newest);
		char *text = events();
		ck_assert_int_eq(strncmp(text, before, strlen(before)), 0);
		int lines = 0;
		for (const char *at = text; (at = strchr(at, '\n')); at++)
			lines++;
		ck_assert_int_eq(lines, newest);
		free(before);
		before = text;
		pass(SHORT_MS);
	}
	free(before);
}
END_TEST

START_TEST(an_answer_that_is_older_than_the_last_adds_nothing_again)
{
	have_events(1, 3);
	_cleanup_free_ char *first = events();
	pass(SHORT_MS);
	/* Another server of AWS may not know the last event yet. */
	have_events(1, 2);
	_cleanup_free_ char *second = events();
	ck_assert_str_eq(second, first);
	pass(SHORT_MS);
	have_events(1, 3);
	_cleanup_free_ char *third = events();
	ck_assert_str_eq(third, first);
}
END_TEST

START_TEST(events_without_ids_are_not_told_anew_by_every_look)
{
	double_put(rig.aws, "services", "web", "{'events':[{'createdAt':1,'message':'m'}]}");
	_cleanup_free_ char *first = events();
	_cleanup_free_ char *second = events();
	ck_assert_str_eq(second, first);
}
END_TEST

START_TEST(a_message_cannot_make_lines_of_its_own)
{
	double_put(rig.aws, "services", "web",
		   "{'events':[{'id':'a','createdAt':1,'message':'x\\ny\\u001b[31m'}]}");
	_cleanup_free_ char *text = events();
	ck_assert_str_eq(text, "1970-01-01T00:00:01.000Z x\\x0ay\\x1b[31m\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("events");
	TCase *tc = tcase_create("events");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, start_tree, stop_tree);
	tcase_add_test(tc, an_event_is_a_line_with_its_time_oldest_first);
	tcase_add_test(tc, no_events_are_an_empty_file);
	tcase_add_test(tc, the_text_only_grows_though_aws_keeps_the_last_hundred);
	tcase_add_test(tc, an_answer_that_is_older_than_the_last_adds_nothing_again);
	tcase_add_test(tc, events_without_ids_are_not_told_anew_by_every_look);
	tcase_add_test(tc, a_message_cannot_make_lines_of_its_own);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

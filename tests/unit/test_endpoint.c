/* poll-endpoint.json costs a call whenever somebody reads it, but no more than one. */
#include "store_rig.h"
#include "tree/internal.h"

#include "ecsfs/base/cleanup.h"

static struct tree *tree;
static struct op op;

static void start_tree(void)
{
	start();
	struct tree_options options = {
		.store = store, .metrics = rig.metrics, .clock = &rig.clock.clock};
	ck_assert_int_eq(tree_new(&options, &tree), 0);
	double_put(rig.aws, "clusters", "prod", NULL);
	double_answer(rig.aws, "DiscoverPollEndpoint", 200, "{\"endpoint\": \"https://a/\"}");
	op_init(&op);
}

static void stop_tree(void)
{
	op_done(&op);
	tree_free(tree);
	stop();
}

static const struct node_type *row_of(const struct node_type *rows, const char *name)
{
	while (!rows->name || strcmp(rows->name, name) != 0)
		rows++;
	return rows;
}

/* What poll-endpoint.json of an instance shows. */
static void check_shows(const char *instance, const char *expected)
{
	_cleanup_(content_done) struct content content = {0};
	const struct node_type *type = &container_instances_rows[0];
	struct node cluster = {.type = &clusters_rows[0], .name = (char[]){"prod"}, .id = "prod"};
	struct node directory = {.type = type, .parent = &cluster};
	struct node node = {.type = row_of(type->rows, "poll-endpoint.json"),
			    .parent = &directory,
			    .name = (char[]){"poll-endpoint.json"}};

	directory.name = directory.id = (char *)(uintptr_t)instance;
	ck_assert_errno(tree_show(tree, &op, &node, &content), "ok");
	ck_assert_str_eq(content.blob->bytes, expected);
}

#define A "{\n  \"endpoint\": \"https://a/\"\n}\n"
#define B "{\n  \"endpoint\": \"https://b/\"\n}\n"

START_TEST(looked_up_and_opened_at_once_it_costs_one_call)
{
	check_shows("one", A);
	check_shows("one", A);
	ck_assert_uint_eq(calls("DiscoverPollEndpoint"), 1);
}
END_TEST

START_TEST(another_instance_is_asked_for_by_itself)
{
	check_shows("one", A);
	double_answer(rig.aws, "DiscoverPollEndpoint", 200, "{\"endpoint\": \"https://b/\"}");
	check_shows("two", B);
	ck_assert_uint_eq(calls("DiscoverPollEndpoint"), 2);
}
END_TEST

START_TEST(whoever_reads_it_later_is_told_what_is_so_then)
{
	check_shows("one", A);
	double_answer(rig.aws, "DiscoverPollEndpoint", 200, "{\"endpoint\": \"https://b/\"}");
	pass(1000);
	check_shows("one", B);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("endpoint");
	TCase *tcase = tcase_create("endpoint");

	tcase_add_checked_fixture(tcase, start_tree, stop_tree);
	tcase_add_test(tcase, looked_up_and_opened_at_once_it_costs_one_call);
	tcase_add_test(tcase, another_instance_is_asked_for_by_itself);
	tcase_add_test(tcase, whoever_reads_it_later_is_told_what_is_so_then);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

/* Whatever a directory lists is found under that name, however AWS calls it. */
#include <stdio.h>
#include <stdlib.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/tree.h"

#define MAX_DEPTH 6
/* 128 characters: as long as a tag's key may be, but too many bytes for a file name. */
#define EIGHT                                                                                      \
	"\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86\xe3\x81\x88\xe3\x81\x8a\xe3\x81\x8b\xe3\x81\x8d\xe3" \
	"\x81\x8f"
#define LONG_KEY                                                                                   \
	EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT  \
		EIGHT
#define FIFTY "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
/* A task definition's family has 255 characters at most. */
#define LONG_FAMILY FIFTY FIFTY FIFTY FIFTY FIFTY "abcde"

static struct tree *tree;
static struct op op;
static struct node nodes[MAX_DEPTH + 1];
static size_t depth;

/* What AWS answers, the directory that shows it, and how many names that has. */
static const struct {
	const char *why, *action, *answer, *path[MAX_DEPTH];
	unsigned count;
} cases[] = {
	{"a name that is cut and looks as if it were not",
	 "ListTaskDefinitions",
	 "{\"taskDefinitionArns\": [\"arn:aws:ecs:r:1:task-definition/" LONG_FAMILY ":1\"]}",
	 {"query", "task-definitions", "status=ACTIVE"},
	 1},
	{"a tag's key that is too long for a name",
	 "DescribeClusters",
	 "{\"clusters\": [{\"clusterArn\": \"arn:aws:ecs:us-east-1:1:cluster/prod\", \"tags\": "
	 "[{\"key\": \"" LONG_KEY "\", \"value\": \"v\"}]}]}",
	 {"clusters", "prod", "tags"},
	 1},
	{"a tag without a key",
	 "DescribeClusters",
	 "{\"clusters\": [{\"clusterArn\": \"arn:aws:ecs:us-east-1:1:cluster/prod\", \"tags\": "
	 "[{\"key\": \"\", \"value\": \"v\"}, {\"key\": \"k\", \"value\": \"v\"}]}]}",
	 {"clusters", "prod", "tags"},
	 1},
	{"a revision without a number, and one of another family",
	 "ListTaskDefinitions",
	 "{\"taskDefinitionArns\": [\"arn:aws:ecs:r:1:task-definition/f:\", "
	 "\"arn:aws:ecs:r:1:task-definition/f:x:1\", \"arn:aws:ecs:r:1:task-definition/f:x\"]}",
	 {"task-definitions", "f"},
	 0},
};

static void start_tree(void)
{
	start();
	struct tree_options options = {
		.store = store, .metrics = rig.metrics, .clock = &rig.clock.clock};
	ck_assert_int_eq(tree_new(&options, &tree), 0);
	double_put(rig.aws, "clusters", "prod", NULL);
	double_put(rig.aws, "families", "f", "{'family':'f'}");
	op_init(&op);
	nodes[0] = (struct node){.type = tree_root_type()};
	depth = 0;
}

static void stop_tree(void)
{
	while (depth > 0)
		free(nodes[depth--].id);
	op_done(&op);
	tree_free(tree);
	stop();
}

static void go_to(const char *const *path)
{
	for (; depth < MAX_DEPTH && path[depth]; depth++) {
		struct found found;
		int r = tree_find(tree, &op, &nodes[depth], path[depth], &found);
		ck_assert_msg(r == 0, "%s: %s", path[depth], result_name(r));
		nodes[depth + 1] = (struct node){.type = found.type,
						 .parent = &nodes[depth],
						 .name = (char *)(uintptr_t)path[depth],
						 .id = found.id};
	}
}

static unsigned find_all(struct entries *entries)
{
	unsigned count = 0;

	for (; count < entries->count; count++) {
		struct entry_name *entry = &entries->items[count];
		struct found found;
		int r = tree_find(tree, &op, &nodes[depth], entry->name, &found);
		ck_assert_msg(r == 0, "'%s': %s", entry->name, result_name(r));
		if (entry->id)
			ck_assert_str_eq(found.id, entry->id);
		free(found.id);
	}
	return count;
}

START_TEST(what_is_listed_is_found)
{
	struct entries entries = {0};

	double_answer(rig.aws, cases[_i].action, 200, cases[_i].answer);
	go_to(cases[_i].path);
	ck_assert_errno(tree_list(tree, &op, &nodes[depth], &entries), "ok");
	ck_assert_msg(find_all(&entries) == cases[_i].count, "%s", cases[_i].why);
	entries_done(&entries);
}
END_TEST

START_TEST(a_member_that_is_no_file_name_is_only_in_the_document)
{
	static const char *const path[MAX_DEPTH] = {"clusters", "prod"};
	struct entries entries = {0};

	double_put(rig.aws, "clusters", "prod",
		   "{'': 1, '.hidden': 2, '..': {}, 'n': 3, 'a.json': 4, 'a': {}, 'b.json': 5}");
	go_to(path);
	ck_assert_errno(tree_list(tree, &op, &nodes[depth], &entries), "ok");
	unsigned members = 0;
	for (unsigned i = 0; i < entries.count; i++)
		members += entries.items[i].id != NULL;
	ck_assert_uint_eq(members, 4); /* clusterArn, n, a.json, and .. as %2E%2E.json */
	find_all(&entries);
	entries_done(&entries);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listed");
	TCase *tcase = tcase_create("listed");

	tcase_add_checked_fixture(tcase, start_tree, stop_tree);
	tcase_add_loop_test(tcase, what_is_listed_is_found, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, a_member_that_is_no_file_name_is_only_in_the_document);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

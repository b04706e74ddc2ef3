/* Which of the versions that were read or saved a text was made from. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"
#include "tree/versions.h"

#define EDITOR 100
#define OTHER 200
#define READER 300 /* who only reads: the like of cat */
#define HOUR_MS (3600 * 1000)

static struct fake_clock fake;
static struct tree tree;

/* Of the members below, `events` and `status` are those that nobody can write. */
static bool can_be_written(const struct node *node, const char *member)
{
	(void)node;
	return strcmp(member, "events") != 0 && strcmp(member, "status") != 0;
}

static int no_commit(struct tree *t, struct op *op, const struct node *node, json_t *value)
{
	(void)t;
	(void)op;
	(void)node;
	(void)value;
	return 0;
}

static const struct update no_updates[] = {{0}};
static const struct node_type document_type = {
	.form = NODE_FILE, .update = no_updates, .commit = no_commit};
static const struct node_type root = {.form = NODE_DIR};
static struct node root_node = {.type = &root};
static struct node node = {&document_type, &root_node, (char *)"service.json", NULL};

static void set_up(void)
{
	fake_clock_init(&fake, START_MS, WALL_MS);
	tree = (struct tree){.clock = &fake.clock, .lock = PTHREAD_MUTEX_INITIALIZER};
}

static void tear_down(void)
{
	versions_free_all(&tree);
}

/* JSON with ' for ". */
static json_t *parse(const char *text)
{
	char json[512];

	snprintf(json, sizeof(json), "%s", text);
	for (char *at = json; *at; at++)
		if (*at == '\'')
			*at = '"';
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	ck_assert_msg(value != NULL, "%s", text);
	return value;
}

static void read_by(pid_t pid, const char *text)
{
	json_auto_t *document = parse(text);
	char *bytes = json_dumps(document, 0);
	struct blob *blob = blob_new(bytes, strlen(bytes));

	tree_opened(&tree, &node, pid, blob);
	blob_unref(blob);
	free(bytes);
}

static void read_version(const char *text)
{
	read_by(READER, text);
}

static void save_version(pid_t pid, const char *text, const char *there)
{
	json_auto_t *document = parse(text), *answer = parse(there);

	versions_saved(&tree, &node, pid, document, answer);
}

/* The `n` of the version that @text, of @pid, was made from; 0: none. */
static int base_of(pid_t pid, const char *text)
{
	json_auto_t *document = parse(text);
	_cleanup_(version_cleanup) struct version *base =
		versions_closest(&tree, &node, pid, document, can_be_written);

	for (int n = 1; base && n < 10; n++) {
		json_auto_t *number = json_integer(n);
		if (version_hash(base, "n") == value_hash(number))
			return n;
	}
	return 0;
}

/* What was read, the oldest first; what is saved; which of them it was made from. */
static const struct {
	const char *why, *read[4], *text;
	int base;
} bases[] = {
	{"nothing was read", {NULL}, "{'n':1}", 0},
	{"the only one", {"{'n':1,'a':1,'events':1}"}, "{'a':5,'events':9}", 1},
	{"the one that has the same events, though another is nearer",
	 {"{'n':1,'a':1,'b':1,'c':1,'events':1}", "{'n':2,'a':5,'b':5,'c':1,'events':2}"},
	 "{'a':5,'b':5,'c':5,'events':1}",
	 1},
	{"the newest, when an old value comes back",
	 {"{'n':1,'a':1,'b':1,'events':1}", "{'n':2,'a':2,'b':2,'events':2}"},
	 "{'a':1,'b':1,'events':2}",
	 2},
	{"of those with the same events the one that it differs least from",
	 {"{'n':1,'a':1,'b':1,'events':1}", "{'n':2,'a':2,'b':2,'events':1}"},
	 "{'a':1,'b':3,'events':1}",
	 1},
	{"the newest of two that it differs from as much",
	 {"{'n':1,'a':1,'events':1}", "{'n':2,'a':2,'events':1}"},
	 "{'a':3,'events':1}",
	 2},
	{"the newest, changed back to all that an older one was",
	 {"{'n':1,'a':1,'events':1}", "{'n':2,'a':2,'events':1}"},
	 "{'a':1,'events':1}",
	 2},
	{"an older one that is saved as it was read",
	 {"{'n':1,'a':1,'events':1}", "{'n':2,'a':2,'events':2}"},
	 "{'a':1,'events':1}",
	 1},
	{"what the text lacks does not count",
	 {"{'n':1,'a':1,'b':1,'events':1}", "{'n':2,'a':2,'b':2,'events':2}"},
	 "{'events':1}",
	 1},
	{"the order of members does not count",
	 {"{'n':1,'a':{'x':1,'y':2},'events':1}", "{'n':2,'a':{'x':1,'y':3},'events':1}"},
	 "{'events':1,'b':1,'a':{'y':2,'x':1}}",
	 1},
	{"a member that is new counts, and a tag does",
	 {"{'n':1,'tags':[{'key':'k','value':'v'}],'events':1}", "{'n':2,'events':1}"},
	 "{'tags':[{'key':'k','value':'v'}],'b':1,'events':1}",
	 1},
};

START_TEST(the_base_is_known_by_what_its_writer_cannot_have_changed)
{
	for (size_t i = 0; i < ARRAY_SIZE(bases[_i].read) && bases[_i].read[i]; i++)
		read_version(bases[_i].read[i]);
	ck_assert_msg(base_of(EDITOR, bases[_i].text) == bases[_i].base, "%s", bases[_i].why);
}
END_TEST

START_TEST(a_process_goes_on_from_what_it_saved_itself)
{
	read_version("{'n':1,'a':1,'b':1,'events':1}");
	save_version(EDITOR, "{'n':2,'a':2,'b':2,'events':1}", "{}");
	read_version("{'n':3,'a':2,'b':2,'events':3}");
	/* Two of three changes taken back: nearer to what was first read. */
	ck_assert_int_eq(base_of(EDITOR, "{'a':1,'b':1,'c':1,'events':1}"), 2);
	ck_assert_int_eq(base_of(OTHER, "{'a':1,'b':1,'c':1,'events':1}"), 1);
}
END_TEST

START_TEST(of_versions_alike_a_process_saves_one_that_it_read_itself)
{
	read_by(EDITOR, "{'n':1,'a':1,'b':1,'events':1}");
	read_by(OTHER, "{'n':2,'a':2,'b':1,'events':1}");
	/* As it was read, or with one change: what others changed meanwhile is left alone. */
	ck_assert_int_eq(base_of(EDITOR, "{'a':1,'b':1,'events':1}"), 1);
	ck_assert_int_eq(base_of(EDITOR, "{'a':1,'b':2,'events':1}"), 1);
	/* Two changes, of which one is back to what it was. */
	ck_assert_int_eq(base_of(OTHER, "{'a':1,'b':2,'events':1}"), 2);
	ck_assert_int_eq(base_of(OTHER, "{'a':1,'b':1,'events':1}"), 2);
	/* To make its backup an editor reads the file again before it writes. */
	read_by(EDITOR, "{'n':2,'a':2,'b':1,'events':1}");
	ck_assert_int_eq(base_of(EDITOR, "{'a':1,'b':1,'events':1}"), 1);
	/* What nobody can write tells more. */
	read_by(OTHER, "{'n':3,'a':2,'b':1,'events':3}");
	ck_assert_int_eq(base_of(EDITOR, "{'a':1,'b':1,'events':3}"), 3);
}
END_TEST

START_TEST(many_readers_of_one_version_are_remembered_while_they_live)
{
	read_by(getpid(), "{'n':1,'a':1,'b':1,'events':1}");
	/* No process has such a number: Linux gives none above 4194304. */
	for (pid_t pid = 5000000; pid < 5000200; pid++)
		read_by(pid, "{'n':1,'a':1,'b':1,'events':1}");
	read_by(OTHER, "{'n':2,'a':2,'b':1,'events':1}");
	ck_assert_int_eq(base_of(getpid(), "{'a':1,'b':1,'events':1}"), 1);
}
END_TEST

START_TEST(a_process_without_a_number_is_not_taken_for_another)
{
	read_by(0, "{'n':1,'a':1,'b':1,'events':1}");
	read_by(0, "{'n':2,'a':2,'b':2,'events':2}");
	ck_assert_int_eq(base_of(0, "{'a':1,'b':1,'events':1}"), 1);
	save_version(0, "{'n':3,'a':3,'b':2,'events':2}", "{}");
	ck_assert_int_eq(base_of(0, "{'a':1,'b':5,'events':1}"), 1);
}
END_TEST

START_TEST(what_aws_made_of_a_saved_text_is_known)
{
	save_version(EDITOR, "{'n':2,'taskDefinition':'web:2'}",
		     "{'taskDefinition':'arn:web:2','createdAt':1}");
	json_auto_t *text = parse("{'taskDefinition':'web:2'}");
	json_auto_t *short_name = parse("'web:2'"), *arn = parse("'arn:web:2'");
	_cleanup_(version_cleanup) struct version *base =
		versions_closest(&tree, &node, EDITOR, text, can_be_written);
	ck_assert_uint_eq(version_hash(base, "taskDefinition"), value_hash(short_name));
	ck_assert_uint_eq(version_hash_there(base, "taskDefinition"), value_hash(arn));
	ck_assert_uint_eq(version_hash_there(base, "createdAt"), 0);
}
END_TEST

START_TEST(a_version_is_forgotten_an_hour_after_it_was_last_read)
{
	read_version("{'n':1}");
	fake_clock_advance(&fake, HOUR_MS - 1);
	read_version("{'n':1}");
	fake_clock_advance(&fake, HOUR_MS);
	ck_assert_int_eq(base_of(EDITOR, "{'n':1}"), 1);
	fake_clock_advance(&fake, 1);
	ck_assert_int_eq(base_of(EDITOR, "{'n':1}"), 0);
}
END_TEST

START_TEST(the_oldest_of_257_versions_is_forgotten)
{
	char text[64];

	for (int i = 0; i < 257; i++) {
		snprintf(text, sizeof(text), "{'n':%d,'events':%d}", i == 0 ? 1 : 2, i);
		read_version(text);
	}
	ck_assert_int_eq(base_of(EDITOR, "{'events':0}"), 2);
	ck_assert_int_eq(base_of(EDITOR, "{'events':1}"), 2);
}
END_TEST

static const struct {
	const char *a, *b;
	bool same;
} values[] = {
	{"{'a':1,'b':[1,2]}", "{'b':[1,2],'a':1}", true},
	{"{'a':{'x':1},'b':{'y':2}}", "{'b':{'y':2},'a':{'x':1}}", true},
	{"1", "1.0", true},
	{"'\\u00e9'", "'\xc3\xa9'", true},
	{"[1,2]", "[2,1]", false},
	{"{'a':1,'b':2}", "{'a':2,'b':1}", false},
	{"{'a':{'b':1}}", "{'b':{'a':1}}", false},
	{"1", "'1'", false},
	{"true", "1", false},
	{"false", "null", false},
	{"[]", "{}", false},
	{"''", "[]", false},
	{"[[1],[2]]", "[[1,2]]", false},
	{"['ab','c']", "['a','bc']", false},
};

START_TEST(a_hash_sees_values_but_not_how_they_are_written)
{
	json_auto_t *a = parse(values[_i].a), *b = parse(values[_i].b);

	ck_assert_msg((value_hash(a) == value_hash(b)) == values[_i].same, "%s and %s",
		      values[_i].a, values[_i].b);
	ck_assert_uint_ne(value_hash(a), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("versions");
	TCase *tcase = tcase_create("versions");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, the_base_is_known_by_what_its_writer_cannot_have_changed, 0,
			    ARRAY_SIZE(bases));
	tcase_add_test(tcase, a_process_goes_on_from_what_it_saved_itself);
	tcase_add_test(tcase, of_versions_alike_a_process_saves_one_that_it_read_itself);
	tcase_add_test(tcase, many_readers_of_one_version_are_remembered_while_they_live);
	tcase_add_test(tcase, a_process_without_a_number_is_not_taken_for_another);
	tcase_add_test(tcase, what_aws_made_of_a_saved_text_is_known);
	tcase_add_test(tcase, a_version_is_forgotten_an_hour_after_it_was_last_read);
	tcase_add_test(tcase, the_oldest_of_257_versions_is_forgotten);
	tcase_add_loop_test(tcase, a_hash_sees_values_but_not_how_they_are_written, 0,
			    ARRAY_SIZE(values));
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

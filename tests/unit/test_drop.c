/* When a text is a document, which names are drops, and what a request takes of a document. */
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "tree/internal.h"
#include "tree/scratch.h"

static struct op op;

static void set_up(void)
{
	op_init(&op);
}

static void tear_down(void)
{
	op_done(&op);
}

/* What comes of a text: w: more is waited for, d: a document, e: EINVAL. When more may come
 * anywhere, when it may come behind, and when none comes. */
static const struct {
	const char *text, *outcomes;
} texts[] = {
	{"", "wwe"},
	{" \n", "wwe"},
	{"{", "wwe"},
	{"{}", "ddd"},
	{"[]", "ddd"},
	{" {\"a\": 1}\n\n", "ddd"},
	{"{\"a\": {}", "wwe"},
	{"{\"a\": \"}", "wwe"},
	{"{\"a\": \"\\\\\"}", "ddd"},
	{"{\"a\": 1", "wwe"},
	{"{\"a\": 1,}", "wee"},
	{"{a: 1}", "wee"},
	{"{\"a\": 1, \"a\": 2}", "wee"},
	{"{}{}", "wee"},
	/* RFC 8259: these two are no blanks. */
	{"{}\v\n", "wee"},
	{"\f{}", "wee"},
	{"{}\v", "wwe"},
	{"{}\r\n", "ddd"},
	{"{} x", "wwe"},
	{"{} x\n", "wee"},
	{"{\"a\": 1},\n", "wee"},
	{"{\"a\": 1\n", "wwe"},
	{"{\"a\": 1,\n", "wwe"},
	{"{\"a\":\n", "wwe"},
	{"{\"a\": [1,\n", "wwe"},
	{"{\"a\": \"x\n", "wee"},
	{"a: 1", "wee"},
	{"5", "wee"},
	{"\xff", "wee"},
	{"{\"a\": \"\xff\"}", "wee"},
};

START_TEST(a_text_is_a_document_may_become_one_or_is_refused)
{
	for (enum more more = MORE_ANYWHERE; more <= MORE_NONE; more++) {
		json_auto_t *value = NULL;
		int r = document_parse(&op, texts[_i].text, strlen(texts[_i].text), more, &value);
		char outcome = r == 1 ? 'w' : r == 0 ? 'd' : r == -EINVAL ? 'e' : '?';
		ck_assert_msg(outcome == texts[_i].outcomes[more], "%s, %d: %c", texts[_i].text,
			      (int)more, outcome);
		ck_assert(!value == (r != 0));
	}
}
END_TEST

static int no_drop(struct tree *tree, struct op *o, const struct node *dir, const char *name,
		   json_t *value, const char *line)
{
	(void)tree;
	(void)o;
	(void)dir;
	(void)name;
	return value || line ? 0 : -EINVAL;
}

static const struct {
	const char *name;
	bool is_drop, is_editors;
} names[] = {
	{"web.json", true, false},       {"2026-report.json", true, false},
	{"a.b.json", true, false},       {".json", false, false},
	{"web", false, false},           {"web.JSON", false, false},
	{"web.json~", false, true},      {"#web.json#", false, true},
	{".#web.json", false, true},     {".web.json.swp", false, true},
	{".web.json.swx", false, true},  {".web.json.rejected", false, true},
	{"4913", false, true},           {"5036", false, true},
	{"12293", false, true},          {"2026", false, false},
	{"4914", false, false},          {"00123", false, false},
	{"491", false, false},           {"sedAb12Cd", false, true},
	{"sedAb12Cd.json", true, false}, {"sed", false, false},
};

START_TEST(a_drop_is_named_name_json_and_is_no_editors_file)
{
	static const struct node_type takes_drops = {.form = NODE_DIR, .drop = no_drop};
	static const struct node_type takes_none = {.form = NODE_DIR};
	const struct node collection = {.type = &takes_drops}, other = {.type = &takes_none};

	ck_assert_int_eq(drop_is_name(&collection, names[_i].name), names[_i].is_drop);
	ck_assert(!drop_is_name(&other, names[_i].name));
	ck_assert_int_eq(scratch_is_editor_name(names[_i].name), names[_i].is_editors);
}
END_TEST

/* Lines in a directory that takes them: what the drop is given. */
static const struct {
	const char *text;
	enum more more;
	int result;
} lines[] = {
	{"web", MORE_BEHIND, 1},        {"web\n", MORE_BEHIND, 0},  {"web", MORE_NONE, 0},
	{"web:9\n", MORE_BEHIND, 0},    {"", MORE_NONE, -EINVAL},   {"\n", MORE_NONE, -EINVAL},
	{"{\"a\"", MORE_BEHIND, 1},     {"{}", MORE_BEHIND, 0},     {"{}x", MORE_NONE, -EINVAL},
	{"a\nb\n", MORE_NONE, -EINVAL}, {"[]", MORE_NONE, -EINVAL},
};

START_TEST(one_line_is_a_task_definition)
{
	static const struct node_type takes_lines = {
		.form = NODE_DIR, .flags = NODE_LINES, .drop = no_drop};
	const struct node tasks = {.type = &takes_lines};

	int r = drop_commit(NULL, &op, &tasks, "x.json", lines[_i].text, strlen(lines[_i].text),
			    lines[_i].more);
	ck_assert_msg(r == lines[_i].result, "%s: %d", lines[_i].text, r);
}
END_TEST

static json_t *parse(const char *text)
{
	char json[1024];

	snprintf(json, sizeof(json), "%s", text);
	for (char *at = json; *at; at++)
		if (*at == '\'')
			*at = '"';
	return json_loads(json, 0, NULL);
}

static const struct {
	const char *document, *request; /* NULL: EINVAL */
	const char *error;
} requests[] = {
	{"{'serviceName':'web','desiredCount':3}", "{'serviceName':'web','desiredCount':3}", NULL},
	{"{'serviceName':'web','runningCount':3}", "{'serviceName':'web'}", NULL},
	{"{'serviceName':'web','desiredCount':null}", "{'serviceName':'web'}", NULL},
	{"{'servicename':'web'}", NULL, "CreateService has no member servicename"},
	{"{'desiredCount':'3'}", NULL, "desiredCount must be a number"},
	{"{'serviceName':3}", NULL, "serviceName must be a string"},
	{"{'loadBalancers':{}}", NULL, "loadBalancers must be an array"},
	{"{'networkConfiguration':[]}", NULL, "networkConfiguration must be an object"},
	{"{'enableExecuteCommand':'true'}", NULL, "enableExecuteCommand must be true or false"},
	{"{'running':1}", NULL, "CreateService has no member running"},
};

START_TEST(a_request_is_what_its_action_takes_of_a_document)
{
	json_auto_t *document = parse(requests[_i].document), *request = NULL;
	int r = request_from_document(&op, "CreateService", document, "events runningCount",
				      &request);

	ck_assert_int_eq(r, requests[_i].request ? 0 : -EINVAL);
	if (requests[_i].request) {
		json_auto_t *expected = parse(requests[_i].request);
		ck_assert(json_equal(request, expected));
	} else {
		ck_assert_str_eq(op.error.message, requests[_i].error);
	}
}
END_TEST

START_TEST(tags_that_aws_keeps_for_itself_are_left_out)
{
	json_auto_t *both = parse("{'tags':[{'key':'aws:cloudformation','value':'x'},"
				  "{'key':'team','value':'web'},{'key':'awsome','value':'y'}]}");
	json_auto_t *kept =
		parse("{'tags':[{'key':'team','value':'web'},{'key':'awsome','value':'y'}]}");
	json_auto_t *only = parse("{'a':1,'tags':[{'key':'aws:x','value':'y'}]}");
	json_auto_t *nothing = parse("{'a':1}");

	request_drop_aws_tags(both);
	ck_assert(json_equal(both, kept));
	request_drop_aws_tags(only);
	ck_assert(json_equal(only, nothing));
	request_drop_aws_tags(nothing);
	ck_assert(json_equal(only, nothing));
}
END_TEST

START_TEST(a_word_is_found_whole)
{
	ck_assert(word_in("a bc d", "a"));
	ck_assert(word_in("a bc d", "bc"));
	ck_assert(word_in("a bc d", "d"));
	ck_assert(word_in("abc bc", "bc"));
	ck_assert(!word_in("a bc d", "b"));
	ck_assert(!word_in("abc", "bc"));
	ck_assert(!word_in("abc", "ab"));
	ck_assert(!word_in("", "a"));
	ck_assert(!word_in("a bc d", ""));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("drop");
	TCase *tcase = tcase_create("drop");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, a_text_is_a_document_may_become_one_or_is_refused, 0,
			    ARRAY_SIZE(texts));
	tcase_add_loop_test(tcase, a_drop_is_named_name_json_and_is_no_editors_file, 0,
			    ARRAY_SIZE(names));
	tcase_add_loop_test(tcase, one_line_is_a_task_definition, 0, ARRAY_SIZE(lines));
	tcase_add_loop_test(tcase, a_request_is_what_its_action_takes_of_a_document, 0,
			    ARRAY_SIZE(requests));
	tcase_add_test(tcase, tags_that_aws_keeps_for_itself_are_left_out);
	tcase_add_test(tcase, a_word_is_found_whole);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

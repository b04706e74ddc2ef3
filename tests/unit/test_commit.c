/* A document that is saved: what was changed, in three-way comparison, and what is sent for it. */
#include <stdio.h>
#include <stdlib.h>

#include "store_rig.h"
#include "tree/internal.h"

#include "ecsfs/base/cleanup.h"

#define DEPTH 5

static struct tree *tree;
static struct op op;
static struct node nodes[DEPTH + 1];

/* Walk the tables down to /clusters/prod/services/web/service.json. */
static void start_tree(void)
{
	static const char *const names[DEPTH] = {"clusters", "prod", "services", "web",
						 "service.json"};
	start();
	struct tree_options options = {
		.store = store, .metrics = rig.metrics, .clock = &rig.clock.clock};
	ck_assert_int_eq(tree_new(&options, &tree), 0);
	double_put(rig.aws, "clusters", "prod", NULL);
	double_put(rig.aws, "services", "web", NULL);
	double_answer(rig.aws, "UpdateService", 200, "{\"service\": {}}");
	double_answer(rig.aws, "TagResource", 200, "{}");
	double_answer(rig.aws, "UntagResource", 200, "{}");
	op_init(&op);
	nodes[0] = (struct node){.type = tree_root_type()};
	for (size_t i = 0; i < DEPTH; i++) {
		struct found found = {0};
		ck_assert_errno(tree_find(tree, &op, &nodes[i], names[i], &found), "ok");
		nodes[i + 1] = (struct node){.type = found.type,
					     .parent = &nodes[i],
					     .name = (char *)(uintptr_t)names[i],
					     .id = found.id};
	}
}

static void stop_tree(void)
{
	for (size_t i = 1; i <= DEPTH; i++)
		free(nodes[i].id);
	op_done(&op);
	tree_free(tree);
	stop();
}

/* What AWS has changes, @members, and is read through the mount if @is_read. */
static void have(const char *members, bool is_read)
{
	_cleanup_(content_done) struct content content = {0};

	double_put(rig.aws, "services", "web", members);
	if (!is_read)
		return;
	store_forget(store);
	ck_assert_errno(tree_show(tree, &op, &nodes[DEPTH], &content), "ok");
	tree_opened(tree, &nodes[DEPTH], op.pid, content.blob);
}

static json_t *parse(const char *text)
{
	char json[1024];

	snprintf(json, sizeof(json), "%s", text);
	for (char *at = json; *at; at++)
		if (*at == '\'')
			*at = '"';
	json_t *value = json_loads(json, 0, NULL);
	ck_assert_msg(value != NULL, "%s", text);
	return value;
}

static const char *commit(const char *text)
{
	json_auto_t *value = parse(text);

	return result_name(resource_commit(tree, &op, &nodes[DEPTH], value));
}

#define ARN "'serviceArn':'arn:aws:ecs:us-east-1:123456789012:service/prod/web'"
#define WEB "'cluster':'prod','service':'web'"

static const struct {
	const char *read, *now; /* NULL: the same */
	const char *text;
	const char *result, *update; /* the errno and its message, or the request; NULL: none */
} commits[] = {
	/* One change, in what was read and is still so. */
	{"{'desiredCount':1,'runningCount':1}", NULL, "{" ARN ",'desiredCount':2,'runningCount':1}",
	 "ok", "{" WEB ",'desiredCount':2}"},
	{"{'desiredCount':1,'platformVersion':'1'}", NULL,
	 "{" ARN ",'desiredCount':2,'platformVersion':'2'}", "ok",
	 "{" WEB ",'desiredCount':2,'platformVersion':'2'}"},
	{"{'desiredCount':1}", NULL, "{" ARN ",'desiredCount':1}", "ok", NULL},
	{"{'desiredCount':1}", NULL, "{" ARN "}", "ok", NULL},
	/* What is null is not there, whichever way it is said. */
	{"{'desiredCount':1,'status':null}", NULL, "{" ARN ",'desiredCount':2,'status':null}", "ok",
	 "{" WEB ",'desiredCount':2}"},
	{"{'desiredCount':1,'status':null}", NULL, "{" ARN ",'desiredCount':1,'status':null}", "ok",
	 NULL},
	{"{'desiredCount':1}", NULL, "{" ARN ",'desiredCount':2,'status':null}", "ok",
	 "{" WEB ",'desiredCount':2}"},
	{"{'desiredCount':1,'platformVersion':null}", NULL,
	 "{" ARN ",'desiredCount':1,'platformVersion':'2'}", "ok",
	 "{" WEB ",'platformVersion':'2'}"},
	/* AWS moved on meanwhile. */
	{"{'desiredCount':1,'runningCount':1}", "{'desiredCount':1,'runningCount':5}",
	 "{" ARN ",'desiredCount':2,'runningCount':1}", "ok", "{" WEB ",'desiredCount':2}"},
	{"{'desiredCount':1,'platformVersion':'1'}", "{'desiredCount':5,'platformVersion':'1'}",
	 "{" ARN ",'desiredCount':1,'platformVersion':'2'}", "ok",
	 "{" WEB ",'platformVersion':'2'}"},
	{"{'desiredCount':1}", "{'desiredCount':2}", "{" ARN ",'desiredCount':2}", "ok", NULL},
	{"{'desiredCount':1}", "{'desiredCount':3}", "{" ARN ",'desiredCount':2}", "ESTALE",
	 "desiredCount is 2 here, but was changed to 3 meanwhile"},
	{"{'desiredCount':1}", "{}", "{" ARN ",'desiredCount':2}", "ESTALE",
	 "desiredCount is 2 here, but was changed to nothing meanwhile"},
	/* Patches of what is now, whatever was read. */
	{"{'desiredCount':1}", "{'desiredCount':3}", "{'desiredCount':1}", "ok",
	 "{" WEB ",'desiredCount':1}"},
	{"{'desiredCount':1}", "{'desiredCount':3}", "{'desiredCount':3}", "ok", NULL},
	{"{'desiredCount':1}", NULL, "{}", "ok", NULL},
	{"{'loadBalancers':[{'containerPort':1}]}", NULL, "{'loadBalancers':null}", "ok",
	 "{" WEB ",'loadBalancers':[]}"},
	{"{'desiredCount':1}", NULL, "{'platformVersion':null}", "ok", NULL},
	{"{'desiredCount':1}", NULL, "{'enableECSManagedTags':true}", "ok",
	 "{" WEB ",'enableECSManagedTags':true}"},
	/* What cannot be. */
	{"{'desiredCount':1}", NULL, "{'desiredCount':null}", "EINVAL",
	 "desiredCount cannot be cleared"},
	{"{'desiredCount':1}", NULL, "{'desiredCount':'2'}", "EINVAL",
	 "desiredCount must be a number"},
	{"{'runningCount':1}", NULL, "{'runningCount':2}", "EPERM",
	 "runningCount cannot be changed; it is 1, not 2"},
	{"{'runningCount':1}", NULL, "{'runningCount':null}", "EPERM",
	 "runningCount cannot be changed; it is 1, not null"},
	{"{'desiredCount':1}", NULL, "{'desiredcount':2}", "EINVAL",
	 "desiredcount is no member of service.json"},
	{"{'desiredCount':1}", NULL, "{'cluster':'x'}", "EINVAL",
	 "cluster is no member of service.json"},
	{"{'desiredCount':1}", NULL, "{'service':'x'}", "EINVAL",
	 "service is no member of service.json"},
	{"{'desiredCount':1}", NULL, "{'tags':{}}", "EINVAL", "tags must be an array"},
	{"{'desiredCount':1}", NULL, "{'tags':[{'key':'k'}]}", "EINVAL",
	 "a tag is an object with key and value"},
};

static void check_last(const char *action, const char *expected)
{
	json_auto_t *found = double_last_request(rig.aws, action);
	json_auto_t *request = expected ? parse(expected) : NULL;
	char *text = found ? json_dumps(found, 0) : NULL;

	ck_assert_msg(!found == !request && (!found || json_equal(found, request)), "%s: %s",
		      action, text ? text : "none");
	free(text);
}

START_TEST(what_was_changed_is_found_and_sent)
{
	have(commits[_i].read, true);
	if (commits[_i].now)
		have(commits[_i].now, false);
	ck_assert_str_eq(commit(commits[_i].text), commits[_i].result);
	if (strcmp(commits[_i].result, "ok") == 0) {
		check_last("UpdateService", commits[_i].update);
	} else {
		check_last("UpdateService", NULL);
		ck_assert_str_eq(op.error.message, commits[_i].update);
	}
}
END_TEST

#define A_TAG(key, value) "{'key':'" key "','value':'" value "'}"
#define TAGS "'resourceArn':'arn:aws:ecs:us-east-1:123456789012:service/prod/web'"

static const struct {
	const char *read, *now, *text, *result, *tag, *untag;
} tag_commits[] = {
	{"{'tags':[" A_TAG("a", "1") "]}", NULL, "{" ARN ",'tags':[" A_TAG("a", "1") "]}", "ok",
	 NULL, NULL},
	{"{'tags':[" A_TAG("a", "1") "]}", NULL, "{" ARN "}", "ok", NULL, NULL},
	{"{'tags':[" A_TAG("a", "1") "]}", NULL,
	 "{" ARN ",'tags':[" A_TAG("a", "2") "," A_TAG("b", "3") "]}", "ok",
	 "{" TAGS ",'tags':[" A_TAG("a", "2") "," A_TAG("b", "3") "]}", NULL},
	{"{'tags':[" A_TAG("a", "1") "," A_TAG("b", "2") "]}", NULL,
	 "{" ARN ",'tags':[" A_TAG("b", "2") "]}", "ok", NULL, "{" TAGS ",'tagKeys':['a']}"},
	{"{'tags':[" A_TAG("a", "1") "]}", NULL, "{" ARN ",'tags':null}", "ok", NULL,
	 "{" TAGS ",'tagKeys':['a']}"},
	{"{'tags':[" A_TAG("a", "1") "]}", "{'tags':[" A_TAG("a", "1") "," A_TAG("new", "9") "]}",
	 "{" ARN ",'tags':[" A_TAG("a", "2") "]}", "ok", "{" TAGS ",'tags':[" A_TAG("a", "2") "]}",
	 NULL},
	{"{'tags':[" A_TAG("a", "1") "]}", "{'tags':[" A_TAG("a", "3") "]}",
	 "{" ARN ",'tags':[" A_TAG("a", "2") "]}", "ESTALE", NULL, NULL},
	{"{'tags':[" A_TAG("a", "1") "]}", "{'tags':[" A_TAG("a", "3") "]}", "{" ARN ",'tags':[]}",
	 "ESTALE", NULL, NULL},
	{"{'tags':[" A_TAG("a", "1") "," A_TAG("b", "2") "]}", NULL,
	 "{" ARN ",'tags':[" A_TAG("b", "2") "," A_TAG("a", "1") "]}", "ok", NULL, NULL},
};

START_TEST(tags_are_compared_one_by_one)
{
	have(tag_commits[_i].read, true);
	if (tag_commits[_i].now)
		have(tag_commits[_i].now, false);
	ck_assert_str_eq(commit(tag_commits[_i].text), tag_commits[_i].result);
	check_last("TagResource", tag_commits[_i].tag);
	check_last("UntagResource", tag_commits[_i].untag);
	check_last("UpdateService", NULL);
}
END_TEST

START_TEST(an_update_that_fails_leaves_the_tags_alone)
{
	have("{'desiredCount':1}", true);
	double_answer(rig.aws, "UpdateService", 400,
		      "{\"__type\": \"AccessDeniedException\", \"message\": \"no\"}");
	ck_assert_str_eq(commit("{'desiredCount':2,'tags':[" A_TAG("a", "1") "]}"), "EACCES");
	check_last("TagResource", NULL);
}
END_TEST

START_TEST(a_save_is_compared_with_what_aws_has_now_not_with_a_cached_answer)
{
	have("{'desiredCount':1}", true);
	have("{'desiredCount':5}", false);
	ck_assert_str_eq(commit("{'desiredCount':1}"), "ok");
	check_last("UpdateService", "{" WEB ",'desiredCount':1}");
}
END_TEST

/* Copies of what AWS answers, dropped to make another service. */
static const struct {
	const char *text, *result;
} copies[] = {
	{"{" ARN ",'taskDefinition':'app:1','brandNew':{'a':1}}", "ok"},
	{"{" ARN ",'taskDefinition':'app:1','brandNew':null}", "ok"},
	{"{" ARN ",'taskDefinition':'app:1','brandNew':1,'brandnew':1}", "EINVAL"},
	{"{'taskDefinition':'app:1','brandNew':1}", "EINVAL"},
	{"{'serviceArn':'arn:aws:ecs:us-east-1:123456789012:service/web','taskDefinition':'app:1',"
	 "'brandNew':1}",
	 "ok"},
	{"{'serviceArn':'arn:aws:ecs:us-east-1:123456789012:service/prod/other',"
	 "'taskDefinition':'app:1','brandNew':1}",
	 "EINVAL"},
};

START_TEST(what_aws_has_added_to_its_answers_is_left_out_of_a_copy)
{
	json_auto_t *text = parse(copies[_i].text), *request = NULL;
	json_auto_t *left = NULL;

	double_put(rig.aws, "services", "web", "{'taskDefinition':'app:1','brandNew':1}");
	double_answer(rig.aws, "CreateService", 200, "{\"service\": {}}");
	ck_assert_errno(service_drop(tree, &op, &nodes[3], "web2", text, NULL), copies[_i].result);
	request = double_last_request(rig.aws, "CreateService");
	ck_assert_int_eq(!request, strcmp(copies[_i].result, "ok") != 0);
	if (!request)
		return;
	json_object_del(request, "clientToken");
	left = parse("{'cluster':'prod','serviceName':'web2','taskDefinition':'app:1'}");
	ck_assert(json_equal(request, left));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("commit");
	TCase *tcase = tcase_create("commit");

	tcase_add_checked_fixture(tcase, start_tree, stop_tree);
	tcase_add_loop_test(tcase, what_was_changed_is_found_and_sent, 0, ARRAY_SIZE(commits));
	tcase_add_loop_test(tcase, tags_are_compared_one_by_one, 0, ARRAY_SIZE(tag_commits));
	tcase_add_test(tcase, an_update_that_fails_leaves_the_tags_alone);
	tcase_add_test(tcase, a_save_is_compared_with_what_aws_has_now_not_with_a_cached_answer);
	tcase_add_loop_test(tcase, what_aws_has_added_to_its_answers_is_left_out_of_a_copy, 0,
			    ARRAY_SIZE(copies));
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}

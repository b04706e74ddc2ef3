#include "cql.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "placement.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define MAX_WORD 512
#define MAX_DEPTH 32

struct parser {
	const char *at;
	const struct instance *instance;
	bool failed;
	int depth;
};

enum comparison { EQUALS, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, EXISTS, IN, MATCHES };

/* Longer spellings stand before those that they begin with. */
static const struct operation {
	const char *text;
	enum comparison comparison;
	bool negated;
} operators[] = {
	{"==", EQUALS, false},
	{"equals", EQUALS, false},
	{"!=", EQUALS, true},
	{"not_equals", EQUALS, true},
	{">=", GREATER_EQUAL, false},
	{"greater_than_equal", GREATER_EQUAL, false},
	{">", GREATER, false},
	{"greater_than", GREATER, false},
	{"<=", LESS_EQUAL, false},
	{"less_than_equal", LESS_EQUAL, false},
	{"<", LESS, false},
	{"less_than", LESS, false},
	{"exists", EXISTS, false},
	{"!exists", EXISTS, true},
	{"not_exists", EXISTS, true},
	{"in", IN, false},
	{"!in", IN, true},
	{"not_in", IN, true},
	{"=~", MATCHES, false},
	{"matches", MATCHES, false},
	{"!~", MATCHES, true},
	{"not_matches", MATCHES, true},
};

static bool expression(struct parser *parser);

static void skip_space(struct parser *parser)
{
	while (isspace((unsigned char)*parser->at))
		parser->at++;
}

/* Take @token if it is next; a word must not go on behind it. */
static bool take(struct parser *parser, const char *token)
{
	size_t len = strlen(token);

	skip_space(parser);
	if (strncasecmp(parser->at, token, len) != 0)
		return false;
	if (isalpha((unsigned char)token[len - 1]) &&
	    (isalnum((unsigned char)parser->at[len]) || parser->at[len] == '_'))
		return false;
	parser->at += len;
	return true;
}

static void word(struct parser *parser, char ret_word[static MAX_WORD])
{
	size_t len = 0;
	char quote = 0;

	skip_space(parser);
	if (*parser->at == '"' || *parser->at == '\'')
		quote = *parser->at++;
	while (*parser->at && len < MAX_WORD - 1) {
		char c = *parser->at;

		if (quote ? c == quote : isspace((unsigned char)c) || strchr("()[],=!<>~&|", c))
			break;
		ret_word[len++] = c;
		parser->at++;
	}
	ret_word[len] = '\0';
	if (quote) {
		if (*parser->at == quote)
			parser->at++;
		else
			parser->failed = true;
	} else if (!len) {
		parser->failed = true;
	}
}

static bool matches(const char *value, const char *pattern)
{
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	int result = regexec(&regex, value, 0, NULL, 0);
	regfree(&regex);
	return result == 0;
}

static int order(const char *a, const char *b)
{
	int64_t a_ms, b_ms;

	if (timestamp_parse(a, &a_ms) == 0 && timestamp_parse(b, &b_ms) == 0)
		return (a_ms > b_ms) - (a_ms < b_ms);
	return strverscmp(a, b);
}

static bool compare(const char *value, enum comparison comparison, const char *argument)
{
	switch (comparison) {
	case EQUALS:
	case IN:
		return strcmp(value, argument) == 0;
	case MATCHES:
		return matches(value, argument);
	case GREATER:
		return order(value, argument) > 0;
	case GREATER_EQUAL:
		return order(value, argument) >= 0;
	case LESS:
		return order(value, argument) < 0;
	case LESS_EQUAL:
		return order(value, argument) <= 0;
	case EXISTS:
		break;
	}
	return true;
}

static bool any_group(const struct instance *instance, enum comparison comparison,
		      const char *argument)
{
	for (size_t i = 0; i < instance->running.len; i++) {
		const struct task *task =
			CONTAINER_OF(instance->running.items[i], struct task, item);

		if (task->group && compare(task->group, comparison, argument))
			return true;
	}
	return false;
}

static bool test(struct parser *parser, const char *subject, enum comparison comparison,
		 const char *argument)
{
	const struct instance *instance = parser->instance;
	char text[TIMESTAMP_SIZE];
	const char *value = text;

	if (strncmp(subject, "attribute:", 10) == 0) {
		if (instance && comparison == EXISTS)
			return instance_has_attribute(instance, subject + 10);
		value = instance ? instance_attribute(instance, subject + 10) : NULL;
	} else if (strcmp(subject, "task:group") == 0) {
		return instance && any_group(instance, comparison, argument);
	} else if (strcmp(subject, "agentConnected") == 0) {
		value = instance && instance->agent_connected ? "true" : "false";
	} else if (strcmp(subject, "agentVersion") == 0) {
		value = instance ? instance->agent_version : NULL;
	} else if (strcmp(subject, "ec2InstanceId") == 0) {
		value = instance ? instance->ec2_id : NULL;
	} else if (strcmp(subject, "registeredAt") == 0) {
		timestamp_format_ms(instance ? instance->registered_ms : 0, text);
	} else if (strcmp(subject, "runningTasksCount") == 0) {
		snprintf(text, sizeof(text), "%d", instance ? instance->counts.running : 0);
	} else {
		parser->failed = true;
	}
	return instance && value && compare(value, comparison, argument);
}

static bool list(struct parser *parser, const char *subject)
{
	char argument[MAX_WORD];
	bool found = false;

	if (!take(parser, "[")) {
		parser->failed = true;
		return false;
	}
	do {
		word(parser, argument);
		found = test(parser, subject, IN, argument) || found;
	} while (!parser->failed && take(parser, ","));
	if (!take(parser, "]"))
		parser->failed = true;
	return found;
}

static bool comparison(struct parser *parser)
{
	char subject[MAX_WORD], argument[MAX_WORD] = "";
	const struct operation *op = NULL;

	word(parser, subject);
	for (size_t i = 0; !op && i < ARRAY_SIZE(operators); i++) {
		if (take(parser, operators[i].text))
			op = &operators[i];
	}
	if (!op || parser->failed) {
		parser->failed = true;
		return false;
	}
	if (op->comparison == IN)
		return list(parser, subject) != op->negated;
	if (op->comparison != EXISTS)
		word(parser, argument);
	return test(parser, subject, op->comparison, argument) != op->negated;
}

static bool unary(struct parser *parser)
{
	if (parser->failed || ++parser->depth > MAX_DEPTH) {
		parser->failed = true;
		return false;
	}
	bool result;
	if (take(parser, "not") || take(parser, "!")) {
		result = !unary(parser);
	} else if (take(parser, "(")) {
		result = expression(parser);
		if (!take(parser, ")"))
			parser->failed = true;
	} else {
		result = comparison(parser);
	}
	parser->depth--;
	return result;
}

static bool conjunction(struct parser *parser)
{
	bool result = unary(parser);

	while (!parser->failed && (take(parser, "and") || take(parser, "&&")))
		result = unary(parser) && result;
	return result;
}

static bool expression(struct parser *parser)
{
	bool result = conjunction(parser);

	while (!parser->failed && (take(parser, "or") || take(parser, "||")))
		result = conjunction(parser) || result;
	return result;
}

int cql_match(const char *text, const struct instance *instance)
{
	struct parser parser = {.at = text, .instance = instance};
	bool result = expression(&parser);

	skip_space(&parser);
	return parser.failed || *parser.at ? -EINVAL : result;
}

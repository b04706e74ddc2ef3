#include "faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "page.h"

#include "ecsfs/base/cleanup.h"

#define HUGE_BODY (100 << 20)

static const char *const names[FAULTS] = {
	[FAULT_REFUSE] = "refuse",
	[FAULT_HANG] = "hang",
	[FAULT_RESET] = "reset",
	[FAULT_SLOW] = "slow",
	[FAULT_DROP_REPLY] = "drop-reply",
	[FAULT_HTTP500] = "http500",
	[FAULT_HTTP503] = "http503",
	[FAULT_THROTTLE] = "throttle",
	[FAULT_EXPIRED] = "expired",
	[FAULT_SIGNATURE] = "signature",
	[FAULT_SKEW] = "skew",
	[FAULT_DENIED] = "denied",
	[FAULT_EMPTY] = "empty",
	[FAULT_CUT] = "cut",
	[FAULT_SHAPE] = "shape",
	[FAULT_HUGE] = "huge",
	[FAULT_DUPLICATES] = "duplicates",
	[FAULT_MISSING] = "missing",
	[FAULT_ENDLESS_TOKEN] = "endless-token",
};

const char faults_help[] =
	"  refuse         the connection is reset before a byte of an answer\n"
	"  hang           no answer, ever\n"
	"  reset          the connection is reset in the middle of the body\n"
	"  slow           one byte of the body a second\n"
	"  drop-reply     the action is done, then the connection ends unanswered\n"
	"  http500 http503 throttle expired signature skew denied\n"
	"                 that error; skew also answers a Date that is 10 minutes off\n"
	"  empty cut shape huge\n"
	"                 a body of no bytes, half of one, JSON of the wrong shape, 100 MiB\n"
	"  duplicates     lists have every item twice\n"
	"  missing        lists lack their last item\n"
	"  endless-token  every page has a next one, which is the same\n";

struct entry {
	char *action;
	enum fault fault;
	long left; /* negative: no end */
};

struct faults {
	struct entry *entries;
	size_t num;
};

struct faults *faults_new(void)
{
	return must_alloc(sizeof(struct faults));
}

static void clear(struct faults *faults)
{
	for (size_t i = 0; i < faults->num; i++)
		free(faults->entries[i].action);
	free(faults->entries);
	*faults = (struct faults){0};
}

void faults_free(struct faults *faults)
{
	if (!faults)
		return;
	clear(faults);
	free(faults);
}

int faults_add(struct faults *faults, const char *spec)
{
	const char *colon = strchr(spec, ':');
	struct entry entry = {.left = -1};

	if (!colon || colon == spec)
		return -EINVAL;
	const char *kind = colon + 1, *second = strchr(kind, ':');
	size_t len = second ? (size_t)(second - kind) : strlen(kind);
	for (enum fault fault = FAULT_NONE + 1; fault < FAULTS; fault++) {
		if (strlen(names[fault]) == len && strncmp(names[fault], kind, len) == 0)
			entry.fault = fault;
	}
	if (second) {
		char *end;

		entry.left = strtol(second + 1, &end, 10);
		if (end == second + 1 || *end || entry.left < 0)
			return -EINVAL;
	}
	if (entry.fault == FAULT_NONE)
		return -EINVAL;
	entry.action = must_format("%.*s", (int)(colon - spec), spec);
	faults->entries = must_grow(faults->entries, (faults->num + 1) * sizeof(entry));
	faults->entries[faults->num++] = entry;
	return 0;
}

int faults_replace(struct faults *faults, const json_t *specs)
{
	struct faults fresh = {0};
	size_t i;
	json_t *spec;

	if (!json_is_array(specs))
		return -EINVAL;
	json_array_foreach (specs, i, spec) {
		if (!json_is_string(spec) || faults_add(&fresh, json_string_value(spec)) < 0) {
			clear(&fresh);
			return -EINVAL;
		}
	}
	clear(faults);
	*faults = fresh;
	return 0;
}

json_t *faults_list(const struct faults *faults)
{
	json_t *list = json_array();

	for (size_t i = 0; i < faults->num; i++) {
		const struct entry *entry = &faults->entries[i];

		if (entry->left < 0)
			json_array_append_new(
				list, json_sprintf("%s:%s", entry->action, names[entry->fault]));
		else if (entry->left > 0)
			json_array_append_new(list, json_sprintf("%s:%s:%ld", entry->action,
								 names[entry->fault], entry->left));
	}
	return list;
}

enum fault faults_take(struct faults *faults, const char *action)
{
	for (size_t i = 0; i < faults->num; i++) {
		struct entry *entry = &faults->entries[i];

		if (entry->left == 0 ||
		    (strcmp(entry->action, "*") != 0 && strcmp(entry->action, action) != 0))
			continue;
		if (entry->left > 0)
			entry->left--;
		return entry->fault;
	}
	return FAULT_NONE;
}

bool fault_fails(enum fault fault, struct call *call)
{
	static const struct {
		enum fault fault;
		int status;
		const char *code, *message;
	} errors[] = {
		{FAULT_HTTP500, 500, "ServerException", "Service Unavailable. Please try later."},
		{FAULT_HTTP503, 503, "ServiceUnavailableException",
		 "Service is unable to handle request."},
		{FAULT_THROTTLE, 400, "ThrottlingException", "Rate exceeded"},
		{FAULT_EXPIRED, 400, "ExpiredTokenException",
		 "The security token included in the request is expired"},
		{FAULT_SIGNATURE, 403, "InvalidSignatureException",
		 "The request signature we calculated does not match the signature you provided. "
		 "Check your AWS Secret Access Key and signing method. Consult the service "
		 "documentation for details."},
		{FAULT_SKEW, 403, "InvalidSignatureException",
		 "Signature expired: the date of the request is now earlier than 5 min. ago."},
		{FAULT_DENIED, 400, "AccessDeniedException",
		 "User: arn:aws:iam::" ACCOUNT ":user/demo is not authorized to perform this "
		 "action because no identity-based policy allows it"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if (errors[i].fault != fault)
			continue;
		call_fail(call, errors[i].code, "%s", errors[i].message);
		call->status = errors[i].status;
		return true;
	}
	return false;
}

bool fault_changes(enum fault fault)
{
	return fault >= FAULT_EMPTY;
}

static void change_lists(json_t *object, bool twice)
{
	const char *name;
	json_t *value;

	json_object_foreach (object, name, value) {
		if (!json_is_array(value) || json_array_size(value) == 0)
			continue;
		if (twice) {
			json_auto_t *copy = json_copy(value);

			json_array_extend(value, copy);
		} else {
			json_array_remove(value, json_array_size(value) - 1);
		}
	}
}

/* Every member is of a type that it never is. */
static void change_types(json_t *object)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe (object, next, name, value)
		json_object_set_new(object, name,
				    json_is_string(value) ? json_pack("[{}]")
							  : json_string("shape"));
}

static bool has_list(const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)object, name, value) {
		if (json_is_array(value))
			return true;
	}
	return false;
}

static char *huge(const char *body, size_t len, size_t *ret_len)
{
	char *bytes = must_alloc(HUGE_BODY + len + 1);

	/* Blanks before a good answer: only the size is wrong with it. */
	memset(bytes, ' ', HUGE_BODY);
	memcpy(bytes + HUGE_BODY, body, len);
	*ret_len = HUGE_BODY + len;
	return bytes;
}

char *fault_change(enum fault fault, const char *action, const char *body, size_t len,
		   size_t *ret_len)
{
	json_auto_t *object = NULL;
	char token[PAGE_TOKEN_SIZE];
	char *text;

	if (fault == FAULT_HUGE)
		return huge(body, len, ret_len);
	if (fault == FAULT_EMPTY || fault == FAULT_CUT) {
		*ret_len = fault == FAULT_EMPTY ? 0 : len / 2;
		text = must_alloc(*ret_len + 1);
		memcpy(text, body, *ret_len);
		return text;
	}
	object = json_loadb(body, len, 0, NULL);
	page_token(action, PAGE_START, token);
	if (fault == FAULT_SHAPE)
		change_types(object);
	else if (fault == FAULT_ENDLESS_TOKEN && has_list(object))
		json_object_set_new(object, "nextToken", json_string(token));
	else if (fault == FAULT_DUPLICATES || fault == FAULT_MISSING)
		change_lists(object, fault == FAULT_DUPLICATES);
	text = json_dumps(object, JSON_COMPACT);
	if (!text)
		text = must_copy("");
	*ret_len = strlen(text);
	return text;
}

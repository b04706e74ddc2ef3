/*
 * An account on a clock that stands still, and calls to it as a client would make them.
 */
#ifndef TESTS_EMULATOR_ACCOUNT_H
#define TESTS_EMULATOR_ACCOUNT_H

#include <stdarg.h>
#include <string.h>

#include "../unit.h"
#include "dispatch.h"

#define START_MS 1780000000000LL

static struct fake_clock fake;
static struct model *account;

static inline void account_set_up(void)
{
	fake_clock_init(&fake, 1000, START_MS);
	account = model_new(&fake.clock, 42);
}

static inline void account_tear_down(void)
{
	model_free(account);
}

/**
 * Make a call.
 *
 * @request: JSON, with ' for "
 * Return: the answer, or {"__type", "message"}; new.
 */
static inline json_t *ask(const char *action, const char *request)
{
	struct call call = {.model = account, .region = "us-east-1"};
	char text[8192];
	json_t *answer;

	ck_assert_uint_lt(strlen(request), sizeof(text));
	strcpy(text, request);
	for (char *at = text; *at; at++) {
		if (*at == '\'')
			*at = '"';
	}
	dispatch(&call, action_find(action), text, strlen(text));
	if (call.status == 200)
		answer = json_loadb(call.out.buf.data, call.out.buf.len, 0, NULL);
	else
		answer = json_pack("{s:s, s:s}", "__type", call.code, "message", call.message);
	out_done(&call.out);
	ck_assert_ptr_nonnull(answer);
	return answer;
}

/* The same, and it must be good. */
static inline json_t *ask_well(const char *action, const char *request)
{
	json_t *answer = ask(action, request);

	ck_assert_msg(!json_object_get(answer, "__type"), "%s: %s", action,
		      json_string_value(json_object_get(answer, "message")));
	return answer;
}

/* The same, and the answer does not matter. */
static inline void does(const char *action, const char *request)
{
	json_decref(ask_well(action, request));
}

/* A member at a path like "services.0.status". Borrowed; NULL: there is none. */
static inline json_t *at(json_t *value, const char *path)
{
	while (value && *path) {
		char name[64];
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(name))
					     : json_object_get(value, name);
		path += len + (path[len] == '.');
	}
	return value;
}

static inline const char *text_at(json_t *value, const char *path)
{
	return json_string_value(at(value, path));
}

#endif

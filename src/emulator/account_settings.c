/* Account settings. */
#include <string.h>

#include "actions.h"
#include "page.h"

static const struct {
	const char *name, *value;
} defaults[] = {
	{"awsvpcTrunking", "disabled"},
	{"containerInsights", "disabled"},
	{"containerInstanceLongArnFormat", "enabled"},
	{"defaultLogDriverMode", "non-blocking"},
	{"fargateFIPSMode", "disabled"},
	{"fargateTaskRetirementWaitPeriod", "7"},
	{"guardDutyActivate", "off"},
	{"serviceLongArnFormat", "enabled"},
	{"tagResourceAuthorization", "off"},
	{"taskLongArnFormat", "enabled"},
};

static void show_setting(struct call *call, const char *key, const char *name, const char *value)
{
	out_open(&call->out, key, '{');
	out_string(&call->out, "name", name);
	out_string(&call->out, "value", value);
	out_string(&call->out, "principalArn", "arn:aws:iam::" ACCOUNT ":root");
	out_string(&call->out, "type", "user");
	out_close(&call->out, '}');
}

int list_account_settings(struct call *call)
{
	const char *name = call_string(call, "name"), *value = call_string(call, "value");
	bool effective = call_bool(call, "effectiveSettings");

	out_open(&call->out, NULL, '{');
	out_open(&call->out, "settings", '[');
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		const char *set =
			json_string_value(json_object_get(call->model->settings, defaults[i].name));
		const char *its = set ? set : defaults[i].value;

		if ((!set && !effective) || (name && strcmp(name, defaults[i].name) != 0) ||
		    (value && strcmp(value, its) != 0))
			continue;
		show_setting(call, NULL, defaults[i].name, its);
	}
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	return 0;
}

static int answer(struct call *call, const char *value)
{
	out_open(&call->out, NULL, '{');
	show_setting(call, "setting", call_string(call, "name"), value);
	out_close(&call->out, '}');
	return 0;
}

int put_account_setting(struct call *call)
{
	const char *value = call_string(call, "value");

	if (!*value)
		return call_fail(call, INVALID, "Invalid value for the setting.");
	json_object_set(call->model->settings, call_string(call, "name"),
			call_member(call, "value"));
	return answer(call, value);
}

int delete_account_setting(struct call *call)
{
	const char *value = "disabled";

	json_object_del(call->model->settings, call_string(call, "name"));
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		if (strcmp(defaults[i].name, call_string(call, "name")) == 0)
			value = defaults[i].value;
	}
	return answer(call, value);
}

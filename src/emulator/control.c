/* The control interface under /_emulator/, through which tests see and steer the emulator. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "request.h"

#include "ecsfs/base/cleanup.h"

static json_t *get_requests(struct emulator *emulator, const json_t *body, int *ret_status)
{
	(void)body;
	(void)ret_status;
	return json_copy(emulator->counts);
}

static json_t *reset_counts(struct emulator *emulator, const json_t *body, int *ret_status)
{
	(void)body;
	(void)ret_status;
	json_object_clear(emulator->counts);
	return json_object();
}

static json_t *get_faults(struct emulator *emulator, const json_t *body, int *ret_status)
{
	(void)body;
	(void)ret_status;
	return faults_list(emulator->faults);
}

static json_t *put_faults(struct emulator *emulator, const json_t *body, int *ret_status)
{
	if (faults_replace(emulator->faults, body) < 0) {
		*ret_status = 400;
		return json_pack("{s:s}", "message", "not a list of ACTION:KIND[:COUNT]");
	}
	return faults_list(emulator->faults);
}

static json_t *put_latency(struct emulator *emulator, const json_t *body, int *ret_status)
{
	if (!json_is_integer(body) || json_integer_value(body) < 0) {
		*ret_status = 400;
		return json_pack("{s:s}", "message", "not a number of milliseconds");
	}
	emulator->options.latency_ms = (int)json_integer_value(body);
	return json_incref((json_t *)body);
}

static json_t *advance(struct emulator *emulator, const json_t *body, int *ret_status)
{
	if (!json_is_integer(body) || json_integer_value(body) < 0) {
		*ret_status = 400;
		return json_pack("{s:s}", "message", "not a number of milliseconds");
	}
	model_skip(emulator->model, json_integer_value(body));
	return json_pack("{s:I}", "now", (json_int_t)emulator->model->now_ms);
}

static json_t *put_agent(struct emulator *emulator, const json_t *body, int *ret_status)
{
	const char *id = json_string_value(json_object_get(body, "id"));
	struct instance *instance = id ? model_instance(emulator->model, id) : NULL;

	if (!instance) {
		*ret_status = 404;
		return json_pack("{s:s}", "message", "no such container instance");
	}
	instance->agent_connected = json_is_true(json_object_get(body, "connected"));
	return json_incref((json_t *)body);
}

static const struct {
	const char *method, *path;
	json_t *(*handle)(struct emulator *emulator, const json_t *body, int *ret_status);
} rows[] = {
	{"GET", "/_emulator/requests", get_requests},
	{"POST", "/_emulator/reset-counts", reset_counts},
	{"GET", "/_emulator/faults", get_faults},
	{"PUT", "/_emulator/faults", put_faults},
	{"PUT", "/_emulator/latency", put_latency},
	{"POST", "/_emulator/advance", advance},
	{"PUT", "/_emulator/agent", put_agent},
};

void control_answer(struct emulator *emulator, const struct request *request, struct reply *reply)
{
	json_auto_t *answer = NULL;
	json_auto_t *body = json_loadb(request->body, request->len, JSON_DECODE_ANY, NULL);

	reply->status = 404;
	LOCKED(&emulator->lock);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].method, request->method) != 0 ||
		    strcmp(rows[i].path, request->path) != 0)
			continue;
		reply->status = 200;
		answer = rows[i].handle(emulator, body, &reply->status);
	}
	reply->content_type = "application/json";
	reply->body = answer ? json_dumps(answer, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY)
			     : must_copy("{}");
	reply->len = strlen(reply->body);
}

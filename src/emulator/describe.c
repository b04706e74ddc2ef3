#include "describe.h"

#include "lookup.h"

static void show_missing(struct call *call, const struct describe *how, struct cluster *cluster,
			 const json_t *missing)
{
	struct reference reference;
	json_t *name;
	size_t i;

	out_open(&call->out, "failures", '[');
	json_array_foreach (missing, i, name) {
		lookup_parse(call, json_string_value(name), how->type, &reference);
		call_failure(call, "MISSING", "%s/%s%s%s", how->type, cluster ? cluster->name : "",
			     cluster ? "/" : "", reference.name);
	}
	out_close(&call->out, ']');
}

int describe_each(struct call *call, const struct describe *how, struct cluster *cluster,
		  const json_t *names, const void *arg)
{
	json_auto_t *missing = json_array();
	json_t *name;
	size_t i;

	if (!names) {
		names = call_member(call, how->member);
		if (call_check_batch(call, how->member, how->max, how->what) < 0)
			return -1;
	}
	out_open(&call->out, NULL, '{');
	out_open(&call->out, how->member, '[');
	json_array_foreach (names, i, name) {
		int shown = how->show(call, cluster, json_string_value(name), arg);
		if (shown < 0)
			return -1;
		if (!shown)
			json_array_append(missing, name);
	}
	out_close(&call->out, ']');
	show_missing(call, how, cluster, missing);
	out_close(&call->out, '}');
	return 0;
}

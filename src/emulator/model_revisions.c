/* The model's task definitions: families, their revisions, and what a revision says. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model.h"
#include "model_parts.h"

size_t model_family_position(const struct model *model, const char *name)
{
	size_t low = 0, high = model->num_families;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(model->families[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct family *model_family(struct model *model, const char *name)
{
	size_t at = model_family_position(model, name);

	if (at == model->num_families || strcmp(model->families[at]->name, name) != 0)
		return NULL;
	return model->families[at];
}

struct family *model_add_family(struct model *model, const char *name)
{
	size_t at = model_family_position(model, name);
	struct family *family = must_alloc(sizeof(*family));

	family->name = must_copy(name);
	if ((model->num_families & (model->num_families - 1)) == 0) {
		size_t size = model->num_families ? model->num_families * 2 : 1;

		model->families = must_grow(model->families, size * sizeof(*model->families));
	}
	memmove(model->families + at + 1, model->families + at,
		(model->num_families - at) * sizeof(*model->families));
	model->families[at] = family;
	model->num_families++;
	return family;
}

void family_free(struct family *family)
{
	for (size_t i = 0; i < family->len; i++) {
		body_unref(family->revisions[i]->body);
		json_decref(family->revisions[i]->tags);
		free(family->revisions[i]);
	}
	free(family->revisions);
	free(family->name);
	free(family);
}

struct revision *family_add_revision(struct model *model, struct family *family, struct body *body)
{
	struct revision *revision = must_alloc(sizeof(*revision));

	if (family->len == family->size) {
		family->size = family->size ? family->size * 2 : 4;
		family->revisions =
			must_grow(family->revisions, family->size * sizeof(*family->revisions));
	}
	family->revisions[family->len++] = revision;
	family->num_active++;
	revision->family = family;
	revision->number = (int)family->len;
	revision->registered_ms = model->now_ms;
	revision->body = body;
	return revision;
}

struct revision *family_revision(struct family *family, int number)
{
	if (number < 1 || (size_t)number > family->len)
		return NULL;
	return family->revisions[number - 1];
}

struct revision *family_latest(struct family *family)
{
	for (size_t i = family->num_active ? family->len : 0; i > 0; i--) {
		if (!family->revisions[i - 1]->inactive)
			return family->revisions[i - 1];
	}
	return NULL;
}

static int int_member(const json_t *object, const char *key)
{
	return (int)json_integer_value(json_object_get(object, key));
}

static void read_ports(struct body *body, struct container_spec *spec, const json_t *container)
{
	const json_t *mappings = json_object_get(container, "portMappings");
	size_t i;
	json_t *mapping;

	spec->first_port = body->num_ports;
	spec->num_ports = json_array_size(mappings);
	body->num_ports += spec->num_ports;
	if (!spec->num_ports)
		return;
	body->ports = must_grow(body->ports, body->num_ports * sizeof(*body->ports));
	json_array_foreach (mappings, i, mapping) {
		const char *protocol = json_string_value(json_object_get(mapping, "protocol"));

		body->ports[spec->first_port + i] = (struct port_spec){
			.container_port = int_member(mapping, "containerPort"),
			.host_port = int_member(mapping, "hostPort"),
			.udp = protocol && strcmp(protocol, "udp") == 0,
		};
	}
}

static void read_container(struct body *body, struct container_spec *spec, const json_t *container)
{
	spec->name = json_string_value(json_object_get(container, "name"));
	spec->image = json_string_value(json_object_get(container, "image"));
	spec->command = json_object_get(container, "command");
	spec->cpu = int_member(container, "cpu");
	spec->memory = int_member(container, "memory");
	spec->memory_reservation = int_member(container, "memoryReservation");
	spec->essential = !json_is_false(json_object_get(container, "essential"));
	spec->health_check = json_object_get(container, "healthCheck") != NULL;
	body->cpu += spec->cpu;
	body->memory += spec->memory_reservation ? spec->memory_reservation : spec->memory;
	read_ports(body, spec, container);
}

struct body *body_new(json_t *members)
{
	struct body *body = must_alloc(sizeof(*body));
	const json_t *containers = json_object_get(members, "containerDefinitions");
	size_t i;
	json_t *value;

	body->refs = 1;
	body->members = members;
	body->num_containers = json_array_size(containers);
	body->containers = must_alloc((body->num_containers + 1) * sizeof(*body->containers));
	json_array_foreach (containers, i, value)
		read_container(body, &body->containers[i], value);
	body->network_mode = json_string_value(json_object_get(members, "networkMode"));
	body->task_cpu = json_string_value(json_object_get(members, "cpu"));
	body->task_memory = json_string_value(json_object_get(members, "memory"));
	if (body->task_cpu)
		body->cpu = atoi(body->task_cpu);
	if (body->task_memory)
		body->memory = atoi(body->task_memory);
	json_array_foreach (json_object_get(members, "compatibilities"), i, value) {
		for (int type = 0; type < LAUNCH_TYPES; type++) {
			if (strcmp(json_string_value(value), launch_type_names[type]) == 0)
				body->compatible[type] = true;
		}
	}
	return body;
}

struct body *body_ref(struct body *body)
{
	body->refs++;
	return body;
}

void body_unref(struct body *body)
{
	if (!body || --body->refs)
		return;
	json_decref(body->members);
	free(body->containers);
	free(body->ports);
	free(body);
}

/*
 * Documents on their way in: a text that comes in pieces is what it is as a whole, its hash sees
 * only its value, and a request has nothing but what the document says.
 */
#include <errno.h>

#include "fuzz.h"
#include "tree/versions.h"

static struct op op;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	op_init(&op);
	return 0;
}

/* The value of a whole text; NULL when it is no document. */
static json_t *whole(const char *text, size_t len)
{
	json_t *value = NULL;
	int r = document_parse(&op, text, len, MORE_NONE, &value);

	FUZZ_CHECK(r == 0 ? value != NULL : r == -EINVAL && !value);
	FUZZ_CHECK(r == 0 || (op.error.errnum == EINVAL && op.error.message[0]));
	return value;
}

/* What the first @len bytes are said to be, when more may come, against what they are. */
static void check_piece(const char *text, size_t len, json_t *is_all)
{
	json_auto_t *behind = NULL, *anywhere = NULL, *alone = whole(text, len);
	int r = document_parse(&op, text, len, MORE_BEHIND, &behind);

	FUZZ_CHECK_MSG(r == (alone ? 0 : r), "what is complete is not committed");
	FUZZ_CHECK(r == 0 || r == 1 || r == -EINVAL);
	FUZZ_CHECK_MSG(r != 0 || (alone && json_equal(behind, alone)), "what is cut is committed");
	FUZZ_CHECK_MSG(r != -EINVAL || !is_all, "what could become a document is refused");
	r = document_parse(&op, text, len, MORE_ANYWHERE, &anywhere);
	FUZZ_CHECK(r == 0 ? alone && json_equal(anywhere, alone) : r == 1 && !alone);
}

static void check_pieces(const char *text, size_t len, struct input cuts, json_t *is_all)
{
	check_piece(text, len, is_all);
	if (len <= 64) {
		for (size_t cut = 0; cut < len; cut++)
			check_piece(text, cut, is_all);
		return;
	}
	for (int i = 0; i < 4; i++) {
		size_t cut = input_byte(&cuts);
		cut = (cut << 8 | input_byte(&cuts)) % len;
		check_piece(text, cut, is_all);
	}
}

static void check_hashes(json_t *value)
{
	char *text = json_dumps(value, JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	json_auto_t *again = text ? json_loads(text, 0, NULL) : NULL;
	_cleanup_(version_cleanup) struct version *version = version_new(value);
	const char *name;
	json_t *member;

	free(text);
	FUZZ_CHECK(again && version);
	FUZZ_CHECK(value_hash(value) == value_hash(again) && value_hash(value) != 0);
	json_object_foreach (value, name, member)
		FUZZ_CHECK_MSG(version_hash(version, name) == value_hash(member) ||
				       strncmp(name, "tags/", 5) == 0,
			       "%s", name);
	FUZZ_CHECK(json_object_get(value, "no member") || !version_hash(version, "no member"));
}

static void check_request(const char *action, json_t *document)
{
	const char *left_out = "status createdAt revision";
	json_auto_t *request = NULL;
	const char *name;
	json_t *value;

	op.error = (struct error){0};
	int r = request_from_document(&op, action, document, left_out, &request);
	FUZZ_CHECK(r == 0 ? request != NULL : r == -EINVAL && op.error.message[0]);
	if (r < 0)
		return;
	json_object_foreach (request, name, value) {
		FUZZ_CHECK_MSG(ecs_action_has_member(ecs_action_find(action), name, NULL), "%s",
			       name);
		FUZZ_CHECK_MSG(json_equal(value, json_object_get(document, name)), "%s", name);
		FUZZ_CHECK_MSG(!json_is_null(value), "%s", name);
	}
	json_object_foreach (document, name, value)
		FUZZ_CHECK_MSG(json_is_null(value) || json_object_get(request, name) ||
				       strstr(left_out, name),
			       "%s is lost", name);
	request_check_required(&op, action, request);
	request_drop_aws_tags(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	unsigned char which = input_byte(&input);
	struct input cuts = input;
	json_auto_t *value = whole(input.data, input.size);

	check_pieces(input.data, input.size, cuts, value);
	if (!value)
		return 0;
	FUZZ_CHECK(json_is_object(value) || json_is_array(value));
	check_hashes(value);
	if (json_is_object(value)) {
		check_request("RegisterTaskDefinition", value);
		check_request(ecs_actions[which % ecs_action_count].name, value);
	}
	return 0;
}

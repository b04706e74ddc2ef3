/*
 * The way from an answer to files: what is rendered is the same value, and each member that is
 * found in the text is the member.
 */
#include <errno.h>

#include "fuzz.h"

#include "ecsfs/base/buf.h"
#include "ecsfs/base/timestamp.h"
#include "ecsfs/store/render.h"

/* Deeper than any document of AWS: src/store/render.c gives up behind it. */
#define DEEPEST 512

static int depth_of(json_t *value)
{
	const char *name;
	json_t *child;
	size_t i;
	int deepest = -1, depth;

	json_array_foreach (value, i, child)
		deepest = (depth = depth_of(child)) > deepest ? depth : deepest;
	json_object_foreach (value, name, child)
		deepest = (depth = depth_of(child)) > deepest ? depth : deepest;
	return deepest + 1;
}

/* NULL when it is none. What is a number stays one, also where jq writes it with many digits. */
static json_t *parse(const char *text, size_t len)
{
	const size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
	json_error_t why;
	json_t *value = json_loadb(text, len, flags, &why);

	if (!value && json_error_code(&why) == json_error_numeric_overflow)
		value = json_loadb(text, len, flags | JSON_DECODE_INT_AS_REAL, &why);
	return value;
}

/* A member's own file: structures as JSON, strings bare, the rest as it is. */
static void check_file(const struct rendered_member *member, json_t *value)
{
	struct buf file = {0};

	render_member(&file, member);
	FUZZ_CHECK(!file.failed && file.len > 0 && file.data[file.len - 1] == '\n');
	if (json_is_string(value)) {
		FUZZ_CHECK(file.len - 1 == json_string_length(value));
		FUZZ_CHECK(memcmp(file.data, json_string_value(value), file.len - 1) == 0);
	} else {
		json_auto_t *again = parse(file.data, file.len);
		FUZZ_CHECK_MSG(again && fuzz_same_value(value, again, false), "%s", file.data);
	}
	buf_done(&file);
}

static void check_member(const struct buf *text, const struct rendered_member *member,
			 json_t *document, size_t at)
{
	const char *end = text->data + text->len;
	struct rendered_member found;
	struct buf quoted = {0};

	FUZZ_CHECK(member->name > text->data && member->name + member->name_len < end);
	FUZZ_CHECK(member->value > member->name && member->value + member->value_len < end);
	buf_printf(&quoted, "\"%.*s\"", (int)member->name_len, member->name);
	json_auto_t *name = parse(quoted.data, quoted.len);
	json_auto_t *value = parse(member->value, member->value_len);
	FUZZ_CHECK(json_is_string(name) && value);

	void *iter = json_object_iter(document);
	while (at-- > 0)
		iter = json_object_iter_next(document, iter);
	FUZZ_CHECK(strcmp(json_object_iter_key(iter), json_string_value(name)) == 0);
	FUZZ_CHECK(fuzz_same_value(json_object_iter_value(iter), value, false));
	FUZZ_CHECK(rendered_is_structure(member) ==
		   (json_is_object(value) || json_is_array(value)));
	quoted.data[quoted.len - 1] = '\0';
	FUZZ_CHECK(render_find_member(text->data, quoted.data + 1, &found));
	FUZZ_CHECK(found.value == member->value && found.value_len == member->value_len);
	check_file(member, value);
	buf_done(&quoted);
}

static void check_times(json_t *before, json_t *after)
{
	const char *name;
	json_t *value;

	json_object_foreach (before, name, value) {
		json_t *shown = json_object_get(after, name);
		int64_t ms;
		if (!json_is_number(value) || !json_is_string(shown))
			continue;
		FUZZ_CHECK(timestamp_parse(json_string_value(shown), &ms) == 0);
		double seconds = json_number_value(value);
		if (seconds > -62167219200.0 && seconds < 253402300799.0)
			FUZZ_CHECK_MSG((double)ms / 1000 - seconds < 0.00051 &&
					       seconds - (double)ms / 1000 < 0.00051,
				       "%f is shown as %s", seconds, json_string_value(shown));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *value = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	struct rendered_member member;
	const char *cursor = NULL;
	struct buf text = {0}, line = {0};
	size_t count = 0;

	if (!value)
		return 0;
	int r = render_document(&text, value);
	if (r < 0) {
		FUZZ_CHECK(r == -EPROTO && depth_of(value) > DEEPEST);
		buf_done(&text);
		return 0;
	}
	FUZZ_CHECK(text.len >= 3 && text.data[text.len - 1] == '\n');
	FUZZ_CHECK_MSG(fuzz_is_clean_text(text.data, text.len, "\n"), "%s", text.data);
	json_auto_t *again = parse(text.data, text.len);
	FUZZ_CHECK_MSG(again && fuzz_same_value(value, again, true), "%s", text.data);
	check_times(value, again);
	json_auto_t *ours = rendered_parse(text.data, text.len);
	FUZZ_CHECK_MSG(ours && fuzz_same_value(again, ours, false), "%s", text.data);

	render_compact(&line, value);
	FUZZ_CHECK_MSG(fuzz_is_clean_text(line.data, line.len, ""), "%s", line.data);
	json_auto_t *compact = parse(line.data, line.len);
	FUZZ_CHECK_MSG(compact && fuzz_same_value(value, compact, false), "%s", line.data);

	while (render_next_member(text.data, &cursor, &member))
		check_member(&text, &member, again, count++);
	FUZZ_CHECK(count == (json_is_object(value) ? json_object_size(value) : 0));
	FUZZ_CHECK(!render_find_member(text.data, "no such member \\", &member));
	buf_done(&text);
	buf_done(&line);
	return 0;
}

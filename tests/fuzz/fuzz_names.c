/*
 * File names: whatever an id is, its name is safe, and leads back to it; whatever a name is, only
 * the one that an id has leads anywhere.
 */
#include <ctype.h>
#include <errno.h>

#define MAX_ID 600

#include "fuzz.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/tree/names.h"

/* "~", 16 hexadecimal digits, the suffix. */
static bool is_cut(const char *name, const char *suffix)
{
	size_t len = strlen(name) - strlen(suffix);

	if (len < 17 || name[len - 17] != '~')
		return false;
	for (size_t i = len - 16; i < len; i++)
		if (!isxdigit((unsigned char)name[i]))
			return false;
	return true;
}

static void check_encode(const char *id, const char *suffix)
{
	_cleanup_free_ char *back = NULL;
	char name[NAME_SIZE];

	name_encode(id, suffix, name);
	fuzz_check_file_name(name);
	size_t len = strlen(name);
	FUZZ_CHECK(len > strlen(suffix) && strcmp(name + len - strlen(suffix), suffix) == 0);
	int r = name_decode(name, suffix, &back);
	if (r == 0 && strcmp(back, id) == 0)
		return;
	/* Only a name that was cut does not say whose it is. */
	FUZZ_CHECK_MSG(is_cut(name, suffix) && len > 250, "%s from %s", name, id);
}

static void check_decode(const char *name, const char *suffix)
{
	char again[NAME_SIZE];
	char *id = NULL;
	int r = name_decode(name, suffix, &id);

	FUZZ_CHECK(r == 0 || (r == -ENOENT && !id));
	if (r < 0)
		return;
	name_encode(id, suffix, again);
	FUZZ_CHECK_MSG(strcmp(again, name) == 0, "%s decodes to %s", name, id);
	fuzz_check_file_name(name);
	free(id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	_cleanup_free_ char *text = input_part(&input, NULL);

	/* Longer ones are cut just so. */
	if (strlen(text) > MAX_ID)
		text[MAX_ID] = '\0';
	if (text[0]) {
		check_encode(text, "");
		check_encode(text, ".json");
	}
	check_decode(text, "");
	check_decode(text, ".json");
	return 0;
}

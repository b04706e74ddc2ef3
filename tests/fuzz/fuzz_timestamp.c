/*
 * Times: what is formatted is parsed to the same millisecond, and what is parsed is formatted to
 * a time that is parsed to the same.
 */
#include <errno.h>

#include "fuzz.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

/* The years 0 to 9999: date -u -d 0000-01-01 +%s, date -u -d 9999-12-31T23:59:59 +%s. */
#define FIRST_MS (-62167219200000)
#define LAST_MS 253402300799999

static void check_format(int64_t ms)
{
	char text[TIMESTAMP_SIZE], basic[TIMESTAMP_SIZE];
	int64_t again;

	timestamp_format_ms(ms, text);
	timestamp_format_basic(ms, basic);
	FUZZ_CHECK_MSG(strlen(text) == strlen("2026-11-23T21:42:07.123Z"), "%s", text);
	FUZZ_CHECK_MSG(strlen(basic) == strlen("20261123T214207Z"), "%s", basic);
	FUZZ_CHECK_MSG(timestamp_parse(text, &again) == 0, "%s", text);
	int64_t clamped = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS ? LAST_MS : ms;
	FUZZ_CHECK_MSG(again == clamped, "%s", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	_cleanup_free_ char *text = input_part(&input, NULL);
	int64_t ms = 0;

	if (size >= sizeof(ms)) {
		memcpy(&ms, data, sizeof(ms));
		check_format(ms);
		check_format(ms % LAST_MS);
	}
	int r = timestamp_parse(text, &ms);
	FUZZ_CHECK(r == 0 || r == -EINVAL);
	if (r == 0)
		check_format(ms);
	return 0;
}

#include "ecsfs/base/timestamp.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define YEAR_0_MS (-62167219200000LL)
#define YEAR_9999_END_MS 253402300799999LL

static struct tm split(int64_t unix_ms, int *ret_ms)
{
	struct tm tm;

	if (unix_ms < YEAR_0_MS)
		unix_ms = YEAR_0_MS;
	if (unix_ms > YEAR_9999_END_MS)
		unix_ms = YEAR_9999_END_MS;
	int ms = (int)(unix_ms % 1000);
	time_t seconds = (time_t)(unix_ms / 1000);
	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	*ret_ms = ms;
	return tm;
}

/* strftime()'s own %Y has three digits in the year 999. */
static size_t put(const struct tm *tm, const char *behind_year, char *out)
{
	size_t len = (size_t)snprintf(out, TIMESTAMP_SIZE, "%04d", tm->tm_year + 1900);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return len + strftime(out + len, TIMESTAMP_SIZE - len, behind_year, tm);
#pragma GCC diagnostic pop
}

void timestamp_format_ms(int64_t unix_ms, char out[static TIMESTAMP_SIZE])
{
	int ms;
	struct tm tm = split(unix_ms, &ms);
	size_t len = put(&tm, "-%m-%dT%H:%M:%S", out);

	snprintf(out + len, TIMESTAMP_SIZE - len, ".%03dZ", ms);
}

void timestamp_format_basic(int64_t unix_ms, char out[static TIMESTAMP_SIZE])
{
	int ms;
	struct tm tm = split(unix_ms, &ms);

	put(&tm, "%m%dT%H%M%SZ", out);
}

static int parse_zone(const char *text, int64_t *ret_offset_ms)
{
	int hours, minutes, used = 0;

	if (strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0) {
		*ret_offset_ms = 0;
		return 0;
	}
	if ((*text != '+' && *text != '-') ||
	    sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || text[1 + used] != '\0')
		return -EINVAL;
	*ret_offset_ms = (*text == '-' ? -1 : 1) * (hours * 60LL + minutes) * 60000;
	return 0;
}

int timestamp_parse(const char *text, int64_t *ret_unix_ms)
{
	struct tm tm = {0};
	int64_t offset_ms, ms = 0;

	if (!text || strlen(text) < 20 || (text[10] != 'T' && text[10] != ' '))
		return -EINVAL;
	const char *rest =
		strptime(text, text[10] == 'T' ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	if (!rest)
		return -EINVAL;
	if (*rest == '.') {
		int scale = 100;
		for (rest++; isdigit((unsigned char)*rest); rest++, scale /= 10)
			ms += (*rest - '0') * scale;
	}
	if (parse_zone(rest, &offset_ms) < 0)
		return -EINVAL;
	*ret_unix_ms = (int64_t)timegm(&tm) * 1000 + ms - offset_ms;
	return 0;
}

/*
 * The config file: every section and key that stands at the beginning of a line is found, and what
 * is found, written anew, is found again.
 */
#include <ctype.h>
#include <errno.h>

#include "fuzz.h"

#include "ecsfs/aws/config_file.h"
#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

#define MAX_KEYS 256

/* A key and its section, as the lines of the text name them. */
struct named {
	char section[256], key[256];
};

static struct named keys[MAX_KEYS];
static size_t key_count;

/* Cut the blanks off both ends of @text into @out; whether it fitted. */
static bool trimmed(const char *text, size_t len, char *out, size_t size)
{
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	for (; len > 0 && isspace((unsigned char)*text); len--)
		text++;
	return (size_t)snprintf(out, size, "%.*s", (int)len, text) < size;
}

/* Lines at the left edge are sections, keys or comments; the others belong to them. But what is
 * in a section that began with blanks is left out: only its place says whether it is one. */
static void collect(const char *text)
{
	char section[256] = "";
	bool known = false;

	key_count = 0;
	while (*text) {
		size_t len = strcspn(text, "\n"), key_len = strcspn(text, "=:\n");
		const char *close = memrchr(text, ']', len);
		if (*text == '[' && close)
			known = trimmed(text + 1, (size_t)(close - text) - 1, section,
					sizeof(section));
		else if (text[strspn(text, " \t\v\f\r")] == '[')
			known = false;
		else if (!strchr("[#; \t\v\f\r\n", *text) && key_len < len && known &&
			 key_count < MAX_KEYS) {
			struct named *named = &keys[key_count];
			memcpy(named->section, section, sizeof(section));
			key_count += trimmed(text, key_len, named->key, sizeof(named->key));
		}
		text += len + (text[len] == '\n');
	}
}

static const char *value_of(const struct config_file *file, const struct named *named)
{
	const struct config_section *section = config_file_section(file, named->section);

	FUZZ_CHECK_MSG(section, "[%s]", named->section);
	const char *value = config_section_get(section, named->key);
	FUZZ_CHECK_MSG(value, "[%s] %s", named->section, named->key);
	return value;
}

/* All that was found, in the plainest form. */
static void write_anew(const struct config_file *file, struct buf *out)
{
	buf_puts(out, "");
	for (size_t i = 0; i < key_count; i++) {
		buf_printf(out, "[ %s ]\n%s=", keys[i].section, keys[i].key);
		for (const char *p = value_of(file, &keys[i]); *p; p++)
			buf_puts(out, *p == '\n' ? "\n\t" : (char[]){*p, '\0'});
		buf_putc(out, '\n');
	}
}

static void check_values(const struct config_file *file)
{
	for (size_t i = 0; i < key_count; i++) {
		const char *value = value_of(file, &keys[i]);
		size_t len = strlen(value);
		FUZZ_CHECK_MSG(!len || !isspace((unsigned char)value[0]), "%s", value);
		FUZZ_CHECK_MSG(!len || !isspace((unsigned char)value[len - 1]), "%s", value);
		/* Case does not matter in a key. */
		for (char *p = keys[i].key; *p; p++)
			*p = (char)(isupper((unsigned char)*p) ? tolower(*p) : toupper(*p));
		FUZZ_CHECK(value_of(file, &keys[i]) == value);
	}
}

/* "profile NAME", where NAME needs no quotes, is the section of that type. */
static void check_typed(const struct config_file *file)
{
	for (size_t i = 0; i < key_count; i++) {
		const char *section = keys[i].section, *name = section + strlen("profile ");
		if (strncmp(section, "profile ", 8) == 0 && *name &&
		    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name))
			FUZZ_CHECK_MSG(config_file_typed(file, "profile", name, NULL), "%s",
				       section);
		config_file_typed(file, "sso-session", keys[i].key, section);
		config_section_get_nested(config_file_section(file, section), keys[i].key,
					  "region");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_file *file = NULL, *again = NULL;
	_cleanup_(buf_done) struct buf anew = {0};
	struct error err = {0};

	int r = config_file_parse((const char *)data, size, "input", &file, &err);
	FUZZ_CHECK(r == 0 || (r == -EINVAL && !file && err.errnum == EINVAL && err.message[0]));
	if (r < 0)
		return 0;
	/* It holds no NUL, or it would have been refused; a byte order mark is no text. */
	bool marked = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0;
	_cleanup_free_ char *text =
		strndup((const char *)data + (marked ? 3 : 0), size - (marked ? 3 : 0));
	FUZZ_CHECK(strlen(text) + (marked ? 3 : 0) == size);
	collect(text);
	check_typed(file);
	check_values(file);
	write_anew(file, &anew);
	r = config_file_parse(anew.data, anew.len, "anew", &again, &err);
	FUZZ_CHECK_MSG(r == 0, "%s in %s", err.message, anew.data);
	for (size_t i = 0; i < key_count; i++)
		FUZZ_CHECK_MSG(strcmp(value_of(file, &keys[i]), value_of(again, &keys[i])) == 0,
			       "%s", anew.data);
	config_file_free(file);
	config_file_free(again);
	return 0;
}

/*
 * Why not libinih: its buffers hold 50 characters of a section's or key's name and, as Debian
 * builds it, 200 of a line, and cut the rest without a word; session tokens are longer than
 * 1,000. It also takes " ;" for the beginning of a comment inside a value, which the AWS CLI
 * does not.
 */
#include "ecsfs/aws/config_file.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

#define FILE_MAX ((size_t)4 * 1024 * 1024)

struct entry {
	struct entry *next;
	char *block; /* key of the line above an indented block, NULL at top level */
	char *key;
	char *value;
};

struct config_section {
	struct config_section *next;
	char *name;
	struct entry *entries; /* newest first, so that the last of several wins */
};

struct config_file {
	struct config_section *sections; /* newest first */
};

struct parser {
	struct config_file *file;
	const char *name;
	int line;
	struct config_section *section;
	struct entry *last; /* what an indented line continues */
	size_t last_indent;
};

static void free_secret(char *s)
{
	if (s)
		OPENSSL_cleanse(s, strlen(s));
	free(s);
}

static void free_entry(struct entry *entry)
{
	free(entry->block);
	free(entry->key);
	free_secret(entry->value);
	free(entry);
}

void config_file_free(struct config_file *file)
{
	if (!file)
		return;
	while (file->sections) {
		struct config_section *section = file->sections;

		file->sections = section->next;
		while (section->entries) {
			struct entry *entry = section->entries;

			section->entries = entry->next;
			free_entry(entry);
		}
		free(section->name);
		free(section);
	}
	free(file);
}

static void trim(const char **s, size_t *len)
{
	while (*len > 0 && isspace((unsigned char)**s)) {
		++*s;
		--*len;
	}
	while (*len > 0 && isspace((unsigned char)(*s)[*len - 1]))
		--*len;
}

static struct config_section *find_section(const struct config_file *file, const char *name,
					   size_t len)
{
	for (struct config_section *s = file->sections; s; s = s->next)
		if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	return NULL;
}

/* A section that is opened a second time goes on. */
static int open_section(struct parser *parser, const char *name, size_t len)
{
	trim(&name, &len);
	parser->last = NULL;
	parser->section = find_section(parser->file, name, len);
	if (parser->section)
		return 0;
	struct config_section *section = calloc(1, sizeof(*section));
	if (!section)
		return -ENOMEM;
	section->name = strndup(name, len);
	if (!section->name) {
		free(section);
		return -ENOMEM;
	}
	section->next = parser->file->sections;
	parser->file->sections = section;
	parser->section = section;
	return 0;
}

static int add_entry(struct parser *parser, const char *block, const char *key, size_t key_len,
		     const char *value, size_t value_len)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	trim(&key, &key_len);
	trim(&value, &value_len);
	entry->block = block ? strdup(block) : NULL;
	entry->key = strndup(key, key_len);
	entry->value = strndup(value, value_len);
	if ((block && !entry->block) || !entry->key || !entry->value) {
		free_entry(entry);
		return -ENOMEM;
	}
	entry->next = parser->section->entries;
	parser->section->entries = entry;
	if (!block)
		parser->last = entry;
	return 0;
}

static int append_value(struct entry *entry, const char *line, size_t len)
{
	size_t old = strlen(entry->value);
	char *longer = malloc(old + len + 2);

	if (!longer)
		return -ENOMEM;
	memcpy(longer, entry->value, old);
	longer[old] = '\n';
	memcpy(longer + old + 1, line, len);
	longer[old + 1 + len] = '\0';
	free_secret(entry->value);
	entry->value = longer;
	return 0;
}

/* An indented line: part of the block under a key without a value, or more of a value. */
static int continue_entry(struct parser *parser, const char *line, size_t len, struct error *err)
{
	struct entry *last = parser->last;

	if (last->value[0])
		return append_value(last, line, len);
	const char *equals = memchr(line, '=', len);
	if (!equals)
		return error_set(err, EINVAL,
				 "%s line %d: expected 'key = value' in the block of '%s'",
				 parser->name, parser->line, last->key);
	return add_entry(parser, last->key, line, (size_t)(equals - line), equals + 1,
			 len - (size_t)(equals - line) - 1);
}

static int parse_line(struct parser *parser, const char *line, size_t len, struct error *err)
{
	const char *text = line;
	size_t text_len = len, indent = 0;

	while (indent < len && isspace((unsigned char)line[indent]))
		indent++;
	trim(&text, &text_len);
	if (text_len == 0 || *text == '#' || *text == ';')
		return 0;
	if (parser->last && indent > parser->last_indent)
		return continue_entry(parser, text, text_len, err);
	if (*text == '[') {
		const char *close = memrchr(text, ']', text_len);

		if (!close || close == text + 1)
			return error_set(err, EINVAL, "%s line %d: '[' without a name and ']'",
					 parser->name, parser->line);
		return open_section(parser, text + 1, (size_t)(close - text) - 1);
	}
	size_t key_len = 0;
	while (key_len < text_len && text[key_len] != '=' && text[key_len] != ':')
		key_len++;
	if (key_len == 0 || key_len == text_len)
		return error_set(err, EINVAL, "%s line %d: expected 'key = value'", parser->name,
				 parser->line);
	if (!parser->section)
		return error_set(err, EINVAL, "%s line %d: a key before the first [section]",
				 parser->name, parser->line);
	parser->last_indent = indent;
	return add_entry(parser, NULL, text, key_len, text + key_len + 1, text_len - key_len - 1);
}

int config_file_parse(const char *text, size_t len, const char *name, struct config_file **ret_file,
		      struct error *err)
{
	struct parser parser = {.name = name, .file = calloc(1, sizeof(*parser.file))};
	const char *end = text + len;
	int r = parser.file ? 0 : -ENOMEM;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	if (memchr(text, '\0', (size_t)(end - text)) && r == 0)
		r = error_set(err, EINVAL, "%s: holds a NUL byte", name);
	while (r == 0 && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;

		parser.line++;
		r = parse_line(&parser, text, (size_t)(line_end - text), err);
		text = line_end + 1;
	}
	if (r < 0) {
		config_file_free(parser.file);
		return r == -ENOMEM ? error_set(err, ENOMEM, "out of memory") : r;
	}
	*ret_file = parser.file;
	return 0;
}

static int read_all(const char *path, struct buf *text)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	if (!f)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -errno;
	for (;;) {
		char *room = buf_reserve(text, 16384);
		if (!room)
			return -ENOMEM;
		size_t got = fread(room, 1, 16384, f);
		text->len += got;
		if (got == 0)
			return ferror(f) && errno != EISDIR ? -EIO : 0;
		if (text->len > FILE_MAX)
			return -EFBIG;
	}
}

int config_file_load(const char *path, struct config_file **ret_file, struct error *err)
{
	struct buf text = {0};
	int r = read_all(path, &text);

	if (r < 0)
		error_set(err, -r, "cannot read %s: %s", path, strerror(-r));
	else
		r = config_file_parse(text.data ? text.data : "", text.len, path, ret_file, err);
	if (text.data)
		OPENSSL_cleanse(text.data, text.size);
	buf_done(&text);
	return r;
}

const struct config_section *config_file_section(const struct config_file *file, const char *name)
{
	return find_section(file, name, strlen(name));
}

/* "profile 'my name'" and "profile my\ name" are one word after the type, as in a shell. */
static bool names(const char *section, const char *type, const char *name)
{
	size_t type_len = strlen(type);
	const char *p = section + type_len;
	char quote = '\0';

	if (strncmp(section, type, type_len) != 0 || !isspace((unsigned char)*p))
		return false;
	while (isspace((unsigned char)*p))
		p++;
	for (; *p; p++) {
		if (quote ? *p == quote : *p == '\'' || *p == '"') {
			quote = quote ? '\0' : *p;
			continue;
		}
		if (!quote && isspace((unsigned char)*p))
			return false;
		if (*p == '\\' && p[1] && (!quote || (quote == '"' && strchr("\"\\", p[1]))))
			p++;
		if (*name++ != *p)
			return false;
	}
	return !quote && *name == '\0';
}

const struct config_section *config_file_typed(const struct config_file *file, const char *type,
					       const char *name, const char *plain)
{
	for (const struct config_section *s = file->sections; s; s = s->next)
		if (names(s->name, type, name) || (plain && strcmp(s->name, plain) == 0))
			return s;
	return NULL;
}

static const char *find_value(const struct config_section *section, const char *block,
			      const char *key)
{
	for (const struct entry *e = section ? section->entries : NULL; e; e = e->next) {
		if (strcasecmp(e->key, key) != 0)
			continue;
		if (block ? e->block && strcasecmp(e->block, block) == 0 : !e->block)
			return e->value;
	}
	return NULL;
}

const char *config_section_get(const struct config_section *section, const char *key)
{
	return find_value(section, NULL, key);
}

const char *config_section_get_nested(const struct config_section *section, const char *block,
				      const char *key)
{
	return find_value(section, block, key);
}

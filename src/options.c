#include "ecsfs/options.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ecsfs/base/cleanup.h"

const char options_help[] =
	"usage: ecsfs [OPTIONS] [SOURCE] MOUNTPOINT\n"
	"\n"
	"Show an Amazon ECS account as a file system on MOUNTPOINT. SOURCE, for mount(8), is\n"
	"PROFILE@REGION or none.\n"
	"\n"
	"      --profile NAME           profile of the shared AWS configuration\n"
	"      --region REGION          AWS Region\n"
	"      --endpoint-url URL       another ECS endpoint\n"
	"      --ca-bundle FILE         certificates to verify the endpoint with\n"
	"      --read-only              refuse every change (EROFS)\n"
	"      --ttl SECONDS            how old an answer may be (default: 5, 15 or 30 by kind;\n"
	"                               0: ask each time)\n"
	"      --delete-limit N         destructive calls in 60 seconds (default 20, 0: no limit)\n"
	"      --protect GLOB           make matching clusters and families read-only; repeatable\n"
	"      --audit-log FILE         append every changing call to FILE\n"
	"      --cache-dir DIR          keep task definitions there (default ~/.cache/ecsfs)\n"
	"      --no-disk-cache          keep nothing on disk\n"
	"      --max-connections N      connections to AWS (default 16)\n"
	"      --timeout SECONDS        time of a call with its retries (default 30)\n"
	"      --quota-share PERCENT    of AWS's request quotas to use at most (default 80, 0: no "
	"limit)\n"
	"      --log-level LEVEL        error, warn, info or debug (default warn)\n"
	"      --demo                   mount a sample account; no AWS account is needed\n"
	"  -f, --foreground             do not become a daemon\n"
	"  -o OPT[,OPT...]              ro, allow_other, uid=N, gid=N, umask=OCTAL, auto_unmount,\n"
	"                               and every long option above without its dashes\n"
	"  -V, --version\n"
	"  -h, --help\n"
	"\n"
	"Unmount with: fusermount3 -u MOUNTPOINT\n";

enum value {
	FLAG,
	STRING,
	STRINGS,
	COUNT,
	PERCENT,
	TTL,
	SECONDS,
	LEVEL,
	NUMBER_ID,
	OCTAL,
	IGNORED
};

static const struct option_row {
	const char *name;
	char letter; /* 0: none */
	enum value value;
	size_t offset;
} rows[] = {
#define ROW(name, letter, value, member)                                                           \
	{                                                                                          \
		name, letter, value, offsetof(struct options, member)                              \
	}
	ROW("profile", 0, STRING, profile),
	ROW("region", 0, STRING, region),
	ROW("endpoint-url", 0, STRING, endpoint_url),
	ROW("ca-bundle", 0, STRING, ca_bundle),
	ROW("read-only", 0, FLAG, read_only),
	ROW("ro", 0, FLAG, read_only),
	ROW("ttl", 0, TTL, ttl_s),
	ROW("delete-limit", 0, COUNT, delete_limit),
	ROW("audit-log", 0, STRING, audit_log),
	ROW("cache-dir", 0, STRING, cache_dir),
	ROW("no-disk-cache", 0, FLAG, no_disk_cache),
	ROW("protect", 0, STRINGS, protect),
	ROW("max-connections", 0, COUNT, max_connections),
	ROW("timeout", 0, SECONDS, timeout_s),
	ROW("quota-share", 0, PERCENT, quota_percent),
	ROW("log-level", 0, LEVEL, log_level),
	ROW("demo", 0, FLAG, demo),
	ROW("foreground", 'f', FLAG, foreground),
	ROW("version", 'V', FLAG, version),
	ROW("help", 'h', FLAG, help),
	ROW("uid", 0, NUMBER_ID, uid),
	ROW("gid", 0, NUMBER_ID, gid),
	ROW("umask", 0, OCTAL, umask),
	/* What mount(8) and fstab add for themselves. */
	ROW("rw", 0, IGNORED, read_only),
	ROW("defaults", 0, IGNORED, read_only),
	ROW("auto", 0, IGNORED, read_only),
	ROW("noauto", 0, IGNORED, read_only),
	ROW("nofail", 0, IGNORED, read_only),
	ROW("user", 0, IGNORED, read_only),
	ROW("_netdev", 0, IGNORED, read_only),
	ROW("relatime", 0, IGNORED, read_only),
#undef ROW
};

static int set_string(char **at, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*at);
	*at = copy;
	return 0;
}

static int add_string(char **list, const char *text)
{
	for (size_t i = 0; i < MAX_PROTECTED; i++)
		if (!list[i])
			return set_string(&list[i], text);
	return -E2BIG;
}

static int parse_long(const char *text, int base, long min, long max, long *ret)
{
	char *end;

	errno = 0;
	long value = strtol(text, &end, base);
	if (errno || end == text || *end || value < min || value > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

static int parse_seconds(const char *text, double min, double *ret)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value) || value < min || value > 86400)
		return -EINVAL;
	*ret = value;
	return 0;
}

static int set_value(struct options *options, const struct option_row *row, const char *text)
{
	void *at = (char *)options + row->offset;
	long number;
	int r = 0;

	switch (row->value) {
	case FLAG:
		*(bool *)at = true;
		return 0;
	case STRING:
		return set_string(at, text);
	case STRINGS:
		return add_string(at, text);
	case COUNT:
		return parse_long(text, 10, 0, 1000000, at);
	case PERCENT:
		return parse_long(text, 10, 0, 100, at);
	case TTL:
		return parse_seconds(text, 0, at);
	case SECONDS:
		return parse_seconds(text, 0.001, at);
	case LEVEL:
		return log_level_parse(text, at);
	case NUMBER_ID:
		r = parse_long(text, 10, 0, 0x7fffffff, &number);
		if (r == 0)
			*(uid_t *)at = (uid_t)number;
		return r;
	case OCTAL:
		r = parse_long(text, 8, 0, 0777, &number);
		if (r == 0)
			*(mode_t *)at = (mode_t)number;
		return r;
	case IGNORED:
		return 0;
	}
	return r;
}

static bool takes_value(const struct option_row *row)
{
	return row->value != FLAG && row->value != IGNORED;
}

static const struct option_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
			return &rows[i];
	return NULL;
}

static const struct option_row *find_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

static int apply(struct options *options, const struct option_row *row, const char *shown,
		 const char *value, struct error *err)
{
	if (takes_value(row) && (!value || !*value))
		return error_set(err, EINVAL, "%s wants a value", shown);
	if (!takes_value(row) && value)
		return error_set(err, EINVAL, "%s takes no value", shown);
	int r = set_value(options, row, value);
	return r < 0 ? error_set(err, -r, "%s: \"%s\" is not a value that it can have", shown,
				 value ? value : "")
		     : 0;
}

/* What is no option of ours is left to libfuse, which refuses what it does not know. */
static int leave_to_fuse(struct options *options, const char *option)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", options->fuse_options ? options->fuse_options : "",
		     options->fuse_options ? "," : "", option) < 0)
		return -ENOMEM;
	free(options->fuse_options);
	options->fuse_options = joined;
	return 0;
}

static int parse_mount_options(struct options *options, const char *list, struct error *err)
{
	_cleanup_free_ char *copy = strdup(list);
	char *save = NULL;
	int r = copy ? 0 : -ENOMEM;

	for (char *option = copy ? strtok_r(copy, ",", &save) : NULL; r == 0 && option;
	     option = strtok_r(NULL, ",", &save)) {
		const char *value = strchr(option, '=');
		const struct option_row *row = find_row(option, strcspn(option, "="));
		r = row ? apply(options, row, option, value ? value + 1 : NULL, err)
			: leave_to_fuse(options, option);
	}
	return r;
}

/* A long option at argv[*i]; its value may be the next argument. */
static int parse_long_option(struct options *options, int argc, char **argv, int *i,
			     struct error *err)
{
	const char *name = argv[*i] + 2;
	const char *value = strchr(name, '=');
	const struct option_row *row = find_row(name, strcspn(name, "="));

	if (!row || row->value == IGNORED)
		return error_set(err, EINVAL, "%s is not an option; see --help", argv[*i]);
	const char *shown = argv[*i];
	if (value)
		value++;
	else if (takes_value(row) && *i + 1 < argc)
		value = argv[++*i];
	return apply(options, row, shown, value, err);
}

static int parse_letters(struct options *options, int argc, char **argv, int *i, struct error *err)
{
	const char *letters = argv[*i] + 1;

	if (*letters == 'o') {
		const char *list = letters[1] ? letters + 1 : *i + 1 < argc ? argv[++*i] : NULL;
		return list ? parse_mount_options(options, list, err)
			    : error_set(err, EINVAL, "-o wants a list of options");
	}
	for (; *letters; letters++) {
		const struct option_row *row = find_letter(*letters);
		if (!row)
			return error_set(err, EINVAL, "-%c is not an option; see --help", *letters);
		set_value(options, row, "");
	}
	return 0;
}

/*
 * "PROFILE@REGION": either part may be empty. A word that was meant as a profile must not mount
 * another account, which may be the one that matters.
 */
static int parse_source(struct options *options, const char *source, struct error *err)
{
	const char *at = strchr(source, '@');
	int r = set_string(&options->source, source);

	if (r == 0 && !at && strcmp(source, "none") != 0)
		return error_set(err, EINVAL,
				 "the source %s is neither PROFILE@REGION nor none; see --help",
				 source);
	if (!at || r < 0)
		return r;
	if (at > source && !options->profile) {
		options->profile = strndup(source, (size_t)(at - source));
		r = options->profile ? 0 : -ENOMEM;
	}
	if (r == 0 && at[1] && !options->region)
		r = set_string(&options->region, at + 1);
	return r;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct error *err)
{
	const char *plain[2];
	int plain_count = 0, r = 0;
	bool options_end = false;

	*ret_options = (struct options){
		.delete_limit = 20,
		.ttl_s = -1,
		.timeout_s = 30,
		.quota_percent = 80,
		.log_level = LOG_LEVEL_WARN,
		.uid = getuid(),
		.gid = getgid(),
	};
	for (int i = 1; i < argc && r == 0; i++) {
		if (!options_end && strcmp(argv[i], "--") == 0)
			options_end = true;
		else if (!options_end && strncmp(argv[i], "--", 2) == 0)
			r = parse_long_option(ret_options, argc, argv, &i, err);
		else if (!options_end && argv[i][0] == '-' && argv[i][1])
			r = parse_letters(ret_options, argc, argv, &i, err);
		else if (plain_count == 2)
			r = error_set(err, EINVAL, "%s is one argument too many; see --help",
				      argv[i]);
		else
			plain[plain_count++] = argv[i];
	}
	if (r < 0 || ret_options->version || ret_options->help)
		return r;
	if (plain_count == 0)
		return error_set(err, EINVAL, "no mount point given; see --help");
	r = set_string(&ret_options->mountpoint, plain[plain_count - 1]);
	if (r == 0)
		r = plain_count == 2 ? parse_source(ret_options, plain[0], err)
				     : set_string(&ret_options->source, "ecs");
	return r;
}

void options_done(struct options *options)
{
	char **strings[] = {&options->profile,    &options->region,       &options->endpoint_url,
			    &options->ca_bundle,  &options->audit_log,    &options->source,
			    &options->mountpoint, &options->fuse_options, &options->cache_dir};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		free(*strings[i]);
		*strings[i] = NULL;
	}
	for (size_t i = 0; options->protect[i]; i++) {
		free(options->protect[i]);
		options->protect[i] = NULL;
	}
}

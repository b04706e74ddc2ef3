#include "ecsfs/aws/settings.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

struct settings {
	char *profile;
	bool explicit_profile;
	char *config_path, *credentials_path;
	struct config_file *config, *credentials;
};

const char *settings_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool settings_is_true(const char *value)
{
	return value && strcasecmp(value, "true") == 0;
}

static void put_home(struct buf *out)
{
	const char *home = settings_env("HOME");
	struct passwd entry, *found = NULL;
	char room[4096];

	if (home) {
		buf_puts(out, home);
		return;
	}
	getpwuid_r(getuid(), &entry, room, sizeof(room), &found);
	buf_puts(out, found ? found->pw_dir : "");
}

/* $NAME or ${NAME} at @p; one that is not set stays as it is written. */
static const char *put_variable(struct buf *out, const char *p)
{
	const char *name = p + (p[1] == '{' ? 2 : 1), *end = name;
	char text[128];

	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	size_t len = (size_t)(end - name);
	if (p[1] == '{' && *end == '}')
		end++;
	else if (p[1] == '{')
		len = 0;
	if (len > 0 && len < sizeof(text)) {
		memcpy(text, name, len);
		text[len] = '\0';
		const char *value = getenv(text);
		if (value) {
			buf_puts(out, value);
			return end;
		}
	}
	buf_putc(out, *p);
	return p + 1;
}

char *settings_expand_path(const char *path)
{
	struct buf out = {0};
	char *expanded = NULL;

	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
		put_home(&out);
		path++;
	}
	while (*path) {
		if (*path == '$')
			path = put_variable(&out, path);
		else
			buf_putc(&out, *path++);
	}
	if (buf_steal(&out, &expanded, NULL) < 0)
		buf_done(&out);
	return expanded;
}

static char *path_of(const char *variable, const char *standard)
{
	const char *value = settings_env(variable);

	return settings_expand_path(value ? value : standard);
}

static const char *named_profile(const char *option)
{
	const char *name = option && *option ? option : settings_env("AWS_DEFAULT_PROFILE");

	return name ? name : settings_env("AWS_PROFILE");
}

/* A file that cannot be read counts as empty, so whoever misses something in it is told why. */
static int add_problem(char **path)
{
	struct buf text = {0};

	if (access(*path, R_OK) == 0)
		return 0;
	buf_printf(&text, "%s (%s)", *path, strerror(errno));
	if (text.failed)
		return -ENOMEM;
	free(*path);
	return buf_steal(&text, path, NULL);
}

static int load(struct settings *settings, const char *option, struct error *err)
{
	const char *named = named_profile(option);
	int r;

	settings->explicit_profile = option && *option;
	settings->profile = strdup(named ? named : "default");
	settings->config_path = path_of("AWS_CONFIG_FILE", "~/.aws/config");
	settings->credentials_path = path_of("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
	if (!settings->profile || !settings->config_path || !settings->credentials_path)
		return error_set(err, ENOMEM, "out of memory");
	r = config_file_load(settings->config_path, &settings->config, err);
	if (r == 0)
		r = config_file_load(settings->credentials_path, &settings->credentials, err);
	if (r < 0)
		return r;
	if (add_problem(&settings->config_path) < 0 || add_problem(&settings->credentials_path) < 0)
		return error_set(err, ENOMEM, "out of memory");
	if (named && !settings_has_profile(settings, named))
		return error_set(err, EINVAL, "the profile '%s' is neither in %s nor in %s", named,
				 settings->config_path, settings->credentials_path);
	return 0;
}

int settings_load(const char *profile, struct settings **ret_settings, struct error *err)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (!settings)
		return error_set(err, ENOMEM, "out of memory");
	int r = load(settings, profile, err);
	if (r < 0) {
		settings_free(settings);
		return r;
	}
	*ret_settings = settings;
	return 0;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	free(settings->profile);
	free(settings->config_path);
	free(settings->credentials_path);
	config_file_free(settings->config);
	config_file_free(settings->credentials);
	free(settings);
}

const char *settings_profile(const struct settings *settings)
{
	return settings->profile;
}

bool settings_profile_is_explicit(const struct settings *settings)
{
	return settings->explicit_profile;
}

static const struct config_section *config_profile(const struct settings *settings,
						   const char *profile)
{
	const char *plain = strcmp(profile, "default") == 0 ? profile : NULL;

	return config_file_typed(settings->config, "profile", profile, plain);
}

static const struct config_section *credentials_profile(const struct settings *settings,
							const char *profile)
{
	return config_file_section(settings->credentials, profile);
}

bool settings_has_profile(const struct settings *settings, const char *profile)
{
	return config_profile(settings, profile) || credentials_profile(settings, profile);
}

const char *settings_get_config(const struct settings *settings, const char *profile,
				const char *key)
{
	return config_section_get(config_profile(settings, profile), key);
}

const char *settings_get_credentials(const struct settings *settings, const char *profile,
				     const char *key)
{
	return config_section_get(credentials_profile(settings, profile), key);
}

const char *settings_get(const struct settings *settings, const char *profile, const char *key)
{
	const char *value = settings_get_credentials(settings, profile, key);

	return value ? value : settings_get_config(settings, profile, key);
}

const char *settings_lookup(const struct settings *settings, const char *variable, const char *key)
{
	const char *value = settings_env(variable);

	return value ? value : settings_get(settings, settings->profile, key);
}

const struct config_section *settings_section(const struct settings *settings, const char *type,
					      const char *name)
{
	return config_file_typed(settings->config, type, name, NULL);
}

const char *settings_config_path(const struct settings *settings)
{
	return settings->config_path;
}

const char *settings_credentials_path(const struct settings *settings)
{
	return settings->credentials_path;
}

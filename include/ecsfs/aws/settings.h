/*
 * Where a setting comes from: the environment and the profile in the two shared files.
 *
 * Knows how the files combine, not what the settings mean. Read once; load anew to see changes.
 */
#ifndef ECSFS_AWS_SETTINGS_H
#define ECSFS_AWS_SETTINGS_H

#include <stdbool.h>

#include "ecsfs/aws/config_file.h"
#include "ecsfs/base/error.h"

struct settings;

/**
 * @profile: as the user gave it on the command line, NULL for none
 * @ret_settings: new
 * Return: 0, -EINVAL (a file cannot be parsed, a profile was named that does not exist), ...
 */
int settings_load(const char *profile, struct settings **ret_settings, struct error *err);
void settings_free(struct settings *settings);

/* NULL when it is unset or empty. Borrowed from the environment. */
const char *settings_env(const char *name);
/* "true" in any case. */
bool settings_is_true(const char *value);

/* The name of the profile in effect, "default" at least. */
const char *settings_profile(const struct settings *settings);
/* Was it given on the command line? Then credentials in the environment do not count. */
bool settings_profile_is_explicit(const struct settings *settings);
bool settings_has_profile(const struct settings *settings, const char *profile);

/* @key of a profile; the credentials file wins over the config file. NULL: not there. */
const char *settings_get(const struct settings *settings, const char *profile, const char *key);
/* The same from only one of the files. */
const char *settings_get_credentials(const struct settings *settings, const char *profile,
				     const char *key);
const char *settings_get_config(const struct settings *settings, const char *profile,
				const char *key);

/* The environment's @variable, else @key of the profile in effect; NULL: neither. */
const char *settings_lookup(const struct settings *settings, const char *variable, const char *key);

/* A "[sso-session NAME]" or "[services NAME]" section of the config file; NULL: none. */
const struct config_section *settings_section(const struct settings *settings, const char *type,
					      const char *name);

/* For messages: with the reason behind it where the file cannot be read. */
const char *settings_config_path(const struct settings *settings);
const char *settings_credentials_path(const struct settings *settings);

/* @path with a leading ~ and $VARIABLES replaced; new, NULL: no memory. */
char *settings_expand_path(const char *path);

#endif

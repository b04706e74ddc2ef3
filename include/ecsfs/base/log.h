/*
 * Lines for the operator: stderr while in the foreground, syslog as a daemon.
 *
 * Only main.c, fuse/ and the emulator log; the layers between return errors.
 */
#ifndef ECSFS_BASE_LOG_H
#define ECSFS_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Until called: stderr, LOG_LEVEL_WARN. @ident: borrowed for the life of the process. */
void log_init(const char *ident, enum log_level level, bool to_syslog);

/* 0, or -EINVAL for a name that is not error, warn, info or debug. */
int log_level_parse(const char *name, enum log_level *ret_level);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif

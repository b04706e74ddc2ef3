#include "ecsfs/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "ecsfs/base/cleanup.h"

static const struct {
	const char *name;
	int syslog_priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARN] = {"warn", LOG_WARNING},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

static const char *log_ident = "ecsfs";
static enum log_level log_threshold = LOG_LEVEL_WARN;
static bool log_to_syslog;

void log_init(const char *ident, enum log_level level, bool to_syslog)
{
	log_ident = ident;
	log_threshold = level;
	log_to_syslog = to_syslog;
	if (to_syslog)
		openlog(ident, LOG_PID, LOG_DAEMON);
}

int log_level_parse(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

void log_write(enum log_level level, const char *format, ...)
{
	char line[2048];
	va_list ap;

	if (level > log_threshold)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (log_to_syslog)
		syslog(levels[level].syslog_priority, "%s", line);
	else
		fprintf(stderr, "%s: %s: %s\n", log_ident, levels[level].name, line);
}

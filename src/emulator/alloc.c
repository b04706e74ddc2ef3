#include "alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecsfs/base/log.h"

static void *must(void *memory)
{
	if (!memory) {
		log_error("out of memory");
		abort();
	}
	return memory;
}

void *must_alloc(size_t size)
{
	return must(calloc(1, size));
}

void *must_grow(void *memory, size_t size)
{
	return must(realloc(memory, size));
}

char *must_copy(const char *string)
{
	return must(strdup(string));
}

char *must_format(const char *format, ...)
{
	char *string = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&string, format, args) < 0)
		string = NULL;
	va_end(args);
	return must(string);
}

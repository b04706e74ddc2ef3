/*
 * Which bytes may be shown as text. Pure; any thread.
 */
#ifndef ECSFS_BASE_UTF8_H
#define ECSFS_BASE_UTF8_H

#include <stddef.h>

/**
 * The length of the character that a NUL-terminated text begins with.
 *
 * Return: 1 to 4; 0 for what is not well-formed UTF-8 (Unicode 15, table 3-7) or is a control
 *   character beyond ASCII, which some terminals obey.
 */
size_t utf8_printable_length(const char *text);

#endif

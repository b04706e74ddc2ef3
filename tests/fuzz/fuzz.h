/*
 * What the fuzz targets share: a check that ends the run, and the input in parts.
 */
#ifndef ECSFS_TESTS_FUZZ_H
#define ECSFS_TESTS_FUZZ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The run ends here, and libFuzzer keeps the input. */
#define FUZZ_CHECK_MSG(holds, ...)                                                                 \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #holds);        \
			fprintf(stderr, __VA_ARGS__);                                              \
			fputc('\n', stderr);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)
#define FUZZ_CHECK(holds) FUZZ_CHECK_MSG(holds, "%s", __func__)

/* The input, taken from its beginning. */
struct input {
	const char *data;
	size_t size;
};

/* 0 when nothing is left. */
static inline unsigned char input_byte(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return (unsigned char)*input->data++;
}

/* Up to the next NUL or the end; new, NUL-terminated. @ret_len: may be NULL */
static inline char *input_part(struct input *input, size_t *ret_len)
{
	const char *end = input->size ? memchr(input->data, '\0', input->size) : NULL;
	size_t len = end ? (size_t)(end - input->data) : input->size;
	char *part = malloc(len + 1);

	if (len)
		memcpy(part, input->data, len);
	part[len] = '\0';
	input->data += end ? len + 1 : len;
	input->size -= end ? len + 1 : len;
	if (ret_len)
		*ret_len = len;
	return part;
}

/* Whether a file may have this name: what the contract says under "The tree". */
void fuzz_check_file_name(const char *name);

/* Whether @text is UTF-8 (as the RFC defines it) without control characters but @allowed ones. */
bool fuzz_is_clean_text(const char *text, size_t len, const char *allowed);

/*
 * Whether two values are the same, whatever the order of members and the spelling of numbers.
 *
 * @times: a number in a member named ...At may have become its time as text
 */
bool fuzz_same_value(json_t *a, json_t *b, bool times);

#endif

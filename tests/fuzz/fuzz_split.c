/*
 * Command lines: words that were taken apart, quoted and put together, are the same words.
 */
#include <errno.h>

#include "aws/split.h"
#include "fuzz.h"

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

static void quote(struct buf *line, const char *word)
{
	buf_putc(line, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_puts(line, "'\"'\"'");
		else
			buf_putc(line, *word);
	}
	buf_puts(line, "' ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	_cleanup_free_ char *text = input_part(&input, NULL);
	_cleanup_free_ char **words = NULL, **again = NULL;
	_cleanup_(buf_done) struct buf line = {0};

	int r = split_words(text, &words);
	FUZZ_CHECK(r == 0 || (r == -EINVAL && !words));
	if (r < 0)
		return 0;
	buf_puts(&line, "");
	for (char **word = words; *word; word++)
		quote(&line, *word);
	FUZZ_CHECK_MSG(split_words(line.data, &again) == 0, "%s", line.data);
	size_t i = 0;
	for (; words[i] && again[i]; i++)
		FUZZ_CHECK_MSG(strcmp(words[i], again[i]) == 0, "%s", line.data);
	FUZZ_CHECK_MSG(!words[i] && !again[i], "%s", line.data);
	return 0;
}

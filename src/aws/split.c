#include "split.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One word from *@p to *@out; both move on. Inside double quotes \ is special before " and \. */
static int take_word(const char **p, char **out)
{
	char quote = '\0';

	for (; **p; ++*p) {
		char c = **p;

		if (quote == '\0' && strchr(" \t\r\n", c))
			break;
		if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == quote) {
			quote = '\0';
		} else if (c == '\\' && quote != '\'' &&
			   (quote == '\0' || (*p)[1] == '"' || (*p)[1] == '\\')) {
			if ((*p)[1] == '\0')
				return -EINVAL;
			*(*out)++ = *++*p;
		} else {
			*(*out)++ = c;
		}
	}
	*(*out)++ = '\0';
	return quote ? -EINVAL : 0;
}

int split_words(const char *line, char ***ret_words)
{
	size_t len = strlen(line);
	/* There cannot be more words than every second character beginning one. */
	size_t max = len / 2 + 2, count = 0;
	char **words = malloc(max * sizeof(*words) + len + 2);

	if (!words)
		return -ENOMEM;
	char *out = (char *)(words + max);
	for (const char *p = line;;) {
		p += strspn(p, " \t\r\n");
		if (!*p)
			break;
		words[count++] = out;
		if (take_word(&p, &out) < 0) {
			free(words);
			return -EINVAL;
		}
	}
	words[count] = NULL;
	*ret_words = words;
	return 0;
}

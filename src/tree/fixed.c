/*
 * Small files whose text does not come from AWS.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

int fixed_text(struct op *op, const char *text, struct content *ret_content)
{
	struct buf buf = {0};

	buf_puts(&buf, text);
	int r = content_of_buf(op, &buf, NULL, ret_content);
	if (r == 0)
		ret_content->expires_ms = INT64_MAX;
	return r;
}

int nothing_show(struct tree *tree, struct op *op, const struct node *node,
		 struct content *ret_content)
{
	(void)tree;
	(void)node;
	return fixed_text(op, "", ret_content);
}

int delete_is_forced(struct op *op, const char *text)
{
	return strcmp(text, "force") == 0
		       ? 0
		       : error_set(&op->error, EINVAL,
				   "write \"force\" to delete it with all that runs in it");
}

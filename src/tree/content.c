#include <errno.h>

#include "internal.h"

int content_of_document(struct document *document, struct content *ret_content)
{
	*ret_content = (struct content){
		.blob = STEAL(document->blob),
		.mtime_ms = document->mtime_ms,
		.ctime_ms = document->ctime_ms,
		.expires_ms = document->expires_ms,
	};
	return 0;
}

/* The bytes of @text, which is emptied, with the times of the document that they come from. */
int content_of_buf(struct op *op, struct buf *text, const struct document *of,
		   struct content *ret_content)
{
	struct blob *blob = text->failed ? NULL : blob_new(text->data, text->len);

	buf_done(text);
	if (!blob)
		return error_set(&op->error, ENOMEM, "out of memory");
	*ret_content = (struct content){.blob = blob};
	if (of) {
		ret_content->mtime_ms = of->mtime_ms;
		ret_content->ctime_ms = of->ctime_ms;
		ret_content->expires_ms = of->expires_ms;
	}
	return 0;
}

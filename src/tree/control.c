/*
 * .ecsfs: the mount itself.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/base/timestamp.h"
#include "ecsfs/store/render.h"

/* A task's stoppedReason is 255 characters at most in AWS. */
#define MAX_REASON 255

/* stats changes with every request that reads it; its size must hold until it is read. */
#define STATS_MS 1000

static int ring_show(struct ring *ring, struct op *op, struct content *ret_content)
{
	struct buf text = {0};

	ring_text(ring, &text);
	return content_of_buf(op, &text, NULL, ret_content);
}

static int errors_show(struct tree *tree, struct op *op, const struct node *node,
		       struct content *ret_content)
{
	(void)node;
	return ring_show(tree->errors, op, ret_content);
}

static int errors_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	(void)op;
	(void)node;
	(void)text;
	ring_clear(tree->errors);
	return 0;
}

static int audit_show(struct tree *tree, struct op *op, const struct node *node,
		      struct content *ret_content)
{
	(void)node;
	return ring_show(tree->audit, op, ret_content);
}

static int stats_show(struct tree *tree, struct op *op, const struct node *node,
		      struct content *ret_content)
{
	int64_t now_ms = clock_monotonic_ms(tree->clock);
	struct buf text = {0};

	(void)node;
	LOCKED(&tree->lock);
	if (!tree->stats || now_ms - tree->stats_ms >= STATS_MS) {
		metrics_text(tree->metrics, &text);
		int r = content_of_buf(op, &text, NULL, ret_content);
		if (r < 0)
			return r;
		blob_unref(tree->stats);
		tree->stats = STEAL(ret_content->blob);
		tree->stats_ms = now_ms;
	}
	*ret_content = (struct content){.blob = blob_ref(tree->stats)};
	return 0;
}

static json_t *expiry_of(const struct aws_client_info *info)
{
	char text[TIMESTAMP_SIZE];

	if (info->credential_expiry_ms == 0)
		return json_null();
	timestamp_format_ms(info->credential_expiry_ms, text);
	return json_string(text);
}

static json_t *protected_globs(const struct tree *tree)
{
	json_t *globs = json_array();

	for (char *const *glob = tree->protect; glob && *glob; glob++)
		json_array_append_new(globs, json_string(*glob));
	return globs;
}

static int config_show(struct tree *tree, struct op *op, const struct node *node,
		       struct content *ret_content)
{
	struct aws_client_info info = {0};
	struct buf text = {0};

	(void)node;
	if (tree->client)
		aws_client_info(tree->client, &info);
	pthread_mutex_lock(&tree->lock);
	json_int_t limit = tree->delete_limit;
	pthread_mutex_unlock(&tree->lock);
	json_auto_t *config = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:o, s:{s:f, s:f, s:f}, s:f, s:I, s:s?, s:s?, s:b, s:o, "
		"s:I, s:b}",
		"version", ECSFS_VERSION, "region", info.region, "endpoint", info.endpoint,
		"profile", info.profile, "credentialSource", info.credential_source,
		"credentialExpiry", expiry_of(&info), "ttlSeconds", "tasksAndServices",
		tree->ttl_s[0], "containerInstances", tree->ttl_s[1], "clustersAndTaskDefinitions",
		tree->ttl_s[2], "timeoutSeconds", tree->timeout_s, "quotaSharePercent",
		(json_int_t)tree->quota_percent, "cacheDir", tree->cache_dir, "auditLog",
		tree->audit_log, "readOnly", tree->read_only, "protect", protected_globs(tree),
		"deleteLimit", limit, "stale", store_is_stale(tree->store));
	if (!config)
		return error_set(&op->error, ENOMEM, "out of memory");
	render_document(&text, config);
	return content_of_buf(op, &text, NULL, ret_content);
}

static int limit_show(struct tree *tree, struct op *op, const struct node *node,
		      struct content *ret_content)
{
	struct buf text = {0};

	(void)node;
	pthread_mutex_lock(&tree->lock);
	buf_printf(&text, "%u\n", tree->delete_limit);
	pthread_mutex_unlock(&tree->lock);
	return content_of_buf(op, &text, NULL, ret_content);
}

static int limit_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	json_auto_t *value = NULL;
	int r = scalar_parse(op, node->type->name, 'i', text, &value);

	if (r < 0)
		return r;
	if (json_integer_value(value) > MAX_DELETE_LIMIT)
		return error_set(&op->error, EINVAL, "delete-limit is at most %d; 0 is no limit",
				 MAX_DELETE_LIMIT);
	return limit_set(tree, (unsigned)json_integer_value(value));
}

int stop_reason(struct tree *tree, const struct op *op, char *out, size_t size)
{
	struct passwd pw, *found = NULL;
	char buffer[4096], host[65] = "", user[64];

	LOCKED(&tree->lock);
	if (tree->stop_reason) {
		snprintf(out, size, "%s", tree->stop_reason);
		return 0;
	}
	struct buf command = {0};
	ring_escape(&command, op->command);
	getpwuid_r(op->uid, &pw, buffer, sizeof(buffer), &found);
	if (found)
		snprintf(user, sizeof(user), "%s", found->pw_name);
	else
		snprintf(user, sizeof(user), "uid %u", (unsigned)op->uid);
	gethostname(host, sizeof(host) - 1);
	snprintf(out, size, "stopped by %s@%s with %s through ecsfs", user, host,
		 command.len ? command.data : "an unknown command");
	buf_done(&command);
	return 0;
}

static int reason_show(struct tree *tree, struct op *op, const struct node *node,
		       struct content *ret_content)
{
	/* Which command will stop a task is not known yet; nor may the size hang on who reads. */
	struct op as_op = {.uid = op->uid, .command = "COMMAND"};
	struct buf text = {0};
	char reason[MAX_REASON + 1];

	(void)node;
	stop_reason(tree, &as_op, reason, sizeof(reason));
	buf_printf(&text, "%s\n", reason);
	return content_of_buf(op, &text, NULL, ret_content);
}

static int reason_store(struct tree *tree, struct op *op, const struct node *node, const char *text)
{
	json_auto_t *as_json = json_string(text);

	(void)node;
	if (strlen(text) > MAX_REASON)
		return error_set(&op->error, EINVAL, "a reason has at most %d bytes", MAX_REASON);
	if (!as_json)
		return error_set(&op->error, EINVAL, "a reason is UTF-8");
	char *copy = text[0] ? strdup(text) : NULL;
	if (text[0] && !copy)
		return error_set(&op->error, ENOMEM, "out of memory");
	LOCKED(&tree->lock);
	free(tree->stop_reason);
	tree->stop_reason = copy;
	return 0;
}

#define CONTROL(file, bits, how_show, how_store)                                                   \
	{                                                                                          \
		.name = (file), .form = NODE_FILE, .mode = (bits), .flags = NODE_VOLATILE,         \
		.show = (how_show), .store = (how_store)                                           \
	}

const struct node_type control_rows[] = {
	CONTROL("errors", 0644, errors_show, errors_store),
	CONTROL("audit", 0444, audit_show, NULL),
	CONTROL("stats", 0444, stats_show, NULL),
	CONTROL("config", 0444, config_show, NULL),
	CONTROL("refresh", 0644, nothing_show, refresh_store),
	CONTROL("delete-limit", 0644, limit_show, limit_store),
	CONTROL("stop-reason", 0644, reason_show, reason_store),
	END,
};

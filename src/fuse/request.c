#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#include "ecsfs/base/log.h"
#include "ecsfs/base/timestamp.h"

static const struct metric_family requests_total = {
	"ecsfs_fuse_requests_total",
	"FUSE requests by type and outcome (ok, or the errno).",
	METRIC_COUNTER,
	{"type", "outcome"},
};
static const struct metric_family request_seconds = {
	"ecsfs_fuse_request_seconds",
	"Time of a FUSE request in the daemon.",
	METRIC_HISTOGRAM,
	{"type"},
};

static const struct metric_family bytes_total = {
	"ecsfs_fuse_bytes_total",
	"Bytes of files read from and written to the daemon.",
	METRIC_COUNTER,
	{"direction"},
};

struct fs *fs_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* The program's name, as ps shows it. */
static void read_command(pid_t pid, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, out, size - 1);
	out[len > 0 ? len - 1 : 0] = '\0';
}

void request_begin(struct request *r, fuse_req_t req, const char *name, struct inode *inode,
		   const char *child)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	r->fs = fs_of(req);
	r->req = req;
	r->name = name;
	r->start_us = clock_monotonic_us(r->fs->clock);
	r->command[0] = '\0';
	r->op = (struct op){.path = r->path, .command = r->command};
	r->op.uid = ctx->uid;
	r->op.pid = r->thread = ctx->pid;
	node_path(&inode->node, r->path, sizeof(r->path));
	if (child) {
		size_t len = strlen(r->path);
		snprintf(r->path + len, sizeof(r->path) - len, "%s%s", len > 1 ? "/" : "", child);
	}
	interrupt_begin(r);
}

pid_t process_of(pid_t thread)
{
	char path[64], status[512];
	int pid;

	/* No signal, only the question whether it leads its process: most do, and /proc is slow. */
	if (syscall(SYS_tgkill, thread, thread, 0) == 0 || errno == EPERM)
		return thread;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);
	status[len > 0 ? len : 0] = '\0';
	const char *line = strstr(status, "\nTgid:");
	return line && sscanf(line, "\nTgid:%d", &pid) == 1 ? pid : thread;
}

void request_name_command(struct request *r)
{
	r->op.pid = process_of(r->thread);
	read_command(r->op.pid, r->command, sizeof(r->command));
}

static void put_field(struct buf *line, const char *text)
{
	buf_putc(line, ' ');
	ring_escape_word(line, text);
}

static void report(struct request *r)
{
	const struct error *err = &r->op.error;
	char time[TIMESTAMP_SIZE], status[16] = "-";
	struct buf line = {0};

	timestamp_format_ms(clock_wall_ms(r->fs->clock), time);
	if (err->http_status)
		snprintf(status, sizeof(status), "%d", err->http_status);
	buf_puts(&line, time);
	put_field(&line, r->name);
	put_field(&line, r->path);
	put_field(&line, error_name(err->errnum));
	put_field(&line, err->code);
	put_field(&line, status);
	put_field(&line, err->request_id);
	buf_putc(&line, ' ');
	ring_escape(&line, err->message);
	if (!line.failed) {
		ring_add(r->fs->errors, line.data);
		log_info("%s", line.data);
	}
	buf_done(&line);
}

int request_end(struct request *r, int result)
{
	int64_t us = clock_monotonic_us(r->fs->clock) - r->start_us;

	interrupt_end(r);
	if (result < 0 && result != -EINTR && r->op.error.errnum)
		report(r);
	metrics_add(r->fs->metrics, &requests_total, r->name,
		    result < 0 ? error_name(-result) : "ok", 1);
	metrics_add(r->fs->metrics, &request_seconds, r->name, NULL, (double)us / 1000000);
	return result;
}

void request_count_bytes(struct request *r, size_t bytes)
{
	metrics_add(r->fs->metrics, &bytes_total, r->name, NULL, (double)bytes);
}

void request_reply(struct request *r, int result)
{
	request_end(r, result);
	fuse_reply_err(r->req, -result);
}

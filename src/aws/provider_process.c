/*
 * A program of the user's that prints credentials. It is run without a shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "provider_util.h"
#include "split.h"

#include "ecsfs/base/cleanup.h"

#define OUTPUT_MAX ((size_t)256 * 1024)
/* Some ask in a browser; none may keep a refresh for ever. */
#define TIMEOUT_MS (2 * 60 * 1000)

extern char **environ;

struct child {
	pid_t pid;
	int out, err; /* what it writes */
	struct buf stdout_text, stderr_text;
};

static void child_done(struct child *child)
{
	if (child->out >= 0)
		close(child->out);
	if (child->err >= 0)
		close(child->err);
	if (child->stdout_text.data)
		OPENSSL_cleanse(child->stdout_text.data, child->stdout_text.size);
	buf_done(&child->stdout_text);
	buf_done(&child->stderr_text);
}

/* Signals as a program expects them, whatever our thread has blocked; no descriptor of ours. */
static int spawn(char **words, int out, int err, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, err, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	int r = posix_spawnp(ret_pid, words[0], &actions, &attr, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return -r;
}

static int start(char **words, struct child *child)
{
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		int r = -errno;
		close(out[0]);
		close(out[1]);
		return r;
	}
	int r = spawn(words, out[1], err[1], &child->pid);
	close(out[1]);
	close(err[1]);
	child->out = out[0];
	child->err = err[0];
	return r;
}

static int drain(int *fd, struct buf *text)
{
	char *room = buf_reserve(text, 4096);
	ssize_t n = room ? read(*fd, room, 4096) : -1;

	if (!room)
		return -ENOMEM;
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	room[n] = '\0';
	text->len += (size_t)n;
	if (n == 0) {
		close(*fd);
		*fd = -1;
	}
	return 0;
}

static void wake(void *arg)
{
	uint64_t one = 1;
	ssize_t n = write(*(int *)arg, &one, sizeof(one));

	(void)n;
}

/* Read until both ends are closed. */
static int collect(const struct provider_context *context, struct child *child, int wake_fd)
{
	int64_t until_ms = clock_monotonic_ms(&clock_real) + TIMEOUT_MS;

	while (child->out >= 0 || child->err >= 0) {
		struct pollfd fds[] = {
			{.fd = child->out, .events = POLLIN},
			{.fd = child->err, .events = POLLIN},
			{.fd = wake_fd, .events = POLLIN},
		};
		int64_t left_ms = until_ms - clock_monotonic_ms(&clock_real);
		int r = 0;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(fds, ARRAY_SIZE(fds), (int)left_ms) < 0 && errno != EINTR)
			return -errno;
		if (cancel_is_set(context->cancel))
			return -EINTR;
		if (fds[0].revents)
			r = drain(&child->out, &child->stdout_text);
		if (r == 0 && fds[1].revents)
			r = drain(&child->err, &child->stderr_text);
		if (r == 0 && child->stdout_text.len > OUTPUT_MAX)
			r = -EFBIG;
		if (r < 0)
			return r;
		/* However much it complains: it is the first line that is shown. */
		if (child->stderr_text.len > OUTPUT_MAX)
			child->stderr_text.len = OUTPUT_MAX;
	}
	return 0;
}

static int run(const struct provider_context *context, char **words, struct child *child,
	       int *ret_status)
{
	_cleanup_close_ int wake_fd = eventfd(0, EFD_CLOEXEC);
	int r = wake_fd < 0 ? -errno : start(words, child);

	if (r < 0)
		return r;
	r = cancel_arm(context->cancel, wake, &wake_fd);
	if (r == 0) {
		r = collect(context, child, wake_fd);
		cancel_disarm(context->cancel);
	}
	/* Whatever it started as well. */
	if (r < 0)
		kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return r;
}

static void first_line(struct buf *text)
{
	if (text->data)
		text->data[strcspn(text->data, "\r\n")] = '\0';
}

static int read_output(const struct buf *text, struct credentials **ret_credentials,
		       struct error *err)
{
	static const char *const names[4] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
					     "Expiration"};
	json_secret_t *json = text->len ? json_loadb(text->data, text->len, 0, NULL) : NULL;
	const json_t *version = json_object_get(json, "Version");

	if (!json_is_object(json))
		return error_set(err, EPROTO, "the credential_process did not print a JSON object");
	if (!json_is_integer(version) || json_integer_value(version) != 1)
		return error_set(err, EPROTO,
				 "the credential_process did not print \"Version\": 1");
	return provider_from_json(json, names, false, "credential process", ret_credentials, err);
}

static int explain(int r, char *const *words, struct error *err)
{
	if (r == -EINTR)
		return error_set(err, EINTR, "interrupted");
	if (r == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "the credential_process %s did not end in time",
				 words[0]);
	if (r == -EFBIG)
		return error_set(err, EPROTO, "the credential_process %s printed more than 256 KiB",
				 words[0]);
	return error_set(err, -r, "cannot run the credential_process %s: %s", words[0],
			 strerror(-r));
}

int provider_process(const struct provider_context *context, struct buf *lacks,
		     struct credentials **ret_credentials, struct error *err)
{
	const char *line = settings_get(context->settings, context->profile, "credential_process");
	_cleanup_(child_done) struct child child = {.out = -1, .err = -1};
	_cleanup_free_ char **words = NULL;
	int status = 0;

	if (!line) {
		buf_printf(lacks, "no credential_process in the profile '%s'", context->profile);
		return 0;
	}
	int r = split_words(line, &words);
	if (r < 0 || !words[0])
		return error_set(err, r == -ENOMEM ? ENOMEM : EINVAL,
				 "the credential_process of the profile '%s' is no command line",
				 context->profile);
	r = run(context, words, &child, &status);
	if (r < 0)
		return explain(r, words, err);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		first_line(&child.stderr_text);
		return error_set(err, ENOKEY, "the credential_process %s failed%s%s", words[0],
				 child.stderr_text.len ? ": " : "",
				 child.stderr_text.len ? child.stderr_text.data : "");
	}
	return read_output(&child.stdout_text, ret_credentials, err);
}

#include "ecsfs/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "ecsfs/base/cleanup.h"

/* The emulator beside this very program: build trees keep it one directory further. */
static int find_emulator(char *out, size_t size)
{
	static const char *const places[] = {"ecs-emulator", "emulator/ecs-emulator"};
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return -errno;
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(out, size, "%s/%s", self, places[i]);
		if (access(out, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

static void run_emulator(const char *path, int out)
{
	/* It must not outlive the mount, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* Nor hold open what the mounting shell reads from: a pipeline would wait for its end. */
	int null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(null, STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	execl(path, path, "--port", "0", "--demo-data", (char *)NULL);
	_exit(127);
}

/* The address in "ecs-emulator: listening on http://127.0.0.1:4580". */
static int read_url(int in, char **ret_url)
{
	_cleanup_fclose_ FILE *f = fdopen(in, "r");
	char line[256];

	if (!f) {
		close(in);
		return -ENOMEM;
	}
	if (!fgets(line, sizeof(line), f))
		return -EIO;
	char *url = strstr(line, "http://");
	if (!url)
		return -EIO;
	url[strcspn(url, "\n")] = '\0';
	*ret_url = strdup(url);
	return *ret_url ? 0 : -ENOMEM;
}

static void use_demo_credentials(void)
{
	unsetenv("AWS_PROFILE");
	unsetenv("AWS_DEFAULT_PROFILE");
	unsetenv("AWS_SESSION_TOKEN");
	setenv("AWS_ACCESS_KEY_ID", "demo", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "demo", 1);
}

int demo_start(pid_t *ret_pid, char **ret_url, struct error *err)
{
	char path[PATH_MAX + 32];
	int pipe_fds[2];

	if (find_emulator(path, sizeof(path)) < 0)
		return error_set(err, ENOENT, "--demo: ecs-emulator is not beside ecsfs");
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_set(err, errno, "--demo: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		run_emulator(path, pipe_fds[1]);
	close(pipe_fds[1]);
	if (pid < 0) {
		close(pipe_fds[0]);
		return error_set(err, EAGAIN, "--demo: cannot start ecs-emulator");
	}
	int r = read_url(pipe_fds[0], ret_url);
	if (r < 0) {
		demo_stop(pid);
		return error_set(err, -r, "--demo: ecs-emulator did not start");
	}
	use_demo_credentials();
	*ret_pid = pid;
	return 0;
}

void demo_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

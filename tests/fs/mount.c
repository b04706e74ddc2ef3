#include "mount.h"

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/error.h"

#define DEADLINE_MS 10000
#define MAX_ARGS 32

static char base[PATH_MAX], dir[PATH_MAX + 32], url[64];
static pid_t emulator_pid, ecsfs_pid, emulator_owner, ecsfs_owner, program;
static unsigned mounts;

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool within(bool (*holds)(void))
{
	for (int64_t end = now_ms() + DEADLINE_MS; now_ms() < end; nap())
		if (holds())
			return true;
	return holds();
}

/* The exit status, or -1 when it had to be killed. */
static int end_process(pid_t pid, int signal)
{
	int status;

	kill(pid, signal);
	for (int64_t end = now_ms() + DEADLINE_MS; now_ms() < end; nap())
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

static pid_t start_process(const char *const *argv, int out, int err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	else
		/* Our standard output is the test's protocol. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (err >= 0)
		dup2(err, STDERR_FILENO);
	execv(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

static void clean_up(void)
{
	if (ecsfs_pid > 0 && ecsfs_owner == getpid())
		mount_stop();
	if (emulator_pid > 0 && emulator_owner == getpid())
		emulator_stop();
	if (program != getpid() || !base[0])
		return;
	DIR *entries = opendir(base);
	struct dirent *entry;
	while (entries && (entry = readdir(entries))) {
		char path[PATH_MAX + 300];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", base, entry->d_name);
		umount2(path, MNT_DETACH);
		if (rmdir(path) < 0)
			unlink(path);
	}
	if (entries)
		closedir(entries);
	rmdir(base);
}

static const char *binary(const char *variable)
{
	const char *path = getenv(variable);

	ck_assert_msg(path != NULL, "%s is not set: run this by `meson test`", variable);
	return path;
}

static void append(const char **argv, int *argc, const char *const *args)
{
	for (; args && *args; args++)
		argv[(*argc)++] = *args;
	argv[*argc] = NULL;
}

void emulator_start(const char *const *args)
{
	const char *argv[MAX_ARGS] = {binary("ECS_EMULATOR"), "--port", "0"};
	int argc = 3, out[2];
	char line[256] = "";

	append(argv, &argc, args);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	emulator_pid = start_process(argv, out[1], -1);
	emulator_owner = getpid();
	close(out[1]);
	FILE *f = fdopen(out[0], "r");
	ck_assert_msg(fgets(line, sizeof(line), f) &&
			      sscanf(line, "ecs-emulator: listening on %63s", url) == 1,
		      "ecs-emulator does not start: %s", line);
	fclose(f);
}

void emulator_stop(void)
{
	if (emulator_pid > 0)
		end_process(emulator_pid, SIGTERM);
	emulator_pid = 0;
}

const char *const *mount_command(const char *where, const char *const *args)
{
	static const char *argv[MAX_ARGS];
	int argc = 0;

	append(argv, &argc,
	       (const char *const[]){binary("ECSFS"), "--foreground", "--endpoint-url", url, NULL});
	append(argv, &argc, args);
	append(argv, &argc, (const char *const[]){where, NULL});
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_REGION", "us-east-1", 1);
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	unsetenv("AWS_PROFILE");
	unsetenv("AWS_SESSION_TOKEN");
	return argv;
}

static bool is_mounted(void)
{
	struct statfs st;

	/* Asked of the daemon, so that a dead mount does not look alive. */
	return statfs(dir, &st) == 0 && st.f_type == FUSE_SUPER_MAGIC;
}

static bool is_mounted_or_dead(void)
{
	return is_mounted() || waitpid(ecsfs_pid, NULL, WNOHANG) == ecsfs_pid;
}

void mount_start(const char *const *args)
{
	if (!dir[0] || ecsfs_owner != getpid()) {
		snprintf(dir, sizeof(dir), "%s/%d-%u", base, (int)getpid(), mounts++);
		ck_assert_int_eq(mkdir(dir, 0755), 0);
	}
	ecsfs_owner = getpid();
	ecsfs_pid = start_process(mount_command(dir, args), -1, -1);
	ck_assert_msg(within(is_mounted_or_dead) && is_mounted(), "ecsfs does not mount");
	ck_assert_int_eq(chdir(dir), 0);
}

int mount_stop(void)
{
	int status = 0;

	if (chdir("/") == 0 && ecsfs_pid > 0)
		status = end_process(ecsfs_pid, SIGTERM);
	ecsfs_pid = 0;
	return status;
}

void mount_kill(void)
{
	end_process(ecsfs_pid, SIGKILL);
	ecsfs_pid = 0;
	ck_assert_int_eq(chdir("/"), 0);
}

pid_t mount_pid(void)
{
	return ecsfs_pid;
}

const char *mount_dir(void)
{
	return dir;
}

int mount_fails(const char *const *args, char *stderr_text, size_t size)
{
	char where[PATH_MAX + 32];
	int err[2], status;

	snprintf(where, sizeof(where), "%s/%d-%u", base, (int)getpid(), mounts++);
	ck_assert_int_eq(mkdir(where, 0755), 0);
	ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
	pid_t pid = start_process(mount_command(where, args), -1, err[1]);
	close(err[1]);
	ssize_t len = read(err[0], stderr_text, size - 1);
	stderr_text[len > 0 ? len : 0] = '\0';
	close(err[0]);
	waitpid(pid, &status, 0);
	rmdir(where);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t take(char *bytes, size_t size, size_t count, void *arg)
{
	buf_append(arg, bytes, size * count);
	return size * count;
}

static json_t *http(const char *method, const char *path, const char *header, const char *body)
{
	char whole[256];
	struct buf answer = {0};
	struct curl_slist *headers = curl_slist_append(NULL, header);
	CURL *curl = curl_easy_init();
	long status = 0;

	snprintf(whole, sizeof(whole), "%s%s", url, path);
	curl_easy_setopt(curl, CURLOPT_URL, whole);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	ck_assert_msg(code == CURLE_OK && status == 200, "%s %s: %s, HTTP %ld: %s", method, path,
		      curl_easy_strerror(code), status, answer.data ? answer.data : "");
	json_t *value = json_loads(answer.data ? answer.data : "", JSON_DECODE_ANY, NULL);
	buf_done(&answer);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return value;
}

unsigned calls(const char *action)
{
	json_auto_t *counts = http("GET", "/_emulator/requests", "X-Test: 1", NULL);
	json_int_t sum = 0;
	const char *name;
	json_t *count;

	json_object_foreach (counts, name, count)
		if (!action || strcmp(name, action) == 0)
			sum += json_integer_value(count);
	return (unsigned)sum;
}

void calls_reset(void)
{
	emulator_tell("POST", "/_emulator/reset-counts", "");
}

void emulator_tell(const char *method, const char *path, const char *body)
{
	json_decref(http(method, path, "X-Test: 1", body));
}

void api(const char *action, const char *request)
{
	char header[128];
	_cleanup_free_ char *body = strdup(request);

	for (char *at = body; *at; at++)
		if (*at == '\'')
			*at = '"';
	snprintf(header, sizeof(header), "X-Amz-Target: AmazonEC2ContainerServiceV20141113.%s",
		 action);
	json_decref(http("POST", "/", header, body));
}

ssize_t slurp(const char *path, char *out, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n;

	out[0] = '\0';
	if (fd < 0)
		return -errno;
	while ((n = read(fd, out + have, size - 1 - have)) > 0)
		have += (size_t)n;
	if (n < 0)
		return -errno;
	out[have] = '\0';
	return (ssize_t)have;
}

const char *content(const char *path)
{
	static char text[256 * 1024];
	ssize_t len = slurp(path, text, sizeof(text));

	return len < 0 ? error_name((int)-len) : text;
}

const char *put(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		return errno_of(-1);
	return errno_of(write(fd, text, strlen(text)));
}

const char *errno_of(long result)
{
	return result < 0 ? error_name(errno) : "ok";
}

const char *nth_entry(const char *path, int n)
{
	static char name[NAME_MAX + 1];
	DIR *entries = opendir(path);
	struct dirent *entry;

	name[0] = '\0';
	while (entries && (entry = readdir(entries))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || n-- > 0)
			continue;
		snprintf(name, sizeof(name), "%s", entry->d_name);
		break;
	}
	if (entries)
		closedir(entries);
	return name;
}

int count_entries(const char *path)
{
	DIR *entries = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (!entries)
		return -errno;
	while ((entry = readdir(entries)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(entries);
	return count;
}

bool is_listed(const char *path, const char *name)
{
	for (int i = 0;; i++) {
		const char *entry = nth_entry(path, i);
		if (!entry[0] || strcmp(entry, name) == 0)
			return entry[0];
	}
}

int fs_run(Suite *suite)
{
	if (access("/dev/fuse", R_OK | W_OK) < 0) {
		printf("1..0 # SKIP /dev/fuse: %s\n", strerror(errno));
		return EXIT_SUCCESS;
	}
	program = getpid();
	snprintf(base, sizeof(base), "/tmp/ecsfs-test-XXXXXX");
	if (!mkdtemp(base)) {
		perror("mkdtemp");
		return EXIT_FAILURE;
	}
	chmod(base, 0755);
	atexit(clean_up);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

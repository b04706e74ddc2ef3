/* AWS out of reach, slow or silent; signals; a resource that changes under an open file. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mount.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/error.h"

#define WEB "clusters/production/services/web"
#define FAULTS "/_emulator/faults"

static const char *const short_ttl[] = {"--ttl", "0.2", "--timeout", "2", NULL};

/* A mount and an emulator of its own for each test, which it may harm. */
static void start(void)
{
	emulator_start((const char *const[]){"--demo-data", NULL});
	mount_start(short_ttl);
}

static void nothing(int signal)
{
	(void)signal;
}

/* Milliseconds until a child that reads @path gets @signal's EINTR; -1: another end. */
static int interrupted_ms(const char *path, const char *action, int signal)
{
	struct timespec sent, ended;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct sigaction act = {.sa_handler = nothing};
		char text[64];
		sigaction(signal, &act, NULL);
		_exit(slurp(path, text, sizeof(text)) == -EINTR ? 0 : 1);
	}
	while (calls(action) == 0 && waitpid(pid, &status, WNOHANG) == 0)
		continue;
	clock_gettime(CLOCK_MONOTONIC, &sent);
	kill(pid, signal);
	waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	return status == 0 ? (int)((ended.tv_sec - sent.tv_sec) * 1000 +
				   (ended.tv_nsec - sent.tv_nsec) / 1000000)
			   : -1;
}

static const struct {
	const char *path, *action;
	int signal;
} waits[] = {
	{WEB "/desiredCount", "DescribeServices", SIGINT},
	{WEB "/desiredCount", "DescribeServices", SIGALRM},
	{"clusters/production/services/nothing", "ListServices", SIGINT},
	{"clusters/production/cluster.json", "DescribeClusters", SIGTERM},
	{"task-definitions/web/latest.json", "ListTaskDefinitions", SIGINT},
};

START_TEST(a_signal_interrupts_a_reader_who_waits)
{
	char faults[128];

	snprintf(faults, sizeof(faults), "[\"%s:hang\"]", waits[_i].action);
	emulator_tell("PUT", FAULTS, faults);
	calls_reset();
	int ms = interrupted_ms(waits[_i].path, waits[_i].action, waits[_i].signal);
	ck_assert_int_ge(ms, 0);
	ck_assert_int_lt(ms, 1500);
	emulator_tell("PUT", FAULTS, "[]");
	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
}
END_TEST

static const struct {
	const char *fault, *result;
} faults[] = {
	{"*:hang", "ETIMEDOUT"},         {"*:http500", "EREMOTEIO"},
	{"*:throttle", "EBUSY"},         {"*:expired", "EKEYEXPIRED"},
	{"*:signature", "EKEYREJECTED"}, {"*:denied", "EACCES"},
	{"*:empty", "EPROTO"},           {"*:cut", "EPROTO"},
	{"*:shape", "EPROTO"},           {"*:endless-token", "EPROTO"},
};

START_TEST(a_fault_is_the_errno_of_the_table_told_once_and_over_when_it_is_over)
{
	char list[64];

	snprintf(list, sizeof(list), "[\"%s\"]", faults[_i].fault);
	emulator_tell("PUT", FAULTS, list);
	ck_assert_str_eq(errno_of(count_entries("clusters") < 0 ? -1 : 0), faults[_i].result);
	ck_assert_ptr_nonnull(strstr(content(".ecsfs/errors"), faults[_i].result));
	emulator_tell("PUT", FAULTS, "[]");
	ck_assert_int_eq(count_entries("clusters"), 3);
	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
}
END_TEST

START_TEST(out_of_reach_is_an_error_for_what_is_not_known_and_old_state_for_what_is)
{
	char before[64 * 1024];

	ck_assert_int_gt(slurp(WEB "/service.json", before, sizeof(before)), 0);
	emulator_stop();
	nanosleep(&(struct timespec){.tv_nsec = 250000000}, NULL); /* past the TTL */
	ck_assert_str_eq(content(WEB "/service.json"), before);
	ck_assert_ptr_nonnull(strstr(content(".ecsfs/config"), "\"stale\": true"));
	ck_assert_int_eq(count_entries("task-definitions"), -EHOSTUNREACH);
	ck_assert_str_eq(content("clusters/staging/services/web/status"), "EHOSTUNREACH");
	ck_assert_str_eq(put(WEB "/desiredCount", "1\n"), "EHOSTUNREACH");
	/* No connection was made, so nothing was changed. */
	ck_assert_str_eq(content(WEB "/service.json"), before);
}
END_TEST

static int open_fd;
static char expected[4096];

static bool is_expected(void)
{
	return strcmp(content(WEB "/desiredCount"), expected) == 0;
}

START_TEST(one_open_file_is_one_snapshot_while_the_resource_changes)
{
	char first[64 * 1024], again[64 * 1024];

	ck_assert_int_gt(slurp(WEB "/service.json", first, sizeof(first)), 0);
	_cleanup_close_ int fd = open(WEB "/service.json", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(pread(fd, again, 100, 0), 100);
	api("UpdateService", "{'cluster':'production','service':'web','desiredCount':1}");
	snprintf(expected, sizeof(expected), "1\n");
	ck_assert(within(is_expected));
	ssize_t len = pread(fd, again, sizeof(again), 0);
	ck_assert_int_eq(len, (ssize_t)strlen(first));
	ck_assert_mem_eq(again, first, (size_t)len);
	ck_assert_str_ne(content(WEB "/service.json"), first);
}
END_TEST

START_TEST(other_content_of_the_same_size_is_seen_after_the_ttl_and_after_own_writes)
{
	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
	api("UpdateService", "{'cluster':'production','service':'web','desiredCount':4}");
	snprintf(expected, sizeof(expected), "4\n");
	ck_assert(within(is_expected));
	for (int i = 9; i > 0; i--) {
		snprintf(expected, sizeof(expected), "%d\n", i);
		ck_assert_str_eq(put(WEB "/desiredCount", expected), "ok");
		ck_assert_str_eq(content(WEB "/desiredCount"), expected);
	}
}
END_TEST

static bool grew(void)
{
	char text[4096];

	return read(open_fd, text, sizeof(text)) > 0;
}

START_TEST(with_a_ttl_of_0_what_others_change_is_seen_at_once)
{
	mount_stop();
	mount_start((const char *const[]){"--ttl", "0", NULL});
	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
	api("UpdateService", "{'cluster':'production','service':'web','desiredCount':4}");
	/* What the kernel was told holds for a millisecond. */
	nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	ck_assert_str_eq(content(WEB "/desiredCount"), "4\n");
	ck_assert_int_eq(count_entries("clusters/production/services"), 6);
}
END_TEST

START_TEST(events_grow_under_an_open_file)
{
	char text[64 * 1024];

	open_fd = open(WEB "/events", O_RDONLY | O_CLOEXEC);
	while (read(open_fd, text, sizeof(text)) > 0)
		continue;
	api("UpdateService", "{'cluster':'production','service':'web','desiredCount':5}");
	emulator_tell("POST", "/_emulator/advance", "120000");
	ck_assert(within(grew));
	close(open_fd);
}
END_TEST

START_TEST(sigterm_unmounts_also_with_calls_in_flight)
{
	char text[64], dir[256];
	struct stat st;

	snprintf(dir, sizeof(dir), "%s", mount_dir());
	emulator_tell("PUT", FAULTS, "[\"*:hang\"]");
	calls_reset();
	pid_t pid = fork();
	if (pid == 0)
		_exit(slurp(WEB "/desiredCount", text, sizeof(text)) < 0 ? 0 : 1);
	while (calls(NULL) == 0)
		continue;
	ck_assert_int_eq(mount_stop(), 0);
	int status = -1;
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(stat(dir, &st), 0);
	ck_assert_int_ne((int)st.st_ino, 1);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

static char wanted[256];

static bool is_in_mount_table(void)
{
	char line[1024];
	_cleanup_fclose_ FILE *mounts = fopen("/proc/self/mounts", "re");
	bool found = false;

	while (fgets(line, sizeof(line), mounts))
		found |= strstr(line, wanted) != NULL;
	return found;
}

START_TEST(after_kill_9_the_same_command_mounts_again)
{
	struct statfs st;

	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
	mount_kill();
	/* A stat may still be answered from what the kernel knows; this asks. */
	ck_assert_str_eq(errno_of(statfs(mount_dir(), &st)), "ENOTCONN");
	mount_start(short_ttl);
	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
	ck_assert_int_eq(mount_stop(), 0);
	/* Not on top of the dead one, which would be left. */
	snprintf(wanted, sizeof(wanted), "%s ", mount_dir());
	ck_assert(!is_in_mount_table());
}
END_TEST

START_TEST(the_same_command_does_not_mount_twice)
{
	char command[1024], text[1024] = "";
	_cleanup_free_ char *before = strdup(content(WEB "/desiredCount"));

	snprintf(command, sizeof(command), "%s %s 2>&1", getenv("ECSFS"), mount_dir());
	FILE *output = popen(command, "re");
	ck_assert_ptr_nonnull(output);
	size_t len = fread(text, 1, sizeof(text) - 1, output);
	ck_assert_int_eq(WEXITSTATUS(pclose(output)), 1);
	ck_assert_msg(strstr(text, "is mounted there already"), "%.*s", (int)len, text);
	ck_assert_str_eq(content(WEB "/desiredCount"), before);
}
END_TEST

static const struct {
	const char *args[6];
	int status;
	const char *says;
} refusals[] = {
	{{"--nonsense"}, 2, "--nonsense"},
	{{"--ttl", "-1"}, 2, "--ttl"},
	{{"--endpoint-url", "http://example.com"}, 1, "example.com"},
	{{"--profile", "nobody"}, 1, "nobody"},
	{{"a", "b", "c"}, 2, "too many"},
	{{"staging"}, 2, "PROFILE@REGION"}, /* the mount point is behind it */
	{{"-o", "nonsense"}, 1, "`-o nonsense'"},
	{{"-o", "max_read=4096"}, 1, "maximum read size"},
};

START_TEST(what_cannot_work_is_one_clear_line_and_a_failure)
{
	char text[4096];

	ck_assert_int_eq(mount_fails(refusals[_i].args, text, sizeof(text)), refusals[_i].status);
	ck_assert_msg(strncmp(text, "ecsfs: ", 7) == 0 && strstr(text, refusals[_i].says) &&
			      strchr(text, '\n') == text + strlen(text) - 1,
		      "%s", text);
}
END_TEST

START_TEST(what_fstab_says_to_mount_alone_is_accepted)
{
	static const char *const args[] = {
		"-o", "rw,defaults,auto,noauto,nofail,user,_netdev,relatime,noexec,noatime", NULL};

	mount_stop();
	mount_start(args);
	ck_assert_str_eq(content(WEB "/desiredCount"), "3\n");
}
END_TEST

/* Where /dev/fuse is for root alone, this process and its children get one for everybody. */
static bool let_everybody_mount(void)
{
	char node[300];
	struct stat st;

	if (stat("/dev/fuse", &st) < 0)
		return false;
	if ((st.st_mode & 0006) == 0006)
		return true;
	snprintf(node, sizeof(node), "%s-fuse", mount_dir());
	bool done = unshare(CLONE_NEWNS) == 0 &&
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		    mknod(node, S_IFCHR | 0666, st.st_rdev) == 0 && chmod(node, 0666) == 0 &&
		    mount(node, "/dev/fuse", NULL, MS_BIND, NULL) == 0;
	unlink(node);
	return done;
}

/* Where nobody may go, too. */
static const char *copy_of(const char *program)
{
	static char copy[300];
	char command[1024];

	snprintf(copy, sizeof(copy), "%s-ecsfs", mount_dir());
	snprintf(command, sizeof(command), "cp %s %s && chmod 755 %s", program, copy, copy);
	ck_assert_int_eq(system(command), 0);
	return copy;
}

START_TEST(an_ordinary_user_can_mount_and_only_he_sees_it)
{
	struct passwd *nobody = getpwnam("nobody");
	struct stat st;
	int status;

	if (geteuid() != 0 || !nobody || access("/usr/bin/fusermount3", X_OK) < 0 ||
	    !let_everybody_mount()) {
		puts("# not root, no nobody, no fusermount3 or no /dev/fuse for all: skipped");
		return;
	}
	ck_assert_int_eq(chdir("/"), 0);
	snprintf(wanted, sizeof(wanted), "%s-nobody", mount_dir());
	ck_assert_int_eq(mkdir(wanted, 0700), 0);
	ck_assert_int_eq(chown(wanted, nobody->pw_uid, nobody->pw_gid), 0);
	const char *const *argv = mount_command(wanted, NULL);
	const char *program = copy_of(argv[0]);
	pid_t pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setgid(nobody->pw_gid) < 0 ||
		    setuid(nobody->pw_uid) < 0)
			_exit(9);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execv(program, (char **)(uintptr_t)argv);
		_exit(9);
	}
	ck_assert(within(is_in_mount_table));
	ck_assert_str_eq(errno_of(stat(wanted, &st)), "EACCES");
	pid_t reader = fork();
	if (reader == 0) {
		if (setgid(nobody->pw_gid) < 0 || setuid(nobody->pw_uid) < 0 || chdir(wanted) < 0)
			_exit(9);
		_exit(strcmp(content(WEB "/desiredCount"), "3\n") == 0 ? 0 : 1);
	}
	waitpid(reader, &status, 0);
	ck_assert_int_eq(status, 0);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert(!is_in_mount_table());
	rmdir(wanted);
	unlink(program);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trouble");
	TCase *tc = tcase_create("trouble");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, start, NULL);
	tcase_add_loop_test(tc, a_signal_interrupts_a_reader_who_waits, 0, ARRAY_SIZE(waits));
	tcase_add_loop_test(tc,
			    a_fault_is_the_errno_of_the_table_told_once_and_over_when_it_is_over, 0,
			    ARRAY_SIZE(faults));
	tcase_add_test(tc,
		       out_of_reach_is_an_error_for_what_is_not_known_and_old_state_for_what_is);
	tcase_add_test(tc, one_open_file_is_one_snapshot_while_the_resource_changes);
	tcase_add_test(tc,
		       other_content_of_the_same_size_is_seen_after_the_ttl_and_after_own_writes);
	tcase_add_test(tc, with_a_ttl_of_0_what_others_change_is_seen_at_once);
	tcase_add_test(tc, events_grow_under_an_open_file);
	tcase_add_test(tc, sigterm_unmounts_also_with_calls_in_flight);
	tcase_add_test(tc, after_kill_9_the_same_command_mounts_again);
	tcase_add_loop_test(tc, what_cannot_work_is_one_clear_line_and_a_failure, 0,
			    ARRAY_SIZE(refusals));
	tcase_add_test(tc, the_same_command_does_not_mount_twice);
	tcase_add_test(tc, what_fstab_says_to_mount_alone_is_accepted);
	tcase_add_test(tc, an_ordinary_user_can_mount_and_only_he_sees_it);
	suite_add_tcase(suite, tc);
	return fs_run(suite);
}

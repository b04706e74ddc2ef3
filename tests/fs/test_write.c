/* What may be written and what not, errno by errno, and what the mount says about it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mount.h"

#include "ecsfs/base/cleanup.h"

#define WEB "clusters/production/services/web"

static void start(void)
{
	emulator_start((const char *const[]){"--demo-data", NULL});
	mount_start(NULL);
}

static void start_read_only(void)
{
	emulator_start((const char *const[]){"--demo-data", NULL});
	mount_start((const char *const[]){"--read-only", NULL});
}

static void start_with_limit(void)
{
	emulator_start((const char *const[]){"--demo-data", NULL});
	mount_start((const char *const[]){"--delete-limit", "2", NULL});
}

static void stop(void)
{
	mount_stop();
	emulator_stop();
}

static const struct {
	const char *path, *text, *result;
	const char *read; /* what is read afterwards; NULL: what was read before */
} writes[] = {
	{WEB "/desiredCount", "4\n", "ok", "4\n"},
	{WEB "/desiredCount", "2", "ok", "2\n"},
	{WEB "/desiredCount", "0\n", "ok", "0\n"},
	{WEB "/desiredCount", "-1\n", "EINVAL", NULL},
	{WEB "/desiredCount", "x\n", "EINVAL", NULL},
	{WEB "/desiredCount", "\n", "EINVAL", NULL},
	{WEB "/desiredCount", "1 \n", "EINVAL", NULL},
	{WEB "/desiredCount", " 1\n", "EINVAL", NULL},
	{WEB "/desiredCount", "+1\n", "EINVAL", NULL},
	{WEB "/desiredCount", "1.5\n", "EINVAL", NULL},
	{WEB "/desiredCount", "0x1\n", "EINVAL", NULL},
	{WEB "/desiredCount", "1\n2\n", "EINVAL", NULL},
	{WEB "/desiredCount", "99999999999999999999\n", "EINVAL", NULL},
	{WEB "/desiredCount", "2147483648\n", "EINVAL", NULL},
	{WEB "/enableExecuteCommand", "false\n", "ok", "false\n"},
	{WEB "/enableExecuteCommand", "1\n", "ok", "true\n"},
	{WEB "/enableExecuteCommand", "0\n", "ok", "false\n"},
	{WEB "/enableExecuteCommand", "yes\n", "EINVAL", NULL},
	{WEB "/enableECSManagedTags", "false\n", "ok", "false\n"},
	{WEB "/healthCheckGracePeriodSeconds", "30\n", "ok", "30\n"},
	{WEB "/propagateTags", "TASK_DEFINITION\n", "ok", "TASK_DEFINITION\n"},
	{WEB "/propagateTags", "NOBODY\n", "EINVAL", NULL},
	{WEB "/propagateTags", "\xff\n", "EINVAL", NULL},
	{WEB "/taskDefinition", "web:3\n", "ok",
	 "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3\n"},
	{WEB "/taskDefinition", "web:99\n", "EINVAL", NULL},
	{WEB "/forceNewDeployment", "true\n", "ok", "false\n"},
	{WEB "/forceNewDeployment", "false\n", "ok", "false\n"},
	{WEB "/forceNewDeployment", "maybe\n", "EINVAL", NULL},
	{".ecsfs/delete-limit", "7\n", "ok", "7\n"},
	{".ecsfs/delete-limit", "20\n", "ok", "20\n"},
	{".ecsfs/delete-limit", "many\n", "EINVAL", NULL},
	{".ecsfs/stop-reason", "maintenance\n", "ok", "maintenance\n"},
};

START_TEST(a_scalar_is_written_or_refused_and_then_read_back)
{
	char before[4096];

	snprintf(before, sizeof(before), "%s", content(writes[_i].path));
	ck_assert_str_eq(put(".ecsfs/errors", "clear\n"), "ok");
	ck_assert_str_eq(put(writes[_i].path, writes[_i].text), writes[_i].result);
	ck_assert_str_eq(content(writes[_i].path), writes[_i].read ? writes[_i].read : before);
	bool refused = strcmp(writes[_i].result, "ok") != 0;
	const char *errors = content(".ecsfs/errors");
	ck_assert_msg(!refused == !errors[0], "errors: %s", errors);
	if (refused)
		ck_assert_ptr_nonnull(strstr(errors, writes[_i].result));
}
END_TEST

static int call_unlink(const char *path)
{
	return unlink(path);
}

static int call_rmdir(const char *path)
{
	return rmdir(path);
}

static int call_mkdir(const char *path)
{
	return mkdir(path, 0755);
}

static int call_rename(const char *path)
{
	return rename(path, "clusters/other");
}

static int call_rename_here(const char *path)
{
	char other[256];

	snprintf(other, sizeof(other), "%s-2", path);
	return rename(path, other);
}

static int call_link(const char *path)
{
	return link(path, "clusters/production/hard");
}

static int call_symlink(const char *path)
{
	return symlink("x", path);
}

static int call_mknod(const char *path)
{
	return mknod(path, S_IFIFO | 0600, 0);
}

static int call_chmod(const char *path)
{
	return chmod(path, 0600);
}

static int call_chmod_same(const char *path)
{
	return chmod(path, 0644);
}

static int call_chown(const char *path)
{
	return chown(path, 12, 34);
}

static int call_truncate(const char *path)
{
	return truncate(path, 0);
}

static int call_truncate_part(const char *path)
{
	return truncate(path, 1);
}

static int call_utimes(const char *path)
{
	return utimensat(AT_FDCWD, path, NULL, 0);
}

static int call_append(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	return fd < 0 ? -1 : (int)write(fd, "1\n", 2);
}

static int call_write_behind(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -1 : (int)pwrite(fd, "1\n", 2, 1);
}

static int call_open_for_writing(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd;
}

static const struct {
	int (*call)(const char *path);
	const char *path, *result, *read_only;
} others[] = {
	{call_unlink, WEB "/desiredCount", "EPERM", "EROFS"},
	{call_unlink, WEB "/status", "EPERM", "EROFS"},
	{call_unlink, WEB "/service.json", "EPERM", "EROFS"},
	{call_unlink, WEB "/events", "EPERM", "EROFS"},
	{call_unlink, "clusters/production/status", "EPERM", "EROFS"},
	{call_unlink, ".ecsfs/errors", "EPERM", "EROFS"},
	{call_unlink, "clusters/production", "EISDIR", "EROFS"},
	{call_unlink, "clusters/nothing", "ENOENT", "EROFS"},
	{call_rmdir, "clusters/production", "ENOTEMPTY", "EROFS"},
	{call_rmdir, "clusters/production/services", "EPERM", "EROFS"},
	{call_rmdir, "task-definitions", "EPERM", "EROFS"},
	{call_rmdir, WEB "/status", "ENOTDIR", "EROFS"},
	{call_rmdir, "clusters/nothing", "ENOENT", "EROFS"},
	{call_mkdir, "clusters/production", "EEXIST", "EEXIST"},
	{call_mkdir, "clusters/bad name", "EINVAL", "EROFS"},
	{call_mkdir, "clusters/\xe0\x80\x80", "EINVAL", "EROFS"},
	{call_mkdir, "new", "EPERM", "EROFS"},
	{call_mkdir, WEB "/new", "EPERM", "EROFS"},
	{call_rename, "clusters/staging", "EPERM", "EROFS"},
	{call_rename_here, WEB, "EPERM", "EROFS"},
	{call_rename_here, WEB "/status", "EPERM", "EROFS"},
	{call_link, WEB "/status", "EPERM", "EROFS"},
	{call_symlink, "clusters/production/soft", "EPERM", "EROFS"},
	{call_mknod, "clusters/production/pipe", "EPERM", "EROFS"},
	{call_chmod, WEB "/desiredCount", "EPERM", "EROFS"},
	{call_chmod_same, WEB "/desiredCount", "ok", "EROFS"},
	{call_chown, WEB "/desiredCount", "EPERM", "EROFS"},
	{call_truncate, WEB "/desiredCount", "ok", "EROFS"},
	{call_truncate_part, WEB "/desiredCount", "EINVAL", "EROFS"},
	{call_utimes, WEB "/desiredCount", "ok", "EROFS"},
	{call_append, WEB "/desiredCount", "EINVAL", "EROFS"},
	{call_write_behind, WEB "/desiredCount", "EINVAL", "EROFS"},
	{call_open_for_writing, WEB "/status", "EPERM", "EROFS"},
	{call_open_for_writing, WEB "/events", "EPERM", "EROFS"},
	{call_open_for_writing, ".ecsfs/audit", "EPERM", "EROFS"},
	{call_open_for_writing, ".ecsfs/stats", "EPERM", "EROFS"},
	{call_open_for_writing, ".ecsfs/config", "EPERM", "EROFS"},
	{call_open_for_writing, "clusters", "EISDIR", "EISDIR"},
};

START_TEST(what_is_no_change_of_a_resource_is_refused_as_the_contract_says)
{
	ck_assert_str_eq(errno_of(others[_i].call(others[_i].path)), others[_i].result);
}
END_TEST

START_TEST(a_read_only_mount_refuses_every_change)
{
	ck_assert_str_eq(errno_of(others[_i].call(others[_i].path)), others[_i].read_only);
}
END_TEST

START_TEST(a_read_only_mount_has_no_write_bit_and_makes_no_changing_call)
{
	struct stat st;

	ck_assert_int_eq(stat(WEB, &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0555);
	ck_assert_int_eq(stat(WEB "/desiredCount", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0444);
	ck_assert_str_eq(put(WEB "/desiredCount", "1\n"), "EROFS");
	ck_assert_uint_eq(calls("UpdateService"), 0);
}
END_TEST

/* How many of @times that another process reads the document it finds it empty. */
static int reads_empty(int times)
{
	char text[64 * 1024];
	int empty = 0;

	for (int i = 0; i < times; i++)
		empty += slurp(WEB "/service.json", text, sizeof(text)) <= 0;
	return empty;
}

START_TEST(nobody_reads_a_document_as_empty_while_another_one_opens_it_to_replace_it)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(reads_empty(5000) > 0);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		int fd = open(WEB "/service.json", O_WRONLY | O_TRUNC | O_CLOEXEC);
		ck_assert_int_ge(fd, 0);
		close(fd);
	}
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_cluster_is_made_and_removed_like_a_directory)
{
	ck_assert_int_eq(mkdir("clusters/fresh", 0755), 0);
	ck_assert(is_listed("clusters", "fresh"));
	ck_assert_str_eq(content("clusters/fresh/status"), "ACTIVE\n");
	ck_assert_int_eq(count_entries("clusters/fresh/services"), 0);
	ck_assert_int_eq(rmdir("clusters/fresh"), 0);
	ck_assert(!is_listed("clusters", "fresh"));
	ck_assert_str_eq(errno_of(access("clusters/fresh", F_OK)), "ENOENT");
}
END_TEST

static void drop_service(const char *cluster, int number)
{
	char path[512];

	snprintf(path, sizeof(path), "clusters/%s/services/s%d.json", cluster, number);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	const char *text = "{\"taskDefinition\": \"transcode\", \"desiredCount\": 0}";
	ck_assert_str_eq(errno_of(write(fd, text, strlen(text))), "ok");
	close(fd);
}

START_TEST(what_a_cluster_counts_has_its_new_size_as_soon_as_a_call_returns)
{
	struct stat st;

	ck_assert_int_eq(mkdir("clusters/counted", 0755), 0);
	for (int i = 1; i <= 9; i++)
		drop_service("counted", i);
	ck_assert_str_eq(content("clusters/counted/activeServicesCount"), "9\n");
	ck_assert_int_eq(stat("clusters/counted/activeServicesCount", &st), 0);
	ck_assert_int_eq(st.st_size, strlen("9\n"));
	drop_service("counted", 10);
	ck_assert_int_eq(stat("clusters/counted/activeServicesCount", &st), 0);
	ck_assert_int_eq(st.st_size, strlen("10\n"));
	ck_assert_str_eq(content("clusters/counted/activeServicesCount"), "10\n");
}
END_TEST

START_TEST(rm_of_a_task_stops_it_and_says_why)
{
	char path[512], stopped[512], name[256];

	snprintf(name, sizeof(name), "%s",
		 nth_entry("clusters/production/services/worker/tasks", 0));
	snprintf(path, sizeof(path), "clusters/production/tasks/%s", name);
	snprintf(stopped, sizeof(stopped), "clusters/production/stopped-tasks/%s", name);
	ck_assert_str_eq(put(".ecsfs/stop-reason", "\n"), "ok");
	ck_assert_str_eq(errno_of(unlink(path)), "ok");
	ck_assert_str_eq(errno_of(access(path, F_OK)), "ENOENT");
	ck_assert(!is_listed("clusters/production/tasks", name));
	ck_assert(is_listed("clusters/production/stopped-tasks", name));
	ck_assert_ptr_nonnull(strstr(content(stopped), "\"stoppedReason\": \"stopped by root@"));
	const char *audit = content(".ecsfs/audit");
	ck_assert_ptr_nonnull(strstr(audit, "action=StopTask outcome=ok"));
	ck_assert_ptr_nonnull(strstr(audit, path));
}
END_TEST

START_TEST(a_drop_whose_name_begins_with_a_year_is_no_editors_file)
{
	int fd = open("clusters/batch/tasks/2026-11-24.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	calls_reset();
	ck_assert_str_eq(errno_of(write(fd, "transcode\n", 10)), "ok");
	ck_assert_uint_eq(calls("RunTask"), 1);
	close(fd);
}
END_TEST

static char limited[4][512];

START_TEST(the_delete_limit_stops_the_third_and_can_be_raised)
{
	for (int i = 0; i < 4; i++)
		snprintf(limited[i], sizeof(limited[i]), "clusters/production/tasks/%s",
			 nth_entry("clusters/production/tasks", i));
	ck_assert_str_eq(errno_of(unlink(limited[0])), "ok");
	ck_assert_str_eq(errno_of(unlink(limited[1])), "ok");
	ck_assert_str_eq(errno_of(unlink(limited[2])), "EPERM");
	ck_assert_uint_eq(calls("StopTask"), 2);
	ck_assert_ptr_nonnull(strstr(content(".ecsfs/errors"), "--delete-limit"));
	ck_assert_str_eq(put(".ecsfs/delete-limit", "0\n"), "ok");
	ck_assert_str_eq(errno_of(unlink(limited[2])), "ok");
	ck_assert_str_eq(errno_of(unlink(limited[3])), "ok");
}
END_TEST

START_TEST(an_error_of_aws_is_told_whole_and_cleared_by_any_write)
{
	emulator_tell("PUT", "/_emulator/faults", "[\"UpdateService:denied:1\"]");
	ck_assert_str_eq(put(WEB "/desiredCount", "1\n"), "EACCES");
	const char *errors = content(".ecsfs/errors");
	ck_assert_ptr_nonnull(strstr(errors,
				     " write /clusters/production/services/web/desiredCount "
				     "EACCES AccessDeniedException 400 "));
	ck_assert_str_eq(put(".ecsfs/errors", "\n"), "ok");
	ck_assert_str_eq(content(".ecsfs/errors"), "");
	ck_assert_str_eq(put(WEB "/desiredCount", "1\n"), "ok");
}
END_TEST

/* What the shell's > does: the file is made where it is not. */
static const char *put_or_make(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	return fd < 0 ? errno_of(-1) : errno_of(write(fd, text, strlen(text)));
}

START_TEST(a_write_to_what_has_gone_meanwhile_is_an_error_and_no_scratch_file)
{
	struct stat st;

	ck_assert_str_eq(errno_of(mkdir("clusters/short", 0755)), "ok");
	ck_assert_str_eq(errno_of(stat("clusters/short", &st)), "ok");
	api("DeleteCluster", "{'cluster': 'short'}");
	ck_assert_str_eq(put_or_make("clusters/short/settings.json", "[]\n"), "ENOENT");
	ck_assert_str_eq(put_or_make("clusters/short/notes", "x\n"), "ENOENT");
	/* Nor is a revision registered where a family has no ACTIVE one. */
	ck_assert_str_eq(put_or_make("task-definitions/importer/latest.json", "{}\n"), "ENOENT");
	ck_assert_str_eq(put_or_make(WEB "/notes", "x\n"), "ok");
	ck_assert_str_eq(errno_of(unlink(WEB "/notes")), "ok");
}
END_TEST

/* 128 characters, as many as a key may have: 384 bytes. */
#define SIXTEEN "日本語日本語日本語日本語日本語日"
#define LONG_KEY SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN

START_TEST(a_tag_whose_key_is_too_long_for_a_name_is_read_written_and_removed)
{
	char path[512];

	api("TagResource", "{'resourceArn': 'arn:aws:ecs:us-east-1:123456789012:cluster/staging',"
			   " 'tags': [{'key': '" LONG_KEY "', 'value': 'long'}]}");
	ck_assert_str_eq(put(".ecsfs/refresh", "/\n"), "ok");
	snprintf(path, sizeof(path), "clusters/staging/tags/%s",
		 nth_entry("clusters/staging/tags", 0));
	for (int i = 0; i < count_entries("clusters/staging/tags") && !strchr(path, '~'); i++)
		snprintf(path, sizeof(path), "clusters/staging/tags/%s",
			 nth_entry("clusters/staging/tags", i));
	ck_assert_str_eq(content(path), "long\n");
	ck_assert_str_eq(put(path, "longer\n"), "ok");
	ck_assert_str_eq(content(path), "longer\n");
	ck_assert_ptr_nonnull(strstr(content("clusters/staging/cluster.json"), LONG_KEY));
	ck_assert_str_eq(errno_of(unlink(path)), "ok");
	ck_assert_str_eq(content(path), "ENOENT");
	ck_assert_ptr_null(strstr(content("clusters/staging/cluster.json"), LONG_KEY));
}
END_TEST

static void add(Suite *suite, TCase *tc, void (*set_up)(void))
{
	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, set_up, stop);
	suite_add_tcase(suite, tc);
}

int main(void)
{
	Suite *suite = suite_create("write");
	TCase *tc = tcase_create("write"), *read_only = tcase_create("read only");
	TCase *limit = tcase_create("limit");

	tcase_add_loop_test(tc, a_scalar_is_written_or_refused_and_then_read_back, 0,
			    ARRAY_SIZE(writes));
	tcase_add_loop_test(tc, what_is_no_change_of_a_resource_is_refused_as_the_contract_says, 0,
			    ARRAY_SIZE(others));
	tcase_add_test(tc,
		       nobody_reads_a_document_as_empty_while_another_one_opens_it_to_replace_it);
	tcase_add_test(tc, a_cluster_is_made_and_removed_like_a_directory);
	tcase_add_test(tc, what_a_cluster_counts_has_its_new_size_as_soon_as_a_call_returns);
	tcase_add_test(tc, rm_of_a_task_stops_it_and_says_why);
	tcase_add_test(tc, a_drop_whose_name_begins_with_a_year_is_no_editors_file);
	tcase_add_test(tc, an_error_of_aws_is_told_whole_and_cleared_by_any_write);
	tcase_add_test(tc, a_write_to_what_has_gone_meanwhile_is_an_error_and_no_scratch_file);
	tcase_add_test(tc, a_tag_whose_key_is_too_long_for_a_name_is_read_written_and_removed);
	add(suite, tc, start);
	tcase_add_loop_test(read_only, a_read_only_mount_refuses_every_change, 0,
			    ARRAY_SIZE(others));
	tcase_add_test(read_only, a_read_only_mount_has_no_write_bit_and_makes_no_changing_call);
	add(suite, read_only, start_read_only);
	tcase_add_test(limit, the_delete_limit_stops_the_third_and_can_be_raised);
	add(suite, limit, start_with_limit);
	return fs_run(suite);
}

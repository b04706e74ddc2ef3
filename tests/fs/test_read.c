/* What every path is: type, mode, size, text, times, numbers; what is listed and what is not. */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mount.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/error.h"

#define WEB "clusters/production/services/web"
#define ARN "arn:aws:ecs:us-east-1:123456789012:"

static void start(void)
{
	emulator_start((const char *const[]){"--demo-data", NULL});
	mount_start(NULL);
}

static void stop(void)
{
	mount_stop();
	emulator_stop();
}

#define DIR_0755 (S_IFDIR | 0755)
#define RO (S_IFREG | 0444)
#define RW (S_IFREG | 0644)
#define LINK (S_IFLNK | 0777)

/* @text: all of it, of a link its target; NULL: not told here */
static const struct {
	const char *path;
	mode_t mode;
	const char *text;
} paths[] = {
	{".", DIR_0755, NULL},
	{"clusters", DIR_0755, NULL},
	{"clusters/production", DIR_0755, NULL},
	{"clusters/production/services", DIR_0755, NULL},
	{"clusters/production/tasks", DIR_0755, NULL},
	{"clusters/production/stopped-tasks", DIR_0755, NULL},
	{"clusters/production/status", RO, "ACTIVE\n"},
	{"clusters/production/clusterName", RO, "production\n"},
	{"clusters/production/clusterArn", RO, ARN "cluster/production\n"},
	{"clusters/production/activeServicesCount", RO, "6\n"},
	{"clusters/production/settings.json", RW,
	 "[\n  {\n    \"name\": \"containerInsights\",\n    \"value\": \"enabled\"\n  }\n]\n"},
	{"clusters/production/capacityProviders.json", RW,
	 "[\n  \"FARGATE\",\n  \"FARGATE_SPOT\"\n]\n"},
	{"clusters/production/cluster.json", RW, NULL},
	{"clusters/production/statistics.json", RO, NULL},
	{WEB, DIR_0755, NULL},
	{WEB "/tasks", DIR_0755, NULL},
	{WEB "/service.json", RW, NULL},
	{WEB "/desiredCount", RW, "3\n"},
	{WEB "/taskDefinition", RW, ARN "task-definition/web:4\n"},
	{WEB "/platformVersion", RW, NULL},
	{WEB "/healthCheckGracePeriodSeconds", RW, "60\n"},
	{WEB "/enableExecuteCommand", RW, "true\n"},
	{WEB "/enableECSManagedTags", RW, "true\n"},
	{WEB "/propagateTags", RW, "SERVICE\n"},
	{WEB "/availabilityZoneRebalancing", RW, NULL},
	{WEB "/forceNewDeployment", RW, "false\n"},
	{WEB "/serviceName", RO, "web\n"},
	{WEB "/status", RO, "ACTIVE\n"},
	{WEB "/launchType", RO, "FARGATE\n"},
	{WEB "/schedulingStrategy", RO, "REPLICA\n"},
	{WEB "/events", RO, NULL},
	{WEB "/stable", RO, NULL},
	{WEB "/deployments.json", RO, NULL},
	{WEB "/task-definition.json", LINK, "../../../../task-definitions/web/4.json"},
	{"task-definitions", DIR_0755, NULL},
	{"task-definitions/web", DIR_0755, NULL},
	{"task-definitions/web/4.json", RO, NULL},
	{"task-definitions/web/latest.json", RW, NULL},
	{"task-definitions/web/inactive", DIR_0755, NULL},
	{"task-definitions/web/inactive/1.json", RO, NULL},
	/* a family that has only INACTIVE revisions is there when named */
	{"task-definitions/importer", DIR_0755, NULL},
	{"task-definitions/importer/inactive/1.json", RO, NULL},
	{".ecsfs", DIR_0755, NULL},
	{".ecsfs/errors", RW, NULL},
	{".ecsfs/audit", RO, NULL},
	{".ecsfs/stats", RO, NULL},
	{".ecsfs/config", RO, NULL},
	{".ecsfs/refresh", RW, ""},
	{".ecsfs/delete-limit", RW, "20\n"},
	{".ecsfs/stop-reason", RW, NULL},
};

START_TEST(a_path_is_what_the_contract_says_and_as_large_as_what_is_read)
{
	char target[256];
	struct stat st;

	ck_assert_msg(lstat(paths[_i].path, &st) == 0, "%s: %s", paths[_i].path, strerror(errno));
	ck_assert_msg(st.st_mode == paths[_i].mode, "%s has mode %o", paths[_i].path, st.st_mode);
	ck_assert_uint_eq(st.st_uid, geteuid());
	ck_assert_uint_eq(st.st_gid, getegid());
	ck_assert_int_ne((int)st.st_nlink, 0);
	if (S_ISLNK(st.st_mode)) {
		ssize_t len = readlink(paths[_i].path, target, sizeof(target) - 1);
		ck_assert_int_eq(len, st.st_size);
		target[len] = '\0';
		ck_assert_str_eq(target, paths[_i].text);
	} else if (S_ISREG(st.st_mode)) {
		const char *text = content(paths[_i].path);
		ck_assert_uint_eq(strlen(text), (size_t)st.st_size);
		ck_assert_int_eq(st.st_blksize, 1024 * 1024);
		if (paths[_i].text)
			ck_assert_str_eq(text, paths[_i].text);
	}
}
END_TEST

static const struct {
	const char *path, *errno_name;
} absent[] = {
	{"nothing", "ENOENT"},
	{"clusters/nothing", "ENOENT"},
	{"clusters/nothing/status", "ENOENT"},
	{"clusters/production/nothing", "ENOENT"},
	{"clusters/production/status.json", "ENOENT"},
	{"clusters/production/settings", "ENOENT"},
	{"clusters/production/services/nothing", "ENOENT"},
	{"clusters/production/tasks/nothing.json", "ENOENT"},
	{"clusters/production/services/%77eb", "ENOENT"},
	{WEB "/desiredcount", "ENOENT"},
	{WEB "/service", "ENOENT"},
	{WEB "/events.json", "ENOENT"},
	{"task-definitions/nothing", "ENOENT"},
	{"task-definitions/web/1.json", "ENOENT"},
	{"task-definitions/web/99.json", "ENOENT"},
	{"task-definitions/web/04.json", "ENOENT"},
	{"task-definitions/web/inactive/4.json", "ENOENT"},
	{"task-definitions/we", "ENOENT"},
	{".ecsfs/nothing", "ENOENT"},
	{WEB "/status/x", "ENOTDIR"},
	{"clusters/production/cluster.json/x", "ENOTDIR"},
};

START_TEST(what_is_not_there_is_enoent_and_no_line_in_errors)
{
	struct stat st;

	ck_assert_str_eq(put(".ecsfs/errors", "x\n"), "ok");
	ck_assert_str_eq(errno_of(lstat(absent[_i].path, &st)), absent[_i].errno_name);
	ck_assert_str_eq(errno_of(open(absent[_i].path, O_RDONLY)), absent[_i].errno_name);
	ck_assert_str_eq(content(".ecsfs/errors"), "");
}
END_TEST

static const struct {
	const char *dir, *names;
} listings[] = {
	{".", ".ecsfs api clusters query task-definitions"},
	{"clusters", "batch production staging"},
	{"clusters/production/services", "api billing log-router redis web worker"},
	{"task-definitions",
	 "api billing log-router nightly-report redis reports transcode web worker"},
	{"task-definitions/web", "2.json 3.json 4.json latest.json"},
	{"task-definitions/web/inactive", "1.json"},
	{"task-definitions/importer", ""},
	{".ecsfs", "audit config delete-limit errors refresh stats stop-reason"},
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

START_TEST(a_directory_lists_what_is_there_and_nothing_twice)
{
	struct dirent **entries;
	char names[1024] = "";
	int count = scandir(listings[_i].dir, &entries, NULL, by_name);

	ck_assert_int_ge(count, 0);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			strcat(strcat(names, names[0] ? " " : ""), name);
			ck_assert_int_ne(entries[i]->d_type, DT_UNKNOWN);
		}
		free(entries[i]);
	}
	free(entries);
	ck_assert_str_eq(names, listings[_i].names);
}
END_TEST

static unsigned files, links;

static void walk(const char *dir)
{
	_cleanup_free_ struct dirent **entries = NULL;
	int count = scandir(dir, &entries, NULL, by_name);
	char path[PATH_MAX], *text = malloc(1024 * 1024);
	struct stat st;

	ck_assert_msg(count >= 0, "%s: %s", dir, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		size_t len = strlen(name);
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		bool self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
		/* What changes with every look at it. */
		bool own = strcmp(path, "./.ecsfs") == 0 || strcmp(path, "./api") == 0;
		if (!self && !own) {
			ck_assert_msg(lstat(path, &st) == 0, "%s: %s", path, strerror(errno));
			ck_assert_uint_eq(st.st_ino, entries[i]->d_ino);
			if (S_ISDIR(st.st_mode)) {
				walk(path);
			} else if (S_ISLNK(st.st_mode)) {
				ck_assert_msg(stat(path, &st) == 0, "%s dangles", path);
				links++;
			} else {
				ssize_t size = slurp(path, text, 1024 * 1024);
				ck_assert_msg(size == st.st_size, "%s: %zd bytes, not %lld", path,
					      size, (long long)st.st_size);
				json_t *json =
					len > 5 && strcmp(name + len - 5, ".json") == 0 && size > 0
						? json_loads(text, 0, NULL)
						: json_true();
				ck_assert_msg(json != NULL, "%s is not JSON", path);
				json_decref(json);
				files++;
			}
		}
		free(entries[i]);
	}
	free(text);
}

START_TEST(every_file_of_the_mount_is_read_whole_every_json_parses_and_no_link_dangles)
{
	walk(".");
	ck_assert_uint_gt(files, 500);
	ck_assert_uint_gt(links, 10);
}
END_TEST

START_TEST(a_members_file_is_that_member_of_the_document)
{
	json_auto_t *service = json_loads(content(WEB "/service.json"), 0, NULL);
	const char *name;
	json_t *value;
	char path[256];

	ck_assert_ptr_nonnull(service);
	json_object_foreach (service, name, value) {
		if (strcmp(name, "tags") == 0 || strcmp(name, "events") == 0)
			continue;
		bool structure = json_is_object(value) || json_is_array(value);
		snprintf(path, sizeof(path), WEB "/%s%s", name, structure ? ".json" : "");
		const char *text = content(path);
		if (json_is_string(value)) {
			ck_assert_int_eq(
				strncmp(text, json_string_value(value), json_string_length(value)),
				0);
			ck_assert_str_eq(text + json_string_length(value), "\n");
		} else {
			json_auto_t *alone = json_loads(text, JSON_DECODE_ANY, NULL);
			ck_assert_msg(json_equal(alone, value), "%s: %s", path, text);
		}
	}
}
END_TEST

START_TEST(times_are_those_of_the_resource)
{
	struct stat document, member, revision;
	char text[64], shown[128];

	ck_assert_int_eq(stat("task-definitions/web/4.json", &revision), 0);
	json_auto_t *json = json_loads(content("task-definitions/web/4.json"), 0, NULL);
	const char *at = json_string_value(json_object_get(json, "registeredAt"));
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime(&revision.st_mtim.tv_sec));
	snprintf(shown, sizeof(shown), "%s.%03ldZ", text, revision.st_mtim.tv_nsec / 1000000);
	ck_assert_str_eq(shown, at);
	ck_assert_int_eq(stat(WEB "/service.json", &document), 0);
	ck_assert_int_eq(stat(WEB "/desiredCount", &member), 0);
	ck_assert_int_eq(document.st_mtim.tv_sec, member.st_mtim.tv_sec);
	ck_assert_int_gt(document.st_ctim.tv_sec, document.st_mtim.tv_sec);
}
END_TEST

START_TEST(inode_numbers_are_the_same_at_the_next_mount)
{
	static const char *const some[] = {"clusters/production", WEB, WEB "/desiredCount",
					   WEB "/service.json", "task-definitions/web/4.json"};
	ino_t numbers[ARRAY_SIZE(some)];
	struct stat st;

	for (int round = 0; round < 2; round++) {
		mount_start(NULL);
		for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
			ck_assert_int_eq(stat(some[i], &st), 0);
			if (round == 0)
				numbers[i] = st.st_ino;
			ck_assert_uint_eq(st.st_ino, numbers[i]);
		}
		ck_assert_int_eq(mount_stop(), 0);
	}
}
END_TEST

START_TEST(a_file_can_be_read_anywhere_and_mapped)
{
	char whole[64 * 1024], part[16];
	ssize_t size = slurp(WEB "/service.json", whole, sizeof(whole));
	_cleanup_close_ int fd = open(WEB "/service.json", O_RDONLY);

	ck_assert_int_gt(size, 1000);
	ck_assert_int_eq(pread(fd, part, sizeof(part), 500), (ssize_t)sizeof(part));
	ck_assert_mem_eq(part, whole + 500, sizeof(part));
	ck_assert_int_eq(pread(fd, part, sizeof(part), size - 3), 3);
	ck_assert_int_eq(pread(fd, part, sizeof(part), size), 0);
	char *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	ck_assert_ptr_ne(map, MAP_FAILED);
	ck_assert_mem_eq(map, whole, (size_t)size);
	munmap(map, (size_t)size);
}
END_TEST

START_TEST(events_are_lines_oldest_first_and_safe_on_a_terminal)
{
	const char *text = content("clusters/staging/services/reports/events");
	char before[32] = "";

	ck_assert_uint_gt(strlen(text), 10);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		ck_assert_msg(strlen(line) > 26 && line[10] == 'T' && line[23] == 'Z' &&
				      line[24] == ' ',
			      "%.60s", line);
		ck_assert_int_le(strncmp(before, line, 24), 0);
		snprintf(before, sizeof(before), "%.24s", line);
	}
}
END_TEST

START_TEST(names_that_are_too_long_are_refused_as_anywhere)
{
	char name[300] = "clusters/";
	struct stat st;

	memset(name + 9, 'x', 256);
	name[9 + 256] = '\0';
	ck_assert_str_eq(errno_of(stat(name, &st)), "ENAMETOOLONG");
}
END_TEST

static bool bytes_are_counted(void)
{
	return strstr(content(".ecsfs/stats"), "ecsfs_fuse_bytes_total{direction=\"read\"} ");
}

START_TEST(stats_count_the_bytes_that_were_read)
{
	content(".ecsfs/config");
	ck_assert(within(bytes_are_counted));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("read");
	TCase *tc = tcase_create("read");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, start, stop);
	tcase_add_loop_test(tc, a_path_is_what_the_contract_says_and_as_large_as_what_is_read, 0,
			    ARRAY_SIZE(paths));
	tcase_add_loop_test(tc, what_is_not_there_is_enoent_and_no_line_in_errors, 0,
			    ARRAY_SIZE(absent));
	tcase_add_loop_test(tc, a_directory_lists_what_is_there_and_nothing_twice, 0,
			    ARRAY_SIZE(listings));
	tcase_add_test(tc,
		       every_file_of_the_mount_is_read_whole_every_json_parses_and_no_link_dangles);
	tcase_add_test(tc, a_members_file_is_that_member_of_the_document);
	tcase_add_test(tc, times_are_those_of_the_resource);
	tcase_add_test(tc, inode_numbers_are_the_same_at_the_next_mount);
	tcase_add_test(tc, a_file_can_be_read_anywhere_and_mapped);
	tcase_add_test(tc, events_are_lines_oldest_first_and_safe_on_a_terminal);
	tcase_add_test(tc, names_that_are_too_long_are_refused_as_anywhere);
	tcase_add_test(tc, stats_count_the_bytes_that_were_read);
	suite_add_tcase(suite, tc);
	return fs_run(suite);
}

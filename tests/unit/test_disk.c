/* Revisions on disk: found again by the next mount, and only while they are true. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store_rig.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/store/disk.h"

#define ARN "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
#define ENDPOINT "https://ecs.us-east-1.amazonaws.com"
#define DAY_MS (24 * 3600 * 1000LL)

static char base[64], dir[128];
static struct fake_clock disk_clock;
static struct disk *disk;

static void open_disk(const char *endpoint)
{
	struct error err = {0};

	ck_assert_msg(disk_new(dir, endpoint, &disk_clock.clock, &disk, &err) == 0, "%s",
		      err.message);
}

static void begin(void)
{
	snprintf(base, sizeof(base), "/tmp/ecsfs-test-disk-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	snprintf(dir, sizeof(dir), "%s/a/b", base);
	fake_clock_init(&disk_clock, START_MS, WALL_MS);
	open_disk(ENDPOINT);
}

static void end(void)
{
	char command[128];

	disk_free(disk);
	disk = NULL;
	snprintf(command, sizeof(command), "rm -r %s", base);
	ck_assert_int_eq(system(command), 0);
}

static void put(const char *text)
{
	struct blob *blob = blob_new(text, strlen(text));

	disk_put(disk, ARN, &(struct disk_document){blob, 1234, clock_wall_ms(&disk_clock.clock)});
	blob_unref(blob);
}

/* What is found, or the errno's name. */
static const char *get(const char *arn, int64_t since_ms)
{
	static char text[128];
	struct disk_document document;

	int r = disk_get(disk, arn, since_ms, &document);
	if (r < 0)
		return error_name(-r);
	ck_assert_int_eq(document.mtime_ms, 1234);
	snprintf(text, sizeof(text), "%s", document.blob->bytes);
	blob_unref(document.blob);
	return text;
}

/* The one file in the directory; "" when there is none. */
static const char *file(void)
{
	static char path[512];
	DIR *files = opendir(dir);
	struct dirent *entry;

	path[0] = '\0';
	while ((entry = readdir(files)))
		if (entry->d_name[0] != '.')
			snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
	closedir(files);
	return path;
}

START_TEST(what_was_put_is_there_for_the_same_arn_of_the_same_endpoint)
{
	ck_assert_str_eq(get(ARN, 0), "ENOENT");
	put("{\n  \"a\": 1\n}\n");
	ck_assert_str_eq(get(ARN, 0), "{\n  \"a\": 1\n}\n");
	ck_assert_str_eq(get(ARN "2", 0), "ENOENT");
	disk_free(disk);
	open_disk(ENDPOINT);
	ck_assert_str_eq(get(ARN, 0), "{\n  \"a\": 1\n}\n");
	disk_free(disk);
	open_disk("https://ecs.eu-west-1.amazonaws.com");
	ck_assert_str_eq(get(ARN, 0), "ENOENT");
}
END_TEST

START_TEST(what_is_removed_or_put_anew_is_so)
{
	put("old\n");
	put("new\n");
	ck_assert_str_eq(get(ARN, 0), "new\n");
	disk_remove(disk, ARN);
	ck_assert_str_eq(get(ARN, 0), "ENOENT");
	ck_assert_str_eq(file(), "");
}
END_TEST

START_TEST(what_is_older_than_a_day_or_than_asked_is_not_there)
{
	int64_t put_ms = clock_wall_ms(&disk_clock.clock);

	put("text\n");
	ck_assert_str_eq(get(ARN, put_ms), "text\n");
	ck_assert_str_eq(get(ARN, put_ms + 1), "ENOENT");
	fake_clock_advance(&disk_clock, DAY_MS);
	ck_assert_str_eq(get(ARN, 0), "text\n");
	fake_clock_advance(&disk_clock, 1);
	ck_assert_str_eq(get(ARN, 0), "ENOENT");
}
END_TEST

/* Or, written while the clock was wrong, it would be believed for longer than a day. */
START_TEST(what_was_fetched_in_the_future_is_not_there)
{
	fake_clock_advance(&disk_clock, DAY_MS);
	put("text\n");
	fake_clock_init(&disk_clock, START_MS, WALL_MS);
	ck_assert_str_eq(get(ARN, 0), "ENOENT");
}
END_TEST

static const struct {
	const char *from, *to;
} damages[] = {
	{"text\n", "test\n"}, {"text\n", "tex"}, {"text\n", "text\n\n"}, {"ecsfs 1", "ecsfs 2"},
	{"ecsfs 1", ""},      {" 1234 ", " "},   {"\ntext\n", ""},
};

START_TEST(what_is_damaged_is_not_there)
{
	char text[256], damaged[512], *at;

	put("text\n");
	FILE *f = fopen(file(), "r");
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	at = strstr(text, damages[_i].from);
	ck_assert_ptr_nonnull(at);
	snprintf(damaged, sizeof(damaged), "%.*s%s%s", (int)(at - text), text, damages[_i].to,
		 at + strlen(damages[_i].from));
	f = fopen(file(), "w");
	fputs(damaged, f);
	fclose(f);
	ck_assert_str_eq(get(ARN, 0), "ENOENT");
}
END_TEST

START_TEST(only_the_owner_may_look)
{
	struct stat st;

	put("text\n");
	ck_assert_int_eq(stat(dir, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(file(), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(a_directory_that_others_may_write_is_refused_and_said_so)
{
	struct error err = {0};
	struct disk *other;

	ck_assert_int_eq(chmod(dir, 0777), 0);
	ck_assert_int_eq(disk_new(dir, ENDPOINT, &disk_clock.clock, &other, &err), -EPERM);
	ck_assert_ptr_nonnull(strstr(err.message, "others may write there"));
}
END_TEST

START_TEST(old_files_are_taken_away_by_the_next_mount)
{
	put("text\n");
	const struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	ck_assert_int_eq(utimensat(AT_FDCWD, file(), old, 0), 0);
	disk_free(disk);
	open_disk(ENDPOINT);
	ck_assert_str_eq(file(), "");
}
END_TEST

/* --cache-dir may name the wrong one: a home directory, /var/log. */
START_TEST(what_is_somebody_elses_stays)
{
	static const char *const names[] = {
		".bashrc", "thesis.txt", "0123456789abcdef", ".12.x",
		"3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b.gz"};
	const struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	char path[512];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		int fd = open(path, O_WRONLY | O_CREAT, 0600);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(futimens(fd, old), 0);
		close(fd);
	}
	disk_free(disk);
	open_disk(ENDPOINT);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		ck_assert_msg(access(path, F_OK) == 0, "%s is gone", names[i]);
	}
}
END_TEST

START_TEST(what_a_mount_that_was_killed_left_half_written_is_taken_away)
{
	const struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	char path[512];

	snprintf(path, sizeof(path), "%s/.ecsfs.12.3", dir);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(futimens(fd, old), 0);
	close(fd);
	disk_free(disk);
	open_disk(ENDPOINT);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

/* A mount behind another: a new store over the same directory. */
static void remount(void)
{
	if (store)
		store_free(store);
	ck_assert_int_eq(store_new(
				 &(struct store_options){
					 .ecs = rig.ecs,
					 .clock = &rig.clock.clock,
					 .disk = disk,
					 .ttl_ms = {[TTL_SHORT] = SHORT_MS,
						    [TTL_MEDIUM] = MEDIUM_MS,
						    [TTL_LONG] = LONG_MS,
						    [TTL_FOREVER] = LONG_MS},
				 },
				 &store),
			 0);
}

static void begin_store(void)
{
	begin();
	rig_start(&rig);
	remount();
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'ACTIVE','cpu':'1'}");
}

static void end_store(void)
{
	stop();
	end();
}

/* Its cpu; what is seen first is that the family's List has it. */
static const char *read_revision(enum list list)
{
	json_auto_t *family = json_pack("{s:s}", "familyPrefix", "web");

	ck_assert_str_eq(names_of(list, family), "web:1 ");
	return member_of(KIND_REVISION, "web:1", "cpu");
}

START_TEST(the_next_mount_does_not_ask_again)
{
	ck_assert_str_eq(read_revision(LIST_REVISIONS), "1");
	remount();
	ck_assert_str_eq(read_revision(LIST_REVISIONS), "1");
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), 1);
	ck_assert_uint_eq(calls("ListTaskDefinitions"), 2);
}
END_TEST

START_TEST(what_no_list_calls_active_is_asked_for)
{
	read_revision(LIST_REVISIONS);
	remount();
	read_revision(LIST_INACTIVE_REVISIONS);
	remount();
	ck_assert_str_eq(member_of(KIND_REVISION, "web:1", "cpu"), "1");
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), 3);
}
END_TEST

START_TEST(an_inactive_revision_is_not_kept)
{
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'INACTIVE','cpu':'1'}");
	read_revision(LIST_INACTIVE_REVISIONS);
	ck_assert_str_eq(file(), "");
}
END_TEST

START_TEST(what_a_change_made_untrue_is_asked_again_also_by_the_next_mount)
{
	read_revision(LIST_REVISIONS);
	remount();
	double_answer(rig.aws, "TagResource", 200, "{}");
	ck_assert_str_eq(change("TagResource", "{'resourceArn': '" ARN "', 'tags':"
					       " [{'key': 'a', 'value': 'b'}]}"),
			 "ok");
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'ACTIVE','cpu':'2'}");
	remount();
	ck_assert_str_eq(read_revision(LIST_REVISIONS), "2");
}
END_TEST

START_TEST(what_is_forgotten_is_asked_again)
{
	read_revision(LIST_REVISIONS);
	double_put(rig.aws, "taskDefinitions", "web:1", "{'status':'ACTIVE','cpu':'2'}");
	pass(1);
	fake_clock_advance(&disk_clock, 1);
	remount();
	store_forget(store);
	ck_assert_str_eq(read_revision(LIST_REVISIONS), "2");
	remount();
	ck_assert_str_eq(read_revision(LIST_REVISIONS), "2");
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("disk");
	TCase *files = tcase_create("files"), *mounts = tcase_create("mounts");

	tcase_add_checked_fixture(files, begin, end);
	tcase_add_test(files, what_was_put_is_there_for_the_same_arn_of_the_same_endpoint);
	tcase_add_test(files, what_is_removed_or_put_anew_is_so);
	tcase_add_test(files, what_is_older_than_a_day_or_than_asked_is_not_there);
	tcase_add_test(files, what_was_fetched_in_the_future_is_not_there);
	tcase_add_loop_test(files, what_is_damaged_is_not_there, 0, ARRAY_SIZE(damages));
	tcase_add_test(files, only_the_owner_may_look);
	tcase_add_test(files, a_directory_that_others_may_write_is_refused_and_said_so);
	tcase_add_test(files, old_files_are_taken_away_by_the_next_mount);
	tcase_add_test(files, what_is_somebody_elses_stays);
	tcase_add_test(files, what_a_mount_that_was_killed_left_half_written_is_taken_away);
	suite_add_tcase(suite, files);
	tcase_add_checked_fixture(mounts, begin_store, end_store);
	tcase_add_test(mounts, the_next_mount_does_not_ask_again);
	tcase_add_test(mounts, what_no_list_calls_active_is_asked_for);
	tcase_add_test(mounts, an_inactive_revision_is_not_kept);
	tcase_add_test(mounts, what_a_change_made_untrue_is_asked_again_also_by_the_next_mount);
	tcase_add_test(mounts, what_is_forgotten_is_asked_again);
	suite_add_tcase(suite, mounts);
	return unit_run(suite);
}

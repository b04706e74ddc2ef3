/* What reading costs: calls of the API, counted by the emulator, and requests of the kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mount.h"

#include "ecsfs/base/cleanup.h"

#define SERVICES 45
#define TASKS 230

static void start(void)
{
	emulator_start((const char *const[]){"--scale",
					     "clusters=2,services=45,tasks=230,families=3,"
					     "revisions=4",
					     NULL});
}

/* Each test begins with a mount that knows nothing. */
static void fresh(void)
{
	/* long enough that nothing expires within a test */
	mount_start((const char *const[]){"--ttl", "600", NULL});
	calls_reset();
}

static char cluster[64], dir[256];

/* The first cluster's @sub directory. */
static const char *in_cluster(const char *sub)
{
	if (!cluster[0])
		snprintf(cluster, sizeof(cluster), "%s", nth_entry("clusters", 0));
	snprintf(dir, sizeof(dir), "clusters/%s/%s", cluster, sub);
	return dir;
}

/* Do @what to each entry of @where with @suffix behind it; how many there were. */
static int each(const char *where, const char *suffix, void (*what)(const char *path))
{
	static char names[1000][256];
	int count = 0;

	while (count < 1000) {
		snprintf(names[count], sizeof(names[0]), "%s", nth_entry(where, count));
		if (!names[count][0])
			break;
		count++;
	}
	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *path = NULL;
		ck_assert_int_gt(asprintf(&path, "%s/%s%s", where, names[i], suffix), 0);
		what(path);
	}
	return count;
}

static void see(const char *path)
{
	struct stat st;

	ck_assert_msg(lstat(path, &st) == 0, "%s: %s", path, strerror(errno));
}

static void cat(const char *path)
{
	ck_assert_msg(strlen(content(path)) > 1, "%s", path);
}

static unsigned pages(unsigned count, unsigned size)
{
	return (count + size - 1) / size;
}

/* Requests that the kernel has sent. */
struct requests {
	unsigned lookup, getattr, open, read, flush, misses;
};

static unsigned counted(const char *stats, const char *type, const char *outcome)
{
	char name[128];

	snprintf(name, sizeof(name), "ecsfs_fuse_requests_total{type=\"%s\",outcome=\"%s\"} ", type,
		 outcome);
	const char *at = strstr(stats, name);
	return at ? (unsigned)strtoul(at + strlen(name), NULL, 10) : 0;
}

static struct requests read_requests(void)
{
	const char *stats = content(".ecsfs/stats");

	return (struct requests){
		.lookup = counted(stats, "lookup", "ok"),
		.getattr = counted(stats, "getattr", "ok"),
		.open = counted(stats, "open", "ok"),
		.read = counted(stats, "read", "ok"),
		.flush = counted(stats, "flush", "ok"),
		.misses = counted(stats, "lookup", "ENOENT"),
	};
}

/*
 * The text is told anew only every second: wait for one that tells of a miss made for that. A few
 * of the requests it counts are those that read it.
 */
static struct requests requests(void)
{
	struct requests found = read_requests();
	unsigned misses = found.misses + 1;

	ck_assert_int_eq(access(".ecsfs/nothing", F_OK), -1);
	for (int i = 0; i < 100 && found.misses < misses; i++) {
		usleep(500000);
		found = read_requests();
	}
	ck_assert_uint_ge(found.misses, misses);
	return found;
}

#define FEW (TASKS / 4)

START_TEST(a_file_that_is_read_for_the_first_time_costs_no_read_request)
{
	const char *tasks = in_cluster("tasks");
	struct requests before = requests();
	unsigned count = (unsigned)each(tasks, "", cat);
	struct requests after = requests();

	ck_assert_uint_ge(after.open - before.open, count);
	ck_assert_uint_le(after.read - before.read, FEW);
}
END_TEST

START_TEST(what_is_known_is_read_with_one_request_and_seen_with_none)
{
	const char *tasks = in_cluster("tasks");

	each(tasks, "", cat);
	struct requests before = requests();
	unsigned count = (unsigned)each(tasks, "", cat);
	each(tasks, "", see);
	struct requests after = requests();
	ck_assert_uint_ge(after.open - before.open, count);
	ck_assert_uint_le(after.open - before.open, count + FEW);
	ck_assert_uint_le(after.lookup - before.lookup, FEW);
	ck_assert_uint_le(after.getattr - before.getattr, FEW);
	ck_assert_uint_le(after.read - before.read, FEW);
	ck_assert_uint_le(after.flush - before.flush, FEW);
}
END_TEST

START_TEST(a_mount_that_nobody_looks_at_calls_nothing)
{
	struct stat st;

	ck_assert_int_eq(stat(".", &st), 0);
	ck_assert_int_eq(count_entries("."), 5);
	ck_assert_int_eq(stat("clusters", &st), 0);
	content(".ecsfs/config");
	content(".ecsfs/stats");
	ck_assert_uint_eq(calls(NULL), 0);
}
END_TEST

START_TEST(ls_of_services_costs_only_the_lists)
{
	const char *services = in_cluster("services");

	ck_assert_int_eq(each(services, "", see), SERVICES);
	ck_assert_uint_eq(calls("ListServices"), pages(SERVICES, 100));
	ck_assert_uint_eq(calls(NULL), calls("ListServices") + calls("ListClusters"));
	ck_assert_uint_eq(calls("ListClusters"), 1);
}
END_TEST

START_TEST(a_stat_of_a_resource_directory_costs_no_describe)
{
	see(in_cluster(""));
	each(in_cluster("services"), "", see);
	each("task-definitions", "", see);
	ck_assert_uint_eq(calls("DescribeClusters") + calls("DescribeServices") +
				  calls("DescribeTaskDefinition"),
			  0);
}
END_TEST

START_TEST(cold_cat_of_all_tasks_costs_the_lists_and_one_describe_a_hundred)
{
	const char *tasks = in_cluster("tasks");
	int count = each(tasks, "", cat);

	ck_assert_int_ge(count, TASKS);
	ck_assert_uint_le(calls(NULL), 2 * pages((unsigned)count, 100) + 3);
	calls_reset();
	ck_assert_int_eq(each(tasks, "", cat), count);
	ck_assert_uint_eq(calls(NULL), 0);
}
END_TEST

START_TEST(services_read_one_by_one_cost_one_describe_for_ten)
{
	const char *services = in_cluster("services");

	ck_assert_int_eq(each(services, "/desiredCount", cat), SERVICES);
	ck_assert_uint_le(calls(NULL), pages(SERVICES, 100) + pages(SERVICES, 10) + 3);
	calls_reset();
	each(services, "/desiredCount", cat);
	each(services, "/status", cat);
	each(services, "/service.json", cat);
	each(services, "", see);
	ck_assert_uint_eq(calls(NULL), 0);
}
END_TEST

START_TEST(one_cold_scalar_costs_its_lists_and_one_describe)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/desiredCount", in_cluster("services"),
		 nth_entry(in_cluster("services"), 0));
	mount_stop();
	mount_start(NULL);
	calls_reset();
	cat(path);
	ck_assert_uint_eq(calls("DescribeServices"), 1);
	ck_assert_uint_le(calls(NULL), 3);
}
END_TEST

static void know_clusters_and_families(void)
{
	each("clusters", "/status", cat);
	each(in_cluster("services"), "/status", cat);
	each(in_cluster("tasks"), "", cat);
	each("task-definitions", "/latest.json", cat);
}

static unsigned again_after(const char *path)
{
	know_clusters_and_families();
	ck_assert_str_eq(put(".ecsfs/refresh", path), "ok");
	calls_reset();
	know_clusters_and_families();
	return calls(NULL);
}

START_TEST(a_refresh_drops_the_part_that_it_names)
{
	char path[512];

	ck_assert_uint_eq(again_after("/api\n"), 0);
	ck_assert_uint_gt(again_after("/task-definitions\n"), 0);
	ck_assert_uint_eq(calls("DescribeServices") + calls("ListTasks") + calls("ListClusters"),
			  0);
	snprintf(path, sizeof(path), "/%s\n", in_cluster("tasks"));
	ck_assert_uint_gt(again_after(path), 0);
	ck_assert_uint_eq(calls(NULL), calls("ListTasks") + calls("DescribeTasks"));
	snprintf(path, sizeof(path), "/%s/%s\n", in_cluster("services"),
		 nth_entry(in_cluster("services"), 0));
	again_after(path);
	ck_assert_uint_eq(calls("DescribeServices"), 1);
	ck_assert_uint_eq(calls(NULL), calls("DescribeServices") + calls("ListServices"));
	ck_assert_uint_gt(again_after("anything\n"), 0);
	ck_assert_uint_gt(calls("ListTaskDefinitions"), 0);
	ck_assert_uint_gt(calls("DescribeClusters"), 0);
}
END_TEST

START_TEST(a_scalar_write_is_one_call)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/desiredCount", in_cluster("services"),
		 nth_entry(in_cluster("services"), 0));
	cat(path);
	calls_reset();
	ck_assert_str_eq(put(path, "1\n"), "ok");
	ck_assert_uint_eq(calls(NULL), 1);
	ck_assert_uint_eq(calls("UpdateService"), 1);
	/* Nor does what is there now cost one, or the next write. */
	ck_assert_str_eq(content(path), "1\n");
	ck_assert_str_eq(put(path, "2\n"), "ok");
	ck_assert_str_eq(content(path), "2\n");
	ck_assert_uint_eq(calls(NULL), 2);
}
END_TEST

START_TEST(truncating_writes_nothing_and_calls_nothing)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/desiredCount", in_cluster("services"),
		 nth_entry(in_cluster("services"), 0));
	cat(path);
	calls_reset();
	ck_assert_str_eq(put(path, ""), "ok");
	ck_assert_uint_eq(calls(NULL), 0);
}
END_TEST

START_TEST(refresh_makes_the_next_look_ask_again)
{
	struct stat st;

	ck_assert_int_eq(stat(in_cluster(""), &st), 0);
	ck_assert_int_eq(count_entries("clusters"), 2);
	api("CreateCluster", "{'clusterName':'another'}");
	ck_assert_int_eq(count_entries("clusters"), 2);
	ck_assert_str_eq(put(".ecsfs/refresh", "\n"), "ok");
	ck_assert_int_eq(count_entries("clusters"), 3);
	api("DeleteCluster", "{'cluster':'another'}");
	ck_assert_str_eq(put(".ecsfs/refresh", "/clusters\n"), "ok");
	ck_assert_int_eq(count_entries("clusters"), 2);
}
END_TEST

static void remount_with(const char *option)
{
	mount_stop();
	mount_start((const char *const[]){"--ttl", "600", option, NULL});
	calls_reset();
}

/* All revisions of a family; latest.json is one of them. */
static unsigned read_family(void)
{
	char family[300];

	snprintf(family, sizeof(family), "task-definitions/%s", nth_entry("task-definitions", 0));
	return (unsigned)each(family, "", cat) - 1;
}

START_TEST(revisions_that_an_earlier_mount_read_cost_no_call)
{
	char base[] = "/tmp/ecsfs-test-cost-XXXXXX", option[64], command[64];

	ck_assert_ptr_nonnull(mkdtemp(base));
	snprintf(option, sizeof(option), "--cache-dir=%s/cache", base);
	remount_with(option);
	unsigned count = read_family();
	ck_assert_uint_ge(count, 4);
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), count);
	remount_with(option);
	ck_assert_uint_eq(read_family(), count);
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), 0);
	ck_assert_ptr_nonnull(strstr(content(".ecsfs/config"), base));
	remount_with("--no-disk-cache");
	ck_assert_uint_eq(read_family(), count);
	ck_assert_uint_eq(calls("DescribeTaskDefinition"), count);
	ck_assert_ptr_nonnull(strstr(content(".ecsfs/config"), "\"cacheDir\": null"));
	snprintf(command, sizeof(command), "rm -r %s", base);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(df_touches_no_network)
{
	char command[512];

	snprintf(command, sizeof(command), "stat -f %s > /dev/null", mount_dir());
	ck_assert_int_eq(system(command), 0);
	ck_assert_uint_eq(calls(NULL), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cost");
	TCase *tc = tcase_create("cost");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, start, emulator_stop);
	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, a_file_that_is_read_for_the_first_time_costs_no_read_request);
	tcase_add_test(tc, what_is_known_is_read_with_one_request_and_seen_with_none);
	tcase_add_test(tc, a_mount_that_nobody_looks_at_calls_nothing);
	tcase_add_test(tc, ls_of_services_costs_only_the_lists);
	tcase_add_test(tc, a_stat_of_a_resource_directory_costs_no_describe);
	tcase_add_test(tc, cold_cat_of_all_tasks_costs_the_lists_and_one_describe_a_hundred);
	tcase_add_test(tc, services_read_one_by_one_cost_one_describe_for_ten);
	tcase_add_test(tc, one_cold_scalar_costs_its_lists_and_one_describe);
	tcase_add_test(tc, a_refresh_drops_the_part_that_it_names);
	tcase_add_test(tc, a_scalar_write_is_one_call);
	tcase_add_test(tc, truncating_writes_nothing_and_calls_nothing);
	tcase_add_test(tc, refresh_makes_the_next_look_ask_again);
	tcase_add_test(tc, revisions_that_an_earlier_mount_read_cost_no_call);
	tcase_add_test(tc, df_touches_no_network);
	suite_add_tcase(suite, tc);
	return fs_run(suite);
}

/* The fault matrix: whatever goes wrong, each operation says what the contract's table says. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mount.h"

#include "ecsfs/base/cleanup.h"

#define CLUSTER "clusters/production"
#define WEB CLUSTER "/services/web"
#define FAULTS "/_emulator/faults"
#define TIMEOUT_MS 700

static char task[512];

/* Tests of one row after the other, each with an account of its own that they may harm. */
static void start(void)
{
	char timeout[16];

	snprintf(timeout, sizeof(timeout), "%d.%03d", TIMEOUT_MS / 1000, TIMEOUT_MS % 1000);
	emulator_start((const char *const[]){"--demo-data", NULL});
	mount_start((const char *const[]){"--timeout", timeout, "--delete-limit", "0", NULL});
	api("CreateCluster", "{'clusterName':'empty'}");
	snprintf(task, sizeof(task), CLUSTER "/tasks/%s", nth_entry(CLUSTER "/tasks", 0));
}

static void stop(void)
{
	mount_stop();
	emulator_stop();
}

static long list(void)
{
	int count = count_entries(CLUSTER "/services");

	errno = count < 0 ? -count : 0;
	return count < 0 ? -1 : 0;
}

static long see(void)
{
	struct stat st;

	return stat(WEB "/desiredCount", &st);
}

static long read_document(void)
{
	char text[64 * 1024];
	ssize_t len = slurp(WEB "/service.json", text, sizeof(text));

	errno = len < 0 ? (int)-len : len == 0 ? ENODATA : 0;
	return len > 0 ? 0 : -1;
}

static long write_once(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd < 0 ? -1 : write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

static long write_scalar(void)
{
	return write_once(WEB "/desiredCount", "3\n");
}

static long write_document(void)
{
	return write_once(WEB "/service.json", "{\"healthCheckGracePeriodSeconds\": 77}\n");
}

static long stop_task(void)
{
	return unlink(task);
}

static long make_cluster(void)
{
	return mkdir("clusters/fresh", 0755);
}

static long remove_cluster(void)
{
	return rmdir("clusters/empty");
}

static const struct {
	const char *name;
	long (*call)(void);
} operations[] = {
	{"ls", list},
	{"stat", see},
	{"cat", read_document},
	{"write a scalar", write_scalar},
	{"write a document", write_document},
	{"rm", stop_task},
	{"mkdir", make_cluster},
	{"rmdir", remove_cluster},
};

/* Faults that are over after one call are mended by the second attempt. */
static const struct {
	const char *fault, *result;
} matrix[] = {
	{"*:refuse", "EHOSTUNREACH"},
	{"*:hang", "ETIMEDOUT"},
	{"*:reset", "EPROTO"},
	{"*:slow", "ETIMEDOUT"},
	{"*:http500", "EREMOTEIO"},
	{"*:http503:1", "ok"},
	{"*:throttle", "EBUSY"},
	{"*:expired", "EKEYEXPIRED"},
	{"*:signature", "EKEYREJECTED"},
	{"*:skew:1", "ok"},
	{"*:denied", "EACCES"},
	{"*:empty", "EPROTO"},
	{"*:cut", "EPROTO"},
	{"*:shape", "EPROTO"},
	{"*:huge", "EPROTO"},
	{"*:duplicates", "ok"},
	{"ListServices:missing", "ok"},
};

static void set_fault(const char *fault)
{
	char text[128];

	snprintf(text, sizeof(text), fault ? "[\"%s\"]" : "[]", fault);
	emulator_tell("PUT", FAULTS, text);
}

START_TEST(each_operation_tells_a_fault_as_the_table_says_and_works_again_behind_it)
{
	const char *fault = matrix[_i / ARRAY_SIZE(operations)].fault;
	const char *result = matrix[_i / ARRAY_SIZE(operations)].result;
	long (*call)(void) = operations[_i % ARRAY_SIZE(operations)].call;
	const char *name = operations[_i % ARRAY_SIZE(operations)].name;

	/* The directories on the way are known, the answers are not. */
	ck_assert_str_eq(put(".ecsfs/errors", "\n"), "ok");
	ck_assert_str_eq(put(".ecsfs/refresh", "\n"), "ok");
	set_fault(fault);
	const char *found = errno_of(call());
	set_fault(NULL);
	ck_assert_msg(strcmp(found, result) == 0, "%s, %s: %s instead of %s", fault, name, found,
		      result);
	const char *errors = content(".ecsfs/errors");
	ck_assert_msg((strcmp(result, "ok") == 0) == !strstr(errors, result), "%s, %s: %s", fault,
		      name, errors);
	if (strcmp(result, "ok") != 0)
		ck_assert_msg(strcmp(errno_of(call()), "ok") == 0, "%s, %s: fails behind it", fault,
			      name);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tc = tcase_create("faults");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_loop_test(
		tc, each_operation_tells_a_fault_as_the_table_says_and_works_again_behind_it, 0,
		(int)(ARRAY_SIZE(matrix) * ARRAY_SIZE(operations)));
	suite_add_tcase(suite, tc);
	return fs_run(suite);
}

/*
 * A real mount over the real emulator, each a child process, for Check programs.
 *
 * Everything lives below one directory of the test program; whatever happens to a test, its
 * processes are ended by their ids and its mounts taken away: a set-up belongs to the process that
 * made it, and the program itself clears what a killed test left.
 */
#ifndef ECSFS_TESTS_FS_MOUNT_H
#define ECSFS_TESTS_FS_MOUNT_H

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Start ecs-emulator with @args ("--demo-data", ..., NULL); there is one at a time. */
void emulator_start(const char *const *args);
void emulator_stop(void);

/* Mount with @args (NULL-ended) and go there: paths of the tests begin at the mount's root. */
void mount_start(const char *const *args);
/* The exit status of ecsfs after SIGTERM. */
int mount_stop(void);
void mount_kill(void);
pid_t mount_pid(void);
const char *mount_dir(void);

/* One ecsfs that is expected to end by itself: its exit status, and its stderr. */
int mount_fails(const char *const *args, char *stderr_text, size_t size);

/* Where set-ups are: the command line of ecsfs for @dir, to be run otherwise; NULL-ended. */
const char *const *mount_command(const char *dir, const char *const *args);

/* Calls of @action, NULL: of all, since the last reset. */
unsigned calls(const char *action);
void calls_reset(void);
/* PUT or POST one of the emulator's controls: "PUT", "/_emulator/faults", "[\"*:hang\"]". */
void emulator_tell(const char *method, const char *path, const char *body);
/* A call of the ECS API past the mount; ' stands for ". */
void api(const char *action, const char *request);

/* All bytes of a file, NUL-terminated: how many, or a negative errno. */
ssize_t slurp(const char *path, char *out, size_t size);
/* The same as text: the content, or the errno's name. */
const char *content(const char *path);
/* Write once at offset 0, as the shell's echo does: "ok" or the errno's name. */
const char *put(const char *path, const char *text);
/* How many entries, or a negative errno. */
int count_entries(const char *dir);
bool is_listed(const char *dir, const char *name);
/* Name of the @n-th entry but "." and "..", in the directory's order; "" when there is none. */
const char *nth_entry(const char *dir, int n);

/* "ok" or the name of errno: of a system call's result, asked right behind it. */
const char *errno_of(long result);

/* Wait until @holds is true, for ten seconds at most. */
bool within(bool (*holds)(void));

int fs_run(Suite *suite);

#endif

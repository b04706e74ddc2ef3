#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "../unit.h"

#include "ecsfs/aws/credential_cache.h"
#include "ecsfs/base/cleanup.h"

#define MINUTE 60000
#define HOUR (60 * MINUTE)

/* A source whose every fetch gives a key with a new number, or fails, or stands still. */
struct source {
	struct fake_clock clock;
	struct credential_cache *cache;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int fetches;
	bool hold;
	int fail;
	int64_t life_ms, takes_ms;
	bool extendable, forever, same;
};

static struct source source;

static void wake(void *arg)
{
	(void)arg;
	LOCKED(&source.lock);
	pthread_cond_broadcast(&source.changed);
}

static int fetch(void *arg, struct cancel *cancel, struct credentials **ret, struct error *err)
{
	char key[16];

	(void)arg;
	if (cancel_arm(cancel, wake, NULL) < 0)
		return error_set(err, EINTR, "interrupted");
	pthread_mutex_lock(&source.lock);
	source.fetches++;
	pthread_cond_broadcast(&source.changed);
	while (source.hold) {
		pthread_mutex_unlock(&source.lock);
		bool cancelled = cancel_is_set(cancel);
		pthread_mutex_lock(&source.lock);
		if (cancelled)
			break;
		if (source.hold)
			pthread_cond_wait(&source.changed, &source.lock);
	}
	snprintf(key, sizeof(key), "KEY%d", source.same ? 1 : source.fetches);
	int fail = source.fail;
	if (source.takes_ms)
		fake_clock_advance(&source.clock, source.takes_ms);
	pthread_mutex_unlock(&source.lock);
	cancel_disarm(cancel);
	if (cancel_is_set(cancel))
		return error_set(err, EINTR, "interrupted");
	if (fail)
		return error_set(err, fail, "the source is down");
	int64_t now = clock_wall_ms(&source.clock.clock);
	int r = credentials_new(key, "s", NULL, source.forever ? 0 : now + source.life_ms, "test",
				ret);
	if (r == 0) {
		(*ret)->obtained_ms = now;
		(*ret)->extendable = source.extendable;
	}
	return r;
}

static void setup(void)
{
	source = (struct source){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.life_ms = HOUR,
	};
	fake_clock_init(&source.clock, 1000, 1700000000000);
	ck_assert_int_eq(credential_cache_new(fetch, NULL, &source.clock.clock, &source.cache), 0);
}

static void teardown(void)
{
	credential_cache_free(source.cache);
}

/* The key that a caller would sign with now. */
static const char *key(void)
{
	static char text[32];
	struct credentials *credentials = NULL;
	struct error err = {0};
	int r = credential_cache_get(source.cache, 5000, NULL, &credentials, &err);

	snprintf(text, sizeof(text), "%s", r == 0 ? credentials->access_key : error_name(-r));
	credentials_unref(credentials);
	return text;
}

static void set_hold(bool hold)
{
	LOCKED(&source.lock);
	source.hold = hold;
	pthread_cond_broadcast(&source.changed);
}

static void wait_for_fetch(int number)
{
	LOCKED(&source.lock);
	while (source.fetches < number)
		pthread_cond_wait(&source.changed, &source.lock);
}

static void wait_for_key(const char *expected)
{
	for (;;) {
		struct credentials *now = credential_cache_peek(source.cache);
		bool there = now && strcmp(now->access_key, expected) == 0;

		credentials_unref(now);
		if (there)
			return;
		sched_yield();
	}
}

START_TEST(keys_that_do_not_expire_are_fetched_once)
{
	source.forever = true;
	ck_assert_str_eq(key(), "KEY1");
	fake_clock_advance(&source.clock, 1000L * HOUR);
	ck_assert_str_eq(key(), "KEY1");
	ck_assert_int_eq(source.fetches, 1);
}
END_TEST

START_TEST(fifteen_minutes_before_expiry_they_are_refreshed_and_nobody_waits)
{
	ck_assert_str_eq(key(), "KEY1");
	fake_clock_advance(&source.clock, HOUR - 15 * MINUTE);
	ck_assert_str_eq(key(), "KEY1");
	ck_assert_int_eq(source.fetches, 1);
	set_hold(true);
	fake_clock_advance(&source.clock, 1);
	ck_assert_str_eq(key(), "KEY1");
	wait_for_fetch(2);
	for (int i = 0; i < 100; i++)
		ck_assert_str_eq(key(), "KEY1");
	ck_assert_int_eq(source.fetches, 2);
	set_hold(false);
	wait_for_key("KEY2");
	ck_assert_str_eq(key(), "KEY2");
	ck_assert_int_eq(source.fetches, 2);
}
END_TEST

START_TEST(ten_minutes_before_expiry_everyone_waits)
{
	ck_assert_str_eq(key(), "KEY1");
	fake_clock_advance(&source.clock, HOUR - 10 * MINUTE + 1);
	ck_assert_str_eq(key(), "KEY2");
	ck_assert_int_eq(source.fetches, 2);
}
END_TEST

START_TEST(a_refresh_that_fails_is_no_error_while_the_old_ones_last)
{
	ck_assert_str_eq(key(), "KEY1");
	source.fail = EHOSTUNREACH;
	fake_clock_advance(&source.clock, HOUR - 5 * MINUTE);
	ck_assert_str_eq(key(), "KEY1");
	ck_assert_str_eq(key(), "KEY1");
	ck_assert_int_eq(source.fetches, 2);
	fake_clock_advance(&source.clock, 10000);
	ck_assert_str_eq(key(), "KEY1");
	ck_assert_int_eq(source.fetches, 3);
	fake_clock_advance(&source.clock, 5 * MINUTE);
	ck_assert_str_eq(key(), "EHOSTUNREACH");
	source.fail = 0;
	ck_assert_str_eq(key(), "KEY5");
}
END_TEST

START_TEST(without_any_not_every_caller_waits_for_a_source_that_is_slow_to_fail)
{
	source.fail = EHOSTUNREACH;
	source.takes_ms = 2000;
	ck_assert_str_eq(key(), "EHOSTUNREACH");
	for (int i = 0; i < 10; i++)
		ck_assert_str_eq(key(), "EHOSTUNREACH");
	ck_assert_int_eq(source.fetches, 1);
	fake_clock_advance(&source.clock, 4999);
	ck_assert_str_eq(key(), "EHOSTUNREACH");
	ck_assert_int_eq(source.fetches, 1);
	source.fail = 0;
	fake_clock_advance(&source.clock, 1);
	ck_assert_str_eq(key(), "KEY2");
}
END_TEST

START_TEST(where_failing_is_quick_the_next_caller_sees_a_login)
{
	source.fail = ENOKEY;
	source.takes_ms = 400;
	ck_assert_str_eq(key(), "ENOKEY");
	source.fail = 0;
	ck_assert_str_eq(key(), "KEY2");
}
END_TEST

START_TEST(keys_that_live_a_minute_are_not_fetched_for_every_call)
{
	source.life_ms = MINUTE;
	ck_assert_str_eq(key(), "KEY1");
	for (int i = 0; i < 25; i++) {
		fake_clock_advance(&source.clock, 1000);
		ck_assert_str_eq(key(), "KEY1");
	}
	ck_assert_int_eq(source.fetches, 1);
	/* Ten minutes of them: never an expired one, and about two fetches a minute. */
	for (int i = 0; i < 575; i++) {
		fake_clock_advance(&source.clock, 1000);
		ck_assert(strncmp(key(), "KEY", 3) == 0);
	}
	ck_assert_int_le(source.fetches, 25);
}
END_TEST

START_TEST(keys_that_come_expired_are_refused)
{
	source.life_ms = -1;
	ck_assert_str_eq(key(), "EKEYEXPIRED");
}
END_TEST

START_TEST(extendable_keys_outlive_a_source_that_is_down)
{
	source.extendable = true;
	ck_assert_str_eq(key(), "KEY1");
	source.fail = EHOSTUNREACH;
	fake_clock_advance(&source.clock, 2L * HOUR);
	ck_assert_str_eq(key(), "KEY1");
	fake_clock_advance(&source.clock, HOUR);
	ck_assert_str_eq(key(), "KEY1");
	source.fail = 0;
	fake_clock_advance(&source.clock, HOUR);
	ck_assert(strcmp(key(), "KEY1") != 0);
}
END_TEST

START_TEST(rejected_keys_are_fetched_anew)
{
	struct credentials *old = NULL;

	source.forever = true;
	ck_assert_str_eq(key(), "KEY1");
	old = credential_cache_peek(source.cache);
	credential_cache_reject(source.cache, old);
	ck_assert_str_eq(key(), "KEY2");
	/* A second caller that was refused with the same ones finds them replaced already. */
	credential_cache_reject(source.cache, old);
	ck_assert_str_eq(key(), "KEY2");
	ck_assert_int_eq(source.fetches, 2);
	credentials_unref(old);
}
END_TEST

static void *get_key(void *arg)
{
	struct credentials *credentials = NULL;
	int *result = arg;

	*result = credential_cache_get(source.cache, 5000, NULL, &credentials, NULL);
	credentials_unref(credentials);
	return NULL;
}

START_TEST(callers_that_come_together_share_one_fetch)
{
	pthread_t threads[8];
	int results[8];

	set_hold(true);
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, get_key, &results[i]);
	wait_for_fetch(1);
	set_hold(false);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(results[i], 0);
	}
	ck_assert_int_eq(source.fetches, 1);
}
END_TEST

START_TEST(a_waiting_caller_can_be_cancelled_and_the_fetch_goes_on)
{
	struct cancel cancel;
	struct credentials *credentials = NULL;

	cancel_init(&cancel);
	cancel_trigger(&cancel);
	set_hold(true);
	ck_assert_int_eq(credential_cache_get(source.cache, 5000, &cancel, &credentials, NULL),
			 -EINTR);
	cancel_done(&cancel);
	ck_assert_int_eq(credential_cache_get(source.cache, 1, NULL, &credentials, NULL),
			 -ETIMEDOUT);
	set_hold(false);
	ck_assert_str_eq(key(), "KEY1");
}
END_TEST

START_TEST(a_cache_can_be_freed_while_a_fetch_stands_still)
{
	struct credentials *credentials = NULL;

	set_hold(true);
	ck_assert_int_eq(credential_cache_get(source.cache, 1, NULL, &credentials, NULL),
			 -ETIMEDOUT);
	wait_for_fetch(1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("credential cache");
	TCase *tc = tcase_create("credential cache");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, keys_that_do_not_expire_are_fetched_once);
	tcase_add_test(tc, fifteen_minutes_before_expiry_they_are_refreshed_and_nobody_waits);
	tcase_add_test(tc, ten_minutes_before_expiry_everyone_waits);
	tcase_add_test(tc, a_refresh_that_fails_is_no_error_while_the_old_ones_last);
	tcase_add_test(tc, without_any_not_every_caller_waits_for_a_source_that_is_slow_to_fail);
	tcase_add_test(tc, where_failing_is_quick_the_next_caller_sees_a_login);
	tcase_add_test(tc, keys_that_live_a_minute_are_not_fetched_for_every_call);
	tcase_add_test(tc, keys_that_come_expired_are_refused);
	tcase_add_test(tc, extendable_keys_outlive_a_source_that_is_down);
	tcase_add_test(tc, rejected_keys_are_fetched_anew);
	tcase_add_test(tc, callers_that_come_together_share_one_fetch);
	tcase_add_test(tc, a_waiting_caller_can_be_cancelled_and_the_fetch_goes_on);
	tcase_add_test(tc, a_cache_can_be_freed_while_a_fetch_stands_still);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

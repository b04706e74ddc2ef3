#include <errno.h>
#include <pthread.h>

#include "../unit.h"

#include "ecsfs/aws/breaker.h"
#include "ecsfs/aws/quota.h"
#include "ecsfs/base/cleanup.h"

START_TEST(a_bucket_gives_its_burst_and_then_its_rate)
{
	struct bucket bucket;

	bucket_init(&bucket, 80, 16, 1000);
	for (int i = 0; i < 80; i++)
		ck_assert_int_eq(bucket_take(&bucket, 1000), 0);
	ck_assert_int_eq(bucket_take(&bucket, 1000), 63);
	ck_assert_int_eq(bucket_take(&bucket, 1062), 1);
	ck_assert_int_eq(bucket_take(&bucket, 1063), 0);
	/* An hour's rest does not make more than the burst. */
	int taken = 0;
	while (bucket_take(&bucket, 3601000) == 0)
		taken++;
	ck_assert_int_eq(taken, 80);
}
END_TEST

START_TEST(a_bucket_never_gives_more_than_its_rate_allows)
{
	struct bucket bucket;
	int taken = 0;

	bucket_init(&bucket, 3, 0.7, 0);
	for (int64_t now = 0; now <= 100000; now += 7)
		while (bucket_take(&bucket, now) == 0)
			taken++;
	ck_assert_int_ge(taken, 72);
	ck_assert_int_le(taken, 73);
}
END_TEST

START_TEST(a_share_of_a_small_bucket_is_one_token_at_least)
{
	struct bucket bucket;

	bucket_init(&bucket, 0.8, 0.8, 0);
	ck_assert_int_eq(bucket_take(&bucket, 0), 0);
	ck_assert_int_eq(bucket_take(&bucket, 0), 1250);
}
END_TEST

#define QUEUE 8

struct queue {
	struct quota quota;
	pthread_mutex_t lock;
	int order[QUEUE], served;
};

struct place {
	struct queue *queue;
	struct cancel cancel;
	int number, result;
	pthread_t thread;
};

static void *stand_in_line(void *arg)
{
	struct place *place = arg;

	place->result = quota_take(&place->queue->quota, &place->cancel, NULL);
	LOCKED(&place->queue->lock);
	if (place->result == 0)
		place->queue->order[place->queue->served++] = place->number;
	return NULL;
}

static int waiting(struct queue *queue)
{
	int count = 0;
	LOCKED(&queue->quota.lock);

	for (struct waiter *w = queue->quota.waiters; w; w = w->next)
		count++;
	return count;
}

static void leave(struct place *place)
{
	cancel_trigger(&place->cancel);
	pthread_join(place->thread, NULL);
	ck_assert_int_eq(place->result, -EINTR);
}

/* Put one token there, and wait until someone has it. */
static void grant(struct queue *queue, int served)
{
	pthread_mutex_lock(&queue->quota.lock);
	queue->quota.bucket.tokens = 1;
	waiter_signal(queue->quota.waiters);
	pthread_mutex_unlock(&queue->quota.lock);
	for (int now = 0; now < served; sched_yield()) {
		LOCKED(&queue->lock);
		now = queue->served;
	}
}

START_TEST(waiting_callers_are_served_in_turn_and_one_can_leave)
{
	struct queue queue = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct place places[QUEUE];

	/* So slow that only what the test hands out is there. */
	quota_init(&queue.quota, 1, 1e-6, &clock_real);
	ck_assert_int_eq(quota_take(&queue.quota, NULL, NULL), 0);
	for (int i = 0; i < QUEUE; i++) {
		places[i] = (struct place){.queue = &queue, .number = i};
		cancel_init(&places[i].cancel);
		pthread_create(&places[i].thread, NULL, stand_in_line, &places[i]);
		while (waiting(&queue) < i + 1)
			sched_yield();
	}
	leave(&places[0]);
	leave(&places[3]);
	for (int i = 0; i < QUEUE - 2; i++)
		grant(&queue, i + 1);
	static const int in_turn[] = {1, 2, 4, 5, 6, 7};
	ck_assert_mem_eq(queue.order, in_turn, sizeof(in_turn));
	for (int i = 0; i < QUEUE; i++) {
		if (i != 0 && i != 3)
			pthread_join(places[i].thread, NULL);
		cancel_done(&places[i].cancel);
	}
	quota_done(&queue.quota);
}
END_TEST

START_TEST(a_throttled_bucket_starts_again_from_nothing)
{
	struct fake_clock fake;
	struct quota quota;

	fake_clock_init(&fake, 0, 0);
	quota_init(&quota, 100, 1, &fake.clock);
	quota_drain(&quota);
	fake_clock_advance(&fake, 1000);
	ck_assert_int_eq(quota_take(&quota, NULL, NULL), 0);
	ck_assert(quota.bucket.tokens < 1);
	quota_done(&quota);
}
END_TEST

static const struct error refused = {.errnum = EHOSTUNREACH, .message = "refused"};

START_TEST(the_breaker_opens_after_three_attempts_and_passes_one_probe_at_a_time)
{
	struct breaker breaker;
	struct error err = {0};

	breaker_init(&breaker);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(breaker_enter(&breaker, 0, true, &err), BREAKER_GO);
		breaker_unreachable(&breaker, 0, 3000, &refused);
	}
	ck_assert_int_eq(breaker_enter(&breaker, 3001, true, &err), BREAKER_FAIL);
	ck_assert_int_eq(err.errnum, EHOSTUNREACH);
	ck_assert_str_eq(err.message, "refused");
	/* Ten times what an attempt took would be long; nobody waits longer than 5 s. */
	ck_assert_int_eq(breaker_enter(&breaker, 7999, true, &err), BREAKER_FAIL);
	ck_assert_int_eq(breaker_enter(&breaker, 8000, true, &err), BREAKER_PROBE);
	ck_assert_int_eq(breaker_enter(&breaker, 8000, true, &err), BREAKER_FAIL);
	breaker_unknown(&breaker);
	ck_assert_int_eq(breaker_enter(&breaker, 8000, true, &err), BREAKER_PROBE);
	breaker_reached(&breaker, 8000);
	ck_assert_int_eq(breaker_enter(&breaker, 8000, true, &err), BREAKER_GO);
	breaker_done(&breaker);
}
END_TEST

START_TEST(where_failing_is_quick_the_breaker_hardly_pauses)
{
	struct breaker breaker;

	breaker_init(&breaker);
	for (int i = 0; i < 3; i++)
		breaker_unreachable(&breaker, 1000, 1000, &refused);
	ck_assert_int_eq(breaker_enter(&breaker, 1000, true, NULL), BREAKER_PROBE);
	breaker_unreachable(&breaker, 1000, 1001, &refused);
	ck_assert_int_eq(breaker_enter(&breaker, 1010, true, NULL), BREAKER_FAIL);
	ck_assert_int_eq(breaker_enter(&breaker, 1011, true, NULL), BREAKER_PROBE);
	breaker_done(&breaker);
}
END_TEST

START_TEST(an_answer_between_failures_starts_the_count_again)
{
	struct breaker breaker;

	breaker_init(&breaker);
	for (int i = 0; i < 10; i++) {
		breaker_unreachable(&breaker, 0, 0, &refused);
		breaker_unreachable(&breaker, 0, 0, &refused);
		breaker_reached(&breaker, 0);
		ck_assert_int_eq(breaker_enter(&breaker, 0, true, NULL), BREAKER_GO);
	}
	breaker_done(&breaker);
}
END_TEST

static const struct error silent = {.errnum = ETIMEDOUT, .message = "silent"};

START_TEST(one_whole_time_without_an_answer_opens_the_breaker)
{
	struct breaker breaker;
	struct error err = {0};

	breaker_init(&breaker);
	breaker_unreachable(&breaker, 1000, 31000, &silent);
	/* It may have been only that call, so one finds out at once, while the others do not wait.
	 */
	ck_assert_int_eq(breaker_enter(&breaker, 31000, true, &err), BREAKER_PROBE);
	ck_assert_int_eq(breaker_enter(&breaker, 31000, true, &err), BREAKER_FAIL);
	ck_assert_int_eq(err.errnum, ETIMEDOUT);
	/* Those that have waited as long as the first one tell nothing new. */
	breaker_unreachable(&breaker, 2000, 32000, &silent);
	ck_assert_int_eq(breaker_enter(&breaker, 32000, true, &err), BREAKER_FAIL);
	breaker_unreachable(&breaker, 31000, 34000, &silent);
	ck_assert_int_eq(breaker_enter(&breaker, 38999, true, &err), BREAKER_FAIL);
	ck_assert_int_eq(breaker_enter(&breaker, 39000, true, &err), BREAKER_PROBE);
	breaker_done(&breaker);
}
END_TEST

START_TEST(who_cannot_do_without_finds_out_at_once_whether_a_silent_server_answers)
{
	struct breaker breaker;

	breaker_init(&breaker);
	breaker_unreachable(&breaker, 1000, 31000, &silent);
	breaker_unreachable(&breaker, 31000, 34000, &silent);
	ck_assert_int_eq(breaker_enter(&breaker, 34000, true, NULL), BREAKER_FAIL);
	ck_assert_int_eq(breaker_enter(&breaker, 34000, false, NULL), BREAKER_PROBE);
	/* But not two of them at one time. */
	ck_assert_int_eq(breaker_enter(&breaker, 34000, false, NULL), BREAKER_FAIL);
	breaker_reached(&breaker, 34001);
	ck_assert_int_eq(breaker_enter(&breaker, 34001, true, NULL), BREAKER_GO);
	breaker_done(&breaker);
}
END_TEST

/* A server in trouble that takes ten seconds for each answer is not silent. */
START_TEST(who_cannot_do_without_gives_more_time_after_each_probe_in_vain)
{
	struct breaker breaker;
	int64_t waited_ms = 0;
	unsigned probes = 0;

	breaker_init(&breaker);
	breaker_unreachable(&breaker, 0, 30000, &silent);
	for (int64_t now_ms = 30000; waited_ms < 10000; now_ms += waited_ms, probes++) {
		ck_assert_int_eq(breaker_enter(&breaker, now_ms, false, NULL), BREAKER_PROBE);
		waited_ms = breaker_probe_ms(&breaker, false);
		if (waited_ms < 10000)
			breaker_unreachable(&breaker, now_ms, now_ms + waited_ms, &silent);
	}
	ck_assert_uint_le(probes, 3);
	ck_assert_int_lt(breaker_probe_ms(&breaker, true), 5000);
	breaker_reached(&breaker, 100000);
	ck_assert_int_lt(breaker_probe_ms(&breaker, false), 5000);
	for (int i = 0; i < 100; i++)
		breaker_unreachable(&breaker, 100000, 130000, &silent);
	ck_assert_int_le(breaker_probe_ms(&breaker, false), 60000);
	breaker_done(&breaker);
}
END_TEST

START_TEST(where_nobody_can_connect_everybody_pauses)
{
	struct breaker breaker;

	breaker_init(&breaker);
	for (int i = 0; i < 3; i++)
		breaker_unreachable(&breaker, 0, 3000, &refused);
	ck_assert_int_eq(breaker_enter(&breaker, 3000, false, NULL), BREAKER_FAIL);
	breaker_done(&breaker);
}
END_TEST

START_TEST(a_slow_answer_is_no_outage_where_others_are_answered_meanwhile)
{
	struct breaker breaker;

	breaker_init(&breaker);
	breaker_reached(&breaker, 1001);
	breaker_unreachable(&breaker, 1000, 31000, &silent);
	ck_assert_int_eq(breaker_enter(&breaker, 31000, true, NULL), BREAKER_GO);
	breaker_unreachable(&breaker, 1001, 31000, &silent);
	ck_assert_int_eq(breaker_enter(&breaker, 31000, true, NULL), BREAKER_PROBE);
	breaker_done(&breaker);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quota");
	TCase *tc = tcase_create("quota");

	tcase_add_test(tc, a_bucket_gives_its_burst_and_then_its_rate);
	tcase_add_test(tc, a_bucket_never_gives_more_than_its_rate_allows);
	tcase_add_test(tc, a_share_of_a_small_bucket_is_one_token_at_least);
	tcase_add_test(tc, waiting_callers_are_served_in_turn_and_one_can_leave);
	tcase_add_test(tc, a_throttled_bucket_starts_again_from_nothing);
	tcase_add_test(tc, the_breaker_opens_after_three_attempts_and_passes_one_probe_at_a_time);
	tcase_add_test(tc, where_failing_is_quick_the_breaker_hardly_pauses);
	tcase_add_test(tc, an_answer_between_failures_starts_the_count_again);
	tcase_add_test(tc, one_whole_time_without_an_answer_opens_the_breaker);
	tcase_add_test(tc, who_cannot_do_without_finds_out_at_once_whether_a_silent_server_answers);
	tcase_add_test(tc, who_cannot_do_without_gives_more_time_after_each_probe_in_vain);
	tcase_add_test(tc, where_nobody_can_connect_everybody_pauses);
	tcase_add_test(tc, a_slow_answer_is_no_outage_where_others_are_answered_meanwhile);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}

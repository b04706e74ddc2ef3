/*
 * The store's fetches without its threads: whoever waits for one makes it.
 *
 * So a run is the same every time, which libFuzzer needs to learn from it, and as fast as the code
 * under test. The rest of src/store/fetch.c is what it is.
 */
#include <pthread.h>

static int make_fetches(void *store);

#define pthread_create(thread, attr, start, arg) ((void)(thread), (void)(start), (void)(arg), 0)
#define pthread_join(thread, ret) ((void)(thread), 0)
/* In next_fetch(): the queue is empty, so be done. */
#define pthread_cond_wait(cond, lock) (store->stopping = true)
/* In fetch_wait() */
#define pthread_cond_timedwait(cond, lock, until) make_fetches(store)

#include "../../src/store/fetch.c"

static int make_fetches(void *arg)
{
	struct store *store = arg;

	pthread_mutex_unlock(&store->lock);
	fetcher(store);
	pthread_mutex_lock(&store->lock);
	store->stopping = false;
	return 0;
}

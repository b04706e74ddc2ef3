#include "stand_in.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

#define MAX_CONNECTIONS 64

struct stand_in {
	const struct stand_in_step *steps;
	char url[40];
	struct sockaddr_in address;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int listener;
	bool closing, refusing;
	unsigned step, requests, connections;
	int fds[MAX_CONNECTIONS];
	pthread_t threads[MAX_CONNECTIONS], accepter;
};

struct connection {
	struct stand_in *stand_in;
	int fd;
};

static const struct stand_in_step *next_step(struct stand_in *s)
{
	LOCKED(&s->lock);
	const struct stand_in_step *step = &s->steps[s->step];

	s->requests++;
	if (step[1].answer || step[1].then)
		s->step++;
	pthread_cond_broadcast(&s->changed);
	return step;
}

/* Read one request to its end. */
static bool read_request(int fd, struct buf *in)
{
	for (;;) {
		char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;

		if (end) {
			char *length = strcasestr(in->data, "content-length:");
			size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
			size_t all = (size_t)(end - in->data) + 4 + body;

			if (in->len >= all) {
				memmove(in->data, in->data + all, in->len - all + 1);
				in->len -= all;
				return true;
			}
		}
		char *room = buf_reserve(in, 65536);
		ssize_t n = read(fd, room, 65536);
		if (n <= 0)
			return false;
		room[n] = '\0';
		in->len += (size_t)n;
	}
}

static bool send_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

static void flood(int fd)
{
	static const char chunk[65536] = {'x'};

	while (send_all(fd, chunk, sizeof(chunk)))
		;
}

static void *serve(void *arg)
{
	struct connection connection = *(struct connection *)arg;
	_cleanup_(buf_done) struct buf in = {0};
	int fd = connection.fd;

	free(arg);
	while (read_request(fd, &in)) {
		const struct stand_in_step *step = next_step(connection.stand_in);
		char c;

		if (step->answer)
			send_all(fd, step->answer, strlen(step->answer));
		if (step->then == STAND_IN_FLOOD)
			flood(fd);
		if (step->then == STAND_IN_STALL)
			while (read(fd, &c, 1) > 0)
				;
		if (step->then == STAND_IN_RESET) {
			struct linger linger = {.l_onoff = 1};
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		}
		if (step->then != STAND_IN_KEEP)
			break;
	}
	/* The number is given up under the lock, so that nobody shuts down another's. */
	LOCKED(&connection.stand_in->lock);
	for (unsigned i = 0; i < connection.stand_in->connections; i++)
		if (connection.stand_in->fds[i] == fd)
			connection.stand_in->fds[i] = -1;
	close(fd);
	return NULL;
}

static void add_connection(struct stand_in *s, int fd)
{
	struct connection *connection = malloc(sizeof(*connection));
	LOCKED(&s->lock);

	if (s->connections == MAX_CONNECTIONS || !connection)
		abort();
	*connection = (struct connection){s, fd};
	s->fds[s->connections] = fd;
	pthread_create(&s->threads[s->connections++], NULL, serve, connection);
}

static void *accept_all(void *arg)
{
	struct stand_in *s = arg;

	for (;;) {
		int fd = accept(s->listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		add_connection(s, fd);
	}
}

void stand_in_listen(struct stand_in *s)
{
	int on = 1;
	socklen_t len = sizeof(s->address);

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(s->listener, (struct sockaddr *)&s->address, len) < 0 ||
	    listen(s->listener, 64) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&s->address, &len) < 0)
		abort();
	s->refusing = false;
	pthread_create(&s->accepter, NULL, accept_all, s);
}

void stand_in_refuse(struct stand_in *s)
{
	if (s->refusing)
		return;
	s->refusing = true;
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->accepter, NULL);
	close(s->listener);
	LOCKED(&s->lock);
	for (unsigned i = 0; i < s->connections; i++)
		if (s->fds[i] >= 0)
			shutdown(s->fds[i], SHUT_RDWR);
}

struct stand_in *stand_in_new(const struct stand_in_step *steps)
{
	struct stand_in *s = calloc(1, sizeof(*s));

	s->steps = steps;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->address.sin_family = AF_INET;
	s->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	stand_in_listen(s);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", ntohs(s->address.sin_port));
	return s;
}

void stand_in_free(struct stand_in *s)
{
	stand_in_refuse(s);
	for (unsigned i = 0; i < s->connections; i++)
		pthread_join(s->threads[i], NULL);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->changed);
	free(s);
}

const char *stand_in_url(const struct stand_in *s)
{
	return s->url;
}

unsigned stand_in_requests(struct stand_in *s)
{
	LOCKED(&s->lock);
	return s->requests;
}

unsigned stand_in_connections(struct stand_in *s)
{
	LOCKED(&s->lock);
	return s->connections;
}

void stand_in_wait(struct stand_in *s, unsigned requests)
{
	LOCKED(&s->lock);
	while (s->requests < requests)
		pthread_cond_wait(&s->changed, &s->lock);
}

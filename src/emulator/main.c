/*
 * ecs-emulator: the Amazon ECS API on a loopback address.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "server.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/log.h"

static int serve(struct emulator *emulator, const sigset_t *signals)
{
	const struct options *options = &emulator->options;
	struct server *server;
	int port, number, r;

	r = server_start(emulator, &server, &port);
	if (r < 0) {
		log_error("cannot listen on %s:%d: %s", options->host, options->port, strerror(-r));
		return EXIT_FAILURE;
	}
	printf(strchr(options->host, ':') ? "ecs-emulator: listening on http://[%s]:%d\n"
					  : "ecs-emulator: listening on http://%s:%d\n",
	       options->host, port);
	fflush(stdout);
	sigwait(signals, &number);
	server_stop(server);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	_cleanup_(options_done) struct options options;
	struct emulator emulator;
	sigset_t signals;

	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_DONE:
		return EXIT_SUCCESS;
	case OPTIONS_BAD:
		return EXIT_FAILURE;
	case OPTIONS_RUN:
		break;
	}
	log_init("ecs-emulator", LOG_LEVEL_WARN, false);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	/* Before there are threads, so that they inherit it and only sigwait() sees them. */
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (emulator_init(&emulator, &options) < 0)
		return EXIT_FAILURE;
	int status = serve(&emulator, &signals);
	emulator_done(&emulator);
	return status;
}

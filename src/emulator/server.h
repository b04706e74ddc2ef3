/*
 * HTTP: one thread for each connection, so that a slow answer holds up nobody else.
 */
#ifndef EMULATOR_SERVER_H
#define EMULATOR_SERVER_H

#include "emulator.h"

struct server;

/* @ret_port: what it listens on. 0, or a negative errno. */
int server_start(struct emulator *emulator, struct server **ret_server, int *ret_port);

/* End all waits, answer nothing more, free. */
void server_stop(struct server *server);

#endif

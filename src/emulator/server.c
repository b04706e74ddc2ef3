#include "server.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "request.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define MAX_BODY (4 << 20)
#define WRONG_DATE_S 600

struct server {
	struct emulator *emulator;
	struct MHD_Daemon *daemon;
};

/* A request while its body arrives. */
struct arrival {
	struct request request;
	size_t size;
	bool too_large;
};

/* A body on its way out, where it goes wrong on the way. */
struct departure {
	struct emulator *emulator;
	struct MHD_Connection *connection;
	enum fault fault;
	size_t len;
	char *bytes;
};

/* The connection's end shall be a reset, not a polite goodbye. */
static void linger_not(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (info)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static ssize_t depart(void *arg, uint64_t position, char *out, size_t max)
{
	struct departure *departure = arg;
	size_t rest = departure->len - (size_t)position;

	if (departure->fault == FAULT_SLOW) {
		if (!emulator_sleep(departure->emulator, 1000))
			return MHD_CONTENT_READER_END_WITH_ERROR;
		max = 1;
	} else if (position >= departure->len / 2) {
		linger_not(departure->connection);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	} else {
		rest = departure->len / 2 - (size_t)position;
	}
	size_t len = rest < max ? rest : max;
	memcpy(out, departure->bytes + position, len);
	return (ssize_t)len;
}

static void departed(void *arg)
{
	struct departure *departure = arg;

	free(departure->bytes);
	free(departure);
}

static struct MHD_Response *make_response(struct emulator *emulator,
					  struct MHD_Connection *connection, struct reply *reply)
{
	if (reply->fault != FAULT_SLOW && reply->fault != FAULT_RESET)
		return MHD_create_response_from_buffer(reply->len, STEAL(reply->body),
						       MHD_RESPMEM_MUST_FREE);
	struct departure *departure = must_alloc(sizeof(*departure));
	*departure = (struct departure){.emulator = emulator,
					.connection = connection,
					.fault = reply->fault,
					.len = reply->len,
					.bytes = STEAL(reply->body)};
	return MHD_create_response_from_callback(reply->len, 1024, depart, departure, departed);
}

static void add_wrong_date(struct MHD_Response *response)
{
	time_t then = time(NULL) + WRONG_DATE_S;
	struct tm tm;
	char text[64];

	gmtime_r(&then, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	MHD_add_response_header(response, "Date", text);
}

static enum MHD_Result send_reply(struct emulator *emulator, struct MHD_Connection *connection,
				  struct reply *reply)
{
	if (reply->fault == FAULT_REFUSE)
		linger_not(connection);
	if (reply->fault == FAULT_REFUSE || reply->fault == FAULT_HANG ||
	    reply->fault == FAULT_DROP_REPLY) {
		free(reply->body);
		return MHD_NO;
	}
	struct MHD_Response *response = make_response(emulator, connection, reply);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", reply->content_type);
	if (*reply->request_id)
		MHD_add_response_header(response, "x-amzn-RequestId", reply->request_id);
	if (*reply->code)
		MHD_add_response_header(response, "x-amzn-errortype", reply->code);
	if (reply->wrong_date)
		add_wrong_date(response);
	enum MHD_Result result =
		MHD_queue_response(connection, (unsigned int)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result take_header(void *arg, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	struct request *request = arg;
	struct header header = {must_copy(name), must_copy(value ? value : "")};

	(void)kind;
	for (char *at = header.name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	request->headers =
		must_grow(request->headers, (request->num_headers + 1) * sizeof(*request->headers));
	request->headers[request->num_headers++] = header;
	return MHD_YES;
}

static void *arrive(void *arg, const char *uri, struct MHD_Connection *connection)
{
	struct arrival *arrival = must_alloc(sizeof(*arrival));

	(void)arg;
	(void)connection;
	arrival->request.path = must_copy(uri);
	return arrival;
}

static void forget(void *arg, struct MHD_Connection *connection, void **state,
		   enum MHD_RequestTerminationCode code)
{
	struct arrival *arrival = *state;

	(void)arg;
	(void)connection;
	(void)code;
	if (!arrival)
		return;
	for (size_t i = 0; i < arrival->request.num_headers; i++) {
		free(arrival->request.headers[i].name);
		free(arrival->request.headers[i].value);
	}
	free(arrival->request.headers);
	free(arrival->request.method);
	free(arrival->request.path);
	free(arrival->request.body);
	free(arrival);
	*state = NULL;
}

static void append(struct arrival *arrival, const char *bytes, size_t len)
{
	struct request *request = &arrival->request;

	if (len > MAX_BODY - request->len) {
		arrival->too_large = true;
		return;
	}
	if (request->len + len > arrival->size) {
		arrival->size = (request->len + len) * 2;
		request->body = must_grow(request->body, arrival->size);
	}
	memcpy(request->body + request->len, bytes, len);
	request->len += len;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *len, void **state)
{
	struct emulator *emulator = ((struct server *)arg)->emulator;
	struct arrival *arrival = *state;
	struct reply reply;

	(void)url;
	(void)version;
	if (!arrival->request.method) {
		/* The first of at least two calls: no body yet. */
		arrival->request.method = must_copy(method);
		MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header,
					  &arrival->request);
		return MHD_YES;
	}
	if (*len) {
		append(arrival, data, *len);
		*len = 0;
		return MHD_YES;
	}
	if (arrival->too_large)
		reply = (struct reply){
			.status = 413, .content_type = "text/plain", .body = must_copy("")};
	else
		request_answer(emulator, &arrival->request, &reply);
	return send_reply(emulator, connection, &reply);
}

static int resolve(const char *host, int port, struct sockaddr_storage *ret)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list;
	char service[16];

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &list) != 0)
		return -EINVAL;
	memcpy(ret, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
	return 0;
}

int server_start(struct emulator *emulator, struct server **ret_server, int *ret_port)
{
	const struct options *options = &emulator->options;
	struct sockaddr_storage address = {0};
	struct server *server;
	unsigned int flags =
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;

	if (resolve(options->host, options->port, &address) < 0)
		return -EINVAL;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	server = must_alloc(sizeof(*server));
	server->emulator = emulator;
	server->daemon = MHD_start_daemon(
		flags, (uint16_t)options->port, NULL, NULL, handle, server, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, arrive, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096U,
		MHD_OPTION_THREAD_STACK_SIZE, (size_t)(256 * 1024), MHD_OPTION_END);
	if (!server->daemon) {
		int r = errno ? -errno : -EADDRINUSE;

		free(server);
		return r;
	}
	*ret_port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	*ret_server = server;
	return 0;
}

void server_stop(struct server *server)
{
	emulator_stop(server->emulator);
	MHD_stop_daemon(server->daemon);
	free(server);
}

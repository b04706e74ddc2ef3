#include "double.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define MAX_SCRIPTS 64
#define ARN "arn:aws:ecs:us-east-1:123456789012:"

/* What a test said about an action, and what came of it. */
struct script {
	char action[64];
	unsigned calls;
	bool holding;
	unsigned hold_after; /* calls */
	const char *const *bodies;
	unsigned body_count, body_at;
	int status; /* 0: answer from the resources */
	char *body;
	bool once;
	json_t *last_request;
};

struct aws_double {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t acceptor;
	struct sockaddr_in address;
	char url[64];
	int listener; /* -1 while out of reach */
	int connections[MAX_CONNECTIONS];
	unsigned serving;
	bool stopping;
	json_t *collections; /* name: {id: item} */
	struct script scripts[MAX_SCRIPTS];
};

/* How resources are listed and described. */
static const struct collection {
	const char *name, *list, *arns, *describe, *ids, *arn_member, *arn_prefix;
} collections[] = {
	{"clusters", "ListClusters", "clusterArns", "DescribeClusters", "clusters", "clusterArn",
	 ARN "cluster/"},
	{"services", "ListServices", "serviceArns", "DescribeServices", "services", "serviceArn",
	 ARN "service/prod/"},
	{"tasks", "ListTasks", "taskArns", "DescribeTasks", "tasks", "taskArn", ARN "task/prod/"},
	{"families", "ListTaskDefinitionFamilies", "families", "", "", "family", ""},
	{"taskDefinitions", "ListTaskDefinitions", "taskDefinitionArns", "DescribeTaskDefinition",
	 "taskDefinition", "taskDefinitionArn", ARN "task-definition/"},
};
#define COLLECTION_COUNT (sizeof(collections) / sizeof(collections[0]))

static struct script *script_of(struct aws_double *aws, const char *action)
{
	for (size_t i = 0; i < MAX_SCRIPTS; i++) {
		struct script *script = &aws->scripts[i];
		if (!script->action[0])
			snprintf(script->action, sizeof(script->action), "%s", action);
		if (strcmp(script->action, action) == 0)
			return script;
	}
	abort();
}

static json_t *answer_list(struct aws_double *aws, const struct collection *c, json_t *request)
{
	json_t *items = json_object_get(aws->collections, c->name), *item, *page = json_array();
	json_int_t max = json_integer_value(json_object_get(request, "maxResults"));
	const char *token = json_string_value(json_object_get(request, "nextToken")), *id;
	json_int_t at = 0, start = token ? atoll(token) : 0;
	char next[32] = "";

	json_object_foreach (items, id, item) {
		if (at >= start && at < start + max)
			json_array_append(page, json_object_get(item, c->arn_member));
		at++;
	}
	if (at > start + max)
		snprintf(next, sizeof(next), "%lld", (long long)(start + max));
	return next[0] ? json_pack("{s:o, s:s}", c->arns, page, "nextToken", next)
		       : json_pack("{s:o}", c->arns, page);
}

static const char *last_part(const char *arn)
{
	const char *slash = strrchr(arn, '/');

	return slash ? slash + 1 : arn;
}

static json_t *answer_describe(struct aws_double *aws, const struct collection *c, json_t *request,
			       int *ret_status)
{
	json_t *items = json_object_get(aws->collections, c->name);
	json_t *ids = json_object_get(request, c->ids), *id;
	size_t i;

	if (json_is_string(ids)) {
		json_t *item = json_object_get(items, last_part(json_string_value(ids)));
		if (item)
			return json_pack("{s:O}", c->ids, item);
		*ret_status = 400;
		return json_pack("{s:s, s:s}", "__type", "ClientException", "message",
				 "Unable to describe task definition.");
	}
	json_t *found = json_array(), *failures = json_array();
	json_array_foreach (ids, i, id) {
		json_t *item = json_object_get(items, last_part(json_string_value(id)));
		if (item)
			json_array_append(found, item);
		else
			json_array_append_new(
				failures, json_pack("{s:O, s:s}", "arn", id, "reason", "MISSING"));
	}
	return json_pack("{s:o, s:o}", c->name, found, "failures", failures);
}

static json_t *answer(struct aws_double *aws, const char *action, json_t *request, int *ret_status)
{
	*ret_status = 200;
	for (size_t i = 0; i < COLLECTION_COUNT; i++) {
		if (strcmp(collections[i].list, action) == 0)
			return answer_list(aws, &collections[i], request);
		if (strcmp(collections[i].describe, action) == 0)
			return answer_describe(aws, &collections[i], request, ret_status);
	}
	return json_object();
}

/* What a request is answered with, made when it comes; new. */
static char *serve(struct aws_double *aws, const char *action, const char *body, int *ret_status)
{
	pthread_mutex_lock(&aws->lock);
	struct script *script = script_of(aws, action);
	json_t *request = json_loads(body, 0, NULL);
	char *text;

	unsigned number = ++script->calls;
	json_decref(script->last_request);
	script->last_request = request;
	if (script->bodies) {
		*ret_status = 200;
		text = strdup(script->bodies[script->body_at++ % script->body_count]);
	} else if (script->status) {
		*ret_status = script->status;
		text = strdup(script->body);
		if (script->once)
			script->status = 0;
	} else {
		json_t *response = answer(aws, action, request, ret_status);
		text = json_dumps(response, JSON_COMPACT);
		json_decref(response);
	}
	pthread_cond_broadcast(&aws->changed);
	while (script->holding && number > script->hold_after && !aws->stopping)
		pthread_cond_wait(&aws->changed, &aws->lock);
	pthread_mutex_unlock(&aws->lock);
	return text;
}

struct connection {
	struct aws_double *aws;
	unsigned slot;
	int fd;
};

/* One request into @in; whether there was one. */
static bool receive(int fd, char *in, size_t size, char *action, size_t action_size,
		    char **ret_body)
{
	size_t have = 0, head = 0, len = 0;

	for (;;) {
		ssize_t n = recv(fd, in + have, size - 1 - have, 0);
		if (n <= 0)
			return false;
		have += (size_t)n;
		in[have] = '\0';
		char *end = head ? NULL : strstr(in, "\r\n\r\n");
		if (end) {
			const char *length = strcasestr(in, "\r\nContent-Length:");
			const char *target = strcasestr(in, "\r\nX-Amz-Target:");
			head = (size_t)(end + 4 - in);
			len = length ? (size_t)atol(length + strlen("\r\nContent-Length:")) : 0;
			target = target ? strchr(target, '.') : NULL;
			snprintf(action, action_size, "%.*s",
				 target ? (int)strcspn(target + 1, "\r") : 0,
				 target ? target + 1 : "");
		}
		if (head && have >= head + len) {
			*ret_body = in + head;
			return true;
		}
	}
}

static void *connection_run(void *arg)
{
	struct connection *connection = arg;
	struct aws_double *aws = connection->aws;
	size_t size = 1024 * 1024;
	char *in = malloc(size), *body, action[64], head[256];
	int status;

	while (receive(connection->fd, in, size, action, sizeof(action), &body)) {
		char *text = serve(aws, action, body, &status);
		int head_len =
			snprintf(head, sizeof(head),
				 "HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.1\r\n"
				 "x-amzn-requestid: req-%s\r\nContent-Length: %zu\r\n\r\n",
				 status, action, strlen(text));
		bool sent = send(connection->fd, head, (size_t)head_len, MSG_NOSIGNAL) > 0 &&
			    send(connection->fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
		free(text);
		if (!sent)
			break;
	}
	free(in);
	pthread_mutex_lock(&aws->lock);
	aws->connections[connection->slot] = -1;
	close(connection->fd);
	aws->serving--;
	pthread_cond_broadcast(&aws->changed);
	pthread_mutex_unlock(&aws->lock);
	free(connection);
	return NULL;
}

static void start_connection(struct aws_double *aws, int fd)
{
	struct connection *connection = malloc(sizeof(*connection));
	pthread_t thread;

	*connection = (struct connection){.aws = aws, .fd = fd};
	while (aws->connections[connection->slot] >= 0)
		connection->slot++;
	aws->connections[connection->slot] = fd;
	aws->serving++;
	pthread_create(&thread, NULL, connection_run, connection);
	pthread_detach(thread);
}

static void *acceptor_run(void *arg)
{
	struct aws_double *aws = arg;
	int fd, listener;

	pthread_mutex_lock(&aws->lock);
	listener = aws->listener;
	pthread_mutex_unlock(&aws->lock);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		pthread_mutex_lock(&aws->lock);
		if (aws->serving < MAX_CONNECTIONS - 1)
			start_connection(aws, fd);
		else
			close(fd);
		pthread_mutex_unlock(&aws->lock);
	}
	return NULL;
}

static void listen_there(struct aws_double *aws)
{
	socklen_t size = sizeof(aws->address);

	aws->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(aws->listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	ck_assert_int_eq(bind(aws->listener, (struct sockaddr *)&aws->address, size), 0);
	ck_assert_int_eq(listen(aws->listener, 128), 0);
	getsockname(aws->listener, (struct sockaddr *)&aws->address, &size);
	pthread_create(&aws->acceptor, NULL, acceptor_run, aws);
}

struct aws_double *double_start(void)
{
	static const char *const unset[] = {
		"AWS_SESSION_TOKEN",
		"AWS_SECURITY_TOKEN",
		"AWS_PROFILE",
		"AWS_DEFAULT_PROFILE",
		"AWS_ENDPOINT_URL",
		"AWS_ENDPOINT_URL_ECS",
		"AWS_CREDENTIAL_EXPIRATION",
		"AWS_MAX_ATTEMPTS",
		"AWS_CA_BUNDLE",
		"HTTP_PROXY",
		"http_proxy",
		"ALL_PROXY",
		"all_proxy",
	};
	struct aws_double *aws = calloc(1, sizeof(*aws));

	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		unsetenv(unset[i]);
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	pthread_mutex_init(&aws->lock, NULL);
	pthread_cond_init(&aws->changed, NULL);
	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		aws->connections[i] = -1;
	aws->collections = json_object();
	aws->address.sin_family = AF_INET;
	aws->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listen_there(aws);
	snprintf(aws->url, sizeof(aws->url), "http://127.0.0.1:%d", ntohs(aws->address.sin_port));
	return aws;
}

void double_go_away(struct aws_double *aws)
{
	shutdown(aws->listener, SHUT_RDWR);
	pthread_join(aws->acceptor, NULL);
	close(aws->listener);
	pthread_mutex_lock(&aws->lock);
	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		if (aws->connections[i] >= 0)
			shutdown(aws->connections[i], SHUT_RDWR);
	pthread_mutex_unlock(&aws->lock);
}

void double_come_back(struct aws_double *aws)
{
	listen_there(aws);
}

void double_stop(struct aws_double *aws)
{
	pthread_mutex_lock(&aws->lock);
	aws->stopping = true;
	pthread_cond_broadcast(&aws->changed);
	pthread_mutex_unlock(&aws->lock);
	double_go_away(aws);
	pthread_mutex_lock(&aws->lock);
	while (aws->serving > 0)
		pthread_cond_wait(&aws->changed, &aws->lock);
	pthread_mutex_unlock(&aws->lock);
	for (size_t i = 0; i < MAX_SCRIPTS; i++) {
		json_decref(aws->scripts[i].last_request);
		free(aws->scripts[i].body);
	}
	json_decref(aws->collections);
	pthread_cond_destroy(&aws->changed);
	pthread_mutex_destroy(&aws->lock);
	free(aws);
}

const char *double_url(const struct aws_double *aws)
{
	return aws->url;
}

void double_put(struct aws_double *aws, const char *collection, const char *id, const char *members)
{
	char *text = strdup(members ? members : "{}"), arn[8192];

	for (char *at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	json_t *rest = json_loads(text, 0, NULL);
	ck_assert_msg(rest != NULL, "not JSON: %s", text);
	free(text);
	pthread_mutex_lock(&aws->lock);
	for (size_t i = 0; i < COLLECTION_COUNT; i++) {
		const struct collection *c = &collections[i];
		if (strcmp(c->name, collection) != 0)
			continue;
		if (!json_object_get(aws->collections, c->name))
			json_object_set_new(aws->collections, c->name, json_object());
		snprintf(arn, sizeof(arn), "%s%s", c->arn_prefix, id);
		json_t *item = json_pack("{s:s}", c->arn_member, arn);
		json_object_update(item, rest);
		json_object_set_new(json_object_get(aws->collections, c->name), id, item);
	}
	pthread_mutex_unlock(&aws->lock);
	json_decref(rest);
}

void double_put_many(struct aws_double *aws, const char *collection, const char *names,
		     unsigned count)
{
	char id[128];

	for (unsigned i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(id, sizeof(id), names, i);
#pragma GCC diagnostic pop
		double_put(aws, collection, id, NULL);
	}
}

void double_remove(struct aws_double *aws, const char *collection, const char *id)
{
	pthread_mutex_lock(&aws->lock);
	json_object_del(json_object_get(aws->collections, collection), id);
	pthread_mutex_unlock(&aws->lock);
}

unsigned double_calls(struct aws_double *aws, const char *action)
{
	unsigned calls = 0;

	pthread_mutex_lock(&aws->lock);
	for (size_t i = 0; i < MAX_SCRIPTS; i++)
		if (!action || strcmp(aws->scripts[i].action, action) == 0)
			calls += aws->scripts[i].calls;
	pthread_mutex_unlock(&aws->lock);
	return calls;
}

json_t *double_last_request(struct aws_double *aws, const char *action)
{
	pthread_mutex_lock(&aws->lock);
	json_t *request = json_deep_copy(script_of(aws, action)->last_request);
	pthread_mutex_unlock(&aws->lock);
	return request;
}

void double_await(struct aws_double *aws, const char *action, unsigned count)
{
	struct timespec until;
	int r = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	pthread_mutex_lock(&aws->lock);
	struct script *script = script_of(aws, action);
	while (script->calls < count && r == 0)
		r = pthread_cond_timedwait(&aws->changed, &aws->lock, &until);
	unsigned calls = script->calls;
	pthread_mutex_unlock(&aws->lock);
	ck_assert_msg(calls >= count, "%u calls of %s came, not %u", calls, action, count);
}

void double_hold_after(struct aws_double *aws, const char *action, unsigned count)
{
	pthread_mutex_lock(&aws->lock);
	struct script *script = script_of(aws, action);
	script->holding = true;
	script->hold_after = script->calls + count;
	pthread_mutex_unlock(&aws->lock);
}

void double_hold(struct aws_double *aws, const char *action)
{
	double_hold_after(aws, action, 0);
}

void double_release(struct aws_double *aws, const char *action)
{
	pthread_mutex_lock(&aws->lock);
	script_of(aws, action)->holding = false;
	pthread_cond_broadcast(&aws->changed);
	pthread_mutex_unlock(&aws->lock);
}

static void set_answer(struct aws_double *aws, const char *action, int status, const char *body,
		       bool once)
{
	pthread_mutex_lock(&aws->lock);
	struct script *script = script_of(aws, action);
	free(script->body);
	script->body = body ? strdup(body) : NULL;
	script->status = body ? status : 0;
	script->once = once;
	pthread_mutex_unlock(&aws->lock);
}

void double_answer(struct aws_double *aws, const char *action, int status, const char *body)
{
	set_answer(aws, action, status, body, false);
}

void double_answer_once(struct aws_double *aws, const char *action, int status, const char *body)
{
	set_answer(aws, action, status, body, true);
}

void double_answer_in_turn(struct aws_double *aws, const char *action, const char *const *bodies,
			   unsigned count)
{
	pthread_mutex_lock(&aws->lock);
	struct script *script = script_of(aws, action);
	script->bodies = bodies;
	script->body_count = count;
	script->body_at = 0;
	pthread_mutex_unlock(&aws->lock);
}

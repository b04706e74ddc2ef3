#include "ecsfs/aws/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "ecsfs/aws/pool.h"
#include "ecsfs/aws/url.h"
#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/clock.h"

#define CONNECT_TIMEOUT_MS 3000
/* What was sent must arrive, as acknowledged by the other machine, before a connection is lost. */
#define ARRIVAL_TIMEOUT_MS 5000U
/* Servers drop idle connections without a word; one idle for longer is not trusted with a
 * request that may be sent only once. */
#define ONCE_MAX_IDLE_S 4L

/* A connection and what waits on it. The multi handle is there for curl_multi_wakeup(). */
struct slot {
	CURL *easy;
	CURLM *multi;
};

struct http_curl {
	struct http http;
	char *ca_bundle;
	struct pool pool;
	struct slot *slots;
};

/* One exchange in progress. */
struct transfer {
	const struct http_request *request;
	struct http_response *response;
	size_t sent;
	CURLcode result;
	struct curl_slist *headers;
};

void http_response_done(struct http_response *response)
{
	if (response->body.data)
		OPENSSL_cleanse(response->body.data, response->body.size);
	buf_done(&response->body);
}

int http_check_url(const char *text, enum http_plain plain, struct error *err)
{
	struct url url;
	int r = url_parse(text, &url);

	if (r < 0)
		return error_set(err, -r, "'%s' is not a usable address", text);
	if (strcmp(url.scheme, "https") == 0 || url_is_loopback(&url))
		return 0;
	if (plain == HTTP_PLAIN_CREDENTIALS && url_is_credential_host(&url))
		return 0;
	return error_set(err, EINVAL,
			 "refusing plain http to '%s': only loopback addresses may go without TLS",
			 url.host);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	struct buf *body = &transfer->response->body;

	if (body->len + size * count > HTTP_BODY_MAX) {
		transfer->response->too_big = true;
		return 0;
	}
	buf_append(body, data, size * count);
	return body->failed ? 0 : size * count;
}

static size_t on_read(char *to, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	size_t left = transfer->request->body_len - transfer->sent;
	size_t len = left < size * count ? left : size * count;

	if (len)
		memcpy(to, transfer->request->body + transfer->sent, len);
	transfer->sent += len;
	return len;
}

/* The value of header line @line if it is @name's, else NULL. */
static const char *header_value(const char *line, size_t len, const char *name, size_t *ret_len)
{
	size_t name_len = strlen(name);

	if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0)
		return NULL;
	const char *value = line + name_len + 1;
	const char *end = line + len;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
		end--;
	*ret_len = (size_t)(end - value);
	return value;
}

static void copy_value(char *to, size_t size, const char *value, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, value, len);
	to[len] = '\0';
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	struct http_response *response = transfer->response;
	size_t len = size * count, value_len;
	const char *value;
	char number[40];

	if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
		/* A new answer begins: what an interim one (100) said does not count. */
		response->request_id[0] = response->error_type[0] = '\0';
		response->content_type[0] = '\0';
		response->date_ms = 0;
		response->retry_after_ms = -1;
	} else if ((value = header_value(line, len, "x-amzn-requestid", &value_len)) ||
		   (value = header_value(line, len, "x-amz-request-id", &value_len))) {
		copy_value(response->request_id, sizeof(response->request_id), value, value_len);
	} else if ((value = header_value(line, len, "x-amzn-errortype", &value_len))) {
		copy_value(response->error_type, sizeof(response->error_type), value, value_len);
	} else if ((value = header_value(line, len, "content-type", &value_len))) {
		copy_value(response->content_type, sizeof(response->content_type), value,
			   value_len);
	} else if ((value = header_value(line, len, "date", &value_len))) {
		copy_value(number, sizeof(number), value, value_len);
		time_t date = curl_getdate(number, NULL);
		response->date_ms = date > 0 ? (int64_t)date * 1000 : 0;
	} else if ((value = header_value(line, len, "x-amz-retry-after", &value_len))) {
		char *end;
		copy_value(number, sizeof(number), value, value_len);
		long long ms = strtoll(number, &end, 10);
		response->retry_after_ms = end != number && *end == '\0' && ms >= 0 ? ms : -1;
	}
	return len;
}

static int add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		return -ENOMEM;
	*list = longer;
	return 0;
}

static void set_security(CURL *easy, const struct http_curl *curl, bool https)
{
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	if (curl->ca_bundle)
		curl_easy_setopt(easy, CURLOPT_CAINFO, curl->ca_bundle);
	/* Plain http stays on this machine or its link, so a proxy must not see it. */
	if (!https)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

/*
 * Without this a connection whose packets vanish, because the network is gone, is not told from a
 * server that takes its time.
 */
static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	unsigned int ms = ARRIVAL_TIMEOUT_MS;

	(void)arg;
	(void)purpose;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return CURL_SOCKOPT_OK;
}

static void set_body(CURL *easy, struct transfer *transfer)
{
	const struct http_request *request = transfer->request;

	if (!request->body) {
		if (strcmp(request->method, "GET") != 0)
			curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	if (request->once) {
		/* libcurl cannot rewind this, and so cannot send it again behind our back. */
		curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
		curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
		curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, ONCE_MAX_IDLE_S);
	} else {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
		transfer->sent = request->body_len;
	}
}

static int set_up(struct http_curl *curl, CURL *easy, struct transfer *transfer)
{
	const struct http_request *request = transfer->request;
	int64_t connect_ms =
		request->connect_timeout_ms ? request->connect_timeout_ms : CONNECT_TIMEOUT_MS;

	curl_easy_reset(easy);
	for (const char *const *line = request->headers; line && *line; line++)
		if (add_header(&transfer->headers, *line) < 0)
			return -ENOMEM;
	/* Waiting for "100 Continue" would cost a round trip. */
	if (add_header(&transfer->headers, "Expect:") < 0)
		return -ENOMEM;
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A cancelled call must not wait for the resolver's thread. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	set_security(easy, curl, strncasecmp(request->url, "https:", 6) == 0);
	set_body(easy, transfer);
	return 0;
}

static void wake_slot(void *arg)
{
	curl_multi_wakeup(arg);
}

/* Return: 0 when the transfer ended by itself, -EINTR, -ETIMEDOUT, -EIO. */
static int drive(struct slot *slot, struct transfer *transfer, int64_t deadline_ms)
{
	struct cancel *cancel = transfer->request->cancel;

	for (;;) {
		int running, queued;
		CURLMsg *message;

		if (curl_multi_perform(slot->multi, &running) != CURLM_OK)
			return -EIO;
		while ((message = curl_multi_info_read(slot->multi, &queued)))
			if (message->msg == CURLMSG_DONE) {
				transfer->result = message->data.result;
				return 0;
			}
		int64_t left = deadline_ms - clock_monotonic_ms(&clock_real);
		if (cancel_is_set(cancel))
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		int wait_ms = left < 60000 ? (int)left : 60000;
		if (curl_multi_poll(slot->multi, NULL, 0, wait_ms, NULL) != CURLM_OK)
			return -EIO;
	}
}

static enum http_reach reach_of(CURL *easy, const struct transfer *transfer)
{
	double connected = 0;

	/* Set once the connection, with its TLS handshake, is ready to carry the request. */
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME, &connected);
	if (connected <= 0)
		return HTTP_NOT_CONNECTED;
	/* Where we hand out the bytes ourselves, a part of them cannot have been acted on. */
	if (transfer->request->once && transfer->sent < transfer->request->body_len)
		return HTTP_NOT_SENT;
	return HTTP_MAYBE_SENT;
}

static int result_errno(CURLcode code)
{
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		return ENOMEM;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_PARTIAL_FILE:
		return EPROTO;
	default:
		return EHOSTUNREACH;
	}
}

static int explain(const struct transfer *transfer, const char *detail, struct error *err)
{
	const struct http_response *response = transfer->response;

	if (response->body.failed)
		return error_set(err, ENOMEM, "out of memory while reading an answer");
	if (response->too_big)
		return error_set(err, EPROTO, "the answer is larger than 64 MiB");
	return error_set(err, result_errno(transfer->result), "%s: %s", transfer->request->url,
			 detail[0] ? detail : curl_easy_strerror(transfer->result));
}

static int exchange(struct http_curl *curl, struct slot *slot, struct transfer *transfer,
		    int64_t deadline_ms, struct error *err)
{
	const struct http_request *request = transfer->request;
	struct http_response *response = transfer->response;
	char detail[CURL_ERROR_SIZE] = "";
	long status = 0;

	int r = set_up(curl, slot->easy, transfer);
	if (r < 0)
		return error_set(err, -r, "out of memory");
	curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, detail);
	r = cancel_arm(request->cancel, wake_slot, slot->multi);
	if (r < 0)
		return error_set(err, -r, "interrupted");
	if (curl_multi_add_handle(slot->multi, slot->easy) == CURLM_OK) {
		r = drive(slot, transfer, deadline_ms);
		if (r < 0 || transfer->result != CURLE_OK)
			response->reach = reach_of(slot->easy, transfer);
		curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
		/* Removing a transfer that has not ended closes its connection. */
		curl_multi_remove_handle(slot->multi, slot->easy);
	} else {
		r = -EIO;
	}
	cancel_disarm(request->cancel);
	curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, NULL);
	if (r == -EINTR)
		return error_set(err, EINTR, "interrupted");
	if (r == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "%s: no complete answer in time", request->url);
	if (r < 0)
		return error_set(err, -r, "%s: libcurl failed", request->url);
	if (transfer->result != CURLE_OK)
		return explain(transfer, detail, err);
	response->status = (int)status;
	response->reach = HTTP_ANSWERED;
	return 0;
}

static int open_slot(struct slot *slot)
{
	if (!slot->easy)
		slot->easy = curl_easy_init();
	if (!slot->multi) {
		slot->multi = curl_multi_init();
		/* A slot is one connection; a second one would only be left over from another
		 * address. */
		if (slot->multi)
			curl_multi_setopt(slot->multi, CURLMOPT_MAXCONNECTS, 2L);
	}
	return slot->easy && slot->multi ? 0 : -ENOMEM;
}

/* Some hold what a service or a file gave, and a line break in it would begin another header. */
static int check_headers(const struct http_request *request, struct error *err)
{
	for (const char *const *line = request->headers; line && *line; line++)
		if (strpbrk(*line, "\r\n"))
			return error_set(err, EINVAL, "the header %.*s would hold a line break",
					 (int)strcspn(*line, ":\r\n"), *line);
	return 0;
}

static int curl_send(struct http *http, const struct http_request *request,
		     struct http_response *ret_response, struct error *err)
{
	struct http_curl *curl = (struct http_curl *)http;
	int64_t deadline_ms = clock_monotonic_ms(&clock_real) + request->timeout_ms;
	struct transfer transfer = {.request = request, .response = ret_response};
	unsigned place;

	*ret_response = (struct http_response){.retry_after_ms = -1, .reach = HTTP_NOT_SENT};
	int r = http_check_url(request->url, request->plain, err);
	if (r == 0)
		r = check_headers(request, err);
	if (r < 0)
		return r;
	r = pool_take(&curl->pool, request->timeout_ms, request->cancel, &place);
	if (r < 0)
		return error_set(err, -r,
				 r == -EINTR ? "interrupted" : "no connection was free in time");
	r = open_slot(&curl->slots[place]);
	if (r < 0)
		error_set(err, -r, "out of memory");
	else
		r = exchange(curl, &curl->slots[place], &transfer, deadline_ms, err);
	curl_slist_free_all(transfer.headers);
	pool_give(&curl->pool, place);
	return r;
}

static void curl_free_all(struct http *http)
{
	struct http_curl *curl = (struct http_curl *)http;

	for (unsigned i = 0; curl->slots && i < curl->pool.size; i++) {
		/* Both accept NULL. */
		curl_easy_cleanup(curl->slots[i].easy);
		curl_multi_cleanup(curl->slots[i].multi);
	}
	free(curl->slots);
	free(curl->ca_bundle);
	pool_done(&curl->pool);
	free(curl);
}

/* What libcurl keeps of a request holds its session token. */
static void zero_and_free(void *memory)
{
	if (memory)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

static void *zero_and_realloc(void *memory, size_t size)
{
	size_t old_size = memory ? malloc_usable_size(memory) : 0;
	void *longer = malloc(size);

	if (!longer)
		return NULL;
	if (memory)
		memcpy(longer, memory, old_size < size ? old_size : size);
	zero_and_free(memory);
	return longer;
}

static void global_init(void)
{
	struct sigaction old;

	curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, zero_and_free, zero_and_realloc, strdup,
			     calloc);
	/* OpenSSL writes without MSG_NOSIGNAL: a closed connection must not end the process. */
	if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

int http_new_curl(unsigned max_connections, const char *ca_bundle, struct http **ret_http,
		  struct error *err)
{
	static const struct http_ops ops = {.send = curl_send, .free = curl_free_all};
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http_curl *curl;

	pthread_once(&once, global_init);
	if (ca_bundle && access(ca_bundle, R_OK) < 0)
		return error_set(err, EINVAL, "cannot read the CA bundle '%s'", ca_bundle);
	curl = calloc(1, sizeof(*curl));
	if (!curl)
		return error_set(err, ENOMEM, "out of memory");
	curl->http.ops = &ops;
	int r = pool_init(&curl->pool, max_connections);
	curl->slots = calloc(max_connections, sizeof(*curl->slots));
	curl->ca_bundle = ca_bundle ? strdup(ca_bundle) : NULL;
	if (r < 0 || !curl->slots || (ca_bundle && !curl->ca_bundle)) {
		curl_free_all(&curl->http);
		return error_set(err, ENOMEM, "out of memory");
	}
	*ret_http = &curl->http;
	return 0;
}

/*
 * What a scalar write is measured against: a bare libcurl program that sends the same UpdateService
 * over one connection, and prints how many microseconds each took. The request has all that a
 * signed one has, so that the server reads as much; nothing is computed for it.
 *
 * usage: post URL CLUSTER SERVICE COUNT
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t swallow(char *bytes, size_t size, size_t count, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * count;
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct curl_slist *make_headers(void)
{
	static const char *const lines[] = {
		"Content-Type: application/x-amz-json-1.1",
		"X-Amz-Target: AmazonEC2ContainerServiceV20141113.UpdateService",
		"X-Amz-Date: 20261124T120000Z",
		"Authorization: AWS4-HMAC-SHA256 "
		"Credential=AKIDEXAMPLE/20261124/us-east-1/ecs/aws4_request, "
		"SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
		"Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
		/* Else libcurl would wait for leave to send a longer body. */
		"Expect:",
	};
	struct curl_slist *headers = NULL;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		headers = curl_slist_append(headers, lines[i]);
	return headers;
}

int main(int argc, char **argv)
{
	char body[1024];
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = make_headers();
	int failed = !curl;

	if (argc != 5) {
		fprintf(stderr, "usage: post URL CLUSTER SERVICE COUNT\n");
		return 2;
	}
	curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	/* The first, which connects, is not counted: ecsfs keeps its connections as well. */
	for (int i = 0, count = atoi(argv[4]); !failed && i <= count; i++) {
		snprintf(body, sizeof(body),
			 "{\"cluster\":\"%s\",\"service\":\"%s\",\"desiredCount\":%d}", argv[2],
			 argv[3], i % 2 + 1);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		double start_us = now_us();
		CURLcode code = curl_easy_perform(curl);
		if (code != CURLE_OK) {
			fprintf(stderr, "post: %s\n", curl_easy_strerror(code));
			failed = 1;
		} else if (i > 0) {
			printf("%.1f\n", now_us() - start_us);
		}
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return failed;
}

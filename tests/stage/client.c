/*
 * stage/client.c - one request, one answer, HTTP/1.0: the end of the connection is the end of the answer.
 */
#include "tests/stage/client.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bot/base/mem.h"

static int dial(int port, int timeout_ms)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct timeval limit = {.tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static int send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int send_request(int fd, int port, const char *method, const char *path, const char *body)
{
	char head[4096];
	size_t len = body != NULL ? strlen(body) : 0;
	int n = snprintf(head, sizeof head,
	                 "%s %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
	                 "Content-Length: %zu\r\n\r\n",
	                 method, path, port, len);

	if (n < 0 || (size_t)n >= sizeof head || send_all(fd, head, (size_t)n) != 0)
		return -1;
	return len > 0 ? send_all(fd, body, len) : 0;
}

static char *receive_all(int fd, size_t *ret_len)
{
	size_t size = 16384, len = 0;
	char *data = mem_alloc(size);
	ssize_t n;

	while ((n = recv(fd, data + len, size - len - 1, 0)) > 0) {
		len += (size_t)n;
		if (size - len < 8192)
			data = mem_grow(data, 1, size *= 2);
	}
	data[len] = '\0';
	*ret_len = len;
	if (n == 0)
		return data;
	free(data);
	return NULL;
}

struct client_answer client_ask(int port, const char *method, const char *path, const char *body, int timeout_ms)
{
	struct client_answer answer = {0};
	size_t len = 0;
	int fd = dial(port, timeout_ms);
	char *all = fd >= 0 && send_request(fd, port, method, path, body) == 0 ? receive_all(fd, &len) : NULL;
	char *end = all != NULL ? strstr(all, "\r\n\r\n") : NULL;

	if (fd >= 0)
		close(fd);
	if (end != NULL && sscanf(all, "HTTP/%*d.%*d %d", &answer.status) == 1) {
		answer.len = len - (size_t)(end + 4 - all);
		answer.body = mem_strndup(end + 4, answer.len);
	}
	free(all);
	return answer;
}

void client_answer_done(struct client_answer *answer)
{
	free(answer->body);
	*answer = (struct client_answer){0};
}

size_t client_escape(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0' && n + 4 < size; p++) {
		if (isalnum(*p) || *p == '-' || *p == '_' || *p == '.')
			out[n++] = (char)*p;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned)*p);
	}
	out[n] = '\0';
	return n;
}

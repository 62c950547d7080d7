/*
 * support/scripted_server.c - see scripted_server.h. Every answer closes its
 * connection, so one thread serves all.
 */
#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bot/base/mem.h"

enum { RULES_MAX = 64, REQUESTS_MAX = 256, REQUEST_MAX = 256 * 1024 };

struct scripted_server {
	int fd;
	int port;
	pthread_t thread;
	pthread_mutex_t lock; /* the rest */
	struct scripted_rule rules[RULES_MAX];
	int used[RULES_MAX];
	int rule_count;
	char *requests[REQUESTS_MAX];
	int request_count;
};

/* Reads one request: up to the end of the headers, and as much body as they promise. */
static char *read_request(int fd)
{
	char *in = mem_alloc(REQUEST_MAX), *end = NULL, *length;
	size_t used = 0, need = 0;

	while (used + 1 < REQUEST_MAX && (!end || used < need)) {
		ssize_t n = read(fd, in + used, REQUEST_MAX - used - 1);

		if (n <= 0)
			break;
		used += (size_t)n;
		if (end || !(end = strstr(in, "\r\n\r\n")))
			continue;
		length = strcasestr(in, "\r\nContent-Length:");
		need = (size_t)(end - in) + 4 + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
	}
	if (end)
		return in;
	free(in);
	return NULL;
}

static bool fits(const struct scripted_rule *rule, const char *request)
{
	const char *line_end = strstr(request, " HTTP/1.1\r\n");
	const char *at = strstr(request, rule->request);

	if (!line_end || !at || at > line_end)
		return false;
	return !rule->body || strstr(strstr(request, "\r\n\r\n"), rule->body);
}

static const struct scripted_rule *rule_for(struct scripted_server *s, const char *request)
{
	for (int i = 0; i < s->rule_count; i++) {
		if ((s->rules[i].times && s->used[i] >= s->rules[i].times) || !fits(&s->rules[i], request))
			continue;
		s->used[i]++;
		return &s->rules[i];
	}
	return NULL;
}

static void answer(int fd, const struct scripted_rule *rule)
{
	static const struct scripted_rule none = {.status = 404};
	const struct scripted_rule *r = rule ? rule : &none;
	AUTO_FREE char *out = mem_printf(
	    "HTTP/1.1 %d Scripted\r\nConnection: close\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n%s\r\n%s",
	    r->status, strlen(r->answer ? r->answer : ""), r->headers ? r->headers : "", r->answer ? r->answer : "");

	if (r->status != 0 && send(fd, out, strlen(out), MSG_NOSIGNAL) < 0)
		return;
	shutdown(fd, SHUT_WR);
}

static void *serve(void *arg)
{
	struct scripted_server *s = arg;
	struct scripted_rule rule;
	const struct scripted_rule *found;
	char *request;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		request = read_request(fd);
		if (request) {
			pthread_mutex_lock(&s->lock);
			assert(s->request_count < REQUESTS_MAX);
			s->requests[s->request_count++] = request;
			found = rule_for(s, request);
			rule = found ? *found : (struct scripted_rule){0};
			pthread_mutex_unlock(&s->lock);
			answer(fd, found ? &rule : NULL);
		}
		close(fd);
	}
	return NULL;
}

struct scripted_server *scripted_server_new(void)
{
	struct scripted_server *s = mem_alloc(sizeof(*s));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	pthread_mutex_init(&s->lock, NULL);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->fd, (struct sockaddr *)&address, len) != 0 || listen(s->fd, 64) != 0)
		abort();
	getsockname(s->fd, (struct sockaddr *)&address, &len);
	s->port = ntohs(address.sin_port);
	if (pthread_create(&s->thread, NULL, serve, s) != 0)
		abort();
	return s;
}

void scripted_server_free(struct scripted_server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	for (int i = 0; i < s->request_count; i++)
		free(s->requests[i]);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int scripted_server_port(const struct scripted_server *s)
{
	return s->port;
}

void scripted_server_add(struct scripted_server *s, const struct scripted_rule *rule)
{
	pthread_mutex_lock(&s->lock);
	assert(s->rule_count < RULES_MAX);
	s->rules[s->rule_count++] = *rule;
	pthread_mutex_unlock(&s->lock);
}

char *scripted_server_request(struct scripted_server *s, const char *text, int n)
{
	char *found = NULL;

	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < s->request_count && !found; i++) {
		if (strstr(s->requests[i], text) && n-- == 0)
			found = mem_strdup(s->requests[i]);
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

int scripted_server_count(struct scripted_server *s, const char *text)
{
	int n = 0;

	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < s->request_count; i++)
		n += strstr(s->requests[i], text) != NULL;
	pthread_mutex_unlock(&s->lock);
	return n;
}

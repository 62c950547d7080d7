/*
 * support/connect_proxy.c - see connect_proxy.h. A thread a connection.
 */
#include "tests/support/connect_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { CONNECTIONS_MAX = 64, HEAD_MAX = 4096, LISTEN_MAX = 16 };

struct connection {
	struct connect_proxy *proxy;
	int fd;
	pthread_t thread;
	char target[256];
};

struct connect_proxy {
	struct connect_proxy_options options;
	char login[256]; /* as it has to be in the header */
	int fd, port;
	pthread_t thread;
	pthread_mutex_t lock; /* the targets */
	unsigned count;
	struct connection connections[CONNECTIONS_MAX];
};

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static bool take_head(int fd, char *head)
{
	size_t n = 0;

	while (n < HEAD_MAX && recv(fd, head + n, 1, 0) == 1) {
		head[++n] = '\0';
		if (text_starts(head + (n >= 4 ? n - 4 : 0), "\r\n\r\n"))
			return true;
	}
	return false;
}

static bool pass_on(int from, int to)
{
	char part[16384];
	ssize_t n = recv(from, part, sizeof(part), 0);

	return n > 0 && send(to, part, (size_t)n, MSG_NOSIGNAL) == n;
}

static void pump(int a, int b)
{
	struct pollfd fds[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};

	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents && !pass_on(a, b))
			break;
		if (fds[1].revents && !pass_on(b, a))
			break;
	}
	shutdown(a, SHUT_RDWR);
}

static void answer(int fd, const char *status)
{
	AUTO_FREE char *text = mem_printf("HTTP/1.1 %s\r\n\r\n", status);

	send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void lead_home(struct connection *c)
{
	const char *colon = strrchr(c->target, ':');
	struct sockaddr_in home = loopback(colon ? (int)strtol(colon + 1, NULL, 10) : 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&home, sizeof(home)) == 0) {
		answer(c->fd, "200 Connected");
		pump(c->fd, fd);
	} else {
		answer(c->fd, "502 Bad Gateway");
	}
	close(fd);
}

static void *run_connection(void *arg)
{
	struct connection *c = arg;
	const struct connect_proxy_options *options = &c->proxy->options;
	AUTO_FREE char *head = mem_alloc(HEAD_MAX + 1);
	char target[256] = "", byte;

	if (take_head(c->fd, head) && sscanf(head, "CONNECT %255s", target) == 1) {
		pthread_mutex_lock(&c->proxy->lock);
		text_copy(c->target, sizeof(c->target), target);
		pthread_mutex_unlock(&c->proxy->lock);
		if (options->mute)
			while (recv(c->fd, &byte, 1, 0) == 1)
				continue;
		else if (options->refuse)
			answer(c->fd, options->refuse);
		else if (options->login && !strstr(head, c->proxy->login))
			answer(c->fd, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"");
		else
			lead_home(c);
	}
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void *run_proxy(void *arg)
{
	struct connect_proxy *proxy = arg;
	int fd;

	while ((fd = accept(proxy->fd, NULL, NULL)) >= 0) {
		struct connection *c = &proxy->connections[proxy->count];

		if (proxy->count == CONNECTIONS_MAX)
			abort();
		pthread_mutex_lock(&proxy->lock);
		*c = (struct connection){.proxy = proxy, .fd = fd};
		proxy->count++;
		pthread_mutex_unlock(&proxy->lock);
		if (pthread_create(&c->thread, NULL, run_connection, c) != 0)
			abort();
	}
	return NULL;
}

struct connect_proxy *connect_proxy_new(const struct connect_proxy_options *options)
{
	struct connect_proxy *proxy = mem_alloc(sizeof(*proxy));
	struct sockaddr_in address = loopback(0);
	socklen_t len = sizeof(address);

	proxy->options = *options;
	pthread_mutex_init(&proxy->lock, NULL);
	if (options->login)
		EVP_EncodeBlock((unsigned char *)proxy->login, (const unsigned char *)options->login,
		                (int)strlen(options->login));
	proxy->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(proxy->fd, (struct sockaddr *)&address, len) || listen(proxy->fd, LISTEN_MAX) ||
	    getsockname(proxy->fd, (struct sockaddr *)&address, &len) ||
	    pthread_create(&proxy->thread, NULL, run_proxy, proxy))
		abort();
	proxy->port = ntohs(address.sin_port);
	return proxy;
}

void connect_proxy_free(struct connect_proxy *proxy)
{
	shutdown(proxy->fd, SHUT_RDWR); /* accept returns */
	pthread_join(proxy->thread, NULL);
	close(proxy->fd);
	for (unsigned i = 0; i < proxy->count; i++) {
		shutdown(proxy->connections[i].fd, SHUT_RDWR);
		pthread_join(proxy->connections[i].thread, NULL);
		close(proxy->connections[i].fd);
	}
	pthread_mutex_destroy(&proxy->lock);
	free(proxy);
}

int connect_proxy_port(const struct connect_proxy *proxy)
{
	return proxy->port;
}

unsigned connect_proxy_count(struct connect_proxy *proxy, const char *target)
{
	unsigned n = 0;

	pthread_mutex_lock(&proxy->lock);
	for (unsigned i = 0; i < proxy->count; i++)
		n += text_starts(proxy->connections[i].target, target);
	pthread_mutex_unlock(&proxy->lock);
	return n;
}

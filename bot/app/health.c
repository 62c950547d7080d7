/*
 * app/health.c - /healthz, /readyz and /metrics over HTTP.
 *
 * GET and HEAD only. Connections are few and short-lived, so that somebody who
 * opens many and says nothing does not keep a probe out for long.
 */
#include "bot/app/health.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	CONNECTIONS_MAX = 128,
	TIMEOUT_S = 5,
	MEMORY_PER_CONNECTION = 16 * 1024,
	BODY_MAX = 1024 * 1024,
};

struct health {
	struct health_options options;
	struct MHD_Daemon *daemon;
	struct loop_watch *watch;
	struct loop_timer *timer;
	int port;
};

/* --- answers --- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type, struct buf *body)
{
	size_t len = body->len;
	char *data = len > 0 ? buf_take(body) : mem_strdup("");
	struct MHD_Response *response = MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);

	if (response == NULL) {
		free(data);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static unsigned fill(struct health *health, const char *path, const char **ret_type, struct buf *body)
{
	*ret_type = "text/plain; charset=utf-8";
	if (strcmp(path, "/healthz") == 0) {
		buf_puts(body, "ok\n");
		return MHD_HTTP_OK;
	}
	if (strcmp(path, "/readyz") == 0) {
		*ret_type = "application/json";
		return health->options.ready(health->options.arg, body) ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	if (strcmp(path, "/metrics") == 0) {
		*ret_type = "text/plain; version=0.0.4; charset=utf-8";
		health->options.metrics(health->options.arg, body);
		return MHD_HTTP_OK;
	}
	buf_puts(body, "not found\n");
	return MHD_HTTP_NOT_FOUND;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *data_len, void **state)
{
	static const char seen[] = "";
	AUTO_BUF struct buf body = {0};
	const char *type = "text/plain; charset=utf-8";
	unsigned status = MHD_HTTP_METHOD_NOT_ALLOWED;

	(void)version;
	(void)data;
	if (*state == NULL) { /* only the head has been read */
		memcpy(state, &(const char *){seen}, sizeof *state);
		return MHD_YES;
	}
	if (*data_len > 0) { /* a body: nobody wants it */
		*data_len = 0;
		return MHD_YES;
	}
	buf_init(&body, BODY_MAX);
	if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		status = fill(arg, path, &type, &body);
	else
		buf_puts(&body, "only GET and HEAD\n");
	return answer(connection, status, type, &body);
}

/* --- in the loop --- */

static void turn(struct health *health)
{
	MHD_UNSIGNED_LONG_LONG in_ms;

	MHD_run(health->daemon);
	if (MHD_get_timeout(health->daemon, &in_ms) == MHD_YES)
		loop_timer_set(health->timer, in_ms < 1000 ? (int64_t)in_ms : 1000);
	else
		loop_timer_set(health->timer, -1);
}

static void on_readable(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	turn(arg);
}

static void on_timer(void *arg)
{
	turn(arg);
}

/* --- life --- */

static enum errc find_address(const char *host, int port, struct addrinfo **ret, struct err *reterr)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	char name[256];
	char service[16];

	text_copy(name, sizeof name, host[0] == '[' ? host + 1 : host);
	if (host[0] == '[' && name[0] != '\0' && name[strlen(name) - 1] == ']')
		name[strlen(name) - 1] = '\0';
	snprintf(service, sizeof service, "%d", port);
	int rc = getaddrinfo(name[0] != '\0' ? name : NULL, service, &hints, ret);
	if (rc != 0)
		return err_set(reterr, ERR_INVALID, "http.listen: %s: %s", host, gai_strerror(rc));
	return OK;
}

/* Bound here, so that the reason of a failure can be told. */
static enum errc listen_on(const struct health_options *options, int *ret, struct err *reterr)
{
	struct addrinfo *address = NULL;
	int one = 1;
	enum errc rc = find_address(options->host, options->port, &address, reterr);

	if (rc != OK)
		return rc;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, 64) != 0) {
		int why = errno;
		rc = err_set(reterr, why == EADDRINUSE ? ERR_BUSY : ERR_IO, "http.listen: %s:%d: %s", options->host,
		             options->port, strerror(why));
		if (fd >= 0)
			close(fd);
	}
	freeaddrinfo(address);
	if (rc == OK)
		*ret = fd;
	return rc;
}

static int port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {0};
	socklen_t len = sizeof address;

	if (getsockname(fd, &address.any, &len) != 0)
		return 0;
	return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static void no_log(void *arg, const char *format, va_list ap)
{
	(void)arg;
	(void)format;
	(void)ap;
}

enum errc health_new(struct health **ret, const struct health_options *options, struct err *reterr)
{
	struct health *health;
	int fd = -1;
	enum errc rc = listen_on(options, &fd, reterr);

	if (rc != OK)
		return rc;
	health = mem_alloc(sizeof *health);
	health->options = *options;
	health->port = port_of(fd);
	health->timer = loop_timer_new(options->loop, on_timer, health);
	health->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, health, MHD_OPTION_EXTERNAL_LOGGER, no_log,
	    NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)MEMORY_PER_CONNECTION, MHD_OPTION_END);
	if (health->daemon != NULL) {
		const union MHD_DaemonInfo *info = MHD_get_daemon_info(health->daemon, MHD_DAEMON_INFO_EPOLL_FD);
		health->watch =
		    info == NULL ? NULL : loop_watch_new(options->loop, info->epoll_fd, LOOP_READ, on_readable, health);
	}
	if (health->watch == NULL) {
		if (health->daemon == NULL)
			close(fd);
		health_free(health);
		return err_set(reterr, ERR_IO, "http.listen: the server could not be started");
	}
	*ret = health;
	return OK;
}

void health_free(struct health *health)
{
	if (health == NULL)
		return;
	loop_watch_free(health->watch);
	loop_timer_free(health->timer);
	if (health->daemon != NULL)
		MHD_stop_daemon(health->daemon);
	free(health);
}

int health_port(const struct health *health)
{
	return health->port;
}

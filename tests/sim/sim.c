/*
 * tests/sim/sim.c - the HTTP server under every fake.
 *
 * libmicrohttpd runs one thread per connection; each takes the one lock for
 * as long as its handler runs. Between the request and its handler stand the
 * faults; behind the handler stands the journal. Upgraded connections get a
 * thread of their own, because the library wants its back.
 */

#include "tests/sim/sim_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MAX = 32 * 1024 * 1024, STOP_MS = 3000 };

/* One request while it comes in. */
struct exchange {
	char *target;
	char *body;
	size_t body_len;
	size_t body_size;
	bool begun;
};

struct upgrade {
	struct sim *sim;
	sim_serve_fn *serve;
	void *serve_ctx;
	struct MHD_UpgradeResponseHandle *handle;
	int fd;
	char *extra;
	size_t extra_len;
};

/* --- lock and time --- */

void sim_lock(struct sim *sim)
{
	pthread_mutex_lock(&sim->lock);
}

void sim_unlock(struct sim *sim)
{
	pthread_mutex_unlock(&sim->lock);
}

bool sim_wait(struct sim *sim, int64_t until_ms)
{
	struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = (until_ms % 1000) * 1000000};

	if (sim->stopping)
		return false;
	return pthread_cond_timedwait(&sim->changed, &sim->lock, &until) != ETIMEDOUT && !sim->stopping;
}

void sim_changed(struct sim *sim)
{
	pthread_cond_broadcast(&sim->changed);
}

bool sim_stopping(const struct sim *sim)
{
	return sim->stopping;
}

int sim_port(const struct sim *sim)
{
	return sim->port;
}

static void pause_ms(struct sim *sim, int64_t delay_ms)
{
	int64_t until = sim_now_ms() + delay_ms;

	while (sim_now_ms() < until && !sim->stopping)
		sim_wait(sim, until);
}

/* --- one exchange --- */

static void control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans)
{
	if (strcmp(req->path, "/_sim/journal") == 0)
		journal_control(sim, req, ans);
	else if (strcmp(req->path, "/_sim/violations") == 0)
		violations_control(sim, req, ans);
	else if (strcmp(req->path, "/_sim/faults") == 0)
		faults_control(sim, req, ans);
	else if (strcmp(req->path, "/_sim/shutdown") == 0)
		kill(getpid(), SIGTERM);
	else if (!sim->ops.control || !sim->ops.control(sim->ctx, req, ans))
		sim_answer_new(ans, 404,
		               json_pack("{s:s, s:s}", "error", "no such control endpoint", "path", req->path));
}

static void serve_request(struct sim *sim, struct sim_request *req, struct sim_answer *ans)
{
	int64_t begun = sim_now_ms();
	const char *kind = sim->ops.kind ? sim->ops.kind(sim->ctx, req) : NULL;
	struct sim_fault fault;

	req->kind = kind ? kind : req->path;
	fault = fault_pick(sim, req);
	if (fault.delay_ms > 0)
		pause_ms(sim, fault.delay_ms);
	req->fault = json_object_get(fault.rule, "do") ? fault.rule : NULL;
	if (!fault.before)
		sim->ops.handle(sim->ctx, req, ans);
	fault_apply(&fault, ans);
	journal_request(sim, req, ans, &fault, sim_now_ms() - begun);
	json_decref(fault.rule);
	sim_changed(sim);
}

static enum MHD_Result collect_lower(void *object, enum MHD_ValueKind kind, const char *name, const char *value)
{
	char lower[128];
	size_t i;

	(void)kind;
	for (i = 0; name[i] && i + 1 < sizeof(lower); i++)
		lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	lower[i] = '\0';
	json_object_set_new(object, lower, json_string(value ? value : ""));
	return MHD_YES;
}

static json_t *query_of(const char *target)
{
	const char *mark = strchr(target, '?');

	return mark ? sim_form(mark + 1, strlen(mark + 1)) : json_object();
}

static enum MHD_Result reset_connection(struct MHD_Connection *connection, bool reset)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (reset && info)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	return MHD_NO;
}

/* --- upgraded connections --- */

static void *upgrade_main(void *arg)
{
	struct upgrade *up = arg;
	struct sim *sim = up->sim;

	up->serve(up->serve_ctx, up->fd, up->extra, up->extra_len);
	MHD_upgrade_action(up->handle, MHD_UPGRADE_ACTION_CLOSE);
	sim_lock(sim);
	sim->upgraded--;
	sim_changed(sim);
	sim_unlock(sim);
	free(up->extra);
	free(up);
	return NULL;
}

static void on_upgrade(void *cls, struct MHD_Connection *connection, void *request, const char *extra, size_t extra_len,
                       MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
	struct upgrade *up = cls;
	pthread_t thread;

	(void)connection;
	(void)request;
	up->fd = fd;
	up->handle = handle;
	up->extra = sim_calloc(1, extra_len + 1);
	up->extra_len = extra_len;
	if (extra_len)
		memcpy(up->extra, extra, extra_len);
	sim_lock(up->sim);
	up->sim->upgraded++;
	sim_unlock(up->sim);
	if (pthread_create(&thread, NULL, upgrade_main, up) != 0)
		abort();
	pthread_detach(thread);
}

static struct MHD_Response *upgrade_response(struct sim *sim, const struct sim_answer *ans)
{
	struct upgrade *up = sim_calloc(1, sizeof(*up));

	up->sim = sim;
	up->serve = ans->serve;
	up->serve_ctx = ans->serve_ctx;
	return MHD_create_response_for_upgrade(on_upgrade, up);
}

/* --- sending --- */

struct stream {
	char *text;
	size_t len;
};

static ssize_t stream_read(void *cls, uint64_t pos, char *out, size_t max)
{
	const struct stream *stream = cls;
	size_t left = stream->len - (size_t)pos;
	size_t n = left < max ? left : max;

	if (n == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	memcpy(out, stream->text + pos, n);
	return (ssize_t)n;
}

static void stream_free(void *cls)
{
	struct stream *stream = cls;

	free(stream->text);
	free(stream);
}

/* Takes `text`. */
static struct MHD_Response *body_response(char *text, size_t len, bool chunked)
{
	enum { PIECE = 1000 };
	struct stream *stream;

	if (!chunked)
		return MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
	stream = sim_calloc(1, sizeof(*stream));
	stream->text = text;
	stream->len = len;
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, stream_read, stream, stream_free);
}

static struct MHD_Response *response_of(struct sim *sim, const struct sim_request *req, struct sim_answer *ans)
{
	const char *accepts = sim_header(req, "accept-encoding");
	char *text;
	size_t len = ans->body_len;

	if (ans->serve)
		return upgrade_response(sim, ans);
	text = ans->body ? ans->body : sim_calloc(1, 1);
	if (ans->gzip && accepts && strstr(accepts, "gzip")) {
		ans->body = gzip_stored(text, len, &len);
		free(text);
		text = ans->body;
		sim_answer_header(ans, "Content-Encoding", "gzip");
	}
	ans->body = NULL;
	return body_response(text, len, ans->chunked);
}

static enum MHD_Result send_answer(struct sim *sim, struct MHD_Connection *connection, const struct sim_request *req,
                                   struct sim_answer *ans)
{
	struct MHD_Response *response = response_of(sim, req, ans);
	enum MHD_Result sent;
	const char *name;
	json_t *value;

	json_object_foreach (ans->headers, name, value) {
		const char *text = json_string_value(value);

		if (text)
			MHD_add_response_header(response, name, text);
	}
	sent = MHD_queue_response(connection, (unsigned int)(ans->status ? ans->status : 200), response);
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result answer_request(struct sim *sim, struct MHD_Connection *connection, const char *url,
                                      const char *method, struct exchange *ex)
{
	struct sim_answer ans = {.status = 200};
	struct sim_request req = {
	    .method = method, .target = ex->target, .path = url, .body = ex->body ? ex->body : ""};
	enum MHD_Result result;

	req.body_len = ex->body_len;
	req.query = query_of(ex->target);
	req.headers = json_object();
	MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_lower, req.headers);
	sim_lock(sim);
	if (strncmp(url, "/_sim/", 6) == 0)
		control(sim, &req, &ans);
	else
		serve_request(sim, &req, &ans);
	if (ans.delay_ms > 0)
		pause_ms(sim, ans.delay_ms);
	sim_unlock(sim);
	if (ans.drop)
		result = reset_connection(connection, ans.reset);
	else
		result = send_answer(sim, connection, &req, &ans);
	answer_done(&ans);
	json_decref(req.query);
	json_decref(req.headers);
	return result;
}

/* --- the library's callbacks --- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *ex = sim_calloc(1, sizeof(*ex));

	(void)cls;
	(void)connection;
	ex->target = strdup(uri);
	if (!ex->target)
		abort();
	return ex;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
	struct exchange *ex = *state;

	(void)cls;
	(void)connection;
	(void)how;
	if (!ex)
		return;
	free(ex->target);
	free(ex->body);
	free(ex);
	*state = NULL;
}

static bool exchange_add(struct exchange *ex, const char *data, size_t len)
{
	if (ex->body_len + len > BODY_MAX)
		return false;
	if (ex->body_len + len + 1 > ex->body_size) {
		ex->body_size = (ex->body_len + len + 1) * 2;
		ex->body = realloc(ex->body, ex->body_size);
		if (!ex->body)
			abort();
	}
	memcpy(ex->body + ex->body_len, data, len);
	ex->body_len += len;
	ex->body[ex->body_len] = '\0';
	return true;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **state)
{
	struct exchange *ex = *state;

	(void)version;
	if (!ex->begun) {
		ex->begun = true;
		return MHD_YES;
	}
	if (*size > 0) {
		bool fits = exchange_add(ex, data, *size);

		*size = 0;
		return fits ? MHD_YES : MHD_NO;
	}
	return answer_request(cls, connection, url, method, ex);
}

/* --- running --- */

struct sim *sim_new(const struct sim_ops *ops, void *ctx)
{
	struct sim *sim = sim_calloc(1, sizeof(*sim));
	pthread_condattr_t attr;

	json_object_seed(0);
	sim->ops = *ops;
	sim->ctx = ctx;
	pthread_mutex_init(&sim->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&sim->changed, &attr);
	pthread_condattr_destroy(&attr);
	sim->started_ms = sim_now_ms();
	sim->journal = json_array();
	sim->violations = json_array();
	sim->faults = json_array();
	return sim;
}

void sim_free(struct sim *sim)
{
	if (!sim)
		return;
	json_decref(sim->journal);
	json_decref(sim->violations);
	json_decref(sim->faults);
	pthread_cond_destroy(&sim->changed);
	pthread_mutex_destroy(&sim->lock);
	free(sim);
}

bool sim_option(struct sim_options *options, int argc, char **argv, int *i)
{
	if (strcmp(argv[*i], "--verbose") == 0)
		options->verbose = true;
	else if (strcmp(argv[*i], "--die-with-parent") == 0)
		options->die_with_parent = true;
	else if (strcmp(argv[*i], "--port") == 0 && *i + 1 < argc)
		options->port = (int)strtol(argv[++*i], NULL, 10);
	else
		return false;
	return true;
}

static struct MHD_Daemon *daemon_start(struct sim *sim, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	unsigned int flags =
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_ALLOW_UPGRADE | MHD_USE_POLL;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, sim, MHD_OPTION_SOCK_ADDR, &address,
	                        MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
	                        NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)512 * 1024,
	                        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_CONNECTION_LIMIT, 1000U,
	                        MHD_OPTION_END);
}

static void shut_down(struct sim *sim, struct MHD_Daemon *daemon)
{
	int64_t until = sim_now_ms() + STOP_MS;

	sim_lock(sim);
	sim->stopping = true;
	if (sim->ops.stop)
		sim->ops.stop(sim->ctx);
	sim_changed(sim);
	while (sim->upgraded > 0 && sim_now_ms() < until) {
		struct timespec limit = {.tv_sec = until / 1000, .tv_nsec = (until % 1000) * 1000000};

		pthread_cond_timedwait(&sim->changed, &sim->lock, &limit);
	}
	sim_unlock(sim);
	MHD_stop_daemon(daemon);
}

int sim_run(struct sim *sim, const struct sim_options *options)
{
	struct MHD_Daemon *daemon;
	sigset_t signals;
	int caught;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (options->die_with_parent)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	sim->verbose = options->verbose;
	daemon = daemon_start(sim, options->port);
	if (!daemon) {
		fprintf(stderr, "can't listen on 127.0.0.1:%d: %s\n", options->port, strerror(errno));
		return 1;
	}
	sim->port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	printf("listening 127.0.0.1:%d\n", sim->port);
	fflush(stdout);
	sigwait(&signals, &caught);
	shut_down(sim, daemon);
	return 0;
}

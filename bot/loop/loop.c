/*
 * loop/loop.c - the life of the loop: libwebsockets' context, signals, start and end.
 *
 * libwebsockets turns its own poll(); our epoll instance is one raw file in it,
 * and wakes it when any watch is ready. Watches are in watch.c, timers and
 * deferred calls in timer.c. The order of the end matters: timers are disarmed
 * while libwebsockets still lives, because its list heads go with it.
 */
#include "bot/loop/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/loop/loop_private.h"

enum { FD_LIMIT = 256, HEADER_MAX = 16384, HANDSHAKE_TIMEOUT_S = 10 };

/* libwebsockets' log hook has no argument, so the last line can't live in struct loop; it logs on the loop's thread
 * only. */
static _Thread_local char last_reason[256];

static void keep_reason(int level, const char *line)
{
	(void)level;
	text_copy(last_reason, sizeof(last_reason), line);
	last_reason[strcspn(last_reason, "\r\n")] = '\0';
}

static int on_raw(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct loop *loop;

	(void)user;
	(void)in;
	(void)len;
	if (reason != LWS_CALLBACK_RAW_RX_FILE && reason != LWS_CALLBACK_RAW_CLOSE_FILE)
		return 0;
	loop = lws_context_user(lws_get_context(wsi));
	if (reason == LWS_CALLBACK_RAW_CLOSE_FILE)
		loop->epoll_wsi = NULL;
	else if (!loop->down)
		loop_dispatch(loop);
	return 0;
}

static const struct lws_protocols protocols[] = {
    {.name = "loop", .callback = on_raw},
    {.name = NULL},
};

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

void loop_block_signals(void)
{
	sigset_t set;

	signal_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static enum errc make_context(struct loop *loop, struct err *reterr)
{
	struct lws_context_creation_info info = {0};

	lws_set_log_level(LLL_ERR | LLL_WARN, keep_reason);
	unsetenv("http_proxy"); /* libwebsockets would send wss through it; HTTPS_PROXY is asked where we dial */
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info.user = loop;
	info.fd_limit_per_thread = FD_LIMIT;
	info.pt_serv_buf_size = HEADER_MAX;
	info.max_http_header_data = HEADER_MAX;
	info.timeout_secs = HANDSHAKE_TIMEOUT_S;
	loop->lws = lws_create_context(&info);
	return loop->lws ? OK : err_set(reterr, ERR_IO, "libwebsockets did not start: %s", last_reason);
}

/* Gives libwebsockets a copy of our epoll descriptor; it closes the copy. */
static enum errc adopt_epoll(struct loop *loop, struct err *reterr)
{
	struct lws_context_creation_info info = {0};
	lws_sock_file_fd_type file = {.filefd = dup(loop->epoll_fd)};
	struct lws_vhost *vhost;

	info.port = CONTEXT_PORT_NO_LISTEN;
	info.vhost_name = "loop";
	info.protocols = protocols;
	vhost = lws_create_vhost(loop->lws, &info);
	if (vhost && file.filefd >= 0)
		loop->epoll_wsi = lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, file, "loop", NULL);
	return loop->epoll_wsi ? OK : err_set(reterr, ERR_IO, "libwebsockets takes no epoll: %s", last_reason);
}

enum errc loop_new(struct loop **ret, struct err *reterr)
{
	struct loop *loop = mem_alloc(sizeof(*loop));
	enum errc rc = OK;

	loop->last = &loop->first;
	loop->signal_fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0)
		rc = err_set(reterr, ERR_IO, "epoll: %s", strerror(errno));
	if (rc == OK)
		rc = make_context(loop, reterr);
	if (rc == OK)
		rc = adopt_epoll(loop, reterr);
	if (rc != OK) {
		loop_free(loop);
		return rc;
	}
	*ret = loop;
	return OK;
}

void loop_run(struct loop *loop)
{
	while (!loop->stop && lws_service(loop->lws, 0) >= 0)
		continue;
	loop->stop = false;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
	if (!loop->down)
		lws_cancel_service(loop->lws); /* timers are called before the poll, which would still sleep */
}

void loop_shut(struct loop *loop)
{
	if (loop->down)
		return;
	loop_disarm(loop);
	loop->down = true;
	if (loop->lws)
		lws_context_destroy(loop->lws);
	loop->lws = NULL;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	loop_shut(loop);
	loop_timer_free(loop->defer_timer);
	loop_watch_free(loop->signal_watch);
	loop_bury(loop);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop);
}

static void on_signal_fd(void *arg, int fd, unsigned events)
{
	struct loop *loop = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		loop->signal_fn(loop->signal_arg, (int)info.ssi_signo);
}

enum errc loop_on_signal(struct loop *loop, loop_signal_fn *fn, void *arg, struct err *reterr)
{
	sigset_t set;

	loop->signal_fn = fn;
	loop->signal_arg = arg;
	if (loop->signal_watch)
		return OK;
	signal_set(&set);
	loop->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signal_fd >= 0)
		loop->signal_watch = loop_watch_new(loop, loop->signal_fd, LOOP_READ, on_signal_fd, loop);
	return loop->signal_watch ? OK : err_set(reterr, ERR_IO, "signalfd: %s", strerror(errno));
}

struct lws_context *loop_lws(struct loop *loop)
{
	return loop->lws;
}

const char *loop_lws_reason(const struct loop *loop)
{
	(void)loop;
	return last_reason;
}

void loop_lws_forget_reason(struct loop *loop)
{
	(void)loop;
	last_reason[0] = '\0';
}

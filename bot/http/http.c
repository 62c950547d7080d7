/*
 * http/http.c - curl's multi interface on the loop, and the list of what is under way.
 *
 * curl says which sockets and which time it waits for; we tell it when they
 * come, then collect what has ended. Owners are called only from there, never
 * from inside curl, and after the transfer has left the list: an owner may send,
 * cancel and free at will. How one transfer is set up and judged is
 * http_transfer.c's.
 */
#include "bot/http/http.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/http/http_private.h"

enum { PER_HOST = 32, IDLE_CONNECTIONS = 64 };

static void unlist(struct transfer *t)
{
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	t->http->open--;
}

/* Takes the transfer away from curl and from the list: from here on it is ours alone. */
static void detach(struct transfer *t)
{
	if (t->early == OK)
		curl_multi_remove_handle(t->http->multi, t->easy);
	unlist(t);
}

static void collect(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		CURLcode result = message->data.result; /* the message is gone once its handle is removed */
		struct transfer *t = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		detach(t);
		transfer_answer(t, result);
		transfer_free(t);
	}
}

static void on_fd(void *arg, int fd, unsigned events)
{
	struct http *http = arg;
	int mask = (events & LOOP_READ ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	int running;

	curl_multi_socket_action(http->multi, fd, mask, &running);
	collect(http);
}

static void on_curl_timer(void *arg)
{
	struct http *http = arg;
	int running;

	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(http);
}

static int on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *arg, void *fd_arg)
{
	struct http *http = arg;
	struct loop_watch *watch = fd_arg;
	unsigned events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_watch_free(watch);
		curl_multi_assign(http->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= LOOP_READ;
	if (what & CURL_POLL_OUT)
		events |= LOOP_WRITE;
	if (watch)
		loop_watch_set(watch, events);
	else
		curl_multi_assign(http->multi, fd, loop_watch_new(http->loop, fd, events, on_fd, http));
	return 0;
}

/* curl must not be entered from here, so even 0 ms goes through the loop. */
static int on_timer_wish(CURLM *multi, long ms, void *arg)
{
	struct http *http = arg;

	(void)multi;
	loop_timer_set(http->curl_timer, ms);
	return 0;
}

/* What the timer has to wake for next. */
static void set_early_timer(struct http *http)
{
	int64_t at_ms = INT64_MAX, now_ms = clock_boot_ms();

	for (const struct transfer *t = http->all; t; t = t->next) {
		if (t->early != OK && t->early_at_ms < at_ms)
			at_ms = t->early_at_ms;
	}
	if (at_ms != INT64_MAX)
		loop_timer_set(http->early_timer, at_ms > now_ms ? at_ms - now_ms : 0);
}

/* Hands over what failed before it began, and ends waits; owners may add to the list meanwhile, so each round begins
 * anew. */
static void on_early(void *arg)
{
	struct http *http = arg;
	struct transfer *t = http->all;
	int64_t now_ms = clock_boot_ms();

	while (t) {
		if (t->early == OK || t->early_at_ms > now_ms) {
			t = t->next;
			continue;
		}
		detach(t);
		transfer_answer_code(t, t->early);
		transfer_free(t);
		t = http->all;
	}
	set_early_timer(http);
}

static void set_up_multi(struct http *http)
{
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)PER_HOST);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
}

enum errc http_new(struct http **ret, struct loop *loop, const struct http_options *options, struct err *reterr)
{
	X509_STORE *authorities = NULL;
	struct http *http;
	enum errc rc;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(reterr, ERR_IO, "curl did not start");
	/* Where plain HTTP will do, on loopback, the system's bundle may never be needed: the first TLS connection reads it. */
	rc = options->allow_plain && text_empty(options->ca_file)
	         ? OK
	         : tls_authorities(&authorities, options->ca_file, reterr);
	if (rc != OK) {
		curl_global_cleanup();
		return rc;
	}
	http = mem_alloc(sizeof(*http));
	http->loop = loop;
	http->authorities = authorities;
	http->user_agent = mem_strdup(options->user_agent ? options->user_agent : "eacbot");
	http->allow_plain = options->allow_plain;
	http->curl_timer = loop_timer_new(loop, on_curl_timer, http);
	http->early_timer = loop_timer_new(loop, on_early, http);
	http->multi = curl_multi_init();
	if (!http->multi)
		abort(); /* out of memory */
	set_up_multi(http);
	*ret = http;
	return OK;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http->closing = true;
	while (http->all) {
		struct transfer *t = http->all;

		detach(t);
		text_copy(t->reason, sizeof(t->reason), "the program is shutting down");
		transfer_answer_code(t, ERR_ABORTED);
		transfer_free(t);
	}
	curl_multi_cleanup(http->multi);
	loop_timer_free(http->curl_timer);
	loop_timer_free(http->early_timer);
	tls_authorities_free(http->authorities);
	free(http->user_agent);
	free(http);
	curl_global_cleanup();
}

static struct transfer *new_transfer(struct http *http, void *arg)
{
	struct transfer *t = mem_alloc(sizeof(*t));

	t->http = http;
	t->arg = arg;
	t->ticket = ++http->last_ticket;
	t->next = http->all;
	t->at = &http->all;
	if (t->next)
		t->next->at = &t->next;
	http->all = t;
	http->open++;
	return t;
}

/* Gives it to curl, or, where it failed already, sees to it that the owner hears so later. */
static http_ticket launch(struct http *http, struct transfer *t)
{
	if (t->early == OK && curl_multi_add_handle(http->multi, t->easy) != CURLM_OK) {
		t->early = ERR_TEMPORARY;
		text_copy(t->reason, sizeof(t->reason), "curl takes no more transfers");
	}
	if (t->early != OK)
		set_early_timer(http);
	return t->ticket;
}

http_ticket http_send(struct http *http, const struct http_request *request, http_done_fn *done, void *arg)
{
	struct transfer *t;

	if (http->closing)
		return 0;
	t = new_transfer(http, arg);
	t->done = done;
	transfer_begin(t, request);
	return launch(http, t);
}

http_ticket http_resolve(struct http *http, const char *host, int port, unsigned timeout_ms, http_resolve_fn *done,
                         void *arg)
{
	struct transfer *t;

	if (http->closing)
		return 0;
	t = new_transfer(http, arg);
	t->resolved = done;
	transfer_begin_resolve(t, host, port, timeout_ms);
	return launch(http, t);
}

http_ticket http_wait(struct http *http, unsigned ms, http_done_fn *done, void *arg)
{
	struct transfer *t;

	if (http->closing)
		return 0;
	t = new_transfer(http, arg);
	t->done = done;
	t->early = ERR_TEMPORARY;
	t->begun_ms = clock_boot_ms();
	t->early_at_ms = t->begun_ms + ms;
	text_copy(t->reason, sizeof(t->reason), "nothing was asked");
	set_early_timer(http);
	return t->ticket;
}

void http_cancel(struct http *http, http_ticket ticket)
{
	struct transfer *t = http->all;

	while (t && t->ticket != ticket)
		t = t->next;
	if (!t)
		return;
	detach(t);
	transfer_free(t);
}

unsigned http_open(const struct http *http)
{
	return http->open;
}

void http_set_ca(struct http *http, const char *ca_file)
{
	X509_STORE *authorities = NULL;

	if (tls_authorities(&authorities, ca_file, NULL) != OK)
		return;
	tls_authorities_free(http->authorities);
	http->authorities = authorities;
}

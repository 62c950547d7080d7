/*
 * http/http.h - one request out, one answer later, under a ticket.
 *
 * curl's multi interface on the loop. The answer always comes later, exactly
 * once, on the loop thread; after http_cancel it never comes. Names resolve in
 * curl's threads, the CA bundle is cached, redirects are not followed, answers
 * have a maximum. Policy (what to try again) is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/loop/loop.h"

struct http;
struct ssl_ctx_st;
typedef uint64_t http_ticket; /* 0: none */

struct http_options {
	const char *ca_file;    /* added to the system's authorities; NULL or "": none */
	const char *user_agent; /* "eacbot/1.0" */
	bool allow_plain; /* http:// is refused unless this is set and the host is a loopback address or localhost */
};

struct http_header {
	const char *name;
	const char *value;
};

struct http_request {
	const char *method; /* "GET", "POST", "DELETE", "PATCH" */
	const char *url;
	const struct http_header *headers; /* copied */
	size_t header_count;
	const char *body; /* copied; NULL: none */
	size_t body_len;
	unsigned timeout_ms; /* whole transfer; 0: 15000 */
	size_t max_answer;   /* decoded bytes; 0: 8 MiB */
	bool repeatable; /* false: curl must never send it twice by itself; a lost reused connection is then ERR_UNKNOWN
	                  */
};

struct http_answer {
	/* OK: a status came (any). TEMPORARY: nothing was sent. UNKNOWN: sent, no whole answer. TOO_LARGE. ABORTED:
	 * http_free. INVALID: bad URL. */
	enum errc code;
	long status;
	const char *body; /* NUL-terminated; valid during the callback; never NULL */
	size_t len;
	const char *content_type; /* never NULL */
	const char *reason;       /* for a log line; never NULL */
	int64_t date_ms;          /* the Date header; 0 if absent */
	int64_t retry_after_s;    /* -1 if absent */
	const char *limit_info;   /* Salesforce's Sforce-Limit-Info header; "" if absent */
	const char *scopes;       /* Slack's X-OAuth-Scopes header; "" if absent */
	int64_t took_ms;
};

typedef void http_done_fn(void *arg, const struct http_answer *answer);
/* numeric address of the first connection that stood, or an error */
typedef void http_resolve_fn(void *arg, enum errc code, const char *address, const char *reason);

enum errc http_new(struct http **ret, struct loop *loop, const struct http_options *options,
                   struct err *reterr) MUST_CHECK;
/* Open requests answer ABORTED from inside; call before loop_shut. */
void http_free(struct http *http);
/* 0, and no answer, once http_free has begun. */
http_ticket http_send(struct http *http, const struct http_request *request, http_done_fn *done, void *arg);
/* No request at all: done comes after `ms` with TEMPORARY (ABORTED from http_free). For those above who have no arrow to
 * the loop. */
http_ticket http_wait(struct http *http, unsigned ms, http_done_fn *done, void *arg);
void http_cancel(struct http *http, http_ticket ticket); /* unknown tickets are fine */
/* Finds an address of host:port that accepts TCP, without blocking (a connect-only transfer). */
http_ticket http_resolve(struct http *http, const char *host, int port, unsigned timeout_ms, http_resolve_fn *done,
                         void *arg);
/* Requests under way. */
unsigned http_open(const struct http *http);
/* New authorities file for connections from now on (SIGHUP); where it can not be read, the old ones stay. */
void http_set_ca(struct http *http, const char *ca_file);
/*
 * OpenSSL's settings for a TLS connection that is not made here: the same authorities as for all others, read once.
 * NULL: they can't be read. The caller frees with http_tls_free.
 */
struct ssl_ctx_st *http_tls_new(struct http *http);
void http_tls_free(struct ssl_ctx_st *tls); /* NULL is fine */
/*
 * The proxy for `https` to host:port by HTTPS_PROXY/NO_PROXY (either case), or NULL; "host:port" or "user:pw@host:port"
 * without scheme, the login percent-encoded. NO_PROXY is a list of "*", domains (with or without "." or "*." before
 * them), addresses and networks ("10.0.0.0/8"), each with or without ":port". The caller frees.
 */
char *http_proxy_for(const char *host, int port);
/* Takes such a proxy apart: "user:pw" decoded, or ""; a host without brackets. The caller frees both. */
void http_proxy_read(const char *proxy, char **ret_login, char **ret_host, int *ret_port);

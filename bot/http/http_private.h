/*
 * http/http_private.h - what the files of this folder know of each other.
 */
#pragma once

#include <curl/curl.h>

#include "bot/base/buf.h"
#include "bot/http/http.h"

typedef struct x509_store_st X509_STORE;

/* One request, or one search for an address, from http_send until its answer was handed over. */
struct transfer {
	struct http *http;
	http_ticket ticket;
	CURL *easy;
	http_done_fn *done;        /* of a request */
	http_resolve_fn *resolved; /* of a search for an address; then done is NULL */
	void *arg;
	enum errc early;     /* what was wrong before it could begin; OK: it is under way */
	int64_t early_at_ms; /* boot time: when its owner hears so */
	struct curl_slist *headers;
	char *body;
	size_t body_len;
	size_t body_sent; /* how much curl took */
	bool repeatable;
	struct buf answer;
	int64_t date_ms;
	char retry_after[64];
	char limit_info[128];
	char scopes[800];
	int64_t begun_ms;
	bool proxied;
	char reason[CURL_ERROR_SIZE];
	struct transfer *next; /* on http->all */
	struct transfer **at;  /* what points to us there */
};

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *curl_timer;  /* curl's own time-outs */
	struct loop_timer *early_timer; /* hands over what failed before it began */
	struct transfer *all;
	unsigned open;
	http_ticket last_ticket;
	char *user_agent;
	bool allow_plain;
	bool closing;
	X509_STORE *authorities; /* built once, for reading the bundle takes 30 ms; NULL: not needed so far */
};

/* http_transfer.c: makes the curl handle; what is wrong goes to t->early and t->reason. */
void transfer_begin(struct transfer *t, const struct http_request *request);
void transfer_begin_resolve(struct transfer *t, const char *host, int port, unsigned timeout_ms);
/* http_transfer.c: tells the owner; `result` is curl's. */
void transfer_answer(struct transfer *t, CURLcode result);
void transfer_answer_code(struct transfer *t, enum errc code);
/* http_transfer.c: curl must not know the handle any more. */
void transfer_free(struct transfer *t);

/* http_tls.c: the system's authorities and those of ca_file (NULL or "": none). */
enum errc tls_authorities(X509_STORE **ret, const char *ca_file, struct err *reterr) MUST_CHECK;
void tls_authorities_free(X509_STORE *store);
/* http_tls.c: curl's CURLOPT_SSL_CTX_FUNCTION; arg is the struct http. */
CURLcode tls_use_authorities(CURL *easy, void *ssl_ctx, void *arg);

/* http_url.c: whether it may be asked, and through which proxy (*ret_proxy: "" or a URL; the caller frees). */
enum errc url_check(const char *url, bool allow_plain, char **ret_proxy, struct err *reterr) MUST_CHECK;

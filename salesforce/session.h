/*
 * salesforce/session.h - being let in: one session for all, renewed once for all who wait.
 *
 * JWT bearer (RFC 7523) or client credentials, at login_url; afterwards the
 * REST version is asked of the instance, once a day. Times in assertions are
 * the server's: every answer's Date header teaches how far our clock is off.
 * Nothing is begun by itself; whoever needs a session waits for it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/http/http.h"
#include "salesforce/salesforce.h"
#include "salesforce/usage.h"
#include "salesforce/waiters.h"

struct session;

/* The options' strings are copied, its secrets read; `http` and `usage` have to outlive the session. */
struct session *session_new(struct http *http, struct usage *usage, const struct sf_options *options);
void session_free(struct session *s); /* NULL is fine; waiters are forgotten uncalled */
/* Drops the session. A key that can't be used is the trouble of the next login, not an error here. */
void session_set_secrets(struct session *s, const struct secret *private_key, const struct secret *client_secret);

/* Is there a session and a version, so that a call can be made now? */
bool session_ready(const struct session *s);
/* Calls fn(arg, trouble) when there is one, or why there is none; never from inside this call. Logs in if needed. */
void session_wait(struct session *s, waiter_fn *fn, void *arg);
void session_unwait(struct session *s, const void *arg);

/* Valid while session_ready. */
const char *session_token(const struct session *s);
unsigned session_generation(const struct session *s);  /* of the token: 1, 2, ... */
const char *session_instance(const struct session *s); /* "https://acme.my.salesforce.com"; "" before the first login */
const char *session_version(const struct session *s);  /* "64.0" */
const char *session_org(const struct session *s);      /* 18 characters; "" unknown */
const char *session_bot_id(const struct session *s);   /* 18 characters; "" unknown */

/* This token was refused as expired: the next to wait gets another. Nothing if it has been replaced already. */
void session_expired(struct session *s, unsigned generation);
/* This token was refused for good, although it was new. */
void session_refused(struct session *s, unsigned generation, const struct sf_trouble *trouble);

/* Every answer's Date header (0: none) and how long the request took. */
void session_learn_time(struct session *s, int64_t date_ms, int64_t took_ms);
int64_t session_server_ms(const struct session *s);     /* the server's wall time as far as known */
int64_t session_clock_skew_ms(const struct session *s); /* the server's time minus ours; 0 unknown */

bool session_let_in(const struct session *s);         /* the last login worked */
const char *session_trouble(const struct session *s); /* why not; "" */

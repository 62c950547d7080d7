#pragma once

/*
 * tests/sim/sim.h - what every fake server of the tests has in common.
 *
 * A fake is a real HTTP server on the loopback address with one thread per
 * connection and one lock around its world: every handler runs with the lock
 * held, so handlers are written as if there were one thread. What is common
 * is here: requests and answers, the journal, the list of violations, the
 * list of faults and the control endpoints (README.md). What a particular
 * service knows is not.
 */

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct sim_answer;

/* One request. Everything in it lives until the handler returns. */
struct sim_request {
	const char *method;
	const char *target; /* as it stood in the request line */
	const char *path;   /* decoded, without the query string */
	json_t *query;      /* object: name -> string, decoded */
	json_t *headers;    /* object: lower-case name -> string */
	const char *body;   /* always followed by a NUL that is not counted */
	size_t body_len;
	const char *kind; /* what sim_ops.kind said, or the path */
	json_t *fault;    /* the rule with a "do" that fired for this request, or NULL */
};

/* Fills an answer. Runs with the lock held. */
typedef void sim_handle_fn(void *ctx, const struct sim_request *req, struct sim_answer *ans);

struct sim_ops {
	/* Everything outside /_sim/. */
	sim_handle_fn *handle;
	/* Paths under /_sim/ that are not common; false: no such path (answered 404). May be NULL. */
	bool (*control)(void *ctx, const struct sim_request *req, struct sim_answer *ans);
	/* A short name for faults and journal ("chat.update", "query"); a static string or one that lives as long as
	 * the request. May be NULL, or return NULL: the path is used. */
	const char *(*kind)(void *ctx, const struct sim_request *req);
	/* Shutdown has begun: end what holds upgraded connections. Called with the lock held. May be NULL. */
	void (*stop)(void *ctx);
};

/* --- the server --- */

struct sim_options {
	int port;             /* 0: any */
	bool verbose;         /* one line on stderr per request */
	bool die_with_parent; /* end when the process that started us does */
};

/* A fake that serves `ops`; `ctx` is handed to them and stays the caller's. Free with sim_free. */
struct sim *sim_new(const struct sim_ops *ops, void *ctx);
void sim_free(struct sim *sim);

/*
 * Serves until SIGTERM, SIGINT or POST /_sim/shutdown, then returns 0; 1 when
 * the port can't be had. Prints `listening 127.0.0.1:PORT` on stdout once it
 * answers. Must be called from the main thread, before any other is started.
 */
int sim_run(struct sim *sim, const struct sim_options *options);

/* `--port N`, `--verbose` and `--die-with-parent` out of argv[*i]; true when it was one of them (and *i then stands on
 * its last word). */
bool sim_option(struct sim_options *options, int argc, char **argv, int *i);

/* The port that is listened on; 0 before sim_run. */
int sim_port(const struct sim *sim);

/* --- lock and time --- */

/* Handlers hold the lock already; threads of their own take it by these. */
void sim_lock(struct sim *sim);
void sim_unlock(struct sim *sim);

/* Lets go of the lock until sim_changed is called or `until_ms` (of sim_now_ms) has come; false: it has, or shutdown
 * has begun. The caller looks at its condition again. */
bool sim_wait(struct sim *sim, int64_t until_ms);
void sim_changed(struct sim *sim);
bool sim_stopping(const struct sim *sim);

/* Milliseconds of the monotonic clock, and microseconds since 1970. */
int64_t sim_now_ms(void);
int64_t sim_wall_us(void);

/* --- journal and violations --- */

/* A breach of the protocol by the client, as a sentence. Tests demand that there is none. */
void sim_violation(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line in the journal that is not an HTTP request ("socket 3 opened"). */
void sim_note(struct sim *sim, const char *kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* --- requests --- */

/* The value of a header (its name in lower case) or of a query parameter; NULL: not there. */
const char *sim_header(const struct sim_request *req, const char *name);
const char *sim_query(const struct sim_request *req, const char *name);

/* An application/x-www-form-urlencoded text as an object of strings; a new reference. Bytes that are not UTF-8 become
 * U+FFFD. */
json_t *sim_form(const char *text, size_t len);

/* The body as JSON, a new reference; NULL: it is none. */
json_t *sim_body_json(const struct sim_request *req);

/* --- answers --- */

/* JSON or text with that status. `json` is borrowed; it is written out at once. A later call replaces an earlier one.
 */
void sim_answer_json(struct sim_answer *ans, int status, const json_t *json);
void sim_answer_text(struct sim_answer *ans, int status, const char *type, const char *text);
/* The same, with a new reference that is dropped: sim_answer_new(ans, 200, json_pack(...)). */
void sim_answer_new(struct sim_answer *ans, int status, json_t *json);
void sim_answer_header(struct sim_answer *ans, const char *name, const char *value);
void sim_answer_gzip(struct sim_answer *ans);    /* compress if the client accepts it */
void sim_answer_chunked(struct sim_answer *ans); /* no Content-Length */
/* The milliseconds to wait before it is sent, without the lock. */
void sim_answer_delay(struct sim_answer *ans, int64_t delay_ms);
/* Close the connection without an answer; `reset`: with an RST. */
void sim_answer_drop(struct sim_answer *ans, bool reset);

/*
 * 101: the connection becomes `fd` for a thread of its own, which runs
 * `serve(ctx, fd, extra, extra_len)` without the lock; `extra` are bytes that
 * came with the request. When it returns, the connection is closed by the
 * server. `ctx` belongs to `serve`, which is called exactly once or, when the
 * client left before the upgrade, not at all.
 */
typedef void sim_serve_fn(void *ctx, int fd, const char *extra, size_t extra_len);
void sim_answer_upgrade(struct sim_answer *ans, sim_serve_fn *serve, void *ctx);

/* --- small things --- */

/* calloc that ends the process when there is no memory. */
void *sim_calloc(size_t n, size_t size);
/* printf into a new JSON string. */
json_t *sim_jsonf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The text of a member, or "" when it is missing or not a string. */
const char *sim_text(const json_t *object, const char *member);
/* Reads a JSON file; NULL and a sentence on stderr when it can't. */
json_t *sim_load(const char *path);

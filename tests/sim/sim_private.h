#pragma once

/*
 * tests/sim/sim_private.h - what the common files of a fake tell each other;
 * not for the fakes.
 */

#include "tests/sim/sim.h"

#include <pthread.h>

struct sim {
	struct sim_ops ops;
	void *ctx;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;
	bool verbose;
	int port;
	int64_t started_ms;
	int upgraded; /* threads that serve an upgraded connection */
	json_t *journal;
	json_t *violations;
	json_t *faults;
	json_int_t lines;     /* numbers of the journal, never reused */
	json_int_t sentences; /* the same of the violations */
	json_int_t rules;     /* the same of the faults */
};

struct sim_answer {
	int status;
	char *body;
	size_t body_len;
	json_t *headers;
	bool gzip;
	bool chunked;
	bool drop;
	bool reset;
	int64_t delay_ms;
	sim_serve_fn *serve;
	void *serve_ctx;
};

/* What a fired rule does to one exchange; zeroed: nothing. `rule` is a new reference. */
struct sim_fault {
	json_t *rule;
	int64_t delay_ms;
	bool before; /* the handler does not run */
};

/* The first rule that fits this request and is due, counted as fired. */
struct sim_fault fault_pick(struct sim *sim, const struct sim_request *req);
/* Changes the answer as the rule says; the handler has run before unless fault->before. */
void fault_apply(const struct sim_fault *fault, struct sim_answer *ans);
/* /_sim/faults */
void faults_control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans);

/* One exchange, for the journal. */
void journal_request(struct sim *sim, const struct sim_request *req, const struct sim_answer *ans,
                     const struct sim_fault *fault, int64_t took_ms);
/* /_sim/journal and /_sim/violations */
void journal_control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans);
void violations_control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans);

void answer_done(struct sim_answer *ans);
/* The body as gzip; the caller frees it. */
char *gzip_stored(const char *text, size_t len, size_t *ret_len);

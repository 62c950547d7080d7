/*
 * salesforce/rest.h - one call of the REST API, with everything that belongs to each of them.
 *
 * Gets the session, keeps to the allowance, renews an expired session once,
 * counts, parses, and translates refusals. What is asked, and what an answer
 * means, is known by those who call.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/http/http.h"
#include "salesforce/session.h"
#include "salesforce/sf_error.h"
#include "salesforce/usage.h"

struct rest;
struct rest_call;

struct rest_request {
	enum sf_kind kind;
	const char *method;
	const char *
	    path; /* "/composite" is put behind /services/data/vXX.X; what begins with "/services/" is taken as it is */
	const char *body;   /* NULL: none */
	const char *object; /* what it is about, for sentences (sf_error_about); NULL: many or none */
	bool form;          /* the body is a form and not JSON */
	bool anonymous;     /* no session in the headers, only its host */
	bool uncounted;     /* not one of the org's daily calls */
	bool changes;       /* a lost answer leaves it open whether it happened */
};

struct rest_answer {
	struct sf_trouble trouble; /* .code OK, then body; UNKNOWN only for what changes something */
	const json_t *body;        /* of a 2xx; NULL when there is none or on trouble; borrowed */
	int64_t at_ms;             /* the server's time */
};
typedef void rest_done_fn(void *arg, const struct rest_answer *answer);

struct rest *rest_new(struct http *http, struct session *session, struct usage *usage);
void rest_free(struct rest *rest); /* cancels what is under way */

/* Everything is copied. done comes later, once, and ends the call; after rest_cancel never. */
struct rest_call *rest_send(struct rest *rest, const struct rest_request *request, rest_done_fn *done, void *arg);
/* No call at all: done comes later with OK and no body. */
struct rest_call *rest_later(struct rest *rest, rest_done_fn *done, void *arg);
void rest_cancel(struct rest_call *call); /* NULL is fine */

/*
 * service.h - the parts of the fake Salesforce, and one call on its way through them.
 */
#pragma once

#include "tests/sim/salesforce/later.h"
#include "tests/sim/salesforce/org.h"
#include "tests/sim/salesforce/reply.h"
#include "tests/sim/sim.h"

struct sessions;
struct cursors;

struct service {
	struct sim *sim;
	struct org *org;
	struct later *later;
	struct sessions *sessions;
	struct cursors *cursors;
	json_t *state; /* the state file, for /_sim/reset */
	json_t *calls; /* what kind was called how often */
};

/* One REST call: a request of its own, or a part of a composite. */
struct call {
	struct service *service;
	const char *user_id;
	int version;
	const char *method;
	const char *target;  /* from /services/data on, raw */
	json_t *body;        /* borrowed; NULL: none or no JSON */
	const json_t *fault; /* the rule that fired for the request, or NULL */
	bool inside;         /* part of a composite */
	bool dirty;          /* something was written in this composite before */
};

/* Answers one REST call; everything that a composite may hold goes through here as well. */
struct reply rest_call(struct call *call);
/* How many calls of the daily allocation this one costs. */
int rest_cost(const struct call *call);

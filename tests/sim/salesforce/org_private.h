/*
 * org_private.h - what org.c and org_load.c share; for no one else.
 */
#pragma once

#include "tests/sim/salesforce/org.h"

struct org {
	json_t *rows;     /* object name -> array of records */
	json_t *graves;   /* id of a removed record -> was it the client? */
	json_t *switches; /* name -> value */
	json_t *setup;    /* the state file without its rows */
	long last_id;
	org_violation_fn *tell;
	void *tell_ctx;
};

/* Fills rows and switches from the state file; false and a sentence on stderr. */
bool org_load(struct org *org, const json_t *state);
/* An id for a record that has none, the long form of one that has. */
void org_give_id(struct org *org, const char *object, json_t *row);
/* Turns the short ways of writing values into values. */
void org_make_true(struct org *org, const char *object, json_t *row);

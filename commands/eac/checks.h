/*
 * commands/eac/checks.h - what is looked at before anything is touched. For diagnose.c and the two files of checks only.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "commands/eac/diagnose.h"
#include "commands/phrases/phrases.h"

/* What was read, and what would be done. All borrowed. */
struct exam {
	const struct config *config;
	const json_t *found, *look; /* answers of find and look */
	const json_t *user;         /* of the look */
	const json_t *connection;   /* of the look; NULL: none, or unreadable */
	const json_t *plan;
	const json_t *promised; /* seats owed to others: {licence id: n} */
	int64_t now;
};

/* Rows of the table (checks_mailbox.c): what was seen and what to do, which the caller owns; NULL: nothing is to be said. */
json_t *check_is_in_no_configuration(const struct exam *e);
json_t *check_terms_are_open(const struct exam *e);
json_t *check_mailbox_is_another(const struct exam *e);
json_t *check_provider_is_another(const struct exam *e);
json_t *check_salesforce_advises(const struct exam *e);
json_t *check_may_be_a_new_password(const struct exam *e);
json_t *check_is_half_removed(const struct exam *e);
json_t *check_app_is_missing(const struct exam *e);

/* Fills reason and text by the first check that refuses, and warnings by all that only warn. */
void checks_run(const struct exam *e, struct diagnosis *d);

/*
 * Why this licence could not be given back once it is given up: a sentence that ends with `then`; NULL: it could.
 * `promised`: seats of it owed to others; until (ms): when it has to be given back at the latest.
 */
json_t *check_licence_trouble(const json_t *licence, int64_t promised, int64_t until, enum phrase then);

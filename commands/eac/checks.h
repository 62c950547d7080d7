/*
 * commands/eac/checks.h - what is looked at before anything is touched. For diagnose.c and the two files of checks only.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/buf.h"
#include "commands/eac/diagnose.h"

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

/* Rows of the table (checks_mailbox.c): true, with what was seen and what to do, when there is something to say. */
bool check_is_in_no_configuration(const struct exam *e, struct buf *b);
bool check_terms_are_open(const struct exam *e, struct buf *b);
bool check_mailbox_is_another(const struct exam *e, struct buf *b);
bool check_provider_is_another(const struct exam *e, struct buf *b);
bool check_salesforce_advises(const struct exam *e, struct buf *b);
bool check_may_be_a_new_password(const struct exam *e, struct buf *b);
bool check_is_half_removed(const struct exam *e, struct buf *b);
bool check_app_is_missing(const struct exam *e, struct buf *b);

/* Fills reason and text by the first check that refuses, and warnings by all that only warn. */
void checks_run(const struct exam *e, struct diagnosis *d);

/*
 * Could this licence not be given back once it is given up? `promised`: seats of it owed to others; until (ms): when it
 * has to be given back at the latest. Appends a sentence (mrkdwn).
 */
bool check_licence_trouble(const json_t *licence, int64_t promised, int64_t until, struct buf *ret);

/*
 * commands/eac/checks.h - what is looked at before anything is touched. For diagnose.c only.
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

/* Fills reason and text by the first check that refuses, and warnings by all that only warn. */
void checks_run(const struct exam *e, struct diagnosis *d);

/*
 * Could this licence not be given back once it is given up? `promised`: seats of it owed to others; until (ms): when it
 * has to be given back at the latest. Appends a sentence (mrkdwn).
 */
bool check_licence_trouble(const json_t *licence, int64_t promised, int64_t until, struct buf *ret);

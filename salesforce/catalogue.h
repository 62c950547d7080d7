/*
 * salesforce/catalogue.h - what is known of the org's permission sets and licences, kept for a day.
 *
 * Two things that change rarely and cost calls: which flag fields exist
 * (columns.h), and which sets and licences carry more than Inbox and EAC.
 * Learnt when first needed, once for all who wait.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "salesforce/columns.h"
#include "salesforce/rest.h"
#include "salesforce/waiters.h"

struct catalogue;

struct catalogue *catalogue_new(struct rest *rest, struct session *session);
void catalogue_free(struct catalogue *c); /* NULL is fine; waiters are forgotten uncalled */

/* NULL: not known, wait for it. */
const struct columns *catalogue_columns(const struct catalogue *c);
/* A query was refused for a field that is not there after all. True if it is worth another try. */
bool catalogue_doubt_columns(struct catalogue *c, const char *text);

/* One set or licence. */
struct known {
	char id[19];
	bool broad;
	const json_t *why;     /* array of words; borrowed */
	const json_t *licence; /* a licence as sf_find tells it, with the seats of when it was learnt; NULL for a set */
};
/* False: not known, or too long ago. */
bool catalogue_find(const struct catalogue *c, const char *id, struct known *ret);
/* Up to `max` ids of licences that were ever learnt; borrowed until the next learning. */
size_t catalogue_licences(const struct catalogue *c, const char **ids, size_t max);

/*
 * Learns the columns if they are not known, and then the sets and licences whose ids are in the array `ids` (may be
 * NULL). fn(arg, trouble) comes later. A single one that can't be read for good is no trouble, but known as broad.
 * Somebody else's learning may have been waited for instead: ask again what is known.
 */
void catalogue_learn(struct catalogue *c, const json_t *ids, waiter_fn *fn, void *arg);
void catalogue_unwait(struct catalogue *c, const void *arg);

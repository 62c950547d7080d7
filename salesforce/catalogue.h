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

/*
 * All are assumed to be there until a query is refused; only then the org is asked, for that costs calls.
 * NULL: it has to be asked, catalogue_learn does it.
 */
const struct columns *catalogue_columns(struct catalogue *c);
/* Changes with each change of the columns. */
unsigned catalogue_generation(const struct catalogue *c);
/* A query was refused for a field that is not there after all. True if it is worth another try. */
bool catalogue_doubt_columns(struct catalogue *c, const char *text);
/* The same for the query of the connection status. */
bool catalogue_doubt_status(struct catalogue *c, const char *text);

/* One set or licence. */
struct known {
	char id[19];
	bool broad;
	bool unknown;          /* nobody could look what else it carries */
	const json_t *why;     /* array of words; borrowed */
	const json_t *licence; /* a licence as sf_find tells it, with the seats of when it was learnt; NULL for a set */
};
/* False: not known, or too long ago. */
bool catalogue_find(const struct catalogue *c, const char *id, struct known *ret);
/* Up to `max` ids of licences that were ever learnt; borrowed until the next learning. */
size_t catalogue_licences(const struct catalogue *c, const char **ids, size_t max);

/* The licences that listed sets are tied to, array of ids: they go with their set, so they needn't be judged. */
void catalogue_tie(struct catalogue *c, const json_t *ids);
/*
 * Learns the columns if they are in doubt, and then the sets and licences whose ids are in the array `ids` (may be
 * NULL). fn(arg, trouble) comes later. One that can't be read for good is no trouble. What can't be judged in any way
 * is taken as narrow if it is a set (all that are asked for are on the allow-list: somebody chose them) or tied to one,
 * and told as unknown; any other licence as broad.
 * Somebody else's learning may have been waited for instead: ask again what is known.
 */
void catalogue_learn(struct catalogue *c, const json_t *ids, waiter_fn *fn, void *arg);
void catalogue_unwait(struct catalogue *c, const void *arg);

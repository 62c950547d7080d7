/*
 * salesforce/composite.h - many requests in one counted call, in order.
 *
 * The REST API's Composite resource: at most 25 subrequests, at most five of
 * them queries or collections; the whole answers 200 even when every part failed. Always
 * allOrNone=false (the parts are independent, and what was done is looked at)
 * and collateSubrequests=false (the order is meant). No references between
 * parts: "@{" anywhere spoils the whole. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "salesforce/sf_error.h"

enum { COMPOSITE_PARTS = 25, COMPOSITE_QUERIES = 5 };

struct composite {
	char prefix[40];  /* "/services/data/v64.0" */
	json_t *requests; /* an array */
	size_t queries;
	bool spoilt;
};

void composite_init(struct composite *c, const char *version);
void composite_done(struct composite *c);
#define AUTO_COMPOSITE __attribute__((cleanup(composite_done)))

/* `ref` names the part in the answer: letters and digits. More parts than allowed are a mistake of the caller. */
void composite_query(struct composite *c, const char *ref, const char *soql);
void composite_get(struct composite *c, const char *ref, const char *path); /* "/sobjects/User/005..." */
void composite_delete(struct composite *c, const char *ref, const char *object, const char *id);
void composite_post(struct composite *c, const char *ref, const char *object, json_t *record); /* steals record */
/* sObject Collections: many records of one object in one part, at most 200; the answer has an element for each, in this
 * order. */
void composite_delete_all(struct composite *c, const char *ref, const json_t *ids);
void composite_post_all(struct composite *c, const char *ref, json_t *records); /* each with its "attributes" */
/* The request's body; the caller frees. NULL if "@{" is in it or a query is too long for an
 * address. */
char *composite_text(const struct composite *c);

/* The part `ref` of an answer as it came, borrowed; NULL: there is none. */
const json_t *composite_find(const json_t *answer, const char *ref);
/*
 * The part `ref` of an answer. True if it is a 2xx: *ret_body (may be NULL) is its body, borrowed. Otherwise *ret is
 * the trouble; PROTOCOL if there is no such part.
 */
bool composite_part(const json_t *answer, const char *ref, const struct sf_error_about *about, json_t **ret_body,
                    struct sf_trouble *ret);
/* The same for a query: its records, an array. */
bool composite_records(const json_t *answer, const char *ref, const char *object, json_t **ret_records,
                       struct sf_trouble *ret);

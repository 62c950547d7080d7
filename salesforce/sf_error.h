/*
 * salesforce/sf_error.h - what Salesforce's refusals mean. Pure.
 *
 * One table turns (HTTP status, errorCode or statusCode, text) into a code of
 * ours and a sentence; behind this file nobody knows a foreign code. The names
 * are those of the REST API's StatusCode list; the shapes are the array of the
 * REST API, its elements alone (sObject Collections), OAuth's object, OAuth's
 * query string, and pages that are no JSON at all.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bot/base/err.h"

/* What an answer means, and the code of ours that stands for it. */
#define SF_MEANINGS(X) \
	X(OWN, BUG)             /* a trouble of our own: sf_error_set gives the code */ \
	X(PASSES, TEMPORARY)    /* not done; tried again, with growing pauses */ \
	X(UNCLEAR, UNKNOWN)     /* perhaps done: looked at before anything is repeated */ \
	X(UNREADABLE, PROTOCOL) /* nobody knows what it means */ \
	X(RENEW, AUTH)          /* the session has ended: renewed once */ \
	X(MOVED, TEMPORARY)     /* not done; the log-in tells where the org is now, once */ \
	X(LOCKED_OUT, AUTH)     /* a setting of the app, the user or the org, which is named */ \
	X(QUOTA, QUOTA)         /* the day's calls are used up: one probing call in a while */ \
	X(RIGHT, DENIED)        /* the bot lacks a right, which is named */ \
	X(SETTING, REFUSED)     /* a feature or field is off */ \
	X(ALREADY, ALREADY)     /* what was to be made is there */ \
	X(GONE, NOT_FOUND)      /* what was to be deleted is not there */ \
	X(RULE, REFUSED)        /* the org's own rules say no */ \
	X(BUG, BUG)             /* we asked wrongly */

enum sf_meaning {
#define X(name, code) SF_##name,
	SF_MEANINGS(X)
#undef X
};

struct sf_trouble {
	enum errc code;
	enum sf_meaning meaning;
	char error[80];   /* Salesforce's word, "" if it gave none */
	char reason[320]; /* a sentence; no secret in it */
};

/* What was asked, for the sentence and for what an unclear end means. */
struct sf_error_about {
	const char *object; /* "PermissionSetAssignment": names the right that may be missing; NULL or "": unknown */
	bool changes;       /* a write: after a 5xx that is not the platform's own it may have happened */
};

/*
 * Reads the body of a status that is not 2xx. `body`: the parsed JSON, or NULL, then `text` (of `len` bytes) is looked
 * at for OAuth's query string. Fills all of *ret; code is never OK.
 */
void sf_error_read(struct sf_trouble *ret, long status, const json_t *body, const char *text, size_t len,
                   const struct sf_error_about *about);
/* The same for an element of "errors" in an answer of sObject Collections or a refused create. */
void sf_error_read_element(struct sf_trouble *ret, const json_t *element, const struct sf_error_about *about);
/* A trouble of our own. */
void sf_error_set(struct sf_trouble *ret, enum errc code, const char *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

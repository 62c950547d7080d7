/*
 * salesforce/wish.h - what one question or deed wants of its main call, so that many can share one. Pure.
 *
 * A wish is up to five queries, perhaps a record that is read by its path, and
 * deeds in order. Asked alone each deed is a part of its own; with others those
 * of a stage are one sObject Collection ("Use sObject Collections in Composite
 * Requests": at most 200 records, and those with the queries at most five). The
 * answer to many is taken apart into the answers that each would have had
 * alone, so that nobody behind this file knows the difference.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "salesforce/composite.h"
#include "salesforce/question.h"

enum { WISH_STAGES = 2, WISH_REF_MAX = 32, WISH_DEEDS_MAX = 200 };

struct wish {
	struct question questions[COMPOSITE_QUERIES];
	size_t question_count;
	const char *read_ref; /* the part that reads read_path; NULL: none */
	char *read_path;      /* "/sobjects/User/005..." */
	json_t
	    *deeds; /* [{"ref","stage","object","id"} or, with a record to be made in the place of the id, "record"}] */
	const char *about; /* the object that a refusal of the whole is about */
	bool changes;      /* there are deeds */
	bool alone;        /* can't be made together with others */
};

struct wish *wish_new(const char *about);
void wish_free(struct wish *wish); /* NULL is fine */
/* One more query, to be filled. At most five. */
struct question *wish_ask(struct wish *wish, const char *ref, const char *object);
void wish_read(struct wish *wish, const char *ref, char *path); /* steals path */
/* Deeds of stage 0 are all done before those of stage 1. Whoever adds one of stage 0 behind one of 1 means that order, and
 * stays alone. */
void wish_delete(struct wish *wish, const char *ref, int stage, const char *object, const char *id);
void wish_create(struct wish *wish, const char *ref, int stage, const char *object, json_t *record); /* steals record */

/* Wishes with the same key can be granted together, if wish_fits says so too. The caller frees. */
char *wish_key(const struct wish *wish);
/* Is there room for one more, and do they not touch the same records? */
bool wish_fits(const struct wish *one, const struct wish *const *others, size_t count);

/* The one call for all of them; the caller frees. NULL: too long, or it can't be asked ("@{" in it). */
char *wishes_text(const struct wish *const *wishes, size_t count, const char *version);

/* What the answer to several is. */
enum wishes_verdict {
	WISHES_GOOD,   /* everybody gets a part of it */
	WISHES_SLOW,   /* the same, but the platform could not cope: fewer at a time */
	WISHES_APART,  /* for a reason that lies in there being several: they are to be asked one by one */
	WISHES_FOREIGN /* it tells of somebody who was not asked about: those parts are nobody's */
};
enum wishes_verdict wishes_judge(const json_t *answer, const struct wish *const *wishes, size_t count);
/* The answer that wish number i would have had alone; a part that can't be told is left out. A new reference. */
json_t *wishes_take(const json_t *answer, const struct wish *const *wishes, size_t count, size_t i);

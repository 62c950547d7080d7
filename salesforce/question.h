/*
 * salesforce/question.h - one query, that may be asked for several people at once. Pure.
 *
 * Questions that differ in nothing but whom they are about become one query
 * with lists, and each record of the answer goes to whose it is. A record that
 * is nobody's who asked is noticed: what is told of one person must never be
 * taken for another's.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/base/buf.h"

enum { QUESTION_WORDS = 4, QUESTION_WORD_MAX = 255 };

struct question {
	const char *ref;    /* the name of its part in a composite */
	const char *object; /* behind FROM */
	struct buf fields;  /* "Id, LoginType" */
	const char *owner;  /* names whose a record is, and is not among the fields; NULL: one that is among them */
	struct question_word {
		const char *field;
		char text[QUESTION_WORD_MAX + 1];
	} words[QUESTION_WORDS]; /* a record that bears one of these is meant */
	size_t word_count;       /* 0: a question about the org, with one answer for all */
	bool ids;                /* the words are ids, and compared as such */
	bool single;             /* there is one record of each */
	struct buf also;         /* " AND Incoming = false"; of one without words, the whole " WHERE ..." */
	const char *since;       /* a field that is not older than since_ms; NULL */
	int64_t since_ms;        /* Unix milliseconds */
	const char *behind;      /* " ORDER BY CreatedDate DESC"; "" */
	int limit;               /* of records for each who asks; 0: none */
};

/* Everything is static text but what is copied: words and fields. */
void question_init(struct question *q, const char *ref, const char *object);
void question_done(struct question *q);
/* A word that names who is meant; at most 255 bytes, and at most four. */
void question_add_word(struct question *q, const char *field, const char *word);

/* The whole query, for all of these, which are alike. */
void question_put(struct buf *query, const struct question *const *alike, size_t count);
/* How many records that query brings at most, of all of them together; 0: no limit. */
size_t question_limit(const struct question *q, size_t count);
/* What two questions have to share so that they can be asked as one. */
void question_put_key(struct buf *key, const struct question *q);

/* Is it a record that this question is about? PERHAPS: Salesforce may compare otherwise than is done here. */
enum question_share { QUESTION_OTHERS, QUESTION_MINE, QUESTION_PERHAPS };
enum question_share question_share_of(const struct question *q, const json_t *record);
/* Out of a query's answer for many ({"done", "records", ...}) the one that this question would have had alone. */
json_t *question_take(const struct question *q, const json_t *result);

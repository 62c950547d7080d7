/*
 * commands/phrases/phrases.h - the catalogue: every sentence, in every language.
 *
 * The .def files hold one entry a sentence with its languages one below the
 * other; a language that is left out does not compile. {name} is a slot. Words
 * of people, of Slack or Salesforce come in by slots, as mrkdwn that is literal
 * already (message/mrkdwn.h); texts hold no & < > but in markup.
 *
 * A sentence that is kept (in the facts of a repair) is kept as a value, the
 * entry's name and its slots, so that each reader gets it in their own language.
 * Entries that may be kept are never renamed: old values would lose their words.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/base/buf.h"
#include "bot/base/language.h"

enum phrase {
#define PHRASE(name, en, ko, ja, de) PHRASE_##name,
#include "commands/phrases/all.def"
#undef PHRASE
	PHRASE_COUNT
};

/* The entry as it stands, slots unfilled: for labels, which have none. */
const char *phrase_text(enum language language, enum phrase phrase);
/* Appends the sentence. Pairs of a slot's name and its mrkdwn follow, then NULL; a NULL value is an empty one. */
void phrase_add(struct buf *b, enum language language, enum phrase phrase, ...) __attribute__((sentinel));

/* A number for a slot. */
const char *phrase_number(int64_t n, char out[static 24]);

/* The sentence as a value, with its slots like phrase_add. The caller owns it. */
json_t *phrase_value(enum phrase phrase, ...) __attribute__((sentinel));
/* A slot that is itself a sentence: takes `slot`, borrowed is `value`. */
void phrase_value_set(json_t *value, const char *slot_name, json_t *slot);
/*
 * Appends such a value. A plain string, as older versions kept, is taken for mrkdwn; an array is a list of values, with
 * the language's comma between them. NULL adds nothing.
 */
void phrase_add_value(struct buf *b, enum language language, const json_t *value);
/* The same, takes the value. */
void phrase_say(struct buf *b, enum language language, json_t *value);
/* Words of people, of Slack or Salesforce as a slot's value: literal, at most max_chars. The caller owns it. */
json_t *phrase_literal(const char *text, size_t max_chars);
/* A value in English, as plain text: for the audit trail, the store's columns and the logs. The caller frees. */
char *phrase_plain(const json_t *value);

/* The entry's name, "USER_HELLO": for tests and the reading of the catalogue. */
const char *phrase_name(enum phrase phrase);

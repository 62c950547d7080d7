/*
 * commands/words.h - reading what people type. Pure, fuzzed.
 *
 * Slack sends mentions as <@U...>, mail addresses as <mailto:a|a>, and what
 * people typed with & < > escaped (docs.slack.dev, slash commands): markup is
 * recognised before the three entities are decoded, so that typed text can't
 * pose as a mention.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_MAX = 256, WORDS_MAX = 220, REASON_MAX = 1000 };

enum word_kind {
	WORD_TEXT,    /* anything else, decoded */
	WORD_MENTION, /* text is the Slack id of a person */
	WORD_OTHER,   /* a channel, a group, a special mention: names no person */
};

struct word {
	enum word_kind kind;
	char text[WORD_MAX];
	const char *rest; /* what follows the word in the typed text */
};

/* The next word of *typed (blanks and commas separate); advances *typed. False at the end. */
bool words_next(const char **typed, struct word *ret);

struct who {
	bool mention;
	char text[WORD_MAX]; /* a Slack id, or an e-mail address, username or Salesforce id */
};

struct repair_words {
	struct who who[WORDS_MAX];
	size_t count;
	char for_user[24];       /* Slack id; "" */
	char reason[REASON_MAX]; /* decoded plain text; "" */
	bool anyway;
	char error[400]; /* mrkdwn; "" when all is readable */
};

/* WHO [WHO ...] [anyway] [for @SLACKUSER] [reason: TEXT] in any order, the reason last. */
void words_repair(const char *typed, struct repair_words *ret);
/* One WHO word; false when it can't be one. */
bool words_who(const struct word *word, struct who *ret);
/* "EAC-42", "eac-42" or "42": 42; 0 when it is none. */
int64_t words_id(const char *text);
/* A case number: 4 to 20 of A-Z a-z 0-9 -. */
bool words_case(const char *text);
/* The first word in lower case and what follows it; out is "" for an empty text. Returns the rest. */
const char *words_command(const char *typed, char out[static 32]);
/* What follows, as one decoded line without blanks at its ends; at most size-1 bytes. */
void words_rest(const char *typed, char *out, size_t size);

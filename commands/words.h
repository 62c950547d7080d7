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

enum { WORD_MAX = 256, WORDS_MAX = 220, REASON_MAX = 1000, TICKET_SIZE = 41 };

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

/* What is wrong with what was typed: the first mistake. */
enum words_mistake {
	WORDS_FINE,
	WORDS_NO_PERSON,  /* can't be anybody: a name, or words about it */
	WORDS_NO_MENTION, /* "@jane", typed without choosing from Slack's list */
	WORDS_NO_ID,      /* like a Salesforce user id, but it is none */
	WORDS_NOBODY,     /* a channel, a group, everybody */
	WORDS_TOO_MANY,
	WORDS_NO_FOR,    /* no mention after "for" */
	WORDS_NO_TICKET, /* no number of a ticket after "ticket:" */
};

struct repair_words {
	struct who who[WORDS_MAX];
	size_t count;
	char for_user[24];        /* Slack id; "" */
	char reason[REASON_MAX];  /* decoded plain text; "" */
	char ticket[TICKET_SIZE]; /* "" */
	bool anyway;
	enum words_mistake mistake;
	char mistaken[WORD_MAX]; /* the word that it is about, plain */
};

/* WHO [WHO ...] [anyway] [for @SLACKUSER] [ticket: NUMBER] [reason: TEXT] in any order, the reason last. */
void words_repair(const char *typed, struct repair_words *ret);
/* One WHO word, freed of quotes, brackets and full stops around it; false when it can't be one. */
bool words_who(const struct word *word, struct who *ret);
/* "EAC-42", "eac-42" or "42": 42; 0 when it is none. */
int64_t words_id(const char *text);
/* A case number: 4 to 20 of A-Z a-z 0-9 -. */
bool words_case(const char *text);
/* The number of a ticket of one's own: 4 to 40 of A-Z a-z 0-9 - _ # / . : */
bool words_ticket(const char *text);
/* The first word in lower case and what follows it; out is "" for an empty text. Returns the rest. */
const char *words_command(const char *typed, char out[static 32]);
/* What follows, as one decoded line without blanks at its ends; at most size-1 bytes. */
void words_rest(const char *typed, char *out, size_t size);

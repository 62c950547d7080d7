/*
 * interleavings/play.h - one run: a seed, a store, people, Slack, Salesforce, a clock, and what went wrong.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/flow/flow.h"
#include "bot/store/outbox.h"
#include "commands/door.h"
#include "config/config.h"
#include "tests/interleavings/cast.h"
#include "tests/interleavings/dice.h"
#include "tests/interleavings/judge.h"
#include "tests/interleavings/org.h"
#include "tests/interleavings/slack.h"

#define CHANNEL   "C0HELP001"
#define ELSEWHERE "C0OTHER01"
#define BOT       "U0BOT0001"

enum { ACT_TEXT = 240, VISITS = 12, RUNS = 12, LETTERS = 8, ENVELOPES = 16 };

/* What somebody does, as Slack would bring it. */
struct act {
	enum door door;
	int who;
	enum intent intent;
	char key[48]; /* "" : none; the same for a redelivery */
	char channel[24], thread_ts[32], message_ts[32], text[ACT_TEXT], action[40], value[64];
	json_t *view; /* owned */
	bool dead;    /* a button or dialog of a card that is not live, when the deed is handled */
};

enum visit_state { VISIT_FREE, VISIT_TO_ASK, VISIT_ASKED };
/* A deed that is acknowledged, and waits for Slack to say who that is. */
struct visit {
	enum visit_state state;
	struct act act;
	int64_t inbox;
	struct person person;  /* as Slack told it */
	struct standing truth; /* as it was when Slack was asked */
};

/* A call of a repair that is under way. */
struct run {
	bool used, made;
	struct flow_call call;
	enum errc code;
	json_t *body;
	struct sf_user *whom;   /* whom a write that was made is about */
	struct sf_user *looked; /* who is unclear again if this answer is lost */
};

/* A message on its way. */
struct letter {
	bool used, sent;
	enum errc code; /* UNKNOWN: it was sent, and nobody knows */
	struct outbox_row row;
	char ts[32];
};

/* How much goes wrong, in percent. */
struct faults {
	unsigned call_fails, answer_lost, slack_fails, job_fails, kills;
};

struct program {
	struct visit visits[VISITS];
	struct run runs[RUNS];
	struct letter letters[LETTERS];
	bool outbox_may, due_may, inbox_may; /* there may be something to claim, to wake, to take up again */
	int64_t next_wake;
	bool killed; /* the process is gone; nothing of the above is left */
	unsigned deaths;
};

struct play {
	uint64_t seed;
	bool loud;
	struct dice dice;   /* what happens */
	struct dice random; /* what the program draws */
	struct config config;
	struct store *store;
	struct commands *commands;
	int64_t now;
	int64_t latest; /* the clock was set back since, where this is later */
	struct cast cast;
	struct org org;
	struct slack slack;
	struct program program;
	struct judge judge;
	struct faults faults;
	struct act sent[ENVELOPES]; /* for redeliveries */
	unsigned sent_count;
	json_t *views[8]; /* dialogs that were opened, with their owner in "who" */
	unsigned view_count;
	unsigned jobs;        /* transactions so far */
	unsigned kill_before; /* the process dies in this one, before its commit; 0: never */
	unsigned kill_after;  /* or right after its commit */
	unsigned steps;       /* moves of the program so far, and where it dies between two of them */
	unsigned kill_at_step;
	bool insist; /* what is not acknowledged is done again */
	bool failed;
	char complaint[400];
};

/* The first complaint of a run stands; the run ends soon after. */
void play_fail(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line of the story, where somebody reads it. */
void play_tell(const struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));

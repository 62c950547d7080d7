/*
 * interleavings/judge.h - what must hold, read from the trail of each transaction and from the world at rest.
 *
 * It keeps books of its own: whose votes a gate has, who was allowed what and when, what was acknowledged.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/flow/flow.h"
#include "bot/store/store.h"
#include "tests/interleavings/cast.h"

enum { WATCHED = 48, LINES = 64, ACKS = 160 };

struct play;
struct act;

/* One repair. */
struct watched {
	int64_t id;
	char state[24];        /* where its last move led */
	bool gate;             /* a gate is open */
	int quorum;            /* of that gate */
	unsigned votes;        /* bits of the cast */
	unsigned verified;     /* who still might, when Slack was last asked about the voters */
	bool reopens;          /* a decision was taken back: the other votes stay */
	int64_t decided[CAST]; /* when each of them last decided; 0: never, or taken back */
	int taken_back;        /* by whom, in the line before, plus one; 0: by nobody */
	int64_t rests_until;   /* what can be taken back has no consequence before */
	unsigned acted;        /* who did something to it with a right to */
	char requester[24], slack_user[24], target[24];
	char before[4][24]; /* who was its requester before; taken over */
	unsigned before_count;
};

struct line {
	int64_t n, repair;
	char actor[64], via[24], action[48];
	char requester[24], slack_user[24], target[24]; /* of the repair, at the end of the transaction */
};
struct move {
	int64_t id, request;
	char from[24], to[24], event[40];
};

struct judge {
	struct watched repairs[WATCHED];
	unsigned count;
	int64_t last_line, last_move;
	/* of the transaction in hand */
	struct line lines[LINES];
	unsigned line_count;
	struct move moves[LINES];
	unsigned move_count;
	/* acknowledged deeds, by the inbox's key */
	char acks[ACKS][48];
	unsigned ack_count;
};

void judge_begin(struct judge *judge);
/* At the end of each transaction, inside it. */
enum errc judge_read(struct judge *judge, struct tx *tx) MUST_CHECK;
/* It was undone. */
void judge_forget(struct judge *judge);
/* It is committed. `act`: the deed that it was about, with what is true of who did it (NULL: the engine's work). */
void judge_committed(struct play *play, const struct act *act, const struct standing *truth);
/* The clock was set back: what waits is counted anew by it. */
void judge_set_back(struct judge *judge);
/* A call was made. */
void judge_call(struct play *play, const struct flow_call *call);
/* Nothing is left to do at this moment, and nothing fails. */
void judge_rest(struct play *play);
/* The end of the run. */
void judge_end(struct play *play);
/* May this deed be done, as far as the books know the repair? 0: no repair. */
bool judge_allows(struct play *play, int who, const struct standing *truth, enum intent intent, int64_t repair);
struct watched *judge_find(struct judge *judge, int64_t id);
/* An acknowledgement has left. */
void judge_acked(struct judge *judge, const char *key);

/*
 * commands/eac/batch.h - a board: many people asked for with one command share one message, one approval, one case.
 *
 * The board is a row of its own among the requests (REQUEST_BOARD), so that the engine wakes it, its messages stand in
 * the outbox and a crash loses nothing of it. It decides nothing: each person's repair keeps its own state, votes, due
 * times and rights, and a click on the board is the same deed on each of them. Facts of the board:
 *   members            ids of the repairs              phase    gathering, open (it stands), few (it never did)
 *   asks               per question that is open: slot of its card, members [{id, code}], since when, who decided
 * Facts of a repair on a board:
 *   board              the id of the board             apart    it has a thread of its own
 *   alone              it is asked about by itself, in that thread
 */
#pragma once

#include <stdbool.h>

#include "bot/base/buf.h"
#include "bot/base/language.h"
#include "bot/flow/flow.h"
#include "commands/eac/decide.h"
#include "commands/eac/steps.h"

/* The runbook's place of a board, behind the ten steps. */
enum { EAC_STEP_BOARD = EAC_STEP_COUNT };

/* These repairs, just begun, share a board; *ret_id is its id. */
enum errc eac_board_begin(struct tx *tx, const struct eac_request *request, const int64_t *ids, size_t count,
                          int64_t now, int64_t *ret_id) MUST_CHECK;
bool eac_is_board(const struct request_row *row);
/* The board of a repair; 0: none. */
int64_t eac_board_of(const struct request_row *row);
/* It speaks only through the board: no message of its own stands in the channel. */
bool eac_board_speaks(const struct request_row *row);
/* The gate and the backend check of this repair, as it stands, are asked about on the board. */
bool eac_board_asks(const struct request_row *row);
/* Something about this repair has changed: the board is brought up to date soon, with what else changes meanwhile. */
enum errc eac_board_touch(struct flow *flow) MUST_CHECK;
/* The repair is checked: may it begin (*ret_decided), and with others (*ret_others)? */
enum errc eac_board_gathered(struct flow *flow, bool *ret_decided, bool *ret_others) MUST_CHECK;
/* Brings the board's message up to date now; `flow` is the board's. */
enum errc eac_board_show(struct flow *flow) MUST_CHECK;

/* The board as it stands, for one reader: its message (the caller owns it) and the counts; either may be NULL. */
enum errc eac_board_tell(struct flow *flow, enum language language, json_t **ret_body, struct buf *counts) MUST_CHECK;

/* What one person does for all whom a card of the board shows. */
enum eac_board_deed { BOARD_APPROVE, BOARD_REJECT, BOARD_CONFIRM, BOARD_STILL_PRESENT, BOARD_UNDO };
struct eac_board_order {
	enum eac_board_deed deed;
	const struct request_actor *actor;
	const char *email;   /* of the actor; "" */
	const char *nonce;   /* of the card; "": typed */
	const char *words;   /* the reason, the case number or the note */
	const char *seen;    /* CONFIRM: what was seen */
	const int64_t *only; /* these members alone; NULL: all */
	size_t only_count;
};
struct eac_board_outcome {
	int done;       /* members */
	int already;    /* of an approval: voted before */
	int changed;    /* not as shown any more */
	int64_t barred; /* the member that keeps the actor from deciding; 0. Then nothing was done */
	bool doubtful;  /* several cards are open and none was named; nothing was done */
};
/* `flow` is the board's; members are saved, the board by the caller. */
enum errc eac_board_do(struct flow *flow, const struct eac_board_order *order,
                       struct eac_board_outcome *ret) MUST_CHECK;

/* The runbook's row. */
enum errc eac_board_wake(struct flow *flow);
enum errc eac_board_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);

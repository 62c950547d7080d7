/*
 * commands/eac/batch_private.h - what the three files of the board share: batch.c (who is on it, when it speaks),
 * batch_asks.c (what it asks), batch_deeds.c (what people do on it).
 */
#pragma once

#include <stdbool.h>

#include "bot/flow/flow.h"
#include "commands/eac/batch.h"

/* A question that a board asks once for all who wait there. */
struct board_ask {
	const char *key;
	const char *kind; /* of card */
	enum request_state state;
	int step;
	int64_t patience_ms; /* for others who may come to it */
};
enum { BOARD_ASKS = 3 };
extern const struct board_ask board_asks[BOARD_ASKS];

typedef enum errc board_member_fn(void *arg, struct flow *one);
/* fn saves what it changes. ids: numbers, or objects with an "id"; who is gone for good (retention) is left out. */
enum errc board_each_of(struct flow *board, const json_t *ids, board_member_fn *fn, void *arg) MUST_CHECK;
enum errc board_each(struct flow *board, board_member_fn *fn, void *arg) MUST_CHECK;

/* The question as it is open: {slot, members [{id, code}], code, by}, borrowed; NULL: it is not asked. */
json_t *board_live_ask(const struct flow *board, const struct board_ask *ask);
/* Does this repair wait for the question? Is it on its way there? Does the live card show it as it is? */
bool board_waits_here(const struct board_ask *ask, const struct request_row *row);
bool board_may_come(const struct board_ask *ask, const struct request_row *row);
bool board_is_shown(const json_t *live, const struct request_row *row);
/* One card for all of these; it takes the place of the one that shows fewer. */
enum errc board_open_ask(struct flow *board, const struct board_ask *ask, const json_t *ids) MUST_CHECK;
/* Its card says who decided, else that nobody waits there any more. Fine where it is not asked. */
enum errc board_close_ask(struct flow *board, const struct board_ask *ask) MUST_CHECK;

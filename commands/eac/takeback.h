/*
 * commands/eac/takeback.h - a decision can be taken back for a little while (approval.take_back).
 *
 * facts.decided {what, by, at, until, ...} stands while nothing has followed from
 * a decision. A running repair sleeps until it is over, and the votes are checked
 * once more before it goes on; a repair that waits for the backend team waits
 * for people anyway, and its card is closed again.
 */
#pragma once

#include <jansson.h>

#include "bot/flow/flow.h"

enum eac_decided { EAC_APPROVED, EAC_REJECTED };

/* When a decision of now can no longer be taken back: now where approval.take_back is 0. */
int64_t eac_take_back_until(const struct flow *flow);
/*
 * Notes the decision that was just carried out at `step`; takes `card`, the prompt that it closed (NULL: none). A
 * running repair is put to sleep. Nothing is noted where nothing can be taken back.
 */
void eac_decided(struct flow *flow, enum eac_decided what, const struct request_actor *actor, int step, json_t *card);
/* Something has followed from it by now. */
void eac_decided_over(struct flow *flow);
/* The key of what this person decided last and could take back at `now`, borrowed from the row; "": nothing. */
const char *eac_undo_key(const struct request_row *row, const char *user, int64_t now);
/*
 * Takes it back. key: that of a button, "" for whatever there is. NOT_FOUND: they have decided nothing here (or not
 * with that button); REFUSED: the time is over; CONFLICT: it has gone on since.
 */
enum errc eac_undo(struct flow *flow, const struct request_actor *actor, const char *key) MUST_CHECK;

/* The engine's hooks: sleep while it can be taken back, then ask Slack whether those who approved still may. */
enum errc eac_before(struct flow *flow);
enum errc eac_before_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);

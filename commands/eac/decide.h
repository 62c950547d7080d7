/*
 * commands/eac/decide.h - what people decide about a repair, whatever door it came through.
 *
 * Rights and state are checked by the caller (commands.c); these change the
 * row, which the caller saves in the same transaction.
 */
#pragma once

#include "bot/flow/flow.h"

/* One approval; passes the gate when the quorum is reached. (gate.c) */
enum errc eac_vote(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* The backend team says that Inbox is gone: look again, then go on. case_number may be "". (gate.c) */
enum errc eac_confirm(struct flow *flow, const struct request_actor *actor, const char *case_number, const char *seen) MUST_CHECK;
/* It is not: note it, look again, keep waiting with a fresh card. (gate.c) */
enum errc eac_still_present(struct flow *flow, const struct request_actor *actor, const char *note) MUST_CHECK;

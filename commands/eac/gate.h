/*
 * commands/eac/gate.h - votes, as the files of the gate share them. Everybody else uses decide.h.
 */
#pragma once

#include <stdbool.h>

#include "bot/flow/flow.h"

/* May this person never decide this repair: its target, or (four eyes) whoever asked for it or took it over? email: ""
 * where it is not known. */
bool eac_is_barred(const struct flow *flow, const char *user, const char *email);
/* Asks Slack afresh about everybody who has voted ("persons"). */
void eac_votes_ask(struct flow *flow);
/* The answer: votes of those who may not approve any more go, and that is said. *ret_enough: the quorum still stands. */
enum errc eac_votes_check(struct flow *flow, const json_t *persons, bool *ret_enough) MUST_CHECK;

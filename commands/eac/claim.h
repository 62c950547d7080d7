/*
 * commands/eac/claim.h - "I'm on it": who looks after what is waited for at a gate.
 *
 * facts.claim {by, at}. It is a word among colleagues: the card says it, and
 * reminders name that person first; whoever may decide still may.
 */
#pragma once

#include "bot/flow/flow.h"

/* The Slack id, borrowed from the row; "": nobody. Only while an approval or the backend check is waited for. */
const char *eac_claimed_by(const struct request_row *row);
/* A fresh card of the same question says so too. */
enum errc eac_claim_again(struct flow *flow) MUST_CHECK;
/* The question is settled, or another one. */
void eac_claim_over(struct flow *flow);

/*
 * commands/eac/org.h - what the steps that change something in Salesforce share. For their files only.
 *
 * Each step has the same shape: a fresh look; nothing left to do: ended; else intents are written and one deed is
 * asked for; after the deed, whatever its answer was, a look decides. Deeds read back in the same call where
 * Salesforce allows it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "bot/flow/flow.h"
#include "commands/phrases/phrases.h"

const json_t *org_plan(const struct flow *flow);
/* Written before the deed: what is going to be done to which row. */
enum errc org_intend(struct flow *flow, const char *kind, const char *object) MUST_CHECK;
enum errc org_intend_all(struct flow *flow, const char *kind, const json_t *rows, const char *key) MUST_CHECK;
/* Counts a deed of this step; false when it has been tried too often. */
bool org_may_try(struct flow *flow);
/* The look before the next try: the later, the more tries there were. */
void org_try_later(struct flow *flow);
/* The step has ended, as a look shows. Takes the detail. */
enum errc org_ended(struct flow *flow, const char *state, json_t *detail) MUST_CHECK;
/* Tried too often: FAILED. */
enum errc org_tired(struct flow *flow, enum phrase what) MUST_CHECK;
/* A part that can't be read must never count as "nothing there": FAILED. */
enum errc org_blind(struct flow *flow, const char *part) MUST_CHECK;
/* The values of one key, as a new array. */
json_t *org_ids(const json_t *rows, const char *key);

/* Answers that only one step gets: steps_links.c, steps_tokens.c. */
enum errc org_links_answered(struct flow *flow, const char *kind, const struct flow_answer *answer) MUST_CHECK;
enum errc org_token_answered(struct flow *flow, const struct flow_answer *answer) MUST_CHECK;

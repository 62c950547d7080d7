/*
 * commands/eac/repair_steps.h - the runbook: checking, then the ten steps in order.
 *
 * Each file of the folder holds one kind of step; this is the table's parts list.
 */
#pragma once

#include "bot/flow/flow.h"

/* checking.c: who is it, may it be repaired, what would be done */
enum errc eac_checking_begin(struct flow *flow);
enum errc eac_checking_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);

/* escalate.c: somebody has to retry or cancel, and is reminded */
enum errc eac_failed_begin(struct flow *flow);
enum errc eac_failed_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);

/* steps_user.c: the affected user's steps */
enum errc eac_disconnect_begin(struct flow *flow);
enum errc eac_sign_out_begin(struct flow *flow);
enum errc eac_connect_begin(struct flow *flow);
enum errc eac_test_begin(struct flow *flow);
enum errc eac_user_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);

/* steps_links.c, steps_tokens.c, steps_remove.c, steps_assign.c: what is taken away and given back; org.c */
enum errc eac_links_begin(struct flow *flow);
enum errc eac_revoke_begin(struct flow *flow);
enum errc eac_remove_set_begin(struct flow *flow);
enum errc eac_remove_license_begin(struct flow *flow);
enum errc eac_assign_begin(struct flow *flow);
enum errc eac_org_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);

/*
 * The look before a step that takes something away; sleeps instead (pause.h) while the bot is paused. extra as in
 * eac_look.
 */
enum errc eac_look_before(struct flow *flow, const char *extra) MUST_CHECK;
/*
 * Before each deed that takes something away. The deed has to wait (*ret_wait) while the bot is paused, and where this
 * look differs from the plan (another date, another listed set, one that somebody else took): then the difference is
 * said, an approval of the old plan is void, and the new one is asked for.
 */
enum errc eac_may_take(struct flow *flow, const json_t *look, bool *ret_wait) MUST_CHECK;
/* The plan as this look shows it, where nothing is taken; what has changed is said. */
enum errc eac_renew_plan(struct flow *flow, const json_t *look, bool *ret_changed) MUST_CHECK;
/* Could the licences that are held be given back? If not, FAILED (*ret_wait). Before a set or a licence goes. */
enum errc eac_seats_left(struct flow *flow, const json_t *look, bool *ret_wait) MUST_CHECK;
/* Seats that are owed to others: {licence id: n}; the caller owns it. */
enum errc eac_promised_seats(struct tx *tx, const char *target, json_t **ret) MUST_CHECK;

/* gate.c: the approval, and Salesforce's backend team */
enum errc eac_backend_begin(struct flow *flow);
enum errc eac_backend_answer(struct flow *flow, const char *kind, const struct flow_answer *answer);
/* Asks the approvers; RUNNING -> WAITING_APPROVAL. */
enum errc eac_gate_open(struct flow *flow) MUST_CHECK;
/* While WAITING_APPROVAL: due times, the checking of votes. */
enum errc eac_gate_wake(struct flow *flow) MUST_CHECK;
/* An answer while WAITING_APPROVAL. */
enum errc eac_gate_answer(struct flow *flow, const char *kind, const struct flow_answer *answer) MUST_CHECK;

/* The runbook with this environment (struct eac_env). */
void eac_runbook(struct runbook *ret, const void *env);

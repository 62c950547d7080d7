/*
 * commands/eac/decide.h - what people decide about a repair, whatever door it came through.
 *
 * Rights are checked by the caller (commands/access.c); these check the state,
 * change the row, which the caller saves in the same transaction, and answer
 * CONFLICT when the repair does not wait for that.
 */
#pragma once

#include <stdbool.h>

#include "bot/base/language.h"
#include "bot/flow/flow.h"
#include "bot/store/outbox.h"
#include "config/config.h"

/* What `repair` was asked for: one person. */
struct eac_request {
	const char *words; /* a Slack id or a typed word */
	bool mention;
	const char *for_user; /* "" */
	const char *reason;   /* "" */
	const char *ticket;   /* the number of a ticket of the requester's own; "" */
	bool anyway;
	bool check; /* only diagnose and tell */
	const char *channel;
	const char *requester;
	const char *requester_email;
	enum language language; /* of the requester */
	const char *via;
	const struct config *config; /* whose rules stay those of the repair */
};
/* How it is decided: by the settings when the repair began, whatever they are now. */
struct eac_rules {
	int quorum;
	bool four_eyes, case_number;
};
/* config: for a repair of an older version, which kept none. */
struct eac_rules eac_rules(const struct request_row *row, const struct config *config) MUST_CHECK;
void eac_rules_keep(struct request_row *row, const struct config *config);
/* A new repair, CHECKING and due at once. Sets *ret_id. (decide.c) */
enum errc eac_begin(struct tx *tx, const struct eac_request *request, int64_t now, int64_t *ret_id) MUST_CHECK;
/* Ends a repair that is being checked. Tells nobody; takes why, which stays with the repair. (checking.c) */
enum errc eac_refuse(struct flow *flow, const char *reason, json_t *why) MUST_CHECK;
/* These repairs were asked for with one command. */
enum errc eac_batch(struct tx *tx, const int64_t *ids, size_t count) MUST_CHECK;

/*
 * Is it the account of who has this e-mail address? By its address, its username, or the federation id, by which people
 * are found too. "" is nobody's. user: like a row of sf_find.
 */
bool eac_is_account_of(const json_t *user, const char *email) MUST_CHECK;
/* Is it the repair of their own account? email: "" where it is not known. */
bool eac_is_target(const struct request_row *row, const char *user, const char *email) MUST_CHECK;
/* One approval; passes the gate when the quorum is reached. CONFLICT: not waiting for it; ALREADY: has voted. */
enum errc eac_approve(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
enum errc eac_reject(struct flow *flow, const struct request_actor *actor, const char *reason) MUST_CHECK;
/* "I'm on it": reminders name them first; nobody is kept from deciding. ALREADY: they are; CONFLICT: nothing waits. */
enum errc eac_claim(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* A line of the audit trail about a deed of a person that moves nothing. */
enum errc eac_audit(struct flow *flow, const struct request_actor *actor, const char *action,
                    const char *detail) MUST_CHECK;
/* Counts a vote. (gate.c) */
enum errc eac_vote(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* The backend team says that Inbox is gone: look again, then go on. case_number may be "". (gate.c) */
enum errc eac_confirm(struct flow *flow, const struct request_actor *actor, const char *case_number,
                      const char *seen) MUST_CHECK;
/* It is not: note it, look again, keep waiting with a fresh card. (gate.c) */
enum errc eac_still_present(struct flow *flow, const struct request_actor *actor, const char *note) MUST_CHECK;
/* A person's step is done, by the word of `actor` ("Done", "Not installed", "It works"). At 1.3: look now. */
enum errc eac_done(struct flow *flow, const struct request_actor *actor, const char *word) MUST_CHECK;
enum errc eac_still_failing(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* The affected user needs somebody: the requester is called in the thread. (person.c) */
enum errc eac_help_wanted(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* Not before `until` (ms): the timers count from then. (person.c) */
enum errc eac_not_now(struct flow *flow, const struct request_actor *actor, int64_t until) MUST_CHECK;
/* A newer repair of the same person, beside which a failed one may not go on; 0: none. */
enum errc eac_rival(struct flow *flow, int64_t *ret) MUST_CHECK;
enum errc eac_retry(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* Ends the repair, putting back first; while a write is under way the wish is noted and carried out after its outcome
 * is known. */
enum errc eac_cancel(struct flow *flow, const struct request_actor *actor) MUST_CHECK;
/* Saves the row after a deed; a look that is under way is forgotten, for it asked about the time before. */
enum errc eac_settle(struct flow *flow) MUST_CHECK;
/* The affected user's direct messages are closed to us, or the person has left: the helpdesk is asked instead. (person.c) */
enum errc eac_user_unreachable(struct flow *flow, const char *error) MUST_CHECK;
/* A message of this repair can't be delivered for good: the helpdesk is asked instead of the user, the requester told
 * instead of the channel. */
enum errc eac_undeliverable(struct flow *flow, const struct outbox_row *row, const char *error) MUST_CHECK;
/* Carries out a wish noted by eac_cancel, before a step begins. */
enum errc eac_wish(struct flow *flow);

/*
 * commands/eac/repair.h - one repair in hand: its facts, its messages, its waiting.
 *
 * A repair is a request whose facts hold what is known and promised:
 *   words, for, reason, anyway     what was typed            target, org, found     who it is, what the org is like
 *   snapshot, plan                 before the first change   look                   the newest look
 *   rules                          how it is decided (decide.h)
 *   held                           asleep while the bot is paused (pause.h)
 *   removed                        what 2.1 has to give back ending                 the end that waits for the giving
 * back gate, cards, wait, lines       votes, live buttons, due times, sentences for the next reply in the thread The
 * helpers here write rows (steps, outbox, audit) in the caller's transaction.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "bot/base/buf.h"
#include "bot/flow/flow.h"
#include "bot/message/message.h"
#include "bot/store/outbox.h"
#include "commands/eac/steps.h"
#include "commands/phrases/phrases.h"
#include "config/config.h"

/* What the runbook and the commands stand on; belongs to the store's thread. */
struct eac_env {
	const struct config *config;
	char bot_user[24];
	char bot_name[80];
	char instance[200];
	char workspace[200]; /* "https://acme.slack.com/"; "" until Slack has told */
};

const struct eac_env *eac_env(const struct flow *flow);
/* The bot as an actor. */
extern const struct request_actor eac_bot;

/* "EAC-42"; out needs 24 bytes. */
const char *eac_id(int64_t id, char out[static 24]);
/* Where Slack shows the repair's thread, a permalink. False (and "") where there is none yet, or Slack has not told. */
enum { EAC_LINK_SIZE = 320 };
bool eac_thread_link(const struct eac_env *env, const struct request_row *row, char out[static EAC_LINK_SIZE]);
/* A link to the repair's thread, as `label` (plain); the label alone where there is no thread or no workspace yet. */
void eac_add_link(struct buf *b, const struct eac_env *env, const struct request_row *row, const char *label);
/* The target's name for people, never empty: name, else username, else the typed words. */
const char *eac_target_name(const struct request_row *row);
/* Makes the repair found by what was typed, and by all that is known of who it is. */
enum errc eac_names(struct flow *flow) MUST_CHECK;
/* The language of the affected user, for direct messages. */
enum language eac_target_language(const struct request_row *row);
/* The language of the channel and its threads, and of the status channel. */
enum language eac_language(const struct flow *flow);
/* That of who asked for the repair, where they are told something alone. */
enum language eac_asker_language(const struct request_row *row);
/* facts.target.slack where the person can be asked in Slack, else "". */
const char *eac_target_slack(const struct request_row *row);

/*
 * Sentences that are kept (why it failed, how a step ended, why it was ended) are handed over as values of the catalogue
 * (phrases.h): each reader gets them in their own language, the audit trail and the columns of the store in English.
 * The functions here that get one as a json_t take it.
 */

/* --- steps --- */
enum errc eac_step_started(struct flow *flow) MUST_CHECK; /* running, counted as an attempt */
enum errc eac_step_waiting(struct flow *flow) MUST_CHECK;
/* Ends the current step (state done or skipped), tells it in the thread's next reply, and goes to the next one at once.
 */
enum errc eac_step_ended(struct flow *flow, const char *state, json_t *detail) MUST_CHECK;
/* The same, resting on somebody's word: the thread and the audit trail name them. */
enum errc eac_step_ended_by(struct flow *flow, const char *state, json_t *detail,
                            const struct request_actor *actor) MUST_CHECK;
/* How a step ended, for this reader; where no sentence is kept, as the store has it. */
void eac_add_step_detail(struct buf *b, enum language language, const struct request_row *row,
                         const struct step_row *step);
/* Back to an earlier step because something came back; the fourth time the repair fails instead. */
enum errc eac_step_return(struct flow *flow, int step, json_t *why) MUST_CHECK;
/* FAILED, with a card that offers Retry and Cancel repair. */
enum errc eac_fail(struct flow *flow, json_t *why) MUST_CHECK;
/*
 * A call that did not work. Temporary trouble: tries again later (and says so in the thread after a
 * while); a final one: eac_fail, which is not for a repair that is being checked. `what` is a PHRASE_WHAT_....
 */
enum errc eac_trouble(struct flow *flow, enum phrase what, const struct flow_answer *answer) MUST_CHECK;
/* The same while a person is waited for: never final, and looked again when the next look is due. */
enum errc eac_poll_trouble(struct flow *flow, enum phrase what, const struct flow_answer *answer) MUST_CHECK;
/* The trouble is over. */
void eac_trouble_over(struct flow *flow);

/* --- ends --- */
/* Cancelled, rejected or expired: closes the cards, puts back what was removed first (step 2.1), then ends. */
enum errc eac_end(struct flow *flow, enum request_event end, const struct request_actor *actor, json_t *why) MUST_CHECK;
/* Nothing is left to put back (or it stands again): the end itself. */
enum errc eac_ended(struct flow *flow, enum request_event end, const struct request_actor *actor,
                    json_t *why) MUST_CHECK;
/* Something was removed and is not yet given back. */
bool eac_owes(const struct flow *flow);

/* --- messages --- */
/* A sentence (mrkdwn, in eac_language) for the thread's next reply. */
void eac_line(struct flow *flow, const char *mrkdwn);
/* The same as a value, which it takes. */
void eac_line_value(struct flow *flow, json_t *sentence);
/* Posts the gathered sentences as one reply and brings the parent up to date. */
enum errc eac_flush(struct flow *flow) MUST_CHECK;
enum errc eac_post_parent(struct flow *flow) MUST_CHECK;
enum errc eac_update_parent(struct flow *flow) MUST_CHECK;
/* The parent reads so from now on, posted where it does not stand yet. Takes body. */
enum errc eac_parent_is(struct flow *flow, json_t *body) MUST_CHECK;
/* A message without buttons in the thread or, with conversation "@U...", in direct messages; takes body. */
enum errc eac_say(struct flow *flow, const char *conversation, enum outbox_priority priority, json_t *body) MUST_CHECK;
/* To one person: in the repair's channel, or another. Takes body. */
enum errc eac_tell(struct tx *tx, int64_t request, const char *channel, bool in_thread, const char *user,
                   json_t *body) MUST_CHECK;
/* One line into status_channel, where there is one. */
enum errc eac_status_line(struct flow *flow, const char *mrkdwn) MUST_CHECK;

/* --- cards: messages with buttons --- */
/*
 * Opens a card of a kind (user, copy, admin, prompt, backend, failed): a fresh nonce, posted in the thread or to
 * "@U...". The message is built by `m` without buttons, in the language of its reader; the buttons' value is made here. Takes m.
 */
struct eac_button {
	const char *action;
	enum phrase label;
	enum button_style style;
	enum phrase confirm; /* PHRASE_COUNT: it is not asked whether one is sure */
};
enum errc eac_card_open(struct flow *flow, const char *kind, const char *conversation, struct message *m,
                        const struct eac_button *buttons, size_t count) MUST_CHECK;
/*
 * Takes the buttons off every live card of a kind (NULL: of all) and adds what became of it: a value, which it takes,
 * told in the language of each card's reader.
 */
enum errc eac_cards_close(struct flow *flow, const char *kind, json_t *what) MUST_CHECK;
enum errc eac_card_close(struct flow *flow, const char *slot, json_t *what) MUST_CHECK; /* of one slot */
/* Shows the live card of this slot again, as it should stand: where its message is gone it is posted anew. NOT_FOUND:
 * there is none. */
enum errc eac_card_again(struct flow *flow, const char *slot) MUST_CHECK;
/* Live cards of a kind bear this line from now on, above their buttons. */
enum errc eac_card_note(struct flow *flow, const char *kind, const char *mrkdwn) MUST_CHECK;
/* The live card with this nonce; NULL. */
const json_t *eac_card_find(const struct request_row *row, const char *nonce);
/* The newest live card of a kind; NULL. */
const json_t *eac_card_of_kind(const struct request_row *row, const char *kind);

/* --- waiting --- */
struct eac_patience {
	int64_t remind_after_ms;
	int64_t expire_after_ms; /* CONFIG_NEVER */
	bool poll;               /* also look at Salesforce */
	bool hours;              /* reminders only in waking hours (zone.h) */
};
/*
 * facts.wait: since, remind_at, escalate_at, poll_at, expire_at (0 or absent: never), not_before (the person asked to
 * be left alone until then), escalated (others were called). Starts the due times from `from`.
 */
void eac_wait_start(struct flow *flow, const struct eac_patience *patience, int64_t from);
/* "Not now": they count from `until`, when the person is asked again; waited for since as before. */
void eac_wait_put_off(struct flow *flow, const struct eac_patience *patience, int64_t until);
void eac_wait_stop(struct flow *flow);
/* ESCALATE: escalation.to is called, once (eac_escalate). */
enum eac_due { EAC_DUE_NOTHING, EAC_DUE_POLL, EAC_DUE_REMIND, EAC_DUE_ESCALATE, EAC_DUE_EXPIRE };
/* What is due now, the gravest first; plans its next time. */
enum eac_due eac_wait_due(struct flow *flow);
/* Has the time to expire come? Plans nothing. */
bool eac_wait_is_over(const struct flow *flow);
/* A failed repair waits for whoever retries or cancels it. (escalate.c) */
void eac_failed_wait(struct flow *flow);
/* Calls those of escalation.to in the thread: who has to do what, since when. (escalate.c) */
enum errc eac_escalate(struct flow *flow) MUST_CHECK;
/* Earliest wake-up from the due times. */
void eac_wait_plan(struct flow *flow);
/* When the waiting began. */
int64_t eac_waiting_since(const struct request_row *row);

/* --- looking --- */
/* Asks for a look at the target; extra is "login", "sessions" or "mail". */
void eac_look(struct flow *flow, const char *extra, int64_t since_ms);
/* Keeps the newest look (without what may change nothing). */
void eac_keep_look(struct flow *flow, const json_t *look);
/* The same after a call; a look at another org than the repair's fails it instead: *ret_failed, and nothing more is to
 * be done. */
enum errc eac_take_look(struct flow *flow, const json_t *look, bool *ret_failed) MUST_CHECK;
/* Ids of two orgs that are known to differ? */
bool eac_orgs_differ(const char *a, const char *b);
/* Now by Salesforce's clock, whole seconds, as its CreatedDate fields have them. */
int64_t eac_server_now(const struct flow *flow);
/* A look that was made in this very transaction and not overtaken by a deed; NULL: look first. */
const json_t *eac_fresh_look(const struct flow *flow);

/* A person's step is done by somebody's word ("Done", "Not installed", "It works"): the cards lose their buttons and the
 * next step begins; at 2.2 as soon as Salesforce was asked whether it shows it. (steps_user.c) */
enum errc eac_person_says(struct flow *flow, const struct request_actor *actor, const char *word) MUST_CHECK;

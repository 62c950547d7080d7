/*
 * commands/eac/repair_text.h - every sentence of a repair, in one place.
 *
 * Wording is reviewed here without reading the rest. Functions that fill a buf
 * begin it themselves; functions that return a message or a body give it to the
 * caller. Names and words of people are always literal (message/mrkdwn.h).
 */
#pragma once

#include <jansson.h>

#include "bot/base/buf.h"
#include "bot/flow/flow.h"
#include "bot/message/message.h"
#include "config/config.h"

/* --- refusals --- */
#define TEXT_NO_SLACK_USER \
	"That Slack account is deactivated, a guest or of another organisation, so I can't ask this person in Slack. " \
	"Use the " \
	"e-mail address of the Salesforce user instead: then the helpdesk does the user's steps in the thread."
#define TEXT_NO_EMAIL \
	"Slack shows me no e-mail address for that person. Use the e-mail address, the Salesforce username or the " \
	"Salesforce user id."
#define TEXT_SELF "That is my own Salesforce user. I never touch it."
#define TEXT_PROTECTED \
	"This user is on the list of protected users and is never touched. A Salesforce admin has to help."
#define TEXT_PROTECTED_NOW \
	"This user is on the list of protected users by now, so I take nothing more away. What I have removed is " \
	"given back " \
	"with *Cancel repair*"
#define TEXT_OWN_ACCOUNT "That is your own account. Somebody else has to ask for the repair of it (four eyes)."
#define TEXT_INACTIVE    "This Salesforce user is inactive. Activate the user first."
void text_refused(struct buf *b, const struct flow *flow, const char *why);
void text_not_found(struct buf *b, const char *word);
void text_ambiguous(struct buf *b, const json_t *users);
void text_duplicate(struct buf *b, const char *id);
void text_superseded(struct buf *b, const char *by);

/* What a check found; refusal: NULL, or why a repair would be refused. */
void text_check_report(struct buf *b, const struct flow *flow, const char *refusal);

/* The affected person as they are called: by name, by username, or as they were mentioned. */
void text_name(struct buf *b, const struct request_row *row);

/* --- the emergency stop (pause.h) --- */
struct pause;
void text_paused(struct buf *b, const struct pause *pause, const struct config *config);
void text_resumed(struct buf *b, const char *who, int64_t now);
void text_held(struct buf *b, const struct flow *flow, const struct pause *pause);
void text_held_beginning(struct buf *b, const struct flow *flow, const struct pause *pause);

/* --- the parent and the thread --- */
json_t *text_parent(const struct flow *flow);
void text_plan(struct buf *b, const struct flow *flow);
/* What has changed since the plan `old`, and the plan now. */
void text_plan_changed(struct buf *b, const struct flow *flow, const json_t *old);
/* who: whose word it is, where it is neither seen nor the affected user's; NULL */
void text_step_ended(struct buf *b, int step, const char *state, const char *detail, const char *who);
void text_returned(struct buf *b, int step, const char *why, bool after_gate);
void text_keeps_coming_back(struct buf *b, const char *why);
void text_trouble(struct buf *b, const char *what, const char *reason);
void text_trouble_waiting(struct buf *b, const char *what, const char *reason);
void text_tried_in_vain(struct buf *b, const char *what, const char *last_error);
/* ids of two orgs */
void text_other_org(struct buf *b, const char *began, const char *now);
void text_blind(struct buf *b, const char *part, const char *why);
void text_end(struct buf *b, const struct flow *flow, const char *who, const char *why);
/* "waiting for X since T" or "working", mrkdwn; for parent, status and why */
void text_state(struct buf *b, const struct request_row *row, const struct config *config);
/* who can unblock it, and by which command, in mrkdwn; "" when nobody has to */
void text_who_can(struct buf *b, const struct request_row *row, const struct config *config);
/* what comes after the person's part that is waited for; "" when nobody is waited for */
void text_what_follows(struct buf *b, const struct request_row *row);

/* --- what was done in Salesforce --- */
#define TEXT_SESSIONS_ENDED "The add-in's sessions in Salesforce were ended."
#define TEXT_NO_SESSIONS    "No add-in session is open in Salesforce."
#define TEXT_SESSIONS_LEFT \
	"Some add-in sessions in Salesforce could not be ended; signing out in the add-in does it as well."
#define TEXT_SESSIONS_UNREADABLE "I can't see the add-in's sessions in Salesforce; signing out in the add-in is enough."
#define TEXT_LICENCE_NEEDED      "another permission set of this user still needs the licence"
#define TEXT_LINKS_DELETED       "the mailbox links were deleted, none is left"
#define TEXT_LINKS_GONE          "The account links are gone, as Salesforce shows."
#define TEXT_PUTTING_BACK        "First I put back what was removed."
#define TEXT_SET_BACK            "the permission set is assigned again"
void text_regranted(struct buf *b, const json_t *assignment);
void text_sets_gone(struct buf *b, const json_t *plan, bool ours);
void text_sets_back(struct buf *b, const json_t *sets);
void text_set_unknown(struct buf *b, const char *name);
void text_set_lost(struct buf *b, const json_t *set); /* deleted while it was owed */
void text_date_passed(struct buf *b, const json_t *set);
void text_other_date(struct buf *b, const json_t *set, const char *expires);

/* --- the affected user --- */
#define TEXT_USER_SILENT "the affected user did not answer in time"
#define TEXT_BACK_BUT_NOT_CONNECTED \
	"The permission is back, the mailbox is not connected: the affected user did not finish in time."
#define TEXT_STILL_FAILING \
	"The permission is back and the mailbox is connected, but the test mail still fails. See what `check` tells; " \
	"*Retry* asks the user " \
	"again, and if that does not help, start a new repair."
struct message *text_user_card(const struct flow *flow);
struct message *text_copy_card(const struct flow *flow);
json_t *text_user_reminder(const struct flow *flow);
json_t *text_user_end(const struct flow *flow);
/* In the thread's copy: the current step is done. In the user's card the same, in their words; seen: in Salesforce */
void text_step_closing(struct buf *b, const struct flow *flow, const char *who, const char *detail);
void text_user_closing(struct buf *b, const struct flow *flow, const char *who, bool seen);
json_t *text_help_wanted(const struct flow *flow, const char *user);
void text_put_off(struct buf *b, const struct flow *flow, const char *who, int64_t until);
/* To the helpdesk: they ask in the user's place, or the user has asked for help. */
json_t *text_helper_reminder(const struct flow *flow);
void text_user_unreachable(struct buf *b, const struct flow *flow, const char *error);
void text_channel_closed(struct buf *b, const struct flow *flow, const char *error);

/* --- admin, approvers, backend --- */
#define TEXT_ADMIN_SILENT     "nobody removed the account links in time"
#define TEXT_APPROVAL_EXPIRED "nobody decided in time"
#define TEXT_BACKEND_SILENT   "the backend check was not confirmed in time"
#define TEXT_CANCEL_CONFIRM \
	"What was removed is put back. Revoked access, removed links and ended sessions do not come back: the user " \
	"has to reconnect."
#define TEXT_CARD_FAILED    "The repair has failed here; see below."
#define TEXT_CARD_WENT_BACK "Something came back in Salesforce, so the repair returned to an earlier step."
struct message *text_admin_card(const struct flow *flow);
void text_links_left(struct buf *b, const struct flow *flow, const json_t *look);
json_t *text_admin_reminder(const struct flow *flow);
struct message *text_prompt(const struct flow *flow);
json_t *text_approval_reminder(const struct flow *flow);
struct message *text_backend_card(const struct flow *flow);
json_t *text_backend_reminder(const struct flow *flow);
void text_backend_done(struct buf *b, const struct flow *flow);
void text_approved(struct buf *b, const struct flow *flow);
void text_vote_counted(struct buf *b, const char *who, int have, int need);
void text_vote_void(struct buf *b, const char *who);
void text_confirmed(struct buf *b, const char *who, const char *case_number, const char *seen, int64_t now);
void text_still_present(struct buf *b, const char *who, const char *note, int64_t now);
/* What became of a card when the repair ends (cancelled, rejected, expired). */
void text_closing(struct buf *b, enum request_event end, const char *who, int64_t now);

/* --- when nobody answers --- */
/* Those of escalation.to are called: what is wanted of whom. */
json_t *text_escalation(const struct flow *flow);
/* A line more of a reminder in the thread, once they were called; else nothing. */
void text_also_called(struct buf *b, const struct flow *flow);
/* Put off, help asked for, others called or to be called: a line each, with a line end before it. */
void text_wait_notes(struct buf *b, const struct request_row *row, const struct config *config, enum language language);

/* --- failure, status channel --- */
struct message *text_failed_card(const struct flow *flow, const char *why);
void text_status_started(struct buf *b, const struct flow *flow);
void text_status_failed(struct buf *b, const struct flow *flow);
void text_status_ended(struct buf *b, const struct flow *flow);

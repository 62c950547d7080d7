/*
 * commands/eac/repair_text.h - every sentence of a repair, in one place.
 *
 * Wording is reviewed here without reading the rest. Functions that fill a buf
 * begin it themselves; functions that return a message, a body or a value (of the catalogue,
 * phrases.h) give it to the caller. Names and words of people are always literal (message/mrkdwn.h).
 */
#pragma once

#include <jansson.h>

#include "bot/base/buf.h"
#include "bot/flow/flow.h"
#include "bot/message/message.h"
#include "commands/phrases/phrases.h"
#include "config/config.h"

/* --- refusals --- */
void text_refused(struct buf *b, const struct flow *flow, const json_t *why);
json_t *text_not_found(const char *word);
/* A repair of the same person is open: with a link to its thread. */
json_t *text_duplicate(const struct flow *flow, const struct request_row *other);
/* With what to type for each of them. */
json_t *text_ambiguous(const struct flow *flow, const json_t *users);
json_t *text_lookup_failed(enum phrase what, const char *reason);

/* What a check found; refusal: NULL, or why a repair would be refused. */
void text_check_report(struct buf *b, const struct flow *flow, const json_t *refusal);

/* The affected person as they are called: by name, by username, or as they were mentioned. */
void text_name(struct buf *b, const struct request_row *row);

/* --- the emergency stop (pause.h) --- */
struct pause;
json_t *text_pause_reason(const struct pause *pause);
json_t *text_paused(const struct pause *pause, const struct config *config);
json_t *text_resumed(const char *who, int64_t now);
json_t *text_held(const struct flow *flow, const struct pause *pause);
json_t *text_held_beginning(const struct flow *flow, const struct pause *pause);

/* --- the parent and the thread --- */
json_t *text_parent(const struct flow *flow);
void text_plan(struct buf *b, const struct flow *flow);
/* What has changed since the plan `old`, and the plan now. */
void text_plan_changed(struct buf *b, const struct flow *flow, const json_t *old);
/* who: whose word it is, where it is neither seen nor the affected user's; NULL */
void text_step_ended(struct buf *b, const struct flow *flow, const char *state, const json_t *detail, const char *who);
json_t *text_returned(const struct flow *flow, int step, const json_t *why);
json_t *text_keeps_coming_back(const json_t *why);
json_t *text_trouble(enum phrase what, const char *reason);
json_t *text_trouble_waiting(enum phrase what, const char *reason);
json_t *text_tried_in_vain(enum phrase what, const char *last_error);
/* ids of two orgs */
json_t *text_other_org(const char *began, const char *now);
json_t *text_blind(const char *part, const char *why);
void text_end(struct buf *b, const struct flow *flow, const char *who, const json_t *why);
/* "waiting for X since T" or "working", mrkdwn; for parent, status and why */
void text_state(struct buf *b, enum language language, const struct request_row *row, const struct config *config);
/* who can unblock it, and by which command, in mrkdwn; "" when nobody has to */
void text_who_can(struct buf *b, enum language language, const struct request_row *row, const struct config *config);
/* what comes after the person's part that is waited for; "" when nobody is waited for */
void text_what_follows(struct buf *b, enum language language, const struct request_row *row);

/* --- what was done in Salesforce --- */
json_t *text_regranted(const json_t *assignment);
json_t *text_sets_gone(const json_t *plan, bool ours);
json_t *text_sets_back(const json_t *sets);
/* A licence of the plan that stays by policy. */
json_t *text_licence_stays(const json_t *licence);
/* Two sentences as one; takes both, each may be NULL. */
json_t *text_and(json_t *first, json_t *second);
json_t *text_set_unknown(const char *name);
json_t *text_set_lost(const json_t *set); /* deleted while it was owed */
json_t *text_date_passed(const json_t *set);
json_t *text_other_date(const json_t *set, const char *expires);

/* --- the affected user --- */
struct message *text_user_card(const struct flow *flow);
struct message *text_copy_card(const struct flow *flow);
json_t *text_user_reminder(const struct flow *flow);
/* The door of a decision, by its via: "button", "thread" … */
enum phrase text_door(const char *via);
/* To the affected user, whose words in the direct message say nothing that fits; the caller owns the value. */
json_t *text_user_not_understood(const struct request_row *row, enum language language);
json_t *text_user_end(const struct flow *flow);
/* In the thread's copy: the current step is done. In the user's card the same, in their words; sight: what Salesforce shows */
void text_step_closing(struct buf *b, const struct flow *flow, const char *who, const json_t *detail);
enum eac_sight { EAC_NOT_LOOKED, EAC_NOT_SEEN, EAC_SEEN };
void text_user_closing(struct buf *b, const struct flow *flow, const char *who, enum eac_sight sight);
/* Who is called for the affected user: the requester, or the helpdesk where that is the user. */
void text_helper(struct buf *b, const struct request_row *row, const struct config *config);
json_t *text_help_wanted(const struct flow *flow, const char *user);
void text_put_off(struct buf *b, const struct flow *flow, const char *who, int64_t until);
/* To the helpdesk: they ask in the user's place, or the user has asked for help. */
json_t *text_helper_reminder(const struct flow *flow);
void text_user_unreachable(struct buf *b, const struct flow *flow, const char *error);
void text_channel_closed(struct buf *b, const struct flow *flow, const char *error);

/* --- admin, approvers, backend --- */
struct message *text_admin_card(const struct flow *flow);
void text_links_left(struct buf *b, const struct flow *flow, const json_t *look);
json_t *text_admin_reminder(const struct flow *flow);
/* standins: standin.h */
struct message *text_prompt(const struct flow *flow, const json_t *standins);
json_t *text_approval_reminder(const struct flow *flow, const json_t *standins);
struct message *text_backend_card(const struct flow *flow);
json_t *text_backend_reminder(const struct flow *flow);
json_t *text_backend_done(const struct flow *flow);
void text_approved(struct buf *b, const struct flow *flow);
void text_vote_counted(struct buf *b, const struct flow *flow, const json_t *vote, int have, int need);
void text_vote_void(struct buf *b, const struct flow *flow, const char *who);
/* A gate that stands open again keeps these votes. */
void text_votes_left(struct buf *b, const struct flow *flow, int have, int need);
void text_approval_void(struct buf *b, const struct flow *flow);
void text_taken_back(struct buf *b, const struct flow *flow, const char *who, bool rejection);
void text_claimed(struct buf *b, const struct flow *flow, const char *who, int64_t since);
void text_confirmed(struct buf *b, const struct flow *flow, const char *who, const char *case_number, const char *seen);
void text_still_present(struct buf *b, const struct flow *flow, const char *who, const char *note);
void text_still_present_where(struct buf *b, const struct flow *flow);
json_t *text_still_failing(const char *who);
json_t *text_retried(const char *who, int64_t now);
/* What became of a card when the repair ends (cancelled, rejected, expired). */
json_t *text_closing(const struct flow *flow, enum request_event end, const struct request_actor *actor);

/* --- when nobody answers --- */
json_t *text_failed_reminder(const struct flow *flow);
/* Those of escalation.to are called: what is wanted of whom. */
json_t *text_escalation(const struct flow *flow);
/* A line more of a reminder in the thread, once they were called; else nothing. */
void text_also_called(struct buf *b, const struct flow *flow);
/* The state with what the affected person wished: to be asked later, or help. Takes it. */
json_t *text_wished(json_t *state, const struct request_row *row);
/* Put off, help asked for, others called or to be called: a line each, with a line end before it. */
void text_wait_notes(struct buf *b, const struct request_row *row, const struct config *config, enum language language);

/* --- failure, status channel --- */
struct message *text_failed_card(const struct flow *flow, const json_t *why);
void text_status_started(struct buf *b, const struct flow *flow);
void text_status_failed(struct buf *b, const struct flow *flow);
void text_status_ended(struct buf *b, const struct flow *flow);

/*
 * app/dispatch.c - from an envelope to a deed done: check, write down, acknowledge, go on.
 *
 * Here is what comes in, and what is not a deed. A deed is dispatch_visit.c,
 * its acknowledgement dispatch_receipt.c, what was left undone
 * dispatch_sweep.c. What an envelope means is read in intake.c, who somebody is
 * in people.c, and what a deed does in commands/.
 */
#include "bot/app/dispatch_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/intake.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { ENVELOPE_CHARS_MAX = 48 }; /* Slack's have 36 */

static const double ack_bounds_s[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3};

struct dispatch *dispatch_new(const struct dispatch_options *options)
{
	struct dispatch *dispatch = mem_alloc(sizeof *dispatch);
	dispatch->options = *options;
	dispatch->figures.ack.bounds = ack_bounds_s;
	dispatch->figures.ack.bound_count = sizeof ack_bounds_s / sizeof *ack_bounds_s;
	dispatch->dialogs = dialogs_new(options->loop, options->slack, visit_dialog_lost, dispatch);
	dispatch->timer = loop_timer_new(options->loop, dispatch_sweep, dispatch);
	dispatch->late = loop_timer_new(options->loop, receipts_look_late, dispatch);
	return dispatch;
}

unsigned dispatch_busy(const struct dispatch *dispatch)
{
	return dispatch->busy;
}

const struct dispatch_figures *dispatch_get_figures(const struct dispatch *dispatch)
{
	return &dispatch->figures;
}

void dispatch_stop(struct dispatch *dispatch)
{
	dispatch->stopped = true;
	loop_timer_set(dispatch->timer, -1);
}

void dispatch_cut(struct dispatch *dispatch)
{
	if (dispatch != NULL)
		dispatch->cut = true;
}

void dispatch_free(struct dispatch *dispatch)
{
	if (dispatch == NULL)
		return;
	while (dispatch->visits != NULL) {
		dispatch->visits->done = NULL;
		visit_free(dispatch->visits);
	}
	dialogs_free(dispatch->dialogs);
	loop_timer_free(dispatch->timer);
	loop_timer_free(dispatch->late);
	free(dispatch);
}

/* --- envelopes --- */

static void begin_visits(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, const json_t *deeds)
{
	json_t *first = json_array_get(deeds, 0), *body;
	struct receipt *receipt = receipt_new(dispatch, socket, e, (unsigned)json_array_size(deeds), first);
	char key[160];
	size_t i;

	intake_key(e, first, key);
	json_array_foreach (deeds, i, body) {
		struct visit *visit = visit_new(dispatch);
		visit->receipt = receipt;
		visit->body = json_incref(body);
		visit->trigger = mem_strdup(e->trigger);
		text_copy(visit->kind, sizeof visit->kind, intake_kind(e));
		if (i == 0)
			text_copy(visit->key, sizeof visit->key, key);
		else
			snprintf(visit->key, sizeof visit->key, "%.150s#%u", key, (unsigned char)i);
		if (strlen(e->id) <= ENVELOPE_CHARS_MAX)
			snprintf(visit->envelope, sizeof visit->envelope, "%.48s#%u", e->id, (unsigned char)i);
		visit_begin(visit);
	}
}

static void count(struct dispatch_figures *figures, enum envelope_type type)
{
	switch (type) {
	case ENVELOPE_SLASH: figures->slash++; break;
	case ENVELOPE_INTERACTIVE: figures->interactive++; break;
	case ENVELOPE_EVENT: figures->events++; break;
	default: figures->unknown++; break;
	}
}

static bool is_reopened(const struct dispatch *dispatch, const struct envelope *e)
{
	const struct slack_identity *us = slack_identity(dispatch->options.slack);

	if (text_eq(e->event_type, "member_joined_channel"))
		return us != NULL && text_eq(e->user, us->bot_user);
	return text_eq(e->event_type, "channel_unarchive") || text_eq(e->event_type, "group_unarchive");
}

static void take_news(struct dispatch *dispatch, const struct envelope *e)
{
	struct people *people = dispatch->options.people;

	if (text_starts(e->event_type, "subteam_"))
		people_groups_changed(people);
	else if (text_starts(e->event_type, "user_change"))
		people_user_changed(people, e->user);
	else if (text_eq(e->event_type, "tokens_revoked") || text_eq(e->event_type, "app_uninstalled"))
		log_event(LOG_ERROR, "slack.removed",
		          "Slack says %s: the app has to be installed again, and the bot token renewed", e->event_type);
	else if (text_eq(e->event_type, "app_rate_limited"))
		log_event(LOG_WARNING, "slack.limited", "Slack holds back events: more than 30 000 in an hour");
	else if (e->channel[0] != '\0')
		people_place_changed(people, e->channel);
	if (text_eq(e->event_type, "app_home_opened") && text_eq(json_str(e->event, "tab"), "home"))
		dispatch->options.home_opened(dispatch->options.arg, e->user);
	if (is_reopened(dispatch, e) && e->channel[0] != '\0')
		dispatch->options.reopened(dispatch->options.arg, e->channel);
	if (text_eq(e->event_type, "channel_id_changed"))
		people_place_changed(people, json_str(e->event, "old_channel_id"));
}

/* Only a person who waits for an answer gets one; everything else comes again by itself. */
static void put_off(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, enum phrase sentence)
{
	if (e->type == ENVELOPE_SLASH)
		receipt_answer_now(dispatch, socket, e, sentence);
}

static void acknowledge_empty(struct dispatch *dispatch, uint64_t socket, const struct envelope *e)
{
	receipt_answer_now(dispatch, socket, e, PHRASE_COUNT);
}

void dispatch_envelope(struct dispatch *dispatch, uint64_t socket, const struct envelope *e)
{
	const struct slack_identity *us = slack_identity(dispatch->options.slack);
	const char *why = "";
	json_t *deeds = NULL;

	if (e->id[0] == '\0')
		return; /* hello, disconnect */
	count(&dispatch->figures, e->type);
	if (dispatch->stopped || us == NULL) {
		put_off(dispatch, socket, e, dispatch->stopped ? PHRASE_SERVICE_RESTARTING : PHRASE_SERVICE_NOT_READY);
		return;
	}
	switch (intake_read(e, us, &deeds, &why)) {
	case INTAKE_DEEDS:
		begin_visits(dispatch, socket, e, deeds);
		json_decref(deeds);
		break;
	case INTAKE_NEWS:
		take_news(dispatch, e);
		acknowledge_empty(dispatch, socket, e);
		break;
	case INTAKE_FOREIGN:
		log_event(LOG_WARNING, "envelope.refused", "an envelope (%s) was not handled: %s", e->type_word, why);
		acknowledge_empty(dispatch, socket, e);
		break;
	case INTAKE_NOTHING: acknowledge_empty(dispatch, socket, e); break;
	}
}

bool dispatch_found(struct dispatch *dispatch, const struct envelope *e, dispatch_found_fn *done, void *arg)
{
	const struct slack_identity *us = slack_identity(dispatch->options.slack);
	const char *why = "";
	json_t *deeds = NULL;
	struct visit *visit;

	if (dispatch->stopped || us == NULL || intake_read(e, us, &deeds, &why) != INTAKE_DEEDS)
		return false;
	visit = visit_new(dispatch);
	visit->body = json_incref(json_array_get(deeds, 0)); /* what was typed is one deed */
	visit->trigger = mem_strdup("");
	visit->done = done;
	visit->done_arg = arg;
	text_copy(visit->kind, sizeof visit->kind, intake_kind(e));
	intake_key(e, visit->body, visit->key);
	json_decref(deeds);
	visit_begin(visit);
	return true;
}

void dispatch_start(struct dispatch *dispatch)
{
	if (dispatch->started)
		return;
	dispatch->started = true;
	dispatch_sweep(dispatch);
}

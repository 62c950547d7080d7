/*
 * app/dispatch.c - from an envelope to a deed done: check, write down, acknowledge, go on.
 *
 * A deed on its way is a `visit`; the acknowledgement its envelope waits for is
 * a `receipt`, shared where one click carries several actions. What an envelope
 * means is read in intake.c, who somebody is in people.c, and what a deed does
 * in commands/; here is only the order of things.
 */
#include "bot/app/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/intake.h"
#include "bot/app/whisper.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/inbox.h"

enum {
	WHO_TIMEOUT_MS = 1500,          /* of the three seconds that Slack gives */
	AFRESH_TIMEOUT_MS = 150 * 1000, /* after the acknowledgement: may outlast a Retry-After, and a crowd */
	LOOK_LATE_MS = 200,
	LATE_MS = 2400, /* a store that needs so long is not waited for: a person is told so in time */
	DIALOG_TIMEOUT_MS = 3 * 1000,
	SWEEP_EVERY_MS = 60 * 1000,
	PENDING_MAX = 64,
	ENVELOPE_CHARS_MAX = 48,       /* Slack's have 36 */
	KEEP_MS = 24 * 60 * 60 * 1000, /* replays were seen six minutes later; a day is cheap */
};

static const char not_begun[] = "This could not be written down, so nothing was begun. Please try again in a minute.";
static const char still_writing[] = "This is still being written down. The answer follows here; if none comes within a "
                                    "minute, please type it again.";
static const char restarting[] = "I am being restarted, so nothing was begun. Please try again in a minute.";
static const char not_ready[] =
    "Slack has not yet told me who I am, so nothing was begun. Please try again in a minute.";
static const char no_dialog[] = "Slack did not open the dialog in time. Please try again.";

static const double ack_bounds_s[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3};

/* What an envelope's sender waits for. */
struct receipt {
	struct receipt *next;
	struct dispatch *dispatch;
	unsigned open; /* visits that are not yet written */
	uint64_t socket;
	char *envelope_id;
	enum envelope_type type;
	bool takes_payload;
	bool failed;
	bool answered;   /* before it was written: what comes of it is told privately */
	bool repeated;   /* a redelivery */
	int64_t came_at; /* boot time */
	json_t *payload;
	json_t *body; /* of the first deed: to whom the payload is told otherwise */
};

struct visit {
	struct visit *next;
	struct dispatch *dispatch;
	struct receipt *receipt; /* NULL once acknowledged */
	char key[160];
	char envelope[64]; /* "": found, or of an id that is too long to be one of Slack's */
	char kind[24];
	char *trigger; /* a capability: only in memory */
	json_t *body;
	struct person person;
	int open;              /* answers about person and place that are missing */
	_Atomic int64_t inbox; /* its row; written on the store's thread, 0 before */
	bool already;
	bool written;
	struct reply reply;
	dispatch_found_fn *done; /* NULL: nobody waits for it */
	void *done_arg;
};

struct dispatch {
	struct dispatch_options options;
	struct dispatch_figures figures;
	struct loop_timer *timer;
	struct loop_timer *late;
	struct receipt *receipts; /* oldest last */
	struct visit *visits;
	unsigned busy;
	bool started;
	bool stopped;
	bool cut; /* Slack is gone: what the store still tells can't be passed on */
	bool sweeping;
};

static void on_timer(void *arg);
static void on_late(void *arg);

struct dispatch *dispatch_new(const struct dispatch_options *options)
{
	struct dispatch *dispatch = mem_alloc(sizeof *dispatch);
	dispatch->options = *options;
	dispatch->figures.ack.bounds = ack_bounds_s;
	dispatch->figures.ack.bound_count = sizeof ack_bounds_s / sizeof *ack_bounds_s;
	dispatch->timer = loop_timer_new(options->loop, on_timer, dispatch);
	dispatch->late = loop_timer_new(options->loop, on_late, dispatch);
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

/* --- acknowledging --- */

static json_t *ephemeral(const char *text)
{
	return json_pack("{s:s,s:s}", "response_type", "ephemeral", "text", text);
}

static enum errc send_ack(struct dispatch *dispatch, uint64_t socket, const char *id, const json_t *payload,
                          int64_t came_at)
{
	enum errc rc = dispatch->cut ? ERR_ABORTED : slack_ack(dispatch->options.slack, socket, id, payload);
	if (rc == OK)
		histogram_add(&dispatch->figures.ack, (double)(clock_boot_ms() - came_at) / 1000);
	return rc;
}

/* Words that an acknowledgement could not carry, or that come without one. */
struct words {
	struct dispatch *dispatch;
	json_t *body;
	json_t *payload;
};

static enum errc words_job(struct tx *tx, void *arg)
{
	struct words *words = arg;
	struct deed deed;

	intake_deed(words->body, &deed);
	return whisper(tx, &deed, words->payload);
}

static void on_words(void *arg, enum errc code)
{
	struct words *words = arg;
	struct dispatch *dispatch = words->dispatch;

	if (code != OK)
		log_event(LOG_WARNING, "words.lost", "a private answer could not be written down: %s",
		          err_sentence(code));
	json_decref(words->body);
	json_decref(words->payload);
	free(words);
	dispatch->options.committed(dispatch->options.arg, false);
}

/* Takes payload. */
static void say(struct dispatch *dispatch, json_t *body, json_t *payload)
{
	struct words *words = mem_alloc(sizeof *words);

	words->dispatch = dispatch;
	words->body = json_incref(body);
	words->payload = payload;
	store_submit(dispatch->options.store, words_job, on_words, words);
}

/* All is written, so Slack may know. What does not fit, or finds its socket gone, is told another way. */
static void acknowledge(struct receipt *receipt)
{
	struct dispatch *dispatch = receipt->dispatch;
	const json_t *payload = receipt->takes_payload ? receipt->payload : NULL;
	enum errc rc = send_ack(dispatch, receipt->socket, receipt->envelope_id, payload, receipt->came_at);

	if (rc == ERR_TOO_LARGE)
		(void)!send_ack(dispatch, receipt->socket, receipt->envelope_id, NULL, receipt->came_at);
	if (rc != OK)
		log_event(LOG_INFO, "ack.trouble", "an acknowledgement of %s could not be sent: %s",
		          receipt->type == ENVELOPE_SLASH ? "a command" : "an envelope", err_name(rc));
	if (receipt->payload != NULL && !receipt->repeated && (rc != OK || payload == NULL))
		say(dispatch, receipt->body, json_incref(receipt->payload));
}

/*
 * The store failed. A command gets a sentence; a click that is not acknowledged shows Slack's warning, a dialog stays
 * open with an error, an event is delivered again.
 */
static void refuse(struct receipt *receipt)
{
	json_t *payload;

	if (receipt->type != ENVELOPE_SLASH)
		return;
	payload = ephemeral(not_begun);
	(void)!send_ack(receipt->dispatch, receipt->socket, receipt->envelope_id, payload, receipt->came_at);
	json_decref(payload);
}

/* Too late for the acknowledgement, but not for the person. */
static void tell_outcome(struct receipt *receipt)
{
	struct dispatch *dispatch = receipt->dispatch;

	if (receipt->failed)
		say(dispatch, receipt->body, ephemeral(not_begun));
	else if (receipt->payload != NULL && !receipt->repeated)
		say(dispatch, receipt->body, json_incref(receipt->payload));
}

static bool is_late(const struct receipt *receipt, int64_t now)
{
	return !receipt->answered && receipt->type == ENVELOPE_SLASH && now - receipt->came_at >= LATE_MS;
}

/*
 * The store is slow. What is acknowledged now is not yet safe, so nothing is promised: a command gets a sentence that
 * says so. A click or a dialog has no room for one, and an empty acknowledgement would look like success: it waits for
 * its commit, and Slack shows its own warning meanwhile. An event is sent again.
 */
static void answer_late(struct receipt *receipt)
{
	json_t *payload = ephemeral(still_writing);

	receipt->answered = true;
	(void)!send_ack(receipt->dispatch, receipt->socket, receipt->envelope_id, payload, receipt->came_at);
	json_decref(payload);
}

static void on_late(void *arg)
{
	struct dispatch *dispatch = arg;
	int64_t now = clock_boot_ms();
	unsigned told = 0;

	for (struct receipt *r = dispatch->receipts; r != NULL; r = r->next)
		if (is_late(r, now)) {
			answer_late(r);
			told++;
		}
	if (told > 0)
		log_event(LOG_WARNING, "store.slow",
		          "%u commands were told that the store has not yet written them down", told);
	if (dispatch->receipts != NULL)
		loop_timer_set(dispatch->late, LOOK_LATE_MS);
}

static void receipt_free(struct receipt *receipt)
{
	for (struct receipt **at = &receipt->dispatch->receipts; *at != NULL; at = &(*at)->next)
		if (*at == receipt) {
			*at = receipt->next;
			break;
		}
	json_decref(receipt->payload);
	json_decref(receipt->body);
	free(receipt->envelope_id);
	free(receipt);
}

/* One of the visits is written (or not); the last one sends the acknowledgement. */
static void settle_receipt(struct visit *visit, enum errc code)
{
	struct receipt *receipt = visit->receipt;

	visit->receipt = NULL;
	if (receipt == NULL)
		return;
	receipt->failed = receipt->failed || code != OK;
	receipt->repeated = receipt->repeated || visit->already;
	if (code == OK && receipt->payload == NULL)
		receipt->payload = json_incref(visit->reply.ack);
	if (--receipt->open > 0)
		return;
	if (receipt->answered)
		tell_outcome(receipt);
	else if (receipt->failed)
		refuse(receipt);
	else
		acknowledge(receipt);
	receipt_free(receipt);
}

/* --- visits --- */

static struct visit *visit_new(struct dispatch *dispatch)
{
	struct visit *visit = mem_alloc(sizeof *visit);
	visit->dispatch = dispatch;
	visit->next = dispatch->visits;
	dispatch->visits = visit;
	dispatch->busy++;
	return visit;
}

static void visit_free(struct visit *visit)
{
	struct dispatch *dispatch = visit->dispatch;
	dispatch_found_fn *done = visit->done;
	void *done_arg = visit->done_arg;
	bool acted = visit->written && !visit->already;

	for (struct visit **at = &dispatch->visits; *at != NULL; at = &(*at)->next)
		if (*at == visit) {
			*at = visit->next;
			break;
		}
	dispatch->busy--;
	if (visit->receipt != NULL && --visit->receipt->open == 0)
		receipt_free(visit->receipt);
	reply_done(&visit->reply);
	json_decref(visit->body);
	free(visit->trigger);
	free(visit);
	if (done != NULL)
		done(done_arg, acted);
}

void dispatch_free(struct dispatch *dispatch)
{
	if (dispatch == NULL)
		return;
	while (dispatch->visits != NULL) {
		dispatch->visits->done = NULL;
		visit_free(dispatch->visits);
	}
	loop_timer_free(dispatch->timer);
	loop_timer_free(dispatch->late);
	free(dispatch);
}

/* On the store's thread: the deed is done, and what its door can't take as an acknowledgement becomes a message. */
static enum errc do_deed(struct visit *visit, struct tx *tx, bool afresh)
{
	struct deed deed;
	enum errc rc;

	intake_deed(visit->body, &deed);
	deed.now = clock_wall_ms();
	deed.person = visit->person;
	rc = commands_handle(visit->dispatch->options.commands, tx, &deed, &visit->reply);
	if (rc != OK || visit->reply.ack == NULL)
		return rc;
	if (!afresh && deed.door == DOOR_SLASH) {
		if (json_get(visit->reply.ack, "response_type") == NULL)
			json_set_str(visit->reply.ack, "response_type", "ephemeral");
		return OK;
	}
	if (!afresh && deed.door == DOOR_DIALOG && json_get(visit->reply.ack, "response_action") != NULL)
		return OK;
	rc = whisper(tx, &deed, visit->reply.ack);
	json_decref(visit->reply.ack);
	visit->reply.ack = NULL;
	return rc;
}

static enum errc first_time(struct visit *visit, struct tx *tx)
{
	enum errc rc = do_deed(visit, tx, false);

	if (rc == OK && visit->reply.ack != NULL)
		rc = inbox_set_reply(tx, visit->inbox, visit->reply.ack);
	if (rc == OK && !visit->reply.ask_afresh)
		rc = inbox_finish(tx, visit->inbox);
	return rc;
}

static enum errc visit_job(struct tx *tx, void *arg)
{
	struct visit *visit = arg;
	AUTO_INBOX struct inbox_row row = {.at = clock_wall_ms(), .body = json_deep_copy(visit->body)};
	enum errc rc;

	text_copy(row.key, sizeof row.key, visit->key);
	text_copy(row.envelope, sizeof row.envelope, visit->envelope);
	text_copy(row.kind, sizeof row.kind, visit->kind);
	rc = inbox_add(tx, &row);
	visit->already = rc == ERR_ALREADY;
	if (visit->already) {
		visit->reply.ack = json_incref(row.reply);
		return OK;
	}
	visit->inbox = row.id;
	return rc == OK ? first_time(visit, tx) : rc;
}

/* The second time: the row tells what is left to do, for a crash may lie between. */
static enum errc afresh_job(struct tx *tx, void *arg)
{
	struct visit *visit = arg;
	AUTO_INBOX struct inbox_row row = {0};
	enum errc rc = inbox_get(tx, visit->inbox, &row);

	if (rc != OK || row.done)
		return rc;
	rc = do_deed(visit, tx, true);
	return rc == OK ? inbox_finish(tx, visit->inbox) : rc;
}

struct dialog_call {
	struct dispatch *dispatch;
	json_t *body;
};

static void on_dialog(void *arg, const struct slack_answer *answer)
{
	struct dialog_call *call = arg;

	if (answer->code != OK && answer->code != ERR_ABORTED) {
		log_event(LOG_WARNING, "dialog.trouble", "a dialog was not opened: %s", answer->reason);
		say(call->dispatch, call->body, ephemeral(no_dialog));
	}
	json_decref(call->body);
	free(call);
}

/* Slack's trigger is good for three seconds and once; without one (after a restart) there is nobody to show it to. */
static void open_dialog(struct visit *visit)
{
	struct dialog_call *call;
	json_t *arguments;

	if (visit->reply.dialog == NULL || visit->already)
		return;
	if (text_empty(visit->trigger)) {
		say(visit->dispatch, visit->body, ephemeral(no_dialog));
		return;
	}
	call = mem_alloc(sizeof *call);
	call->dispatch = visit->dispatch;
	call->body = json_incref(visit->body);
	arguments = json_pack("{s:s,s:O}", "trigger_id", visit->trigger, "view", visit->reply.dialog);
	slack_call(visit->dispatch->options.slack, "views.open", arguments, DIALOG_TIMEOUT_MS, on_dialog, call);
}

static void log_failure(const char *what, enum errc code)
{
	log_event(LOG_ERROR, "deed.failed", "%s could not be handled (%s): %s", what, err_name(code),
	          err_sentence(code));
}

static void on_afresh_job(void *arg, enum errc code)
{
	struct visit *visit = arg;
	struct dispatch *dispatch = visit->dispatch;
	bool wake = visit->reply.wake;

	if (code == OK)
		open_dialog(visit);
	else
		log_failure("a decision", code); /* its row waits for the next sweep */
	visit_free(visit);
	dispatch->options.committed(dispatch->options.arg, code == OK && wake);
}

/* We are going down and Slack can no longer be asked: that is no reason to say no. The deed comes again. */
static bool is_cut_off(const struct visit *visit)
{
	const struct person *person = &visit->person;

	return visit->dispatch->stopped && !(person->known && person->groups_known);
}

static void afresh_answer_came(struct visit *visit)
{
	if (--visit->open > 0)
		return;
	if (is_cut_off(visit)) {
		visit_free(visit);
		return;
	}
	reply_done(&visit->reply);
	store_submit(visit->dispatch->options.store, afresh_job, on_afresh_job, visit);
}

static void on_person_afresh(void *arg, const struct person *person)
{
	struct visit *visit = arg;

	visit->person = *person;
	visit->person.external = person->external || intake_is_foreign(visit->body);
	afresh_answer_came(visit);
}

static void on_place_afresh(void *arg, const struct place *place)
{
	struct visit *visit = arg;

	intake_set_place(visit->body, place);
	afresh_answer_came(visit);
}

static void ask_afresh(struct visit *visit)
{
	struct people *people = visit->dispatch->options.people;
	bool ask_place = intake_place_is_missing(visit->body);

	visit->open = ask_place ? 2 : 1;
	if (ask_place)
		people_place(people, json_str(visit->body, "channel"), AFRESH_TIMEOUT_MS, on_place_afresh, visit);
	people_get(people, json_str(visit->body, "user"), true, AFRESH_TIMEOUT_MS, on_person_afresh, visit);
}

static void on_visit_job(void *arg, enum errc code)
{
	struct visit *visit = arg;
	struct dispatch *dispatch = visit->dispatch;
	bool wake = code == OK && visit->reply.wake;

	settle_receipt(visit, code);
	visit->written = code == OK;
	if (code != OK) {
		log_failure(visit->kind, code);
		visit_free(visit);
		return;
	}
	if (dispatch->cut) {
		visit_free(visit);
		return;
	}
	open_dialog(visit);
	if (visit->reply.ask_afresh && !visit->already)
		ask_afresh(visit);
	else
		visit_free(visit);
	dispatch->options.committed(dispatch->options.arg, wake);
}

static void answer_came(struct visit *visit)
{
	/* also when we are going down: who could not be asked about is asked about by the next run */
	if (--visit->open == 0)
		store_submit(visit->dispatch->options.store, visit_job, on_visit_job, visit);
}

static void on_person(void *arg, const struct person *person)
{
	struct visit *visit = arg;

	visit->person = *person;
	visit->person.external = person->external || intake_is_foreign(visit->body);
	answer_came(visit);
}

static void on_place(void *arg, const struct place *place)
{
	struct visit *visit = arg;

	intake_set_place(visit->body, place);
	answer_came(visit);
}

/* Person and place are asked at once, and only as long as Slack's patience allows. */
static void begin(struct visit *visit)
{
	struct people *people = visit->dispatch->options.people;
	const char *channel = json_str(visit->body, "channel");
	bool ask_place = intake_place_is_asked(visit->body);

	visit->open = ask_place ? 2 : 1;
	if (ask_place)
		people_place(people, channel, WHO_TIMEOUT_MS, on_place, visit);
	people_get(people, json_str(visit->body, "user"), false, WHO_TIMEOUT_MS, on_person, visit);
}

static void begin_visits(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, const json_t *deeds)
{
	struct receipt *receipt = mem_alloc(sizeof *receipt);
	char key[160];
	size_t i;
	json_t *body;

	receipt->dispatch = dispatch;
	receipt->next = dispatch->receipts;
	dispatch->receipts = receipt;
	if (receipt->next == NULL)
		loop_timer_set(dispatch->late, LATE_MS);
	receipt->open = (unsigned)json_array_size(deeds);
	receipt->socket = socket;
	receipt->envelope_id = mem_strdup(e->id);
	receipt->type = e->type;
	receipt->takes_payload = e->takes_payload;
	receipt->came_at = clock_boot_ms();
	receipt->body = json_incref(json_array_get(deeds, 0));
	intake_key(e, receipt->body, key);
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
		begin(visit);
	}
}

/* --- envelopes --- */

static void count(struct dispatch_figures *figures, enum envelope_type type)
{
	switch (type) {
	case ENVELOPE_SLASH: figures->slash++; break;
	case ENVELOPE_INTERACTIVE: figures->interactive++; break;
	case ENVELOPE_EVENT: figures->events++; break;
	default: figures->unknown++; break;
	}
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
	if (text_eq(e->event_type, "channel_id_changed"))
		people_place_changed(people, json_str(e->event, "old_channel_id"));
}

/* Only a person who waits for an answer gets one; everything else comes again by itself. */
static void put_off(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, const char *sentence)
{
	json_t *payload;

	if (e->type != ENVELOPE_SLASH)
		return;
	payload = ephemeral(sentence);
	(void)!send_ack(dispatch, socket, e->id, payload, clock_boot_ms());
	json_decref(payload);
}

static void acknowledge_empty(struct dispatch *dispatch, uint64_t socket, const struct envelope *e)
{
	(void)!send_ack(dispatch, socket, e->id, NULL, clock_boot_ms());
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
		put_off(dispatch, socket, e, dispatch->stopped ? restarting : not_ready);
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
	begin(visit);
	return true;
}

/* --- what an earlier run, or a failed commit, left undone --- */

struct sweep {
	struct dispatch *dispatch;
	int64_t ids[PENDING_MAX];
	size_t count;
};

static enum errc load_job(struct tx *tx, void *arg)
{
	struct visit *visit = arg;
	AUTO_INBOX struct inbox_row row = {0};
	enum errc rc = inbox_get(tx, visit->inbox, &row);

	if (rc != OK)
		return rc;
	if (row.done)
		return ERR_ALREADY;
	visit->body = json_incref(row.body);
	return OK;
}

static void on_loaded(void *arg, enum errc code)
{
	struct visit *visit = arg;

	if (code == OK && json_is_object(visit->body) && !visit->dispatch->stopped)
		ask_afresh(visit);
	else
		visit_free(visit);
}

static bool is_under_way(const struct dispatch *dispatch, int64_t inbox)
{
	for (const struct visit *v = dispatch->visits; v != NULL; v = v->next)
		if (v->inbox == inbox)
			return true;
	return false;
}

static enum errc sweep_job(struct tx *tx, void *arg)
{
	struct sweep *sweep = arg;
	enum errc rc = inbox_pending(tx, 0, sweep->ids, PENDING_MAX, &sweep->count);
	return rc == OK ? inbox_purge(tx, clock_wall_ms() - KEEP_MS) : rc;
}

static void on_sweep(void *arg, enum errc code)
{
	struct sweep *sweep = arg;
	struct dispatch *dispatch = sweep->dispatch;

	dispatch->sweeping = false;
	for (size_t i = 0; code == OK && !dispatch->stopped && i < sweep->count; i++) {
		if (is_under_way(dispatch, sweep->ids[i]))
			continue;
		struct visit *visit = visit_new(dispatch);
		visit->inbox = sweep->ids[i];
		text_copy(visit->kind, sizeof visit->kind, "decision");
		store_submit(dispatch->options.store, load_job, on_loaded, visit);
	}
	if (!dispatch->stopped)
		loop_timer_set(dispatch->timer, SWEEP_EVERY_MS);
	free(sweep);
}

static void on_timer(void *arg)
{
	struct dispatch *dispatch = arg;
	struct sweep *sweep;

	if (dispatch->stopped || dispatch->sweeping)
		return;
	sweep = mem_alloc(sizeof *sweep);
	sweep->dispatch = dispatch;
	dispatch->sweeping = true;
	store_submit(dispatch->options.store, sweep_job, on_sweep, sweep);
}

void dispatch_start(struct dispatch *dispatch)
{
	if (dispatch->started)
		return;
	dispatch->started = true;
	on_timer(dispatch);
}

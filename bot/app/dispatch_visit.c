/*
 * app/dispatch_visit.c - a deed on its way: who and where, written down, done, and once more for a decision.
 *
 * Person and place are asked while Slack waits; the deed and all that it causes
 * is one transaction; a decision is handled a second time, with person and
 * groups asked afresh, after the acknowledgement. A dialog is opened meanwhile.
 */
#include "bot/app/dispatch_private.h"

#include <stdlib.h>

#include "bot/app/intake.h"
#include "bot/app/whisper.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/inbox.h"
#include "commands/home.h"

enum {
	WHO_TIMEOUT_MS = 1500,          /* of the three seconds that Slack gives */
	AFRESH_TIMEOUT_MS = 150 * 1000, /* after the acknowledgement: may outlast a Retry-After, and a crowd */
	/* What a card's button opens is mostly known at once: no view that changes under one's eyes. */
	DIALOG_AFTER_MS = 400,
	PICKED_MAX = 10, /* asking about more would take longer than that */
};

struct visit *visit_new(struct dispatch *dispatch)
{
	struct visit *visit = mem_alloc(sizeof *visit);
	visit->dispatch = dispatch;
	visit->next = dispatch->visits;
	dispatch->visits = visit;
	dispatch->busy++;
	return visit;
}

void visit_free(struct visit *visit)
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
	receipt_leave(visit);
	dialog_leave(visit->dialog);
	reply_done(&visit->reply);
	json_decref(visit->body);
	free(visit->trigger);
	free(visit);
	if (done != NULL)
		done(done_arg, acted);
}

/* --- on the store's thread --- */

/* The deed is done, and what its door can't take as an acknowledgement becomes a message. */
static enum errc do_deed(struct visit *visit, struct tx *tx, bool afresh)
{
	struct deed deed;
	enum errc rc;

	intake_deed(visit->body, &deed);
	deed.now = clock_wall_ms();
	deed.person = visit->person;
	deed.named = visit->named;
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

/* --- dialogs --- */

/* Slack's trigger waits for nobody: what may become a dialog is opened before it is known what it says. */
static void open_in_time(struct visit *visit)
{
	struct dispatch *dispatch = visit->dispatch;
	struct deed deed;
	enum dialog_need need;

	if (text_empty(visit->trigger))
		return;
	intake_deed(visit->body, &deed);
	need = commands_dialog_need(&deed);
	if (need != DIALOG_NONE)
		visit->dialog =
		    dialogs_open(dispatch->dialogs, visit->trigger,
		                 commands_waiting_view(people_language(dispatch->options.people, deed.user)),
		                 need == DIALOG_SURE ? 0 : DIALOG_AFTER_MS, visit->body);
}

void visit_dialog_lost(void *arg, json_t *body)
{
	struct dispatch *dispatch = arg;
	AUTO_BUF struct buf b = {0};
	struct deed deed;

	intake_deed(body, &deed);
	buf_init(&b, 1000);
	commands_no_dialog(&b, people_language(dispatch->options.people, deed.user), &deed, dispatch->options.command);
	dispatch_say(dispatch, body, buf_str(&b));
}

/* What stands open says this. */
static void tell_dialog(struct visit *visit, const json_t *answer)
{
	dialog_tell(visit->dialog, commands_words_view(visit->person.language, answer));
	visit->dialog = NULL;
}

static void tell_dialog_sentence(struct visit *visit, enum phrase sentence)
{
	json_t *answer = json_pack("{s:s}", "text", phrase_text(visit->person.language, sentence));

	if (visit->dialog != NULL)
		tell_dialog(visit, answer);
	json_decref(answer);
}

/* It is known what the dialog says: its questions, or why there are none. A redelivery knows nothing of it. */
static void settle_dialog(struct visit *visit)
{
	const struct reply *reply = &visit->reply;

	if (reply->dialog != NULL && !visit->already && visit->dialog == NULL) {
		visit_dialog_lost(visit->dispatch, visit->body); /* without a trigger, as after a restart */
	} else if (visit->dialog == NULL || (reply->ask_afresh && !visit->already)) {
		return;
	} else if (reply->dialog != NULL && !visit->already) {
		dialog_ask(visit->dialog, json_incref(reply->dialog));
		visit->dialog = NULL;
	} else if (reply->said != NULL) {
		tell_dialog(visit, reply->said);
	} else {
		tell_dialog_sentence(visit, PHRASE_DIALOG_NOT_OPENED);
	}
}

/* --- once more, with person and groups asked afresh --- */

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

	if (code == OK && !dispatch->cut)
		settle_dialog(visit);
	else if (code != OK)
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

static void on_named_afresh(void *arg, const struct person *person)
{
	struct visit *visit = arg;

	visit->named = *person;
	afresh_answer_came(visit);
}

static void on_place_afresh(void *arg, const struct place *place)
{
	struct visit *visit = arg;

	intake_set_place(visit->body, place);
	afresh_answer_came(visit);
}

void visit_ask_afresh(struct visit *visit)
{
	struct people *people = visit->dispatch->options.people;
	bool ask_place = intake_place_is_missing(visit->body);
	char named[24];
	struct deed deed;

	intake_deed(visit->body, &deed);
	bool ask_named = commands_names(&deed, named);
	visit->open = 1 + (ask_place ? 1 : 0) + (ask_named ? 1 : 0);
	if (ask_place)
		people_place(people, json_str(visit->body, "channel"), AFRESH_TIMEOUT_MS, on_place_afresh, visit);
	if (ask_named)
		people_get(people, named, true, AFRESH_TIMEOUT_MS, on_named_afresh, visit);
	people_get(people, json_str(visit->body, "user"), true, AFRESH_TIMEOUT_MS, on_person_afresh, visit);
}

/* --- the first time --- */

static void on_visit_job(void *arg, enum errc code)
{
	struct visit *visit = arg;
	struct dispatch *dispatch = visit->dispatch;
	bool wake = code == OK && visit->reply.wake;

	receipt_settle(visit, code);
	visit->written = code == OK;
	if (code != OK) {
		log_failure(visit->kind, code);
		if (!dispatch->cut)
			tell_dialog_sentence(visit, PHRASE_SERVICE_NOT_BEGUN);
		visit_free(visit);
		return;
	}
	if (dispatch->cut) {
		visit_free(visit);
		return;
	}
	settle_dialog(visit);
	if (visit->reply.ask_afresh && !visit->already)
		visit_ask_afresh(visit);
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

static void on_picked(void *arg, const struct person *person)
{
	struct visit *visit = arg;

	if (person->known && person->id[0] != '\0')
		intake_set_picked(visit->body, person);
	answer_came(visit);
}

/* Whether somebody is protected can be said in the dialog, for as many as Slack tells of in time. */
static void ask_picked(struct visit *visit)
{
	const json_t *users = intake_picked(visit->body);
	size_t count = json_array_size(users) < PICKED_MAX ? json_array_size(users) : PICKED_MAX;

	visit->open += (int)count;
	for (size_t i = 0; i < count; i++)
		people_get(visit->dispatch->options.people, json_string_value(json_array_get(users, i)), false,
		           WHO_TIMEOUT_MS, on_picked, visit);
}

void visit_begin(struct visit *visit)
{
	struct people *people = visit->dispatch->options.people;
	const char *channel = json_str(visit->body, "channel");
	bool ask_place = intake_place_is_asked(visit->body);

	open_in_time(visit);
	visit->open = ask_place ? 2 : 1;
	ask_picked(visit);
	if (ask_place)
		people_place(people, channel, WHO_TIMEOUT_MS, on_place, visit);
	people_get(people, json_str(visit->body, "user"), false, WHO_TIMEOUT_MS, on_person, visit);
}

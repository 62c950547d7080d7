/*
 * app/dispatch_receipt.c - acknowledging: when all that an envelope brought is written, and in time.
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

enum {
	LOOK_LATE_MS = 200,
	LATE_MS = 2400, /* a store that needs so long is not waited for: a person is told so in time */
};

/* Takes no & < >: the sentences of the catalogue hold none. */
static json_t *ephemeral(const char *text)
{
	return json_pack("{s:s,s:s}", "response_type", "ephemeral", "text", text);
}

/* In the language of whoever did it. */
static json_t *sentence_for(const struct dispatch *dispatch, const json_t *body, enum phrase sentence)
{
	enum language language = people_language(dispatch->options.people, json_str(body, "user"));

	return ephemeral(phrase_text(language, sentence));
}

static enum errc send_ack(struct dispatch *dispatch, uint64_t socket, const char *id, const json_t *payload,
                          int64_t came_at)
{
	enum errc rc = dispatch->cut ? ERR_ABORTED : slack_ack(dispatch->options.slack, socket, id, payload);
	if (rc == OK)
		histogram_add(&dispatch->figures.ack, (double)(clock_boot_ms() - came_at) / 1000);
	return rc;
}

/* --- words for one person --- */

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

void dispatch_say(struct dispatch *dispatch, json_t *body, const char *mrkdwn)
{
	say(dispatch, body, ephemeral(mrkdwn));
}

/* --- the acknowledgement --- */

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
	payload = sentence_for(receipt->dispatch, receipt->body, PHRASE_SERVICE_NOT_BEGUN);
	(void)!send_ack(receipt->dispatch, receipt->socket, receipt->envelope_id, payload, receipt->came_at);
	json_decref(payload);
}

/* Too late for the acknowledgement, but not for the person. */
static void tell_outcome(struct receipt *receipt)
{
	struct dispatch *dispatch = receipt->dispatch;

	if (receipt->failed)
		say(dispatch, receipt->body, sentence_for(dispatch, receipt->body, PHRASE_SERVICE_NOT_BEGUN));
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
	json_t *payload = sentence_for(receipt->dispatch, receipt->body, PHRASE_SERVICE_STILL_WRITING);

	receipt->answered = true;
	(void)!send_ack(receipt->dispatch, receipt->socket, receipt->envelope_id, payload, receipt->came_at);
	json_decref(payload);
}

void receipts_look_late(void *arg)
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

void receipt_leave(struct visit *visit)
{
	if (visit->receipt != NULL && --visit->receipt->open == 0)
		receipt_free(visit->receipt);
	visit->receipt = NULL;
}

void receipt_settle(struct visit *visit, enum errc code)
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

struct receipt *receipt_new(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, unsigned count,
                            json_t *body)
{
	struct receipt *receipt = mem_alloc(sizeof *receipt);

	receipt->dispatch = dispatch;
	receipt->next = dispatch->receipts;
	dispatch->receipts = receipt;
	if (receipt->next == NULL)
		loop_timer_set(dispatch->late, LATE_MS);
	receipt->open = count;
	receipt->socket = socket;
	receipt->envelope_id = mem_strdup(e->id);
	receipt->type = e->type;
	receipt->takes_payload = e->takes_payload;
	receipt->came_at = clock_boot_ms();
	receipt->body = json_incref(body);
	return receipt;
}

void receipt_answer_now(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, enum phrase sentence)
{
	json_t *payload = NULL;

	if (sentence != PHRASE_COUNT)
		payload = ephemeral(phrase_text(people_language(dispatch->options.people, e->user), sentence));
	(void)!send_ack(dispatch, socket, e->id, payload, clock_boot_ms());
	json_decref(payload);
}

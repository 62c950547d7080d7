/*
 * app/delivery.c - one outbox row on its way to Slack.
 *
 * Slack has no idempotency key. A post bears a random key in its metadata
 * instead, and one whose outcome is unknown is looked for before it is posted
 * again: in its whole thread, or in the channel around the time of the tries.
 * What can't be read to the end is not posted again but looked for later.
 */
#include "bot/app/delivery.h"

#include <stdio.h>
#include <stdlib.h>

#include "bot/app/lookup.h"
#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"

enum {
	CALL_TIMEOUT_MS = 15 * 1000,
	HUNG_MS = 20 * 1000,            /* Slack may still make a message whose answer we no longer wait for */
	MARGIN_MS = 3 * 60 * 60 * 1000, /* for clocks that are wrong, or were when it was sent, and for late answers */
	LOOK_MAX_MS = 5 * 60 * 1000,    /* then the conversation is set free, and the look goes on later */
	PAUSE_MAX_MS = 5 * 1000,        /* between two pages; for more the conversation is set free meanwhile */
	PAGE = 200,
	BRIEF_CHARS = 1000,
	THREAD_TRIES = 2,
	DIRECT_GOOD_FOR_MS = 24 * 60 * 60 * 1000,
};

static const char event_type[] = "eacbot_message";

/* How far the look for a row has come. */
struct mark {
	struct mark *next;
	int64_t row;
	char *cursor;
};

struct deliveries {
	struct loop *loop;
	struct slack *slack;
	struct pace *pace;
	struct delivery *paused; /* between two pages */
	struct mark *marks;      /* of looks that go on later */
	bool stopped;
	int64_t ahead_ms;       /* Slack's clock before ours, as the last post showed; 0 until then */
	struct lookup *directs; /* conversations.open: the channel of a person's direct messages */
};

struct delivery {
	struct delivery *next; /* in owner->paused */
	struct deliveries *owner;
	const struct outbox_row *row;
	char channel[24];
	bool plain;     /* without blocks */
	bool brief;     /* and without most of the text */
	bool no_thread; /* it was lost too often; known from the start, so that an earlier try is looked for outside */
	bool called;
	int64_t called_at;     /* boot time */
	int64_t looking_since; /* the same */
	struct loop_timer *pause;
	char *cursor; /* of the page to look through next; NULL: the first */
	delivery_fn *fn;
	void *arg;
};

struct deliveries *deliveries_new(struct loop *loop, struct slack *slack, struct pace *pace)
{
	static const struct lookup_options directs = {.method = "conversations.open",
	                                              .argument = "users",
	                                              .part = "channel",
	                                              .fresh_ms = DIRECT_GOOD_FOR_MS,
	                                              .per_minute = 40,
	                                              .burst = 10};
	struct deliveries *deliveries = mem_alloc(sizeof *deliveries);

	deliveries->loop = loop;
	deliveries->slack = slack;
	deliveries->pace = pace;
	deliveries->directs = lookup_new(loop, slack, &directs);
	return deliveries;
}

static void delivery_free(struct delivery *delivery)
{
	loop_timer_free(delivery->pause);
	free(delivery->cursor);
	free(delivery);
}

void deliveries_free(struct deliveries *deliveries)
{
	if (deliveries == NULL)
		return;
	for (struct delivery *d; (d = deliveries->paused) != NULL;) {
		deliveries->paused = d->next;
		delivery_free(d);
	}
	for (struct mark *m; (m = deliveries->marks) != NULL;) {
		deliveries->marks = m->next;
		free(m->cursor);
		free(m);
	}
	lookup_free(deliveries->directs);
	free(deliveries);
}

static void finish(struct delivery *delivery, const struct delivery_result *result)
{
	delivery->fn(delivery->arg, result);
	delivery_free(delivery);
}

/* --- send --- */

static void send_row(struct delivery *delivery);

static bool is_below(const struct delivery *delivery)
{
	return delivery->row->in_thread && !delivery->no_thread && delivery->row->thread_ts[0] != '\0';
}

static bool again_at_once(struct delivery *delivery, enum verdict verdict)
{
	bool again = false;

	if (verdict == VERDICT_PLAIN && !delivery->plain)
		again = delivery->plain = true;
	if (verdict == VERDICT_BRIEF && !delivery->brief)
		again = delivery->plain = delivery->brief = true;
	return again;
}

/* Buttons go with the blocks: somebody should know. */
static void log_again(const struct delivery *delivery, const struct slack_answer *answer)
{
	log_repair(LOG_ERROR, delivery->row->request, "outbox.reduced", "%s; it is sent again with %s", answer->reason,
	           delivery->brief ? "the beginning of its text alone" : "its text alone");
}

/* What is left of the verdicts that ask for another try, when that has been made. */
static enum verdict final_verdict(const struct delivery *delivery, enum verdict verdict)
{
	if (verdict == VERDICT_NO_THREAD && is_below(delivery))
		return VERDICT_PARENT_GONE;
	if (verdict == VERDICT_OUTSIDE && is_below(delivery))
		return VERDICT_OUTSIDE;
	if (verdict == VERDICT_PLAIN || verdict == VERDICT_BRIEF || verdict == VERDICT_OUTSIDE ||
	    verdict == VERDICT_NO_THREAD)
		return delivery->row->op == OUTBOX_EPHEMERAL ? VERDICT_REDIRECT : VERDICT_UNDELIVERABLE;
	return verdict;
}

/* The ts of a message that was just posted tells what time it is at Slack. */
static void learn_clock(struct deliveries *deliveries, const char *ts)
{
	int64_t at = strtoll(ts, NULL, 10) * 1000;

	if (at > 0)
		deliveries->ahead_ms = at - clock_wall_ms();
}

/* Nothing came although we waited to the end: it is too early to look what became of it. */
static bool is_hung(const struct delivery *delivery, enum verdict verdict)
{
	return verdict == VERDICT_UNSURE && clock_boot_ms() - delivery->called_at >= CALL_TIMEOUT_MS;
}

static void on_sent(void *arg, const struct slack_answer *answer)
{
	struct delivery *delivery = arg;
	const struct outbox_row *row = delivery->row;
	enum verdict verdict = verdict_of(row, answer->code, answer->error);

	if (again_at_once(delivery, verdict)) {
		log_again(delivery, answer);
		send_row(delivery);
		return;
	}
	struct delivery_result result = {.verdict = final_verdict(delivery, verdict),
	                                 .channel = row->op == OUTBOX_EPHEMERAL ? "" : delivery->channel,
	                                 .ts = row->op == OUTBOX_EPHEMERAL ? "" : json_str(answer->body, "ts"),
	                                 .error = answer->error,
	                                 .reason = answer->reason,
	                                 .advice = answer->advice,
	                                 .rest_ms = answer->retry_after_ms,
	                                 .wait_ms = is_hung(delivery, verdict) ? HUNG_MS : 0,
	                                 .called = delivery->called};
	if (row->op == OUTBOX_UPDATE)
		result.ts = row->ts;
	/* Slack may answer with another channel than it was asked for. */
	const char *channel = row->op == OUTBOX_POST ? json_str(answer->body, "channel") : "";
	if (channel[0] != '\0')
		result.channel = channel;
	if (row->op == OUTBOX_POST && verdict == VERDICT_SENT)
		learn_clock(delivery->owner, result.ts);
	finish(delivery, &result);
}

static json_t *metadata_of(const struct outbox_row *row)
{
	return json_pack("{s:s,s:{s:s}}", "event_type", event_type, "event_payload", "key", row->key);
}

static void add_text(json_t *arguments, const struct delivery *delivery)
{
	const char *text = json_str(delivery->row->body, "text");
	AUTO_BUF struct buf brief = {0};

	if (delivery->brief) {
		buf_init(&brief, 16 * BRIEF_CHARS);
		mrkdwn_cut(&brief, text, BRIEF_CHARS);
		text = buf_str(&brief);
	}
	json_set_str(arguments, "text", text);
}

static json_t *arguments_of(const struct delivery *delivery)
{
	const struct outbox_row *row = delivery->row;
	json_t *arguments = json_object();

	json_set_str(arguments, "channel", delivery->channel);
	json_set_str(arguments, "parse", "none"); /* an update's default would look for names and links by itself */
	if (row->op == OUTBOX_UPDATE)
		json_set_str(arguments, "ts", row->ts);
	else if (is_below(delivery))
		json_set_str(arguments, "thread_ts", row->thread_ts);
	if (row->op == OUTBOX_EPHEMERAL)
		json_set_str(arguments, "user", row->user);
	if (row->op == OUTBOX_POST) {
		json_object_set_new(arguments, "metadata", metadata_of(row));
		json_set_bool(arguments, "unfurl_links", false);
		json_set_bool(arguments, "unfurl_media", false);
	}
	add_text(arguments, delivery);
	if (!delivery->plain && json_is_array(json_get(row->body, "blocks")))
		json_object_set_new(arguments, "blocks", json_deep_copy(json_get(row->body, "blocks")));
	return arguments;
}

static void send_row(struct delivery *delivery)
{
	static const char *const methods[] = {[OUTBOX_POST] = "chat.postMessage",
	                                      [OUTBOX_UPDATE] = "chat.update",
	                                      [OUTBOX_EPHEMERAL] = "chat.postEphemeral"};

	delivery->called = true;
	delivery->called_at = clock_boot_ms();
	slack_call(delivery->owner->slack, methods[delivery->row->op], arguments_of(delivery), CALL_TIMEOUT_MS, on_sent,
	           delivery);
}

/* --- look for an earlier try --- */

static bool is_ours(const struct delivery *delivery, const json_t *message)
{
	const struct slack_identity *us = slack_identity(delivery->owner->slack);
	const json_t *metadata = json_get(message, "metadata");

	if (!text_eq(json_str(json_get(metadata, "event_payload"), "key"), delivery->row->key))
		return false;
	/* Metadata can be read, so also copied, by every app of the workspace. */
	return us == NULL || text_eq(json_str(message, "bot_id"), us->bot_id) ||
	       text_eq(json_str(message, "user"), us->bot_user);
}

static const char *find_ours(const struct delivery *delivery, const json_t *messages)
{
	size_t i;
	json_t *message;

	json_array_foreach (messages, i, message)
		if (is_ours(delivery, message))
			return json_str(message, "ts");
	return NULL;
}

/* It stays unsure, or is given up where the bot may read no more. */
static void could_not_look(struct delivery *delivery, const struct slack_answer *answer)
{
	struct delivery_result result = {.verdict = verdict_of_look(answer->code, answer->error),
	                                 .channel = "",
	                                 .ts = "",
	                                 .error = answer->error,
	                                 .reason = answer->reason,
	                                 .advice = answer->advice,
	                                 .wait_ms = answer->retry_after_ms};
	finish(delivery, &result);
}

static void leave(struct delivery *delivery)
{
	finish(delivery,
	       &(struct delivery_result){
	           .verdict = VERDICT_LEFT, .channel = "", .ts = "", .error = "", .reason = "", .advice = ""});
}

static void set_mark(struct delivery *delivery)
{
	struct mark *mark;

	if (delivery->cursor == NULL)
		return;
	mark = mem_alloc(sizeof *mark);
	mark->row = delivery->row->id;
	mark->cursor = delivery->cursor;
	mark->next = delivery->owner->marks;
	delivery->owner->marks = mark;
	delivery->cursor = NULL;
}

static void take_mark(struct delivery *delivery)
{
	for (struct mark **at = &delivery->owner->marks; *at != NULL; at = &(*at)->next) {
		struct mark *mark = *at;
		if (mark->row != delivery->row->id)
			continue;
		*at = mark->next;
		delivery->cursor = mark->cursor;
		free(mark);
		return;
	}
}

static void look_later(struct delivery *delivery, int64_t wait_ms)
{
	const struct slack_answer answer = {.code = ERR_TEMPORARY,
	                                    .error = "",
	                                    .reason = "what was said there could not be read to the end yet",
	                                    .advice = "",
	                                    .retry_after_ms = wait_ms};
	could_not_look(delivery, &answer);
}

static void on_look(void *arg, const struct slack_answer *answer);

/* A time in Slack's words, by Slack's clock. */
static void set_bound(json_t *arguments, const char *name, const struct deliveries *deliveries, int64_t wall_ms)
{
	int64_t at = wall_ms + deliveries->ahead_ms;
	char ts[40];

	snprintf(ts, sizeof ts, "%lld.%03d000", (long long)(at / 1000), (int)(at % 1000));
	json_set_str(arguments, name, ts);
}

/* A thread is short and is read whole; of a channel only what is as old as the tries. */
static void ask_page(struct delivery *delivery)
{
	const struct outbox_row *row = delivery->row;
	json_t *arguments = json_object();

	json_set_str(arguments, "channel", delivery->channel);
	if (is_below(delivery)) {
		json_set_str(arguments, "ts", row->thread_ts);
	} else {
		set_bound(arguments, "oldest", delivery->owner,
		          (row->first_sent_at > 0 ? row->first_sent_at : clock_wall_ms()) - MARGIN_MS);
		if (row->last_sent_at > 0)
			set_bound(arguments, "latest", delivery->owner, row->last_sent_at + MARGIN_MS);
	}
	json_set_int(arguments, "limit", PAGE);
	json_set_bool(arguments, "include_all_metadata", true); /* without it the key is left out */
	json_set_str(arguments, "cursor", delivery->cursor);
	slack_call(delivery->owner->slack, is_below(delivery) ? "conversations.replies" : "conversations.history",
	           arguments, CALL_TIMEOUT_MS, on_look, delivery);
}

static void on_paused(void *arg);

static void pause_look(struct delivery *delivery, int64_t wait_ms)
{
	struct deliveries *owner = delivery->owner;

	if (delivery->pause == NULL)
		delivery->pause = loop_timer_new(owner->loop, on_paused, delivery);
	loop_timer_set(delivery->pause, wait_ms);
	delivery->next = owner->paused;
	owner->paused = delivery;
}

static enum pace_method look_method(const struct delivery *delivery)
{
	return is_below(delivery) ? PACE_REPLIES : PACE_HISTORY;
}

/* The next page, as soon as Slack lets us. */
static void look(struct delivery *delivery)
{
	const struct pace_call call = {.method = look_method(delivery)};
	int64_t now = clock_boot_ms();
	int64_t wait_ms = pace_may(delivery->owner->pace, &call, now) - now;

	if (delivery->owner->stopped) {
		leave(delivery);
	} else if (now - delivery->looking_since > LOOK_MAX_MS || wait_ms > PAUSE_MAX_MS) {
		set_mark(delivery);
		look_later(delivery, wait_ms);
	} else if (wait_ms > 0) {
		pause_look(delivery, wait_ms);
	} else {
		pace_called(delivery->owner->pace, &call, now);
		ask_page(delivery);
	}
}

static void on_paused(void *arg)
{
	struct delivery *delivery = arg;

	for (struct delivery **at = &delivery->owner->paused; *at != NULL; at = &(*at)->next)
		if (*at == delivery) {
			*at = delivery->next;
			break;
		}
	look(delivery);
}

void deliveries_stop(struct deliveries *deliveries)
{
	deliveries->stopped = true;
	for (struct delivery *d; (d = deliveries->paused) != NULL;) {
		deliveries->paused = d->next;
		leave(d);
	}
	lookup_stop(deliveries->directs);
}

static void found(struct delivery *delivery, const char *ts)
{
	struct delivery_result result = {
	    .verdict = VERDICT_SENT, .channel = delivery->channel, .ts = ts, .error = "", .reason = "", .advice = ""};
	finish(delivery, &result);
}

static void on_look(void *arg, const struct slack_answer *answer)
{
	struct delivery *delivery = arg;
	bool gone = answer->code == ERR_NOT_FOUND; /* the thread, or the channel: then it is not there */
	const json_t *messages = json_get(answer->body, "messages");

	if (answer->retry_after_ms > 0) {
		pace_rest_method(delivery->owner->pace, look_method(delivery),
		                 clock_boot_ms() + answer->retry_after_ms);
		look(delivery); /* the same page */
		return;
	}
	if (answer->code != OK && !gone) {
		could_not_look(delivery, answer);
		return;
	}
	if (!gone && !json_is_array(messages)) {
		look_later(delivery, 0);
		return;
	}
	const char *ts = find_ours(delivery, messages);
	if (ts != NULL) {
		found(delivery, ts);
		return;
	}
	const char *cursor = json_str(json_get(answer->body, "response_metadata"), "next_cursor");
	if (gone || (cursor[0] == '\0' && !json_bool(answer->body, "has_more"))) {
		send_row(delivery);
	} else if (cursor[0] == '\0') { /* there is more, and no way to it */
		look_later(delivery, 0);
	} else {
		free(delivery->cursor);
		delivery->cursor = mem_strdup(cursor);
		look(delivery);
	}
}

/* --- where to --- */

static void go(struct delivery *delivery)
{
	if (delivery->row->op != OUTBOX_POST || !delivery->row->was_sending) {
		send_row(delivery);
		return;
	}
	delivery->looking_since = clock_boot_ms();
	take_mark(delivery);
	look(delivery);
}

static void on_direct(void *arg, enum errc code, const char *error, const json_t *value)
{
	struct delivery *delivery = arg;

	if (code == OK && json_str(value, "id")[0] != '\0') {
		text_copy(delivery->channel, sizeof delivery->channel, json_str(value, "id"));
		go(delivery);
		return;
	}
	struct delivery_result result = {.channel = "",
	                                 .ts = "",
	                                 .error = error,
	                                 .reason = "the direct message could not be opened",
	                                 .advice = slack_advice("conversations.open", error)};
	result.verdict = code == ERR_ABORTED ? VERDICT_LEFT
	                 : code == OK || err_is_temporary(code) || text_eq(error, "missing_scope")
	                     ? VERDICT_RETRY
	                     : VERDICT_UNDELIVERABLE;
	/* An earlier try may have arrived: that stays to be looked up. */
	if (result.verdict == VERDICT_RETRY && delivery->row->was_sending)
		result.verdict = VERDICT_UNSURE;
	finish(delivery, &result);
}

void delivery_begin(struct deliveries *deliveries, const struct outbox_row *row, delivery_fn *fn, void *arg)
{
	struct delivery *delivery = mem_alloc(sizeof *delivery);

	delivery->owner = deliveries;
	delivery->row = row;
	delivery->fn = fn;
	delivery->arg = arg;
	delivery->no_thread = row->threads_lost >= THREAD_TRIES;
	if (row->op != OUTBOX_UPDATE && row->conversation[0] == '@') {
		lookup_get(deliveries->directs, row->conversation + 1, false, CALL_TIMEOUT_MS, on_direct, delivery);
		return;
	}
	text_copy(delivery->channel, sizeof delivery->channel,
	          row->op == OUTBOX_UPDATE ? row->channel : row->conversation);
	go(delivery);
}

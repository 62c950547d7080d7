/*
 * app/delivery.c - one outbox row on its way to Slack.
 *
 * Slack has no idempotency key. A post bears a random key in its metadata
 * instead, and one whose outcome is unknown is looked for in its thread or
 * channel, from a minute before the first try, before it is posted again.
 */
#include "bot/app/delivery.h"

#include <stdio.h>
#include <stdlib.h>

#include "bot/app/lookup.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	CALL_TIMEOUT_MS = 15 * 1000,
	LOOK_BACK_MS = 60 * 1000,
	PAGES_MAX = 20,
	THREAD_TRIES = 3,
	DIRECT_GOOD_FOR_MS = 24 * 60 * 60 * 1000,
};

static const char event_type[] = "eacbot_message";

struct deliveries {
	struct slack *slack;
	struct lookup *directs; /* conversations.open: the channel of a person's direct messages */
};

struct delivery {
	struct deliveries *owner;
	const struct outbox_row *row;
	char channel[24];
	bool plain; /* without blocks */
	bool no_thread;
	bool called;
	int pages; /* looked through */
	delivery_fn *fn;
	void *arg;
};

struct deliveries *deliveries_new(struct loop *loop, struct slack *slack)
{
	static const struct lookup_options directs = {
	    .method = "conversations.open", .argument = "users", .part = "channel", .fresh_ms = DIRECT_GOOD_FOR_MS};
	struct deliveries *deliveries = mem_alloc(sizeof *deliveries);

	deliveries->slack = slack;
	deliveries->directs = lookup_new(loop, slack, &directs);
	return deliveries;
}

void deliveries_free(struct deliveries *deliveries)
{
	if (deliveries == NULL)
		return;
	lookup_free(deliveries->directs);
	free(deliveries);
}

static void finish(struct delivery *delivery, const struct delivery_result *result)
{
	delivery->fn(delivery->arg, result);
	free(delivery);
}

/* --- send --- */

static void send_row(struct delivery *delivery);

static bool is_below(const struct delivery *delivery)
{
	return delivery->row->in_thread && !delivery->no_thread && delivery->row->thread_ts[0] != '\0';
}

/* A deleted parent is posted anew; where that does not help either, the words go outside the thread. */
static bool may_get_new_thread(const struct delivery *delivery)
{
	return delivery->row->attempts < THREAD_TRIES;
}

static bool again_at_once(struct delivery *delivery, enum verdict verdict)
{
	bool again = false;

	if (verdict == VERDICT_PLAIN && !delivery->plain)
		again = delivery->plain = true;
	if (verdict == VERDICT_NO_THREAD && is_below(delivery) && !may_get_new_thread(delivery))
		again = delivery->no_thread = true;
	return again;
}

/* What is left of the verdicts that ask for another try, when that has been made. */
static enum verdict final_verdict(const struct delivery *delivery, enum verdict verdict)
{
	if (verdict == VERDICT_NO_THREAD && is_below(delivery))
		return VERDICT_PARENT_GONE;
	if (verdict == VERDICT_PLAIN || verdict == VERDICT_NO_THREAD)
		return delivery->row->op == OUTBOX_EPHEMERAL ? VERDICT_REDIRECT : VERDICT_UNDELIVERABLE;
	return verdict;
}

static void on_sent(void *arg, const struct slack_answer *answer)
{
	struct delivery *delivery = arg;
	const struct outbox_row *row = delivery->row;
	enum verdict verdict = verdict_of(row->op, answer->code, answer->error);

	if (again_at_once(delivery, verdict)) {
		send_row(delivery);
		return;
	}
	struct delivery_result result = {.verdict = final_verdict(delivery, verdict),
	                                 .channel = row->op == OUTBOX_EPHEMERAL ? "" : delivery->channel,
	                                 .ts = row->op == OUTBOX_EPHEMERAL ? "" : json_str(answer->body, "ts"),
	                                 .error = answer->error,
	                                 .reason = answer->reason,
	                                 .rest_ms = answer->retry_after_ms,
	                                 .called = delivery->called};
	if (row->op == OUTBOX_UPDATE)
		result.ts = row->ts;
	/* Slack may answer with another channel than it was asked for. */
	const char *channel = row->op == OUTBOX_POST ? json_str(answer->body, "channel") : "";
	if (channel[0] != '\0')
		result.channel = channel;
	finish(delivery, &result);
}

static json_t *metadata_of(const struct outbox_row *row)
{
	return json_pack("{s:s,s:{s:s}}", "event_type", event_type, "event_payload", "key", row->key);
}

static json_t *arguments_of(const struct delivery *delivery)
{
	const struct outbox_row *row = delivery->row;
	json_t *arguments = json_object();

	json_set_str(arguments, "channel", delivery->channel);
	json_set_str(arguments, "text", json_str(row->body, "text"));
	json_set_str(arguments, "parse", "none"); /* an update's default would look for names and links by itself */
	if (!delivery->plain && json_is_array(json_get(row->body, "blocks")))
		json_object_set_new(arguments, "blocks", json_deep_copy(json_get(row->body, "blocks")));
	if (row->op == OUTBOX_UPDATE) {
		json_set_str(arguments, "ts", row->ts);
		return arguments;
	}
	if (is_below(delivery))
		json_set_str(arguments, "thread_ts", row->thread_ts);
	if (row->op == OUTBOX_EPHEMERAL) {
		json_set_str(arguments, "user", row->user);
		return arguments;
	}
	json_object_set_new(arguments, "metadata", metadata_of(row));
	json_set_bool(arguments, "unfurl_links", false);
	json_set_bool(arguments, "unfurl_media", false);
	return arguments;
}

static void send_row(struct delivery *delivery)
{
	static const char *const methods[] = {[OUTBOX_POST] = "chat.postMessage",
	                                      [OUTBOX_UPDATE] = "chat.update",
	                                      [OUTBOX_EPHEMERAL] = "chat.postEphemeral"};

	delivery->called = true;
	slack_call(delivery->owner->slack, methods[delivery->row->op], arguments_of(delivery), CALL_TIMEOUT_MS, on_sent,
	           delivery);
}

/* --- look for an earlier try --- */

static void look(struct delivery *delivery, const char *cursor);

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

static void could_not_look(struct delivery *delivery, const struct slack_answer *answer)
{
	struct delivery_result result = {.verdict = verdict_of_look(answer->code, answer->error),
	                                 .channel = "",
	                                 .ts = "",
	                                 .error = answer->error,
	                                 .reason = answer->reason,
	                                 .rest_ms = answer->retry_after_ms};
	finish(delivery, &result);
}

static void on_look(void *arg, const struct slack_answer *answer)
{
	struct delivery *delivery = arg;
	bool gone = answer->code == ERR_NOT_FOUND; /* the thread, or the channel: then it is not there */

	if (answer->code != OK && !gone) {
		could_not_look(delivery, answer);
		return;
	}
	const char *ts = find_ours(delivery, json_get(answer->body, "messages"));
	if (ts != NULL) {
		struct delivery_result result = {
		    .verdict = VERDICT_SENT, .channel = delivery->channel, .ts = ts, .error = "", .reason = ""};
		finish(delivery, &result);
		return;
	}
	const char *cursor = json_str(json_get(answer->body, "response_metadata"), "next_cursor");
	if (!gone && cursor[0] != '\0' && ++delivery->pages < PAGES_MAX)
		look(delivery, cursor);
	else
		send_row(delivery);
}

static void look(struct delivery *delivery, const char *cursor)
{
	const struct outbox_row *row = delivery->row;
	int64_t from = (row->first_sent_at > 0 ? row->first_sent_at : clock_wall_ms()) - LOOK_BACK_MS;
	json_t *arguments = json_object();
	char oldest[40];

	snprintf(oldest, sizeof oldest, "%lld.%03d000", (long long)(from / 1000), (int)(from % 1000));
	json_set_str(arguments, "channel", delivery->channel);
	if (is_below(delivery))
		json_set_str(arguments, "ts", row->thread_ts);
	json_set_str(arguments, "oldest", oldest);
	json_set_int(arguments, "limit", 200);
	json_set_bool(arguments, "include_all_metadata", true);
	json_set_str(arguments, "cursor", cursor);
	slack_call(delivery->owner->slack, is_below(delivery) ? "conversations.replies" : "conversations.history",
	           arguments, CALL_TIMEOUT_MS, on_look, delivery);
}

/* --- where to --- */

static void go(struct delivery *delivery)
{
	if (delivery->row->op == OUTBOX_POST && delivery->row->was_sending)
		look(delivery, NULL);
	else
		send_row(delivery);
}

static void on_direct(void *arg, enum errc code, const char *error, const json_t *value)
{
	struct delivery *delivery = arg;

	if (code == OK && json_str(value, "id")[0] != '\0') {
		text_copy(delivery->channel, sizeof delivery->channel, json_str(value, "id"));
		go(delivery);
		return;
	}
	struct delivery_result result = {
	    .channel = "", .ts = "", .error = error, .reason = "the direct message could not be opened"};
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
	if (row->op != OUTBOX_UPDATE && row->conversation[0] == '@') {
		lookup_get(deliveries->directs, row->conversation + 1, false, CALL_TIMEOUT_MS, on_direct, delivery);
		return;
	}
	text_copy(delivery->channel, sizeof delivery->channel,
	          row->op == OUTBOX_UPDATE ? row->channel : row->conversation);
	go(delivery);
}

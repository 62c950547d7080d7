/*
 * app/reconcile.c - after a time without a connection: what was missed is found, and what Slack shows is put right.
 *
 * One pass is a list of places, taken one after the other: read (page by page),
 * mend (mend.c, one job), feed what was typed (dispatch.c, one by one), next.
 * How far back to look is the setting "heard_until": the last time at which
 * everything that happened had come to us, or was found by a finished pass.
 */
#include "bot/app/reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/mend.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	CALL_TIMEOUT_MS = 15 * 1000,
	PAGE = 200,
	PAGES_MAX = 5,
	TRIES_MAX = 3,
	TRY_AGAIN_MS = 5 * 1000,
	/* The whole pass again, for places that could not be read: ever later, for half an hour in all. */
	REPEATS_MAX = 9,
	REPEAT_MS = 5 * 1000,
	REPEAT_MAX_MS = 10 * 60 * 1000,
	/* Slack allows 50 calls a minute; the outbox reads too. */
	BURST = 4,
	PACE_MS = 3 * 1000,
	SECOND_LOOK_MS = 12 * 1000,
	HEARD_EVERY_MS = 60 * 1000,
	GHOSTS_EVERY_MS = 10 * 60 * 1000,
	MARGIN_MS = 10 * 60 * 1000, /* Slack's own retries end after six minutes */
	CHANNELS_WAITING_MAX = 8,
	BACK_MAX_MS = 20 * 60 * 60 * 1000 /* the inbox remembers for a day what was done */
};

static const char heard_key[] = "heard_until";

struct reconcile {
	struct reconcile_options options;
	struct loop_timer *timer; /* the next call of a pass */
	struct loop_timer *heard; /* now and then */
	bool running;
	bool stopped;
	bool blind_told;                         /* that a scope is missing */
	bool quiet;                              /* a pass of habit: told only if it found something */
	char reopened[CHANNELS_WAITING_MAX][24]; /* channels that want a pass of their own */
	size_t reopened_count;
	/* the pass */
	char channel[24];  /* only there; "": everywhere */
	int64_t gap_since; /* wall ms; since then nothing could come. INT64_MAX: not known */
	int64_t next_gap;  /* of the pass that has to follow; 0: none */
	int64_t begun;     /* wall ms */
	int64_t ended;     /* boot ms, of the last one; 0: none yet */
	int64_t floor;
	char floor_ts[32];
	struct mend_place *places;
	size_t count, at;
	unsigned mended, found;
	unsigned unread;  /* places that could not be read for now */
	unsigned repeats; /* passes in a row that left some; >0 and not running: the next one waits for its time */
	/* the place in hand */
	json_t *messages; /* read so far; NULL: can't be read */
	char cursor[200];
	unsigned pages, tries;
	bool parent_gone;
	int64_t read_since; /* wall ms */
	struct mend_result result;
	size_t feeding; /* index into messages */
	/* the pace */
	int64_t allowed_at; /* boot ms at which one more is */
};

static void on_timer(void *arg);
static void on_heard_timer(void *arg);
static void next_place(struct reconcile *r);

struct reconcile *reconcile_new(const struct reconcile_options *options)
{
	struct reconcile *r = mem_alloc(sizeof *r);

	r->options = *options;
	r->gap_since = INT64_MAX;
	r->timer = loop_timer_new(options->loop, on_timer, r);
	r->heard = loop_timer_new(options->loop, on_heard_timer, r);
	return r;
}

void reconcile_free(struct reconcile *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	loop_timer_free(r->heard);
	json_decref(r->messages);
	free(r->places);
	free(r);
}

void reconcile_stop(struct reconcile *r)
{
	r->stopped = true;
	loop_timer_set(r->timer, -1);
	loop_timer_set(r->heard, -1);
}

static const struct mend_place *place_of(const struct reconcile *r)
{
	return &r->places[r->at];
}

/* --- the beginning and the end of a pass --- */

/* Never heard anything: this is the first run, and there is nothing to find. */
static enum errc read_floor(struct reconcile *r, struct tx *tx)
{
	char text[32] = "";
	int64_t now = clock_wall_ms(), heard = now;
	enum errc rc = store_setting_get(tx, heard_key, text, sizeof text);

	if (rc != OK && rc != ERR_NOT_FOUND)
		return rc;
	if (rc == OK)
		heard = strtoll(text, NULL, 10);
	if (r->gap_since < heard)
		heard = r->gap_since;
	r->floor = rc == OK ? heard - MARGIN_MS : now;
	/* or the clock has been set back since, and it is not known since when to look */
	if (r->floor < now - BACK_MAX_MS || heard > now)
		r->floor = now - BACK_MAX_MS;
	return OK;
}

static enum errc plan_job(struct tx *tx, void *arg)
{
	struct reconcile *r = arg;
	enum errc rc = read_floor(r, tx);

	if (rc != OK)
		return rc;
	return mend_plan(tx, r->channel[0] != '\0' ? r->channel : NULL, r->floor, clock_wall_ms(), &r->places,
	                 &r->count);
}

static void on_plan(void *arg, enum errc code)
{
	struct reconcile *r = arg;

	if (r->stopped)
		return;
	if (code != OK) {
		loop_timer_set(r->timer, TRY_AGAIN_MS);
		return;
	}
	mend_ts(r->floor, r->floor_ts);
	log_event(LOG_DEBUG, "reconcile.begun", "%zu places to look at", r->count);
	next_place(r);
}

static void plan(struct reconcile *r)
{
	free(r->places);
	r->places = NULL;
	r->count = r->at = 0;
	r->mended = r->found = r->unread = 0;
	r->running = true;
	r->begun = clock_wall_ms();
	store_submit(r->options.store, plan_job, on_plan, r);
}

static void start(struct reconcile *r)
{
	r->channel[0] = '\0';
	plan(r);
}

static void start_reopened(struct reconcile *r)
{
	text_copy(r->channel, sizeof r->channel, r->reopened[--r->reopened_count]);
	r->quiet = false;
	plan(r);
}

static bool is_listed(const struct reconcile *r, const char *channel)
{
	for (size_t i = 0; i < r->reopened_count; i++)
		if (text_eq(r->reopened[i], channel))
			return true;
	return false;
}

void reconcile_channel(struct reconcile *r, const char *channel)
{
	if (r->stopped || is_listed(r, channel))
		return;
	if (r->reopened_count == CHANNELS_WAITING_MAX) {
		reconcile_begin(r, 0);
		return;
	}
	text_copy(r->reopened[r->reopened_count++], sizeof *r->reopened, channel);
	if (!r->running)
		start_reopened(r);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void reconcile_begin(struct reconcile *r, int64_t gap_ms)
{
	int64_t since = gap_ms > 0 ? clock_wall_ms() - gap_ms : INT64_MAX;

	if (r->stopped)
		return;
	if (r->running) {
		r->next_gap = r->next_gap != 0 ? sooner(r->next_gap, since) : since;
		return;
	}
	r->gap_since = r->repeats > 0 ? sooner(r->gap_since, since) : since;
	r->quiet = false;
	start(r);
}

static enum errc heard_job(struct tx *tx, void *arg)
{
	struct reconcile *r = arg;
	char text[32];

	snprintf(text, sizeof text, "%lld", (long long)r->begun);
	return store_setting_set(tx, heard_key, text);
}

/* What a store that fails does not write only means to look back further the next time. */
static void on_heard(void *arg, enum errc code)
{
	struct reconcile *r = arg;

	(void)code;
	r->running = false;
	if (r->stopped)
		return;
	loop_timer_set(r->heard, HEARD_EVERY_MS);
	if (r->next_gap != 0) {
		r->gap_since = r->next_gap;
		r->next_gap = 0;
		r->quiet = false;
		start(r);
	} else if (r->reopened_count > 0) {
		start_reopened(r);
	}
}

/* "heard_until" stays where it is, for what was typed in those places was not found. */
static void repeat_later(struct reconcile *r)
{
	int64_t wait = (int64_t)REPEAT_MS << r->repeats++;

	r->running = false;
	r->gap_since = r->next_gap != 0 ? sooner(r->gap_since, r->next_gap) : r->gap_since;
	loop_timer_set(r->heard, r->next_gap != 0 ? 0 : wait < REPEAT_MAX_MS ? wait : REPEAT_MAX_MS);
	r->next_gap = 0;
}

static void finish(struct reconcile *r)
{
	if (r->count > 0)
		log_event(r->quiet && r->mended + r->found == 0 ? LOG_DEBUG : LOG_INFO, "reconcile.done",
		          "%zu places in Slack were looked at: %u messages are put right, %u things that were typed in "
		          "the meantime were found",
		          r->count, r->mended, r->found);
	r->ended = clock_boot_ms();
	if (r->unread > 0 && r->repeats < REPEATS_MAX) {
		repeat_later(r);
		return;
	}
	if (r->unread > 0)
		log_event(
		    LOG_WARNING, "reconcile.lost",
		    "%u places could not be read: what was typed there without a connection has to be typed again",
		    r->unread);
	r->repeats = 0;
	if (r->channel[0] != '\0')
		on_heard(r, OK); /* of one channel only: nothing is noted */
	else
		store_submit(r->options.store, heard_job, on_heard, r);
}

/* Everything comes to us: that is noted. With ghosts about it does not: look for what they swallow. */
static void on_heard_timer(void *arg)
{
	struct reconcile *r = arg;
	struct slack_figures figures;

	slack_get_figures(r->options.slack, &figures);
	loop_timer_set(r->heard, HEARD_EVERY_MS);
	if (r->running || figures.live == 0)
		return;
	if (r->repeats > 0) {
		r->quiet = true;
		start(r);
		return;
	}
	if (figures.ghosts == 0) {
		r->running = true;
		r->begun = clock_wall_ms();
		store_submit(r->options.store, heard_job, on_heard, r);
	} else if (clock_boot_ms() - r->ended >= GHOSTS_EVERY_MS) {
		reconcile_begin(r, 0);
		r->quiet = true;
	}
}

/* --- what was typed --- */

static bool mentions(const char *text, const char *bot_user)
{
	size_t len = strlen(bot_user);

	for (const char *at = text; (at = strstr(at, "<@")) != NULL; at += 2)
		if (strncmp(at + 2, bot_user, len) == 0 && (at[2 + len] == '>' || at[2 + len] == '|'))
			return true;
	return false;
}

/* Is it for us, and new enough? Whether it came already is known by the inbox. */
static bool is_for_us(const struct reconcile *r, const json_t *message, const struct slack_identity *us)
{
	bool direct = place_of(r)->channel[0] == 'D';

	if (mend_ts_compare(json_str(message, "ts"), r->floor_ts) < 0 || json_str(message, "bot_id")[0] != '\0')
		return false;
	return direct || mentions(json_str(message, "text"), us->bot_user);
}

static bool is_typed(const char *subtype)
{
	return text_eq(subtype, "thread_broadcast") || text_eq(subtype, "file_share");
}

/* The event that Slack would have sent. */
static json_t *as_event(const struct reconcile *r, const json_t *message, const struct slack_identity *us)
{
	bool direct = place_of(r)->channel[0] == 'D';
	json_t *event = json_deep_copy(message);

	json_object_del(event, "blocks");
	if (is_typed(json_str(message, "subtype")))
		json_object_del(event, "subtype"); /* the event of a mention bears none */
	json_set_str(event, "type", direct ? "message" : "app_mention");
	json_set_str(event, "channel", place_of(r)->channel);
	json_set_str(event, "event_ts", json_str(message, "ts"));
	if (direct)
		json_set_str(event, "channel_type", "im");
	return json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:o}}", "envelope_id", "", "type", "events_api", "payload", "team_id",
	                 us->team, "enterprise_id", us->enterprise, "api_app_id", us->app_id, "event", event);
}

static void feed(struct reconcile *r);

static void on_fed(void *arg, bool acted)
{
	struct reconcile *r = arg;

	if (acted) {
		r->found++;
		log_event(LOG_INFO, "reconcile.found", "something typed in %s came without its event",
		          place_of(r)->channel);
	}
	if (!r->stopped)
		feed(r);
}

/* False: it is no deed after all. */
static bool feed_one(struct reconcile *r, const json_t *message, const struct slack_identity *us)
{
	json_t *event = as_event(r, message, us);
	AUTO_FREE char *text = json_text(event);
	struct envelope e;
	bool begun = false;

	json_decref(event);
	if (envelope_parse(&e, text, strlen(text), NULL) != OK)
		return false;
	begun = dispatch_found(r->options.dispatch, &e, on_fed, r);
	envelope_done(&e);
	return begun;
}

/* One after the other: who typed `approve` and then `confirm` meant them in that order. */
static void feed(struct reconcile *r)
{
	const struct slack_identity *us = slack_identity(r->options.slack);
	size_t count = us != NULL ? json_array_size(r->messages) : 0;

	while (r->feeding < count) {
		const json_t *message = json_array_get(r->messages, r->feeding++);
		if (is_for_us(r, message, us) && feed_one(r, message, us))
			return;
	}
	r->at++;
	next_place(r);
}

/* --- putting right --- */

static enum errc mend_job(struct tx *tx, void *arg)
{
	struct reconcile *r = arg;
	const struct mend_sight sight = {.messages = r->messages,
	                                 .parent_gone = r->parent_gone,
	                                 .was_shut = r->channel[0] != '\0' && !place_of(r)->second,
	                                 .began = r->read_since};

	r->result = (struct mend_result){0};
	if (place_of(r)->request == 0)
		return OK;
	return mend_place(r->options.commands, tx, place_of(r), &sight, clock_wall_ms(), &r->result);
}

/* What changed while we read is looked at once more, at the end. */
static void look_again_later(struct reconcile *r)
{
	struct mend_place place = *place_of(r);

	if (place.second)
		return;
	place.second = true;
	place.not_before = clock_wall_ms() + SECOND_LOOK_MS;
	r->places = mem_grow(r->places, r->count + 1, sizeof *r->places);
	r->places[r->count++] = place;
}

static void on_mended(void *arg, enum errc code)
{
	struct reconcile *r = arg;

	if (r->stopped)
		return;
	if (code == OK) {
		r->mended += r->result.mended;
		if (r->result.young)
			look_again_later(r);
		if (r->result.mended > 0)
			r->options.committed(r->options.arg);
	}
	feed(r);
}

static bool is_earlier(const json_t *messages)
{
	return mend_ts_compare(json_str(json_array_get(messages, 0), "ts"),
	                       json_str(json_array_get(messages, json_array_size(messages) - 1), "ts")) <= 0;
}

/* A channel's history comes newest first. */
static void put_in_order(json_t *messages)
{
	if (json_array_size(messages) < 2 || is_earlier(messages))
		return;
	for (size_t i = 0, n = json_array_size(messages); i < n; i++) {
		json_t *message = json_incref(json_array_get(messages, n - 1));
		json_array_remove(messages, n - 1);
		json_array_insert_new(messages, i, message);
	}
}

static void place_is_read(struct reconcile *r)
{
	put_in_order(r->messages);
	r->feeding = 0;
	store_submit(r->options.store, mend_job, on_mended, r);
}

/* --- reading --- */

static void skip_place(struct reconcile *r)
{
	r->at++;
	next_place(r);
}

static void go_blind(struct reconcile *r, const struct slack_answer *answer)
{
	json_decref(r->messages);
	r->messages = NULL;
	if (!r->blind_told)
		log_event(
		    LOG_WARNING, "reconcile.blind",
		    "what was typed while there was no connection can't be looked up (%s): messages are sent again "
		    "as they should stand, the rest has to be typed again",
		    answer->reason);
	r->blind_told = true;
	place_is_read(r);
}

static void on_failure(struct reconcile *r, const struct slack_answer *answer)
{
	if (answer->code == ERR_ABORTED)
		return;
	if (text_eq(answer->error, "missing_scope")) {
		go_blind(r, answer);
	} else if (text_eq(answer->error, "thread_not_found")) {
		r->parent_gone = true;
		json_decref(r->messages);
		r->messages = NULL;
		place_is_read(r);
	} else if (answer->retry_after_ms > 0) {
		loop_timer_set(r->timer, answer->retry_after_ms);
	} else if (answer->code == ERR_TEMPORARY && ++r->tries < TRIES_MAX) {
		loop_timer_set(r->timer, TRY_AGAIN_MS * r->tries);
	} else {
		log_event(LOG_INFO, "reconcile.skipped", "%s could not be read: %s", place_of(r)->channel,
		          answer->reason);
		r->unread += err_is_temporary(answer->code);
		skip_place(r);
	}
}

/* What is left of a deleted message that had replies. */
static bool is_tombstone(const json_t *message)
{
	return text_eq(json_str(message, "subtype"), "tombstone");
}

static void take_page(struct reconcile *r, const json_t *body)
{
	const json_t *messages = json_get(body, "messages");
	json_t *copy = json_deep_copy(messages);

	if (r->pages++ == 0 && place_of(r)->thread_ts[0] != '\0' && is_tombstone(json_array_get(messages, 0)))
		r->parent_gone = true;
	json_array_extend(r->messages, copy);
	json_decref(copy);
	text_copy(r->cursor, sizeof r->cursor, json_str(json_get(body, "response_metadata"), "next_cursor"));
}

static void on_read(void *arg, const struct slack_answer *answer)
{
	struct reconcile *r = arg;

	if (r->stopped)
		return;
	if (answer->code != OK) {
		on_failure(r, answer);
		return;
	}
	take_page(r, answer->body);
	if (r->cursor[0] != '\0' && r->pages < PAGES_MAX) {
		loop_timer_set(r->timer, 0);
		return;
	}
	if (r->cursor[0] != '\0')
		log_event(LOG_INFO, "reconcile.cut", "only %d messages of %s were read", PAGES_MAX * PAGE,
		          place_of(r)->channel);
	place_is_read(r);
}

/* Milliseconds until a call may be made; 0: it may, and is counted. */
static int64_t take_turn(struct reconcile *r)
{
	int64_t now = clock_boot_ms();

	if (r->allowed_at == 0 || now >= r->allowed_at + BURST * PACE_MS)
		r->allowed_at = now - BURST * PACE_MS;
	if (now < r->allowed_at + PACE_MS)
		return r->allowed_at + PACE_MS - now;
	r->allowed_at += PACE_MS;
	return 0;
}

static void read_on(struct reconcile *r)
{
	const struct mend_place *place = place_of(r);
	bool thread = place->thread_ts[0] != '\0';
	json_t *arguments =
	    json_pack("{s:s,s:i,s:b}", "channel", place->channel, "limit", PAGE, "include_all_metadata", 1);

	if (r->pages == 0)
		r->read_since = clock_wall_ms();
	if (thread)
		json_set_str(arguments, "ts", place->thread_ts);
	if (!thread) {
		json_set_str(arguments, "oldest", place->oldest);
		json_set_bool(arguments, "inclusive", true);
	}
	if (r->cursor[0] != '\0')
		json_set_str(arguments, "cursor", r->cursor);
	slack_call(r->options.slack, thread ? "conversations.replies" : "conversations.history", arguments,
	           CALL_TIMEOUT_MS, on_read, r);
}

/* The plan, which the store did not make, or the next page. */
static void on_timer(void *arg)
{
	struct reconcile *r = arg;
	int64_t wait;

	if (r->places == NULL) {
		plan(r);
		return;
	}
	wait = place_of(r)->not_before - clock_wall_ms();
	if (wait <= 0 || wait > SECOND_LOOK_MS) /* the clock was set back */
		wait = take_turn(r);
	if (wait > 0)
		loop_timer_set(r->timer, wait);
	else
		read_on(r);
}

static void next_place(struct reconcile *r)
{
	json_decref(r->messages);
	r->messages = json_array();
	r->cursor[0] = '\0';
	r->pages = r->tries = 0;
	r->parent_gone = false;
	if (r->stopped)
		return;
	if (r->at < r->count)
		loop_timer_set(r->timer, 0);
	else
		finish(r);
}

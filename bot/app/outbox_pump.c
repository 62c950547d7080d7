/*
 * app/outbox_pump.c - carries outbox rows to Slack, in order per conversation and within its limits.
 *
 * A row on its way is a `parcel`. The store chooses which rows may leave; here
 * is said which conversations rest (pace.c) or are occupied. A claimed row
 * whose method has to rest goes back to wait, so that it can still be overtaken
 * by newer words for the same message.
 */
#include "bot/app/outbox_pump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/delivery.h"
#include "bot/app/pace.h"
#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	CLAIM_MAX = 16,
	PARCELS_MAX = 48,
	POLL_MS = 2000,       /* while rows wait for what only the store knows (a parent, an unsure outcome) */
	UNSURE_MS = 2000,     /* Slack needs a moment until a message can be read back */
	STORE_REST_MS = 5000, /* after a failed commit */
};

struct parcel {
	struct parcel *next;
	struct outbox_pump *pump;
	struct outbox_row row;
	/* the outcome, for the job */
	enum verdict verdict;
	int64_t at; /* RETRY, UNSURE: wall time of the next try */
	char channel[24];
	char ts[32];
	char error[200]; /* why not, for a person */
};

/* Conversations, copied. */
struct names {
	char (*text)[64];
	const char **list;
	size_t count, cap;
};

/* The question to the store, with copies of all it needs. */
struct claim {
	struct outbox_pump *pump;
	struct outbox_claim what;
	struct names skip, resting;
	int64_t busy[PARCELS_MAX];
	struct outbox_row rows[CLAIM_MAX];
	size_t max, count;
	int64_t pending, next;
};

struct outbox_pump {
	struct outbox_pump_options options;
	struct deliveries *deliveries;
	struct pace *pace;
	struct loop_timer *timer;
	struct parcel *parcels;
	unsigned busy;
	int64_t waiting;
	bool kicked;   /* a look is deferred to this turn's end */
	bool claiming; /* a claim is with the store */
	bool again;
	bool stopped;
};

static void on_timer(void *arg);

struct outbox_pump *outbox_pump_new(const struct outbox_pump_options *options)
{
	struct outbox_pump *pump = mem_alloc(sizeof *pump);

	pump->options = *options;
	pump->pace = pace_new(options->posts_per_second);
	pump->deliveries = deliveries_new(options->loop, options->slack, pump->pace);
	pump->timer = loop_timer_new(options->loop, on_timer, pump);
	return pump;
}

static void parcel_free(struct parcel *parcel)
{
	struct outbox_pump *pump = parcel->pump;

	for (struct parcel **at = &pump->parcels; *at != NULL; at = &(*at)->next)
		if (*at == parcel) {
			*at = parcel->next;
			break;
		}
	pump->busy--;
	outbox_row_done(&parcel->row);
	free(parcel);
}

void outbox_pump_free(struct outbox_pump *pump)
{
	if (pump == NULL)
		return;
	while (pump->parcels != NULL)
		parcel_free(pump->parcels);
	deliveries_free(pump->deliveries);
	pace_free(pump->pace);
	loop_timer_free(pump->timer);
	free(pump);
}

unsigned outbox_pump_busy(const struct outbox_pump *pump)
{
	return pump->busy;
}

int64_t outbox_pump_waiting(const struct outbox_pump *pump)
{
	return pump->waiting;
}

void outbox_pump_stop(struct outbox_pump *pump)
{
	pump->stopped = true;
	loop_timer_set(pump->timer, -1);
	deliveries_stop(pump->deliveries);
}

/* --- the outcome --- */

static enum errc give_up(struct parcel *parcel, struct tx *tx)
{
	enum errc rc =
	    commands_undeliverable(parcel->pump->options.commands, tx, &parcel->row, parcel->error, clock_wall_ms());
	return rc == OK ? outbox_drop(tx, parcel->row.id) : rc;
}

/* The reply waits, and goes into the thread of the new parent. */
static enum errc renew_parent(struct parcel *parcel, struct tx *tx)
{
	struct commands *commands = parcel->pump->options.commands;
	enum errc rc = outbox_thread_lost(tx, parcel->row.id, parcel->at);

	if (rc == OK)
		rc = outbox_parent_gone(tx, parcel->row.request, parcel->row.thread_ts);
	return rc == OK ? commands_parent(commands, tx, parcel->row.request, clock_wall_ms()) : rc;
}

static enum errc outcome_job(struct tx *tx, void *arg)
{
	struct parcel *parcel = arg;
	int64_t id = parcel->row.id;
	char direct[32];

	switch (parcel->verdict) {
	case VERDICT_SENT: return outbox_sent(tx, id, parcel->channel, parcel->ts);
	case VERDICT_RETRY: return outbox_retry(tx, id, parcel->at);
	case VERDICT_UNSURE: return outbox_unsure(tx, id, parcel->at);
	case VERDICT_REPOST: return outbox_repost(tx, id);
	case VERDICT_PARENT_GONE: return renew_parent(parcel, tx);
	case VERDICT_OUTSIDE: return outbox_thread_lost(tx, id, parcel->at);
	case VERDICT_NEEDLESS: return outbox_drop(tx, id);
	case VERDICT_REDIRECT:
		snprintf(direct, sizeof direct, "@%s", parcel->row.user);
		return outbox_redirect(tx, id, direct);
	case VERDICT_UNDELIVERABLE: return give_up(parcel, tx);
	case VERDICT_PLAIN:
	case VERDICT_BRIEF:
	case VERDICT_NO_THREAD:
	case VERDICT_LEFT: break;
	}
	return OK;
}

static void on_outcome(void *arg, enum errc code)
{
	struct parcel *parcel = arg;
	struct outbox_pump *pump = parcel->pump;
	bool moved = parcel->verdict == VERDICT_UNDELIVERABLE;

	if (code != OK) { /* the row is still `sending`: it is looked up, and told again */
		log_repair(LOG_WARNING, parcel->row.request, "outbox.unwritten",
		           "what became of a message could not be written: %s", err_sentence(code));
		pace_rest(pump->pace, parcel->row.conversation, clock_boot_ms() + STORE_REST_MS);
	}
	parcel_free(parcel);
	outbox_pump_kick(pump);
	if (code == OK && moved)
		pump->options.committed(pump->options.arg);
}

static void log_trouble(const struct parcel *parcel, const struct delivery_result *result)
{
	static const char *const ops[] = {
	    [OUTBOX_POST] = "a message", [OUTBOX_UPDATE] = "an update", [OUTBOX_EPHEMERAL] = "a private message"};
	static const char *const ends[] = {[VERDICT_SENT] = "sent",
	                                   [VERDICT_RETRY] = "it is sent again",
	                                   [VERDICT_UNSURE] = "it is looked up, then sent again",
	                                   [VERDICT_PARENT_GONE] = "the parent message is posted anew first",
	                                   [VERDICT_OUTSIDE] = "it is sent again, in the end outside the thread",
	                                   [VERDICT_NEEDLESS] = "it is left out",
	                                   [VERDICT_REPOST] = "it is posted anew",
	                                   [VERDICT_REDIRECT] = "it goes as a direct message",
	                                   [VERDICT_UNDELIVERABLE] = "it can't be delivered"};
	bool bad = result->verdict == VERDICT_UNDELIVERABLE;
	const char *word = strstr(result->reason, result->error) == NULL ? result->error : "";

	if (result->verdict == VERDICT_SENT)
		return;
	log_repair(bad ? LOG_ERROR : LOG_WARNING, parcel->row.request, "outbox.trouble",
	           "%s to %s was not taken: %s%s%s; %s", ops[parcel->row.op], parcel->row.conversation, result->reason,
	           word[0] != '\0' ? ", " : "", word, ends[result->verdict] != NULL ? ends[result->verdict] : "");
}

static enum pace_method method_of(enum outbox_op op)
{
	static const enum pace_method methods[] = {
	    [OUTBOX_POST] = PACE_POST, [OUTBOX_UPDATE] = PACE_UPDATE, [OUTBOX_EPHEMERAL] = PACE_EPHEMERAL};
	return methods[op];
}

static void keep_pace(struct parcel *parcel, const struct delivery_result *result)
{
	struct pace *pace = parcel->pump->pace;
	int64_t now = clock_boot_ms();

	if (result->called && parcel->row.op == OUTBOX_POST)
		pace_posted(pace, parcel->row.conversation, now);
	if (result->rest_ms > 0 && parcel->row.op == OUTBOX_POST)
		pace_post_refused(pace, parcel->row.conversation, now, now + result->rest_ms);
	else if (result->rest_ms > 0)
		pace_rest_method(pace, method_of(parcel->row.op), now + result->rest_ms);
}

static void on_delivered(void *arg, const struct delivery_result *result)
{
	struct parcel *parcel = arg;
	int64_t wait = result->rest_ms > 0   ? result->rest_ms
	               : result->wait_ms > 0 ? result->wait_ms
	                                     : verdict_back_off_ms(parcel->row.attempts);

	if (result->verdict == VERDICT_LEFT) {
		parcel_free(parcel);
		return;
	}
	keep_pace(parcel, result);
	log_trouble(parcel, result);
	if (result->verdict == VERDICT_UNSURE && wait < UNSURE_MS)
		wait = UNSURE_MS;
	parcel->verdict = result->verdict;
	parcel->at = clock_wall_ms() + wait;
	text_copy(parcel->channel, sizeof parcel->channel, result->channel);
	text_copy(parcel->ts, sizeof parcel->ts, result->ts);
	snprintf(parcel->error, sizeof parcel->error, "%s%s%s", result->error, result->advice[0] != '\0' ? ": " : "",
	         result->advice);
	store_submit(parcel->pump->options.store, outcome_job, on_outcome, parcel);
}

/* --- sending what was claimed --- */

/* How long the row has to wait for its method; an update also for its own message. */
static int64_t hold_ms(struct parcel *parcel, int64_t now)
{
	const struct outbox_row *row = &parcel->row;
	char name[64];

	snprintf(name, sizeof name, "%s/%s", row->channel, row->ts);
	const struct pace_call call = {.method = method_of(row->op),
	                               .urgent = row->priority == OUTBOX_DECISION,
	                               .message = row->op == OUTBOX_UPDATE ? name : NULL};
	int64_t wait = pace_may(parcel->pump->pace, &call, now) - now;
	if (wait <= 0)
		pace_called(parcel->pump->pace, &call, now);
	return wait;
}

/* Takes the row. */
static void send_parcel(struct outbox_pump *pump, struct outbox_row *row)
{
	struct parcel *parcel = mem_alloc(sizeof *parcel);

	parcel->pump = pump;
	parcel->row = *row;
	*row = (struct outbox_row){0};
	parcel->next = pump->parcels;
	pump->parcels = parcel;
	pump->busy++;
	int64_t wait = hold_ms(parcel, clock_boot_ms());
	if (wait > 0) {
		/* what an earlier try did stays to be looked up */
		parcel->verdict =
		    parcel->row.op == OUTBOX_POST && parcel->row.was_sending ? VERDICT_UNSURE : VERDICT_RETRY;
		parcel->at = clock_wall_ms() + wait;
		store_submit(pump->options.store, outcome_job, on_outcome, parcel);
		return;
	}
	delivery_begin(pump->deliveries, &parcel->row, on_delivered, parcel);
}

/* --- claiming --- */

static enum errc claim_job(struct tx *tx, void *arg)
{
	struct claim *claim = arg;
	enum errc rc;

	claim->what.now = clock_wall_ms();
	rc = outbox_claim(tx, &claim->what, claim->rows, claim->max, &claim->count);
	if (rc == OK)
		rc = outbox_pending(tx, &claim->pending);
	return rc == OK ? outbox_next(tx, &claim->next) : rc;
}

static void add_name(struct names *names, const char *conversation)
{
	if (names->count == names->cap) {
		names->cap = names->cap == 0 ? 16 : 2 * names->cap;
		names->text = mem_grow(names->text, names->cap, sizeof *names->text);
	}
	text_copy(names->text[names->count++], sizeof *names->text, conversation);
}

/* When no more are added, for their place changes. */
static const char *const *list_of(struct names *names)
{
	names->list = mem_array(names->count + 1, sizeof *names->list);
	for (size_t i = 0; i < names->count; i++)
		names->list[i] = names->text[i];
	return names->list;
}

static void names_done(struct names *names)
{
	free(names->text);
	free(names->list);
}

static void add_resting(void *arg, const char *conversation, bool altogether)
{
	struct claim *claim = arg;
	add_name(altogether ? &claim->skip : &claim->resting, conversation);
}

static const struct pace_call any_post = {.method = PACE_POST};
static const struct pace_call urgent_update = {.method = PACE_UPDATE, .urgent = true};
static const struct pace_call polish = {.method = PACE_UPDATE};

static int64_t room_in_ms(const struct outbox_pump *pump, const struct pace_call *call)
{
	int64_t now = clock_boot_ms();
	return pace_may(pump->pace, call, now) - now;
}

static struct claim *claim_new(struct outbox_pump *pump)
{
	struct claim *claim = mem_alloc(sizeof *claim);
	size_t busy = 0;

	claim->pump = pump;
	pace_each_resting(pump->pace, clock_boot_ms(), add_resting, claim);
	for (const struct parcel *p = pump->parcels; p != NULL; p = p->next) {
		claim->busy[busy++] = p->row.id;
		add_name(&claim->skip, p->row.conversation);
	}
	claim->what = (struct outbox_claim){.skip = list_of(&claim->skip),
	                                    .skip_count = claim->skip.count,
	                                    .resting = list_of(&claim->resting),
	                                    .resting_count = claim->resting.count,
	                                    .no_posts = room_in_ms(pump, &any_post) > 0,
	                                    .no_updates = room_in_ms(pump, &urgent_update) > 0,
	                                    .no_polish = room_in_ms(pump, &polish) > 0,
	                                    .busy = claim->busy,
	                                    .busy_count = busy};
	claim->max = PARCELS_MAX - busy < CLAIM_MAX ? PARCELS_MAX - busy : CLAIM_MAX;
	return claim;
}

static void claim_free(struct claim *claim)
{
	for (size_t i = 0; i < claim->count; i++)
		outbox_row_done(&claim->rows[i]);
	names_done(&claim->skip);
	names_done(&claim->resting);
	free(claim);
}

static int64_t sooner(int64_t in_ms, int64_t other)
{
	return other > 0 && other < in_ms ? other : in_ms;
}

/* Looks again when a conversation or a method has rested, a row's time has come, or, for all that only the store knows, soon. */
static void set_timer(struct outbox_pump *pump, int64_t next)
{
	int64_t rested = pace_next(pump->pace);
	int64_t in_ms = POLL_MS;

	if (pump->waiting == 0) {
		loop_timer_set(pump->timer, -1);
		return;
	}
	in_ms = sooner(in_ms, rested != 0 ? rested - clock_boot_ms() : 0);
	in_ms = sooner(in_ms, room_in_ms(pump, &any_post));
	in_ms = sooner(in_ms, room_in_ms(pump, &urgent_update));
	in_ms = sooner(in_ms, room_in_ms(pump, &polish));
	in_ms = sooner(in_ms, next != 0 ? next - clock_wall_ms() : 0);
	loop_timer_set(pump->timer, in_ms);
}

static void on_claim(void *arg, enum errc code)
{
	struct claim *claim = arg;
	struct outbox_pump *pump = claim->pump;
	size_t taken = code == OK ? claim->count : 0;

	pump->claiming = false;
	if (code == OK)
		pump->waiting = claim->pending;
	/* When we are going down the rows stay `sending`, and are looked up by the next run. */
	for (size_t i = 0; i < taken && !pump->stopped; i++)
		send_parcel(pump, &claim->rows[i]);
	if (code != OK && !pump->stopped)
		loop_timer_set(pump->timer, STORE_REST_MS);
	else if (!pump->stopped)
		set_timer(pump, claim->next);
	if (pump->again || (taken == claim->max && taken > 0))
		outbox_pump_kick(pump);
	claim_free(claim);
}

static void on_kick(void *arg)
{
	struct outbox_pump *pump = arg;

	pump->kicked = false;
	pump->again = pump->claiming;
	if (pump->stopped || pump->claiming || pump->busy >= PARCELS_MAX)
		return;
	pump->claiming = true;
	store_submit(pump->options.store, claim_job, on_claim, claim_new(pump));
}

void outbox_pump_kick(struct outbox_pump *pump)
{
	if (pump->kicked || pump->stopped)
		return;
	pump->kicked = true;
	loop_defer(pump->options.loop, on_kick, pump);
}

static void on_timer(void *arg)
{
	outbox_pump_kick(arg);
}

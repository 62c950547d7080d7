/*
 * salesforce/company.c - see company.h.
 *
 * A queue is for those whose wishes have the same key; a band is those who are
 * under way together. The band's call is an op of its own, the carrier, that
 * nobody outside knows: it waits, turns pages and is cut short as every op.
 */
#include "salesforce/company.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/op.h"

enum {
	BAND_MAX = 100,
	MOMENT_MS = 2,         /* for those who ask in the same turn */
	WINDOW_MS = 50,        /* for company, where there was some lately */
	LATELY_MS = 1000,      /* that is so long */
	CROWD = 8,             /* so many together are a crowd: then more are on their way ... */
	CROWD_WINDOW_MS = 500, /* ... and are waited for */
	CROWD_PATIENCE_MS = 1000,
	CROWD_LASTS_MS = 2000,
	PATIENCE_MS = 500, /* the longest wait for a call before to come back */
	KIND_COUNT = SF_KIND_COUNT,
};
static const int64_t apart_for_ms = INT64_C(3600) * 1000;

struct queue {
	struct queue *next;
	struct company *company;
	enum sf_kind kind;
	char *key;
	struct op *first; /* by op->peer */
	size_t count;
	unsigned under_way; /* bands */
	int64_t since_ms;   /* boot time; the first who waits began to */
	int64_t last_ms;    /* boot time; the last who came */
	http_ticket timer;  /* 0: nobody waits */
};

struct band {
	struct company *company;
	struct queue *queue;
	struct op *carrier;   /* NULL once it has ended */
	struct op **ops;      /* NULL in the place of one who left */
	struct wish **wishes; /* of all, those who left too: they are in the answer */
	size_t count;
	bool handing_out; /* then it is not to be freed by who leaves */
};

struct company {
	struct sf *sf;
	struct queue *queues;
	int64_t crowd_until_ms;             /* boot time */
	size_t most[KIND_COUNT];            /* in a band; fewer where the org can't cope */
	int64_t apart_until_ms[KIND_COUNT]; /* boot time */
};

static void schedule(struct queue *q);
static void send_band(struct band *band);

struct company *company_new(struct sf *sf)
{
	struct company *company = mem_alloc(sizeof(*company));

	company->sf = sf;
	for (size_t i = 0; i < KIND_COUNT; i++)
		company->most[i] = BAND_MAX;
	return company;
}

static void queue_free(struct queue *q)
{
	assert(!q->first && q->under_way == 0);
	http_cancel(q->company->sf->http, q->timer);
	free(q->key);
	free(q);
}

void company_free(struct company *company)
{
	if (!company)
		return;
	for (struct queue *q; (q = company->queues);) {
		company->queues = q->next;
		queue_free(q);
	}
	free(company);
}

/* Keys change with the columns that may be named, so old queues go. */
static void sweep(struct company *company)
{
	int64_t now_ms = clock_boot_ms();

	for (struct queue **at = &company->queues; *at;) {
		struct queue *q = *at;

		if (q->first || q->under_way > 0 || now_ms - q->last_ms < LATELY_MS) {
			at = &q->next;
			continue;
		}
		*at = q->next;
		queue_free(q);
	}
}

static struct queue *queue_of(struct company *company, enum sf_kind kind, char *key)
{
	struct queue *q = company->queues;

	while (q && (q->kind != kind || strcmp(q->key, key) != 0))
		q = q->next;
	if (q) {
		free(key);
		return q;
	}
	sweep(company);
	q = mem_alloc(sizeof(*q));
	*q = (struct queue){.next = company->queues, .company = company, .kind = kind, .key = key};
	q->last_ms = clock_boot_ms() - LATELY_MS;
	company->queues = q;
	return q;
}

static size_t most_of(const struct company *company, enum sf_kind kind)
{
	return clock_boot_ms() < company->apart_until_ms[kind] ? 1 : company->most[kind];
}

/* --- a band --- */

static struct band *band_new(struct queue *q, size_t max)
{
	struct band *band = mem_alloc(sizeof(*band));

	*band = (struct band){.company = q->company, .queue = q};
	band->ops = mem_array(max, sizeof(struct op *));
	band->wishes = mem_array(max, sizeof(struct wish *));
	return band;
}

static void band_take(struct band *band, struct op *op)
{
	op->queue = NULL;
	op->band = band;
	band->ops[band->count] = op;
	band->wishes[band->count++] = op->wish;
	op->wish = NULL;
}

static const struct wish *const *wishes_of(const struct band *band)
{
	return (const struct wish *const *)band->wishes;
}

static void band_free(struct band *band)
{
	for (size_t i = 0; i < band->count; i++)
		wish_free(band->wishes[i]);
	free(band->wishes);
	free(band->ops);
	free(band);
}

static bool is_empty(const struct band *band)
{
	for (size_t i = 0; i < band->count; i++) {
		if (band->ops[i])
			return false;
	}
	return true;
}

/* The call has come back, or nobody wants it any more. */
static void come_back(struct band *band)
{
	struct queue *q = band->queue;

	q->under_way--;
	if (q->first)
		schedule(q);
}

/* --- handing out --- */

static void hand_to(struct band *band, size_t i, const struct rest_answer *answer)
{
	struct op *op = band->ops[i];

	if (!op)
		return;
	band->ops[i] = NULL;
	op->band = NULL;
	op->read(op, answer);
}

static void hand_out_trouble(struct band *band, const struct sf_trouble *trouble, int64_t at_ms)
{
	struct rest_answer answer = {.trouble = *trouble, .at_ms = at_ms};

	band->handing_out = true;
	for (size_t i = 0; i < band->count; i++)
		hand_to(band, i, &answer);
	come_back(band);
	band_free(band);
}

/* What is read in a moment may ask again; so the parts are made one by one, and the last owner drops the answer. */
static void hand_out(struct band *band, const json_t *answer, int64_t at_ms)
{
	band->handing_out = true;
	for (size_t i = 0; i < band->count; i++) {
		json_auto_t *mine = band->count == 1 ? json_incref((json_t *)(uintptr_t)answer)
		                                     : wishes_take(answer, wishes_of(band), band->count, i);

		hand_to(band, i, &(struct rest_answer){.trouble = {.code = OK}, .body = mine, .at_ms = at_ms});
	}
	come_back(band);
	band_free(band);
}

/* One by one, at once: they have waited long enough. */
static void send_apart(struct band *band)
{
	struct queue *q = band->queue;

	for (size_t i = 0; i < band->count; i++) {
		struct band *one;

		if (!band->ops[i])
			continue;
		one = band_new(q, 1);
		band->ops[i]->wish = band->wishes[i];
		band->wishes[i] = NULL;
		band_take(one, band->ops[i]);
		q->under_way++;
		send_band(one);
	}
	come_back(band);
	band_free(band);
}

/* Half of them next time, and all again by and by. */
static void learn_size(struct band *band, bool slow)
{
	size_t *most = &band->company->most[band->queue->kind];

	if (slow && band->count > 1)
		*most = (band->count + 1) / 2;
	else if (!slow && *most < BAND_MAX)
		*most = *most * 2 < BAND_MAX ? *most * 2 : BAND_MAX;
}

static void hand_out_whole(struct band *band, const json_t *answer, int64_t at_ms)
{
	enum wishes_verdict verdict =
	    band->count == 1 ? WISHES_GOOD : wishes_judge(answer, wishes_of(band), band->count);
	struct sf_trouble trouble;

	learn_size(band, verdict == WISHES_SLOW);
	if (verdict == WISHES_APART) {
		band->company->apart_until_ms[band->queue->kind] = clock_boot_ms() + apart_for_ms;
		send_apart(band);
	} else if (verdict == WISHES_FOREIGN && !band->wishes[0]->changes) {
		sf_error_set(&trouble, ERR_PROTOCOL, "",
		             "Salesforce's answer tells of a user who was not asked about; nothing of it is believed");
		hand_out_trouble(band, &trouble, at_ms);
	} else {
		hand_out(band, answer, at_ms);
	}
}

/* --- the call --- */

/* The carrier failed: a page did not come, or we are going down. */
static void on_carrier(void *arg, const struct sf_answer *answer)
{
	struct band *band = arg;
	struct sf_trouble trouble;

	band->carrier = NULL;
	sf_error_set(&trouble, answer->code, answer->error, "%s", answer->reason);
	learn_size(band, err_is_temporary(answer->code));
	hand_out_trouble(band, &trouble, clock_wall_ms());
}

static void on_whole(struct op *carrier)
{
	struct band *band = carrier->arg;
	json_auto_t *answer = carrier->answer;
	int64_t at_ms = carrier->at_ms;

	carrier->answer = NULL;
	band->carrier = NULL;
	op_free(carrier);
	hand_out_whole(band, answer, at_ms);
}

/* Deeds are read back on one page; whose part is not on it looks again. */
static void on_answer(struct op *carrier, const struct rest_answer *answer)
{
	struct band *band = carrier->arg;

	if (answer->trouble.code != OK) {
		struct sf_trouble trouble = answer->trouble;
		int64_t at_ms = answer->at_ms;

		band->carrier = NULL;
		op_free(carrier);
		learn_size(band, err_is_temporary(trouble.code) || trouble.code == ERR_UNKNOWN);
		hand_out_trouble(band, &trouble, at_ms);
		return;
	}
	carrier->answer = json_deep_copy(answer->body);
	carrier->at_ms = answer->at_ms;
	if (band->wishes[0]->changes)
		on_whole(carrier);
	else
		op_turn_pages(carrier, on_whole);
}

static void send_band(struct band *band)
{
	struct sf *sf = band->company->sf;
	AUTO_FREE char *body = wishes_text(wishes_of(band), band->count, session_version(sf->session));
	struct op *carrier = op_new(sf, band->queue->kind, on_carrier, band);

	band->carrier = carrier;
	if (!body) {
		(void)op_fail_later(carrier, ERR_INVALID, "this can't be asked of Salesforce");
		return;
	}
	op_send(carrier,
	        &(struct rest_request){.kind = band->queue->kind,
	                               .method = "POST",
	                               .path = "/composite",
	                               .body = body,
	                               .object = band->wishes[0]->about,
	                               .changes = band->wishes[0]->changes},
	        on_answer);
}

/* --- the queue --- */

static void append(struct queue *q, struct op *op)
{
	struct op **at = &q->first;

	while (*at)
		at = &(*at)->peer;
	*at = op;
	op->peer = NULL;
	op->queue = q;
	q->count++;
}

static void unqueue(struct queue *q, struct op *op)
{
	struct op **at = &q->first;

	while (*at != op)
		at = &(*at)->peer;
	*at = op->peer;
	op->peer = NULL;
	op->queue = NULL;
	q->count--;
}

static bool is_short_enough(const struct band *band)
{
	AUTO_FREE char *body = wishes_text(wishes_of(band), band->count, session_version(band->company->sf->session));

	return body != NULL;
}

/* The last ones wait for the next band. */
static void put_back(struct band *band, size_t keep)
{
	struct queue *q = band->queue;

	while (band->count > keep) {
		struct op *op = band->ops[--band->count];

		op->wish = band->wishes[band->count];
		op->band = NULL;
		op->queue = q;
		op->peer = q->first;
		q->first = op;
		q->count++;
	}
}

/* As many as fit, the oldest first. Names are of any length, so it is tried whether all of them fit in an address. */
static struct band *gather(struct queue *q)
{
	size_t most = most_of(q->company, q->kind);
	struct band *band = band_new(q, most);

	for (struct op *op = q->first, *next; op && band->count < most; op = next) {
		next = op->peer;
		if (!wish_fits(op->wish, wishes_of(band), band->count))
			continue;
		unqueue(q, op);
		band_take(band, op);
	}
	while (band->count > 1 && !is_short_enough(band))
		put_back(band, (band->count + 1) / 2);
	return band;
}

static void send_all(struct queue *q)
{
	while (q->first) {
		struct band *band = gather(q);

		if (band->count >= CROWD)
			q->company->crowd_until_ms = clock_boot_ms() + CROWD_LASTS_MS;
		q->under_way++;
		send_band(band);
	}
}

static void on_timer(void *arg, const struct http_answer *answer)
{
	struct queue *q = arg;

	q->timer = 0;
	if (answer->code != ERR_ABORTED && q->first)
		send_all(q);
}

static int64_t window_of(const struct queue *q, int64_t now_ms)
{
	bool crowd = now_ms < q->company->crowd_until_ms;

	if (q->under_way > 0)
		return crowd ? CROWD_PATIENCE_MS : PATIENCE_MS;
	if (crowd)
		return CROWD_WINDOW_MS;
	return now_ms - q->last_ms < LATELY_MS ? WINDOW_MS : MOMENT_MS;
}

/* When those who wait go: after a moment where nobody else was seen lately, else when the window has passed and the
 * others are back. */
static void schedule(struct queue *q)
{
	struct http *http = q->company->sf->http;
	int64_t now_ms = clock_boot_ms(), waited_ms = now_ms - q->since_ms;
	int64_t left_ms = window_of(q, now_ms) - waited_ms;

	http_cancel(http, q->timer);
	q->timer = 0;
	if (q->company->sf->closing)
		return;
	q->timer = http_wait(http, left_ms > MOMENT_MS ? (unsigned)left_ms : MOMENT_MS, on_timer, q);
}

void company_add(struct company *company, struct op *op, struct wish *wish,
                 void (*read)(struct op *op, const struct rest_answer *answer))
{
	struct queue *q = queue_of(company, op->kind, wish_key(wish));
	bool first = !q->first;

	assert(!op->call && !op->learning && !op->queue && !op->band);
	op->wish = wish;
	op->read = read;
	append(q, op);
	if (first) {
		q->since_ms = clock_boot_ms();
		schedule(q);
	}
	q->last_ms = clock_boot_ms();
	if (q->count >= most_of(company, q->kind)) {
		http_cancel(company->sf->http, q->timer);
		q->timer = 0;
		send_all(q);
	}
}

void company_leave(struct op *op)
{
	struct band *band = op->band;

	if (op->queue)
		unqueue(op->queue, op);
	wish_free(op->wish);
	op->wish = NULL;
	if (!band)
		return;
	op->band = NULL;
	for (size_t i = 0; i < band->count; i++) {
		if (band->ops[i] == op)
			band->ops[i] = NULL;
	}
	if (band->handing_out || !is_empty(band))
		return;
	if (band->carrier)
		op_free(band->carrier);
	come_back(band);
	band_free(band);
}

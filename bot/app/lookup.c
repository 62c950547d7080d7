/*
 * app/lookup.c - what Slack says about one thing, remembered for some minutes.
 *
 * Three lists: `known` values, `questions` (on their way or waiting for their turn), and `waiters`, each of
 * whom waits for one question or, when the value was at hand, for the next turn
 * of the loop (answers never come from inside lookup_get).
 */
#include "bot/app/lookup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	KNOWN_MAX = 4096,
	CALL_TIMEOUT_MS = 10 * 1000, /* an answer that comes after its waiters have gone still fills the memory */
};

struct known {
	struct known *next;
	char *key;
	json_t *value;
	int64_t at;      /* boot time */
	uint64_t number; /* of the question that it answers */
};

struct question {
	struct question *next;
	struct lookup *lookup;
	uint64_t number; /* rising */
	char *key;
	bool sent;  /* false: it waits for its turn */
	bool stale; /* the thing has changed since */
};

struct waiter {
	struct waiter *next;
	const struct question *question; /* NULL: `value` is the answer */
	json_t *value;
	int64_t deadline; /* boot time */
	lookup_fn *fn;
	void *arg;
};

struct lookup {
	struct loop *loop;
	struct slack *slack;
	struct lookup_options options;
	struct loop_timer *deadlines;
	struct known *known; /* newest first */
	size_t known_count;
	struct question *questions; /* oldest first */
	uint64_t asked;
	struct loop_timer *turn; /* of the questions that wait */
	double allowance;        /* how many may leave now */
	int64_t allowed_at;      /* boot time of that */
	int64_t rest_until;      /* boot time; Slack's Retry-After */
	struct waiter *waiters;
	bool stopped;
};

static void on_deadline(void *arg);
static void on_turn(void *arg);

struct lookup *lookup_new(struct loop *loop, struct slack *slack, const struct lookup_options *options)
{
	struct lookup *lookup = mem_alloc(sizeof *lookup);
	lookup->loop = loop;
	lookup->slack = slack;
	lookup->options = *options;
	lookup->deadlines = loop_timer_new(loop, on_deadline, lookup);
	lookup->turn = loop_timer_new(loop, on_turn, lookup);
	lookup->allowance = options->burst;
	lookup->allowed_at = clock_boot_ms();
	return lookup;
}

static void known_free(struct known *known)
{
	json_decref(known->value);
	free(known->key);
	free(known);
}

static void question_free(struct question *question)
{
	free(question->key);
	free(question);
}

static void waiter_free(struct waiter *waiter)
{
	json_decref(waiter->value);
	free(waiter);
}

void lookup_free(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	for (struct known *k; (k = lookup->known) != NULL;) {
		lookup->known = k->next;
		known_free(k);
	}
	for (struct question *q; (q = lookup->questions) != NULL;) {
		lookup->questions = q->next;
		question_free(q);
	}
	for (struct waiter *w; (w = lookup->waiters) != NULL;) {
		lookup->waiters = w->next;
		waiter_free(w);
	}
	loop_timer_free(lookup->deadlines);
	loop_timer_free(lookup->turn);
	free(lookup);
}

static struct known **find_known(struct lookup *lookup, const char *key)
{
	struct known **at = &lookup->known;
	while (*at != NULL && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

static void drop_known(struct lookup *lookup, const char *key)
{
	struct known **at = find_known(lookup, key);
	struct known *gone = *at;

	if (gone == NULL)
		return;
	*at = gone->next;
	lookup->known_count--;
	known_free(gone);
}

void lookup_forget(struct lookup *lookup, const char *key)
{
	drop_known(lookup, key);
	for (struct question *q = lookup->questions; q != NULL; q = q->next)
		if (q->sent && strcmp(q->key, key) == 0)
			q->stale = true;
}

const json_t *lookup_peek(const struct lookup *lookup, const char *key)
{
	for (const struct known *k = lookup->known; k != NULL; k = k->next)
		if (strcmp(k->key, key) == 0)
			return clock_boot_ms() - k->at <= lookup->options.fresh_ms ? k->value : NULL;
	return NULL;
}

static void forget_oldest(struct lookup *lookup)
{
	struct known **at = &lookup->known;
	assert(*at != NULL);
	while ((*at)->next != NULL)
		at = &(*at)->next;
	known_free(*at);
	*at = NULL;
	lookup->known_count--;
}

static void remember(struct lookup *lookup, const struct question *question, const json_t *value)
{
	const struct known *newer = *find_known(lookup, question->key);
	struct known *known;

	if (question->stale || (newer != NULL && newer->number > question->number))
		return;
	known = mem_alloc(sizeof *known);
	drop_known(lookup, question->key);
	if (lookup->known_count >= KNOWN_MAX)
		forget_oldest(lookup);
	known->key = mem_strdup(question->key);
	known->number = question->number;
	known->value = json_deep_copy(value);
	known->at = clock_boot_ms();
	known->next = lookup->known;
	lookup->known = known;
	lookup->known_count++;
}

/* Takes those for whom `is_it` out of the list first, for their callbacks may ask again. */
static struct waiter *take_waiters(struct lookup *lookup, bool (*is_it)(const struct waiter *w, const void *arg),
                                   const void *arg)
{
	struct waiter *taken = NULL;
	struct waiter **end = &taken;

	for (struct waiter **at = &lookup->waiters; *at != NULL;) {
		struct waiter *w = *at;
		if (!is_it(w, arg)) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = NULL;
		*end = w;
		end = &w->next;
	}
	return taken;
}

/* Each is told the answer, or the value of its own that it has. */
static void tell(struct waiter *taken, enum errc code, const char *error, const json_t *value)
{
	while (taken != NULL) {
		struct waiter *w = taken;
		taken = w->next;
		if (w->value != NULL)
			w->fn(w->arg, OK, "", w->value);
		else
			w->fn(w->arg, code, error, value);
		waiter_free(w);
	}
}

static bool has_value(const struct waiter *w, const void *arg)
{
	(void)arg;
	return w->question == NULL;
}

static bool waits_for(const struct waiter *w, const void *arg)
{
	return w->question == arg;
}

static bool waits_for_a_turn(const struct waiter *w, const void *arg)
{
	(void)arg;
	return w->question != NULL && !w->question->sent;
}

static bool is_late(const struct waiter *w, const void *arg)
{
	return w->deadline <= *(const int64_t *)arg;
}

static void on_ready(void *arg)
{
	tell(take_waiters(arg, has_value, NULL), OK, "", NULL);
}

static void arm(struct lookup *lookup)
{
	int64_t first = INT64_MAX;
	for (const struct waiter *w = lookup->waiters; w != NULL; w = w->next)
		first = w->deadline < first ? w->deadline : first;
	int64_t in_ms = first - clock_boot_ms();
	loop_timer_set(lookup->deadlines, first == INT64_MAX ? -1 : in_ms > 0 ? in_ms : 0);
}

static void on_deadline(void *arg)
{
	struct lookup *lookup = arg;
	int64_t now = clock_boot_ms();

	tell(take_waiters(lookup, is_late, &now), ERR_TEMPORARY, "", NULL);
	arm(lookup);
}

/* --- questions --- */

static void take_out(struct question *question)
{
	for (struct question **at = &question->lookup->questions; *at != NULL; at = &(*at)->next)
		if (*at == question) {
			*at = question->next;
			break;
		}
}

static bool is_awaited(const struct lookup *lookup, const struct question *question)
{
	for (const struct waiter *w = lookup->waiters; w != NULL; w = w->next)
		if (w->question == question)
			return true;
	return false;
}

/* Milliseconds until one more may leave; 0: it may, and is counted. */
static int64_t take_turn(struct lookup *lookup)
{
	const struct lookup_options *options = &lookup->options;
	int64_t now = clock_boot_ms();
	double per_ms = options->per_minute / 60000.0;

	if (lookup->rest_until > now)
		return lookup->rest_until - now;
	if (options->per_minute == 0)
		return 0;
	lookup->allowance += (double)(now - lookup->allowed_at) * per_ms;
	lookup->allowed_at = now;
	if (lookup->allowance > options->burst)
		lookup->allowance = options->burst;
	if (lookup->allowance < 1)
		return (int64_t)((1 - lookup->allowance) / per_ms) + 1;
	lookup->allowance -= 1;
	return 0;
}

static void on_answer(void *arg, const struct slack_answer *answer)
{
	struct question *question = arg;
	struct lookup *lookup = question->lookup;
	const json_t *value = answer->code == OK ? json_get(answer->body, lookup->options.part) : NULL;
	enum errc code = answer->code == OK && !json_is_object(value) ? ERR_PROTOCOL : answer->code;

	if (answer->retry_after_ms > 0 && !lookup->stopped) {
		lookup->rest_until = clock_boot_ms() + answer->retry_after_ms;
		question->sent = false;
		question->stale = false;
		loop_timer_set(lookup->turn, answer->retry_after_ms);
		return;
	}
	take_out(question); /* who asks again from within the answer asks anew */
	if (code == OK)
		remember(lookup, question, value);
	tell(take_waiters(lookup, waits_for, question), code, answer->error, code == OK ? value : NULL);
	question_free(question);
	arm(lookup);
}

static void send_question(struct question *question)
{
	struct lookup *lookup = question->lookup;
	json_t *arguments = json_object();

	json_set_str(arguments, lookup->options.argument, question->key);
	if (lookup->options.extra != NULL)
		json_set_bool(arguments, lookup->options.extra, true);
	question->sent = true;
	slack_call(lookup->slack, lookup->options.method, arguments, CALL_TIMEOUT_MS, on_answer, question);
}

/* Those whose askers have gone in the meantime are not asked any more. */
static void on_turn(void *arg)
{
	struct lookup *lookup = arg;

	for (struct question *q = lookup->questions, *next; q != NULL; q = next) {
		next = q->next;
		if (q->sent)
			continue;
		if (!is_awaited(lookup, q)) {
			take_out(q);
			question_free(q);
			continue;
		}
		int64_t wait = take_turn(lookup);
		if (wait > 0) {
			loop_timer_set(lookup->turn, wait);
			return;
		}
		send_question(q);
	}
}

static struct question *ask(struct lookup *lookup, const char *key)
{
	struct question *question = mem_alloc(sizeof *question);
	struct question **end = &lookup->questions;

	while (*end != NULL)
		end = &(*end)->next;
	*end = question;
	question->lookup = lookup;
	question->number = ++lookup->asked;
	question->key = mem_strdup(key);
	return question;
}

static struct question *under_way(const struct lookup *lookup, const char *key)
{
	for (struct question *q = lookup->questions; q != NULL; q = q->next)
		if (strcmp(q->key, key) == 0 && !q->stale)
			return q;
	return NULL;
}

void lookup_get(struct lookup *lookup, const char *key, bool afresh, int64_t timeout_ms, lookup_fn *fn, void *arg)
{
	struct waiter *waiter = mem_alloc(sizeof *waiter);
	const json_t *value = afresh ? NULL : lookup_peek(lookup, key);
	bool asked = false;

	waiter->fn = fn;
	waiter->arg = arg;
	waiter->deadline = clock_boot_ms() + timeout_ms;
	if (value != NULL) {
		waiter->value = json_deep_copy(value);
		loop_defer(lookup->loop, on_ready, lookup);
	} else {
		waiter->question = afresh ? NULL : under_way(lookup, key);
		asked = waiter->question == NULL;
		if (asked)
			waiter->question = ask(lookup, key);
	}
	waiter->next = lookup->waiters;
	lookup->waiters = waiter;
	arm(lookup);
	if (asked)
		on_turn(lookup);
}

void lookup_stop(struct lookup *lookup)
{
	lookup->stopped = true;
	loop_timer_set(lookup->turn, -1);
	tell(take_waiters(lookup, waits_for_a_turn, NULL), ERR_ABORTED, "", NULL);
	arm(lookup);
}

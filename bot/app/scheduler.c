/*
 * app/scheduler.c - wakes repairs whose time has come, and carries their calls and answers.
 *
 * A repair in hand is a `run`: wake job -> call -> answer job -> next call ->
 * ... -> let go. A row stays due while its call is under way, which is why the
 * question "what is due?" is answered by the store and "by whom?" here.
 */
#include "bot/app/scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	LOOK_AT_LEAST_MS = 30 * 1000, /* another process, or a person at the database, may have moved something */
	OVERDUE_MS = 1000,            /* while the earliest is one in hand, later ones may come due behind it */
	BREATH_MS = 10,               /* between two wakes of one repair: a mistake in a step must not spin */
	REST_MAX_MS = 5 * 60 * 1000,
};

struct run {
	struct run *next;
	struct scheduler *scheduler;
	int64_t request;
	int64_t
	    rest_until; /* boot time; 0: at work. A run that rests is only there to keep its repair from being taken */
	int failures;   /* in a row */
	/* what travels to the store's thread and back */
	struct flow_call call; /* the call whose answer is being brought; kind "": wake */
	struct flow_call next_call;
	enum errc answer_code;
	char answer_error[80];
	char answer_reason[400];
	json_t *answer_body;
};

/* The question to the store. */
struct survey {
	struct scheduler *scheduler;
	size_t max;
	int64_t *ids;
	size_t count;
	int64_t next_wake;
};

struct scheduler {
	struct scheduler_options options;
	struct loop_timer *timer;
	struct run *runs;
	unsigned busy;
	bool asking; /* a survey is under way */
	bool again;  /* and another is wanted */
	bool stopped;
};

static void on_timer(void *arg);

struct scheduler *scheduler_new(const struct scheduler_options *options)
{
	struct scheduler *scheduler = mem_alloc(sizeof *scheduler);
	scheduler->options = *options;
	scheduler->timer = loop_timer_new(options->loop, on_timer, scheduler);
	return scheduler;
}

static void run_free(struct run *run)
{
	flow_call_done(&run->call);
	flow_call_done(&run->next_call);
	json_decref(run->answer_body);
	free(run);
}

void scheduler_free(struct scheduler *scheduler)
{
	if (scheduler == NULL)
		return;
	for (struct run *r; (r = scheduler->runs) != NULL;) {
		scheduler->runs = r->next;
		run_free(r);
	}
	loop_timer_free(scheduler->timer);
	free(scheduler);
}

unsigned scheduler_busy(const struct scheduler *scheduler)
{
	return scheduler->busy;
}

void scheduler_set_max(struct scheduler *scheduler, int running_max)
{
	scheduler->options.running_max = running_max;
	scheduler_poke(scheduler);
}

void scheduler_stop(struct scheduler *scheduler)
{
	scheduler->stopped = true;
	loop_timer_set(scheduler->timer, -1);
}

static struct run *find(const struct scheduler *scheduler, int64_t request)
{
	for (struct run *r = scheduler->runs; r != NULL; r = r->next)
		if (r->request == request)
			return r;
	return NULL;
}

static void forget(struct run *run)
{
	for (struct run **at = &run->scheduler->runs; *at != NULL; at = &(*at)->next)
		if (*at == run) {
			*at = run->next;
			break;
		}
	run_free(run);
}

/* The repair is in nobody's hand, but is not taken again before a pause. */
static void let_go(struct run *run, int64_t pause_ms)
{
	struct scheduler *scheduler = run->scheduler;

	flow_call_done(&run->call);
	run->rest_until = clock_boot_ms() + pause_ms;
	scheduler->busy--;
	scheduler_poke(scheduler);
}

static int64_t pause_after(int failures)
{
	int64_t pause = 1000;
	for (int i = 1; i < failures && pause < REST_MAX_MS; i++)
		pause *= 2;
	return pause < REST_MAX_MS ? pause : REST_MAX_MS;
}

/* --- wake, call, answer --- */

static void on_call_answer(void *arg, const struct flow_answer *answer);

static enum errc wake_job(struct tx *tx, void *arg)
{
	struct run *run = arg;
	return flow_wake(tx, commands_runbook(run->scheduler->options.commands), run->request, clock_wall_ms(),
	                 &run->next_call);
}

static enum errc answer_job(struct tx *tx, void *arg)
{
	struct run *run = arg;
	struct flow_answer answer = {.code = run->answer_code,
	                             .error = run->answer_error,
	                             .reason = run->answer_reason,
	                             .body = run->answer_body};

	return flow_answered(tx, commands_runbook(run->scheduler->options.commands), run->request, run->call.ticket,
	                     run->call.kind, &answer, clock_wall_ms(), &run->next_call);
}

static void job_failed(struct run *run, enum errc code)
{
	flow_call_done(&run->next_call);
	run->failures++;
	/* Somebody else was faster: nothing is wrong, it is looked at again. */
	if (code != ERR_CONFLICT && code != ERR_ABORTED)
		log_repair(LOG_ERROR, run->request, "repair.stuck",
		           "a step could not be written (%s): %s; again in %lld s", err_name(code), err_sentence(code),
		           (long long)(pause_after(run->failures) / 1000));
	let_go(run, code == ERR_CONFLICT ? BREATH_MS : pause_after(run->failures));
}

/* Both jobs end here: make the next call, or let go. */
static void on_job(void *arg, enum errc code)
{
	struct run *run = arg;
	struct scheduler *scheduler = run->scheduler;

	json_decref(run->answer_body);
	run->answer_body = NULL;
	if (code != OK) {
		job_failed(run, code);
		return;
	}
	run->failures = 0;
	flow_call_done(&run->call);
	run->call = run->next_call;
	run->next_call = (struct flow_call){0};
	scheduler->options.committed(scheduler->options.arg);
	if (run->call.kind[0] == '\0' || scheduler->stopped)
		let_go(run, BREATH_MS);
	else
		calls_make(scheduler->options.calls, &run->call, on_call_answer, run);
}

static void log_answer(const struct run *run, const struct flow_answer *answer)
{
	/* That somebody or something is not there is an answer too. */
	if (answer->code == OK || answer->code == ERR_NOT_FOUND)
		log_repair(LOG_DEBUG, run->request, "call.done", "%s: %s", run->call.kind, err_sentence(answer->code));
	else
		log_repair(LOG_WARNING, run->request, "call.trouble", "%s: %s%s%s (%s)", run->call.kind, answer->reason,
		           text_empty(answer->error) ? "" : ", ", text_empty(answer->error) ? "" : answer->error,
		           err_name(answer->code));
}

static void on_call_answer(void *arg, const struct flow_answer *answer)
{
	struct run *run = arg;

	if (answer->code == ERR_ABORTED) { /* we are going down; after the start the step begins again */
		let_go(run, 0);
		return;
	}
	log_answer(run, answer);
	run->answer_code = answer->code;
	text_copy(run->answer_error, sizeof run->answer_error, answer->error);
	text_copy(run->answer_reason, sizeof run->answer_reason, answer->reason);
	/* A copy: from here on it belongs to the store's thread. */
	run->answer_body = answer->body != NULL ? json_deep_copy(answer->body) : NULL;
	run->scheduler->options.answered(run->scheduler->options.arg);
	store_submit(run->scheduler->options.store, answer_job, on_job, run);
}

/* --- who is due? ---------------------------------------------------------------------------------------------------
 */

static void take(struct scheduler *scheduler, int64_t request)
{
	struct run *run = find(scheduler, request);

	if (run != NULL && run->rest_until == 0)
		return; /* in hand */
	if (run == NULL) {
		run = mem_alloc(sizeof *run);
		run->scheduler = scheduler;
		run->request = request;
		run->next = scheduler->runs;
		scheduler->runs = run;
	}
	run->rest_until = 0;
	scheduler->busy++;
	store_submit(scheduler->options.store, wake_job, on_job, run);
}

static bool may_take(const struct scheduler *scheduler, int64_t request, int64_t now)
{
	const struct run *run = find(scheduler, request);
	return run == NULL || (run->rest_until != 0 && run->rest_until <= now);
}

/* Runs whose pause is over and that are not due: nothing has to be kept of them. */
static void sweep(struct scheduler *scheduler, int64_t now)
{
	for (struct run *r = scheduler->runs, *next; r != NULL; r = next) {
		next = r->next;
		if (r->rest_until != 0 && r->rest_until <= now)
			forget(r);
	}
}

static int64_t soonest_rest(const struct scheduler *scheduler, int64_t now)
{
	int64_t in_ms = LOOK_AT_LEAST_MS;
	for (const struct run *r = scheduler->runs; r != NULL; r = r->next)
		if (r->rest_until != 0 && r->rest_until - now < in_ms)
			in_ms = r->rest_until - now;
	return in_ms > 1 ? in_ms : 1;
}

static enum errc survey_job(struct tx *tx, void *arg)
{
	struct survey *survey = arg;
	enum errc rc = request_due(tx, clock_wall_ms(), survey->ids, survey->max, &survey->count);
	return rc == OK ? request_next_wake(tx, &survey->next_wake) : rc;
}

static void set_timer(struct scheduler *scheduler, const struct survey *survey, enum errc code)
{
	int64_t in_ms = soonest_rest(scheduler, clock_boot_ms());
	int64_t until_wake = survey->next_wake - clock_wall_ms();

	if (code != OK)
		in_ms = OVERDUE_MS;
	else if (survey->next_wake != 0 && until_wake <= 0)
		in_ms = in_ms < OVERDUE_MS ? in_ms : OVERDUE_MS;
	else if (survey->next_wake != 0 && until_wake < in_ms)
		in_ms = until_wake;
	loop_timer_set(scheduler->timer, in_ms);
}

static void on_survey(void *arg, enum errc code)
{
	struct survey *survey = arg;
	struct scheduler *scheduler = survey->scheduler;
	int64_t now = clock_boot_ms();

	scheduler->asking = false;
	for (size_t i = 0; code == OK && !scheduler->stopped && i < survey->count; i++)
		if (scheduler->busy < (unsigned)scheduler->options.running_max &&
		    may_take(scheduler, survey->ids[i], now))
			take(scheduler, survey->ids[i]);
	if (code == OK)
		sweep(scheduler, now);
	if (!scheduler->stopped)
		set_timer(scheduler, survey, code);
	free(survey->ids);
	free(survey);
	if (scheduler->again)
		scheduler_poke(scheduler);
}

static size_t resting(const struct scheduler *scheduler)
{
	size_t n = 0;
	for (const struct run *r = scheduler->runs; r != NULL; r = r->next)
		n += r->rest_until != 0;
	return n;
}

void scheduler_poke(struct scheduler *scheduler)
{
	if (scheduler->stopped)
		return;
	scheduler->again = scheduler->asking;
	if (scheduler->asking)
		return;
	struct survey *survey = mem_alloc(sizeof *survey);
	scheduler->asking = true;
	survey->scheduler = scheduler;
	/* Those in hand and at rest are due too, and may come first. */
	survey->max = (size_t)scheduler->options.running_max + scheduler->busy + resting(scheduler);
	survey->ids = mem_array(survey->max, sizeof *survey->ids);
	store_submit(scheduler->options.store, survey_job, on_survey, survey);
}

static void on_timer(void *arg)
{
	scheduler_poke(arg);
}

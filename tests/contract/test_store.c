/*
 * The contract of store.h: transactions, their order, and group commit.
 */
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "bot/store/store.h"
#include "tests/contract/fixture.h"

enum { JOBS = 100 };

/* A job that writes its number, and what came of it. */
struct job {
	int number;
	enum errc result; /* what the job returns */
	enum errc code;
	struct log *log;
};

struct log {
	int order[2 * JOBS];
	int done;
	struct job jobs[JOBS];
};

static enum errc write_number(struct tx *tx, void *arg)
{
	const struct job *job = arg;
	char key[24], value[24];
	snprintf(key, sizeof key, "job.%d", job->number);
	snprintf(value, sizeof value, "%d", job->number);
	enum errc code = store_setting_set(tx, key, value);
	return code == OK ? job->result : code;
}

static void note_done(void *arg, enum errc code)
{
	struct job *job = arg;
	job->code = code;
	job->log->order[job->log->done++] = job->number;
}

static enum errc is_there(struct tx *tx, void *arg)
{
	const struct job *job = arg;
	char key[24], value[24];
	snprintf(key, sizeof key, "job.%d", job->number);
	return store_setting_get(tx, key, value, sizeof value);
}

static void turn_until(struct fixture *fixture, const struct log *log, int done)
{
	while (log->done < done) {
		struct pollfd fd = {.fd = store_event_fd(fixture->store), .events = POLLIN};
		assert_int_equal(poll(&fd, 1, 10000), 1);
		store_dispatch(fixture->store);
	}
}

static void submit(struct fixture *fixture, struct log *log, int number, enum errc result)
{
	log->jobs[number] = (struct job){.number = number, .result = result, .code = ERR_BUG, .log = log};
	store_submit(fixture->store, write_number, note_done, &log->jobs[number]);
}

/* Holds the store's thread inside a job until the gate opens. */
struct gate {
	sem_t entered, open;
};

static enum errc wait_at_gate(struct tx *tx, void *arg)
{
	struct gate *gate = arg;
	sem_post(&gate->entered);
	sem_wait(&gate->open);
	return store_setting_set(tx, "gate", "passed");
}

static void every_job_is_answered_in_the_order_of_submission(void **state)
{
	struct log log = {0};
	for (int i = 0; i < JOBS; i++)
		submit(*state, &log, i, i % 7 ? OK : ERR_REFUSED);
	turn_until(*state, &log, JOBS);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(log.order[i], i);
		assert_int_equal(log.jobs[i].code, i % 7 ? OK : ERR_REFUSED);
	}
}

static void a_job_that_fails_undoes_only_itself(void **state)
{
	struct log log = {0};
	for (int i = 0; i < 9; i++)
		submit(*state, &log, i, i == 4 ? ERR_CONFLICT : OK);
	turn_until(*state, &log, 9);
	fixture_reopen(*state);
	for (int i = 0; i < 9; i++)
		assert_int_equal(fixture_try(state, is_there, &log.jobs[i]), i == 4 ? ERR_NOT_FOUND : OK);
}

static void jobs_that_wait_together_commit_together(void **state)
{
	struct fixture *fixture = *state;
	struct gate gate;
	struct store_figures figures;
	struct log log = {0};
	sem_init(&gate.entered, 0, 0);
	sem_init(&gate.open, 0, 0);
	store_submit(fixture->store, wait_at_gate, NULL, &gate);
	sem_wait(&gate.entered);
	for (int i = 0; i < JOBS; i++)
		submit(fixture, &log, i, OK);
	store_get_figures(fixture->store, &figures);
	assert_int_equal(figures.waiting, JOBS);
	sem_post(&gate.open);
	turn_until(fixture, &log, JOBS);
	store_get_figures(fixture->store, &figures);
	assert_int_equal(figures.jobs, JOBS + 1);
	assert_int_equal(figures.commits, 2);
	assert_int_equal(figures.commit_buckets[11], 2);
	assert_int_equal(figures.waiting, 0);
	assert_true(figures.writable);
}

static void a_close_finishes_what_was_submitted(void **state)
{
	struct log log = {0};
	for (int i = 0; i < JOBS; i++)
		submit(*state, &log, i, OK);
	fixture_reopen(*state);
	assert_int_equal(log.done, JOBS);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(log.jobs[i].code, OK);
		assert_int_equal(fixture_try(state, is_there, &log.jobs[i]), OK);
	}
}

struct again {
	struct store *store;
	int calls;
	enum errc code;
};

static enum errc nothing(struct tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return OK;
}

static void submit_again(void *arg, enum errc code)
{
	struct again *again = arg;
	again->code = code;
	if (again->calls++ == 0)
		store_submit(again->store, nothing, submit_again, again);
}

static void what_is_submitted_during_a_close_is_aborted(void **state)
{
	struct fixture *fixture = *state;
	struct again again = {.store = fixture->store};
	store_submit(fixture->store, nothing, submit_again, &again);
	fixture_reopen(fixture);
	assert_int_equal(again.calls, 2);
	assert_int_equal(again.code, ERR_ABORTED);
}

static void a_done_may_submit(void **state)
{
	struct fixture *fixture = *state;
	struct again again = {.store = fixture->store};
	store_submit(fixture->store, nothing, submit_again, &again);
	while (again.calls < 2) {
		struct pollfd fd = {.fd = store_event_fd(fixture->store), .events = POLLIN};
		assert_int_equal(poll(&fd, 1, 10000), 1);
		store_dispatch(fixture->store);
	}
	assert_int_equal(again.code, OK);
}

static enum errc overwrite_setting(struct tx *tx, void *arg)
{
	char value[16];
	(void)arg;
	assert_int_equal(store_setting_get(tx, "word", value, sizeof value), ERR_NOT_FOUND);
	MUST(store_setting_set(tx, "word", "one"));
	MUST(store_setting_set(tx, "word", "two"));
	MUST(store_setting_get(tx, "word", value, sizeof value));
	assert_string_equal(value, "two");
	return OK;
}

static void a_setting_is_its_last_word(void **state)
{
	fixture_run(state, overwrite_setting, NULL);
}

static void a_url_that_names_no_database_is_invalid(void **state)
{
	(void)state;
	struct store *store;
	struct err err = {0};
	assert_int_equal(store_open(&store, &(struct store_options){.url = "mysql://x"}, &err), ERR_INVALID);
	assert_true(strlen(err.text) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(every_job_is_answered_in_the_order_of_submission),
	    CASE(a_job_that_fails_undoes_only_itself),
	    CASE(jobs_that_wait_together_commit_together),
	    CASE(a_close_finishes_what_was_submitted),
	    CASE(what_is_submitted_during_a_close_is_aborted),
	    CASE(a_done_may_submit),
	    CASE(a_setting_is_its_last_word),
	    CASE(a_url_that_names_no_database_is_invalid),
	};
	return fixture_main("store", tests, sizeof tests / sizeof tests[0]);
}

/*
 * tests/unit/test_app_retention.c - what is too old goes by itself, unless the clock leapt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bot/app/retention.h"
#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "config/config.h"

#define DAY_MS (24LL * 3600 * 1000)

enum { LOOK_MS = 20, LOOKS = 400, LINES = 250, OLD_LINES = 230 };

struct stage {
	struct loop *loop;
	struct store *store;
	struct loop_watch *watch;
	struct retention *retention;
	struct loop_timer *timer;
	int64_t wanted; /* lines with erased words */
	int looked;
	struct audit_proof proof;
};

static void on_store(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	store_dispatch(((struct stage *)arg)->store);
}

static int begin(void **state)
{
	struct stage *s = mem_alloc(sizeof *s);
	struct store_options options = {.url = "sqlite::memory:"};

	assert_int_equal(loop_new(&s->loop, NULL), OK);
	assert_int_equal(store_open(&s->store, &options, NULL), OK);
	s->watch = loop_watch_new(s->loop, store_event_fd(s->store), LOOP_READ, on_store, s);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct stage *s = *state;

	loop_watch_free(s->watch);
	store_close(s->store);
	loop_shut(s->loop);
	retention_free(s->retention);
	loop_timer_free(s->timer);
	loop_free(s->loop);
	free(s);
	return 0;
}

/* Most of them old: more than one job takes. */
static enum errc add_lines(struct tx *tx, void *arg)
{
	enum errc rc = OK;

	(void)arg;
	for (int i = 0; rc == OK && i < LINES; i++) {
		struct audit_row row = {.at = clock_wall_ms() - (i < OLD_LINES ? 401 : 399) * DAY_MS};

		text_copy(row.actor, sizeof row.actor, "U0HELP0001");
		rc = audit_add(tx, &row);
	}
	return rc;
}

static enum errc verify(struct tx *tx, void *arg)
{
	return audit_verify(tx, arg, NULL);
}

static void on_look(void *arg)
{
	struct stage *s = arg;

	assert_int_equal(store_run(s->store, verify, &s->proof), OK);
	if (s->proof.erased >= s->wanted || ++s->looked > LOOKS)
		loop_stop(s->loop);
	else
		loop_timer_set(s->timer, LOOK_MS);
}

static void play(struct stage *s, int64_t keep_ms, int64_t wanted, int looks)
{
	s->wanted = wanted;
	s->looked = LOOKS - looks;
	s->retention = retention_new(s->loop, s->store, keep_ms);
	s->timer = loop_timer_new(s->loop, on_look, s);
	loop_timer_set(s->timer, LOOK_MS);
	loop_run(s->loop);
	retention_stop(s->retention);
}

static void all_that_is_too_old_goes_in_several_jobs(void **state)
{
	struct stage *s = *state;

	assert_int_equal(store_run(s->store, add_lines, NULL), OK);
	play(s, 400 * DAY_MS, OLD_LINES, LOOKS);
	assert_int_equal(s->proof.erased, OLD_LINES);
	assert_int_equal(s->proof.n, LINES + 3);
}

static void never_keeps_everything(void **state)
{
	struct stage *s = *state;

	assert_int_equal(store_run(s->store, add_lines, NULL), OK);
	play(s, CONFIG_NEVER, 1, 75);
	assert_int_equal(s->proof.erased, 0);
}

static enum errc was_here_long_ago(struct tx *tx, void *arg)
{
	char text[32];

	(void)arg;
	return store_setting_set(tx, "retention.last", clock_rfc3339(clock_wall_ms() - 40 * DAY_MS, text));
}

static void a_clock_that_leapt_costs_nothing(void **state)
{
	struct stage *s = *state;

	assert_int_equal(store_run(s->store, add_lines, NULL), OK);
	assert_int_equal(store_run(s->store, was_here_long_ago, NULL), OK);
	play(s, 400 * DAY_MS, 1, 75);
	assert_int_equal(s->proof.erased, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(all_that_is_too_old_goes_in_several_jobs, begin, end),
	    cmocka_unit_test_setup_teardown(never_keeps_everything, begin, end),
	    cmocka_unit_test_setup_teardown(a_clock_that_leapt_costs_nothing, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

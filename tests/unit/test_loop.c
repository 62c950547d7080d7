/*
 * tests/unit/test_loop.c - bot/loop: watches, timers, deferred calls, signals, the end.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/loop/loop.h"

struct world {
	struct loop *loop;
	char said[64]; /* one letter per call, in order */
	struct loop_watch *a;
	struct loop_watch *b;
	struct loop_timer *timer;
	int signal_number;
};

static void say(struct world *w, char c)
{
	size_t n = strlen(w->said);

	if (n + 1 < sizeof(w->said))
		w->said[n] = c;
}

static int begin(void **state)
{
	static struct world w;
	struct err e;

	memset(&w, 0, sizeof(w));
	assert_int_equal(loop_new(&w.loop, &e), OK);
	*state = &w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	loop_shut(w->loop);
	loop_watch_free(w->a);
	loop_watch_free(w->b);
	loop_timer_free(w->timer);
	loop_free(w->loop);
	return 0;
}

static void say_a(void *arg)
{
	say(arg, 'a');
}

static void say_b(void *arg)
{
	say(arg, 'b');
}

static void stop(void *arg)
{
	struct world *w = arg;

	say(w, '.');
	loop_stop(w->loop);
}

static void timers_fire_in_order_of_their_time(void **state)
{
	struct world *w = *state;
	struct loop_timer *last = loop_timer_new(w->loop, stop, w);
	struct loop_timer *second = loop_timer_new(w->loop, say_b, w);
	struct loop_timer *first = loop_timer_new(w->loop, say_a, w);

	loop_timer_set(last, 30);
	loop_timer_set(second, 15);
	loop_timer_set(first, 1);
	loop_run(w->loop);
	assert_string_equal(w->said, "ab.");
	loop_timer_free(first);
	loop_timer_free(second);
	loop_timer_free(last);
}

static void a_timer_set_again_or_stopped_forgets_its_earlier_time(void **state)
{
	struct world *w = *state;
	struct loop_timer *stopped = loop_timer_new(w->loop, say_a, w);
	struct loop_timer *end_timer = loop_timer_new(w->loop, stop, w);

	loop_timer_set(stopped, 1);
	loop_timer_set(stopped, -1);
	loop_timer_set(end_timer, 1);
	loop_timer_set(end_timer, 20);
	loop_run(w->loop);
	assert_string_equal(w->said, ".");
	loop_timer_free(stopped);
	loop_timer_free(end_timer);
}

static void free_timer(void *arg)
{
	struct world *w = arg;

	loop_timer_free(w->timer);
	w->timer = NULL;
	stop(w);
}

static void a_timer_may_free_itself(void **state)
{
	struct world *w = *state;

	w->timer = loop_timer_new(w->loop, free_timer, w);
	loop_timer_set(w->timer, 0);
	loop_run(w->loop);
	assert_string_equal(w->said, ".");
}

static void defer_more(void *arg)
{
	struct world *w = arg;

	loop_defer(w->loop, say_b, w);
	loop_defer(w->loop, stop, w);
	say(w, 'm');
}

static void deferred_calls_come_later_and_in_order(void **state)
{
	struct world *w = *state;

	loop_defer(w->loop, defer_more, w);
	loop_defer(w->loop, say_a, w);
	assert_string_equal(w->said, "");
	loop_run(w->loop);
	assert_string_equal(w->said, "mab.");
}

static void free_both(void *arg, int fd, unsigned events)
{
	struct world *w = arg;

	(void)fd;
	(void)events;
	loop_watch_free(w->a);
	loop_watch_free(w->b);
	w->a = NULL;
	w->b = NULL;
	say(w, 'x');
	loop_defer(w->loop, stop, w);
}

static void a_watch_freed_by_another_is_not_called(void **state)
{
	struct world *w = *state;
	int a = eventfd(1, EFD_CLOEXEC);
	int b = eventfd(1, EFD_CLOEXEC);

	w->a = loop_watch_new(w->loop, a, LOOP_READ, free_both, w);
	w->b = loop_watch_new(w->loop, b, LOOP_READ, free_both, w);
	loop_run(w->loop);
	assert_string_equal(w->said, "x.");
	close(a);
	close(b);
}

static void note_hang_up(void *arg, int fd, unsigned events)
{
	struct world *w = arg;

	(void)fd;
	say(w, events & LOOP_READ ? 'r' : 'w');
	loop_watch_set(w->a, 0);
	w->timer = loop_timer_new(w->loop, stop, w);
	loop_timer_set(w->timer, 10);
}

static void a_watch_for_nothing_does_not_report_a_hang_up_again(void **state)
{
	struct world *w = *state;
	int pipe_fd[2];

	assert_int_equal(pipe(pipe_fd), 0);
	close(pipe_fd[1]);
	w->a = loop_watch_new(w->loop, pipe_fd[0], LOOP_READ, note_hang_up, w);
	loop_run(w->loop);
	assert_string_equal(w->said, "r.");
	loop_watch_free(w->a);
	w->a = NULL;
	close(pipe_fd[0]);
}

static void on_signal(void *arg, int number)
{
	struct world *w = arg;

	w->signal_number = number;
	loop_stop(w->loop);
}

static void a_signal_is_a_call_in_the_loop(void **state)
{
	struct world *w = *state;
	struct err e;

	assert_int_equal(loop_on_signal(w->loop, on_signal, w, &e), OK);
	raise(SIGHUP);
	loop_run(w->loop);
	assert_int_equal(w->signal_number, SIGHUP);
}

static void the_end_drops_timers_and_deferred_calls(void **state)
{
	struct world *w = *state;

	w->timer = loop_timer_new(w->loop, say_a, w);
	loop_timer_set(w->timer, 0);
	loop_defer(w->loop, say_b, w);
	loop_shut(w->loop);
	loop_defer(w->loop, say_b, w);
	loop_timer_set(w->timer, 0);
	assert_string_equal(w->said, "");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(timers_fire_in_order_of_their_time),
	    CASE(a_timer_set_again_or_stopped_forgets_its_earlier_time),
	    CASE(a_timer_may_free_itself),
	    CASE(deferred_calls_come_later_and_in_order),
	    CASE(a_watch_freed_by_another_is_not_called),
	    CASE(a_watch_for_nothing_does_not_report_a_hang_up_again),
	    CASE(a_signal_is_a_call_in_the_loop),
	    CASE(the_end_drops_timers_and_deferred_calls),
	};

	loop_block_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

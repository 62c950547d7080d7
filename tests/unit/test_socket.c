/*
 * tests/unit/test_socket.c - sockets and calls against the fake Slack, with short times.
 *
 * The fake is a program of its own (build/MODE/sim-slack, beside the folder of
 * this test); where it was not built, these cases are skipped. It records every
 * breach of the protocol: a case that leaves one has failed.
 */
#include <arpa/inet.h>
#include <libgen.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/slack.h"

#define APP_TOKEN "xapp-1-A0EAC00001-1-sim"
#define BOT_TOKEN "xoxb-1-sim"

struct fixture {
	pid_t sim;
	int port;
	struct loop *loop;
	struct http *http;
	struct slack *slack;
	struct secret *app_token, *bot_token;
	struct loop_timer *tick;
	int64_t until_ms;
	bool (*is_done)(struct fixture *f);
	/* what came */
	unsigned envelopes, gaps;
	unsigned least_live; /* since it was set */
	bool acks, stopped, answered;
	char text[64];
	size_t largest;
	struct slack_answer answer;
	char reason[700];
};

/* --- the fake --- */

static char *sim_path(void)
{
	char self[4096] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return NULL;
	return mem_printf("%s/sim-slack", dirname(dirname(dirname(self))));
}

static int start_sim(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	AUTO_FREE char *path = sim_path();
	char line[100] = "";
	int out[2];

	*state = f;
	if (!path || access(path, X_OK) || pipe(out))
		return 0; /* the cases skip themselves */
	f->sim = fork();
	if (f->sim == 0) {
		dup2(out[1], 1);
		execl(path, path, "--port", "0", "--state", "tests/sim/slack/workspace.json", "--die-with-parent",
		      NULL);
		_exit(127);
	}
	close(out[1]);
	FILE *stream = fdopen(out[0], "r");
	if (!stream || !fgets(line, sizeof(line), stream) || !strstr(line, "127.0.0.1:"))
		return -1;
	f->port = (int)strtol(strstr(line, "127.0.0.1:") + 10, NULL, 10);
	fclose(stream);
	return 0;
}

static int stop_sim(void **state)
{
	struct fixture *f = *state;

	if (f->sim) {
		kill(f->sim, SIGKILL);
		waitpid(f->sim, NULL, 0);
	}
	free(f);
	return 0;
}

/* Asks the fake's control side; blocks, which is short. The caller owns the answer. */
static json_t *control(struct fixture *f, const char *method, const char *path, const char *body)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
	AUTO_FREE char *request = mem_printf("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	                                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	                                     method, path, strlen(body), body);
	AUTO_BUF struct buf answer;
	char part[4096];
	json_t *value = NULL;
	const char *text;
	ssize_t n;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	buf_init(&answer, 16 * 1024 * 1024);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(&answer, part, (size_t)n);
	close(fd);
	text = strstr(buf_str(&answer), "\r\n\r\n");
	assert_non_null(text);
	if (json_parse(&value, text + 4, strlen(text + 4), NULL))
		fail_msg("%s: %s", path, buf_str(&answer));
	return value;
}

static void order(struct fixture *f, const char *path, const char *body)
{
	json_t *answer = control(f, "POST", path, body);

	if (json_str_or_null(answer, "error"))
		fail_msg("%s: %s", path, json_str(answer, "error"));
	json_decref(answer);
}

static void assert_no_violations(struct fixture *f)
{
	json_t *list = control(f, "GET", "/_sim/violations", "");
	AUTO_FREE char *text = json_text(list);

	if (json_array_size(list))
		fail_msg("%s", text);
	json_decref(list);
}

static bool journal_says(struct fixture *f, const char *words)
{
	json_t *journal = control(f, "GET", "/_sim/journal", "");
	AUTO_FREE char *text = json_text(journal);

	json_decref(journal);
	return strstr(text, words) != NULL;
}

static json_int_t registered(struct fixture *f)
{
	json_t *sockets = control(f, "GET", "/_sim/sockets", "");
	json_int_t n = json_integer_value(json_get(sockets, "registered"));

	json_decref(sockets);
	return n;
}

/* The server reads a Close in a thread of its own. */
static void await_none_registered(struct fixture *f)
{
	for (int i = 0; i < 100 && registered(f) > 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
	assert_int_equal(registered(f), 0);
}

/* --- the module under test --- */

static struct slack_figures figures(struct fixture *f)
{
	struct slack_figures now;

	slack_get_figures(f->slack, &now);
	return now;
}

static void on_envelope(void *arg, uint64_t socket, const struct envelope *e)
{
	struct fixture *f = arg;
	json_t *payload = e->type == ENVELOPE_SLASH ? json_pack("{s:s}", "text", "ok") : NULL;

	f->envelopes++;
	text_copy(f->text, sizeof(f->text), *e->text ? e->text : json_str(e->event, "text"));
	if (strlen(json_str(e->event, "text")) > f->largest)
		f->largest = strlen(json_str(e->event, "text"));
	if (f->acks)
		assert_int_equal(slack_ack(f->slack, socket, e->id, e->takes_payload ? payload : NULL), OK);
	json_decref(payload);
}

static void on_state(void *arg)
{
	struct fixture *f = arg;

	if (figures(f).live < f->least_live)
		f->least_live = figures(f).live;
}

static void on_gap(void *arg, int64_t gap_ms)
{
	struct fixture *f = arg;

	assert_true(gap_ms >= 300);
	f->gaps++;
}

static void on_tick(void *arg)
{
	struct fixture *f = arg;

	if (f->is_done(f) || clock_boot_ms() > f->until_ms)
		loop_stop(f->loop);
	else
		loop_timer_set(f->tick, 5);
}

/* Turns the loop until is_done, for at most 10 s. */
static void turn_until(struct fixture *f, bool (*is_done)(struct fixture *))
{
	f->is_done = is_done;
	f->until_ms = clock_boot_ms() + 10000;
	loop_timer_set(f->tick, 0);
	loop_run(f->loop);
	if (!is_done(f)) {
		struct slack_figures now = figures(f);

		fail_msg("waited in vain: %u live, %u draining, %s; %s", now.live, now.draining, now.trouble,
		         now.last_loss);
	}
}

static bool is_over(struct fixture *f)
{
	return clock_boot_ms() >= f->until_ms;
}

static void turn_for(struct fixture *f, int64_t ms)
{
	f->is_done = is_over;
	f->until_ms = clock_boot_ms() + ms;
	loop_timer_set(f->tick, 0);
	loop_run(f->loop);
}

static const struct slack_times short_times = {
    .dial_ms = 2000,
    .hello_ms = 1500,
    .ping_ms = 100,
    .dead_ms = 2000,
    .drain_ms = 800,
    .close_ms = 500,
    .stagger_ms = 50,
    .back_off_ms = 20,
    .crowded_ms = 400,
    .probe_ms = 300,
    .gap_ms = 300,
    .apart_ms = 10,
    .budget_ms = 10,
};

static void begin_with(struct fixture *f, int connections, struct slack_times times)
{
	struct slack_callbacks callbacks = {on_envelope, on_state, on_gap, f};
	AUTO_FREE char *url = mem_printf("http://127.0.0.1:%d/api/", f->port);
	struct err err = {0};

	if (!f->port) {
		print_message("skipped: build/MODE/sim-slack is not there\n");
		skip();
	}
	f->acks = true;
	assert_int_equal(loop_new(&f->loop, &err), OK);
	assert_int_equal(
	    http_new(&f->http, f->loop, &(struct http_options){.user_agent = "test", .allow_plain = true}, &err), OK);
	f->app_token = secret_new(APP_TOKEN, strlen(APP_TOKEN));
	f->bot_token = secret_new(BOT_TOKEN, strlen(BOT_TOKEN));
	f->tick = loop_timer_new(f->loop, on_tick, f);
	struct slack_options options = {
	    .api_url = url,
	    .app_token = f->app_token,
	    .bot_token = f->bot_token,
	    .connections = connections,
	    .times = times,
	};
	assert_int_equal(slack_new(&f->slack, f->loop, f->http, &options, &callbacks, &err), OK);
	slack_start(f->slack);
}

static void begin(struct fixture *f, int connections)
{
	begin_with(f, connections, short_times);
}

static void on_stopped(void *arg)
{
	struct fixture *f = arg;

	f->stopped = true;
	loop_stop(f->loop);
}

static void drop_everything(struct fixture *f)
{
	slack_free(f->slack);
	http_free(f->http);
	loop_timer_free(f->tick);
	loop_shut(f->loop);
	loop_free(f->loop);
	secret_free(f->app_token);
	secret_free(f->bot_token);
}

static bool has_stopped(struct fixture *f)
{
	return f->stopped;
}

static void end(struct fixture *f)
{
	slack_stop(f->slack, on_stopped, f);
	turn_until(f, has_stopped);
	drop_everything(f);
	assert_no_violations(f);
}

static bool one_is_live(struct fixture *f)
{
	return figures(f).live == 1 && slack_identity(f->slack);
}

static bool two_are_live(struct fixture *f)
{
	return figures(f).live == 2;
}

static bool an_envelope_came(struct fixture *f)
{
	return f->envelopes > 0;
}

/* --- cases: sockets --- */

static void both_sockets_come_up_and_are_closed_politely(void **state)
{
	struct fixture *f = *state;

	begin(f, 2);
	assert_string_equal(figures(f).trouble, "not connected yet");
	turn_until(f, two_are_live);
	turn_until(f, two_are_live);
	assert_string_equal(figures(f).trouble, "");
	assert_int_equal(figures(f).reported, 2);
	assert_false(figures(f).ghosts);
	assert_string_equal(slack_identity(f->slack)->bot_user, "U0BOT0001");
	assert_string_equal(slack_identity(f->slack)->app_id, "A0EAC00001");
	end(f);
	assert_true(journal_says(f, "the client sent Close 1000"));
	await_none_registered(f);
}

static void an_envelope_is_acknowledged_on_its_socket(void **state)
{
	struct fixture *f = *state;

	begin(f, 2);
	turn_until(f, two_are_live);
	for (int i = 0; i < 20; i++)
		order(f, "/_sim/slash",
		      "{\"user\":\"U0HELP001\",\"channel\":\"C0HELP0001\",\"text\":\"help\",\"wait\":false}");
	turn_until(f, an_envelope_came);
	turn_for(f, 300);
	assert_int_equal(f->envelopes, 20);
	assert_string_equal(f->text, "help");
	end(f);
}

static void tell_first_socket(struct fixture *f, const char *what)
{
	json_t *sockets = control(f, "GET", "/_sim/sockets", "");
	json_int_t id = json_integer_value(json_get(json_array_get(json_get(sockets, "sockets"), 0), "socket"));
	AUTO_FREE char *body =
	    mem_printf("{\"do\":\"%s\",\"socket\":%lld,\"close_after_ms\":5000}", what, (long long)id);

	json_decref(sockets);
	order(f, "/_sim/sockets", body);
}

static bool a_third_said_hello(struct fixture *f)
{
	return figures(f).hellos == 3 && figures(f).draining == 0;
}

static void a_socket_that_has_to_go_is_replaced_before_it_goes(void **state)
{
	struct fixture *f = *state;

	begin(f, 2);
	turn_until(f, two_are_live);
	f->least_live = 99;
	tell_first_socket(f, "warning");
	tell_first_socket(f, "refresh_requested");
	turn_until(f, a_third_said_hello);
	turn_for(f, 300);
	assert_in_range(f->least_live, 2, 3);
	assert_int_equal(figures(f).live, 2);
	assert_int_equal(figures(f).hellos, 3);
	assert_int_equal(f->gaps, 0);
	end(f);
}

static bool two_said_hello_and_one_stays(struct fixture *f)
{
	return figures(f).hellos == 2 && figures(f).live == 1 && figures(f).draining == 0;
}

static void the_only_socket_is_replaced_without_a_gap_when_its_life_nears_its_end(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/settings", "{\"approximate_connection_time\":1}");
	begin(f, 1);
	turn_until(f, one_is_live);
	f->least_live = 99;
	turn_until(f, two_said_hello_and_one_stays);
	assert_int_equal(f->least_live, 1);
	assert_int_equal(figures(f).losses, 0);
	end(f);
}

static void a_silent_socket_is_noticed_and_the_gap_told(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	order(f, "/_sim/sockets", "{\"do\":\"silent\"}");
	turn_until(f, two_said_hello_and_one_stays);
	assert_int_equal(f->gaps, 1);
	assert_non_null(strstr(figures(f).last_loss, "silent"));
	end(f);
}

static bool silence_was_told(struct fixture *f)
{
	return f->gaps > 0 && figures(f).live == 2;
}

/* What Slack sent on the dead one is missing, whatever the other brought. */
static void a_silent_socket_beside_a_live_one_is_a_gap_too(void **state)
{
	struct fixture *f = *state;

	begin(f, 2);
	turn_until(f, two_are_live);
	order(f, "/_sim/sockets", "{\"do\":\"silent\",\"socket\":1}");
	turn_until(f, silence_was_told);
	assert_int_equal(f->gaps, 1);
	end(f);
}

static void a_lost_connection_is_dialled_again(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	order(f, "/_sim/sockets", "{\"do\":\"reset\"}");
	turn_until(f, two_said_hello_and_one_stays);
	end(f);
}

static void close_codes_are_told_and_dialled_again(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	order(f, "/_sim/sockets", "{\"do\":\"close\",\"code\":1001,\"reason\":\"going away\"}");
	turn_until(f, two_said_hello_and_one_stays);
	assert_non_null(strstr(figures(f).last_loss, "1001: going away"));
	end(f);
}

static bool there_is_trouble(struct fixture *f)
{
	return figures(f).losses > 0;
}

static void too_many_sockets_are_not_answered_with_more(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/sockets", "{\"do\":\"ghosts\",\"count\":10}");
	begin(f, 2);
	turn_until(f, there_is_trouble);
	assert_non_null(strstr(figures(f).trouble, "too many"));
	turn_for(f, 250);
	assert_int_equal(figures(f).opens, 1);
	turn_for(f, 3000);
	assert_in_range(figures(f).opens, 2, 5);
	assert_int_equal(registered(f), 10);
	end(f);
}

static void ghosts_are_seen(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/sockets", "{\"do\":\"ghosts\",\"count\":3}");
	begin(f, 1);
	turn_until(f, one_is_live);
	assert_int_equal(figures(f).reported, 4);
	assert_int_equal(figures(f).ghosts, 3);
	assert_true(figures(f).ghosts_until > clock_wall_ms());
	end(f);
}

static void socket_mode_switched_off_is_probed_until_it_is_on(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/settings", "{\"link_disabled\":true}");
	begin(f, 1);
	turn_until(f, there_is_trouble);
	assert_non_null(strstr(figures(f).trouble, "switched off"));
	turn_for(f, 150);
	assert_int_equal(figures(f).opens, 1);
	order(f, "/_sim/settings", "{\"link_disabled\":false}");
	turn_until(f, one_is_live);
	end(f);
}

static void no_hello_is_not_waited_for_for_ever(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/settings", "{\"hello\":false}");
	begin(f, 1);
	turn_until(f, there_is_trouble);
	assert_non_null(strstr(figures(f).trouble, "hello"));
	order(f, "/_sim/settings", "{\"hello\":true}");
	turn_until(f, one_is_live);
	end(f);
}

static void a_refused_upgrade_is_tried_again(void **state)
{
	struct fixture *f = *state;

	if (f->port) {
		order(f, "/_sim/faults", "{\"kind\":\"link\",\"status\":503}");
		order(f, "/_sim/faults", "{\"kind\":\"link\",\"status\":408}");
	}
	begin(f, 1);
	turn_until(f, there_is_trouble);
	assert_non_null(strstr(figures(f).trouble, "503"));
	turn_until(f, one_is_live);
	assert_int_equal(figures(f).opens, 3);
	end(f);
}

static void an_address_that_can_not_be_had_is_asked_again(void **state)
{
	struct fixture *f = *state;

	if (f->port) {
		order(f, "/_sim/faults", "{\"kind\":\"apps.connections.open\",\"body\":\"<html>\",\"status\":200}");
		order(f, "/_sim/faults",
		      "{\"kind\":\"apps.connections.open\",\"body\":{\"ok\":false,\"error\":\"fatal_error\"},"
		      "\"status\":200}");
		order(f, "/_sim/faults",
		      "{\"kind\":\"apps.connections.open\",\"status\":200,"
		      "\"body\":{\"ok\":true,\"url\":\"wss://evil.example/?ticket=1\"}}");
		order(f, "/_sim/faults", "{\"kind\":\"apps.connections.open\",\"drop\":\"before\"}");
	}
	begin(f, 1);
	turn_until(f, one_is_live);
	assert_in_range(figures(f).opens, 4, 5); /* curl may ask a second time by itself */
	end(f);
}

static void an_address_is_not_asked_for_before_slack_lets_us(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/faults", "{\"kind\":\"apps.connections.open\",\"retry_after\":1}");
	begin(f, 1);
	turn_until(f, there_is_trouble);
	turn_for(f, 700);
	assert_int_equal(figures(f).opens, 1);
	turn_until(f, one_is_live);
	assert_int_equal(figures(f).opens, 2);
	end(f);
}

static bool an_envelope_of_an_event_came(struct fixture *f)
{
	return f->envelopes > 0 && f->largest > 0;
}

static void a_message_in_pieces_is_put_together(void **state)
{
	struct fixture *f = *state;
	AUTO_FREE char *body = NULL;
	char *text = mem_alloc(300001);

	memset(text, 'x', 300000);
	body = mem_printf("{\"event\":{\"type\":\"message\",\"text\":\"%s\"},\"wait\":false}", text);
	free(text);
	if (f->port)
		order(f, "/_sim/settings", "{\"fragment\":7000,\"interleave\":true}");
	begin(f, 1);
	turn_until(f, one_is_live);
	order(f, "/_sim/event", body);
	turn_until(f, an_envelope_of_an_event_came);
	assert_int_equal(f->largest, 300000);
	end(f);
}

static void a_message_that_is_too_large_ends_the_socket(void **state)
{
	struct fixture *f = *state;
	size_t len = 5 * 1024 * 1024;
	AUTO_FREE char *body = NULL;
	char *text = mem_alloc(len + 1);

	memset(text, 'x', len);
	body = mem_printf("{\"do\":\"text\",\"text\":\"%s\"}", text);
	free(text);
	begin(f, 1);
	turn_until(f, one_is_live);
	/* the fake blocks until it is read, so the order goes from a process of its own */
	pid_t child = fork();
	if (child == 0) {
		json_decref(control(f, "POST", "/_sim/sockets", body));
		_exit(0);
	}
	turn_until(f, two_said_hello_and_one_stays);
	waitpid(child, NULL, 0);
	if (!strstr(figures(f).last_loss, "larger than 4 MiB"))
		fail_msg("%s", figures(f).last_loss);
	assert_true(journal_says(f, "the client sent Close 1009"));
	end(f);
}

static bool three_are_unreadable(struct fixture *f)
{
	return figures(f).unreadable == 3;
}

static void what_is_no_envelope_is_counted_and_ignored(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	order(f, "/_sim/sockets", "{\"do\":\"text\",\"text\":\"UNAUTHENTICATED: cache_error\"}");
	order(f, "/_sim/sockets", "{\"do\":\"text\",\"text\":\"\"}");
	order(f, "/_sim/sockets", "{\"do\":\"text\",\"text\":\"[]\"}");
	order(f, "/_sim/sockets", "{\"do\":\"binary\"}");
	order(f, "/_sim/raw", "{\"type\":\"of_tomorrow\",\"payload\":{\"x\":1},\"wait\":false}");
	turn_until(f, three_are_unreadable);
	turn_for(f, 100);
	assert_int_equal(f->envelopes, 0);
	assert_int_equal(figures(f).live, 1);
	assert_int_equal(figures(f).losses, 0);
	end(f);
}

static void a_wrong_token_is_said_and_probed_and_a_new_one_heals(void **state)
{
	struct fixture *f = *state;
	struct secret *wrong = secret_new("xapp-wrong", 10), *bad = secret_new("xoxb-wrong", 10);

	begin(f, 1);
	slack_set_tokens(f->slack, wrong, bad);
	turn_until(f, there_is_trouble);
	turn_for(f, 100);
	assert_non_null(strstr(figures(f).trouble, "invalid_auth"));
	assert_int_equal(figures(f).opens, 1);
	slack_set_tokens(f->slack, f->app_token, f->bot_token);
	turn_until(f, one_is_live);
	assert_string_equal(figures(f).trouble, "");
	end(f);
	secret_free(wrong);
	secret_free(bad);
}

static void tokens_of_two_apps_are_noticed_and_their_sockets_closed(void **state)
{
	struct fixture *f = *state;

	if (f->port)
		order(f, "/_sim/settings", "{\"hello_app_id\":\"A0OTHER001\"}");
	begin(f, 1);
	turn_until(f, there_is_trouble);
	assert_non_null(strstr(figures(f).trouble, "A0OTHER001"));
	turn_for(f, 200);
	assert_int_equal(figures(f).opens, 1);
	assert_int_equal(figures(f).live, 0);
	await_none_registered(f);
	order(f, "/_sim/settings", "{\"hello_app_id\":\"A0EAC00001\"}");
	turn_until(f, one_is_live);
	assert_string_equal(figures(f).trouble, "");
	end(f);
}

/* A new token that is valid can't be had from the fake; what is refused with it shows that the socket was replaced. */
static void another_app_token_replaces_the_sockets_that_stand(void **state)
{
	struct fixture *f = *state;
	struct secret *other = secret_new("xapp-other", 10);

	begin(f, 1);
	turn_until(f, one_is_live);
	slack_set_tokens(f->slack, f->app_token, f->bot_token);
	turn_for(f, 100);
	assert_int_equal(figures(f).opens, 1);
	slack_set_tokens(f->slack, other, f->bot_token);
	turn_until(f, there_is_trouble);
	assert_non_null(strstr(figures(f).last_loss, "invalid_auth"));
	assert_int_equal(figures(f).live, 1); /* before the new one is proven, the old one stays */
	slack_set_tokens(f->slack, f->app_token, f->bot_token);
	turn_until(f, two_said_hello_and_one_stays);
	end(f);
	secret_free(other);
}

static bool an_address_is_asked_for(struct fixture *f)
{
	return figures(f).opens == 1;
}

static void an_answer_about_the_old_app_token_does_not_put_off_the_new_one(void **state)
{
	struct fixture *f = *state;
	struct secret *wrong = secret_new("xapp-wrong", 10);
	struct slack_times times = short_times;

	times.probe_ms = 60000;
	if (f->port)
		order(f, "/_sim/faults", "{\"kind\":\"apps.connections.open\",\"delay_ms\":400}");
	begin_with(f, 1, times);
	slack_set_tokens(f->slack, wrong, f->bot_token);
	turn_until(f, an_address_is_asked_for);
	turn_for(f, 100);
	slack_set_tokens(f->slack, f->app_token, f->bot_token);
	turn_until(f, one_is_live);
	turn_for(f, 500);
	assert_int_equal(figures(f).losses, 0);
	end(f);
	secret_free(wrong);
}

static void one_is_lost(struct fixture *f, uint64_t hellos)
{
	json_t *sockets = control(f, "GET", "/_sim/sockets", "");
	json_int_t id = json_integer_value(json_get(json_array_get(json_get(sockets, "sockets"), 0), "socket"));
	AUTO_FREE char *body = mem_printf("{\"do\":\"reset\",\"socket\":%lld}", (long long)id);

	json_decref(sockets);
	order(f, "/_sim/sockets", body);
	turn_for(f, 200);
	assert_int_equal(figures(f).hellos, hellos);
}

static void while_one_is_live_addresses_are_asked_for_sparingly(void **state)
{
	struct fixture *f = *state;
	struct slack_times times = short_times;

	times.budget_ms = 60000;
	times.stagger_ms = 20;
	begin_with(f, 2, times);
	turn_until(f, two_are_live);
	one_is_lost(f, 3);
	one_is_lost(f, 3);
	assert_int_equal(figures(f).live, 1);
	/* without any, it does not count the minutes */
	one_is_lost(f, 4);
	end(f);
}

static bool a_second_said_hello(struct fixture *f)
{
	return figures(f).hellos == 2;
}

static void a_slot_of_our_own_is_taken_again_at_once_where_slack_is_crowded(void **state)
{
	struct fixture *f = *state;
	struct slack_times times = short_times;

	times.crowded_ms = 60000;
	if (f->port)
		order(f, "/_sim/sockets", "{\"do\":\"ghosts\",\"count\":9}");
	begin_with(f, 2, times);
	turn_until(f, there_is_trouble);
	assert_int_equal(figures(f).live, 1);
	tell_first_socket(f, "warning");
	turn_until(f, a_second_said_hello);
	assert_int_equal(figures(f).losses, 1);
	end(f);
}

static void what_went_wrong_is_forgotten_once_a_socket_has_lasted(void **state)
{
	struct fixture *f = *state;
	struct slack_times times = short_times;

	times.stable_ms = 200;
	times.crowded_ms = 100;
	if (f->port)
		order(f, "/_sim/sockets", "{\"do\":\"ghosts\",\"count\":10}");
	begin_with(f, 1, times);
	turn_until(f, there_is_trouble);
	order(f, "/_sim/sockets", "{\"do\":\"ghosts\",\"count\":0}");
	turn_until(f, one_is_live);
	turn_for(f, 300);
	f->least_live = 99;
	tell_first_socket(f, "warning");
	turn_until(f, two_said_hello_and_one_stays);
	assert_int_equal(f->least_live, 1); /* the replacement came first again */
	end(f);
}

static void an_acknowledgement_that_is_too_large_is_refused_here(void **state)
{
	struct fixture *f = *state;
	char *text = mem_alloc(17001);
	json_t *payload;

	memset(text, 'x', 17000);
	payload = json_pack("{s:s}", "text", text);
	begin(f, 1);
	turn_until(f, one_is_live);
	assert_int_equal(slack_ack(f->slack, 1, "e", payload), ERR_TOO_LARGE);
	assert_int_equal(slack_ack(f->slack, 77, "e", NULL), ERR_NOT_FOUND);
	json_decref(payload);
	free(text);
	end(f);
}

static void everything_can_be_dropped_while_it_dials(void **state)
{
	struct fixture *f = *state;

	begin(f, 2);
	turn_for(f, 3);
	drop_everything(f);
}

static void everything_can_be_dropped_while_it_is_live(void **state)
{
	struct fixture *f = *state;

	begin(f, 2);
	turn_until(f, two_are_live);
	drop_everything(f);
}

/* --- cases: calls --- */

static void on_answer(void *arg, const struct slack_answer *answer)
{
	struct fixture *f = arg;

	f->answered = true;
	f->answer = *answer;
	text_copy(f->reason, sizeof(f->reason), answer->reason);
	text_copy(f->text, sizeof(f->text), answer->error);
}

static bool is_answered(struct fixture *f)
{
	return f->answered;
}

static enum errc call(struct fixture *f, const char *method, json_t *arguments)
{
	f->answered = false;
	slack_call(f->slack, method, arguments, 3000, on_answer, f);
	assert_false(f->answered);
	turn_until(f, is_answered);
	return f->answer.code;
}

static json_t *a_post(const char *channel)
{
	return json_pack("{s:s, s:s, s:b, s:[{s:s, s:{s:s, s:s}}]}", "channel", channel, "text", "hello",
	                 "unfurl_links", 0, "blocks", "type", "section", "text", "type", "mrkdwn", "text", "hello");
}

static void fault(struct fixture *f, const char *kind, const char *what)
{
	AUTO_FREE char *rule = mem_printf("{\"kind\":\"%s\",%s}", kind, what);

	order(f, "/_sim/faults", rule);
}

static void calls_are_answered(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	assert_int_equal(call(f, "chat.postMessage", a_post("C0HELP0001")), OK);
	assert_string_equal(f->reason, "");
	assert_int_equal(call(f, "chat.postMessage", a_post("C0NOBOT001")), ERR_DENIED);
	assert_string_equal(f->text, "not_in_channel");
	assert_non_null(strstr(f->reason, "/invite"));
	assert_int_equal(call(f, "users.lookupByEmail", json_pack("{s:s}", "email", "nobody@example.com")),
	                 ERR_NOT_FOUND);
	assert_int_equal(call(f, "users.info", json_pack("{s:s,s:b}", "user", "U0JANE0001", "include_locale", 1)), OK);
	end(f);
}

static void a_missing_scope_is_named(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	assert_int_equal(call(f, "pins.add", json_pack("{s:s,s:s}", "channel", "C0HELP0001", "timestamp", "1.2")),
	                 ERR_DENIED);
	assert_non_null(strstr(f->reason, "pins:write"));
	end(f);
}

static void wrong_blocks_are_explained(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	json_t *post =
	    json_pack("{s:s, s:s, s:[{s:s}]}", "channel", "C0HELP0001", "text", "x", "blocks", "type", "section");
	assert_int_equal(call(f, "chat.postMessage", post), ERR_INVALID);
	assert_non_null(strstr(f->reason, "/blocks/0"));
	json_decref(control(f, "DELETE", "/_sim/violations", ""));
	end(f);
}

static void a_lost_answer_to_a_post_is_unknown_and_to_others_temporary(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	fault(f, "chat.postMessage", "\"drop\":\"after\"");
	assert_int_equal(call(f, "chat.postMessage", a_post("C0HELP0001")), ERR_UNKNOWN);
	fault(f, "chat.postMessage", "\"status\":503,\"body\":\"\"");
	assert_int_equal(call(f, "chat.postMessage", a_post("C0HELP0001")), ERR_UNKNOWN);
	fault(f, "chat.postMessage", "\"status\":200,\"body\":\"<html>\"");
	assert_int_equal(call(f, "chat.postMessage", a_post("C0HELP0001")), ERR_UNKNOWN);
	fault(f, "users.info", "\"status\":500,\"body\":\"\"");
	assert_int_equal(call(f, "users.info", json_pack("{s:s}", "user", "U0JANE0001")), ERR_TEMPORARY);
	fault(f, "users.info", "\"status\":200,\"body\":\"<html>\"");
	assert_int_equal(call(f, "users.info", json_pack("{s:s}", "user", "U0JANE0001")), ERR_PROTOCOL);
	end(f);
}

static void a_rate_limit_says_how_long_to_rest(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	fault(f, "users.info", "\"retry_after\":7");
	assert_int_equal(call(f, "users.info", json_pack("{s:s}", "user", "U0JANE0001")), ERR_TEMPORARY);
	assert_int_equal(f->answer.retry_after_ms, 7000);
	assert_string_equal(f->text, "ratelimited");
	fault(f, "users.lookupByEmail", "\"status\":429,\"body\":\"\"");
	assert_int_equal(call(f, "users.lookupByEmail", json_pack("{s:s}", "email", "x@example.com")), ERR_TEMPORARY);
	assert_int_equal(f->answer.retry_after_ms, 30000);
	end(f);
}

static void count_posts(void *arg, const char *method, const char *result, uint64_t n)
{
	struct fixture *f = arg;

	if (text_eq(method, "users.info") && text_eq(result, "ok"))
		f->envelopes += (unsigned)n;
}

static void calls_are_counted(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(call(f, "users.info", json_pack("{s:s}", "user", "U0JANE0001")), OK);
	slack_each_count(f->slack, count_posts, f);
	assert_int_equal(f->envelopes, 3);
	end(f);
}

static void a_cancelled_call_is_never_answered(void **state)
{
	struct fixture *f = *state;

	begin(f, 1);
	turn_until(f, one_is_live);
	slack_cancel(f->slack, slack_call(f->slack, "auth.test", NULL, 3000, on_answer, f));
	turn_for(f, 100);
	assert_false(f->answered);
	end(f);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start_sim, stop_sim)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(both_sockets_come_up_and_are_closed_politely),
	    CASE(an_envelope_is_acknowledged_on_its_socket),
	    CASE(a_socket_that_has_to_go_is_replaced_before_it_goes),
	    CASE(the_only_socket_is_replaced_without_a_gap_when_its_life_nears_its_end),
	    CASE(a_silent_socket_is_noticed_and_the_gap_told),
	    CASE(a_silent_socket_beside_a_live_one_is_a_gap_too),
	    CASE(a_lost_connection_is_dialled_again),
	    CASE(close_codes_are_told_and_dialled_again),
	    CASE(too_many_sockets_are_not_answered_with_more),
	    CASE(ghosts_are_seen),
	    CASE(socket_mode_switched_off_is_probed_until_it_is_on),
	    CASE(no_hello_is_not_waited_for_for_ever),
	    CASE(a_refused_upgrade_is_tried_again),
	    CASE(an_address_that_can_not_be_had_is_asked_again),
	    CASE(an_address_is_not_asked_for_before_slack_lets_us),
	    CASE(a_message_in_pieces_is_put_together),
	    CASE(a_message_that_is_too_large_ends_the_socket),
	    CASE(what_is_no_envelope_is_counted_and_ignored),
	    CASE(a_wrong_token_is_said_and_probed_and_a_new_one_heals),
	    CASE(tokens_of_two_apps_are_noticed_and_their_sockets_closed),
	    CASE(another_app_token_replaces_the_sockets_that_stand),
	    CASE(an_answer_about_the_old_app_token_does_not_put_off_the_new_one),
	    CASE(while_one_is_live_addresses_are_asked_for_sparingly),
	    CASE(a_slot_of_our_own_is_taken_again_at_once_where_slack_is_crowded),
	    CASE(what_went_wrong_is_forgotten_once_a_socket_has_lasted),
	    CASE(an_acknowledgement_that_is_too_large_is_refused_here),
	    CASE(everything_can_be_dropped_while_it_dials),
	    CASE(everything_can_be_dropped_while_it_is_live),
	    CASE(calls_are_answered),
	    CASE(a_missing_scope_is_named),
	    CASE(wrong_blocks_are_explained),
	    CASE(a_lost_answer_to_a_post_is_unknown_and_to_others_temporary),
	    CASE(a_rate_limit_says_how_long_to_rest),
	    CASE(calls_are_counted),
	    CASE(a_cancelled_call_is_never_answered),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}

/*
 * stage/stage_acts.c - people on the stage, what is to be seen, and the judgement at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/stage/client.h"
#include "tests/stage/stage.h"

enum { ASK_MS = 40000, SEE_MS = 10000, AWAIT_MS = 20000, LOOK_AGAIN_MS = 60, SLICE_MS = 100, QUERY_BYTES = 2000 };

/* --- the fakes --- */

static struct client_answer ask(struct stage *stage, enum fake fake, const char *path, json_t *body)
{
	AUTO_FREE char *text = body != NULL ? json_text(body) : NULL;

	json_decref(body);
	return client_ask(stage_fake_port(stage, fake), text != NULL ? "POST" : "GET", path, text, ASK_MS);
}

json_t *stage_ask(struct stage *stage, enum fake fake, const char *path, json_t *body)
{
	AUTO_FREE char *sent = body != NULL ? json_text(body) : NULL;
	struct client_answer answer = ask(stage, fake, path, body);
	json_t *value = answer.status == 200 ? json_loads(answer.body, JSON_DECODE_ANY, NULL) : NULL;

	if (value == NULL)
		stage_fail(stage, "%s %s: %d %s", path, sent != NULL ? sent : "", answer.status,
		           answer.body != NULL ? answer.body : "");
	client_answer_done(&answer);
	return value;
}

void stage_do(struct stage *stage, enum fake fake, const char *path, json_t *body)
{
	json_decref(stage_ask(stage, fake, path, body));
}

void stage_fault(struct stage *stage, enum fake fake, json_t *rule)
{
	stage_do(stage, fake, "/_sim/faults", rule);
}

void stage_clear_faults(struct stage *stage, enum fake fake)
{
	struct client_answer answer = client_ask(stage_fake_port(stage, fake), "DELETE", "/_sim/faults", NULL, ASK_MS);
	client_answer_done(&answer);
}

int64_t stage_fired(struct stage *stage, enum fake fake)
{
	json_t *rules = stage_ask(stage, fake, "/_sim/faults", NULL);
	int64_t sum = 0;
	size_t i;
	json_t *rule;

	json_array_foreach (rules, i, rule)
		sum += json_int(rule, "fired");
	json_decref(rules);
	return sum;
}

static void rest_ms(int ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

void stage_await_faults(struct stage *stage, enum fake fake, int count)
{
	int64_t until = clock_wall_ms() + AWAIT_MS;

	while (stage_fired(stage, fake) < count) {
		if (clock_wall_ms() > until)
			stage_fail(stage, "what was to go wrong did not happen");
		rest_ms(5);
	}
}

int stage_count(struct stage *stage, enum fake fake, const char *kind)
{
	char path[200];

	snprintf(path, sizeof path, "/_sim/journal?kind=%s", kind);
	json_t *lines = stage_ask(stage, fake, path, NULL);
	int count = (int)json_array_size(lines);
	json_decref(lines);
	return count;
}

void stage_await_count(struct stage *stage, enum fake fake, const char *kind, int more)
{
	int64_t until = clock_wall_ms() + AWAIT_MS;
	int wanted = stage_count(stage, fake, kind) + more;

	while (stage_count(stage, fake, kind) < wanted) {
		if (clock_wall_ms() > until)
			stage_fail(stage, "no %d more requests of the kind %s", more, kind);
		rest_ms(20);
	}
}

/* --- people --- */

char *stage_slash_in(struct stage *stage, const char *user, const char *channel, const char *words)
{
	json_t *result = stage_ask(stage, SLACK, "/_sim/slash",
	                           json_pack("{s:s, s:s, s:s}", "user", user, "channel", channel, "text", words));
	char *text = mem_strdup(json_str(json_get(result, "payload"), "text"));

	if (!json_bool(result, "acked"))
		stage_fail(stage, "/eac %s was not acknowledged in time", words);
	json_decref(result);
	return text;
}

char *stage_slash(struct stage *stage, const char *user, const char *words)
{
	return stage_slash_in(stage, user, "helpdesk", words);
}

void stage_say(struct stage *stage, const char *user, const char *channel, const char *thread_ts, const char *text)
{
	json_t *order = json_pack("{s:s, s:s, s:s}", "user", user, "channel", channel, "text", text);

	json_set_str(order, "thread_ts", thread_ts);
	stage_do(stage, SLACK, "/_sim/say", order);
}

static void add_query(char *path, size_t size, const char *name, const char *value)
{
	size_t len = strlen(path);

	if (value == NULL)
		return;
	len += (size_t)snprintf(path + len, size - len, "&%s=", name);
	client_escape(path + len, size - len, value);
}

static struct client_answer wait_for(struct stage *stage, const struct sight *sight, int timeout_ms)
{
	char path[QUERY_BYTES];

	snprintf(path, sizeof path, "/_sim/wait?timeout_ms=%d&after=%lld", timeout_ms, (long long)sight->after);
	add_query(path, sizeof path, "user", sight->user);
	add_query(path, sizeof path, "channel", sight->channel);
	add_query(path, sizeof path, "thread_ts", sight->thread);
	add_query(path, sizeof path, "button", sight->button);
	add_query(path, sizeof path, "in", sight->in);
	add_query(path, sizeof path, "contains", sight->contains);
	add_query(path, sizeof path, "also", sight->also);
	add_query(path, sizeof path, "gone", sight->gone ? "1" : NULL);
	return client_ask(stage_fake_port(stage, SLACK), "GET", path, NULL, timeout_ms + ASK_MS);
}

static const char *or_any(const char *text)
{
	return text != NULL ? text : "-";
}

json_t *stage_see(struct stage *stage, const struct sight *sight)
{
	int64_t until = clock_wall_ms() + (sight->timeout_ms > 0 ? sight->timeout_ms : SEE_MS);
	struct client_answer answer = wait_for(stage, sight, SLICE_MS);

	while (answer.status == 408 && clock_wall_ms() < until) {
		client_answer_done(&answer);
		stage_run_hook(stage);
		answer = wait_for(stage, sight, SLICE_MS);
	}
	json_t *seen = answer.status == 200 ? json_loads(answer.body, 0, NULL) : NULL;
	if (seen == NULL)
		stage_fail(stage, "%s%s: user %s, channel %s, button %s, contains \"%s\" and \"%s\"",
		           answer.status != 408 ? "no answer about " : "",
		           sight->gone ? "still to be seen" : "not seen", or_any(sight->user), or_any(sight->channel),
		           or_any(sight->button), or_any(sight->contains), or_any(sight->also));
	client_answer_done(&answer);
	return seen;
}

bool stage_sees(struct stage *stage, const struct sight *sight)
{
	struct client_answer answer = wait_for(stage, sight, 0);
	bool seen = answer.status == 200;

	client_answer_done(&answer);
	return seen;
}

int64_t stage_now(struct stage *stage)
{
	json_t *feed = stage_ask(stage, SLACK, "/_sim/feed", NULL);
	int64_t n = (int64_t)json_array_size(feed);

	json_decref(feed);
	return n;
}

void stage_click(struct stage *stage, const char *user, const char *label, const char *contains)
{
	const struct sight sight = {.user = user, .button = label, .contains = contains};
	json_t *seen = stage_see(stage, &sight);
	json_t *order = json_pack("{s:s, s:s}", "user", user, "label", label);

	json_set_str(order, "ts", json_str(json_get(seen, "message"), "ts"));
	json_decref(seen);
	stage_do(stage, SLACK, "/_sim/click", order);
}

json_t *stage_submit(struct stage *stage, const char *user, json_t *values)
{
	SEE(stage, .user = user, .in = "view", .contains = "One moment", .gone = true);
	return stage_ask(stage, SLACK, "/_sim/submit", json_pack("{s:s, s:o}", "user", user, "values", values));
}

/* --- repairs --- */

static bool has_number(const json_t *repair, int id)
{
	const char *text = json_str(repair, "id");

	if (text_starts(text, "EAC-"))
		return (int)strtol(text + 4, NULL, 10) == id;
	return json_int(repair, "id") == id;
}

json_t *stage_repair(struct stage *stage, int id)
{
	struct stage_output output = stage_eacbot(stage, "requests --json --all");
	json_t *all = json_loads(output.out, 0, NULL), *repair, *found = NULL;
	size_t i;

	if (output.code != 0 || !json_is_array(all))
		stage_fail(stage, "requests --json: %d %s %s", output.code, output.out, output.err);
	json_array_foreach (all, i, repair) {
		if (has_number(repair, id))
			found = json_incref(repair);
	}
	json_decref(all);
	stage_output_done(&output);
	return found;
}

/* Until the feed has more than `n` entries, or a little while. */
static int64_t await_news(struct stage *stage, int64_t n)
{
	char path[100];

	snprintf(path, sizeof path, "/_sim/feed?after=%lld&wait_ms=%d", (long long)n, LOOK_AGAIN_MS);
	json_t *news = stage_ask(stage, SLACK, path, NULL);
	n += (int64_t)json_array_size(news);
	json_decref(news);
	return n;
}

void stage_await(struct stage *stage, int id, const char *state, const char *step)
{
	int64_t until = clock_wall_ms() + AWAIT_MS, n = 0;

	for (;;) {
		json_t *repair = stage_repair(stage, id);
		bool there = text_eq(json_str(repair, "state"), state) &&
		             (step == NULL || text_eq(json_str(repair, "step"), step));
		if (!there && clock_wall_ms() > until) {
			AUTO_FREE char *text = json_text(repair);
			stage_fail(stage, "EAC-%d is not %s at %s: %s", id, state, or_any(step), text);
		}
		json_decref(repair);
		if (there)
			return;
		stage_run_hook(stage);
		n = await_news(stage, n);
	}
}

json_t *stage_holdings(struct stage *stage, const char *user)
{
	char path[200];

	snprintf(path, sizeof path, "/_sim/holdings?user=%s", user);
	return stage_ask(stage, SALESFORCE, path, NULL);
}

/* --- the judgement --- */

void stage_expect_violation(struct stage *stage, enum fake fake, const char *text)
{
	struct client_answer answer =
	    client_ask(stage_fake_port(stage, fake), "DELETE", "/_sim/violations", NULL, ASK_MS);

	if (answer.body == NULL || strstr(answer.body, text) == NULL)
		stage_fail(stage, "no violation says \"%s\": %s", text, answer.body != NULL ? answer.body : "");
	client_answer_done(&answer);
}

static void judge_fake(struct stage *stage, enum fake fake)
{
	json_t *violations = stage_ask(stage, fake, "/_sim/violations", NULL);

	if (json_array_size(violations) > 0)
		stage_fail(stage, "the protocol was broken");
	json_decref(violations);
}

static void judge_log(struct stage *stage)
{
	static const char *const bad[] = {"Sanitizer", "runtime error", "Assertion", "xoxb-1-sim", "xapp-1-A0"};
	AUTO_FREE char *log = stage_log(stage);

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (strstr(log, bad[i]) != NULL)
			stage_fail(stage, "the log says \"%s\": %.3000s", bad[i], strstr(log, bad[i]));
}

void stage_judge(struct stage *stage)
{
	int code = stage_stop(stage);

	if (code != 0)
		stage_fail(stage, "eacbot ended with %d", code);
	struct stage_output audit = stage_eacbot(stage, "audit --verify");
	if (audit.code != 0)
		stage_fail(stage, "audit --verify: %d %s %s", audit.code, audit.out, audit.err);
	stage_output_done(&audit);
	judge_log(stage);
	judge_fake(stage, SLACK);
	judge_fake(stage, SALESFORCE);
}

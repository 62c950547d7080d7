/*
 * tests/sim/sim_faults.c - the list of things that are to go wrong.
 *
 * A rule is the JSON object that a test has sent (README.md lists its
 * members); it says which requests it is for, which of them it hits, and what
 * becomes of those. The first rule that is due wins.
 */

#include "tests/sim/sim_private.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool glob_fits(const json_t *rule, const char *member, const char *value)
{
	const char *glob = json_string_value(json_object_get(rule, member));

	return !glob || fnmatch(glob, value, 0) == 0;
}

static bool rule_fits(const json_t *rule, const struct sim_request *req)
{
	const char *method = json_string_value(json_object_get(rule, "method"));
	const char *contains = json_string_value(json_object_get(rule, "contains"));

	if (method && strcasecmp(method, req->method) != 0)
		return false;
	if (!glob_fits(rule, "path", req->path) || !glob_fits(rule, "kind", req->kind))
		return false;
	return !contains || strstr(req->body, contains);
}

static json_int_t number(const json_t *rule, const char *member, json_int_t otherwise)
{
	const json_t *value = json_object_get(rule, member);

	return json_is_number(value) ? (json_int_t)json_number_value(value) : otherwise;
}

static json_int_t count_up(json_t *rule, const char *member)
{
	json_int_t n = number(rule, member, 0) + 1;

	json_object_set_new(rule, member, json_integer(n));
	return n;
}

static bool is_true(const json_t *rule, const char *member)
{
	return json_is_true(json_object_get(rule, member));
}

/* `nth` is the first match that is hit, `count` how many from there on (default 1, 0: all). */
static bool rule_is_due(json_t *rule)
{
	json_int_t count = number(rule, "count", 1);

	if (count_up(rule, "seen") < number(rule, "nth", 1))
		return false;
	if (count > 0 && number(rule, "fired", 0) >= count)
		return false;
	count_up(rule, "fired");
	return true;
}

static bool replaces_answer(const json_t *rule)
{
	return json_object_get(rule, "status") || json_object_get(rule, "body") ||
	       json_object_get(rule, "retry_after") || is_true(rule, "empty");
}

/* Who was told to wait and comes again too early breaks the protocol, whatever is answered now. */
static void watch_patience(struct sim *sim, const json_t *rule, const struct sim_request *req)
{
	json_int_t early = number(rule, "until_ms", 0) - sim_now_ms();

	if (early > 0)
		sim_violation(sim, "%s: called again %lld ms before Retry-After had passed", req->kind,
		              (long long)early);
}

static void start_waiting(json_t *rule)
{
	json_int_t seconds = number(rule, "retry_after", 0);

	if (seconds > 0)
		json_object_set_new(rule, "until_ms", json_integer(sim_now_ms() + seconds * 1000));
}

struct sim_fault fault_pick(struct sim *sim, const struct sim_request *req)
{
	struct sim_fault fault = {0};
	size_t i;
	json_t *rule;

	json_array_foreach (sim->faults, i, rule) {
		if (!rule_fits(rule, req))
			continue;
		watch_patience(sim, rule, req);
		if (!rule_is_due(rule))
			continue;
		start_waiting(rule);
		fault.rule = json_incref(rule);
		fault.delay_ms = number(rule, "delay_ms", 0);
		fault.before =
		    strcmp(sim_text(rule, "drop"), "before") == 0 || (replaces_answer(rule) && !is_true(rule, "after"));
		break;
	}
	return fault;
}

static void replace_answer(const json_t *rule, struct sim_answer *ans)
{
	const json_t *body = json_object_get(rule, "body");
	json_int_t retry_after = number(rule, "retry_after", -1);
	int status = (int)number(rule, "status", retry_after >= 0 ? 429 : 200);
	char seconds[24];

	if (is_true(rule, "empty") || !body)
		sim_answer_text(ans, status, "text/plain", "");
	else if (json_is_string(body))
		sim_answer_text(ans, status, json_string_value(body)[0] == '<' ? "text/html" : "application/json",
		                json_string_value(body));
	else
		sim_answer_json(ans, status, body);
	if (retry_after >= 0) {
		snprintf(seconds, sizeof(seconds), "%lld", (long long)retry_after);
		sim_answer_header(ans, "Retry-After", seconds);
	}
}

void fault_apply(const struct sim_fault *fault, struct sim_answer *ans)
{
	const char *name;
	json_t *value;

	if (!fault->rule)
		return;
	if (json_object_get(fault->rule, "drop"))
		sim_answer_drop(ans, is_true(fault->rule, "reset"));
	if (replaces_answer(fault->rule))
		replace_answer(fault->rule, ans);
	if (is_true(fault->rule, "malformed"))
		ans->body_len /= 2;
	if (is_true(fault->rule, "chunked"))
		ans->chunked = true;
	ans->delay_ms += number(fault->rule, "delay_after_ms", 0);
	json_object_foreach (json_object_get(fault->rule, "headers"), name, value)
		sim_answer_header(ans, name, json_string_value(value));
}

static void add_rule(struct sim *sim, json_t *rule)
{
	json_object_set_new(rule, "n", json_integer(++sim->rules));
	json_array_append(sim->faults, rule);
}

void faults_control(struct sim *sim, const struct sim_request *req, struct sim_answer *ans)
{
	if (strcmp(req->method, "DELETE") == 0)
		json_array_clear(sim->faults);
	if (strcmp(req->method, "POST") == 0) {
		json_t *sent = sim_body_json(req);
		json_t *rule;
		size_t i;

		if (json_is_object(sent))
			add_rule(sim, sent);
		json_array_foreach (sent, i, rule)
			add_rule(sim, rule);
		json_decref(sent);
	}
	sim_answer_json(ans, 200, sim->faults);
}

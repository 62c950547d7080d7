/*
 * scenario/crowd.c - two hundred people at once, and what that costs the org.
 *
 * Salesforce's daily calls belong to all of the org's programs, so what is asked for many at the same time goes together
 * (salesforce/README.md). Counted is what the org counts: revoking a token and logging in are free.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/http/http.h"
#include "bot/loop/loop.h"
#include "salesforce/salesforce.h"
#include "tests/scenario/orgs.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

enum {
	CROWD = 200,
	GATE_CALLS_MAX = 20,  /* of the whole program, to the gate: 15 as a rule */
	DEEDS_CALLS_MAX = 20, /* of every question and deed of a repair: 13 as a rule */
	ANSWER_MS = 250,      /* an org takes its time */
	PATIENCE_MS = 80 * 1000,
	LINE_MAX = 16 * 1024,
};

static int calls_so_far(struct stage *stage)
{
	static const char *const counted[] = {"composite",    "query",  "query_more", "describe",
	                                      "sobject_read", "limits", "collection"};
	int n = 0;

	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
		n += stage_count(stage, SALESFORCE, counted[i]);
	return n;
}

static void check_calls(struct stage *stage, int before, int max)
{
	int n = calls_so_far(stage) - before;

	if (n > max)
		stage_fail(stage, "%d calls for %d people; %d are enough", n, CROWD, max);
}

static char *name_of(int i)
{
	return mem_printf("p%d@example.com", i);
}

/* Each has a set with its licence, a token and a session of the add-in. No address, for Slack would be asked about it. */
static void add_person(struct stage *stage, const char *username)
{
	AUTO_FREE char *ref = mem_printf("=%s", username);

	org_insert(stage, "User",
	           json_pack("{s:s, s:s, s:b, s:s, s:s}", "Username", username, "Name", username, "IsActive", 1,
	                     "UserType", "Standard", "ProfileId", "=Standard User"));
	org_insert(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s}", "AssigneeId", ref, "PermissionSetId", "=" INBOX_SET));
	org_insert(stage, "PermissionSetLicenseAssign",
	           json_pack("{s:s, s:s}", "AssigneeId", ref, "PermissionSetLicenseId", "=" INBOX_LICENCE));
	org_insert(stage, "OauthToken",
	           json_pack("{s:s, s:s, s:i}", "UserId", ref, "AppName", "SalesforceIQ", "UseCount", 3));
	org_insert(stage, "AuthSession",
	           json_pack("{s:s, s:s, s:s, s:i, s:s}", "UsersId", ref, "LoginType", "Outlook Integration",
	                     "LastModifiedDate", "-5m", "NumSecondsValid", 7200, "CreatedDate", "-1h"));
}

static void add_people(struct stage *stage)
{
	json_t *names = json_array();

	org_seats(stage, INBOX_LICENCE, 2 * CROWD);
	for (int i = 0; i < CROWD; i++) {
		AUTO_FREE char *name = name_of(i);

		add_person(stage, name);
		json_array_append_new(names, json_string(name));
	}
	org_setup(stage, "may_touch", names);
}

/* --- the whole program ---------------------------------------------------------------------------------------- */

static char *repair_line(void)
{
	struct buf line = {0};

	buf_init(&line, LINE_MAX);
	buf_puts(&line, "repair");
	for (int i = 0; i < CROWD; i++) {
		AUTO_FREE char *name = name_of(i);
		buf_printf(&line, " %s", name);
	}
	return buf_take(&line);
}

/* How many repairs wait for somebody. */
static int count_waiting(struct stage *stage)
{
	struct stage_output output = stage_eacbot(stage, "requests --json --all");
	json_t *all = json_loads(output.out, 0, NULL), *repair;
	int n = 0;
	size_t i;

	json_array_foreach (all, i, repair) {
		n += text_starts(json_str(repair, "state"), "waiting_");
		if (text_eq(json_str(repair, "state"), "failed") || text_eq(json_str(repair, "state"), "refused"))
			stage_fail(stage, "EAC-%d %s", (int)json_int(repair, "id"), json_str(repair, "state"));
	}
	json_decref(all);
	stage_output_done(&output);
	return n;
}

static void two_hundred_people_come_to_the_gate_with_a_few_calls(struct stage *stage)
{
	AUTO_FREE char *line = repair_line();
	int64_t until = clock_boot_ms() + PATIENCE_MS;
	int before, n;

	add_people(stage);
	stage_set(stage, "limits.per_requester_day", json_integer(1000));
	stage_set(stage, "limits.per_requester_hour", json_integer(1000));
	stage_set(stage, "limits.per_hour", json_integer(1000));
	stage_start(stage);
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:i, s:i}", "kind", "composite", "delay_ms", ANSWER_MS, "count", 0));
	before = calls_so_far(stage);
	free(stage_slash(stage, "maria", line));
	while ((n = count_waiting(stage)) < CROWD) {
		if (clock_boot_ms() > until)
			stage_fail(stage, "only %d of %d wait for somebody", n, CROWD);
		stage_run_hook(stage);
	}
	check_calls(stage, before, GATE_CALLS_MAX);
}

/* --- every question and deed, all of them at once ---------------------------------------------------------------- */

/* One who is asked about; `body` is the newest answer's. */
struct someone {
	struct crowd *crowd;
	char id[19];
	json_t *body, *look;
};

struct crowd {
	struct stage *stage;
	struct loop *loop;
	struct http *http;
	struct sf *sf;
	int waiting;
	struct someone people[CROWD];
};

static void on_answer(void *arg, const struct sf_answer *answer)
{
	struct someone *someone = arg;
	struct crowd *crowd = someone->crowd;

	if (answer->code != OK)
		stage_fail(crowd->stage, "%s: %s", err_name(answer->code), answer->reason);
	json_decref(someone->body);
	someone->body = json_incref(answer->body);
	if (--crowd->waiting == 0)
		loop_stop(crowd->loop);
}

/* The same for all of them, each with a number. */
static void all(struct crowd *crowd, void (*ask)(struct crowd *crowd, int i))
{
	crowd->waiting = CROWD;
	for (int i = 0; i < CROWD; i++)
		ask(crowd, i);
	loop_run(crowd->loop);
}

static void find(struct crowd *crowd, int i)
{
	AUTO_FREE char *name = name_of(i);

	sf_find(crowd->sf, name, on_answer, &crowd->people[i]);
}

static void check_found(struct crowd *crowd)
{
	for (int i = 0; i < CROWD; i++) {
		const json_t *users = json_get(crowd->people[i].body, "users");
		AUTO_FREE char *name = name_of(i);

		CHECK(crowd->stage, json_array_size(users) == 1);
		CHECK(crowd->stage, text_eq(json_str(json_array_get(users, 0), "username"), name));
		text_copy(crowd->people[i].id, sizeof crowd->people[i].id, json_str(json_array_get(users, 0), "id"));
	}
}

static void look(struct crowd *crowd, int i)
{
	sf_look(crowd->sf, crowd->people[i].id, SF_LOOK_SESSIONS, 0, on_answer, &crowd->people[i]);
}

/* Each has so many of them, and is who was asked about. */
static void check_look(struct crowd *crowd, const char *part, size_t count)
{
	for (int i = 0; i < CROWD; i++) {
		struct someone *someone = &crowd->people[i];

		CHECK(crowd->stage, text_eq(json_str(json_get(someone->body, "user"), "id"), someone->id));
		CHECK(crowd->stage, json_array_size(json_get(someone->body, part)) == count);
		json_decref(someone->look);
		someone->look = json_incref(someone->body);
	}
}

/* The value of the first row of a part of the look. */
static const char *first(const struct someone *someone, const char *part, const char *member)
{
	return json_str(json_array_get(json_get(someone->look, part), 0), member);
}

static void end_session(struct crowd *crowd, int i)
{
	struct someone *someone = &crowd->people[i];
	const char *id = first(someone, "sessions", "id");

	sf_end_sessions(crowd->sf, someone->id, &id, 1, on_answer, someone);
}

static void revoke(struct crowd *crowd, int i)
{
	struct someone *someone = &crowd->people[i];

	sf_revoke(crowd->sf, first(someone, "tokens", "handle"), on_answer, someone);
}

static const json_t *inbox_row(const struct someone *someone)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_get(someone->look, "sets"), i, row) {
		if (text_eq(json_str(row, "name"), INBOX_SET))
			return row;
	}
	return NULL;
}

static void take(struct crowd *crowd, int i)
{
	struct someone *someone = &crowd->people[i];
	const char *row = json_str(inbox_row(someone), "id"), *licence = first(someone, "licences", "id");

	sf_remove(crowd->sf, someone->id, &row, 1, &licence, 1, on_answer, someone);
}

static void give_back(struct crowd *crowd, int i)
{
	struct someone *someone = &crowd->people[i];
	const struct sf_grant grants[] = {{.licence = first(someone, "licences", "licence")},
	                                  {.set = json_str(inbox_row(someone), "set")}};

	sf_restore(crowd->sf, someone->id, grants, 2, on_answer, someone);
}

/* All deeds of it went well, and what is read back with them is the same person, holding so many licences. */
static void check_deeds(struct crowd *crowd, const char *deeds, size_t licences)
{
	for (int i = 0; i < CROWD; i++) {
		const struct someone *someone = &crowd->people[i];
		const json_t *read = json_get(someone->body, "look"), *deed;
		size_t k;

		CHECK(crowd->stage, json_array_size(json_get(someone->body, deeds)) == 2);
		json_array_foreach (json_get(someone->body, deeds), k, deed)
			CHECK(crowd->stage, json_bool(deed, "ok"));
		CHECK(crowd->stage, text_eq(json_str(json_get(read, "user"), "id"), someone->id));
		CHECK(crowd->stage, json_array_size(json_get(read, "licences")) == licences);
	}
}

static struct crowd *crowd_new(struct stage *stage)
{
	static const char *const sets[] = {INBOX_SET};
	struct crowd *crowd = mem_alloc(sizeof *crowd);
	struct secret *secret = secret_new("sim-secret", strlen("sim-secret"));
	AUTO_FREE char *url = mem_printf("http://127.0.0.1:%d", stage_fake_port(stage, SALESFORCE));
	const struct sf_options options = {.login_url = url,
	                                   .auth = SF_CLIENT_CREDENTIALS,
	                                   .client_id = "3MVG9eacbot",
	                                   .client_secret = secret,
	                                   .api_version = "64.0",
	                                   .permission_sets = sets,
	                                   .permission_set_count = 1,
	                                   .budget_percent = 100};

	crowd->stage = stage;
	CHECK(stage, loop_new(&crowd->loop, NULL) == OK);
	CHECK(stage, http_new(&crowd->http, crowd->loop, &(struct http_options){.allow_plain = true}, NULL) == OK);
	CHECK(stage, sf_new(&crowd->sf, crowd->http, &options, NULL) == OK);
	secret_free(secret);
	for (int i = 0; i < CROWD; i++)
		crowd->people[i].crowd = crowd;
	return crowd;
}

static void crowd_free(struct crowd *crowd)
{
	sf_free(crowd->sf);
	http_free(crowd->http);
	loop_shut(crowd->loop);
	loop_free(crowd->loop);
	for (int i = 0; i < CROWD; i++) {
		json_decref(crowd->people[i].body);
		json_decref(crowd->people[i].look);
	}
	free(crowd);
}

static void every_deed_for_two_hundred_people_is_two_calls(struct stage *stage)
{
	struct crowd *crowd = crowd_new(stage);
	int before = calls_so_far(stage);

	add_people(stage);
	all(crowd, find);
	check_found(crowd);
	all(crowd, look);
	check_look(crowd, "sessions", 1);
	check_look(crowd, "tokens", 1);
	all(crowd, end_session);
	all(crowd, revoke);
	CHECK(stage, org_count(stage, "AuthSession", "LoginType", "Outlook Integration") == 1); /* Jane's */
	all(crowd, take);
	check_deeds(crowd, "deletes", 0);
	all(crowd, give_back);
	check_deeds(crowd, "creates", 1);
	all(crowd, look);
	check_look(crowd, "sessions", 0);
	check_look(crowd, "tokens", 0);
	check_look(crowd, "licences", 1);
	check_calls(stage, before, DEEDS_CALLS_MAX);
	json_t *violations = stage_ask(stage, SALESFORCE, "/_sim/violations", NULL);
	CHECK(stage, json_array_size(violations) == 0);
	json_decref(violations);
	crowd_free(crowd);
}

const struct scenario crowd_scenarios[] = {
    SCENARIO(two_hundred_people_come_to_the_gate_with_a_few_calls),
    SCENARIO_ENDS(every_deed_for_two_hundred_people_is_two_calls),
    {0},
};

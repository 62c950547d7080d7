/*
 * scenario/program.c - the program as operators meet it: signals, endpoints, subcommands, tokens, disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

/* --- ready or not --- */

static json_t *ready_body(struct stage *stage, int status)
{
	struct client_answer answer = stage_get(stage, "/readyz");
	json_t *body = answer.body != NULL ? json_loads(answer.body, 0, NULL) : NULL;

	if (answer.status != status || body == NULL)
		stage_fail(stage, "/readyz: %d %s", answer.status, answer.body != NULL ? answer.body : "");
	client_answer_done(&answer);
	return body;
}

static void a_ready_service_names_its_three_parts(struct stage *stage)
{
	static const char *const parts[] = {"slack", "salesforce", "store"};

	stage_start(stage);
	json_t *body = ready_body(stage, 200);
	for (size_t i = 0; i < 3; i++)
		CHECK(stage, json_bool(json_get(body, parts[i]), "ready"));
	json_decref(body);
	struct client_answer health = stage_get(stage, "/healthz");
	CHECK(stage, health.status == 200);
	client_answer_done(&health);
}

static void a_wrong_token_is_not_ready_until_the_file_is_right(struct stage *stage)
{
	stage_write_secret(stage, "bot-token", "xoxb-wrong\n");
	stage_start_unready(stage);
	stage_await_ready(stage, 503);
	json_t *body = ready_body(stage, 503);
	CHECK(stage, !json_bool(json_get(body, "slack"), "ready"));
	json_decref(body);
	stage_write_secret(stage, "bot-token", "xoxb-1-sim\n");
	stage_signal(stage, SIGHUP);
	stage_await_ready(stage, 200);
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
}

static void a_workspace_that_refuses_us_is_asked_again(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:s}", "auth_error", "account_inactive"));
	stage_start_unready(stage);
	stage_await_ready(stage, 503);
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:s}", "auth_error", ""));
	stage_signal(stage, SIGHUP); /* else it asks again slowly */
	stage_await_ready(stage, 200);
}

/* On a busy machine the endpoint may be up before the store's first answer. */
static void await_store(struct stage *stage)
{
	bool ready = false;

	for (int i = 0; i < 100 && !ready; i++) {
		json_t *body = ready_body(stage, 503);
		ready = json_bool(json_get(body, "store"), "ready");
		json_decref(body);
		if (!ready)
			nanosleep(&(struct timespec){.tv_nsec = 100 * 1000 * 1000}, NULL);
	}
	CHECK(stage, ready);
}

static void an_org_that_refuses_us_is_asked_again(struct stage *stage)
{
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:i, s:i, s:{s:s, s:s}}", "kind", "token", "status", 400, "count", 0, "body",
	                      "error", "invalid_grant", "error_description", "user hasn't approved this consumer"));
	stage_start_unready(stage);
	stage_await_ready(stage, 503);
	await_store(stage);
	json_t *body = ready_body(stage, 503);
	CHECK(stage, !json_bool(json_get(body, "salesforce"), "ready"));
	json_decref(body);
	stage_clear_faults(stage, SALESFORCE);
	stage_signal(stage, SIGHUP); /* else it asks again slowly */
	stage_await_ready(stage, 200);
}

/* --- signals --- */

static void a_polite_end_takes_less_than_ten_seconds(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SALESFORCE, json_pack("{s:s, s:i}", "kind", "composite", "delay_ms", 2000));
	begin_jane(stage);
	stage_await_faults(stage, SALESFORCE, 1);
	int64_t before = clock_wall_ms();
	CHECK(stage, stage_stop(stage) == 0);
	CHECK(stage, clock_wall_ms() - before < 10000);
	json_t *sockets = stage_ask(stage, SLACK, "/_sim/sockets", NULL);
	CHECK(stage, json_array_size(json_get(sockets, "sockets")) == 0);
	CHECK(stage, json_int(sockets, "ghosts") == 0);
	json_decref(sockets);
	stage_start(stage);
	await_point(stage, 1, AT_DISCONNECT);
}

static void what_stopped_politely_goes_on_where_it_was(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	CHECK(stage, stage_stop(stage) == 0);
	stage_start(stage);
	play(stage, id, AT_APPROVAL, AT_END);
}

static void await_log(struct stage *stage, const char *words)
{
	int64_t until = clock_wall_ms() + 5000;

	for (;;) {
		AUTO_FREE char *log = stage_log(stage);
		if (strstr(log, words) != NULL)
			return;
		if (clock_wall_ms() > until)
			stage_fail(stage, "the log does not say \"%s\"", words);
	}
}

static void a_reload_changes_who_may_at_once(struct stage *stage)
{
	stage_start(stage);
	stage_set(stage, "access.requesters", json_pack("[s, s]", "S0HELPDESK", "U0PLAIN001"));
	stage_write_config(stage);
	stage_signal(stage, SIGHUP);
	await_log(stage, "reload");
	await_point(stage, begin_repair(stage, "paul", "@jane"), AT_DISCONNECT);
}

static void a_bad_file_is_refused_whole(struct stage *stage)
{
	stage_start(stage);
	stage_set(stage, "access.requesters", json_pack("[s]", "U0PLAIN001"));
	stage_set(stage, "limits.batch", json_string("many"));
	stage_write_config(stage);
	stage_signal(stage, SIGHUP);
	await_log(stage, "limits.batch");
	stage_set(stage, "limits.batch", NULL);
	stage_write_config(stage);
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
}

/* --- one store, one port --- */

static void a_second_process_on_the_same_store_ends_with_a_sentence(struct stage *stage)
{
	stage_start(stage);
	stage_set(stage, "http.listen", json_string(""));
	stage_write_config(stage);
	struct stage_output second = stage_eacbot(stage, "run");
	if (second.code != 1 || strstr(second.err, "process") == NULL)
		stage_fail(stage, "%d: %s", second.code, second.err);
	stage_output_done(&second);
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
}

static void a_taken_port_ends_with_a_sentence(struct stage *stage)
{
	stage_start(stage);
	stage_set(stage, "store.url", json_string("sqlite:another.db"));
	stage_write_config(stage);
	struct stage_output second = stage_eacbot(stage, "run");
	CHECK(stage, second.code == 1);
	CHECK(stage, strstr(second.err, "127.0.0.1") != NULL);
	stage_output_done(&second);
	stage_set(stage, "store.url", json_string("sqlite:eacbot.db"));
	stage_write_config(stage);
}

/* --- metrics --- */

struct family {
	char name[80];
	int64_t last; /* the bucket before */
	bool endless; /* +Inf was seen */
};

static void check_bucket(struct stage *stage, struct family *family, const char *line)
{
	const char *value = strrchr(line, ' ');
	int64_t count = strtoll(value != NULL ? value : "0", NULL, 10);

	if (count < family->last)
		stage_fail(stage, "buckets are not cumulative: %s", line);
	family->last = count;
	family->endless = strstr(line, "le=\"+Inf\"") != NULL;
}

/* HELP and TYPE once for each, samples only below their own, buckets that add up and end with +Inf. */
static void check_metrics(struct stage *stage, char *text)
{
	json_t *seen = json_object();
	struct family family = {.endless = true};
	char *rest = text, *line, name[80];

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (sscanf(line, "# HELP %79s", name) == 1) {
			if (json_get(seen, name) != NULL || !family.endless)
				stage_fail(stage, "told twice, or without +Inf before it: %s", line);
			json_object_set_new(seen, name, json_true());
			family = (struct family){.endless = true};
			text_copy(family.name, sizeof family.name, name);
		} else if (sscanf(line, "# TYPE %79s", name) == 1) {
			if (!text_eq(name, family.name))
				stage_fail(stage, "a type without its help: %s", line);
		} else if (*line != '\0' && !text_starts(line, family.name)) {
			stage_fail(stage, "below %s: %s", family.name, line);
		} else if (strstr(line, "_bucket{") != NULL) {
			check_bucket(stage, &family, line);
		}
	}
	CHECK(stage, family.endless);
	json_decref(seen);
}

static void metrics_are_in_prometheus_format(struct stage *stage)
{
	static const char *const names[] = {"eacbot_repairs{state=\"waiting_user\"} 1",
	                                    "eacbot_slack_connections ",
	                                    "eacbot_slack_reported_connections ",
	                                    "eacbot_envelopes_total{type=\"slash_commands\"} 1",
	                                    "eacbot_ack_seconds_bucket{le=",
	                                    "eacbot_slack_requests_total{method=\"chat.postMessage\"",
	                                    "eacbot_salesforce_requests_total{kind=",
	                                    "eacbot_salesforce_api_used ",
	                                    "eacbot_salesforce_api_limit ",
	                                    "eacbot_outbox_pending ",
	                                    "eacbot_store_commit_seconds_bucket{le="};
	stage_start(stage);
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	int64_t until = clock_wall_ms() + 5000;
	for (size_t i = 0; i < sizeof names / sizeof names[0];) {
		struct client_answer answer = stage_get(stage, "/metrics");
		bool there = answer.status == 200 && strstr(answer.body, names[i]) != NULL;
		if (!there && clock_wall_ms() > until) /* some figures are counted once a second */
			stage_fail(stage, "/metrics does not have %s: %s", names[i], answer.body);
		i += there;
		if (i == sizeof names / sizeof names[0])
			check_metrics(stage, answer.body);
		client_answer_done(&answer);
	}
}

static void rights_that_the_bot_lacks_are_told_at_the_start(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/rights",
	         json_pack("{s:s, s:[s]}", "user", "eacbot", "remove", "CustomizeApplication"));
	stage_start(stage);
	await_log(stage, "the bot's user lacks Customize Application");
	struct client_answer ready = stage_get(stage, "/readyz");
	if (ready.status != 200 || strstr(ready.body, "\"missing_rights\":\"Customize Application\"") == NULL)
		stage_fail(stage, "/readyz: %d %s", ready.status, ready.body);
	client_answer_done(&ready);
}

/* --- subcommands --- */

static void check_and_doctor_find_nothing_wrong(struct stage *stage)
{
	stage_start(stage);
	struct stage_output check = stage_eacbot(stage, "check");
	struct stage_output doctor = stage_eacbot(stage, "doctor --json");
	json_t *findings = json_loads(doctor.out, 0, NULL);
	if (check.code != 0 || doctor.code != 0 || json_array_size(findings) < 5)
		stage_fail(stage, "check %d %s, doctor %d %s %s", check.code, check.err, doctor.code, doctor.out,
		           doctor.err);
	json_decref(findings);
	stage_output_done(&check);
	stage_output_done(&doctor);
	CHECK(stage, count_writes(stage) == 0);
	check_silent(stage, "helpdesk");
}

static void requests_tell_what_the_store_holds(struct stage *stage)
{
	static const char *const keys[] = {"id",        "state",      "step",       "target", "requester", "channel",
	                                   "thread_ts", "created_at", "updated_at", "steps",  "reason"};
	stage_start(stage);
	begin_jane(stage);
	await_point(stage, 1, AT_DISCONNECT);
	begin_repair(stage, "maria", "nora@example.com");
	stage_await(stage, 2, "refused", NULL);
	struct stage_output open = stage_eacbot(stage, "requests --json");
	struct stage_output all = stage_eacbot(stage, "requests --json --all");
	struct stage_output table = stage_eacbot(stage, "requests");
	json_t *one = json_loads(open.out, 0, NULL), *two = json_loads(all.out, 0, NULL);
	CHECK(stage, open.code == 0 && json_array_size(one) == 1);
	CHECK(stage, all.code == 0 && json_array_size(two) == 2);
	CHECK(stage, table.code == 0 && strstr(table.out, "EAC-1") != NULL);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_get(json_array_get(one, 0), keys[i]) == NULL)
			stage_fail(stage, "there is no %s: %s", keys[i], open.out);
	json_decref(one);
	json_decref(two);
	stage_output_done(&open);
	stage_output_done(&all);
	stage_output_done(&table);
}

static void the_audit_trail_is_a_chain_with_a_head(struct stage *stage)
{
	char head[100] = "", words[200];

	play(stage, start_at(stage, AT_APPROVAL), AT_APPROVAL, AT_END);
	struct stage_output text = stage_eacbot(stage, "audit");
	const char *last = strstr(text.out, "\nhead ");
	CHECK(stage, text.code == 0 && last != NULL && sscanf(last, "\nhead %99s", head) == 1);
	stage_output_done(&text);
	snprintf(words, sizeof words, "audit --verify --head %s", head);
	struct stage_output good = stage_eacbot(stage, words);
	CHECK(stage, good.code == 0);
	stage_output_done(&good);
	char *digit = strchr(head, ':') + 1;
	*digit = *digit == '0' ? '1' : '0';
	snprintf(words, sizeof words, "audit --verify --head %s", head);
	struct stage_output bad = stage_eacbot(stage, words);
	CHECK(stage, bad.code == 1);
	stage_output_done(&bad);
	struct stage_output lines = stage_eacbot(stage, "audit --json --since 1h");
	char *rest = lines.out, *line;
	int count = 0;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		json_t *row = json_loads(line, 0, NULL);
		CHECK(stage, json_int(row, "n") > 0 && json_str(row, "hash")[0] != '\0');
		json_decref(row);
		count++;
	}
	CHECK(stage, count > 10);
	stage_output_done(&lines);
}

static void what_is_read_of_a_person_is_in_the_trail(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);
	AUTO_FREE char *read = mem_printf(" eacbot engine read EAC-%d of jane@example.com in Salesforce: ", id);

	free(stage_slash(stage, "maria", "history jane@example.com"));
	struct stage_output trail = stage_eacbot(stage, "audit");
	CHECK(stage, strstr(trail.out, read) != NULL);
	CHECK(stage, strstr(trail.out, " command history-read - of jane@example.com\n") != NULL);
	CHECK(stage, strstr(trail.out, " cli audit-read - all of it\n") != NULL);
	stage_output_done(&trail);
}

static void the_head_of_the_trail_is_anchored_outside_of_the_store(struct stage *stage)
{
	stage_set(stage, "audit.anchor_file", json_string("heads"));
	stage_set(stage, "audit.anchor_channel", json_string("C0STATUS01"));
	start_at(stage, AT_DISCONNECT);
	stage_kill(stage);
	stage_start(stage); /* the first anchor is due: before, there was no line yet */
	SEE(stage, .channel = "status", .contains = "Audit trail: line ", .also = "--verify --head ");
	struct stage_output good = stage_eacbot(stage, "audit --verify");
	CHECK(stage, good.code == 0 && strstr(good.out, "noted heads compared: 2;") != NULL);
	stage_output_done(&good);
	AUTO_FREE char *file = mem_printf("%s/heads", stage_folder(stage));
	CHECK(stage, unlink(file) == 0);
	struct stage_output bad = stage_eacbot(stage, "audit --verify");
	CHECK(stage, bad.code == 1 && strstr(bad.err, "the anchors can't be read") != NULL);
	stage_output_done(&bad);
	stage_set(stage, "audit.anchor_file", NULL); /* else the judge misses it too */
	stage_write_config(stage);
}

static void a_person_is_forgotten_while_the_service_runs(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	struct stage_output early = stage_eacbot(stage, "erase --yes jane@example.com");
	CHECK(stage, early.code == 1 && strstr(early.err, "open or still being told: EAC-") != NULL);
	stage_output_done(&early);
	play(stage, id, AT_APPROVAL, AT_END);
	SEE(stage, .channel = "status", .contains = "completed");
	struct stage_output done;
	for (int i = 0; i < 50; i++) { /* the last messages leave */
		done = stage_eacbot(stage, "erase --yes jane@example.com");
		if (done.code == 0)
			break;
		stage_output_done(&done);
		nanosleep(&(struct timespec){.tv_nsec = 100 * 1000 * 1000}, NULL);
	}
	CHECK(stage, done.code == 0 && strstr(done.out, "erased;") != NULL);
	stage_output_done(&done);
	struct stage_output rows = stage_eacbot(stage, "requests --json --all");
	struct stage_output trail = stage_eacbot(stage, "audit --verify");
	CHECK(stage, strstr(rows.out, "jane") == NULL && strstr(rows.out, "(erased)") != NULL);
	CHECK(stage,
	      trail.code == 0 && strstr(trail.out, "jane") == NULL && strstr(trail.out, " (erased) button ") != NULL);
	stage_output_done(&rows);
	stage_output_done(&trail);
	await_point(stage, begin_repair(stage, "maria", "jane@example.com"), AT_DISCONNECT); /* life goes on */
}

static void a_log_in_json_has_no_secret_at_any_level(struct stage *stage)
{
	stage_set(stage, "log.format", json_string("json"));
	stage_set(stage, "log.level", json_string("debug"));
	play(stage, start_at(stage, AT_APPROVAL), AT_APPROVAL, AT_END);
	AUTO_FREE char *log = stage_log(stage);
	char *rest = log, *line;
	while ((line = strsep(&rest, "\n")) != NULL) {
		json_t *row = *line != '\0' ? json_loads(line, 0, NULL) : json_object();
		if (row == NULL)
			stage_fail(stage, "no JSON: %s", line);
		json_decref(row);
		CHECK(stage, strstr(line, "xapp-") == NULL && strstr(line, "xoxb-") == NULL);
		CHECK(stage, strstr(line, "PRIVATE KEY") == NULL && strstr(line, "Bearer ") == NULL);
	}
}

/* --- a full disk --- */

static void mount_small(struct stage *stage)
{
	AUTO_FREE char *path = mem_printf("%s/small", stage_folder(stage));

	if (mkdir(path, 0700) != 0 || unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", path, "tmpfs", 0, "size=24m,mode=0700") != 0)
		skip("a small disk can't be mounted here");
}

/* Takes every byte that is left, or gives all of them back. */
static void fill_disk(struct stage *stage, bool full)
{
	static const char zeros[4096];
	AUTO_FREE char *path = mem_printf("%s/small/filler", stage_folder(stage));

	if (!full) {
		unlink(path);
		return;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, zeros, sizeof zeros) > 0)
		;
	close(fd);
}

static void a_full_disk_is_told_and_nothing_is_lost(struct stage *stage)
{
	mount_small(stage);
	stage_set(stage, "store.url", json_string("sqlite:small/eacbot.db"));
	stage_start(stage);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	fill_disk(stage, true);
	for (int i = 0; i < 3; i++) /* until the last pages of the log are used up as well */
		json_decref(stage_ask(stage, SLACK, "/_sim/slash",
		                      json_pack("{s:s, s:s, s:s}", "user", "maria", "channel", "helpdesk", "text",
		                                "repair @john reason: to fill the disk")));
	stage_await_ready(stage, 503);
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "again");
	fill_disk(stage, false);
	stage_await_ready(stage, 200);
	play(stage, id, AT_DISCONNECT, AT_END);
}

const struct scenario program_scenarios[] = {
    SCENARIO(a_ready_service_names_its_three_parts),
    SCENARIO(a_wrong_token_is_not_ready_until_the_file_is_right),
    SCENARIO(a_workspace_that_refuses_us_is_asked_again),
    SCENARIO(an_org_that_refuses_us_is_asked_again),
    SCENARIO(a_polite_end_takes_less_than_ten_seconds),
    SCENARIO(what_stopped_politely_goes_on_where_it_was),
    SCENARIO(a_reload_changes_who_may_at_once),
    SCENARIO(a_bad_file_is_refused_whole),
    SCENARIO(a_second_process_on_the_same_store_ends_with_a_sentence),
    SCENARIO(a_taken_port_ends_with_a_sentence),
    SCENARIO(metrics_are_in_prometheus_format),
    SCENARIO(rights_that_the_bot_lacks_are_told_at_the_start),
    SCENARIO(check_and_doctor_find_nothing_wrong),
    SCENARIO(requests_tell_what_the_store_holds),
    SCENARIO(the_audit_trail_is_a_chain_with_a_head),
    SCENARIO(what_is_read_of_a_person_is_in_the_trail),
    SCENARIO(the_head_of_the_trail_is_anchored_outside_of_the_store),
    SCENARIO(a_person_is_forgotten_while_the_service_runs),
    SCENARIO(a_log_in_json_has_no_secret_at_any_level),
    SCENARIO(a_full_disk_is_told_and_nothing_is_lost),
    {0},
};

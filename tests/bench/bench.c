/*
 * bench/bench.c - how fast eacbot is and what it costs, measured from outside.
 *
 *   bench PROGRAMS FOLDER FIGURES SAMPLES [record]
 *
 * Load comes from the lean Slack of peer.c, whole repairs run against both fakes. Nothing fails because it is slow: the
 * table tells it. Ends with something else than 0 only if a thing did not work. FOLDER should be on the kind of disk
 * that the store will live on: a commit waits for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/bench/figures.h"
#include "tests/bench/parser.h"
#include "tests/bench/peer.h"
#include "tests/bench/process.h"
#include "tests/stage/client.h"
#include "tests/stage/stage.h"

enum {
	STARTS = 5,
	SETTLE_MS = 3000,
	VOLLEY_S = 5,
	BURST = 200,
	CROWD = 1000,
	CROWD_RATE = 25,
	WHOLE_REPAIRS = 2, /* with the first one: more would meet the limit of chat.update, 50 a minute */
	SYNCS = 50,
	LONG_S = 180,
};

struct bench {
	struct stage *stage;
	struct peer *peer;
	struct figures *figures;
	double sync_ms; /* of the folder, the median */
};

/* --- helpers ---------------------------------------------------------------------------------------------------- */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void rest_ms(int ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L}, NULL);
}

static int compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

static void tell(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
}

/* The value of one line of /metrics; 0 without it. */
static double metric(struct bench *bench, const char *name)
{
	struct client_answer answer = stage_get(bench->stage, "/metrics");
	AUTO_FREE char *line = mem_printf("\n%s ", name);
	const char *at = answer.body != NULL ? strstr(answer.body, line) : NULL;
	double value = at != NULL ? strtod(at + strlen(line), NULL) : 0;

	client_answer_done(&answer);
	return value;
}

/* --- start and rest --------------------------------------------------------------------------------------------- */

static void measure_start(struct bench *bench)
{
	double took[STARTS];

	tell("start");
	for (int i = 0; i < STARTS; i++) {
		if (i > 0)
			CHECK(bench->stage, stage_stop(bench->stage) == 0);
		peer_forget_hello(bench->peer);
		double begun = now_ms();
		stage_start_unready(bench->stage);
		int64_t hello = peer_await_hello(bench->peer, 10000);
		CHECK(bench->stage, hello != 0);
		took[i] = (double)hello / 1e6 - begun;
		stage_await_ready(bench->stage, 200);
	}
	figures_add(bench->figures, "start_ms", "start to live socket", "ms", median(took, STARTS), 50);
}

static void measure_idle(struct bench *bench)
{
	pid_t pid = stage_pid(bench->stage);

	tell("idle");
	rest_ms(SETTLE_MS);
	struct memory memory = process_memory(pid);
	double before = process_cpu_ms(pid);
	rest_ms(SETTLE_MS);
	double cpu = process_cpu_ms(pid) - before;
	figures_add(bench->figures, "idle_rss_mb", "resident memory, idle", "MB", memory.resident_mb, 16);
	figures_add(bench->figures, "idle_anonymous_mb", "  of it its own (the rest is mapped files)", "MB",
	            memory.anonymous_mb, 0);
	figures_add(bench->figures, "idle_cpu", "CPU per second, idle", "ms", cpu * 1000 / SETTLE_MS, 0);
}

/* --- commands --------------------------------------------------------------------------------------------------- */

struct titles {
	const char *p50_key, *p50, *p99_key, *p99, *cpu_key, *cpu;
	double p99_goal;
};

static void fire(struct bench *bench, const struct volley *volley, const struct titles *titles)
{
	struct volley_result result;
	pid_t pid = stage_pid(bench->stage);
	double cpu = process_cpu_ms(pid);

	peer_fire(bench->peer, volley, &result);
	cpu = process_cpu_ms(pid) - cpu;
	if (result.acked != volley->count)
		stage_fail(bench->stage, "%u of %u commands were not acknowledged", volley->count - result.acked,
		           volley->count);
	figures_add(bench->figures, titles->p50_key, titles->p50, "ms", result.p50_ms, 0);
	figures_add(bench->figures, titles->p99_key, titles->p99, "ms", result.p99_ms, titles->p99_goal);
	if (titles->cpu_key != NULL)
		figures_add(bench->figures, titles->cpu_key, titles->cpu, "ms", cpu / volley->count, 0);
}

/* Everybody types in the same moment; then, while commands come, all sockets are told at once to be refreshed. */
static void measure_rushes(struct bench *bench)
{
	const struct volley burst = {.words = "status", .count = BURST};
	const struct volley refresh = {
	    .words = "status", .rate = 100, .count = 100 * VOLLEY_S, .refresh_before = 100 * VOLLEY_S / 2};
	struct volley_result result;

	tell("200 at once, a refresh");
	peer_fire(bench->peer, &burst, &result);
	CHECK(bench->stage, result.acked == burst.count);
	figures_add(bench->figures, "burst_max_ms", "200 commands at once, the last one acknowledged", "ms",
	            result.max_ms, 500);
	peer_fire(bench->peer, &refresh, &result);
	CHECK(bench->stage, result.acked == refresh.count);
	figures_add(bench->figures, "refresh_max_ms", "longest wait of a command while all are refreshed", "ms",
	            result.max_ms, 250);
}

static void measure_commands(struct bench *bench)
{
	const struct volley warm_up = {.words = "status", .rate = 100, .count = 100};
	const struct volley slow = {.words = "status", .rate = 200, .count = 200 * VOLLEY_S};
	const struct volley fast = {.words = "status", .rate = 1000, .count = 1000 * VOLLEY_S};
	const struct titles slow_titles = {.p50_key = "ack_200_p50_ms",
	                                   .p50 = "acknowledged after a durable commit, 200/s, p50",
	                                   .p99_key = "ack_200_p99_ms",
	                                   .p99 = "                                            p99"};
	const struct titles fast_titles = {.p50_key = "ack_1000_p50_ms",
	                                   .p50 = "                                    1,000/s, p50",
	                                   .p99_key = "ack_1000_p99_ms",
	                                   .p99 = "                                            p99",
	                                   .p99_goal = 20,
	                                   .cpu_key = "cpu_command_ms",
	                                   .cpu = "CPU per command, at 1,000/s"};
	struct volley_result ignored;

	tell("commands");
	peer_fire(bench->peer, &warm_up, &ignored);
	fire(bench, &slow, &slow_titles);
	fire(bench, &fast, &fast_titles);
}

/* --- many repairs ----------------------------------------------------------------------------------------------- */

static void insert(struct bench *bench, const char *object, json_t *row)
{
	stage_do(bench->stage, SALESFORCE, "/_sim/insert", json_pack("{s:s, s:o}", "object", object, "row", row));
}

/* People who hold the permission set, with a mailbox and nothing unusual. */
static void make_crowd(struct bench *bench)
{
	static const char set[] = "=InboxWithEinsteinActivityCapture";

	stage_do(bench->stage, SALESFORCE, "/_sim/switch", json_pack("{s:i}", "api_limit", 1000000));
	stage_do(bench->stage, SALESFORCE, "/_sim/seats",
	         json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 2 * CROWD));
	for (int i = 1; i <= CROWD; i++) {
		char name[60], who[61];
		snprintf(name, sizeof name, "person%d@example.com", i);
		snprintf(who, sizeof who, "=%s", name);
		insert(bench, "User",
		       json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "Name", name, "Username", name, "Email", name,
		                 "IsActive", 1, "UserType", "Standard", "ProfileId", "=Standard User"));
		insert(bench, "PermissionSetAssignment",
		       json_pack("{s:s, s:s}", "AssigneeId", who, "PermissionSetId", set));
		insert(bench, "PermissionSetLicenseAssign",
		       json_pack("{s:s, s:s}", "AssigneeId", who, "PermissionSetLicenseId", "=InboxPsl"));
		insert(bench, "ActivityUsrConnectionStatus",
		       json_pack("{s:s, s:s}", "UserId", who, "ConnectivityStatus", "ACTIVE"));
	}
}

/* All of them have been asked, and everything is said. */
static void await_crowd(struct bench *bench)
{
	double until = now_ms() + LONG_S * 1000.0, asked = 0;

	while (now_ms() < until) {
		asked = metric(bench, "eacbot_repairs{state=\"waiting_user\"}");
		if (asked >= CROWD && metric(bench, "eacbot_outbox_pending") < 1)
			return;
		rest_ms(500);
	}
	stage_fail(bench->stage, "of %d repairs only %g wait for their user", CROWD, asked);
}

static void measure_crowd(struct bench *bench)
{
	const struct volley repairs = {.words = "repair person%u@example.com", .rate = CROWD_RATE, .count = CROWD};
	const struct volley looks = {.words = "status EAC-%u", .rate = 200, .count = 200 * VOLLEY_S};
	const struct titles repair_titles = {.p50_key = "ack_repair_p50_ms",
	                                     .p50 = "repairs acknowledged, 25/s, p50",
	                                     .p99_key = "ack_repair_p99_ms",
	                                     .p99 = "                            p99"};
	const struct titles look_titles = {.p50_key = "ack_open_p50_ms",
	                                   .p50 = "commands acknowledged with them open, 200/s, p50",
	                                   .p99_key = "ack_open_p99_ms",
	                                   .p99 = "                                             p99"};
	pid_t pid = stage_pid(bench->stage);

	tell("1,000 people");
	make_crowd(bench);
	tell("1,000 repairs");
	double cpu = process_cpu_ms(pid), begun = now_ms();
	fire(bench, &repairs, &repair_titles);
	await_crowd(bench);
	cpu = process_cpu_ms(pid) - cpu;
	double took = (now_ms() - begun) / 1000;
	rest_ms(SETTLE_MS);
	struct memory memory = process_memory(pid);
	figures_add(bench->figures, "crowd_s", "1,000 repairs begun, diagnosed, and everybody asked", "s", took, 0);
	figures_add(bench->figures, "cpu_begun_ms", "CPU per repair until then", "ms", cpu / CROWD, 0);
	figures_add(bench->figures, "crowd_rss_mb", "resident memory, 1,000 open repairs", "MB", memory.resident_mb, 0);
	fire(bench, &looks, &look_titles);
}

/* --- whole repairs ---------------------------------------------------------------------------------------------- */

static json_t *user(const char *name)
{
	return json_pack("{s:s}", "user", name);
}

/* Everybody does at once what they are asked, so that nothing has to be polled for. */
static void repair_jane(struct bench *bench, int id)
{
	struct stage *stage = bench->stage;

	stage_do(stage, SALESFORCE, "/_sim/insert",
	         json_pack("{s:s, s:{s:s, s:s, s:s, s:i}}", "object", "AuthSession", "row", "UsersId",
	                   "=jane@example.com", "LoginType", "Outlook Integration", "SessionType", "API",
	                   "NumSecondsValid", 7200));
	free(stage_slash(stage, "maria", "repair @jane"));
	SEE(stage, .user = "jane", .button = "Done", .contains = "disconnect your mailbox");
	stage_do(stage, SALESFORCE, "/_sim/disconnect", user("jane"));
	stage_click(stage, "jane", "Done", "disconnect your mailbox");
	stage_click(stage, "jane", "Done", "sign out of the Salesforce add-in");
	SEE(stage, .user = "ida", .button = "Check now");
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", user("jane"));
	stage_click(stage, "ida", "Check now", NULL);
	stage_click(stage, "omar", "Approve", NULL);
	stage_click(stage, "maria", "Inbox removed", NULL);
	SEE(stage, .user = "maria", .in = "view");
	json_decref(stage_submit(stage, "maria", json_pack("{s:s}", "Case number", "47110815")));
	SEE(stage, .user = "jane", .button = "Done", .contains = "connect your mailbox again");
	stage_do(stage, SALESFORCE, "/_sim/connect", user("jane"));
	stage_click(stage, "jane", "Done", "connect your mailbox again");
	stage_click(stage, "jane", "It works", NULL);
	stage_await(stage, id, "completed", NULL);
}

static double salesforce_used(struct bench *bench)
{
	json_t *switches = stage_ask(bench->stage, SALESFORCE, "/_sim/switch", NULL);
	double used = (double)json_int(switches, "api_used");

	json_decref(switches);
	return used;
}

static double slack_calls(struct bench *bench)
{
	json_t *lines = stage_ask(bench->stage, SLACK, "/_sim/journal", NULL), *line;
	size_t i;
	int n = 0;

	json_array_foreach (lines, i, line)
		n += text_starts(json_str(line, "path"), "/api/");
	json_decref(lines);
	return n;
}

/* What went to Salesforce and came back, counted or not; headers and compression left out. */
static double salesforce_bytes(struct bench *bench)
{
	json_t *lines = stage_ask(bench->stage, SALESFORCE, "/_sim/journal", NULL), *line;
	double bytes = 0;
	size_t i;

	json_array_foreach (lines, i, line)
		bytes += (double)json_int(line, "bytes");
	json_decref(lines);
	return bytes;
}

static void measure_whole(struct bench *bench)
{
	struct stage *stage = bench->stage;
	char api[80];

	tell("whole repairs");
	snprintf(api, sizeof api, "http://127.0.0.1:%d/api/", stage_fake_port(stage, SLACK));
	stage_set(stage, "slack.api_url", json_string(api));
	stage_set(stage, "store.url", json_string("sqlite:whole.db"));
	stage_start(stage);
	repair_jane(bench, 1); /* what is learnt once is learnt */
	double cpu = process_cpu_ms(stage_pid(stage)), used = salesforce_used(bench), calls = slack_calls(bench);
	double bytes = salesforce_bytes(bench), begun = now_ms();
	for (int i = 0; i < WHOLE_REPAIRS; i++)
		repair_jane(bench, i + 2);
	double took = now_ms() - begun;
	rest_ms(SETTLE_MS);
	cpu = process_cpu_ms(stage_pid(stage)) - cpu;
	used = salesforce_used(bench) - used;
	calls = slack_calls(bench) - calls;
	bytes = salesforce_bytes(bench) - bytes;
	figures_add(bench->figures, "cpu_repair_ms", "CPU per repair, from command to test mail", "ms",
	            cpu / WHOLE_REPAIRS, 0);
	figures_add(bench->figures, "slack_calls", "Slack calls per repair", "", calls / WHOLE_REPAIRS, 0);
	figures_add(bench->figures, "salesforce_calls", "counted Salesforce calls per repair", "", used / WHOLE_REPAIRS,
	            4);
	figures_add(bench->figures, "salesforce_kb", "bytes to and from Salesforce per repair", "kB",
	            bytes / 1000 / WHOLE_REPAIRS, 0);
	figures_add(bench->figures, "repair_s", "a whole repair, everybody answering at once", "s",
	            took / 1000 / WHOLE_REPAIRS, 0);
	stage_judge(stage);
}

/* --- the machine ------------------------------------------------------------------------------------------------ */

static void measure_disk(struct bench *bench)
{
	AUTO_FREE char *path = mem_printf("%s/sync", stage_folder(bench->stage));
	static const char page[4096] = "eacbot";
	double took[SYNCS];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	for (int i = 0; i < SYNCS; i++) {
		double begun = now_ms();
		if (fd < 0 || write(fd, page, sizeof page) != sizeof page || fdatasync(fd) != 0)
			stage_fail(bench->stage, "%s: %s", path, strerror(errno));
		took[i] = now_ms() - begun;
	}
	close(fd);
	unlink(path);
	bench->sync_ms = median(took, SYNCS);
}

static void processor_name(char *out, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[300];

	text_copy(out, size, "some processor");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		if (!text_starts(line, "model name"))
			continue;
		const char *name = strchr(line, ':');
		text_copy(out, size, name != NULL ? name + 2 : "");
		out[strcspn(out, "\n")] = '\0';
		break;
	}
	if (file != NULL)
		fclose(file);
}

static char *machine_line(const struct bench *bench)
{
	struct utsname uts = {0};
	char name[120];
	double load[1] = {0};

	uname(&uts);
	processor_name(name, sizeof name);
	if (getloadavg(load, 1) != 1)
		load[0] = 0;
	return mem_printf("%s, %ld cores, %s %s, fdatasync %.2f ms, load %.1f", name, sysconf(_SC_NPROCESSORS_ONLN),
	                  uts.sysname, uts.release, bench->sync_ms, load[0]);
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static void set_up(struct bench *bench)
{
	char api[80];

	snprintf(api, sizeof api, "http://127.0.0.1:%d/api/", peer_port(bench->peer));
	stage_set(bench->stage, "slack.api_url", json_string(api));
	stage_set(bench->stage, "slack.status_channel", NULL);
	stage_set(bench->stage, "salesforce.poll_every", json_string("60s"));
	stage_set(bench->stage, "salesforce.api_budget", json_string("100%"));
	stage_set(bench->stage, "limits.per_requester_day", json_integer(100000));
	measure_disk(bench);
}

static int report(const struct bench *bench, const char *path, bool record)
{
	AUTO_FREE char *machine = machine_line(bench);

	printf("%s\n", machine);
	figures_print(bench->figures);
	if (record && !figures_write(bench->figures, path, machine)) {
		fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
		return 1;
	}
	return 0;
}

static void measure_load(struct bench *bench, const char *samples)
{
	tell("the envelope parser");
	measure_parser(bench->figures, samples);
	measure_start(bench);
	measure_idle(bench);
	measure_commands(bench);
	measure_rushes(bench);
	measure_crowd(bench);
	CHECK(bench->stage, stage_stop(bench->stage) == 0);
}

int main(int argc, char **argv)
{
	const char *only = getenv("ONLY");
	struct bench bench = {0};

	if (argc < 5 || argc > 6 || (argc == 6 && !text_eq(argv[5], "record"))) {
		fprintf(stderr, "usage: bench PROGRAMS FOLDER FIGURES SAMPLES [record]\n");
		return 2;
	}
	bench.peer = peer_new();
	if (bench.peer == NULL) {
		fprintf(stderr, "bench: no port: %s\n", strerror(errno));
		return 1;
	}
	bench.figures = figures_new(argv[3]);
	bench.stage = stage_new(argv[1], argv[2]);
	set_up(&bench);
	if (only == NULL || !text_eq(only, "repairs"))
		measure_load(&bench, argv[4]);
	measure_whole(&bench);
	int code = report(&bench, argv[3], argc == 6);
	stage_free(bench.stage);
	peer_free(bench.peer);
	figures_free(bench.figures);
	return code;
}

/*
 * simulation/main.c - a week of the whole program in seconds: one seed, one process, virtual time.
 *
 *   simulate [--seed N] [--days N] [--calm] [--loud] [--plant BUG]
 *
 * The last line says what was counted; status 1, the story and the command that
 * repeats it where something did not hold.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/json.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/net.h"
#include "tests/simulation/people.h"
#include "tests/simulation/plant.h"
#include "tests/simulation/program.h"
#include "tests/simulation/weather.h"
#include "tests/simulation/world.h"

enum { SETTLE_MS = 2 * HOUR_MS, LIFE_S = 18060, WATCH_MS = 10 * SECOND_MS };

struct arguments {
	uint64_t seed;
	double days;
	bool calm, loud;
	const char *plant;
};

/* --- the fakes' host ---------------------------------------------------------------------------------------- */

static void slack_violation(const char *sentence)
{
	judge_violation("Slack", sentence);
}

static void org_violation(const char *sentence)
{
	judge_violation("Salesforce", sentence);
}

static void note(const char *line)
{
	story("%s", line);
}

static json_t *load(const char *path)
{
	json_t *state = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

	if (state == NULL)
		world_fail("%s can't be read; run it from the root of the repository", path);
	return state;
}

static void begin_fakes(const char *folder)
{
	const struct fake_slack_host slack = {.host = {.violation = slack_violation, .note = note},
	                                      .frame = wire_from_slack,
	                                      .over = wire_over,
	                                      .ghost_ms = weather_ghost_ms,
	                                      .ghost_swallows = weather_ghost_swallows};
	const struct fake_host salesforce = {.violation = org_violation, .note = note};
	json_t *workspace = load("tests/sim/slack/workspace.json"), *org = load("tests/sim/salesforce/org.json");
	char key[600];

	snprintf(key, sizeof key, "%s/public.pem", folder);
	json_set_str(org, "public_key_file", key);
	json_object_update_new(json_get(workspace, "settings"),
	                       json_pack("{s:i, s:i}", "approximate_connection_time", LIFE_S, "ping_ms", 0));
	if (!fake_slack_begin(&slack, workspace) || !fake_salesforce_begin(&salesforce, org))
		world_fail("a fake does not begin");
}

/* --- the week ----------------------------------------------------------------------------------------------- */

static void on_quiet(void *arg)
{
	(void)arg;
	story("the faults are over");
	weather_calm();
	people_wind_down();
}

static void on_leave(void *arg)
{
	(void)arg;
	story("everybody goes home");
	people_leave();
}

static void on_end(void *arg)
{
	(void)arg;
	judge_end();
	program_end_of_week();
}

static void on_watch(void *arg)
{
	judge_watch();
	world_in(WATCH_MS, EVENT_WORLD, on_watch, arg);
}

static void plan(const struct arguments *a)
{
	int64_t end = (int64_t)(a->days * DAY_MS);

	world_in(end - SETTLE_MS, EVENT_WORLD, on_quiet, NULL);
	world_in(end - SETTLE_MS / 2, EVENT_WORLD, on_leave, NULL);
	world_in(end, EVENT_WORLD, on_end, NULL);
	world_in(WATCH_MS, EVENT_WORLD, on_watch, NULL);
}

static void on_back(void *arg)
{
	*(bool *)arg = true;
}

/* Between two lives the world goes on. */
static void stay_down(void)
{
	bool back = false;

	world_in(chance(0.8) ? dice_between(1, 20) * SECOND_MS : dice_wait(5 * MINUTE_MS), EVENT_WORLD, on_back, &back);
	while (!back && !program_week_is_over())
		world_step();
}

static void live_a_week(void)
{
	while (!program_week_is_over()) {
		if (program_live() != 0)
			world_fail("eacbot did not start");
		if (!program_week_is_over())
			stay_down();
	}
}

static bool read_arguments(struct arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--calm") == 0)
			a->calm = true;
		else if (strcmp(argv[i], "--loud") == 0)
			a->loud = true;
		else if (i + 1 == argc)
			return false;
		else if (strcmp(argv[i], "--seed") == 0)
			a->seed = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--days") == 0)
			a->days = strtod(argv[++i], NULL);
		else if (strcmp(argv[i], "--plant") == 0)
			a->plant = argv[++i];
		else
			return false;
	}
	return a->days > 0.1;
}

int main(int argc, char **argv)
{
	struct arguments a = {.seed = 1, .days = 7};
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char folder[100];

	if (!read_arguments(&a, argc, argv)) {
		fputs("usage: simulate [--seed N] [--days N] [--calm] [--loud] [--plant BUG]\n", stderr);
		return 2;
	}
	snprintf(folder, sizeof folder, "%s/eacbot-simulation.XXXXXX", base);
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		return 2;
	}
	/* the real one is asked which proxy to take */
	unsetenv("HTTPS_PROXY");
	unsetenv("https_proxy");
	json_object_seed(1);
	srandom(1);
	world_begin(a.seed, a.loud);
	judge_begin();
	plant_begin(a.plant);
	program_begin(folder);
	begin_fakes(folder);
	weather_begin(a.calm);
	people_begin();
	plan(&a);
	live_a_week();
	printf("seed %" PRIu64 ": %u lives, ", a.seed, program_life());
	judge_tell();
	fake_slack_end();
	fake_salesforce_end();
	world_end();
	program_end();
	return 0;
}

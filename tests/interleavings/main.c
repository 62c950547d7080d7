/*
 * interleavings/main.c - a repair between people, Slack, Salesforce, faults and crashes, in any order.
 *
 *   interleavings [--seed N] [--runs N] [--loud] [--plant BUG] [--plants] [--kills]
 *
 * The last line is "N runs" and what was counted; status 1, the story and the command that repeats it where something
 * did not hold.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/text.h"
#include "tests/interleavings/plant.h"
#include "tests/interleavings/run.h"

struct arguments {
	uint64_t seed, runs;
	bool loud, list, kills;
	const char *plant;
};

static bool read_arguments(struct arguments *a, int argc, char **argv)
{
	*a = (struct arguments){.seed = 1, .runs = 1};
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (text_eq(argv[i], "--loud"))
			a->loud = true;
		else if (text_eq(argv[i], "--plants"))
			a->list = true;
		else if (text_eq(argv[i], "--kills"))
			a->kills = true;
		else if (value == NULL)
			return false;
		else if (text_eq(argv[i], "--seed"))
			a->seed = strtoull(argv[++i], NULL, 10);
		else if (text_eq(argv[i], "--runs"))
			a->runs = strtoull(argv[++i], NULL, 10);
		else if (text_eq(argv[i], "--plant"))
			a->plant = argv[++i];
		else
			return false;
	}
	return true;
}

struct counts {
	uint64_t runs, jobs, repairs, deaths;
};

/* The same again, with its story. */
static void tell_story(struct stage *stage, const struct arguments *a, uint64_t seed)
{
	printf("SEED %" PRIu64 ": %s\n", seed, stage->play.complaint);
	(void)run_random(stage, seed, true);
	printf("again: interleavings --seed %" PRIu64 " --loud%s%s\n", seed, a->plant != NULL ? " --plant " : "",
	       a->plant != NULL ? a->plant : "");
}

static bool play_all(struct stage *stage, const struct arguments *a, struct counts *counts)
{
	for (uint64_t i = 0; i < a->runs; i++) {
		uint64_t seed = a->seed + i;
		if (!run_random(stage, seed, a->loud)) {
			tell_story(stage, a, seed);
			return false;
		}
		counts->runs++;
		counts->jobs += stage->play.jobs;
		counts->repairs += stage->play.judge.count;
		counts->deaths += stage->play.program.deaths;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct arguments a;
	struct counts counts = {0};
	if (!read_arguments(&a, argc, argv)) {
		fprintf(stderr, "interleavings [--seed N] [--runs N] [--loud] [--plant BUG] [--plants] [--kills]\n");
		return 2;
	}
	if (a.list) {
		plant_list();
		return 0;
	}
	plant_begin(a.plant);
	struct stage *stage = stage_new();
	bool ok = a.kills ? run_kills(stage, &counts.runs) : play_all(stage, &a, &counts);
	if (!ok && a.kills)
		printf("%s\n", stage->play.complaint);
	stage_free(stage);
	printf("%" PRIu64 " runs, %" PRIu64 " repairs, %" PRIu64 " transactions, %" PRIu64 " deaths\n", counts.runs,
	       counts.repairs, counts.jobs, counts.deaths);
	return ok ? 0 : 1;
}

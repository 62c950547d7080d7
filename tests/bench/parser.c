/*
 * bench/parser.c - how many envelopes a second the parser reads.
 *
 * A sample that is only a payload, as most collections have it, is put into an
 * envelope first. Each pass reads every sample once, so that none of them stays
 * in the processor's cache longer than it would in a day's work.
 */
#include "tests/bench/parser.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/envelope.h"

enum { SAMPLES_MAX = 2000, FILES_OPEN = 8, MEASURE_MS = 1000 };

struct samples {
	char *texts[SAMPLES_MAX];
	size_t lengths[SAMPLES_MAX];
	size_t count, bytes;
};

static struct samples *gathering; /* nftw takes no argument of its caller */

static const char *type_of(const json_t *payload)
{
	if (json_get(payload, "command") != NULL)
		return "slash_commands";
	return json_get(payload, "event") != NULL ? "events_api" : "interactive";
}

/* The text of the envelope; NULL: the parser would not take it, so it is none. */
static char *as_envelope(json_t *sample)
{
	struct envelope e = {0};
	json_t *whole = json_get(sample, "envelope_id") != NULL || json_get(sample, "payload") != NULL
	                    ? json_incref(sample)
	                    : json_pack("{s:s, s:s, s:b, s:O}", "envelope_id", "5f1c0000-0000-4000-8000-000000000000",
	                                "type", type_of(sample), "accepts_response_payload", 1, "payload", sample);
	char *text = json_dumps(whole, JSON_COMPACT);

	json_decref(whole);
	if (text != NULL && envelope_parse(&e, text, strlen(text), NULL) == OK) {
		envelope_done(&e);
		return text;
	}
	free(text);
	return NULL;
}

static int on_file(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	json_t *sample;
	char *text;

	(void)info;
	(void)where;
	if (kind != FTW_F || gathering->count == SAMPLES_MAX)
		return 0;
	sample = json_load_file(path, 0, NULL);
	text = json_is_object(sample) ? as_envelope(sample) : NULL;
	if (text != NULL) {
		gathering->lengths[gathering->count] = strlen(text);
		gathering->bytes += strlen(text);
		gathering->texts[gathering->count++] = text;
	}
	json_decref(sample);
	return 0;
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void read_all(const struct samples *samples)
{
	for (size_t i = 0; i < samples->count; i++) {
		struct envelope e = {0};
		char key[160];

		if (envelope_parse(&e, samples->texts[i], samples->lengths[i], NULL) == OK)
			envelope_key(&e, key);
		envelope_done(&e);
	}
}

void measure_parser(struct figures *figures, const char *folder)
{
	struct samples *samples = mem_alloc(sizeof *samples);
	double begun, took = 0;
	unsigned passes = 0;

	gathering = samples;
	nftw(folder, on_file, FILES_OPEN, FTW_PHYS);
	for (begun = now_s(); samples->count > 0 && took < MEASURE_MS / 1000.0; took = now_s() - begun, passes++)
		read_all(samples);
	if (passes > 0) {
		figures_add(figures, "parser_samples", "envelopes for the parser, files", "", (double)samples->count,
		            0);
		figures_add(figures, "parser_us", "  one read and its key made", "us",
		            took * 1e6 / (double)(samples->count * passes), 0);
		figures_add(figures, "parser_per_s", "  of them a second", "", (double)(samples->count * passes) / took,
		            0);
		figures_add(figures, "parser_mb_s", "  megabytes a second", "MB",
		            (double)samples->bytes * passes / took / 1e6, 0);
	}
	for (size_t i = 0; i < samples->count; i++)
		free(samples->texts[i]);
	free(samples);
}

/*
 * interleavings/run.h - a run from its seed to its verdict.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/interleavings/play.h"

enum { PROLOGUES = 64 };

struct table {
	char *name, *keep, *drop, *put_back; /* statements */
};

/* What runs share: the store, put back between them, and the program's table of commands. */
struct stage {
	struct play play; /* large: one for all runs */
	struct table *tables;
	unsigned table_count;
	/* Worlds as they were at the end of a prologue; [0]: an empty one. NULL: not played yet. */
	struct play *kept[PROLOGUES];
};

struct stage *stage_new(void);
void stage_free(struct stage *stage);
/* An empty store, a fresh world out of this seed. */
struct play *stage_clear(struct stage *stage, uint64_t seed);
/* Keeps the world as it is; nothing may be under way. */
void stage_keep(struct stage *stage, unsigned prologue);
/* The world as it was kept, and a seed of its own from there. */
struct play *stage_put_back(struct stage *stage, unsigned prologue, uint64_t seed);
/* Frees what the run holds. */
void stage_sweep(struct stage *stage);
/* A random run; what happened counts in *ret_events. False: play->complaint says what does not hold. */
bool run_random(struct stage *stage, uint64_t seed, bool loud);
/*
 * Whole repairs, each with every end there is, killed before and after each commit and between any two moves, once and
 * while the program is still recovering. False: play->complaint; ret_runs counts them.
 */
bool run_kills(struct stage *stage, uint64_t *ret_runs);
/* Time goes on (or back). */
void run_pass(struct play *play, int64_t ms);

/*
 * scenario/scenario.h - a scenario is a sentence and what is done to prove it.
 *
 * Each runs in a process, a folder and a world of its own, and ends with the judgement of stage.h. What it needs to say
 * about a failure it says through stage_fail() and CHECK().
 */
#pragma once

#include "tests/stage/stage.h"

struct scenario {
	const char *name; /* a sentence, with underscores; NULL ends a list */
	/* Gets a stage whose eacbot does not run yet; leaves it running, or stopped when `ends` */
	void (*run)(struct stage *stage);
	bool ends;
};

/* Releases of clang-format differ about braces in macros. */
/* clang-format off */
#define SCENARIO(function)      {.name = #function, .run = function}
#define SCENARIO_ENDS(function) {.name = #function, .run = function, .ends = true}
/* clang-format on */

extern const struct scenario happy_scenarios[], refusal_scenarios[], decision_scenarios[], end_scenarios[],
    crash_scenarios[], connection_scenarios[], trouble_scenarios[], program_scenarios[], trap_scenarios[],
    sf_people_scenarios[], diagnosis_scenarios[], pause_scenarios[], doctor_scenarios[], answer_scenarios[],
    delivery_scenarios[], midway_scenarios[], orgs_scenarios[], shortcut_scenarios[], home_scenarios[],
    people_scenarios[], request_scenarios[], crowd_scenarios[], batch_scenarios[];

/* Ends a scenario that can't be played here. */
void skip(const char *why) __attribute__((noreturn));

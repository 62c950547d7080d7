/*
 * interleavings/plant.h - bugs of our own making, each of which has to be found (selftest.sh).
 *
 * The program's functions are replaced at the link (--wrap), so that what is judged is the program with exactly this
 * mistake in it.
 */
#pragma once

#include <stdbool.h>

struct play;

/* NULL: none. Names that nobody knows plant nothing. */
void plant_begin(const char *name);
/* Of this run. */
void plant_in(struct play *play);
bool plant_is(const char *name);
/* A deed is handled for the second time, after Slack was asked. */
void plant_pass(bool second);
/* Every name there is, one a line. */
void plant_list(void);

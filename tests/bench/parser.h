/*
 * bench/parser.h - how many envelopes a second the parser reads, in this process.
 */
#pragma once

#include "tests/bench/figures.h"

/* Reads every file below the folder that is an envelope (or as much of one as the parser takes), again and again. */
void measure_parser(struct figures *figures, const char *folder);

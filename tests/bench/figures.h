/*
 * bench/figures.h - figures with their goals, beside those that were recorded last.
 *
 * The file is lines of `key value`; lines that begin with # are for people.
 */
#pragma once

#include <stdbool.h>

struct figures;

/* A file that is not there has nothing recorded. */
struct figures *figures_new(const char *recorded);
void figures_free(struct figures *figures);

/* All texts are constants. `goal`: not more than this; 0: there is none. */
void figures_add(struct figures *figures, const char *key, const char *title, const char *unit, double value,
                 double goal);
/* The table, on stdout: figure, goal, the last one, and now/last. */
void figures_print(const struct figures *figures);
/* Records them; `head` is one line for people. False: it could not be written, and errno says why. */
bool figures_write(const struct figures *figures, const char *path, const char *head);

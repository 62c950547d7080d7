/*
 * simulation/plant.h - bugs that the simulation makes itself, to show that the judge sees them (selftest.sh).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Its name, or NULL: none. */
void plant_begin(const char *name);
bool plant_is(const char *name);
/* Now and then, while the program lives: what is done to the store behind its back. */
void plant_tamper(void);
/* Between two lives: the store's file becomes an older one. */
void plant_swap_store(const char *folder, unsigned life);

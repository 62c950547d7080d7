/*
 * interleavings/dice.h - chance that comes out of a seed and repeats itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

uint64_t dice_next(struct dice *dice);
/* 0 to sides - 1; 0 where there are none. */
unsigned dice_roll(struct dice *dice, unsigned sides);
bool dice_chance(struct dice *dice, unsigned percent);
/* Every random byte that the program draws comes from these from now on (system.c). */
void system_dice(struct dice *dice);

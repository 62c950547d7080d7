/*
 * interleavings/dice.c - chance that comes out of a seed and repeats itself (splitmix64).
 */
#include "tests/interleavings/dice.h"

uint64_t dice_next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned dice_roll(struct dice *dice, unsigned sides)
{
	return sides == 0 ? 0 : (unsigned)((dice_next(dice) >> 32) * sides >> 32);
}

bool dice_chance(struct dice *dice, unsigned percent)
{
	return dice_roll(dice, 100) < percent;
}

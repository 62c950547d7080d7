/*
 * simulation/world.h - virtual time, chance, and the story of what happened.
 *
 * One list of events is all the time there is: the world's own (people, faults,
 * packets between here and there) and the program's (its timers, and what
 * arrives for it). Nothing waits for a real clock. The interfaces that are
 * played here (loop, http, wire, clocks) have no place for a handle, so the
 * world is the one global of this folder.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"

struct event;
typedef void event_fn(void *arg);

enum event_kind {
	EVENT_WORLD,   /* happens whatever the program does */
	EVENT_TIMER,   /* the program's own time: stands still while the machine sleeps */
	EVENT_ARRIVAL, /* reaches the program as soon as the machine is awake */
};

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,
};

void world_begin(uint64_t seed, bool loud);
void world_end(void);

/* --- time --- */

int64_t world_us(void); /* since the beginning */
int64_t world_ms(void);
int64_t world_wall_us(void);  /* the true time; 1970 */
void world_skew(int64_t ms);  /* how wrong the program's wall clock is */
void world_sleep(int64_t ms); /* the machine sleeps from now on */
bool world_is_asleep(void);
void world_clocks(int id, int64_t *ret_us); /* what the program sees of CLOCK_... id */

/* --- events --- */

struct event *world_in_us(int64_t in_us, enum event_kind kind, event_fn *fn, void *arg);
struct event *world_in(int64_t in_ms, enum event_kind kind, event_fn *fn, void *arg);
void world_cancel(struct event *event); /* not after it has happened; NULL is fine */
/* Moves to the next event and lets it happen; false: there is none. */
bool world_step(void);

/* --- chance: one stream for the world, one for the program --- */

uint64_t dice64(void);
int64_t dice(int64_t n);                         /* 0 to n - 1 */
int64_t dice_between(int64_t low, int64_t high); /* both included */
bool chance(double p);
int64_t dice_wait(int64_t mean_ms); /* how long until something that happens every mean_ms, at least 1 */
uint64_t program_dice64(void);

/* --- the story --- */

void story(const char *format, ...) PRINTF_LIKE(1, 2);
/* Tells the story and ends the process with status 1. */
void world_fail(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/*
 * simulation/world.c - the heap of events, the two streams of chance, and the last lines of the story.
 */
#include "tests/simulation/world.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/simulation/program.h"

enum { STORY_LINES = 300, LINE_BYTES = 400 };

/* Monday, 7 September 2026, 06:00 UTC: a week of work, with people in several zones. */
#define BORN_US (INT64_C(1788760800) * 1000000)

struct event {
	int64_t due_us;
	uint64_t number; /* first made, first served */
	size_t at;       /* its place in the heap */
	enum event_kind kind;
	event_fn *fn;
	void *arg;
};

static struct world {
	uint64_t seed;
	bool loud;
	int64_t now_us;
	int64_t slept_us;       /* by how much CLOCK_MONOTONIC is behind */
	int64_t awake_at_us;    /* while the machine sleeps */
	int64_t asleep_from_us; /* since when it does */
	int64_t skew_us;
	struct event **heap;
	size_t count, size;
	uint64_t events; /* made so far */
	uint64_t world_dice, program_dice;
	char lines[STORY_LINES][LINE_BYTES];
	uint64_t told;
} world;

/* --- the heap ----------------------------------------------------------------------------------------------- */

static bool earlier(const struct event *a, const struct event *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->number < b->number;
}

static void put(size_t at, struct event *event)
{
	world.heap[at] = event;
	event->at = at;
}

static void rise(struct event *event)
{
	size_t at = event->at;

	while (at > 0 && earlier(event, world.heap[(at - 1) / 2])) {
		put(at, world.heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(at, event);
}

static void sink(struct event *event)
{
	size_t at = event->at;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < world.count && earlier(world.heap[child + 1], world.heap[child]))
			child++;
		if (child >= world.count || earlier(event, world.heap[child]))
			break;
		put(at, world.heap[child]);
		at = child;
	}
	put(at, event);
}

static void add(struct event *event)
{
	if (world.count == world.size) {
		world.size = world.size * 2 + 64;
		world.heap = mem_grow(world.heap, world.size, sizeof(struct event *));
	}
	put(world.count++, event);
	rise(event);
}

static void take_out(struct event *event)
{
	struct event *last = world.heap[--world.count];
	size_t at = event->at;

	if (last == event)
		return;
	put(at, last);
	rise(last);
	sink(world.heap[at]);
}

/* --- events ------------------------------------------------------------------------------------------------- */

struct event *world_in_us(int64_t in_us, enum event_kind kind, event_fn *fn, void *arg)
{
	struct event *event = mem_alloc(sizeof *event);

	*event = (struct event){.due_us = world.now_us + (in_us > 0 ? in_us : 0),
	                        .number = ++world.events,
	                        .kind = kind,
	                        .fn = fn,
	                        .arg = arg};
	if (kind == EVENT_TIMER && world_is_asleep())
		event->due_us += world.awake_at_us - world.now_us;
	add(event);
	return event;
}

struct event *world_in(int64_t in_ms, enum event_kind kind, event_fn *fn, void *arg)
{
	return world_in_us(in_ms * 1000, kind, fn, arg);
}

void world_cancel(struct event *event)
{
	if (event == NULL)
		return;
	take_out(event);
	free(event);
}

bool world_step(void)
{
	struct event *event;

	if (world.count == 0)
		return false;
	event = world.heap[0];
	take_out(event);
	if (event->due_us > world.now_us)
		world.now_us = event->due_us;
	if (event->kind == EVENT_ARRIVAL && world_is_asleep()) {
		event->due_us = world.awake_at_us;
		add(event);
		return true;
	}
	struct event copy = *event;
	free(event);
	copy.fn(copy.arg);
	return true;
}

/* --- time --------------------------------------------------------------------------------------------------- */

int64_t world_us(void)
{
	return world.now_us;
}

int64_t world_ms(void)
{
	return world.now_us / 1000;
}

int64_t world_wall_us(void)
{
	return BORN_US + world.now_us;
}

void world_skew(int64_t ms)
{
	world.skew_us = ms * 1000;
}

bool world_is_asleep(void)
{
	return world.now_us < world.awake_at_us;
}

void world_sleep(int64_t ms)
{
	if (world_is_asleep())
		return;
	world.asleep_from_us = world.now_us;
	world.awake_at_us = world.now_us + ms * 1000;
	world.slept_us += ms * 1000;
	for (size_t i = 0; i < world.count; i++)
		if (world.heap[i]->kind == EVENT_TIMER)
			world.heap[i]->due_us += ms * 1000;
	for (size_t i = world.count; i-- > 0;)
		sink(world.heap[i]);
}

/* Nobody reads a clock while the machine sleeps, so CLOCK_MONOTONIC may be told as it will be afterwards. */
void world_clocks(int id, int64_t *ret_us)
{
	if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
		*ret_us = world_wall_us() + world.skew_us;
	else if (id == CLOCK_BOOTTIME)
		*ret_us = world.now_us + HOUR_MS * INT64_C(1000);
	else
		*ret_us = world.now_us + HOUR_MS * INT64_C(1000) - world.slept_us;
}

/* --- chance ------------------------------------------------------------------------------------------------- */

/* SplitMix64: small, and good enough for faults. */
static uint64_t next64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint64_t dice64(void)
{
	return next64(&world.world_dice);
}

uint64_t program_dice64(void)
{
	return next64(&world.program_dice);
}

int64_t dice(int64_t n)
{
	return (int64_t)(dice64() % (uint64_t)n);
}

int64_t dice_between(int64_t low, int64_t high)
{
	return low + dice(high - low + 1);
}

bool chance(double p)
{
	return (double)(dice64() >> 11) * 0x1p-53 < p;
}

int64_t dice_wait(int64_t mean_ms)
{
	double u = ((double)(dice64() >> 11) + 1) * 0x1p-53;

	return 1 + (int64_t)(-log(u) * (double)mean_ms);
}

/* --- the story ---------------------------------------------------------------------------------------------- */

static void tell(FILE *file, const char *line)
{
	fputs(line, file);
	fputc('\n', file);
}

static void note_line(const char *format, va_list args)
{
	char *line = world.lines[world.told++ % STORY_LINES];
	int64_t ms = world_ms() % DAY_MS;
	int n = snprintf(line, LINE_BYTES, "day %" PRId64 " %02d:%02d:%02d.%03d  ", world_ms() / DAY_MS,
	                 (int)(ms / HOUR_MS), (int)(ms / MINUTE_MS % 60), (int)(ms / SECOND_MS % 60), (int)(ms % 1000));

	vsnprintf(line + n, (size_t)(LINE_BYTES - n), format, args);
	if (world.loud)
		tell(stdout, line);
}

void story(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note_line(format, args);
	va_end(args);
}

void world_fail(const char *format, ...)
{
	uint64_t from = world.told > STORY_LINES ? world.told - STORY_LINES : 0;
	va_list args;

	if (!world.loud)
		for (uint64_t i = from; i < world.told; i++)
			tell(stdout, world.lines[i % STORY_LINES]);
	fputs("\nSEED ", stdout);
	printf("%" PRIu64 ", day %" PRId64 ", %" PRId64 " ms: ", world.seed, world_ms() / DAY_MS, world_ms() % DAY_MS);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	fputc('\n', stdout);
	fflush(stdout);
	program_end();
	_exit(1);
}

/* --- begin and end ------------------------------------------------------------------------------------------ */

void world_begin(uint64_t seed, bool loud)
{
	world.seed = seed;
	world.loud = loud;
	world.world_dice = seed * UINT64_C(0x2545F4914F6CDD1D) + 1;
	world.program_dice = world.world_dice ^ UINT64_C(0xD1B54A32D192ED03);
}

void world_end(void)
{
	for (size_t i = 0; i < world.count; i++)
		free(world.heap[i]);
	free(world.heap);
	world.heap = NULL;
	world.count = world.size = 0;
}

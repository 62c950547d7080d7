/*
 * interleavings/run.c - a random run: people, faults and the program's moves in any order, then rest, then an end.
 */
#include "tests/interleavings/run.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/interleavings/deeds.h"
#include "tests/interleavings/program.h"

enum { HOUR_MS = 3600 * 1000 };

void play_fail(struct play *play, const char *format, ...)
{
	va_list ap;
	if (play->failed)
		return;
	play->failed = true;
	va_start(ap, format);
	vsnprintf(play->complaint, sizeof play->complaint, format, ap);
	va_end(ap);
	play_tell(play, "!!! %s", play->complaint);
}

void play_tell(const struct play *play, const char *format, ...)
{
	va_list ap;
	if (!play->loud)
		return;
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

void run_pass(struct play *play, int64_t ms)
{
	play->now += ms;
	play->latest = play->now > play->latest ? play->now : play->latest;
	play->program.outbox_may = true;
	if (ms < 0) {
		play->program.due_may = true;
		judge_set_back(&play->judge);
	}
	play_tell(play, "-- %lld s go by", (long long)(ms / 1000));
}

/* --- what happens beside people --- */

static void time_goes(struct play *play)
{
	struct dice *dice = &play->dice;
	unsigned roll = dice_roll(dice, 100);
	int64_t ms = roll < 60   ? (int64_t)dice_roll(dice, 10000)
	             : roll < 80 ? (int64_t)dice_roll(dice, 3600) * 1000
	             : roll < 92 ? (int64_t)dice_roll(dice, 26) * HOUR_MS
	             : roll < 97 ? (int64_t)(70 + dice_roll(dice, 10)) * HOUR_MS
	                         : -(int64_t)dice_roll(dice, 180) * 60000;
	run_pass(play, ms);
}

static void weather_changes(struct play *play)
{
	struct dice *dice = &play->dice;
	play->faults = (struct faults){0};
	if (dice_chance(dice, 40))
		return;
	play->faults.call_fails = dice_roll(dice, 40);
	play->faults.answer_lost = dice_roll(dice, 30);
	play->faults.slack_fails = dice_roll(dice, 25);
	play->faults.kills = dice_roll(dice, 30);
	play->faults.job_fails = dice_roll(dice, 40);
	play->slack.closed = dice_chance(dice, 5);
	play_tell(play, "-- the weather changes");
}

static void world_turns(struct play *play)
{
	int who;
	switch (dice_roll(&play->dice, 6)) {
	case 0:
	case 1:
		cast_change(&play->cast, &play->dice, &who);
		play_tell(play, "-- something changes for %s", play->cast.members[who].id + 2);
		break;
	case 2:
		cast_copy(&play->cast);
		play_tell(play, "-- the copy of the groups is renewed");
		break;
	default: play_tell(play, "-- %s", org_happens(&play->org, &play->dice, play->now)); break;
	}
}

static void something_happens(struct play *play)
{
	unsigned roll = dice_roll(&play->dice, 100);
	if (roll < 22)
		deeds_any(play);
	else if (roll < 26)
		time_goes(play);
	else if (roll < 29)
		world_turns(play);
	else if (roll < 30)
		weather_changes(play);
	else if (!program_move(play)) /* nothing to do: somebody does something at once */
		deeds_any(play);
	if (play->program.killed)
		program_kill(play);
}

/* --- rest, and an end --- */

/* What was held up by faults is due in the next minutes. */
static void come_to_rest(struct play *play)
{
	play->faults = (struct faults){0};
	play->slack.closed = false;
	cast_copy(&play->cast);
	play->program.inbox_may = true;
	run_pass(play, play->latest - play->now);
	for (int i = 0; i < 3 && !play->failed; i++) {
		program_settle(play);
		run_pass(play, 40000);
	}
	program_settle(play);
	if (!play->failed)
		judge_rest(play);
}

static void bring_to_an_end(struct play *play)
{
	char text[40];
	play->org.seats += 5;
	deeds_type(play, BEA, WANT_NOTHING, "help");
	for (unsigned i = 0; i < play->judge.count && !play->failed; i++) {
		snprintf(text, sizeof text, "cancel %lld", (long long)play->judge.repairs[i].id);
		deeds_type(play, BEA, WANT_ACT, text);
	}
	come_to_rest(play);
}

/* --- prologues --- */

/* A repair, or two, some way on, without any fault. */
static void play_prologue(struct stage *stage, unsigned prologue, bool loud)
{
	static const char *const first[] = {"repair <@U0JANE001>", "repair jane@example.com", "repair nemo@example.com",
	                                    "repair jane@example.com jill@example.com", "repair jill@example.com"};
	struct play *play = stage_clear(stage, UINT64_C(0x5eed0000) + prologue);
	play->loud = loud;
	deeds_type(play, dice_chance(&play->dice, 70) ? ANN : BOTH, WANT_REPAIR, first[dice_roll(&play->dice, 5)]);
	for (unsigned i = prologue % 12; i > 0 && !play->failed; i--) {
		program_settle(play);
		run_pass(play, 3000);
		program_settle(play);
		if (i > 1)
			deeds_helpful(play);
	}
	if (!play->failed)
		program_settle(play);
	play->loud = false;
	if (!play->failed)
		stage_keep(stage, prologue);
}

static struct play *begin(struct stage *stage, uint64_t seed, bool loud)
{
	struct dice dice = {seed};
	unsigned prologue = dice_roll(&dice, PROLOGUES);
	if (prologue == 0)
		return stage_clear(stage, seed);
	if (stage->kept[prologue] == NULL)
		play_prologue(stage, prologue, loud);
	return stage->play.failed && stage->kept[prologue] == NULL ? &stage->play
	                                                           : stage_put_back(stage, prologue, seed);
}

bool run_random(struct stage *stage, uint64_t seed, bool loud)
{
	struct play *play = begin(stage, seed, loud);
	if (play->failed)
		return false; /* already in its prologue */
	play->loud = loud;
	if (dice_chance(&play->dice, 50))
		weather_changes(play);
	unsigned events = 10 + dice_roll(&play->dice, dice_chance(&play->dice, 10) ? 150 : 30);
	for (unsigned i = 0; i < events && !play->failed; i++)
		something_happens(play);
	if (!play->failed)
		come_to_rest(play);
	if (!play->failed && dice_chance(&play->dice, 12))
		bring_to_an_end(play);
	if (!play->failed)
		judge_end(play);
	return !play->failed;
}

/*
 * interleavings/kills.c - whole repairs with every end there is, killed at every place where a process can be killed.
 *
 * Each is played once without a kill; then once for each of its transactions, dying before the commit and after it, and
 * once for each pair of moves, dying between them (a call has been made and its answer is lost, a message was sent and
 * nobody noted it); and again with a second death while the program recovers. Whatever is not acknowledged is done
 * again by the people, as Slack and people do. The end has to be the same: the state, the moves, the messages.
 */
#include <stdio.h>

#include "bot/base/text.h"
#include "tests/interleavings/deeds.h"
#include "tests/interleavings/program.h"
#include "tests/interleavings/run.h"

enum { HOUR_MS = 3600 * 1000, ROUNDS = 60 };
enum ending { HAPPY, REJECTED, CANCELLED, EXPIRED, FAILED, MENDED, ENDINGS };

static const char *const names[] = {"happy", "rejected", "cancelled", "expired", "failed", "mended"};
static const char *const ends[] = {"completed", "rejected", "cancelled", "expired", "failed", "completed"};

/* Where it dies; 0: nowhere. */
struct death {
	unsigned before, after, step;
};

/* What has to be the same, however often it died. */
struct outcome {
	char state[24];
	unsigned moves, said;
	unsigned jobs, steps; /* of the life without a death */
};

static void set_stage(struct play *play, enum ending ending, bool strict)
{
	struct config *c = &play->config;
	c->approval.quorum = strict ? 2 : 1;
	c->approval.take_back_ms = strict ? 10000 : 0;
	c->approval.before_teardown = strict;
	c->approval.four_eyes = true;
	c->people.hours_from_min = 0;
	c->people.hours_to_min = 1440;
	c->limits.pause_after_failures = 0;
	c->salesforce.delete_account_links = ending == HAPPY;
	play->org.links_fixed = false;
	play->org.users[0].frozen = false;
	play->org.users[0].active = true;
	play->insist = true;
}

static void decide(struct play *play, enum ending ending, bool first_gate)
{
	if (ending == REJECTED && !first_gate) {
		deeds_press(play, OMAR, WANT_DECIDE, "eac.reject");
	} else if (ending == CANCELLED && !first_gate) {
		deeds_type(play, BEA, WANT_ACT, "cancel 1");
	} else if (ending == EXPIRED && !first_gate) {
		run_pass(play, (int64_t)73 * HOUR_MS);
	} else {
		deeds_press(play, OMAR, WANT_DECIDE, "eac.approve");
		if (play->config.approval.quorum > 1)
			deeds_type(play, ANA, WANT_DECIDE, "approve 1");
	}
}

static void mend(struct play *play)
{
	play->org.seats = 5;
	deeds_press(play, BEA, WANT_ACT, "eac.retry");
}

static void remove_links(struct play *play)
{
	for (int i = 0; i < HELD_MAX * 2; i++)
		if (play->org.users[0].held[i].kind == HOLD_LINK && !play->org.users[0].held[i].foreign)
			play->org.users[0].held[i].kind = HOLD_NOTHING;
	deeds_press(play, BOSS, WANT_STEP, "eac.check_links");
}

/* Whoever is waited for does it. False: it has ended. */
static bool go_on(struct play *play, enum ending ending, const struct watched *w)
{
	bool first_gate = play->config.approval.before_teardown && !play->org.users[0].taken[0];
	if (text_eq(w->state, "waiting_user") && !deeds_press(play, JANE, WANT_STEP, "eac.works"))
		deeds_press(play, BEA, WANT_STEP, "eac.mark_done");
	else if (text_eq(w->state, "waiting_admin"))
		remove_links(play);
	else if (text_eq(w->state, "waiting_approval"))
		decide(play, ending, first_gate);
	else if (text_eq(w->state, "waiting_backend")) {
		play->org.seats = ending == FAILED || ending == MENDED ? 0 : 5;
		deeds_type(play, BEA, WANT_CONFIRM, "confirm 1 04567890");
	} else if (text_eq(w->state, "failed") && ending == MENDED)
		mend(play);
	return text_eq(w->state, "running") || text_eq(w->state, "checking") || text_starts(w->state, "waiting_") ||
	       (text_eq(w->state, "failed") && ending == MENDED);
}

static unsigned count_said(const struct slack *slack)
{
	unsigned n = 0;
	for (unsigned i = 0; i < slack->count; i++)
		n += slack->messages[i].slot[0] != '\0';
	return n;
}

static bool play_life(struct stage *stage, enum ending ending, bool strict, const struct death *death,
                      struct outcome *ret)
{
	struct play *play = stage_clear(stage, 77 + (uint64_t)ending);
	set_stage(play, ending, strict);
	play->kill_before = death->before;
	play->kill_after = death->after;
	play->kill_at_step = death->step;
	deeds_type(play, ANN, WANT_REPAIR, "repair <@U0JANE001>");
	for (int i = 0; i < ROUNDS && !play->failed; i++) {
		program_settle(play);
		const struct watched *w = judge_find(&play->judge, 1);
		if (w == NULL || !go_on(play, ending, w))
			break;
		program_settle(play);
		run_pass(play, 3000);
	}
	program_settle(play);
	*ret = (struct outcome){.moves = (unsigned)play->judge.last_move,
	                        .said = count_said(&play->slack),
	                        .jobs = play->jobs,
	                        .steps = play->steps};
	const struct watched *w = judge_find(&play->judge, 1);
	text_copy(ret->state, sizeof ret->state, w != NULL ? w->state : "nothing");
	if (!play->failed)
		judge_rest(play);
	if (!play->failed)
		judge_end(play);
	return !play->failed;
}

/* The same end as without a death? */
static bool dies(struct stage *stage, enum ending ending, bool strict, const struct death *death,
                 const struct outcome *expected)
{
	struct outcome is;
	struct play *play = &stage->play;
	bool ok = play_life(stage, ending, strict, death, &is);
	if (ok && (!text_eq(is.state, expected->state) || is.moves != expected->moves || is.said != expected->said))
		play_fail(play, "it ends %s after %u moves and %u messages, not %s after %u and %u", is.state, is.moves,
		          is.said, expected->state, expected->moves, expected->said);
	if (!play->failed)
		return true;
	char what[sizeof play->complaint];
	text_copy(what, sizeof what, play->complaint);
	snprintf(play->complaint, sizeof play->complaint,
	         "%s%s, killed before commit %u, after commit %u, at move %u: %.250s", names[ending],
	         strict ? " (strict)" : "", death->before, death->after, death->step, what);
	return false;
}

static bool kill_everywhere(struct stage *stage, enum ending ending, bool strict, uint64_t *runs)
{
	const struct death none = {0};
	struct outcome whole;
	if (!play_life(stage, ending, strict, &none, &whole))
		return false;
	if (!text_eq(whole.state, ends[ending])) {
		play_fail(&stage->play, "%s ends %s without a death", names[ending], whole.state);
		return false;
	}
	for (unsigned n = 1; n <= whole.jobs; n++) {
		const struct death deaths[] = {{.before = n}, {.after = n}, {.after = n, .before = n + 1}};
		for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++, ++*runs)
			if (!dies(stage, ending, strict, &deaths[i], &whole))
				return false;
	}
	for (unsigned n = 1; n <= whole.steps; n++, ++*runs) {
		const struct death death = {.step = n};
		if (!dies(stage, ending, strict, &death, &whole))
			return false;
	}
	printf("%s%s: %u commits, %u moves\n", names[ending], strict ? ", two gates of two votes" : "", whole.jobs,
	       whole.steps);
	fflush(stdout);
	return true;
}

bool run_kills(struct stage *stage, uint64_t *ret_runs)
{
	for (enum ending ending = 0; ending < ENDINGS; ending++)
		for (int strict = 0; strict < (ending <= REJECTED ? 2 : 1); strict++)
			if (!kill_everywhere(stage, ending, strict == 1, ret_runs))
				return false;
	return true;
}

/*
 * interleavings/judge.c - see judge.h. What holds at rest is in judge_rest.c.
 */
#include "tests/interleavings/judge.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/text.h"
#include "bot/store/store_private.h"
#include "tests/interleavings/play.h"

void judge_begin(struct judge *judge)
{
	*judge = (struct judge){0};
}

struct watched *judge_find(struct judge *judge, int64_t id)
{
	for (unsigned i = 0; i < judge->count; i++)
		if (judge->repairs[i].id == id)
			return &judge->repairs[i];
	return NULL;
}

void judge_acked(struct judge *judge, const char *key)
{
	if (judge->ack_count < ACKS)
		text_copy(judge->acks[judge->ack_count++], sizeof judge->acks[0], key);
}

/* --- reading the trail --- */

static struct watched *watch(struct judge *judge, int64_t id)
{
	struct watched *w = judge_find(judge, id);
	if (w != NULL || id == 0 || judge->count == WATCHED)
		return w;
	w = &judge->repairs[judge->count++];
	*w = (struct watched){.id = id, .state = "checking"};
	return w;
}

static enum errc read_lines(struct judge *judge, struct tx *tx)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc rc = sql_query(tx, &rows,
	                         "SELECT a.n, a.repair, a.via, a.action, w.actor FROM audit a"
	                         " JOIN audit_words w ON w.n = a.n WHERE a.n > $1 ORDER BY a.n",
	                         ARGS(value_int(judge->last_line)));
	while (rc == OK && judge->line_count < LINES && (rc = rows_next(&rows)) == OK) {
		struct line *line = &judge->lines[judge->line_count++];
		line->n = rows_int(&rows, 0);
		line->repair = rows_int(&rows, 1);
		rows_copy(&rows, 2, line->via, sizeof line->via);
		rows_copy(&rows, 3, line->action, sizeof line->action);
		rows_copy(&rows, 4, line->actor, sizeof line->actor);
	}
	return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum errc read_moves(struct judge *judge, struct tx *tx)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc rc = sql_query(
	    tx, &rows, "SELECT id, request, event, old_state, new_state FROM history WHERE id > $1 ORDER BY id",
	    ARGS(value_int(judge->last_move)));
	while (rc == OK && judge->move_count < LINES && (rc = rows_next(&rows)) == OK) {
		struct move *move = &judge->moves[judge->move_count++];
		move->id = rows_int(&rows, 0);
		move->request = rows_int(&rows, 1);
		rows_copy(&rows, 2, move->event, sizeof move->event);
		rows_copy(&rows, 3, move->from, sizeof move->from);
		rows_copy(&rows, 4, move->to, sizeof move->to);
	}
	return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum errc read_parties(struct line *line, struct tx *tx)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc rc = sql_first(tx, &rows, "SELECT requester, slack_user, target FROM request WHERE id = $1",
	                         ARGS(value_int(line->repair)));
	if (rc != OK)
		return rc == ERR_NOT_FOUND ? OK : rc;
	rows_copy(&rows, 0, line->requester, sizeof line->requester);
	rows_copy(&rows, 1, line->slack_user, sizeof line->slack_user);
	rows_copy(&rows, 2, line->target, sizeof line->target);
	return OK;
}

enum errc judge_read(struct judge *judge, struct tx *tx)
{
	enum errc rc = tx->wrote ? read_lines(judge, tx) : OK;
	if (rc == OK && judge->line_count > 0)
		rc = read_moves(judge, tx);
	for (unsigned i = 0; i < judge->line_count && rc == OK; i++)
		if (judge->lines[i].repair != 0)
			rc = read_parties(&judge->lines[i], tx);
	return rc;
}

void judge_forget(struct judge *judge)
{
	judge->line_count = judge->move_count = 0;
}

/* --- rights --- */

bool judge_allows(struct play *play, int who, const struct standing *truth, enum intent intent, int64_t repair)
{
	const struct watched *w = judge_find(&play->judge, repair);
	if (who < 0)
		return false;
	if (w == NULL)
		return cast_may(&play->cast, who, truth, intent, NULL);
	const struct sf_user *user = org_user(&play->org, w->target);
	const char *askers[5] = {NULL};
	for (unsigned i = 0; i < w->before_count; i++)
		askers[i] = w->before[i];
	const struct parties parties = {.requester = w->requester,
	                                .askers = askers,
	                                .target = w->slack_user,
	                                .target_email = user != NULL ? user->email : "",
	                                .four_eyes = play->config.approval.four_eyes};
	return cast_may(&play->cast, who, truth, intent, &parties);
}

/* What a line of the trail needs; act_intent for those that say nothing of it themselves. */
static enum intent needs(const char *action, enum intent act_intent)
{
	static const struct {
		const char *action;
		enum intent intent;
	} table[] = {{"approve", WANT_DECIDE}, {"ask-backend", WANT_DECIDE}, {"reject", WANT_DECIDE},
	             {"repair", WANT_REPAIR},  {"pause", WANT_RULE},         {"resume", WANT_RULE},
	             {"retry", WANT_ACT},      {"cancel", WANT_ACT},         {"check", WANT_READ},
	             {"take", WANT_ACT},       {"claim", WANT_CONFIRM},      {"take-back", WANT_UNDO}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (text_eq(table[i].action, action))
			return table[i].intent;
	return act_intent;
}

static bool changes_nothing(const char *action)
{
	return text_starts(action, "refused") || text_eq(action, "history-read") || text_eq(action, "list-read");
}

static void judge_rights(struct play *play, const struct line *line, const struct act *act,
                         const struct standing *truth)
{
	int who = cast_find(&play->cast, line->actor);
	struct watched *w = judge_find(&play->judge, line->repair);
	if (who < 0 || changes_nothing(line->action))
		return;
	if (act != NULL && act->who == who && act->dead && line->repair != 0)
		play_fail(play, "%s did %s on EAC-%lld with what had no live button", line->actor + 2, line->action,
		          (long long)line->repair);
	if (act != NULL && act->who == who) {
		if (!judge_allows(play, who, truth, needs(line->action, act->intent), line->repair))
			play_fail(play, "%s did what they must not: %s on EAC-%lld", line->actor + 2, line->action,
			          (long long)line->repair);
		if (w != NULL)
			w->acted |= 1u << who;
	} else if (w != NULL && (w->acted & 1u << who) == 0) {
		play_fail(play, "%s is said to have done %s on EAC-%lld, and did nothing", line->actor + 2,
		          line->action, (long long)line->repair);
	}
}

/* --- gates --- */

static int count(unsigned bits)
{
	return __builtin_popcount(bits);
}

static void judge_pass(struct play *play, struct watched *w)
{
	if (!w->gate)
		play_fail(play, "EAC-%lld: a gate was passed that is not open", (long long)w->id);
	else if (count(w->votes) < w->quorum)
		play_fail(play, "EAC-%lld: a gate was passed with %d votes of %d", (long long)w->id, count(w->votes),
		          w->quorum);
	else if (count(w->votes) > 1 && (w->votes & ~w->verified) != 0)
		play_fail(play, "EAC-%lld: a gate was passed with a vote of somebody who may no longer decide",
		          (long long)w->id);
	w->gate = false;
}

static void judge_vote(struct play *play, struct watched *w, const struct line *line)
{
	int who = cast_find(&play->cast, line->actor);
	if (who < 0)
		return;
	unsigned bit = 1u << who;
	if (text_eq(line->action, "approve")) {
		if ((w->votes & bit) != 0)
			play_fail(play, "%s voted twice on EAC-%lld", line->actor + 2, (long long)w->id);
		if (!w->gate)
			play_fail(play, "%s voted on EAC-%lld, which has no open gate", line->actor + 2,
			          (long long)w->id);
		w->votes |= bit;
		w->decided[who] = play->now;
	} else {
		w->votes &= ~bit;
		w->decided[who] = 0;
	}
}

/* Only one's own decision, and only within its time. (A second line tells of the move that follows.) */
static void judge_take_back(struct play *play, struct watched *w, const struct line *line)
{
	int who = cast_find(&play->cast, line->actor);
	w->reopens = !w->gate;
	w->rests_until = 0;
	if (who < 0 || w->taken_back == who + 1)
		return;
	if (w->decided[who] == 0)
		play_fail(play, "%s took back on EAC-%lld what they never decided", line->actor + 2, (long long)w->id);
	if (play->now == play->latest && play->now - w->decided[who] >= play->config.approval.take_back_ms)
		play_fail(play, "%s took a decision back on EAC-%lld, too late", line->actor + 2, (long long)w->id);
	w->votes &= ~(1u << who);
	w->taken_back = who + 1;
	w->decided[who] = 0;
}

static void note_decision(struct play *play, struct watched *w, const struct line *line, const struct act *act)
{
	int who = cast_find(&play->cast, line->actor);
	bool reject = act != NULL && act->intent == WANT_DECIDE && text_eq(line->action, "put-back");
	/* at 1.7 nothing follows but another person's word */
	if (text_eq(line->action, "go-on") || reject)
		w->rests_until = play->now + play->config.approval.take_back_ms;
	if (who >= 0 && reject)
		w->decided[who] = play->now;
}

static void judge_gate(struct play *play, struct watched *w, const struct line *line, const struct act *act)
{
	static const char *const leaving[] = {"reject", "expire", "cancel", "put-back", "fail"};
	if (text_eq(line->action, "ask-approval")) {
		w->gate = true;
		w->quorum = play->config.approval.quorum;
		w->votes = w->reopens ? w->votes : 0;
		w->verified = w->reopens ? w->verified : 0;
		w->reopens = false;
		return;
	}
	if (text_eq(line->action, "take-back"))
		judge_take_back(play, w, line);
	else
		w->taken_back = 0;
	if (w->gate && (text_eq(line->action, "ask-backend") || text_eq(line->action, "go-on") ||
	                text_eq(line->action, "put-back")))
		note_decision(play, w, line, act);
	if (text_eq(line->action, "approve") || text_eq(line->action, "approve-void"))
		judge_vote(play, w, line);
	else if (text_eq(line->action, "ask-backend") || (w->gate && text_eq(line->action, "go-on")))
		judge_pass(play, w);
	for (size_t i = 0; i < sizeof leaving / sizeof leaving[0]; i++)
		w->gate = w->gate && !text_eq(line->action, leaving[i]);
}

/* A state is left only once. */
static void judge_move(struct play *play, const struct move *move)
{
	struct watched *w = watch(&play->judge, move->request);
	if (w == NULL)
		return;
	if (!text_eq(w->state, move->from))
		play_fail(play, "EAC-%lld: %s from %s, where it is %s", (long long)w->id, move->event, move->from,
		          w->state);
	text_copy(w->state, sizeof w->state, move->to);
	play_tell(play, "    == EAC-%lld: %s -%s-> %s", (long long)w->id, move->from, move->event, move->to);
}

/* What waits for a look or for a call's outcome leaves its line only when it is carried out. */
static void note_wish(struct play *play, const struct act *act, const struct standing *truth)
{
	for (unsigned i = 0; i < play->judge.count; i++)
		if (judge_allows(play, act->who, truth, act->intent, play->judge.repairs[i].id))
			play->judge.repairs[i].acted |= 1u << act->who;
}

static void keep_parties(struct watched *w, const struct line *line)
{
	bool taken = w->requester[0] != '\0' && !text_eq(w->requester, line->requester);
	if (line->requester[0] == '\0')
		return; /* the row is gone */
	if (taken && w->before_count < sizeof w->before / sizeof w->before[0])
		text_copy(w->before[w->before_count++], sizeof w->before[0], w->requester);
	text_copy(w->requester, sizeof w->requester, line->requester);
	text_copy(w->slack_user, sizeof w->slack_user, line->slack_user);
	text_copy(w->target, sizeof w->target, line->target);
}

void judge_committed(struct play *play, const struct act *act, const struct standing *truth)
{
	struct judge *judge = &play->judge;
	if (act != NULL && (act->intent == WANT_ACT || act->intent == WANT_STEP || act->intent == WANT_CONFIRM))
		note_wish(play, act, truth);
	for (unsigned i = 0; i < judge->line_count; i++) {
		const struct line *line = &judge->lines[i];
		struct watched *w = watch(judge, line->repair);
		judge->last_line = line->n;
		if (w != NULL)
			keep_parties(w, line);
		play_tell(play, "    = %s, %s, by %s", line->action, line->via, line->actor);
		judge_rights(play, line, act, truth);
		if (w != NULL)
			judge_gate(play, w, line, act);
	}
	for (unsigned i = 0; i < judge->move_count; i++) {
		judge->last_move = judge->moves[i].id;
		judge_move(play, &judge->moves[i]);
	}
	judge->line_count = judge->move_count = 0;
}

void judge_set_back(struct judge *judge)
{
	for (unsigned i = 0; i < judge->count; i++)
		judge->repairs[i].rests_until = 0;
}

void judge_call(struct play *play, const struct flow_call *call)
{
	const struct watched *w = judge_find(&play->judge, call->request);
	if (!org_is_write(call->kind) || w == NULL)
		return;
	if (w->rests_until > play->now)
		play_fail(play, "EAC-%lld: %s while the decision can be taken back", (long long)w->id, call->kind);
	if (!text_eq(w->state, "running") || w->gate)
		play_fail(play, "EAC-%lld: %s while it is %s", (long long)w->id, call->kind, w->state);
}

/*
 * flow/request.c - the life of one request; the only place its state changes.
 *
 * Every move is looked up in request_states.h and written together with its
 * history and audit line. Running steps is flow.c's work; what a move means to
 * people is the runbook's.
 */
#include "bot/flow/request.h"

#include "bot/base/text.h"
#include "bot/store/audit.h"

struct state_info {
	const char *word;
	bool final;
	bool blocks;
};

static const struct state_info states[STATE_COUNT] = {
#define X(name, word, final, blocks) [STATE_##name] = {word, final, blocks},
    REQUEST_STATES(X)
#undef X
};

static const char *const events[EVENT_COUNT] = {
#define X(name, word) [EVENT_##name] = word,
    REQUEST_EVENTS(X)
#undef X
};

/* Shifted by one, so that a pair that is not in the table is 0. */
static const unsigned char moves[STATE_COUNT][EVENT_COUNT] = {
#define X(from, event, to) [STATE_##from][EVENT_##event] = STATE_##to + 1,
    REQUEST_MOVES(X)
#undef X
};

const char *state_word(enum request_state state)
{
	return state < STATE_COUNT ? states[state].word : "";
}

enum request_state state_of_word(const char *word)
{
	for (int i = 0; i < STATE_COUNT; i++)
		if (text_eq(word, states[i].word))
			return (enum request_state)i;
	return STATE_COUNT;
}

enum request_state request_state(const struct request_row *row)
{
	return state_of_word(row->state);
}

bool state_is_final(enum request_state state)
{
	return state < STATE_COUNT && states[state].final;
}

const char *event_word(enum request_event event)
{
	return event < EVENT_COUNT ? events[event] : "";
}

enum request_state request_target(enum request_state state, enum request_event event)
{
	if (state >= STATE_COUNT || event >= EVENT_COUNT || moves[state][event] == 0)
		return STATE_COUNT;
	return (enum request_state)(moves[state][event] - 1);
}

static enum errc note_move(struct tx *tx, const struct request_row *row, enum request_event event, const char *from,
                           const struct request_actor *actor, const char *detail, int64_t now)
{
	struct history_row line = {.at = now};
	text_copy(line.event, sizeof line.event, event_word(event));
	text_copy(line.from, sizeof line.from, from);
	text_copy(line.to, sizeof line.to, row->state);
	text_copy(line.actor, sizeof line.actor, actor->who);
	text_copy(line.via, sizeof line.via, actor->via);
	enum errc rc = history_add(tx, row->id, &line);
	if (rc != OK)
		return rc;
	struct audit_row audit = {.at = now, .repair = row->id};
	text_copy(audit.actor, sizeof audit.actor, actor->who);
	text_copy(audit.via, sizeof audit.via, actor->via);
	text_copy(audit.action, sizeof audit.action, event_word(event));
	text_copy(audit.detail, sizeof audit.detail, detail != NULL ? detail : row->state);
	return audit_add(tx, &audit);
}

enum errc request_fire(struct tx *tx, struct request_row *row, enum request_event event,
                       const struct request_actor *actor, const char *detail, int64_t now)
{
	enum request_state to = request_target(request_state(row), event);
	if (to == STATE_COUNT)
		return ERR_CONFLICT;
	char from[sizeof row->state];
	text_copy(from, sizeof from, row->state);
	text_copy(row->state, sizeof row->state, states[to].word);
	row->open = !states[to].final;
	row->blocks = states[to].blocks;
	row->updated_at = now;
	if (!row->open)
		row->wake_at = 0;
	return note_move(tx, row, event, from, actor, detail, now);
}

/*
 * flow/request.h - the life of one request; the only place its state changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/flow/request_states.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"

enum request_state {
#define X(name, word, final, blocks) STATE_##name,
	REQUEST_STATES(X)
#undef X
	    STATE_COUNT
};

enum request_event {
#define X(name, word) EVENT_##name,
	REQUEST_EVENTS(X)
#undef X
	    EVENT_COUNT
};

const char *state_word(enum request_state state);
/* STATE_COUNT when unknown. */
enum request_state state_of_word(const char *word);
enum request_state request_state(const struct request_row *row);
bool state_is_final(enum request_state state);
const char *event_word(enum request_event event);
/* Where `event` leads from `state`; STATE_COUNT when it may not happen there. */
enum request_state request_target(enum request_state state, enum request_event event);

struct request_actor {
	const char *who; /* a Slack id, or "eacbot" */
	const char *via; /* command, button, dialog, thread, dm, engine */
};

/*
 * Moves the row: state, open, blocks, updated_at, history and an audit line;
 * the caller saves the row in the same transaction. CONFLICT: the event may not
 * happen in this state (nothing changed).
 */
enum errc request_fire(struct tx *tx, struct request_row *row, enum request_event event,
                       const struct request_actor *actor, const char *detail, int64_t now) MUST_CHECK;

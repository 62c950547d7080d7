/*
 * store/outbox_turn.c - whose turn it is, decided when rows change and not when they are claimed.
 *
 * What one request says in one conversation is a lane: only its first row can
 * leave, in the order of their ids. A lane's first row is held back (0) while it
 * needs a ts that is not known yet, asleep (1) until its not_before, or ready
 * (2). Of the ready rows of a conversation the most urgent and oldest is its
 * head (3), which is what a claim reads. A row in flight keeps its lane and has
 * no turn.
 *
 * An update, and a loose row (about no request), is a lane of its own:
 * chat.update has a limit of its own, so neither should a card that somebody
 * waits for stand behind an older message's polish, nor buttons that are over
 * behind new messages.
 */
#include <stdlib.h>

#include "bot/base/text.h"
#include "bot/store/outbox.h"
#include "bot/store/outbox_private.h"
#include "bot/store/store_private.h"

enum turn { HELD, ASLEEP, READY, HEAD };
enum { WAKE_MAX = 500 };

struct first {
	int64_t id, request, not_before;
	bool is_update, in_thread, sending;
	enum turn turn;
	char slot[64];
};

#define FIRST_COLUMNS "id, request, op, in_thread, slot, not_before, turn, sending"

static void read_first(struct rows *rows, void *element)
{
	struct first *first = element;
	*first = (struct first){.id = rows_int(rows, 0),
	                        .request = rows_int(rows, 1),
	                        .is_update = rows_int(rows, 2) == OUTBOX_UPDATE,
	                        .in_thread = rows_bool(rows, 3),
	                        .not_before = rows_int(rows, 5),
	                        .turn = (enum turn)rows_int(rows, 6),
	                        .sending = rows_bool(rows, 7)};
	rows_copy(rows, 4, first->slot, sizeof first->slot);
}

static enum errc has_ts(struct tx *tx, int64_t request, const char *slot, bool *ret)
{
	struct message_row message;
	enum errc code = message_get(tx, request, slot, &message);
	*ret = code == OK;
	return code == ERR_NOT_FOUND ? OK : code;
}

/* What the first row of a lane may do. */
static enum errc turn_of(struct tx *tx, const struct first *first, enum turn *ret)
{
	bool thread = true, message = true;
	enum errc code = OK;
	if (first->in_thread && !first->is_update)
		code = has_ts(tx, first->request, "parent", &thread);
	if (code == OK && first->is_update)
		code = has_ts(tx, first->request, first->slot, &message);
	if (!thread || !message || first->sending)
		*ret = HELD;
	else
		*ret = first->not_before > 0 ? ASLEEP : READY;
	return code;
}

static enum errc set_turn(struct tx *tx, int64_t id, enum turn turn)
{
	return sql_run(tx, NULL, "UPDATE outbox SET turn = $1 WHERE id = $2", ARGS(value_int(turn), value_int(id)));
}

static enum errc settle_first(struct tx *tx, const struct first *first)
{
	enum turn turn;
	enum errc code = turn_of(tx, first, &turn);
	if (code != OK || turn == first->turn || (turn == READY && first->turn == HEAD))
		return code;
	return set_turn(tx, first->id, turn);
}

/* ---- lanes ---- */

/*
 * A row in flight holds the lane. The parent's post may go before replies that
 * wait for it: it can be put behind them when an earlier one was dropped.
 */
static enum errc find_first(struct tx *tx, int64_t request, const char *conversation, struct first *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code =
	    sql_first(tx, &rows,
	              "SELECT " FIRST_COLUMNS " FROM outbox"
	              " WHERE request > 0 AND request = $1 AND conversation = $2 AND op <> 1 ORDER BY sending DESC,"
	              " CASE WHEN slot = 'parent' THEN 0 ELSE 1 END, id LIMIT 1",
	              ARGS(value_int(request), value_text(conversation)));
	if (code == OK)
		read_first(&rows, ret);
	return code;
}

static enum errc settle_speech(struct tx *tx, int64_t request, const char *conversation)
{
	struct first first;
	enum errc code = find_first(tx, request, conversation, &first);
	if (code == ERR_NOT_FOUND)
		return OK;
	if (code == OK)
		code = sql_run(tx, NULL,
		               "UPDATE outbox SET turn = 0 WHERE request > 0 AND request = $1 AND conversation = $2"
		               " AND turn <> 0 AND id <> $3 AND op <> 1",
		               ARGS(value_int(request), value_text(conversation), value_int(first.id)));
	return code == OK ? settle_first(tx, &first) : code;
}

/* Of one message at most one update is in flight, and at most one waits: it holds until the other has arrived. */
static enum errc settle_updates(struct tx *tx, int64_t request, const char *conversation)
{
	void *list;
	size_t count;
	enum errc code =
	    sql_collect(tx, &list, &count, sizeof(struct first), read_first,
	                "SELECT " FIRST_COLUMNS " FROM outbox WHERE request > 0 AND request = $1 AND conversation = $2"
	                " AND op = 1 ORDER BY slot, sending DESC",
	                ARGS(value_int(request), value_text(conversation)));
	if (code != OK)
		return code;
	struct first *updates = list;
	for (size_t i = 0; code == OK && i < count; i++) {
		bool follows = i > 0 && updates[i - 1].sending && text_eq(updates[i - 1].slot, updates[i].slot);
		if (follows)
			updates[i].sending = true; /* so it is held back */
		code = settle_first(tx, &updates[i]);
	}
	free(list);
	return code;
}

static enum errc settle_lanes(struct tx *tx, int64_t request, const char *conversation)
{
	enum errc code = settle_speech(tx, request, conversation);
	if (code == OK)
		code = settle_updates(tx, request, conversation);
	return code == OK ? outbox_turn_conversation(tx, conversation) : code;
}

struct conversation {
	char id[32];
};

static void read_conversation(struct rows *rows, void *element)
{
	struct conversation *conversation = element;
	rows_copy(rows, 0, conversation->id, sizeof conversation->id);
}

enum errc outbox_turn_request(struct tx *tx, int64_t request)
{
	void *list;
	size_t count;
	enum errc code = sql_collect(tx, &list, &count, sizeof(struct conversation), read_conversation,
	                             "SELECT DISTINCT conversation FROM outbox WHERE request > 0 AND request = $1",
	                             ARGS(value_int(request)));
	if (code != OK)
		return code;
	const struct conversation *lanes = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = settle_lanes(tx, request, lanes[i].id);
	free(list);
	return code;
}

/* ---- loose rows ---- */

enum errc outbox_turn_loose(struct tx *tx, int64_t id, const char *slot)
{
	void *list;
	size_t count;
	enum errc code =
	    sql_collect(tx, &list, &count, sizeof(struct first), read_first,
	                "SELECT " FIRST_COLUMNS " FROM outbox WHERE id = $1"
	                " UNION SELECT " FIRST_COLUMNS " FROM outbox WHERE request = 0 AND slot = $2 AND slot <> ''",
	                ARGS(value_int(id), value_text(slot)));
	if (code != OK)
		return code;
	const struct first *rows = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = settle_first(tx, &rows[i]);
	free(list);
	return code;
}

/* ---- conversations ---- */

enum errc outbox_turn_conversation(struct tx *tx, const char *conversation)
{
	int64_t best, head;
	enum errc code = sql_int(
	    tx, &best, 0, "SELECT id FROM outbox WHERE turn >= 2 AND conversation = $1 ORDER BY priority, id LIMIT 1",
	    ARGS(value_text(conversation)));
	if (code == OK)
		code = sql_int(tx, &head, 0, "SELECT id FROM outbox WHERE turn = 3 AND conversation = $1",
		               ARGS(value_text(conversation)));
	if (code != OK || best == head)
		return code;
	if (head != 0)
		code = set_turn(tx, head, READY);
	return code == OK && best != 0 ? set_turn(tx, best, HEAD) : code;
}

/* ---- time ---- */

struct sleeper {
	int64_t id;
	struct conversation conversation;
};

static void read_sleeper(struct rows *rows, void *element)
{
	struct sleeper *sleeper = element;
	sleeper->id = rows_int(rows, 0);
	rows_copy(rows, 1, sleeper->conversation.id, sizeof sleeper->conversation.id);
}

static enum errc wake_between(struct tx *tx, int64_t after, int64_t until)
{
	void *list;
	size_t count;
	enum errc code =
	    sql_collect(tx, &list, &count, sizeof(struct sleeper), read_sleeper,
	                "SELECT id, conversation FROM outbox WHERE turn = 1 AND not_before > $1 AND not_before <= $2"
	                " ORDER BY not_before LIMIT $3",
	                ARGS(value_int(after), value_int(until), value_int(WAKE_MAX)));
	if (code != OK)
		return code;
	const struct sleeper *sleepers = list;
	for (size_t i = 0; code == OK && i < count; i++) {
		code = sql_run(tx, NULL, "UPDATE outbox SET turn = 2, not_before = 0 WHERE id = $1",
		               ARGS(value_int(sleepers[i].id)));
		if (code == OK)
			code = outbox_turn_conversation(tx, sleepers[i].conversation.id);
	}
	free(list);
	return code;
}

enum errc outbox_turn_wake(struct tx *tx, int64_t now)
{
	enum errc code = wake_between(tx, 0, now);
	return code == OK ? wake_between(tx, now + OUTBOX_SLEEP_MAX_MS, INT64_MAX) : code;
}

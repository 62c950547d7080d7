/*
 * interleavings/judge_rest.c - what must hold when nothing is left to do at this moment.
 *
 * Each open repair waits for one person or one time, and `why` names it; buttons live where a row says so and nowhere
 * else; nothing was said twice; what was taken from a person is theirs again, or written down as owed.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/inbox.h"
#include "bot/store/requests.h"
#include "bot/store/store_private.h"
#include "tests/interleavings/judge.h"
#include "tests/interleavings/play.h"

struct resting {
	struct play *play;
	struct tx *tx;
	bool live[MESSAGES_MAX]; /* messages whose buttons are known to a row */
	int64_t open[WATCHED];
	unsigned open_count;
};

static unsigned cards_of(const struct request_row *row, const char *kind)
{
	unsigned n = 0;
	size_t i;
	json_t *card;
	json_array_foreach (json_get(row->facts, "cards"), i, card)
		n += kind == NULL || text_eq(json_str(card, "kind"), kind);
	return n;
}

/* --- one person, or one time --- */

static const char *person_missing(const struct request_row *row)
{
	bool looking = json_bool(row->facts, "look_now") || json_bool(row->facts, "confirmed");
	if (text_eq(row->state, "waiting_user") && cards_of(row, "user") + cards_of(row, "copy") == 0)
		return "nobody is asked to do the user's step";
	if (text_eq(row->state, "waiting_admin") && cards_of(row, "admin") != 1)
		return "not one card asks an admin";
	if (text_eq(row->state, "waiting_approval") && cards_of(row, "prompt") != 1)
		return "not one prompt asks the approvers";
	if (text_eq(row->state, "waiting_backend") && cards_of(row, "backend") != (looking ? 0u : 1u))
		return "not one card asks for the backend check";
	if (text_eq(row->state, "failed") && cards_of(row, "failed") != 1)
		return "not one card asks what to do with what has failed";
	return NULL;
}

static const char *time_missing(const struct play *play, const struct request_row *row)
{
	bool held = json_get(row->facts, "held") != NULL, failed = text_eq(row->state, "failed");
	if (json_get(row->facts, "call") != NULL && row->wake_at == 0)
		return "a call is noted that nobody makes";
	if (!failed && !held && row->wake_at == 0)
		return "no time wakes it";
	if (row->wake_at != 0 && row->wake_at <= play->now)
		return "it is due, and nobody takes it";
	if ((text_eq(row->state, "running") || text_eq(row->state, "checking")) && cards_of(row, NULL) > 0)
		return "it works, and asks somebody all the same";
	return NULL;
}

static void judge_waiting(struct resting *resting, const struct request_row *row)
{
	const char *why = person_missing(row);
	if (why == NULL)
		why = time_missing(resting->play, row);
	if (why != NULL)
		play_fail(resting->play, "EAC-%lld, %s: %s", (long long)row->id, row->state, why);
	if (resting->open_count < WATCHED)
		resting->open[resting->open_count++] = row->id;
}

/* --- buttons --- */

/* The message of a live card bears buttons, where it could be delivered. */
static void judge_card(struct resting *resting, const struct request_row *row, const json_t *card)
{
	struct slack *slack = &resting->play->slack;
	for (unsigned i = 0; i < slack->count; i++) {
		if (slack->messages[i].request != row->id || !text_eq(slack->messages[i].slot, json_str(card, "slot")))
			continue;
		resting->live[i] = true;
		if (!slack->messages[i].buttons)
			play_fail(resting->play, "EAC-%lld: the live card %s has no buttons", (long long)row->id,
			          json_str(card, "slot"));
		return;
	}
	if (json_str(card, "conversation")[0] != '@')
		play_fail(resting->play, "EAC-%lld: the card %s was never shown", (long long)row->id,
		          json_str(card, "slot"));
}

static enum errc judge_row(void *arg, const struct request_row *row)
{
	struct resting *resting = arg;
	size_t i;
	json_t *card;
	json_array_foreach (json_get(row->facts, "cards"), i, card)
		judge_card(resting, row, card);
	if (row->open)
		judge_waiting(resting, row);
	else if (cards_of(row, NULL) > 0)
		play_fail(resting->play, "EAC-%lld is %s and has live cards", (long long)row->id, row->state);
	return OK;
}

static void judge_messages(struct resting *resting)
{
	const struct slack *slack = &resting->play->slack;
	for (unsigned i = 0; i < slack->count; i++) {
		const struct said *said = &slack->messages[i];
		/* private answers are no cards: they are never changed, and their button tells when its time is over */
		if (said->buttons && !resting->live[i] && said->slot[0] != '\0')
			play_fail(resting->play, "EAC-%lld: %s has buttons that decide nothing",
			          (long long)said->request, said->slot);
		for (unsigned j = i + 1; j < slack->count && said->slot[0] != '\0'; j++)
			if (slack->messages[j].request == said->request && text_eq(slack->messages[j].slot, said->slot))
				play_fail(resting->play, "EAC-%lld: %s was said twice", (long long)said->request,
				          said->slot);
	}
}

/* --- what is owed --- */

static bool owes(struct tx *tx, const char *target, const char *set)
{
	json_auto_t *owed = NULL;
	size_t i;
	json_t *row;
	if (owed_get(tx, target, &owed) != OK)
		return false;
	json_array_foreach (json_get(owed, "sets"), i, row)
		if (text_eq(json_str(row, "set"), set))
			return true;
	return false;
}

static void judge_debts(struct resting *resting)
{
	for (int i = 0; i < USERS; i++)
		for (int what = 0; what < SETS; what++) {
			const struct sf_user *user = &resting->play->org.users[i];
			if (user->taken[what] && !owes(resting->tx, user->id, org_set_id(what)))
				play_fail(resting->play, "what was taken from %s is neither back nor owed", user->name);
		}
}

/* --- why --- */

/* NULL where the answer names somebody or a time. */
static const char *fault_of_why(const char *text)
{
	static const char *const names[] = {"<@U", "<!subteam", "<!date"};
	if (text[0] == '\0')
		return "says nothing";
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strstr(text, names[i]) != NULL)
			return NULL;
	return "names nobody and no time";
}

struct asking {
	struct play *play;
	int64_t id;
	char said[2000];
};

/* Asks, and undoes that it was asked. */
static enum errc why_job(struct tx *tx, void *arg)
{
	struct asking *asking = arg;
	char text[40];
	const struct standing admin = {.admin = true};
	struct deed deed = {.door = DOOR_SLASH,
	                    .now = asking->play->now,
	                    .user = asking->play->cast.members[BOSS].id,
	                    .channel = CHANNEL,
	                    .thread_ts = "",
	                    .message_ts = "",
	                    .text = text,
	                    .action = "",
	                    .value = "",
	                    .subject = "",
	                    .place = {.known = true, .member = true}};
	struct reply reply = {0};
	cast_person(&asking->play->cast.members[BOSS], &admin, false, &deed.person);
	snprintf(text, sizeof text, "why %lld", (long long)asking->id);
	enum errc rc = commands_handle(asking->play->commands, tx, &deed, &reply);
	text_copy(asking->said, sizeof asking->said, json_str(reply.ack, "text"));
	reply_done(&reply);
	return rc == OK ? ERR_ALREADY : rc;
}

static void judge_why(struct play *play, int64_t id)
{
	struct asking asking = {.play = play, .id = id};
	enum errc rc = store_run(play->store, why_job, &asking);
	const char *fault = rc == ERR_ALREADY ? fault_of_why(asking.said) : err_name(rc);
	if (fault != NULL)
		play_fail(play, "EAC-%lld: why %s: %s", (long long)id, fault, asking.said);
}

/* --- all of it --- */

static enum errc judge_pending(struct resting *resting, int64_t pending)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc rc = sql_first(
	    resting->tx, &rows,
	    "SELECT request, slot, conversation, op, sending, not_before, body FROM outbox ORDER BY id", NO_ARGS);
	if (rc == OK)
		play_fail(
		    resting->play,
		    "%lld messages wait, and nothing is in their way; the first: EAC-%lld %s in %s (%lld, %lld) %.200s",
		    (long long)pending, (long long)rows_int(&rows, 0), rows_text(&rows, 1, NULL),
		    rows_text(&rows, 2, NULL), (long long)rows_int(&rows, 3), (long long)rows_int(&rows, 4),
		    rows_text(&rows, 6, NULL));
	return rc;
}

static enum errc rest_job(struct tx *tx, void *arg)
{
	struct resting *resting = arg;
	const struct request_query all = {0};
	int64_t pending;
	resting->tx = tx;
	enum errc rc = request_each(tx, &all, judge_row, resting);
	judge_messages(resting);
	judge_debts(resting);
	if (rc == OK)
		rc = outbox_pending(tx, &pending);
	return rc == OK && pending > 0 ? judge_pending(resting, pending) : rc;
}

void judge_rest(struct play *play)
{
	struct resting resting = {.play = play};
	enum errc rc = store_run(play->store, rest_job, &resting);
	if (rc != OK)
		play_fail(play, "the store can't be read: %s", err_name(rc));
	for (unsigned i = 0; i < resting.open_count && !play->failed; i++)
		judge_why(play, resting.open[i]);
}

static enum errc end_job(struct tx *tx, void *arg)
{
	struct play *play = arg;
	struct audit_proof proof = {0};
	struct err err = {0};
	enum errc rc = audit_verify(tx, &proof, &err);
	if (rc == ERR_INVALID)
		play_fail(play, "the audit chain does not verify: %s", err.text);
	for (unsigned i = 0; i < play->judge.ack_count && rc == OK; i++) {
		int64_t n = 0;
		rc = sql_int(tx, &n, 0, "SELECT count(*) FROM inbox WHERE key = $1",
		             ARGS(value_text(play->judge.acks[i])));
		if (rc == OK && n == 0)
			play_fail(play, "the deed %s was acknowledged, and is not in the store", play->judge.acks[i]);
	}
	return rc;
}

void judge_end(struct play *play)
{
	enum errc rc = store_run(play->store, end_job, play);
	if (rc != OK)
		play_fail(play, "the store can't be read: %s", err_name(rc));
}

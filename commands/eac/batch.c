/*
 * commands/eac/batch.c - see batch.h: who is on a board, and when it speaks.
 *
 * A change of a repair only sets the board's time to wake; there its message is made anew from the repairs as they
 * are. So two hundred changes are one update, and nothing about people is kept twice. What it asks is in
 * batch_asks.c, what people do there in batch_deeds.c, what it says in text_board.c.
 */
#include "commands/eac/batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/eac/batch_private.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/text_board.h"

enum {
	TOUCH_MS = 3000, /* changes within this time are one update */
	LOOK_MS = 500,   /* while people are looked up; longer each time */
	LOOK_MAX_MS = 10000,
	GATHER_MS = 2 * 60 * 1000, /* who is not looked up by then comes later */
};

bool eac_is_board(const struct request_row *row)
{
	return text_eq(row->state, REQUEST_BOARD);
}

int64_t eac_board_of(const struct request_row *row)
{
	return eac_is_board(row) ? 0 : json_int(row->facts, "board");
}

bool eac_board_speaks(const struct request_row *row)
{
	return eac_board_of(row) != 0 && !json_bool(row->facts, "apart");
}

bool eac_board_asks(const struct request_row *row)
{
	return eac_board_of(row) != 0 && !json_bool(row->facts, "alone") &&
	       (row->step == EAC_DISCONNECT || row->step == EAC_BACKEND);
}

enum errc eac_board_touch(struct flow *flow)
{
	int64_t board = eac_board_of(flow->row);
	return board != 0 ? request_wake_by(flow->tx, board, flow->now + TOUCH_MS) : OK;
}

/* --- begin --- */

static enum errc join_board(struct tx *tx, int64_t id, int64_t board)
{
	AUTO_REQUEST struct request_row row = {0};
	enum errc rc = request_get(tx, id, &row);
	if (rc != OK)
		return rc;
	json_set_int(row.facts, "board", board);
	return request_save(tx, &row);
}

static enum errc note_begin(struct tx *tx, const struct eac_request *request, int64_t board, const int64_t *ids,
                            size_t count, int64_t now)
{
	struct audit_row line = {.at = now, .repair = board};
	text_copy(line.actor, sizeof line.actor, request->requester);
	text_copy(line.via, sizeof line.via, request->via);
	text_copy(line.action, sizeof line.action, "board");
	snprintf(line.detail, sizeof line.detail, "of %zu: EAC-%" PRId64 " to EAC-%" PRId64, count, ids[0],
	         ids[count - 1]);
	return audit_add(tx, &line);
}

enum errc eac_board_begin(struct tx *tx, const struct eac_request *request, const int64_t *ids, size_t count,
                          int64_t now, int64_t *ret_id)
{
	AUTO_REQUEST struct request_row row = {.open = true,
	                                       .step = EAC_STEP_BOARD,
	                                       .created_at = now,
	                                       .updated_at = now,
	                                       .wake_at = now + LOOK_MS,
	                                       .facts = json_object()};
	json_t *members = json_array();
	text_copy(row.state, sizeof row.state, REQUEST_BOARD);
	text_copy(row.requester, sizeof row.requester, request->requester);
	text_copy(row.channel, sizeof row.channel, request->channel);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(members, json_integer((json_int_t)ids[i]));
	json_object_set_new(row.facts, "members", members);
	json_set_str(row.facts, "phase", "gathering");
	json_set_int(row.facts, "until", now + GATHER_MS);
	json_set_str(row.facts, "reason", request->reason);
	eac_rules_keep(&row, request->config);
	enum errc rc = request_insert(tx, &row);
	for (size_t i = 0; i < count && rc == OK; i++)
		rc = join_board(tx, ids[i], row.id);
	*ret_id = row.id;
	return rc == OK ? note_begin(tx, request, row.id, ids, count, now) : rc;
}

/* --- its repairs --- */

enum errc board_each_of(struct flow *board, const json_t *ids, board_member_fn *fn, void *arg)
{
	size_t i;
	json_t *id;
	enum errc rc = OK;
	json_array_foreach (ids, i, id) {
		AUTO_REQUEST struct request_row row = {0};
		int64_t n = json_is_object(id) ? json_int(id, "id") : (int64_t)json_integer_value(id);
		rc = request_get(board->tx, n, &row);
		if (rc == ERR_NOT_FOUND)
			continue;
		struct flow one = {
		    .tx = board->tx, .row = &row, .now = board->now, .env = board->env, .call = board->call};
		if (rc == OK)
			rc = fn(arg, &one);
		if (rc != OK)
			return rc;
	}
	return OK;
}

enum errc board_each(struct flow *board, board_member_fn *fn, void *arg)
{
	json_auto_t *members = json_incref(json_get(board->row->facts, "members"));
	return board_each_of(board, members, fn, arg);
}

static bool is_in(const struct request_row *row, enum request_state state)
{
	return request_state(row) == state;
}

/* --- looking up --- */

struct gathering {
	int ready, checking, over;
};

static enum errc gather_one(void *arg, struct flow *one)
{
	struct gathering *g = arg;
	if (!is_in(one->row, STATE_CHECKING))
		g->over++;
	else if (text_eq(json_str(one->row->facts, "phase"), "accept"))
		g->ready++;
	else
		g->checking++;
	return OK;
}

static enum errc wake_one(void *arg, struct flow *one)
{
	(void)arg;
	return is_in(one->row, STATE_CHECKING) ? request_wake_by(one->tx, one->row->id, one->now) : OK;
}

/* Too few for a board: each goes its own way, as if there had been none. */
static enum errc dissolve(struct flow *flow, int remaining)
{
	json_set_str(flow->row->facts, "phase", "few");
	json_set_bool(flow->row->facts, "others", remaining > 1);
	flow->row->open = false;
	flow->row->wake_at = 0;
	return board_each(flow, wake_one, NULL);
}

static void add_status(struct buf *b, const struct flow *flow, enum phrase phrase, const char *counts)
{
	AUTO_BUF struct buf who = {0};
	char id[24], n[24];
	buf_init(b, 4000);
	buf_init(&who, 200);
	mrkdwn_add_user(&who, flow->row->requester);
	phrase_add(b, eac_language(flow), phrase, "id", eac_id(flow->row->id, id), "n",
	           phrase_number((int64_t)json_array_size(json_get(flow->row->facts, "members")), n), "who",
	           buf_str(&who), "counts", counts, NULL);
}

static enum errc open_board(struct flow *flow)
{
	AUTO_BUF struct buf line = {0};
	json_set_str(flow->row->facts, "phase", "open");
	log_repair(LOG_INFO, flow->row->id, "board.opened", "%zu repairs",
	           json_array_size(json_get(flow->row->facts, "members")));
	add_status(&line, flow, PHRASE_BOARD_STARTED, "");
	enum errc rc = eac_post_parent(flow);
	if (rc == OK)
		rc = eac_status_line(flow, buf_str(&line));
	flow->row->wake_at = flow->now + TOUCH_MS;
	return rc == OK ? board_each(flow, wake_one, NULL) : rc;
}

static enum errc gather(struct flow *flow)
{
	json_t *facts = flow->row->facts;
	struct gathering g = {0};
	enum errc rc = board_each(flow, gather_one, &g);
	bool patient = g.ready == 0 || flow->now < json_int(facts, "until");
	int remaining = g.ready + g.checking;
	if (rc != OK)
		return rc;
	if (g.checking > 0 && patient) {
		int64_t wait = json_int(facts, "pace");
		wait = wait == 0 ? LOOK_MS : wait * 2 < LOOK_MAX_MS ? wait * 2 : LOOK_MAX_MS;
		json_set_int(facts, "pace", wait);
		flow->row->wake_at = flow->now + wait;
		return OK;
	}
	return remaining < eac_env(flow)->config->limits.board_from ? dissolve(flow, remaining) : open_board(flow);
}

enum errc eac_board_gathered(struct flow *flow, bool *ret_decided, bool *ret_others)
{
	AUTO_REQUEST struct request_row board = {0};
	enum errc rc = request_get(flow->tx, eac_board_of(flow->row), &board);
	const char *phase = json_str(board.facts, "phase");
	*ret_decided = rc == OK && !text_eq(phase, "gathering");
	*ret_others = text_eq(phase, "open") || json_bool(board.facts, "others");
	if (rc != OK)
		return rc;
	if (text_eq(phase, "few"))
		json_object_del(flow->row->facts, "board");
	return *ret_decided ? OK : request_wake_by(flow->tx, board.id, flow->now + LOOK_MS);
}

/* --- what is to be seen of them --- */

/* All there is to know of the repairs, in one walk. */
struct sight {
	struct flow *board;
	struct board_text *text;
	json_t *arrived[BOARD_ASKS]; /* ids of those who wait there */
	int shown[BOARD_ASKS];       /* of them, those whom the live card shows as they are */
	bool coming[BOARD_ASKS];
	int64_t since[BOARD_ASKS]; /* the oldest who is not shown */
	bool open;                 /* is any of them? */
};

static void see_ask(struct sight *sight, int i, const struct request_row *row)
{
	if (!board_waits_here(&board_asks[i], row)) {
		sight->coming[i] = sight->coming[i] || board_may_come(&board_asks[i], row);
		return;
	}
	json_array_append_new(sight->arrived[i], json_integer((json_int_t)row->id));
	int64_t since = eac_waiting_since(row);
	if (board_is_shown(board_live_ask(sight->board, &board_asks[i]), row))
		sight->shown[i]++;
	else if (sight->since[i] == 0 || since < sight->since[i])
		sight->since[i] = since;
}

static enum errc see_one(void *arg, struct flow *one)
{
	struct sight *sight = arg;
	board_text_add(sight->text, one->row);
	sight->open = sight->open || one->row->open;
	for (int i = 0; i < BOARD_ASKS; i++)
		see_ask(sight, i, one->row);
	return OK;
}

static enum errc see(struct flow *board, enum language language, struct sight *sight)
{
	*sight = (struct sight){.board = board, .text = board_text_new(board, language)};
	for (int i = 0; i < BOARD_ASKS; i++)
		sight->arrived[i] = json_array();
	return board_each(board, see_one, sight);
}

static void sight_done(struct sight *sight)
{
	board_text_free(sight->text);
	for (int i = 0; i < BOARD_ASKS; i++)
		json_decref(sight->arrived[i]);
}

static void wake_at(struct flow *board, int64_t at)
{
	if (board->row->wake_at == 0 || at < board->row->wake_at)
		board->row->wake_at = at;
}

static enum errc tend_ask(struct flow *board, struct sight *sight, int i, bool *ret_opened)
{
	const struct board_ask *ask = &board_asks[i];
	enum errc rc = OK;
	if (board_live_ask(board, ask) != NULL && sight->shown[i] == 0)
		rc = board_close_ask(board, ask);
	if (rc != OK || sight->since[i] == 0)
		return rc;
	int64_t ready = sight->since[i] + (sight->coming[i] ? ask->patience_ms : 0);
	if (ready > board->now) { /* a clock that was set back makes it no longer than it would have been */
		int64_t longest = board->now + ask->patience_ms;
		wake_at(board, ready < longest ? ready : longest);
		return OK;
	}
	*ret_opened = true;
	return board_open_ask(board, ask, sight->arrived[i]);
}

/* --- reminders --- */

static bool asks_approval(const struct flow *board)
{
	return board_live_ask(board, &board_asks[0]) != NULL || board_live_ask(board, &board_asks[1]) != NULL;
}

static void tend_wait(struct flow *board, bool opened)
{
	const struct config *config = eac_env(board)->config;
	bool approval = asks_approval(board), backend = board_live_ask(board, &board_asks[2]) != NULL;
	int64_t wake = board->row->wake_at;
	if (!approval && !backend) {
		eac_wait_stop(board);
		return;
	}
	const struct eac_patience patience = {
	    approval ? config->approval.remind_after_ms : config->backend.remind_after_ms, CONFIG_NEVER, false, false};
	if (opened || json_get(board->row->facts, "wait") == NULL)
		eac_wait_start(board, &patience, board->now);
	eac_wait_plan(board);
	if (wake != 0)
		wake_at(board, wake);
}

/* Others who are called when those who were asked stay silent are named from then on. */
static enum errc remind(struct flow *board, const struct sight *sight)
{
	bool approval = asks_approval(board);
	int n = approval ? sight->shown[0] + sight->shown[1] : sight->shown[2];
	enum eac_due due = json_get(board->row->facts, "wait") != NULL ? eac_wait_due(board) : EAC_DUE_NOTHING;
	if (n == 0 || (due != EAC_DUE_REMIND && due != EAC_DUE_ESCALATE))
		return OK;
	enum errc rc = due == EAC_DUE_ESCALATE ? eac_audit(board, &eac_bot, "escalate", "board") : OK;
	return rc == OK ? eac_say(board, "", OUTBOX_DECISION, text_board_reminder(board, approval, n)) : rc;
}

/* --- its message --- */

static enum errc show(struct flow *board, struct sight *sight, bool anyway)
{
	char digest[65];
	json_t *body = board_text_body(sight->text);
	AUTO_FREE char *text = json_text(body);
	text_sha256_hex(digest, text, strlen(text));
	if (!anyway && text_eq(digest, json_str(board->row->facts, "shown"))) {
		json_decref(body);
		return OK;
	}
	json_set_str(board->row->facts, "shown", digest);
	return eac_parent_is(board, body);
}

enum errc eac_board_show(struct flow *board)
{
	struct sight sight;
	enum errc rc = see(board, eac_language(board), &sight);
	if (rc == OK)
		rc = show(board, &sight, true);
	sight_done(&sight);
	return rc;
}

enum errc eac_board_tell(struct flow *board, enum language language, json_t **ret_body, struct buf *counts)
{
	struct sight sight;
	enum errc rc = see(board, language, &sight);
	if (rc == OK && ret_body != NULL)
		*ret_body = board_text_body(sight.text);
	if (rc == OK && counts != NULL)
		buf_puts(counts, board_text_counts(sight.text));
	sight_done(&sight);
	return rc;
}

static enum errc end_board(struct flow *board, struct sight *sight)
{
	AUTO_BUF struct buf line = {0};
	eac_wait_stop(board);
	board->row->open = false;
	board->row->wake_at = 0;
	board->row->updated_at = board->now;
	log_repair(LOG_INFO, board->row->id, "board.ended", "all repairs are over");
	add_status(&line, board, PHRASE_BOARD_ENDED, board_text_counts(sight->text));
	return eac_status_line(board, buf_str(&line));
}

static enum errc tend(struct flow *board)
{
	struct sight sight;
	bool opened = false;
	enum errc rc = see(board, eac_language(board), &sight);
	if (rc == OK)
		rc = remind(board, &sight);
	board->row->wake_at = 0;
	if (rc == OK)
		rc = show(board, &sight, false);
	for (int i = 0; i < BOARD_ASKS && rc == OK; i++)
		rc = tend_ask(board, &sight, i, &opened);
	if (rc == OK && !sight.open)
		rc = end_board(board, &sight);
	else if (rc == OK)
		tend_wait(board, opened);
	sight_done(&sight);
	return rc;
}

enum errc eac_board_wake(struct flow *flow)
{
	if (!eac_is_board(flow->row))
		return ERR_BUG;
	return text_eq(json_str(flow->row->facts, "phase"), "gathering") ? gather(flow) : tend(flow);
}

/* It asks nothing outside. */
enum errc eac_board_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	(void)flow;
	(void)kind;
	(void)answer;
	return OK;
}

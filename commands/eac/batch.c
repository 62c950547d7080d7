/*
 * commands/eac/batch.c - see batch.h: who is on a board, what it asks, when it speaks.
 *
 * A change of a repair only sets the board's time to wake; there its message is made anew from the repairs as they
 * are. So two hundred changes are one update, and nothing about people is kept twice. What it says is in text_board.c.
 */
#include "commands/eac/decide.h"
#include "commands/eac/batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/eac/gate.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/takeback.h"
#include "commands/eac/text_board.h"
#include "commands/eac/text_parts.h"

enum {
	TOUCH_MS = 3000, /* changes within this time are one update */
	LOOK_MS = 500,   /* while people are looked up; longer each time */
	LOOK_MAX_MS = 10000,
	GATHER_MS = 2 * 60 * 1000, /* who is not looked up by then comes later */
	FIRST_MS = 2 * 60 * 1000,  /* for others who come to the same question */
	LATER_MS = 30 * 60 * 1000,
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

typedef enum errc member_fn(void *arg, struct flow *one);

/* fn saves what it changes. Who is gone for good (retention) is left out. */
static enum errc each_of(struct flow *board, const json_t *ids, member_fn *fn, void *arg)
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

static enum errc each_member(struct flow *board, member_fn *fn, void *arg)
{
	json_auto_t *members = json_incref(json_get(board->row->facts, "members"));
	return each_of(board, members, fn, arg);
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
	return each_member(flow, wake_one, NULL);
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
	return rc == OK ? each_member(flow, wake_one, NULL) : rc;
}

static enum errc gather(struct flow *flow)
{
	json_t *facts = flow->row->facts;
	struct gathering g = {0};
	enum errc rc = each_member(flow, gather_one, &g);
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

/* --- what is asked --- */

static const struct ask {
	const char *key;
	const char *kind; /* of card */
	enum request_state state;
	int step;
	int64_t patience_ms; /* for others who may come to it */
} asks[] = {
    {"first", "prompt", STATE_WAITING_APPROVAL, EAC_DISCONNECT, FIRST_MS},
    {"later", "prompt", STATE_WAITING_APPROVAL, EAC_BACKEND, LATER_MS},
    {"backend", "backend", STATE_WAITING_BACKEND, EAC_BACKEND, 0},
};

enum { ASKS = sizeof asks / sizeof asks[0] };

static const char *code_of(const struct request_row *row)
{
	return json_str(json_get(row->facts, "plan"), "code");
}

static bool waits_here(const struct ask *ask, const struct request_row *row)
{
	return is_in(row, ask->state) && row->step == ask->step && eac_board_asks(row) &&
	       !json_bool(row->facts, "look_now");
}

/* Is it on its way to this question? */
static bool may_come(const struct ask *ask, const struct request_row *row)
{
	enum request_state state = request_state(row);
	bool moving = row->open && state != STATE_FAILED && json_get(row->facts, "ending") == NULL;
	if (!moving || json_bool(row->facts, "alone") || ask->state != STATE_WAITING_APPROVAL)
		return false;
	if (ask->step == EAC_DISCONNECT)
		return state == STATE_CHECKING || (state == STATE_RUNNING && row->step == EAC_DISCONNECT &&
		                                   !json_bool(row->facts, "gate_first_passed"));
	return row->step < EAC_BACKEND ||
	       (row->step == EAC_BACKEND && state == STATE_RUNNING && !json_bool(row->facts, "confirmed"));
}

static json_t *live_ask(const struct flow *board, const struct ask *ask)
{
	return json_get(json_get(board->row->facts, "asks"), ask->key);
}

static bool is_shown(const json_t *live, const struct request_row *row)
{
	size_t i;
	json_t *member;
	json_array_foreach (json_get(live, "members"), i, member)
		if (json_int(member, "id") == row->id)
			return text_eq(json_str(member, "code"), code_of(row));
	return false;
}

/* All there is to know of the repairs, in one walk. */
struct sight {
	struct flow *board;
	struct board_text *text;
	json_t *arrived[ASKS]; /* ids of those who wait there */
	int shown[ASKS];       /* of them, those whom the live card shows as they are */
	bool coming[ASKS];
	int64_t since[ASKS]; /* the oldest who is not shown */
	bool open;           /* is any of them? */
};

static void see_ask(struct sight *sight, int i, const struct request_row *row)
{
	if (!waits_here(&asks[i], row)) {
		sight->coming[i] = sight->coming[i] || may_come(&asks[i], row);
		return;
	}
	json_array_append_new(sight->arrived[i], json_integer((json_int_t)row->id));
	int64_t since = eac_waiting_since(row);
	if (is_shown(live_ask(sight->board, &asks[i]), row))
		sight->shown[i]++;
	else if (sight->since[i] == 0 || since < sight->since[i])
		sight->since[i] = since;
}

static enum errc see_one(void *arg, struct flow *one)
{
	struct sight *sight = arg;
	board_text_add(sight->text, one->row);
	sight->open = sight->open || one->row->open;
	for (int i = 0; i < ASKS; i++)
		see_ask(sight, i, one->row);
	return OK;
}

static enum errc see(struct flow *board, enum language language, struct sight *sight)
{
	*sight = (struct sight){.board = board, .text = board_text_new(board, language)};
	for (int i = 0; i < ASKS; i++)
		sight->arrived[i] = json_array();
	return each_member(board, see_one, sight);
}

static void sight_done(struct sight *sight)
{
	board_text_free(sight->text);
	for (int i = 0; i < ASKS; i++)
		json_decref(sight->arrived[i]);
}

/* "@omar (button, today 10:02)" */
static json_t *decider_of(const json_t *row)
{
	json_t *value = phrase_value(PHRASE_DECIDED_BY, NULL);
	phrase_value_set(value, "user", part_user(json_str(row, "who")));
	phrase_value_set(value, "door", phrase_value(text_door(json_str(row, "via")), NULL));
	phrase_value_set(value, "when", part_time(json_int(row, "at")));
	return value;
}

/* What became of it: who decided and when, else why it is over. */
static json_t *closing_of(const json_t *live, enum phrase otherwise)
{
	static const struct {
		const char *deed;
		enum phrase phrase;
	} closings[] = {{"approve", PHRASE_BOARD_CLOSED_APPROVE},
	                {"reject", PHRASE_BOARD_CLOSED_REJECT},
	                {"confirm", PHRASE_BOARD_CLOSED_CONFIRM}};
	const json_t *by = json_get(live, "by");
	json_t *all = json_array();
	for (size_t i = 0; i < json_array_size(by); i++) {
		const json_t *row = json_array_get(by, i);
		for (size_t j = 0; j < sizeof closings / sizeof closings[0]; j++) {
			if (!text_eq(json_str(row, "deed"), closings[j].deed))
				continue;
			json_t *closing = phrase_value(closings[j].phrase, NULL);
			phrase_value_set(closing, "who", decider_of(row));
			json_array_append_new(all, closing);
		}
	}
	if (json_array_size(all) == 0)
		json_array_append_new(all, phrase_value(otherwise, NULL));
	return all;
}

static enum errc close_ask(struct flow *board, const struct ask *ask, enum phrase otherwise)
{
	json_t *all = json_get(board->row->facts, "asks");
	json_auto_t *live = json_incref(json_get(all, ask->key));
	if (live == NULL)
		return OK;
	json_object_del(all, ask->key);
	return eac_card_close(board, json_str(live, "slot"), closing_of(live, otherwise));
}

struct asking {
	struct board_plan *plan;
	json_t *members;
};

static enum errc ask_one(void *arg, struct flow *one)
{
	struct asking *asking = arg;
	board_plan_add(asking->plan, one->row);
	json_array_append_new(asking->members,
	                      json_pack("{s:I,s:s}", "id", (json_int_t)one->row->id, "code", code_of(one->row)));
	return OK;
}

static enum errc open_card(struct flow *board, const struct ask *ask, struct board_plan *plan)
{
	static const struct eac_button decide[] = {
	    {"eac.approve", PHRASE_LABEL_APPROVE, BUTTON_PRIMARY, PHRASE_COUNT},
	    {"eac.reject", PHRASE_LABEL_REJECT, BUTTON_DANGER, PHRASE_COUNT},
	};
	static const struct eac_button confirm[] = {
	    {"eac.confirm", PHRASE_LABEL_CONFIRM, BUTTON_PRIMARY, PHRASE_COUNT},
	    {"eac.still_present", PHRASE_LABEL_STILL_PRESENT, BUTTON_PLAIN, PHRASE_COUNT},
	};
	if (ask->state == STATE_WAITING_BACKEND)
		return eac_card_open(board, ask->kind, "", board_plan_backend(plan), confirm, 2);
	return eac_card_open(board, ask->kind, "", board_plan_prompt(plan, ask->step == EAC_BACKEND), decide, 2);
}

/* One card for all who wait here; it takes the place of the one that shows fewer. */
static enum errc open_ask(struct flow *board, const struct ask *ask, const json_t *ids)
{
	json_t *facts = board->row->facts;
	struct asking asking = {.plan = board_plan_new(board), .members = json_array()};
	enum errc rc = close_ask(board, ask, PHRASE_BOARD_CLOSED_NEWER);
	if (rc == OK)
		rc = each_of(board, ids, ask_one, &asking);
	if (rc == OK)
		rc = open_card(board, ask, asking.plan);
	if (rc == OK) {
		const char *slot = json_str(eac_card_of_kind(board->row, ask->kind), "slot");
		if (json_get(facts, "asks") == NULL)
			json_object_set_new(facts, "asks", json_object());
		json_object_set_new(json_get(facts, "asks"), ask->key,
		                    json_pack("{s:s,s:O,s:s,s:[]}", "slot", slot, "members", asking.members, "code",
		                              board_plan_code(asking.plan), "by"));
	}
	json_decref(asking.members);
	board_plan_free(asking.plan);
	return rc;
}

static void wake_at(struct flow *board, int64_t at)
{
	if (board->row->wake_at == 0 || at < board->row->wake_at)
		board->row->wake_at = at;
}

static enum errc tend_ask(struct flow *board, struct sight *sight, int i, bool *ret_opened)
{
	const struct ask *ask = &asks[i];
	enum errc rc = OK;
	if (live_ask(board, ask) != NULL && sight->shown[i] == 0)
		rc = close_ask(board, ask, PHRASE_BOARD_CLOSED_NOBODY);
	if (rc != OK || sight->since[i] == 0)
		return rc;
	int64_t ready = sight->since[i] + (sight->coming[i] ? ask->patience_ms : 0);
	if (ready > board->now) { /* a clock that was set back makes it no longer than it would have been */
		int64_t longest = board->now + ask->patience_ms;
		wake_at(board, ready < longest ? ready : longest);
		return OK;
	}
	*ret_opened = true;
	return open_ask(board, ask, sight->arrived[i]);
}

/* --- reminders --- */

static bool asks_approval(const struct flow *board)
{
	return live_ask(board, &asks[0]) != NULL || live_ask(board, &asks[1]) != NULL;
}

static void tend_wait(struct flow *board, bool opened)
{
	const struct config *config = eac_env(board)->config;
	bool approval = asks_approval(board), backend = live_ask(board, &asks[2]) != NULL;
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
	for (int i = 0; i < ASKS && rc == OK; i++)
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

/* --- deeds --- */

/* The question that a card, or where none is named the deed itself, means; NULL: none or (doubtful) more than one. */
static const struct ask *meant(const struct flow *board, const struct eac_board_order *order, bool *ret_doubtful)
{
	bool decides = order->deed == BOARD_APPROVE || order->deed == BOARD_REJECT;
	const json_t *card = order->nonce[0] != '\0' ? eac_card_find(board->row, order->nonce) : NULL;
	const struct ask *found = NULL;
	for (int i = 0; i < ASKS; i++) {
		const json_t *live = live_ask(board, &asks[i]);
		bool fits = live != NULL && decides == (asks[i].state == STATE_WAITING_APPROVAL) &&
		            (order->nonce[0] == '\0' || text_eq(json_str(card, "slot"), json_str(live, "slot")));
		if (!fits)
			continue;
		*ret_doubtful = found != NULL;
		found = &asks[i];
	}
	return *ret_doubtful ? NULL : found;
}

struct doing {
	const struct eac_board_order *order;
	struct eac_board_outcome *out;
	const struct ask *ask; /* NULL: whoever it fits */
	const json_t *live;
	bool rejection; /* what is taken back */
};

static bool is_meant(const struct doing *doing, const struct flow *one)
{
	for (size_t i = 0; i < doing->order->only_count; i++)
		if (doing->order->only[i] == one->row->id)
			return true;
	return doing->order->only_count == 0;
}

/* The rights that differ from person to person; those of the role were checked for all of them. */
static enum errc bar_one(void *arg, struct flow *one)
{
	struct doing *doing = arg;
	const struct eac_board_order *order = doing->order;
	bool decides = order->deed == BOARD_APPROVE || order->deed == BOARD_REJECT;
	bool barred = decides ? eac_is_barred(one, order->actor->who, order->email)
	                      : eac_is_target(one->row, order->actor->who, order->email);
	if (barred && is_meant(doing, one) && one->row->open && order->deed != BOARD_UNDO && doing->out->barred == 0)
		doing->out->barred = one->row->id;
	return OK;
}

static enum errc still_present(struct flow *one, const struct eac_board_order *order)
{
	json_set_bool(one->row->facts, "alone", true); /* from here on in a thread of its own */
	return eac_still_present(one, order->actor, order->words);
}

static enum errc do_deed(struct flow *one, const struct eac_board_order *order)
{
	switch (order->deed) {
	case BOARD_APPROVE: return eac_approve(one, order->actor);
	case BOARD_REJECT: return eac_reject(one, order->actor, order->words);
	case BOARD_CONFIRM: return eac_confirm(one, order->actor, order->words, order->seen);
	case BOARD_STILL_PRESENT: return still_present(one, order);
	case BOARD_UNDO: return eac_undo(one, order->actor, "");
	}
	return ERR_BUG;
}

static enum errc do_one(void *arg, struct flow *one)
{
	struct doing *doing = arg;
	if (!is_meant(doing, one))
		return OK;
	bool fits = doing->ask == NULL || (waits_here(doing->ask, one->row) && is_shown(doing->live, one->row));
	bool rejection = text_eq(json_str(json_get(one->row->facts, "decided"), "what"), "rejected");
	enum errc rc = fits ? do_deed(one, doing->order) : ERR_CONFLICT;
	doing->rejection = doing->rejection || (rc == OK && rejection);
	switch (rc) {
	case OK: doing->out->done++; return eac_settle(one);
	case ERR_ALREADY: doing->out->already++; return OK;
	case ERR_CONFLICT:
	case ERR_NOT_FOUND:
	case ERR_REFUSED: doing->out->changed += one->row->open && doing->ask != NULL; return OK;
	default: return rc;
	}
}

static const char *const deed_words[] = {[BOARD_APPROVE] = "approve",
                                         [BOARD_REJECT] = "reject",
                                         [BOARD_CONFIRM] = "confirm",
                                         [BOARD_STILL_PRESENT] = "still-present",
                                         [BOARD_UNDO] = "take-back"};

/* Who has taken an approval back is not named as one who approved. */
static void forget_approvals(struct flow *board, const char *who)
{
	const char *key;
	json_t *live;
	json_object_foreach (json_get(board->row->facts, "asks"), key, live) {
		json_t *by = json_get(live, "by");
		for (size_t i = json_array_size(by); i > 0; i--) {
			const json_t *row = json_array_get(by, i - 1);
			if (text_eq(json_str(row, "deed"), "approve") && text_eq(json_str(row, "who"), who))
				json_array_remove(by, i - 1);
		}
	}
}

static enum errc note_deed(struct flow *board, const struct eac_board_order *order, json_t *live, int n)
{
	char detail[200];
	snprintf(detail, sizeof detail, "for %d repairs, plan %.8s", n, json_str(live, "code"));
	if (live != NULL)
		json_array_append_new(json_get(live, "by"),
		                      json_pack("{s:s,s:s,s:s,s:I}", "deed", deed_words[order->deed], "who",
		                                order->actor->who, "via", order->actor->via, "at",
		                                (json_int_t)board->now));
	if (order->deed == BOARD_UNDO)
		forget_approvals(board, order->actor->who);
	char action[48];
	snprintf(action, sizeof action, "board-%s", deed_words[order->deed]);
	return eac_audit(board, order->actor, action, detail);
}

/* Who took their vote back is not named when the card is closed; a card that was closed already is followed by a line. */
static enum errc say_taken_back(struct flow *board, const struct doing *doing)
{
	const char *who = doing->order->actor->who;
	AUTO_BUF struct buf b = {0};
	for (int i = 0; i < ASKS; i++) {
		bool votes = asks[i].state == STATE_WAITING_APPROVAL;
		json_t *by = votes ? json_get(live_ask(board, &asks[i]), "by") : NULL;
		for (size_t n = json_array_size(by); n > 0; n--)
			if (text_eq(json_str(json_array_get(by, n - 1), "who"), who))
				json_array_remove(by, n - 1);
	}
	text_taken_back(&b, board, who, doing->rejection);
	return eac_say(board, "", OUTBOX_DECISION, message_line(buf_str(&b)));
}

enum errc eac_board_do(struct flow *board, const struct eac_board_order *order, struct eac_board_outcome *ret)
{
	*ret = (struct eac_board_outcome){0};
	struct doing doing = {.order = order, .out = ret};
	bool undo = order->deed == BOARD_UNDO;
	if (!undo) {
		doing.ask = meant(board, order, &ret->doubtful);
		if (doing.ask == NULL)
			return OK;
	}
	json_auto_t *live = json_incref(doing.ask != NULL ? live_ask(board, doing.ask) : NULL);
	json_auto_t *ids =
	    json_incref(live != NULL ? json_get(live, "members") : json_get(board->row->facts, "members"));
	doing.live = live;
	enum errc rc = each_of(board, ids, bar_one, &doing);
	if (rc != OK || ret->barred != 0)
		return rc;
	rc = each_of(board, ids, do_one, &doing);
	if (rc == OK && ret->done > 0)
		rc = note_deed(board, order, live, ret->done);
	if (rc == OK && ret->done > 0 && undo)
		rc = say_taken_back(board, &doing);
	board->row->wake_at = board->now;
	return rc;
}

/*
 * commands/eac/batch_asks.c - what a board asks: one card for all who wait for the same decision.
 *
 * Whoever comes later, or whose plan has changed, is not on the card: a newer one takes its place.
 */
#include "commands/eac/batch_private.h"

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/text_board.h"
#include "commands/eac/text_parts.h"

enum {
	FIRST_MS = 2 * 60 * 1000, /* for others who come to the same question */
	LATER_MS = 30 * 60 * 1000,
};

const struct board_ask board_asks[BOARD_ASKS] = {
    {"first", "prompt", STATE_WAITING_APPROVAL, EAC_DISCONNECT, FIRST_MS},
    {"later", "prompt", STATE_WAITING_APPROVAL, EAC_BACKEND, LATER_MS},
    {"backend", "backend", STATE_WAITING_BACKEND, EAC_BACKEND, 0},
};

static const char *code_of(const struct request_row *row)
{
	return json_str(json_get(row->facts, "plan"), "code");
}

bool board_waits_here(const struct board_ask *ask, const struct request_row *row)
{
	return request_state(row) == ask->state && row->step == ask->step && eac_board_asks(row) &&
	       !json_bool(row->facts, "look_now");
}

/* Is it on its way to this question? */
bool board_may_come(const struct board_ask *ask, const struct request_row *row)
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

json_t *board_live_ask(const struct flow *board, const struct board_ask *ask)
{
	return json_get(json_get(board->row->facts, "asks"), ask->key);
}

bool board_is_shown(const json_t *live, const struct request_row *row)
{
	size_t i;
	json_t *member;
	json_array_foreach (json_get(live, "members"), i, member)
		if (json_int(member, "id") == row->id)
			return text_eq(json_str(member, "code"), code_of(row));
	return false;
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

static enum errc close_ask(struct flow *board, const struct board_ask *ask, enum phrase otherwise)
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

static enum errc open_card(struct flow *board, const struct board_ask *ask, struct board_plan *plan)
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

enum errc board_open_ask(struct flow *board, const struct board_ask *ask, const json_t *ids)
{
	json_t *facts = board->row->facts;
	struct asking asking = {.plan = board_plan_new(board), .members = json_array()};
	enum errc rc = close_ask(board, ask, PHRASE_BOARD_CLOSED_NEWER);
	if (rc == OK)
		rc = board_each_of(board, ids, ask_one, &asking);
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

enum errc board_close_ask(struct flow *board, const struct board_ask *ask)
{
	return close_ask(board, ask, PHRASE_BOARD_CLOSED_NOBODY);
}

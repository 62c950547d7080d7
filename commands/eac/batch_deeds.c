/*
 * commands/eac/batch_deeds.c - what somebody does on a board: the same deed on each repair that its card shows.
 */
#include "commands/eac/batch_private.h"

#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/decide.h"
#include "commands/eac/gate.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/takeback.h"

/* The question that a card, or where none is named the deed itself, means; NULL: none or (doubtful) more than one. */
static const struct board_ask *meant(const struct flow *board, const struct eac_board_order *order, bool *ret_doubtful)
{
	bool decides = order->deed == BOARD_APPROVE || order->deed == BOARD_REJECT;
	const json_t *card = order->nonce[0] != '\0' ? eac_card_find(board->row, order->nonce) : NULL;
	const struct board_ask *found = NULL;
	for (int i = 0; i < BOARD_ASKS; i++) {
		const json_t *live = board_live_ask(board, &board_asks[i]);
		bool fits = live != NULL && decides == (board_asks[i].state == STATE_WAITING_APPROVAL) &&
		            (order->nonce[0] == '\0' || text_eq(json_str(card, "slot"), json_str(live, "slot")));
		if (!fits)
			continue;
		*ret_doubtful = found != NULL;
		found = &board_asks[i];
	}
	return *ret_doubtful ? NULL : found;
}

struct doing {
	const struct eac_board_order *order;
	struct eac_board_outcome *out;
	const struct board_ask *ask; /* NULL: whoever it fits */
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
	bool fits =
	    doing->ask == NULL || (board_waits_here(doing->ask, one->row) && board_is_shown(doing->live, one->row));
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

/* Who has taken a decision back is not named when its card is closed. */
static void forget_votes(struct flow *board, const char *who)
{
	for (int i = 0; i < BOARD_ASKS; i++) {
		bool votes = board_asks[i].state == STATE_WAITING_APPROVAL;
		json_t *by = votes ? json_get(board_live_ask(board, &board_asks[i]), "by") : NULL;
		for (size_t n = json_array_size(by); n > 0; n--)
			if (text_eq(json_str(json_array_get(by, n - 1), "who"), who))
				json_array_remove(by, n - 1);
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
		forget_votes(board, order->actor->who);
	char action[48];
	snprintf(action, sizeof action, "board-%s", deed_words[order->deed]);
	return eac_audit(board, order->actor, action, detail);
}

/* The card may have been closed already: a line follows it. */
static enum errc say_taken_back(struct flow *board, const struct doing *doing)
{
	AUTO_BUF struct buf b = {0};
	text_taken_back(&b, board, doing->order->actor->who, doing->rejection);
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
	json_auto_t *live = json_incref(doing.ask != NULL ? board_live_ask(board, doing.ask) : NULL);
	json_auto_t *ids =
	    json_incref(live != NULL ? json_get(live, "members") : json_get(board->row->facts, "members"));
	doing.live = live;
	enum errc rc = board_each_of(board, ids, bar_one, &doing);
	if (rc != OK || ret->barred != 0)
		return rc;
	rc = board_each_of(board, ids, do_one, &doing);
	if (rc == OK && ret->done > 0)
		rc = note_deed(board, order, live, ret->done);
	if (rc == OK && ret->done > 0 && undo)
		rc = say_taken_back(board, &doing);
	board->row->wake_at = board->now;
	return rc;
}

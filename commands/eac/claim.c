/*
 * commands/eac/claim.c - see claim.h.
 */
#include "commands/eac/claim.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"

/* The kind of card that waits for somebody; NULL: none. */
static const char *card_kind(const struct request_row *row)
{
	enum request_state state = request_state(row);
	return state == STATE_WAITING_APPROVAL ? "prompt" : state == STATE_WAITING_BACKEND ? "backend" : NULL;
}

const char *eac_claimed_by(const struct request_row *row)
{
	return card_kind(row) != NULL ? json_str(json_get(row->facts, "claim"), "by") : "";
}

void eac_claim_over(struct flow *flow)
{
	json_object_del(flow->row->facts, "claim");
}

enum errc eac_claim_again(struct flow *flow)
{
	const json_t *claim = json_get(flow->row->facts, "claim");
	if (eac_claimed_by(flow->row)[0] == '\0')
		return OK;
	AUTO_BUF struct buf b = {0};
	text_claimed(&b, flow, json_str(claim, "by"), json_int(claim, "at"));
	return eac_card_note(flow, card_kind(flow->row), buf_str(&b));
}

enum errc eac_claim(struct flow *flow, const struct request_actor *actor)
{
	if (card_kind(flow->row) == NULL)
		return ERR_CONFLICT;
	if (text_eq(eac_claimed_by(flow->row), actor->who))
		return ERR_ALREADY;
	json_object_set_new(flow->row->facts, "claim",
	                    json_pack("{s:s,s:I}", "by", actor->who, "at", (json_int_t)flow->now));
	enum errc rc = eac_audit(flow, actor, "claim", eac_step_key(flow->row->step));
	if (rc == OK)
		rc = eac_claim_again(flow);
	return rc == OK ? eac_update_parent(flow) : rc;
}

/*
 * commands/eac/hold.c - before anything is taken away: is it still what was planned?
 */
#include "commands/eac/repair_steps.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"

enum errc eac_renew_plan(struct flow *flow, const json_t *look, bool *ret_ask_again)
{
	json_t *facts = flow->row->facts, *plan = diagnose_plan(eac_env(flow)->config, look, org_plan(flow));
	bool same = text_eq(json_str(plan, "code"), json_str(org_plan(flow), "code"));
	*ret_ask_again = !same && json_bool(facts, "gate_first");
	json_object_set_new(facts, "plan", plan);
	if (same)
		return OK;
	AUTO_BUF struct buf b = {0};
	text_plan_changed(&b, flow, *ret_ask_again);
	eac_line(flow, buf_str(&b));
	return OK;
}

enum errc eac_hold_to_plan(struct flow *flow, const json_t *look, bool *ret_wait)
{
	*ret_wait = false;
	if (!json_bool(flow->row->facts, "gate_first"))
		return OK;
	enum errc rc = eac_renew_plan(flow, look, ret_wait);
	return rc == OK && *ret_wait ? eac_gate_open(flow) : rc;
}

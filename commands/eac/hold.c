/*
 * commands/eac/hold.c - before anything is taken away: may it be, is it still what was planned, could it be given back?
 */
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"

/* A pause, or somebody who became protected since the repair began: nothing is taken away. */
static enum errc hold_back(struct flow *flow, const json_t *user, bool *ret_wait)
{
	*ret_wait = diagnose_is_protected(eac_env(flow)->config, user);
	return *ret_wait ? eac_fail(flow, phrase_value(PHRASE_PROTECTED_NOW, NULL)) : pause_hold(flow, ret_wait);
}

enum errc eac_look_before(struct flow *flow, const char *extra)
{
	bool held;
	enum errc rc = hold_back(flow, json_get(flow->row->facts, "target"), &held);
	if (rc != OK || held)
		return rc;
	eac_look(flow, extra, 0);
	return eac_step_started(flow);
}

/* --- the plan --- */

/* *ret_old: the plan so far, where this look differs from it; the caller owns it. NULL: it is the same. */
static void renew(struct flow *flow, const json_t *look, json_t **ret_old)
{
	json_t *facts = flow->row->facts, *old = json_incref(json_get(facts, "plan"));
	json_t *plan = diagnose_plan(eac_env(flow)->config, look, old, json_get(facts, "removed"));
	json_object_set_new(facts, "plan", plan);
	*ret_old = old;
	if (text_eq(json_str(plan, "code"), json_str(old, "code"))) {
		json_decref(old);
		*ret_old = NULL;
	}
}

enum errc eac_renew_plan(struct flow *flow, const json_t *look, bool *ret_changed)
{
	json_auto_t *old = NULL;
	renew(flow, look, &old);
	*ret_changed = old != NULL;
	if (old == NULL)
		return OK;
	AUTO_BUF struct buf b = {0};
	text_plan_changed(&b, flow, old);
	eac_line(flow, buf_str(&b));
	return OK;
}

/* The settings may have changed since the plan was made, and what was assigned meanwhile was not judged yet. */
static enum errc refuse_to_take(struct flow *flow, const json_t *look, bool *ret_refused)
{
	const json_t *known = json_get(flow->row->facts, "sets_known");
	json_t *why = diagnose_forbidden(eac_env(flow)->config, known, org_plan(flow), look);
	*ret_refused = why != NULL;
	return *ret_refused ? eac_fail(flow, why) : OK;
}

/* What can't be seen must not count as taken by somebody else. */
static enum errc refuse_blindly(struct flow *flow, const json_t *look, bool *ret_refused)
{
	static const char *const parts[] = {"sets", "licences"};
	*ret_refused = false;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!json_is_array(json_get(look, parts[i]))) {
			*ret_refused = true;
			return org_blind(flow, parts[i]);
		}
	return OK;
}

enum errc eac_may_take(struct flow *flow, const json_t *look, bool *ret_wait)
{
	bool changed = false;
	json_auto_t *asked_for = json_incref(json_get(flow->row->facts, "plan"));
	enum errc rc = hold_back(flow, json_get(look, "user"), ret_wait);
	if (rc == OK && !*ret_wait)
		rc = refuse_blindly(flow, look, ret_wait);
	if (rc == OK && !*ret_wait)
		rc = eac_renew_plan(flow, look, &changed);
	if (rc == OK && !*ret_wait)
		rc = refuse_to_take(flow, look, ret_wait);
	if (changed && *ret_wait) /* nobody was asked: a retry has to find it changed again */
		json_object_set(flow->row->facts, "plan", asked_for);
	if (rc != OK || *ret_wait)
		return rc;
	*ret_wait = changed;
	return changed ? eac_gate_open(flow) : OK;
}

/* --- seats --- */

struct promises {
	const char *target; /* whose own seats do not count */
	json_t *seats;
};

static enum errc count_seats(void *arg, const char *target, const json_t *what)
{
	const struct promises *p = arg;
	size_t i;
	json_t *row;
	if (text_eq(target, p->target))
		return OK;
	json_array_foreach (json_get(what, "licences"), i, row)
		if (json_bool(row, "free")) {
			const char *licence = json_str(row, "licence");
			json_set_int(p->seats, licence, json_int(p->seats, licence) + 1);
		}
	return OK;
}

enum errc eac_promised_seats(struct tx *tx, const char *target, json_t **ret)
{
	struct promises p = {.target = target, .seats = json_object()};
	*ret = p.seats;
	return owed_each(tx, count_seats, &p);
}

enum errc eac_seats_left(struct flow *flow, const json_t *look, bool *ret_wait)
{
	const struct config *config = eac_env(flow)->config;
	int64_t until = flow->now;
	json_auto_t *promised = NULL;
	if (config->approval.expire_after_ms != CONFIG_NEVER)
		until += config->approval.expire_after_ms;
	enum errc rc = eac_promised_seats(flow->tx, flow->row->target, &promised);
	json_t *why = rc == OK ? diagnose_seats_missing(org_plan(flow), look, promised, until) : NULL;
	*ret_wait = why != NULL;
	return *ret_wait ? eac_fail(flow, why) : rc;
}

/*
 * commands/eac/person.c - the affected user answers something else than "done", or can't be reached.
 *
 * The steps themselves are in steps_user.c.
 */
#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"

enum { HELP_AGAIN_MS = 15 * 60 * 1000 };

static bool waits_for_user(const struct flow *flow)
{
	return request_state(flow->row) == STATE_WAITING_USER;
}

static enum errc note(struct flow *flow, const struct request_actor *actor, const char *action, const char *detail)
{
	struct audit_row line = {.at = flow->now, .repair = flow->row->id};
	text_copy(line.actor, sizeof line.actor, actor->who);
	text_copy(line.via, sizeof line.via, actor->via);
	text_copy(line.action, sizeof line.action, action);
	text_copy(line.detail, sizeof line.detail, detail);
	return audit_add(flow->tx, &line);
}

/* Somebody who presses twice calls once. */
enum errc eac_help_wanted(struct flow *flow, const struct request_actor *actor)
{
	if (!waits_for_user(flow))
		return ERR_CONFLICT;
	json_t *wait = json_get(flow->row->facts, "wait");
	int64_t asked = json_int(wait, "help_at");
	enum errc rc = note(flow, actor, "help-wanted", eac_step_key(flow->row->step));
	if (rc != OK || (asked != 0 && asked <= flow->now && flow->now - asked < HELP_AGAIN_MS))
		return rc;
	json_set_int(wait, "help_at", flow->now);
	rc = eac_say(flow, "", OUTBOX_DECISION, text_help_wanted(flow, actor->who));
	return rc == OK ? eac_update_parent(flow) : rc;
}

enum errc eac_not_now(struct flow *flow, const struct request_actor *actor, int64_t until)
{
	if (!waits_for_user(flow))
		return ERR_CONFLICT;
	const struct config *config = eac_env(flow)->config;
	const struct eac_patience patience = {config->people.remind_after_ms, config->people.give_up_after_ms,
	                                      flow->row->step >= EAC_CONNECT, true};
	char day[32];
	enum errc rc = note(flow, actor, "not-now", clock_rfc3339(until, day));
	if (rc != OK)
		return rc;
	eac_wait_put_off(flow, &patience, until);
	AUTO_BUF struct buf b = {0};
	text_put_off(&b, flow, actor->who, until);
	eac_line(flow, buf_str(&b));
	return eac_flush(flow);
}

enum errc eac_user_unreachable(struct flow *flow, const char *error)
{
	json_t *target = json_get(flow->row->facts, "target");
	if (json_str(target, "slack")[0] == '\0')
		return OK;
	json_set_str(target, "slack", NULL);
	if (!waits_for_user(flow)) /* the next step asks the helpdesk */
		return OK;
	AUTO_BUF struct buf b = {0};
	text_user_unreachable(&b, flow, error);
	enum errc rc = eac_say(flow, "", OUTBOX_DECISION, message_line(buf_str(&b)));
	return rc == OK ? eac_update_parent(flow) : rc;
}

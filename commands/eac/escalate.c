/*
 * commands/eac/escalate.c - others are called when those who were asked stay silent; a failed repair is not forgotten.
 *
 * Once, in the thread, where everything else of the repair is; reminders that
 * come later name them too (text_also_called).
 */
#include "bot/base/buf.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"

enum errc eac_escalate(struct flow *flow)
{
	struct audit_row line = {.at = flow->now, .repair = flow->row->id, .actor = "eacbot", .via = "engine"};
	if (eac_env(flow)->config->escalation.to.count == 0) /* meanwhile nobody is named any more */
		return OK;
	text_copy(line.action, sizeof line.action, "escalate");
	text_copy(line.detail, sizeof line.detail, flow->row->state);
	enum errc rc = audit_add(flow->tx, &line);
	return rc == OK ? eac_say(flow, "", OUTBOX_DECISION, text_escalation(flow)) : rc;
}

/* --- a failed repair --- */

void eac_failed_wait(struct flow *flow)
{
	const struct eac_patience patience = {eac_env(flow)->config->people.remind_after_ms, CONFIG_NEVER, false,
	                                      false};
	eac_wait_start(flow, &patience, flow->now);
}

/* Where a newer repair of the same person is at work, this one will end with it. */
static enum errc remind(struct flow *flow)
{
	int64_t rival;
	enum errc rc = eac_rival(flow, &rival);
	return rc != OK || rival != 0 ? rc : eac_say(flow, "", OUTBOX_DECISION, text_failed_reminder(flow));
}

enum errc eac_failed_begin(struct flow *flow)
{
	switch (eac_wait_due(flow)) {
	case EAC_DUE_REMIND: return remind(flow);
	case EAC_DUE_ESCALATE: return eac_escalate(flow);
	case EAC_DUE_EXPIRE:
	case EAC_DUE_POLL:
	case EAC_DUE_NOTHING: return OK;
	}
	return OK;
}

enum errc eac_failed_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	(void)flow, (void)kind, (void)answer; /* of a call that was made before it failed */
	return OK;
}

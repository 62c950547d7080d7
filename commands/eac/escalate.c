/*
 * commands/eac/escalate.c - others are called when those who were asked stay silent.
 *
 * Once, in the thread, where everything else of the repair is; reminders that
 * come later name them too (text_also_called).
 */
#include "bot/base/buf.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "commands/eac/repair.h"
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

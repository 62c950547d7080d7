/*
 * commands/eac/text_parts.c - see text_parts.h.
 */
#include "commands/eac/text_parts.h"

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/repair.h"

void part_begin(struct buf *b)
{
	if (b->max == 0)
		buf_init(b, PART_LINE_MAX);
}

void part_id(struct buf *b, const struct request_row *row)
{
	char id[24];
	buf_puts(b, eac_id(row->id, id));
}

void part_who(struct buf *b, const char *who)
{
	if (text_eq(who, "eacbot"))
		buf_puts(b, "eacbot");
	else
		mrkdwn_add_user(b, who);
}

void part_principals(struct buf *b, const struct config_list *list)
{
	for (size_t i = 0; i < list->count && i < 8; i++) {
		buf_puts(b, i > 0 ? " " : "");
		mrkdwn_add_principal(b, list->items[i]);
	}
}

/* Who is called for a decision: the approvers; the admins, who may decide too, where there are no others. */
void part_approvers(struct buf *b, const struct config *config)
{
	part_principals(b, config->access.approvers.count > 0 ? &config->access.approvers : &config->access.admins);
}

void part_labels(struct buf *b, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		buf_puts(b, i > 0 ? ", " : "");
		buf_puts(b, "“");
		mrkdwn_add_literal(b, json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"),
		                   PART_NAME_MAX);
		buf_puts(b, "”");
		if (json_str(row, "expires")[0] != '\0')
			buf_printf(b, " (until %.10s)", json_str(row, "expires"));
		if (json_bool(row, "gone"))
			buf_puts(
			    b, " (somebody else took it away; with the approval it is given back at 2.1, a cancel does "
			       "not give it)");
	}
}

void part_step(struct buf *b, const struct request_row *row)
{
	int step = row->step < EAC_STEP_COUNT ? row->step : EAC_STEP_COUNT - 1;
	buf_printf(b, "step %d of %d (%s %s)", step + 1, EAC_STEP_COUNT, eac_step_number(step), eac_step_title(step));
}

void part_duration(struct buf *b, const struct flow *flow)
{
	char words[32];
	buf_puts(b, clock_duration_words(flow->now - flow->row->created_at, words));
}

static void add_list(struct buf *b, const char *before, const json_t *rows)
{
	if (json_array_size(rows) == 0)
		return;
	buf_puts(b, "\n• ");
	buf_puts(b, before);
	part_labels(b, rows);
}

static void add_kept(struct buf *b, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		buf_puts(b, i == 0 ? "\n• licences that stay: “" : ", “");
		mrkdwn_add_literal(b, json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"),
		                   PART_NAME_MAX);
		buf_printf(b, "” (%s)", json_str(row, "why"));
	}
}

/* Where else the permission comes from, by name. */
static void add_sources(struct buf *b, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		buf_printf(b, "%s %s “",
		           i == 0 ? "\n• Inbox or Einstein Activity Capture also comes, and stays, through the"
		                  : ", the",
		           json_str(row, "kind"));
		mrkdwn_add_literal(b, json_str(row, "label"), PART_NAME_MAX);
		buf_puts(b, "”");
	}
}

void part_plan(struct buf *b, const struct flow *flow)
{
	const json_t *plan = json_get(flow->row->facts, "plan");
	add_list(b, "permission sets to remove and give back: ", json_get(plan, "sets"));
	add_list(b, "licences to remove and give back: ", json_get(plan, "licences"));
	add_kept(b, json_get(plan, "kept"));
	add_sources(b, json_get(plan, "sources"));
}

/*
 * commands/eac/text_parts.h - pieces that several sentences share. For the files of sentences only.
 */
#pragma once

#include "bot/base/buf.h"
#include "bot/flow/flow.h"
#include "config/config.h"

/* bytes, far beyond what is shown: mrkdwn_cut knows where to cut, a buffer that is full does not */
enum { PART_LINE_MAX = 32000, PART_NAME_MAX = 80 };

void part_begin(struct buf *b); /* unless it has begun */
void part_id(struct buf *b, const struct request_row *row);
void part_who(struct buf *b, const char *who); /* a Slack id, or the bot */
void part_principals(struct buf *b, const struct config_list *list);
/* Who is called for a decision: the approvers; the admins, who may decide too, where there are no others. */
void part_approvers(struct buf *b, const struct config *config);
/* “Label” (until 2027-01-31), “Label” */
void part_labels(struct buf *b, const json_t *rows);
void part_step(struct buf *b, const struct request_row *row); /* step 3 of 10 (1.3 Remove the account links) */
void part_duration(struct buf *b, const struct flow *flow);   /* since the repair was asked for */
void part_plan(struct buf *b, const struct flow *flow);

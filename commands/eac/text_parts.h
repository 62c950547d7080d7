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
void part_step(struct buf *b, enum language language,
               const struct request_row *row);                         /* step 3 of 10 (1.3 Remove the account links) */
void part_duration(struct buf *b, enum language language, int64_t ms); /* 2 h 5 min */
void part_plan(struct buf *b, enum language language, const struct flow *flow);
/* A set's or licence's label (else its name) as a slot's value. */
json_t *part_label(const json_t *row);
json_t *part_quoted(const json_t *row);  /* the same in quotes */
json_t *part_day(const char *expires);   /* 2027-01-31 */
json_t *part_until(const char *expires); /* until 2027-01-31; "": without an end */
/* Rows of the plan as a list, for a slot: “Label” (until 2027-01-31), “Label” */
json_t *part_labels(const json_t *rows);
/* Where else the permission comes from: the profile “Label”; one, and all of the plan's. */
json_t *part_source(const json_t *row);
json_t *part_sources(const json_t *rows);
/* A moment as a slot's value, as Slack shows it in the reader's own time. */
json_t *part_time(int64_t at);
json_t *part_second(int64_t at);
json_t *part_user(const char *who); /* as part_who */

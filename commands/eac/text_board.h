/*
 * commands/eac/text_board.h - what a board says: its message, its prompt, its card for the backend check.
 */
#pragma once

#include <jansson.h>

#include "bot/base/buf.h"
#include "bot/base/language.h"
#include "bot/flow/flow.h"
#include "bot/message/message.h"

/* The board's message, gathered repair by repair. */
struct board_text;
struct board_text *board_text_new(const struct flow *board, enum language language);
void board_text_free(struct board_text *text); /* NULL is fine */
void board_text_add(struct board_text *text, const struct request_row *row);
/* "3 completed · 1 failed", mrkdwn, in the text's language. Borrowed. */
const char *board_text_counts(struct board_text *text);
/* The caller owns it. */
json_t *board_text_body(struct board_text *text);

/* What is asked about several repairs at once. */
struct board_plan;
struct board_plan *board_plan_new(const struct flow *board);
void board_plan_free(struct board_plan *plan);
void board_plan_add(struct board_plan *plan, const struct request_row *row);
/* Eight hex digits over all their plans; borrowed. */
const char *board_plan_code(struct board_plan *plan);
/* The caller owns them. later: at 1.7. */
struct message *board_plan_prompt(struct board_plan *plan, bool later);
struct message *board_plan_backend(struct board_plan *plan);

json_t *text_board_reminder(const struct flow *board, bool approval, int n);
void text_board_apart(struct buf *b, const struct flow *flow, int64_t board);
/* "EAC-1 Jane, EAC-2 Bob", one person. */
void text_board_person(struct buf *b, const struct request_row *row);

/*
 * message/mrkdwn.h - foreign words in Slack's mrkdwn, literal.
 *
 * Slack asks for exactly three escapes, & < > (docs.slack.dev, formatting text);
 * everything else that could start formatting, a link or a mention is defused
 * here too, because names and reasons come from people.
 */
#pragma once

#include <stdint.h>

#include "bot/base/buf.h"

/* Appends s so that it shows as typed: escapes & < >, breaks backticks, * _ ~ at word edges, bare URLs and @here-like words with a zero-width joiner; control and bidi characters go; at most max_chars code points, then "…". NULL adds nothing. */
void mrkdwn_add_literal(struct buf *b, const char *s, size_t max_chars);
/* "<@U0JANE0001>"; an id that is not one is added literally. */
void mrkdwn_add_user(struct buf *b, const char *slack_user);
/* "<!subteam^S0HELPDESK>" or a user, by the first letter. */
void mrkdwn_add_principal(struct buf *b, const char *id);
/* "<!date^...^{date_short_pretty} {time}|2026-11-23 17:50 UTC>" */
void mrkdwn_add_time(struct buf *b, int64_t wall_ms);
/* "<https://host/path|label>"; label literal. */
void mrkdwn_add_link(struct buf *b, const char *url, const char *label);
/* Plain text of a person's typing: decodes the three entities once, normalises smart quotes, dashes and odd blanks, drops zero-width and bidi characters. The caller frees. */
char *mrkdwn_plain(const char *typed);
/* Cuts mrkdwn at most max_chars code points long without cutting inside an entity, <...> or a code span; appends "…" when cut. */
void mrkdwn_cut(struct buf *b, const char *mrkdwn, size_t max_chars);

/*
 * message/mrkdwn.h - foreign words in Slack's mrkdwn, literal.
 *
 * Slack asks for exactly three escapes, & < > (docs.slack.dev, formatting text);
 * everything else that could start formatting, a link or a mention is defused
 * here too, because names and reasons come from people.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bot/base/buf.h"

/*
 * Appends s so that it shows as typed, on one line: & < > are escaped; * _ ~ at word edges, ":emoji:", "scheme://",
 * "www." and "@here"-like words are broken by an invisible word joiner; a backtick becomes a look-alike, so that the
 * words may stand inside a code span; line ends become blanks; control, bidi and zero-width characters go, broken
 * UTF-8 becomes U+FFFD, and so does what is nothing but unseen; accents beyond four on a letter go. At most max_chars code
 * points of s, not cut within what a reader takes for one character, then "…". NULL adds nothing.
 */
void mrkdwn_add_literal(struct buf *b, const char *s, size_t max_chars);
/* "<@U0JANE0001>"; an id that is not one is added literally. */
void mrkdwn_add_user(struct buf *b, const char *slack_user);
/* "<!subteam^S0HELPDESK>" or a user, by the first letter. */
void mrkdwn_add_principal(struct buf *b, const char *id);
/* "<!date^1790000000^{date_short_pretty} {time}|2026-11-23 17:50 UTC>" */
void mrkdwn_add_time(struct buf *b, int64_t wall_ms);
/* The same to the second, for what lasts a few of them only: 2026-11-23 17:50:10 UTC. */
void mrkdwn_add_second(struct buf *b, int64_t wall_ms);
/* The same, as how long ago it is: counted by Slack whenever somebody looks. */
void mrkdwn_add_ago(struct buf *b, int64_t wall_ms);
/* "<https://host/path|label>"; label literal. A URL that is not http or https is left out, the label stays. */
void mrkdwn_add_link(struct buf *b, const char *url, const char *label);
/*
 * Plain text of a person's typing: decodes the three entities once, makes smart quotes, dashes, ellipses and odd
 * blanks ordinary, drops control (but not line ends), zero-width and bidi characters. Never NULL; the caller frees.
 */
char *mrkdwn_plain(const char *typed);
/*
 * Appends mrkdwn, at most max_units UTF-16 units long (so also at most that many characters: Slack does not say what it
 * counts), never cut inside an entity, <...>, a code span, or what a reader takes for one character; ends with "…" when
 * cut.
 */
void mrkdwn_cut(struct buf *b, const char *mrkdwn, size_t max_units);

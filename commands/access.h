/*
 * commands/access.h - who may do what. Denies by default.
 */
#pragma once

#include <stdbool.h>

#include "bot/base/buf.h"
#include "commands/command.h"

/*
 * NULL when this person may run this command (on the repair in hand, where there is one), else why not, in mrkdwn.
 * Rests on struct person: groups that could not be asked count as no membership.
 */
const char *access_refusal(const struct asked *asked);
/* It is refused only because Slack has not (yet) said who that is: worth asking again, after the acknowledgement. */
bool access_is_unsure(const struct asked *asked);
/* Guests, people of other organisations, deactivated people and bots: why they may do nothing; NULL for others. */
const char *access_outsider(const struct asked *asked);
/* Is the asker the affected user of the repair in hand? By Slack id, or by the Salesforce user behind the e-mail. */
bool access_is_target(const struct asked *asked);
/* Is the asker the one who asked for it? */
bool access_is_requester(const struct asked *asked);
/* May this command be used in this channel? If not, says why not; else leaves `why` empty. */
void access_place_refusal(const struct asked *asked, struct buf *why);

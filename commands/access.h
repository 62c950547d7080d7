/*
 * commands/access.h - who may do what. Denies by default.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "commands/command.h"

/*
 * May this person not run this command (on the repair in hand, where there is one)? Then *ret_why, an entry without
 * slots, says why. Rests on struct person: groups that could not be asked count as no membership.
 */
bool access_is_refused(const struct asked *asked, enum phrase *ret_why);
/* It is refused only because Slack has not (yet) said who that is: worth asking again, after the acknowledgement. */
bool access_is_unsure(const struct asked *asked);
/* Guests, people of other organisations, deactivated people and bots may do nothing. */
bool access_is_outsider(const struct asked *asked);
/* Is the asker the affected user of the repair in hand? By Slack id, or by the Salesforce user behind the e-mail. */
bool access_is_target(const struct asked *asked);
/* Is the asker the one who asked for it, or was before somebody took it over? */
bool access_is_requester(const struct asked *asked);
/* NULL where this command may be used in this channel, else the sentence that says why not; the caller owns it. */
json_t *access_place_refusal(const struct asked *asked);

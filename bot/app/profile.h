/*
 * app/profile.h - somebody in Slack, read out of Slack's user object. Pure.
 *
 * docs.slack.dev, "User object". There is no flag for people of other
 * organisations: they are those whose team differs from ours, or strangers.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "bot/slack/slack.h"

struct profile {
	char id[24];
	char enterprise_user[24]; /* the same person on Enterprise Grid; "" elsewhere */
	char name[120];
	char email[200];
	char locale[16];
	char tz[48]; /* the zone's name, "Europe/Berlin" */
	int tz_offset_s;
	bool deleted, bot, guest, external;
};

/* `user` is the member "user" of users.info or users.lookupByEmail; `us` may be NULL: then nobody is external by team.
 */
void profile_read(struct profile *ret, const json_t *user, const struct slack_identity *us);
/* {"id","name","email","tz","tz_offset","locale","deleted","bot","guest","external"}; the caller owns it. */
json_t *profile_json(const struct profile *profile);

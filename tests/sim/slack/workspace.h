#pragma once

/*
 * tests/sim/slack/workspace.h - people, groups and conversations: finding
 * them, and who is where. All results are borrowed; NULL: there is none.
 */

#include "tests/sim/slack/slack.h"

/* By id, or by name (`maria`, `@maria`; `helpdesk`, `#helpdesk`). */
json_t *workspace_user(const struct slack *slack, const char *who);
json_t *workspace_channel(const struct slack *slack, const char *which);
json_t *workspace_group(const struct slack *slack, const char *id);

/* The direct message of the bot with that person; made when there is none. */
json_t *workspace_dm(struct slack *slack, const char *user);
/* A conversation by id or name, or `dm`: that person's. */
json_t *workspace_place(struct slack *slack, const char *which, const char *user);

bool channel_is_dm(const json_t *channel);
bool channel_has(const json_t *channel, const char *user);
void channel_add(json_t *channel, const char *user);
void channel_remove(json_t *channel, const char *user);

/* `channel` as Slack's events call it: channel, group or im. */
const char *channel_type(const json_t *channel);
/* The name as payloads give it: `directmessage`, `privategroup`, or its own. */
const char *channel_payload_name(const json_t *channel);

/*
 * What a client sends for typed text: "@maria" and "#helpdesk" become links;
 * `named`: <@U…|maria>, as commands have it, else <@U…>, as messages have it.
 * `typed`: & < > are escaped too, and addresses become links. A new reference.
 */
json_t *workspace_encode(const struct slack *slack, const char *text, bool named, bool typed);

/*
 * app/groups.h - a copy of the user groups that the configuration names.
 *
 * Renewed at start, every minute, at once when Slack says that one changed,
 * and on demand. usergroups.users.list is allowed 20 times a minute: rounds
 * that are asked for while one is under way are answered together by the next.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"

struct groups;

/* `ok`: every group was asked after groups_renew was called, and answered. Comes later, once; never after groups_free.
 */
typedef void groups_fn(void *arg, bool ok);

struct groups *groups_new(struct loop *loop, struct slack *slack);
/* After the last answer of Slack has come. */
void groups_free(struct groups *groups);
/* Which groups: every S... in the access lists. Copies what it needs; members of a group that stays are kept. */
void groups_set_config(struct groups *groups, const struct config *config);
/* Begins the rounds. */
void groups_start(struct groups *groups);
/* Stops asking by itself. */
void groups_stop(struct groups *groups);
/* fn may be NULL. */
void groups_renew(struct groups *groups, int64_t timeout_ms, groups_fn *fn, void *arg);
/* Every group has been read within the last five minutes. True where no group is configured. */
bool groups_known(const struct groups *groups);
bool groups_has(const struct groups *groups, const char *group, const char *user);

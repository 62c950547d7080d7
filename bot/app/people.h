/*
 * app/people.h - who somebody is and what the configuration lets them be; where a deed happens.
 *
 * Puts together Slack's user object (remembered for five minutes), the copy of
 * the user groups and the access lists. For a decision all of it is asked
 * afresh; what Slack does not say in time is "not known", and that means no.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "commands/door.h"
#include "config/config.h"

struct people;

/* Both come later, once, on the loop's thread; never after people_free. The value is borrowed. */
typedef void people_fn(void *arg, const struct person *person);
typedef void people_place_fn(void *arg, const struct place *place);

/* `config` stays the caller's and has to live until people_set_config or people_free. */
struct people *people_new(struct loop *loop, struct slack *slack, const struct config *config);
/* After the last answer of Slack has come. */
void people_free(struct people *people);
void people_start(struct people *people);
void people_stop(struct people *people);
void people_set_config(struct people *people, const struct config *config);
/* `afresh`: person and groups are asked now, for a decision. */
void people_get(struct people *people, const char *user, bool afresh, int64_t timeout_ms, people_fn *fn, void *arg);
/*
 * What Slack says of somebody now, as its user object (borrowed; NULL unless code is OK): by id, or by e-mail address
 * where `user` is "". Of many at once some wait minutes for their turn; after people_stop those who wait by address are
 * told ABORTED.
 */
typedef void people_user_fn(void *arg, enum errc code, const char *error, const json_t *user);
void people_look_up(struct people *people, const char *user, const char *email, int64_t timeout_ms, people_user_fn *fn,
                    void *arg);
void people_place(struct people *people, const char *channel, int64_t timeout_ms, people_place_fn *fn, void *arg);
/* The language that this person reads, where it is remembered; else that of the channels. */
enum language people_language(const struct people *people, const char *user);
/* What Slack's events tell. */
void people_groups_changed(struct people *people);
void people_user_changed(struct people *people, const char *user);
void people_place_changed(struct people *people, const char *channel);

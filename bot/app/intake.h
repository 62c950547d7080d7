/*
 * app/intake.h - what an envelope of Slack means to us. Pure.
 *
 * An envelope becomes deeds (something a person does), news (something in Slack
 * changed), or nothing. A deed is kept as a JSON body, without triggers, response
 * addresses and tokens, so that it can be handled again after a crash.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "bot/slack/slack.h"
#include "commands/door.h"

enum intake {
	INTAKE_DEEDS,   /* *ret_deeds is an array of bodies, not empty */
	INTAKE_NEWS,    /* an event about groups, people, channels or the app itself */
	INTAKE_NOTHING, /* known and of no interest, e.g. what we said ourselves */
	INTAKE_FOREIGN, /* of another app or workspace: *ret_why says so */
};

/* `us` may not be NULL: before Slack has told who we are nothing can be judged. The caller owns *ret_deeds. */
enum intake intake_read(const struct envelope *e, const struct slack_identity *us, json_t **ret_deeds,
                        const char **ret_why);
/*
 * What identifies the deed: that of envelope.h, but "ms:CHANNEL:TS" for what was typed as a message, so that the event,
 * its retries and the message found by reading the channel are one.
 */
void intake_key(const struct envelope *e, const json_t *body, char out[static 160]);
/* The word of the body's kind: slash, action, view, event. */
const char *intake_kind(const struct envelope *e);
/* Notes in the body where the deed happens. */
void intake_set_place(json_t *body, const struct place *place);
/* Whom the dialog of `repair` names, Slack ids, borrowed; NULL: the body is no such dialog. */
const json_t *intake_picked(const json_t *body);
/* Notes in the body who one of them is. */
void intake_set_picked(json_t *body, const struct person *person);
/* It may happen anywhere: Slack has to be asked about the channel. */
bool intake_place_is_asked(const json_t *body);
/* Slack has not said where that is. */
bool intake_place_is_missing(const json_t *body);
/* The deed of a body, without person and time. The strings are borrowed from the body. */
void intake_deed(const json_t *body, struct deed *ret);
/* The person's team is neither ours nor our enterprise, whatever users.info says. */
bool intake_is_foreign(const json_t *body);

/*
 * app/doctor_private.h - what the doctor's parts share. Private to doctor*.c.
 *
 * The probes are asked one after the other: each begins one or more calls and,
 * when the last is answered, calls doctor_next.
 */
#pragma once

#include "bot/app/findings.h"
#include "bot/base/buf.h"
#include "bot/http/http.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "config/config.h"
#include "salesforce/salesforce.h"

enum { DOCTOR_CALL_MS = 15000 };

struct doctor {
	const struct config *config;
	struct findings *findings;
	struct loop *loop;
	struct http *http;
	struct slack *slack;     /* with the bot token */
	struct slack *slack_app; /* with the app-level token in its place */
	struct sf *sf;
	struct loop_timer *deadline;
	size_t probe;       /* which one runs */
	size_t item;        /* which of the probe's channels or people */
	json_t *members;    /* ids of access, to be looked at one by one */
	struct buf missing; /* scopes that Slack misses */
	struct slack_identity us;
};

typedef void doctor_probe(struct doctor *d);

void doctor_next(struct doctor *d);
/* Leaves out the rest of Slack's probes: without a token they would only repeat the failure. */
void doctor_skip_slack(struct doctor *d);

doctor_probe doctor_bot_token, doctor_app_token, doctor_people, doctor_emails, doctor_groups, doctor_channels,
    doctor_scopes, doctor_org, doctor_objects;

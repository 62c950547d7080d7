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
	bool skip[2];       /* by doctor_part */
	struct buf missing; /* scopes that Slack misses */
	struct buf scopes;  /* that Slack says the bot has, "a,b,c"; empty: not told */
	char instance[200]; /* of the org, "https://..."; "" before the log-in */
	struct slack_identity us;
};

typedef void doctor_probe(struct doctor *d);

/* The part of the probes that has no sense without its first ones. */
enum doctor_part { DOCTOR_SLACK, DOCTOR_SALESFORCE };

void doctor_next(struct doctor *d);
/* Leaves out the rest of a service's probes: without a way to it, or a token, they would only repeat the failure. */
void doctor_skip(struct doctor *d, enum doctor_part part);

doctor_probe doctor_slack_host, doctor_bot_token, doctor_app_token, doctor_people, doctor_emails, doctor_groups,
    doctor_channels, doctor_scopes;
doctor_probe doctor_salesforce_host, doctor_org, doctor_parts, doctor_objects, doctor_protected, doctor_link;

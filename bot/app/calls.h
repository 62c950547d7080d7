/*
 * app/calls.h - what a step asks of the outside, made a call of Slack or Salesforce.
 *
 * One table: kind -> function. The answers have the shapes told in
 * salesforce/salesforce.h; a person is {"id","name","email","tz","tz_offset","locale",
 * "deleted","bot","guest","external"}; persons are asked afresh, each {"id","known",
 * "groups_known","deleted","bot","guest","external","requester","approver","admin"}.
 */
#pragma once

#include "bot/app/people.h"
#include "bot/flow/flow.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "salesforce/salesforce.h"

struct calls;

/* Comes later, once, on the loop's thread. `answer` is valid during the call. */
typedef void calls_fn(void *arg, const struct flow_answer *answer);

struct calls *calls_new(struct loop *loop, struct slack *slack, struct sf *sf, struct people *people);
/* After the last answers of Slack and Salesforce have come, and before people_free. */
void calls_free(struct calls *calls);
/* The call stays the caller's. A kind that is not in the table is answered with BUG. */
void calls_make(struct calls *calls, const struct flow_call *call, calls_fn *fn, void *arg);

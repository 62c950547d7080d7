/*
 * app/report.h - how the service is, for machines: the body of /readyz and of /metrics.
 */
#pragma once

#include <stdbool.h>

#include "bot/app/dispatch.h"
#include "bot/app/pulse.h"
#include "bot/base/buf.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/store.h"
#include "salesforce/salesforce.h"

/* Whom to ask; all borrowed. */
struct report {
	struct loop *loop;
	struct slack *slack;
	struct sf *sf;
	struct store *store;
	struct dispatch *dispatch;
	struct pulse *pulse;
	bool draining;
};

/* {"ready","slack":{"ready","trouble","connections","ghost_connections","ghosts_until"},"salesforce":{..},"store":{..}}; true: ready.
 */
bool report_ready(const struct report *report, struct buf *body);
void report_metrics(const struct report *report, struct buf *body);

/*
 * app/outbox_pump.h - carries outbox rows to Slack, in order per conversation and within its limits.
 *
 * A row is claimed (and so marked `sending`) in one transaction, delivered, and
 * its outcome written in another. Between the two only memory knows of it: after
 * a crash the row is found `sending` and is looked up before it is sent again.
 */
#pragma once

#include <stdint.h>

#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/store.h"
#include "commands/door.h"

struct outbox_pump;

struct outbox_pump_options {
	struct loop *loop;
	struct store *store;
	struct slack *slack;
	struct commands *commands;
	double posts_per_second; /* new messages per conversation */
	/* A job of ours has been committed that may have moved a repair. */
	void (*committed)(void *arg);
	void *arg;
};

struct outbox_pump *outbox_pump_new(const struct outbox_pump_options *options);
/* After the last answer of Slack and the last job (store_close) have come. */
void outbox_pump_free(struct outbox_pump *pump);
/* Rows may wait. Cheap: many calls in one turn of the loop are one look. */
void outbox_pump_kick(struct outbox_pump *pump);
/* Claims no more; what is on its way arrives. */
void outbox_pump_stop(struct outbox_pump *pump);
/* Rows on their way. */
unsigned outbox_pump_busy(const struct outbox_pump *pump);
/* Rows that were waiting at the last look. */
int64_t outbox_pump_waiting(const struct outbox_pump *pump);

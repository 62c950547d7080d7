/*
 * app/scheduler.h - wakes repairs whose time has come, and carries their calls and answers.
 *
 * Nothing is remembered here that matters: a repair whose call is in hand is
 * left alone, and one that nobody has in hand is simply due again. So a crash, a
 * failed commit or a lost answer all end the same way: it is woken and looks.
 */
#pragma once

#include <stdbool.h>

#include "bot/app/calls.h"
#include "bot/loop/loop.h"
#include "bot/store/store.h"
#include "commands/door.h"

struct scheduler;

struct scheduler_options {
	struct loop *loop;
	struct store *store;
	struct calls *calls;
	struct commands *commands;
	int running_max; /* repairs in hand at once */
	/* An answer has come and is about to be written down. */
	void (*answered)(void *arg);
	/* A job of ours has been committed: messages may wait. */
	void (*committed)(void *arg);
	void *arg;
};

struct scheduler *scheduler_new(const struct scheduler_options *options);
/* After the last answers and the last job (store_close) have come. */
void scheduler_free(struct scheduler *scheduler);
/* Something may have become due. */
void scheduler_poke(struct scheduler *scheduler);
void scheduler_set_max(struct scheduler *scheduler, int running_max);
/* No new wake and no next call; calls in flight still bring their answers. */
void scheduler_stop(struct scheduler *scheduler);
/* Repairs in hand. */
unsigned scheduler_busy(const struct scheduler *scheduler);

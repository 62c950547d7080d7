/*
 * app/pulse.h - feels the store's pulse: what it holds, and whether it still answers.
 *
 * Scrapes and probes get the newest known figures at once; nobody waits for the
 * database. A small write now and then finds a full disk before a person does;
 * what came of it is in store_get_figures.
 */
#pragma once

#include <stdint.h>

#include "bot/flow/request.h"
#include "bot/loop/loop.h"
#include "bot/store/store.h"
#include "commands/eac/pause.h"

struct pulse;

struct pulse_figures {
	int64_t repairs[STATE_COUNT];
	int64_t outbox_pending;
	struct pause pause;
	bool known;        /* the store has answered once */
	int64_t silent_ms; /* since the store's thread last answered anything of ours */
};

struct pulse *pulse_new(struct loop *loop, struct store *store);
/* After store_close. */
void pulse_free(struct pulse *pulse);
void pulse_stop(struct pulse *pulse);
void pulse_get_figures(const struct pulse *pulse, struct pulse_figures *ret);

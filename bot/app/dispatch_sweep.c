/*
 * app/dispatch_sweep.c - deeds that an earlier run, or a failed commit, left undone: taken up now and then.
 */
#include "bot/app/dispatch_private.h"

#include <stdlib.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/inbox.h"

enum {
	SWEEP_EVERY_MS = 60 * 1000,
	PENDING_MAX = 64,
	KEEP_MS = 24 * 60 * 60 * 1000, /* replays were seen six minutes later; a day is cheap */
};

struct sweep {
	struct dispatch *dispatch;
	int64_t ids[PENDING_MAX];
	size_t count;
};

static enum errc load_job(struct tx *tx, void *arg)
{
	struct visit *visit = arg;
	AUTO_INBOX struct inbox_row row = {0};
	enum errc rc = inbox_get(tx, visit->inbox, &row);

	if (rc != OK)
		return rc;
	if (row.done)
		return ERR_ALREADY;
	visit->body = json_incref(row.body);
	return OK;
}

static void on_loaded(void *arg, enum errc code)
{
	struct visit *visit = arg;

	if (code == OK && json_is_object(visit->body) && !visit->dispatch->stopped)
		visit_ask_afresh(visit);
	else
		visit_free(visit);
}

static bool is_under_way(const struct dispatch *dispatch, int64_t inbox)
{
	for (const struct visit *v = dispatch->visits; v != NULL; v = v->next)
		if (v->inbox == inbox)
			return true;
	return false;
}

static enum errc sweep_job(struct tx *tx, void *arg)
{
	struct sweep *sweep = arg;
	enum errc rc = inbox_pending(tx, 0, sweep->ids, PENDING_MAX, &sweep->count);
	return rc == OK ? inbox_purge(tx, clock_wall_ms() - KEEP_MS) : rc;
}

static void on_sweep(void *arg, enum errc code)
{
	struct sweep *sweep = arg;
	struct dispatch *dispatch = sweep->dispatch;

	dispatch->sweeping = false;
	for (size_t i = 0; code == OK && !dispatch->stopped && i < sweep->count; i++) {
		if (is_under_way(dispatch, sweep->ids[i]))
			continue;
		struct visit *visit = visit_new(dispatch);
		visit->inbox = sweep->ids[i];
		text_copy(visit->kind, sizeof visit->kind, "decision");
		store_submit(dispatch->options.store, load_job, on_loaded, visit);
	}
	if (!dispatch->stopped)
		loop_timer_set(dispatch->timer, SWEEP_EVERY_MS);
	free(sweep);
}

void dispatch_sweep(void *arg)
{
	struct dispatch *dispatch = arg;
	struct sweep *sweep;

	if (dispatch->stopped || dispatch->sweeping)
		return;
	sweep = mem_alloc(sizeof *sweep);
	sweep->dispatch = dispatch;
	dispatch->sweeping = true;
	store_submit(dispatch->options.store, sweep_job, on_sweep, sweep);
}

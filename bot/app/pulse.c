/*
 * app/pulse.c - feels the store's pulse: what it holds, and whether it still answers.
 */
#include "bot/app/pulse.h"

#include <stdlib.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"

enum {
	BEAT_MS = 5 * 1000,
	WRITE_EVERY_MS = 30 * 1000,
};

struct pulse {
	struct store *store;
	struct loop_timer *timer;
	struct pulse_figures figures;
	int64_t counted[STATE_COUNT]; /* the store's thread counts here; copied when it is done */
	int64_t pending;
	struct pause pause;
	bool writes;        /* this beat writes */
	int64_t written_at; /* boot time */
	int64_t answered_at;
	bool stopped;
};

static void count_state(void *arg, const char *state, int64_t count)
{
	struct pulse *pulse = arg;
	enum request_state known = state_of_word(state);

	if (known != STATE_COUNT)
		pulse->counted[known] = count;
}

static enum errc beat_job(struct tx *tx, void *arg)
{
	struct pulse *pulse = arg;
	char now[32];
	enum errc rc;

	for (int i = 0; i < STATE_COUNT; i++)
		pulse->counted[i] = 0;
	rc = request_census(tx, count_state, pulse);
	if (rc == OK)
		rc = outbox_pending(tx, &pulse->pending);
	if (rc == OK)
		rc = pause_get(tx, &pulse->pause);
	if (rc == OK && pulse->writes)
		rc = store_setting_set(tx, "pulse", clock_rfc3339(clock_wall_ms(), now));
	return rc;
}

static void on_beat(void *arg, enum errc code)
{
	struct pulse *pulse = arg;

	pulse->answered_at = clock_boot_ms();
	if (pulse->writes)
		pulse->written_at = pulse->answered_at;
	if (code == OK) {
		for (int i = 0; i < STATE_COUNT; i++)
			pulse->figures.repairs[i] = pulse->counted[i];
		pulse->figures.outbox_pending = pulse->pending;
		pulse->figures.pause = pulse->pause;
		pulse->figures.known = true;
	}
	if (!pulse->stopped)
		loop_timer_set(pulse->timer, BEAT_MS);
}

static void on_timer(void *arg)
{
	struct pulse *pulse = arg;

	pulse->writes = clock_boot_ms() - pulse->written_at >= WRITE_EVERY_MS;
	store_submit(pulse->store, beat_job, on_beat, pulse);
}

struct pulse *pulse_new(struct loop *loop, struct store *store)
{
	struct pulse *pulse = mem_alloc(sizeof *pulse);

	pulse->store = store;
	pulse->timer = loop_timer_new(loop, on_timer, pulse);
	pulse->answered_at = clock_boot_ms();
	loop_timer_set(pulse->timer, 0);
	return pulse;
}

void pulse_free(struct pulse *pulse)
{
	if (pulse == NULL)
		return;
	loop_timer_free(pulse->timer);
	free(pulse);
}

void pulse_stop(struct pulse *pulse)
{
	pulse->stopped = true;
	loop_timer_set(pulse->timer, -1);
}

void pulse_get_figures(const struct pulse *pulse, struct pulse_figures *ret)
{
	*ret = pulse->figures;
	ret->silent_ms = clock_boot_ms() - pulse->answered_at;
}

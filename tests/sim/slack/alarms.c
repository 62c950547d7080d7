/*
 * tests/sim/slack/alarms.c - a list of due times and one thread that sleeps
 * until the next of them.
 */

#include "tests/sim/slack/alarms.h"

#include <pthread.h>
#include <stdlib.h>

enum { NOTHING_DUE_MS = 60 * 60 * 1000 };

struct alarm {
	struct alarm *next; /* the later one */
	int64_t due_ms;
	alarm_fn *fn;
	json_t *arg;
};

struct alarms {
	struct slack *slack;
	struct alarm *first; /* by due time */
	pthread_t thread;
	bool running; /* the thread is started with the first alarm, when the signals are blocked already */
};

struct alarms *alarms_new(struct slack *slack)
{
	struct alarms *alarms = sim_calloc(1, sizeof(*alarms));

	alarms->slack = slack;
	return alarms;
}

static void alarm_free(struct alarm *alarm)
{
	json_decref(alarm->arg);
	free(alarm);
}

void alarms_free(struct alarms *alarms)
{
	if (alarms->running)
		pthread_join(alarms->thread, NULL);
	while (alarms->first) {
		struct alarm *next = alarms->first->next;

		alarm_free(alarms->first);
		alarms->first = next;
	}
	free(alarms);
}

static void *alarms_main(void *arg)
{
	struct alarms *alarms = arg;
	struct sim *sim = alarms->slack->sim;

	sim_lock(sim);
	while (!sim_stopping(sim)) {
		struct alarm *alarm = alarms->first;

		if (!alarm || alarm->due_ms > sim_now_ms()) {
			sim_wait(sim, alarm ? alarm->due_ms : sim_now_ms() + NOTHING_DUE_MS);
			continue;
		}
		alarms->first = alarm->next;
		alarm->fn(alarms->slack, alarm->arg);
		alarm_free(alarm);
		sim_changed(sim);
	}
	sim_unlock(sim);
	return NULL;
}

void alarm_set(struct slack *slack, int64_t in_ms, alarm_fn *fn, json_t *arg)
{
	struct alarms *alarms = slack->alarms;
	struct alarm *alarm = sim_calloc(1, sizeof(*alarm));
	struct alarm **at = &alarms->first;

	alarm->due_ms = sim_now_ms() + in_ms;
	alarm->fn = fn;
	alarm->arg = arg;
	while (*at && (*at)->due_ms <= alarm->due_ms)
		at = &(*at)->next;
	alarm->next = *at;
	*at = alarm;
	if (!alarms->running && pthread_create(&alarms->thread, NULL, alarms_main, alarms) != 0)
		abort();
	alarms->running = true;
	sim_changed(slack->sim);
}

/*
 * simulation/sights.h - the buttons that can be seen in Slack.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct sight {
	const json_t *channel, *message; /* borrowed from the fake */
	char action[40], value[80];
};

enum { SIGHTS_MAX = 2000 };

struct sights {
	struct sight all[SIGHTS_MAX];
	size_t count;
};

/* Those of the newest `back` messages of each conversation that are not deleted; 0: of all messages. */
void sights_look(struct sights *sights, size_t back);

/*
 * simulation/people.h - those who type, click and answer, all week long.
 */
#pragma once

#include <stdbool.h>

void people_begin(void);
/* Nobody begins anything new; what is asked of people is still done. */
void people_wind_down(void);
/* Everybody goes home. */
void people_leave(void);
/* Slack sends an envelope of the last hours once more. */
void people_redeliver(bool in_new_envelope);

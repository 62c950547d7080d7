/*
 * simulation/judge.h - what must hold, looked at all the time and once more after a quiet hour.
 *
 * Whatever does not hold ends the run with its story (world_fail).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/simulation/weather.h"

void judge_begin(const char *plant); /* the bug that the simulation itself makes, or NULL */
bool judge_plants(const char *plant);
/* After each event; looks at what is due to be looked at. */
void judge_watch(void);
/* After the quiet hour. */
void judge_end(void);
/* Figures of the run, for one line. */
void judge_tell(void);

/* --- what the others report --- */
void judge_violation(const char *who, const char *sentence);
void judge_request(enum place place, const char *kind, const char *body);
void judge_wires(void);                                         /* one more was dialled */
void judge_socket(int socket);                                  /* one more stands */
void judge_delivered(int socket, const char *text, size_t len); /* a text has reached the program */
void judge_says(int socket, const char *text, size_t len);      /* the program sends a text */
/* A person did something; `result` is the fake's answer ({envelope_id, state}); borrowed. `mark`: a word that must
 * appear in one repair at most, or NULL. */
void judge_deed(const char *user, const char *what, const json_t *result, const char *mark);

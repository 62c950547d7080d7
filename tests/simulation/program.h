/*
 * simulation/program.h - one life of eacbot after the other, on one store.
 *
 * A life is app_run() from its beginning to its end, which is a SIGTERM, a
 * kill -9 or the end of the week. After a kill the program's objects are taken
 * apart as after any end, but cut off from everything: no packet leaves, no job
 * reaches the store. So nothing leaks, and nothing is smoothed over.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* The folder that takes configuration, secrets and the store. */
void program_begin(const char *folder);
/* Removes the folder. */
void program_end(void);
/* Lives until it dies; returns its exit code. */
int program_live(void);
/* Its number, counted from 1; what was sent for an earlier life never arrives. */
unsigned program_life(void);
/* How long this life has lasted. */
int64_t program_age_ms(void);
/* From inside an event. */
void program_kill(void);
void program_signal(int signal_number);
/* No life begins any more, and this one ends as by a kill. */
void program_end_of_week(void);
bool program_week_is_over(void);
bool program_is_up(void);   /* between its beginning and its death */
bool program_is_over(void); /* dead, or at the end of the week */

/* For loop.c: the loop of this life. */
void program_has_loop(struct loop *loop);
/* loop.c: as if that signal had come. */
void loop_play_signal(struct loop *loop, int signal_number);

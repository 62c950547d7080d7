/*
 * interleavings/program.h - the program's own part of a run: inbox, engine, calls and outbox, one move at a time.
 *
 * What bot/app does with a loop, threads and sockets is done here by single moves in a random order: write a deed down
 * and acknowledge it, ask Slack afresh, wake what is due, make a call, bring its answer, take messages out, send one,
 * note that it was sent. Between any two of them, and in every transaction before and after its commit, the process may
 * die; what it had in memory is gone then.
 */
#pragma once

#include "tests/interleavings/play.h"

/* A deed arrives. Takes act->view. False: it was not acknowledged. */
bool program_take(struct play *play, struct act *act);
/* Makes one move of those that are possible; false: there is nothing to do at this moment. */
bool program_move(struct play *play);
void program_kill(struct play *play);
/* Frees what is under way. */
void program_end(struct play *play);
/* Moves until there is nothing to do. */
void program_settle(struct play *play);
/* Runs a transaction; `act` and `truth` as in judge_committed. False: it was undone (see play->program.killed). */
bool program_job(struct play *play, store_fn *fn, void *arg, const struct act *act, const struct standing *truth);

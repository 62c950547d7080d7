/*
 * demo/tell.h - a terminal that shows what people see in Slack, and what changes in Salesforce.
 *
 * It reads the feed of the fake Slack and the holdings of the fake org, and prints what is new: the channel at the
 * left, threads indented, direct messages and private answers under the name of who sees them.
 */
#pragma once

#include "tests/stage/stage.h"

struct teller;

/* `user` is whose holdings are watched. Colours when stdout is a terminal, unless NO_COLOR is set. */
struct teller *teller_new(struct stage *stage, const char *user);
void teller_free(struct teller *teller);

/* Prints what is new; waits for it at most `wait_ms`. */
void teller_catch_up(struct teller *teller, int wait_ms);
/* Tells until that is to be seen; then waits a moment for what belongs to it. Fails the stage after 20 s. */
void teller_until(struct teller *teller, const struct sight *sight);
#define TELL_UNTIL(teller, ...) teller_until(teller, &(struct sight){__VA_ARGS__})

void teller_heading(struct teller *teller, const char *text);
/* A line of somebody's doing outside of Slack. */
void teller_aside(struct teller *teller, const char *text);

/*
 * commands/person.h - the affected user's buttons and the "Not now" dialog.
 */
#pragma once

#include "commands/command.h"

/* "I need help": the requester is called, and the user told who comes. */
enum errc person_help(struct asked *asked) MUST_CHECK;
/* "Not now": the dialog that asks until when; its submission. */
enum errc person_open_later(struct asked *asked) MUST_CHECK;
enum errc person_submit_later(struct asked *asked) MUST_CHECK;
/* The same, typed: when that day ("2026-12-01") begins for the person; -1 when it is none, past or too far away. */
int64_t person_until(const struct asked *asked, const char *day);
enum errc person_later(struct asked *asked, int64_t until) MUST_CHECK;
/* What is wrong with the day that was picked, as an error in the dialog; NULL: nothing. The caller owns it. */
json_t *person_later_mistake(const struct asked *asked);

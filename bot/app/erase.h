/*
 * app/erase.h - `eacbot erase PERSON`: what the store knows of a person is forgotten, also while the service runs.
 *
 * Gone are the words of the audit trail about or by them, and names, reasons
 * and details of their closed repairs; lines, states and times stay. While a
 * repair of theirs is open nothing is erased. The trail tells that it was done,
 * with a salted digest of the name.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

/* A Slack id, a Salesforce id, or a name with an @: what PERSON may be. */
bool erase_is_person(const char *word);
/*
 * Tells on `out` what is to go, and with `yes` lets it go; troubles go to stderr. The program's exit code: 0, or 1
 * when a repair of theirs is open or the store can't be read or written.
 */
int erase_person(const struct config *config, const char *person, bool yes, FILE *out);

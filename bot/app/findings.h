/*
 * app/findings.h - what `doctor` found: checks, whether they are well, and what to do where not.
 */
#pragma once

#include <stdio.h>

#include "bot/base/err.h"

struct findings;

enum finding_state { FINDING_OK, FINDING_WARNING, FINDING_FAILED };

struct findings *findings_new(void);
void findings_free(struct findings *findings);
/* `check` is a short constant ("slack-bot-token"); `fix` says what to do and is NULL where it is well. */
void findings_add(struct findings *findings, enum finding_state state, const char *check, const char *fix,
                  const char *format, ...) PRINTF_LIKE(5, 6);
/* The worst of all so far. */
enum finding_state findings_worst(const struct findings *findings);
/* An array of {check, state, detail, fix}, or a line each and a summary. */
void findings_print(const struct findings *findings, bool json, FILE *out);

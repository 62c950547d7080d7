/*
 * app/operator.h - who sits at the command line, for the audit trail.
 */
#pragma once

#include "bot/store/audit.h"
#include "config/config.h"

/* Fills actor (the system's user; under sudo whoever called it), via, at and action; the rest is zeroed. */
void operator_line(struct audit_row *ret, const char *action);
/* The store for writing while the service may have it open: short transactions only. */
enum errc operator_store(struct store **ret, const struct config *config, struct err *reterr) MUST_CHECK;

/*
 * config/value.h - one key's value in struct config: set from the file, compared, freed.
 */
#pragma once

#include "config/config_keys.h"
#include "config/document.h"
#include "config/report.h"

/* Sets the key's member to its default; "" where it has none, so that no string member is ever NULL. */
void config_value_default(struct config *config, const struct config_key *key);
/* Sets it to what the file says; mistakes go to the report, and then setting->bad is set. */
void config_value_set(struct config *config, const struct config_key *key, struct config_setting *setting,
                      struct config_report *report);
void config_value_free(struct config *config, const struct config_key *key);
/* Do the two hold the same? Not for secrets (false). */
bool config_value_same(const struct config *a, const struct config *b, const struct config_key *key);

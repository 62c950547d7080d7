/*
 * config/checks.h - what several keys mean together, and whether that can work.
 */
#pragma once

#include "config/document.h"

/* Every value was read. Mistakes for what can't work, warnings for what is probably not meant. */
void config_checks(const struct config *config, const struct config_document *document, struct config_report *report);

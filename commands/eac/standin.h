/*
 * commands/eac/standin.h - delegations, as far as they matter to one repair.
 *
 * A stand-in is asked beside the approver who is away, and decides by their own
 * right and with their one vote. An absent person who may not decide this repair
 * is stood in for by nobody, and somebody who may not stands in for nobody.
 */
#pragma once

#include <jansson.h>

#include "bot/flow/flow.h"

/*
 * [{"from","to","until"}] of those that stand now, at most ten, or of the one stand-in `to` (NULL: all). The caller
 * owns it, also on failure.
 */
enum errc standins_here(struct flow *flow, const char *to, json_t **ret) MUST_CHECK;

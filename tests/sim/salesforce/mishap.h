/*
 * mishap.h - faults that only Salesforce has: the "do" of a rule (tests/sim/README.md says how rules match).
 *
 * The rule's "on", a text in the url of a part, makes it hit that part of a composite instead of the whole request.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* The reply that a rule without "on" puts in place of the whole request; status 0: none. */
struct reply mishap_whole(const json_t *fault);
/* The reply that a rule with "on" puts in place of this part; status 0: none. */
struct reply mishap_part(const json_t *fault, const char *method, const char *target);
/* Is this what the rule does? ("session_expired") */
bool mishap_is(const json_t *fault, const char *name);
/* The maintenance page that comes instead of JSON. */
const char *mishap_page(void);

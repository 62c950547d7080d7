/*
 * mishap.h - faults that only Salesforce has: the "do" of a rule (tests/sim/README.md says how rules match).
 *
 * The rule's "on", a text in the url of a part, makes it hit that part of a composite instead of the whole request.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* The reply that a rule without "on" puts in place of the whole request; status 0: none. */
struct reply mishap_whole(const json_t *fault);
/* The reply that a rule with "on" puts in place of this part; status 0: none. An act of the rule is done first. */
struct reply mishap_part(struct service *service, const json_t *fault, const char *method, const char *target);
/* Does what a rule without "on" says happens before this request: somebody else's deed. */
void mishap_act(struct service *service, const json_t *fault);
/* Is this what the rule does? ("session_expired") */
bool mishap_is(const json_t *fault, const char *name);
/* The page of a gateway that the rule puts in place of every answer; false: none. */
bool mishap_page(const json_t *fault, struct sim_answer *ans);

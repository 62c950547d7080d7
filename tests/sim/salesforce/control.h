/*
 * control.h - /_sim/...: what tests and the demo do to the org behind the client's back, and what they look at.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* Does what the path stands for; status 0: there is no such path. */
struct reply control_do(struct service *service, const char *path, json_t *input);
/* False: there is no such path. */
bool control_handle(struct service *service, const struct sim_request *req, struct sim_answer *ans);

/*
 * control.h - /_sim/...: what tests and the demo do to the org behind the client's back, and what they look at.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* False: there is no such path. */
bool control_handle(struct service *service, const struct sim_request *req, struct sim_answer *ans);

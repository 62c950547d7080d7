/*
 * front.h - from an HTTP request to the part that answers it.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

void front_handle(struct service *service, const struct sim_request *req, struct sim_answer *ans);

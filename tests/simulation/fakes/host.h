/*
 * simulation/fakes/host.h - a fake without a server: what its parts in this folder share.
 */
#pragma once

#include "tests/sim/sim_private.h"
#include "tests/simulation/fake.h"

int host_port(void); /* of URLs that nobody dials */
/* Whom the fake tells. */
const struct fake_host *host_of(struct sim *sim);
struct fake_answer host_ask(struct sim *sim, const struct fake_request *request);
/* `body` is stolen. */
json_t *host_order(struct sim *sim, const char *path, json_t *body);

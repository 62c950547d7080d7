/*
 * oauth.h - /services/oauth2/token and /services/oauth2/revoke.
 *
 * Who may log in stands in the state file: client_id, client_secret, preauthorized (usernames), run_as, audience (a
 * list), public_key_file.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

void oauth_token(struct service *service, const struct sim_request *req, struct sim_answer *ans);
void oauth_revoke(struct service *service, const struct sim_request *req, struct sim_answer *ans);
/* /id/ORG/USER: who the bearer of a token is. */
void oauth_identity(struct service *service, const char *user_id, struct sim_answer *ans);

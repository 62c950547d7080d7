/*
 * deeds.h - what people do in Salesforce while a repair runs, and what tests do to the org.
 *
 * Each returns something worth showing (a new reference), or NULL.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* Personal Settings > Connected Accounts > Disconnect. {"stale": true}: the status still says ACTIVE, as it may for
 * hours. */
json_t *deed_disconnect(struct org *org, json_t *user, const json_t *input);
/* Connect and consent: a new token of SalesforceIQ, a new mailbox link, status ACTIVE. {"token": false}, {"link":
 * false},
 * {"status": "PROCESSING"}, {"mailbox": "other@example.com"} vary it. */
json_t *deed_connect(struct org *org, json_t *user, const json_t *input);
/* A mail from the Lightning composer; {"source": "Einstein Activity Capture"}: one that was captured. */
json_t *deed_send_mail(struct org *org, json_t *user, const json_t *input);
/* The admin revokes the mailbox links on the user's page; {"all": true}: the login links too. */
json_t *deed_remove_links(struct org *org, json_t *user, const json_t *input);
/* {"rights": [...]} sets them, {"add": [...]} and {"remove": [...]} change them. */
json_t *deed_rights(struct org *org, json_t *user, json_t *input);
/* So many seats of a licence are free from now on. */
json_t *deed_seats(struct org *org, json_t *license, json_int_t left);
/* All rows whose fields have these values ("=jane@example.com" works); a new list. No `where`: all of them. */
json_t *deed_find(struct org *org, const struct object *object, json_t *where);
/* Puts another org in the place of the service's. */
void deed_swap_org(struct service *service, struct org *fresh);

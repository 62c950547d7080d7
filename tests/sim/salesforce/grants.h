/*
 * grants.h - who holds which licences and sets, and what depends on what; no clients here.
 *
 * A permission set may be tied to a licence (LicenseId): then the licence comes and goes with it. A set that is tied to
 * none may still need one, for its permissions must be covered.
 */
#pragma once

#include "tests/sim/salesforce/org.h"

enum grant_result { GRANT_DONE, GRANT_HELD_ALREADY, GRANT_NO_SEAT, GRANT_DISABLED };

json_t *grants_assignment(struct org *org, const char *user_id, const char *set_id);
json_t *grants_license_assignment(struct org *org, const char *user_id, const char *license_id);
/* The licence that a set is tied to, or NULL (a user licence is none of these). */
const char *grants_tied_license(struct org *org, const json_t *set);
/* The permission of `set` that no licence of the user covers, in the words of Setup; NULL: all are. */
const char *grants_uncovered(struct org *org, const char *user_id, const json_t *set);
/* A set or group of this user that needs the licence; NULL: none. */
const char *grants_needed_by(struct org *org, const char *user_id, const char *license_id);

/* Could the licence be given? GRANT_DONE means yes. */
enum grant_result grants_may_give(struct org *org, const char *user_id, const char *license_id);
enum grant_result grants_give_license(struct org *org, const char *user_id, const char *license_id);
/* Takes the licence unless something needs it. The freed seat may be stolen (switch steal_seats). */
void grants_release_license(struct org *org, const char *user_id, const char *license_id);
/* Somebody gave a seat of this licence back. */
void grants_seat_freed(struct org *org, const char *license_id);
/* What user access policies and provisioning scripts do: assigns the set with its licence, unless it is there. */
void grants_by_automation(struct org *org, const char *user_id, const char *set_id);
/* A line of SetupAuditTrail. */
void grants_audit(struct org *org, const char *action, const char *section, const char *by_id, const char *user_id,
                  const char *what);

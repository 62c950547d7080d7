/*
 * commands/eac/diagnose.h - from what was read to what may be done. Pure.
 *
 * Identifies by permission flags and the allow-list, never by labels. Decides
 * what a repair would remove, what stays and why, what forbids a repair
 * (INTERFACE of the bot: the reasons of a refusal) and what only has to be said.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

struct diagnosis {
	char reason[24]; /* "" or why a repair is refused: "frozen", "nothing_assigned", ... */
	char text[900];  /* mrkdwn: the refusal, with what to do */
	json_t *
	    plan; /* {"sets":[{set,name,label,licence,expires}],"licences":[{licence,name,label}],"kept":[{name,label,why}],"code"}
	           */
	json_t *warnings; /* array of mrkdwn sentences */
	bool org_level;   /* the org, not the user, is broken: "anyway" goes on */
};
void diagnosis_done(struct diagnosis *d);

/*
 * found: answer of find; look: answer of look with the login part; owed: what an earlier repair still owes, or NULL.
 * Rows of the look are told in salesforce/salesforce.h.
 */
void diagnose(struct diagnosis *ret, const struct config *config, const json_t *found, const json_t *look,
              const json_t *owed, int64_t now);

/* A missing right of the bot's own user, by name ("Manage Users"); NULL when none is known to be missing. */
const char *diagnose_missing_right(const json_t *found);
/* Is it one of access.protected_users? (username, e-mail or id) */
bool diagnose_is_protected(const struct config *config, const json_t *user);

/* What of the plan or of 1.3-1.6 is (still, or again) there. Arrays of borrowed rows; the caller frees the array. */
json_t *diagnose_links(const json_t *look); /* mailbox links, never login links; NULL: unreadable */
json_t *diagnose_tokens(const struct config *config, const json_t *look);   /* of the listed apps; NULL: unreadable */
json_t *diagnose_sessions(const struct config *config, const json_t *look); /* of the add-ins; NULL: unreadable */
json_t *diagnose_sets(const json_t *plan, const json_t *look);     /* assignments of the plan's sets that are held */
json_t *diagnose_licences(const json_t *plan, const json_t *look); /* licence assignments of the plan that are held */
/* The plan by this look; what `before` holds and the look no longer shows stays in it. The caller owns it. */
json_t *diagnose_plan(const struct config *config, const json_t *look, const json_t *before);
/* Eight hex digits over what the plan would change. */
void diagnose_code(const json_t *target, const json_t *plan, char out[static 9]);

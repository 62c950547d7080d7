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
	char reason[24];  /* "" or why a repair is refused: "frozen", "nothing_assigned", ... */
	json_t *text;     /* the refusal, with what to do; sentences are values of the catalogue */
	json_t *plan;     /* as diagnose_plan */
	json_t *warnings; /* array of sentences */
	bool org_level;   /* the org, not the user, is broken: "anyway" goes on */
	json_t *org_text; /* ... and this is what is said then */
};
void diagnosis_done(struct diagnosis *d);

/*
 * found: answer of find; look: answer of look with the login part; owed: what an earlier repair still owes, or NULL;
 * promised: seats of licences that are owed to others ({licence id: n}), or NULL. Rows of the look are told in
 * salesforce/salesforce.h.
 */
void diagnose(struct diagnosis *ret, const struct config *config, const json_t *found, const json_t *look,
              const json_t *owed, const json_t *promised, int64_t now);

/* A missing right of the bot's own user, by name ("Manage Users"); NULL when none is known to be missing. */
const char *diagnose_missing_right(const json_t *found);
/* Is it one of access.protected_users? (username, e-mail or id) */
bool diagnose_is_protected(const struct config *config, const json_t *user);

/* An assignment made directly, not through a profile or a group: the only kind that may be touched. */
bool diagnose_is_direct(const json_t *row);
/* What of the plan or of 1.3-1.6 is (still, or again) there. Arrays of borrowed rows; the caller frees the array. */
json_t *diagnose_links(const json_t *look); /* mailbox links, never login links; NULL: unreadable */
json_t *diagnose_tokens(const struct config *config, const json_t *look);   /* of the listed apps; NULL: unreadable */
json_t *diagnose_sessions(const struct config *config, const json_t *look); /* of the add-ins; NULL: unreadable */
json_t *diagnose_sets(const json_t *plan, const json_t *look);     /* assignments of the plan's sets that are held */
json_t *diagnose_licences(const json_t *plan, const json_t *look); /* licence assignments of the plan that are held */
/*
 * The plan by this look: {"sets":[{set,name,label,licence,expires,gone}],"licences":[{licence,name,label,gone}],
 * "kept":[{licence,name,label,why: a sentence}],"sources":[{kind,label}],"code"}. What `before` planned stays in it; "gone" where
 * the look no longer shows it though it is not in `removed`, what the bot took itself (NULL: nothing): then somebody
 * else took it. Sources are where else the permission comes from: an unlisted set, a profile, a group. The caller owns
 * it.
 */
json_t *diagnose_plan(const struct config *config, const json_t *look, const json_t *before, const json_t *removed);
/*
 * Why something of the plan that is held may not go, by the settings as they are now: a sentence, which the caller owns;
 * NULL: it may. sets_known: the sets that the org had when the repair began, as `find` tells them, or NULL: none is
 * judged.
 */
json_t *diagnose_forbidden(const struct config *config, const json_t *sets_known, const json_t *plan,
                           const json_t *look);
/* The debt before a removal: `removed` (or NULL) with what of the plan this look shows. The caller owns it. */
json_t *diagnose_debt(const json_t *plan, const json_t *look, const json_t *removed);
/*
 * Why these held licences could not be given back after their removal: a sentence, which the caller owns; NULL: they
 * could. `promised`: seats owed to others ({licence id: n}); until: when it has to be given back at the latest.
 */
json_t *diagnose_seats_missing(const json_t *plan, const json_t *look, const json_t *promised, int64_t until);
/* Eight hex digits over what the plan would change. */
void diagnose_code(const json_t *target, const json_t *plan, char out[static 9]);

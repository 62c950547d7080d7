/*
 * interleavings/org.h - Salesforce as the program's calls see it: users, what they hold, seats; and what was done to it.
 *
 * A write whose outcome the program can't know marks its user as unclear until the program looks; a write to an unclear
 * user is a mistake, and so is one that touches what nobody may touch.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "tests/interleavings/dice.h"

enum { USERS = 3, SETS = 2, HELD_MAX = 8 };
enum holding { HOLD_NOTHING, HOLD_SET, HOLD_LICENCE, HOLD_TOKEN, HOLD_LINK, HOLD_SESSION };

struct held {
	enum holding kind;
	char id[24];
	int what;     /* HOLD_SET: which one */
	bool foreign; /* not ours to touch: a group's set, a login link, another app's token or session */
	int64_t made;
};

struct sf_user {
	const char *id, *email, *name;
	bool active, frozen;
	struct held held[HELD_MAX * 2];
	bool connected, mailed;
	bool unclear;     /* a write's outcome is not known to the program */
	bool taken[SETS]; /* by the program, and not back */
};

struct org {
	struct sf_user users[USERS];
	bool auto_unassign; /* the licence goes and comes with its set */
	bool links_fixed;   /* only a person can remove links */
	int seats;          /* that are free */
	int regrants;       /* so often something assigns a removed set anew */
	int made;           /* ids */
	bool list_second;   /* the second set is on the allow-list */
};

void org_begin(struct org *org, struct dice *dice, int64_t now);
/* The user behind an id, an e-mail address; NULL. */
struct sf_user *org_user(struct org *org, const char *id_or_email);
struct held *org_give(struct org *org, struct sf_user *user, enum holding kind, int what, int64_t now);
bool org_holds(const struct sf_user *user, enum holding kind, int what);
/* Is it a call that changes something? */
bool org_is_write(const char *kind);
/*
 * Makes the call: NULL when there is no such thing (NOT_FOUND). *ret_mistake is a sentence where it should never have
 * been made, else NULL. The caller owns the answer.
 */
json_t *org_call(struct org *org, const char *kind, const json_t *args, int64_t now, const char **ret_mistake);
/* Whom a write is about; NULL. */
struct sf_user *org_whom(struct org *org, const char *kind, const json_t *args);
const char *org_set_id(int what);
/* Something happens there by itself, or by another hand. Says what, for the story. */
const char *org_happens(struct org *org, struct dice *dice, int64_t now);

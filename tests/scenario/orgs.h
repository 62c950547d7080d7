/*
 * scenario/orgs.h - an org that is out of the ordinary: rows of the fake Salesforce, and what was asked of it.
 *
 * In rows "=jane@example.com" names a record and "-3d" a time (tests/sim/salesforce/README.md). json_t that is handed in
 * is taken.
 */
#pragma once

#include "tests/stage/stage.h"

#define INBOX_SET     "InboxWithEinsteinActivityCapture"
#define INBOX_LICENCE "InboxPsl"
#define BOT           "eacbot@example.com"

/* A whole row, and what comes of it by itself: nothing. */
void org_insert(struct stage *stage, const char *object, json_t *row);
/* Changes all rows that fit. */
void org_patch(struct stage *stage, const char *object, json_t *where, json_t *set);
void org_delete(struct stage *stage, const char *object, json_t *where);
void org_switch(struct stage *stage, const char *name, json_t *value);
/* A member of the state file: may_touch, may_remove, ... */
void org_setup(struct stage *stage, const char *name, json_t *value);
void org_take_right(struct stage *stage, const char *right);
void org_give_right(struct stage *stage, const char *right);
/* So many seats are left. */
void org_seats(struct stage *stage, const char *licence, int left);

/* A user who holds what Jane holds of Inbox: set, licence, token, mailbox link, status. Repairs may touch them. */
void org_add_user(struct stage *stage, const char *username, const char *email, const char *name);
/* So many people of no importance whose connection stands like that. */
void org_add_crowd(struct stage *stage, int count, const char *status);

/* Rows of the object whose member says that (any case; NULL: all). */
int org_count(struct stage *stage, const char *object, const char *member, const char *value);
/* What the user holds: do the members, as words in one line ("Application,Outlook Integration"), say that? */
void check_holdings(struct stage *stage, const char *user, const char *member, const char *words);

/*
 * Requests of that method whose path or URL contains the text, those inside of composites counted one by one.
 */
int asked_for(struct stage *stage, const char *method, const char *contains);
/* Calls it for each composite that came in, parsed. */
void each_composite(struct stage *stage, void (*look)(struct stage *stage, const json_t *composite));

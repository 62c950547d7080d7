/*
 * commands/home.h - what is shown beside messages: a dialog before it is known what it says, and the Home tab.
 *
 * Slack's trigger opens a dialog within three seconds and once. What the dialog
 * says may take longer to be known, so the app opens a waiting view with it, and
 * fills that. The functions here but commands_home are pure: any thread may call them.
 */
#pragma once

#include <jansson.h>

#include "bot/base/buf.h"
#include "bot/base/language.h"
#include "commands/door.h"

/* --- dialogs --- */

enum dialog_need {
	DIALOG_NONE,
	DIALOG_MAYBE, /* a button of a card: mostly known at once what it opens */
	DIALOG_SURE,  /* whoever named nobody is asked whom */
};
/* Does this deed open a dialog, unless something stands against it? Needs door, text and action only. */
enum dialog_need commands_dialog_need(const struct deed *deed);
/* "One moment …". The caller owns it. */
json_t *commands_waiting_view(enum language language);
/* An answer ({"text","blocks"}, borrowed) in place of the dialog. The caller owns it. */
json_t *commands_words_view(enum language language, const json_t *answer);
/* Slack did not show the dialog: what to do instead. `command` is slack.command. */
void commands_no_dialog(struct buf *b, enum language language, const struct deed *deed, const char *command);

/* --- the Home tab --- */

/* How the service is, as far as it concerns people. */
struct home_health {
	bool salesforce;      /* Salesforce lets us in */
	bool quota_spent;     /* the allowance of API calls is used up */
	char missing[200];    /* rights that our user lacks in Salesforce; "" */
	int64_t ghosts_until; /* clicks may get lost until then (wall ms); 0: no */
};
/*
 * What the Home tab shows this person: how the service is, what waits for them, their repairs; in their language. Reads
 * a bounded number of rows, however many repairs are open. On the store's thread. The caller owns *ret.
 */
enum errc commands_home(struct commands *commands, struct tx *tx, const struct person *person,
                        const struct home_health *health, int64_t now, json_t **ret) MUST_CHECK;

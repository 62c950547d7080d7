/*
 * commands/door.h - what a person does, whatever door it comes through.
 *
 * A slash command, a button, a dialog, a mention in a thread, a word in a
 * direct message: each becomes one `deed`, handled by commands_handle inside
 * the transaction that also records it. Private answers that come after the
 * acknowledgement are rows in the outbox.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/base/language.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"

/* Somebody in Slack, as far as known. */
struct person {
	char id[24];
	char name[120];  /* display or real name: for showing, never for deciding */
	char email[200]; /* "" when hidden */
	int tz_offset_s;
	enum language language; /* by the locale of their Slack; English when it is not known */
	bool known;             /* Slack told us who that is, recently enough */
	bool deleted, bot, guest, external;
	bool requester, approver, admin; /* by the configured users and groups */
	bool groups_known; /* the copy of the groups is at most 5 minutes old (fresh: was asked just now) */
	bool fresh;        /* person and groups were asked for this deed */
};

/* The channel of the deed. */
struct place {
	bool known;
	bool member; /* the bot is in it */
	bool archived;
	bool shared; /* with another organisation */
	bool direct; /* a direct message with the bot */
};

enum door { DOOR_SLASH, DOOR_BUTTON, DOOR_DIALOG, DOOR_CLOSED_DIALOG, DOOR_MENTION, DOOR_DIRECT, DOOR_SHORTCUT };

struct deed {
	enum door door;
	int64_t now;
	const char *user;       /* Slack id; person.id is the same */
	const char *channel;    /* "" in dialogs, but in that of `repair` the channel it is for */
	const char *thread_ts;  /* "" outside threads */
	const char *message_ts; /* the message that bore the button */
	const char *text;       /* slash: after the command; mention: after the mention; direct: all */
	const char *action;     /* button: action_id */
	const char *value;      /* button: the opaque key */
	const char *subject;    /* message shortcut: who wrote the message, a Slack id; "" */
	const json_t *view;     /* dialog: the submitted view */
	const json_t
	    *picked; /* dialog of `repair`: {"U...": {"name","email"}} of those picked, where Slack has told; NULL */
	struct person person;
	struct person named; /* whom the words name (commands_names), asked for together with a fresh person; id "" */
	struct place place;
};

/* What the app does after the commit. */
struct reply {
	json_t *ack;     /* the acknowledgement's payload, or NULL */
	bool ask_afresh; /* a decision, or Slack was too slow: after the acknowledgement, ask afresh who this is and
	                    handle the same deed again */
	json_t *dialog;  /* a view to show in the dialog that the deed's trigger opens, or NULL */
	json_t *said;    /* {"text",...}: what the person was answered, by whatever way; NULL: nothing. Shown where a
	                    dialog stands open already */
	bool wake;       /* repairs may have become due */
};
void reply_done(struct reply *reply);

struct commands; /* the table and its environment: settings */
struct config;
/* config and bot_user are read at each deed and may be replaced by commands_set. The strings and the config stay the
 * caller's. */
struct commands *commands_new(const struct config *config);
void commands_free(struct commands *commands);
/* From the store's thread only (submit a job for it): new settings, or what auth.test told. */
void commands_set(struct commands *commands, const struct config *config);
void commands_set_bot(struct commands *commands, const char *bot_user, const char *bot_name);
/* Slack's address of the workspace ("https://acme.slack.com/"), for links to threads. */
void commands_set_workspace(struct commands *commands, const char *url);
void commands_set_org(struct commands *commands, const char *instance_url);
/* Slack counts connections that are not ours, until then (wall ms; 0: it does not): clicks may be lost. */
void commands_set_ghosts(struct commands *commands, int64_t until);

/* On the store's thread, inside the transaction. An error undoes everything; a refusal is OK with an ack that says why.
 */
enum errc commands_handle(struct commands *commands, struct tx *tx, const struct deed *deed,
                          struct reply *ret) MUST_CHECK;
/* Do the words name somebody who has to be known when this is handled afresh? Then *ret is the Slack id. */
bool commands_names(const struct deed *deed, char ret[static 24]);
/* A message could not be delivered for good (`error` is Slack's word). Row is still there; the app drops it afterwards.
 */
enum errc commands_undeliverable(struct commands *commands, struct tx *tx, const struct outbox_row *row,
                                 const char *error, int64_t now) MUST_CHECK;
/* The parent message as it should stand goes into the outbox again. */
enum errc commands_parent(struct commands *commands, struct tx *tx, int64_t request, int64_t now) MUST_CHECK;
/*
 * The slots of the messages of a repair that bear live buttons: [{"slot","conversation"}], borrowed from the row;
 * conversation is "" for the thread and "@U..." for direct messages.
 */
const json_t *commands_cards(const struct request_row *row);
/* The same for such a message. NOT_FOUND: its buttons are live no longer. */
enum errc commands_card(struct commands *commands, struct tx *tx, int64_t request, const char *slot,
                        int64_t now) MUST_CHECK;
/* What is left of a message of this repair whose buttons live no longer, in the language of who reads it. */
const char *commands_card_over(const struct commands *commands, const struct request_row *row, bool direct);
/* The runbook over these settings; valid as long as `commands`. */
const struct runbook *commands_runbook(const struct commands *commands);

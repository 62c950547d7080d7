/*
 * commands/command.h - what a command is: a row of the table and a function.
 *
 * May I (access.c), read it (words.c) and do it (the function) are different
 * things. The same rows serve the slash command, the mention in a thread and the
 * word in a direct message; buttons and dialogs name a row for their rights.
 */
#pragma once

#include <stdbool.h>

#include "bot/flow/flow.h"
#include "commands/door.h"
#include "commands/eac/repair.h"
#include "commands/phrases/phrases.h"

enum {
	WHO_REQUESTER = 1,
	WHO_APPROVER = 2,
	WHO_ADMIN = 4,
	WHO_TARGET = 8, /* the affected user, on their own repair */
	WHO_EVERYBODY = 16,
};

/* One deed on its way through a command. */
struct asked {
	struct commands *commands;
	const struct eac_env *env;
	struct tx *tx;
	const struct deed *deed;
	struct reply *reply;
	const struct command *command;
	bool by_place;          /* the thread or the direct message named it, no typed id */
	const char *args;       /* typed text after the command's word (and after the id) */
	struct flow flow;       /* row: the repair in hand, where the command takes one */
	struct request_row row; /* id 0: none */
	struct request_actor actor;
};

enum id_need { ID_NONE, ID_OPTIONAL, ID_NEEDED };

struct command {
	const char *name;
	const char *usage; /* "approve ID" */
	enum phrase help;  /* one sentence */
	enum phrase more;  /* every word of it, with examples; slot {command} */
	unsigned who;
	enum id_need id;  /* is the first word an id? (in a thread or direct message it may be left out) */
	bool in_channels; /* only where access.channels says */
	bool decides;     /* rights are asked for afresh */
	bool hidden;      /* not in help */
	enum errc (*run)(struct asked *asked);
};

struct commands {
	struct eac_env env;
	struct runbook book;
	int64_t ghosts_until; /* wall ms; 0: none */
};

/* The table, sorted by name; NULL when there is none of that name. */
const struct command *command_find(const char *name);
extern const struct command command_table[];
extern const size_t command_count;

/* The language of the asker, for private answers and dialogs. */
enum language asked_language(const struct asked *asked);
/* Where it was asked. Slack says of no channel when a dialog is sent: the repair's dialog brings its own along, or asks. */
const char *asked_channel(const struct asked *asked);
/*
 * Answers the asker alone, in their language: with the acknowledgement where that is still possible. Takes `sentence`
 * (phrase_value).
 */
enum errc asked_say(struct asked *asked, json_t *sentence) MUST_CHECK;
/* The same, and leaves an audit line "refused", in English. */
enum errc asked_deny(struct asked *asked, json_t *sentence) MUST_CHECK;
/* The same with mrkdwn that is in the asker's language already. */
enum errc asked_answer(struct asked *asked, const char *mrkdwn) MUST_CHECK;
enum errc asked_answer_body(struct asked *asked, json_t *body) MUST_CHECK; /* takes body */
/* `mrkdwn` is in English. */
enum errc asked_refuse(struct asked *asked, const char *mrkdwn) MUST_CHECK;
/* What came of a decision on the repair in hand: saves, or tells why it does not fit the state. */
enum errc asked_settle(struct asked *asked, enum errc outcome, const char *done_mrkdwn) MUST_CHECK;

/* act.c */
enum errc command_approve(struct asked *asked);
enum errc command_reject(struct asked *asked);
enum errc command_confirm(struct asked *asked);
enum errc command_claim(struct asked *asked);
enum errc command_undo(struct asked *asked);
enum errc command_undo_button(struct asked *asked); /* the key of its decision is in the deed */
enum errc command_done(struct asked *asked);
enum errc command_retry(struct asked *asked);
enum errc command_cancel(struct asked *asked);
enum errc command_pause(struct asked *asked);
enum errc command_resume(struct asked *asked);
/* spoken.c */
enum errc command_absent(struct asked *asked);
enum errc command_call(struct asked *asked);
enum errc command_failing(struct asked *asked);
enum errc command_later(struct asked *asked);
enum errc command_present(struct asked *asked);
/* delegate.c */
enum errc command_delegate(struct asked *asked);
/* take.c */
enum errc command_take(struct asked *asked);
/* begin.c */
enum errc command_repair(struct asked *asked);
enum errc command_check(struct asked *asked);
enum errc command_repair_dialog(struct asked *asked); /* the dialog was submitted */
/* show.c */
/* One line on a repair: its id, with a link to the thread; whom it is for, the state, the step. In the asker's language. */
void show_row(struct buf *b, const struct asked *asked, const struct request_row *row);
/* The id, as a link to the thread where it is known. */
void show_id(struct buf *b, const struct asked *asked, const struct request_row *row);
enum errc command_status(struct asked *asked);
enum errc command_list(struct asked *asked);
enum errc command_history(struct asked *asked);
/* why.c, help.c */
enum errc command_why(struct asked *asked);
enum errc command_help(struct asked *asked);
/* buttons.c */
enum errc commands_button(struct asked *asked);
enum errc commands_phrase(struct asked *asked, bool *ret_taken); /* a button's label, typed in the direct message */
enum errc commands_dialog(struct asked *asked);
bool commands_button_opens_dialog(const char *action);

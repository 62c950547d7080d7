/*
 * message/message.h - messages and dialogs as values, turned into Block Kit.
 *
 * A message is built part by part and comes out as {"text":..., "blocks":[...]}
 * within Slack's limits (docs.slack.dev, Block Kit reference): too long text is
 * cut by mrkdwn_cut, never refused. `text` carries the whole meaning without the blocks.
 * Texts may be NULL or empty: then the part is left out, for Slack refuses empty text objects.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct message;

enum button_style { BUTTON_PLAIN, BUTTON_PRIMARY, BUTTON_DANGER };

struct message_button {
	const char *action; /* action_id, e.g. "eac.approve"; different within a row */
	const char *label;  /* plain text, at most 75 */
	const char *value;  /* opaque key, at most 2000; NULL: none */
	enum button_style style;
	const char *confirm; /* mrkdwn of a confirmation dialog, at most 300; NULL: none */
	const char *deny;    /* label of its way out, at most 30; NULL: "Go back" */
};

struct message *message_new(void);
void message_free(struct message *m); /* NULL is fine */
/* The plain-text alternative (mrkdwn, at most 3500 characters so that updates pass too); several calls add lines. */
void message_text(struct message *m, const char *mrkdwn);
void message_header(struct message *m, const char *plain); /* at most 150 */
/* A paragraph; longer than a section may be, it is split at line ends into several. */
void message_section(struct message *m, const char *mrkdwn);
/* Short facts in two columns; more than ten go on in a further section. */
void message_fields(struct message *m, const char *const *mrkdwn, size_t count);
void message_context(struct message *m, const char *mrkdwn);
void message_divider(struct message *m);
/* Buttons in one row; at most 25, those beyond are left out. block_id may be NULL. */
void message_buttons(struct message *m, const char *block_id, const struct message_button *buttons, size_t count);
/* The value; frees m. The caller owns it. A message without text gets the words of its blocks. */
json_t *message_take(struct message *m);
/* A message of one line: text and one section. The caller owns it. */
json_t *message_line(const char *mrkdwn);

/* Dialogs (modal views). */
struct dialog;
struct dialog_text {
	const char *block; /* block_id; errors name it */
	const char *label;
	const char *hint;        /* NULL: none */
	const char *placeholder; /* NULL: none */
	const char *initial;     /* NULL: none */
	bool optional;
	bool multiline;
	int max_length; /* 0: none said */
};
/* title and submit: at most 24 characters; submit may be NULL where there are no inputs. private_metadata: at most
 * 3000. */
struct dialog *dialog_new(const char *callback, const char *title, const char *submit, const char *private_metadata);
void dialog_free(struct dialog *d);                           /* NULL is fine */
void dialog_close_label(struct dialog *d, const char *label); /* at most 24 characters; "Cancel" unless said */
void dialog_section(struct dialog *d, const char *mrkdwn);
void dialog_text_input(struct dialog *d, const struct dialog_text *input); /* action_id is "value", as in the others */
/* initial_yyyy_mm_dd: NULL or "": none */
void dialog_date_input(struct dialog *d, const char *block, const char *label, const char *initial_yyyy_mm_dd);
/* Picks any number of people; `initial` are their ids. */
void dialog_users_input(struct dialog *d, const char *block, const char *label, bool optional,
                        const char *const *initial, size_t count);
/* One of at most ten, side by side: unlike a menu these may name channels and people. */
struct dialog_choice {
	const char *value;
	const char *mrkdwn;
};
void dialog_choice_input(struct dialog *d, const char *block, const char *label, const struct dialog_choice *choices,
                         size_t count);
/* Any channel but those that are shared with others. */
void dialog_channel_input(struct dialog *d, const char *block, const char *label);
/* The view; frees d. The caller owns it. */
json_t *dialog_take(struct dialog *d);
/* What was typed in state.values of a submitted view: text, date, choice, channel, or the first selected user; "" when empty. Borrowed.
 */
const char *dialog_value(const json_t *view, const char *block);
/* Selected users of a users input: borrowed array or NULL. */
const json_t *dialog_users(const json_t *view, const char *block);
/*
 * Acknowledgement payload that shows an error below an input: {"response_action":"errors","errors":{block:text}}.
 * Further errors go into its "errors" by block_id. The caller owns it.
 */
json_t *dialog_error(const char *block, const char *text);

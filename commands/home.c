/*
 * commands/home.c - what is shown beside messages: a dialog before it is known what it says, and the Home tab.
 */
#include "commands/eac/decide.h"
#include "commands/home.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "commands/access.h"
#include "commands/command.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/phrases/phrases.h"
#include "commands/words.h"

enum {
	ROWS_MAX = 20,  /* of each part */
	ROWS_READ = 60, /* some are not for this person */
	LINE_MAX = 2000,
	PART_MAX = 60000,
};

/* --- dialogs --- */

/* "repair" and nobody named. */
static bool names_nobody(const char *typed)
{
	char word[32];
	const char *rest = words_command(typed, word);
	struct repair_words *words;

	if (!text_eq(word, "repair"))
		return false;
	words = mem_alloc(sizeof *words);
	words_repair(rest, words);
	bool nobody = words->count == 0 && words->mistake == WORDS_FINE;
	free(words);
	return nobody;
}

enum dialog_need commands_dialog_need(const struct deed *deed)
{
	switch (deed->door) {
	case DOOR_SHORTCUT: return DIALOG_SURE;
	case DOOR_SLASH: return names_nobody(deed->text) ? DIALOG_SURE : DIALOG_NONE;
	case DOOR_BUTTON: return commands_button_opens_dialog(deed->action) ? DIALOG_MAYBE : DIALOG_NONE;
	default: return DIALOG_NONE;
	}
}

static struct dialog *words_dialog(enum language language, enum phrase title)
{
	struct dialog *d = dialog_new("eac.words", phrase_text(language, title), NULL, NULL);

	dialog_close_label(d, phrase_text(language, PHRASE_DIALOG_CLOSE));
	return d;
}

json_t *commands_waiting_view(enum language language)
{
	struct dialog *d = words_dialog(language, PHRASE_DIALOG_WAIT_TITLE);

	dialog_section(d, phrase_text(language, PHRASE_DIALOG_WAIT));
	return dialog_take(d);
}

json_t *commands_words_view(enum language language, const json_t *answer)
{
	struct dialog *d = words_dialog(language, PHRASE_DIALOG_WORDS_TITLE);

	dialog_section(d, json_str(answer, "text"));
	return dialog_take(d);
}

/* "ID.NONCE": the repair whose card it was. */
static int64_t id_of_value(const char *value)
{
	char number[24] = "";
	size_t len = strcspn(value, ".");

	if (len < sizeof number)
		text_copy(number, len + 1, value);
	return words_id(number);
}

/* What is typed instead of the button, behind the repair's number. */
static const struct {
	const char *action, *command, *more;
} twins[] = {{"eac.confirm", "confirm", " CASE"}, {"eac.still_present", "present", ""}, {"eac.later", "later", " DAY"}};

static void add_typed(struct buf *b, const struct deed *deed, const char *command)
{
	int64_t id = id_of_value(deed->value);
	char number[24];

	if (deed->door == DOOR_SLASH || deed->door == DOOR_SHORTCUT)
		buf_printf(b, "`%s repair WHO reason: …`", command);
	for (size_t i = 0; id != 0 && i < sizeof twins / sizeof twins[0]; i++)
		if (text_eq(deed->action, twins[i].action))
			buf_printf(b, "`%s %s %s%s`", command, twins[i].command, eac_id(id, number), twins[i].more);
}

void commands_no_dialog(struct buf *b, enum language language, const struct deed *deed, const char *command)
{
	AUTO_BUF struct buf typed = {0};

	buf_init(&typed, 200);
	add_typed(&typed, deed, command);
	if (typed.len > 0)
		phrase_add(b, language, PHRASE_DIALOG_NOT_OPENED_TYPE, "words", buf_str(&typed), NULL);
	else
		phrase_add(b, language, PHRASE_DIALOG_NOT_OPENED, NULL);
}

/* --- the Home tab --- */

struct home {
	struct commands *commands;
	struct tx *tx;
	const struct person *person;
	enum language language;
	int64_t now;
	struct message *m;
};

/* One part: rows of a kind. */
struct home_part {
	struct home *home;
	const char *deciding; /* only what the person may decide by this command; NULL: all */
	struct buf lines;
	int rows;
	bool more;
};

/* Four eyes, and whom it is about: as at the click, which asks afresh. */
static bool may_decide(const struct home *home, const struct request_row *row, const char *command)
{
	const struct deed deed = {.user = home->person->id, .channel = row->channel, .person = *home->person};
	const struct asked asked = {.commands = home->commands,
	                            .env = &home->commands->env,
	                            .tx = home->tx,
	                            .deed = &deed,
	                            .command = command_find(command),
	                            .row = *row};
	enum phrase why;
	bool four_eyes = text_eq(command, "approve") && eac_rules(row, asked.env->config).four_eyes;

	return !access_is_refused(&asked, &why) && !(four_eyes && access_is_requester(&asked));
}

/* The repair's number, as a link to its thread where that is known. */
static void add_number(struct buf *b, const struct home *home, const struct request_row *row)
{
	char link[EAC_LINK_SIZE], id[24];

	eac_id(row->id, id);
	if (eac_thread_link(&home->commands->env, row, link))
		buf_printf(b, "<%s|%s>", link, id);
	else
		buf_printf(b, "*%s*", id);
}

static enum errc add_row(void *arg, const struct request_row *row)
{
	struct home_part *part = arg;
	struct home *home = part->home;
	AUTO_BUF struct buf number = {0}, name = {0}, state = {0};

	if (json_bool(row->facts, "check") || (part->deciding != NULL && !may_decide(home, row, part->deciding)))
		return OK;
	if (part->rows == ROWS_MAX) {
		part->more = true;
		return OK;
	}
	buf_init(&number, LINE_MAX);
	add_number(&number, home, row);
	text_name(&name, row);
	text_state(&state, home->language, row, home->commands->env.config);
	buf_puts(&part->lines, part->rows++ > 0 ? "\n" : "");
	phrase_add(&part->lines, home->language, PHRASE_HOME_ROW, "repair", buf_str(&number), "name", buf_str(&name),
	           "state", buf_str(&state), NULL);
	return OK;
}

static enum errc read_part(struct home_part *part, const struct request_query *query)
{
	if (part->lines.max == 0)
		buf_init(&part->lines, PART_MAX);
	return request_each(part->home->tx, query, add_row, part);
}

/* `none` may be NULL: then an empty part is left out. Frees the part. */
static void show_part(struct home_part *part, enum phrase title, const char *none, const char *list)
{
	struct home *home = part->home;

	if (part->rows > 0 || none != NULL) {
		message_header(home->m, phrase_text(home->language, title));
		message_section(home->m, part->rows > 0 ? buf_str(&part->lines) : none);
	}
	if (part->more) {
		AUTO_BUF struct buf more = {0};
		buf_init(&more, LINE_MAX);
		phrase_add(&more, home->language, PHRASE_HOME_MORE, "command",
		           home->commands->env.config->slack.command, "what", list, NULL);
		message_context(home->m, buf_str(&more));
	}
	buf_done(&part->lines);
}

static enum errc add_decisions(struct home *home)
{
	const struct request_query approvals = {.state = "waiting_approval", .limit = ROWS_READ, .oldest_first = true};
	const struct request_query checks = {.state = "waiting_backend", .limit = ROWS_READ, .oldest_first = true};
	const struct person *person = home->person;
	struct home_part part = {.home = home, .deciding = "approve"};
	enum errc rc = OK;

	if (!person->approver && !person->admin && !person->requester)
		return OK;
	if (person->approver || person->admin)
		rc = read_part(&part, &approvals);
	part.deciding = "confirm";
	if (rc == OK)
		rc = read_part(&part, &checks);
	show_part(&part, PHRASE_HOME_DECISIONS, phrase_text(home->language, PHRASE_HOME_NO_DECISIONS), "waiting");
	return rc;
}

static enum errc add_own(struct home *home)
{
	const struct request_query query = {.slack_user = home->person->id, .open_only = true, .limit = ROWS_MAX};
	struct home_part part = {.home = home};
	enum errc rc = read_part(&part, &query);

	show_part(&part, PHRASE_HOME_YOURS, NULL, "mine");
	return rc;
}

static enum errc add_mine(struct home *home)
{
	const struct request_query query = {
	    .requester = home->person->id, .open_only = true, .limit = ROWS_MAX + 1, .oldest_first = true};
	struct home_part part = {.home = home};
	AUTO_BUF struct buf none = {0};
	bool helper = home->person->requester || home->person->admin;
	enum errc rc = read_part(&part, &query);

	buf_init(&none, LINE_MAX);
	phrase_add(&none, home->language, PHRASE_HOME_NONE_OF_MINE, "command",
	           home->commands->env.config->slack.command, NULL);
	show_part(&part, PHRASE_HOME_MINE, helper ? buf_str(&none) : NULL, "mine");
	return rc;
}

/* --- how the service is --- */

static void add_line(struct buf *b, const struct home *home, enum phrase phrase, const char *slot, const char *value)
{
	buf_puts(b, b->len > 0 ? "\n" : "");
	phrase_add(b, home->language, phrase, "command", home->commands->env.config->slack.command, slot, value, NULL);
}

static void add_pause(struct buf *b, const struct home *home, const struct pause *pause)
{
	AUTO_BUF struct buf who = {0}, when = {0};

	buf_init(&who, LINE_MAX);
	buf_init(&when, LINE_MAX);
	if (text_eq(pause->by, "eacbot"))
		buf_puts(&who, "eacbot");
	else
		mrkdwn_add_user(&who, pause->by);
	mrkdwn_add_time(&when, pause->at);
	phrase_add(b, home->language, PHRASE_HOME_PAUSED, "who", buf_str(&who), "when", buf_str(&when), NULL);
}

static void add_ghosts(struct buf *b, const struct home *home, int64_t until)
{
	AUTO_BUF struct buf when = {0};

	buf_init(&when, LINE_MAX);
	mrkdwn_add_time(&when, until);
	add_line(b, home, PHRASE_HOME_GHOSTS, "when", buf_str(&when));
}

static enum errc add_health(struct home *home, const struct home_health *health)
{
	AUTO_BUF struct buf b = {0}, rights = {0};
	struct pause pause = {0};
	enum errc rc = pause_get(home->tx, &pause);

	buf_init(&b, PART_MAX);
	buf_init(&rights, LINE_MAX);
	mrkdwn_add_literal(&rights, health->missing, 200);
	if (pause.on)
		add_pause(&b, home, &pause);
	if (!health->salesforce)
		add_line(&b, home, PHRASE_HOME_NO_SALESFORCE, NULL, NULL);
	if (health->quota_spent)
		add_line(&b, home, PHRASE_HOME_QUOTA, NULL, NULL);
	if (rights.len > 0)
		add_line(&b, home, PHRASE_HOME_RIGHTS, "rights", buf_str(&rights));
	if (health->ghosts_until > home->now)
		add_ghosts(&b, home, health->ghosts_until);
	if (b.len == 0)
		add_line(&b, home, PHRASE_HOME_WELL, NULL, NULL);
	message_section(home->m, buf_str(&b));
	return rc;
}

/* --- the whole page --- */

static enum errc add_parts(struct home *home)
{
	const struct person *person = home->person;
	enum errc rc;

	if (!person->known) {
		message_section(home->m, phrase_text(home->language, PHRASE_HOME_UNKNOWN));
		return OK;
	}
	rc = add_decisions(home);
	if (rc == OK)
		rc = add_own(home);
	return rc == OK ? add_mine(home) : rc;
}

static void add_foot(struct home *home)
{
	AUTO_BUF struct buf b = {0}, when = {0};

	buf_init(&b, LINE_MAX);
	buf_init(&when, LINE_MAX);
	mrkdwn_add_time(&when, home->now);
	phrase_add(&b, home->language, PHRASE_HOME_AS_OF, "when", buf_str(&when), "command",
	           home->commands->env.config->slack.command, NULL);
	message_context(home->m, buf_str(&b));
}

/* Takes m. */
static json_t *home_view(struct message *m)
{
	json_t *body = message_take(m);
	json_t *view = json_pack("{s:s,s:O}", "type", "home", "blocks", json_get(body, "blocks"));

	json_decref(body);
	return view;
}

enum errc commands_home(struct commands *commands, struct tx *tx, const struct person *person,
                        const struct home_health *health, int64_t now, json_t **ret)
{
	struct home home = {.commands = commands,
	                    .tx = tx,
	                    .person = person,
	                    .language = person->language,
	                    .now = now,
	                    .m = message_new()};
	bool outsider = person->known && (person->deleted || person->bot || person->guest || person->external);
	enum errc rc = OK;

	message_header(home.m, phrase_text(home.language, PHRASE_HOME_TITLE));
	if (outsider)
		message_section(home.m, phrase_text(home.language, PHRASE_DENIED_OUTSIDER));
	else
		rc = add_health(&home, health);
	if (rc == OK && !outsider)
		rc = add_parts(&home);
	if (!outsider)
		add_foot(&home);
	if (rc == OK)
		*ret = home_view(home.m);
	else
		message_free(home.m);
	return rc;
}

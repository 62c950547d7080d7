/*
 * commands/take.c - a repair changes hands: who took it is called from then on.
 *
 * Everybody who ever asked for it stays barred from deciding it (four eyes):
 * facts.askers keeps those before the one in the row.
 */
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/eac/decide.h"
#include "commands/command.h"
#include "commands/words.h"

static bool has_voted(const struct asked *asked)
{
	size_t i;
	json_t *vote;
	json_array_foreach (json_path(asked->row.facts, "gate", "votes", NULL), i, vote)
		if (text_eq(json_str(vote, "user"), asked->deed->user))
			return true;
	return false;
}

/* While it is being looked up it is not known whether it is their own account: then who asked must stay who asked. */
static bool is_refused(const struct asked *asked, enum phrase *ret_why)
{
	bool four_eyes = eac_rules(&asked->row, asked->env->config).four_eyes;
	*ret_why = !asked->row.open                                   ? PHRASE_TAKE_OVER
	           : text_eq(asked->row.requester, asked->deed->user) ? PHRASE_TAKE_YOURS
	           : request_state(&asked->row) == STATE_CHECKING     ? PHRASE_TAKE_TOO_EARLY
	           : four_eyes && has_voted(asked)                    ? PHRASE_TAKE_VOTED
	                                                              : PHRASE_COUNT;
	return *ret_why != PHRASE_COUNT;
}

static void change_hands(struct asked *asked)
{
	struct request_row *row = &asked->row;
	json_t *askers = json_get(row->facts, "askers");
	if (askers == NULL) {
		askers = json_array();
		json_object_set_new(row->facts, "askers", askers);
	}
	json_array_append_new(
	    askers, json_pack("{s:s,s:s}", "user", row->requester, "email", json_str(row->facts, "requester_email")));
	text_copy(row->requester, sizeof row->requester, asked->deed->user);
	json_set_str(row->facts, "requester_email", asked->deed->person.email);
	json_set_str(row->facts, "asked_in", language_code(asked_language(asked)));
}

static enum errc note(struct asked *asked, const char *before)
{
	struct audit_row line = {.at = asked->deed->now, .repair = asked->row.id};
	text_copy(line.actor, sizeof line.actor, asked->deed->user);
	text_copy(line.via, sizeof line.via, asked->actor.via);
	text_copy(line.action, sizeof line.action, "take");
	snprintf(line.detail, sizeof line.detail, "from %s", before);
	return audit_add(asked->tx, &line);
}

static enum errc say_in_thread(struct asked *asked, const char *who, const char *before)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 1000);
	phrase_add(&b, asked->env->config->slack.language, PHRASE_TAKE_SAID, "who", who, "before", before, NULL);
	enum errc rc = eac_say(&asked->flow, "", OUTBOX_DECISION, message_line(buf_str(&b)));
	return rc == OK ? eac_update_parent(&asked->flow) : rc;
}

enum errc command_take(struct asked *asked)
{
	struct word word;
	char old[24], id[24];
	const char *args = asked->args;
	enum phrase why;
	AUTO_BUF struct buf who = {0}, before = {0};
	if (asked->deed->door == DOOR_MENTION && words_next(&args, &word))
		return OK; /* "take a look": other text in threads is left alone */
	if (is_refused(asked, &why))
		return asked_say(asked, phrase_value(why, "id", eac_id(asked->row.id, id), NULL));
	text_copy(old, sizeof old, asked->row.requester);
	buf_init(&who, 100);
	buf_init(&before, 100);
	mrkdwn_add_user(&who, asked->deed->user);
	mrkdwn_add_user(&before, old);
	change_hands(asked);
	enum errc rc = note(asked, old);
	if (rc == OK)
		rc = say_in_thread(asked, buf_str(&who), buf_str(&before));
	if (rc == OK)
		rc = request_save(asked->tx, &asked->row);
	if (rc != OK)
		return rc;
	enum phrase done =
	    eac_rules(&asked->row, asked->env->config).four_eyes ? PHRASE_TAKE_DONE : PHRASE_TAKE_DONE_ALONE;
	return asked_say(asked, phrase_value(done, "id", eac_id(asked->row.id, id), "before", buf_str(&before), NULL));
}

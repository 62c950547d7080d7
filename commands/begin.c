/*
 * commands/begin.c - repair: from the typed words or the dialog to new repairs.
 *
 * Only what can be told without asking anybody is told here; who is meant and
 * whether a repair is right comes out while it is being checked.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "commands/command.h"
#include "commands/eac/decide.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/words.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

static enum errc pause_refusal(struct asked *asked, struct buf *why)
{
	struct pause pause;
	enum errc rc = pause_get(asked->tx, &pause);
	if (rc == OK && pause.on) {
		buf_init(why, 2000);
		phrase_say(why, asked_language(asked), text_paused(&pause, asked->env->config));
		buf_puts(why, " Nothing was begun for you: ask again then.");
	}
	return rc;
}

static enum errc open_dialog(struct asked *asked)
{
	AUTO_BUF struct buf why = {0};
	enum errc rc = pause_refusal(asked, &why);
	if (rc != OK || why.len > 0)
		return rc != OK ? rc : asked_refuse(asked, buf_str(&why));
	struct dialog *d = dialog_new("eac.repair", "Repair EAC", "Start", asked->deed->channel);
	dialog_section(
	    d,
	    "Whose mailbox connection is to be repaired? Nothing is changed before I have looked at it in Salesforce.");
	dialog_users_input(d, "who", "Who", false, NULL, 0);
	const struct dialog_text reason = {
	    .block = "reason", .label = "Reason", .optional = true, .multiline = true, .max_length = 900};
	dialog_text_input(d, &reason);
	asked->reply->dialog = dialog_take(d);
	return OK;
}

static enum errc keep_time(void *arg, const struct request_row *row)
{
	*(int64_t *)arg = row->created_at;
	return OK;
}

/*
 * At most `max` in an hour, of one person or of all (requester NULL). Says when it is possible again: when the oldest
 * of those that are too many are an hour old.
 */
static enum errc hour_refusal(struct asked *asked, const char *requester, size_t count, int max, struct buf *why)
{
	struct request_query hour = {
	    .requester = requester, .since = asked->deed->now - HOUR_MS + 1, .not_refused = true, .oldest_first = true};
	const char *key = requester != NULL ? "limits.per_requester_hour" : "limits.per_hour";
	int64_t n, last = 0;
	enum errc rc = request_count(asked->tx, &hour, &n);
	if (rc != OK || why->len > 0 || n + (int64_t)count <= max)
		return rc;
	buf_printf(why,
	           requester != NULL
	               ? "You have started %" PRId64 " repairs in the last hour; at most %d are allowed (%s)."
	               : "%" PRId64 " repairs were started in the last hour; at most %d are allowed (%s).",
	           n, max, key);
	if (count > (size_t)max) {
		buf_puts(why, " Name fewer people at once.");
		return OK;
	}
	hour.limit = (int)(n + (int64_t)count - max);
	rc = request_each(asked->tx, &hour, keep_time, &last);
	buf_puts(why, " It is possible again ");
	mrkdwn_add_time(why, last + HOUR_MS);
	buf_puts(why, ".");
	return rc;
}

/* What stands against starting `count` more; "" when nothing. */
static enum errc limit_refusal(struct asked *asked, size_t count, struct buf *why)
{
	const struct config *config = asked->env->config;
	const struct request_query today = {
	    .requester = asked->deed->user, .since = asked->deed->now - DAY_MS, .not_refused = true};
	int64_t n_open, n_today;
	enum errc rc = request_count_open(asked->tx, &n_open);
	if (rc == OK)
		rc = request_count(asked->tx, &today, &n_today);
	if (rc != OK)
		return rc;
	if ((int)count > config->limits.batch)
		buf_printf(why, "Those are %zu people; at most %d at once are allowed (limits.batch).", count,
		           config->limits.batch);
	else if (n_open + (int64_t)count > config->limits.open_repairs)
		buf_printf(why,
		           "There are %" PRId64
		           " open repairs; at most %d are allowed (limits.open_repairs). Finish or cancel some first.",
		           n_open, config->limits.open_repairs);
	else if (n_today + (int64_t)count > config->limits.per_requester_day)
		buf_printf(why,
		           "You have started %" PRId64
		           " repairs in the last 24 hours; at most %d are allowed (limits.per_requester_day).",
		           n_today, config->limits.per_requester_day);
	rc = hour_refusal(asked, asked->deed->user, count, config->limits.per_requester_hour, why);
	return rc == OK ? hour_refusal(asked, NULL, count, config->limits.per_hour, why) : rc;
}

/* The bot has to be in the channel, for everything else is posted there. NULL, or what to do. */
static const char *channel_refusal(const struct asked *asked, char out[static 200])
{
	const struct place *place = &asked->deed->place;
	if (place->direct)
		return "I repair only in a channel, so that everybody involved can follow it in a thread.";
	if (place->known && place->archived)
		return "This channel is archived, so I can't post here. Please ask in another one.";
	if (place->known && !place->member)
		snprintf(out, 200,
		         "I am not in this channel, so I could not tell you how it goes. Type `/invite @%s` here and "
		         "ask again.",
		         asked->env->bot_name[0] != '\0' ? asked->env->bot_name : "eacbot");
	return out[0] != '\0' ? out : NULL;
}

static enum errc start_all(struct asked *asked, const struct repair_words *words, const char *channel)
{
	int64_t ids[WORDS_MAX];
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 12000);
	for (size_t i = 0; i < words->count; i++) {
		const struct eac_request request = {.words = words->who[i].text,
		                                    .mention = words->who[i].mention,
		                                    .for_user = words->for_user,
		                                    .reason = words->reason,
		                                    .anyway = words->anyway,
		                                    .channel = channel,
		                                    .requester = asked->deed->user,
		                                    .requester_email = asked->deed->person.email,
		                                    .via = asked->actor.via};
		char id[24];
		enum errc rc = eac_begin(asked->tx, &request, asked->deed->now, &ids[i]);
		if (rc != OK)
			return rc;
		buf_printf(&b, "%s*%s*: looking up ", i > 0 ? "\n" : "", eac_id(ids[i], id));
		if (words->who[i].mention)
			mrkdwn_add_user(&b, words->who[i].text);
		else
			mrkdwn_add_literal(&b, words->who[i].text, 100);
		buf_puts(&b, " …");
	}
	buf_puts(&b,
	         "\nI tell you here if something stands against it; otherwise it goes on in a thread of this channel.");
	enum errc rc = words->count > 1 ? eac_batch(asked->tx, ids, words->count) : OK;
	asked->reply->wake = true;
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}

static enum errc start(struct asked *asked, const struct repair_words *words, const char *channel)
{
	AUTO_BUF struct buf why = {0};
	buf_init(&why, 12000);
	if (words->error[0] != '\0')
		return asked_refuse(asked, words->error);
	if (words->anyway && !asked->deed->person.admin)
		return asked_refuse(asked, "`anyway` is for admins of this bot.");
	if (words->anyway && words->reason[0] == '\0')
		return asked_refuse(asked, "`anyway` needs a reason: `repair WHO anyway reason: …`.");
	if (words->for_user[0] != '\0' && words->count > 1)
		return asked_refuse(asked, "`for` fits one person at a time.");
	enum errc rc = pause_refusal(asked, &why);
	if (rc == OK && why.len == 0)
		rc = limit_refusal(asked, words->count, &why);
	if (rc != OK)
		return rc;
	return why.len > 0 ? asked_refuse(asked, buf_str(&why)) : start_all(asked, words, channel);
}

enum errc command_repair(struct asked *asked)
{
	char words_of_why[200] = "";
	const char *why = channel_refusal(asked, words_of_why);
	if (why != NULL && asked->deed->door != DOOR_SHORTCUT)
		return asked_refuse(asked, why);
	struct repair_words *words = mem_alloc(sizeof *words);
	words_repair(asked->args, words);
	enum errc rc;
	if (words->count > 0 || words->error[0] != '\0')
		rc = start(asked, words, asked->deed->channel);
	else
		rc = open_dialog(asked);
	free(words);
	return rc;
}

enum errc command_check(struct asked *asked)
{
	struct word word;
	struct who who;
	const char *args = asked->args;
	int64_t id;
	if (!words_next(&args, &word) || !words_who(&word, &who))
		return asked_refuse(asked,
		                    "Whom shall I check? Say a mention, an e-mail address, a Salesforce username or a "
		                    "Salesforce user id.");
	const struct eac_request request = {.words = who.text,
	                                    .mention = who.mention,
	                                    .for_user = "",
	                                    .reason = "",
	                                    .check = true,
	                                    .channel = asked->deed->channel,
	                                    .requester = asked->deed->user,
	                                    .requester_email = asked->deed->person.email,
	                                    .via = asked->actor.via};
	enum errc rc = eac_begin(asked->tx, &request, asked->deed->now, &id);
	asked->reply->wake = true;
	return rc == OK ? asked_answer(asked, "Looking … what I find is told to you here. Nothing is changed.") : rc;
}

enum errc command_repair_dialog(struct asked *asked)
{
	const json_t *view = asked->deed->view, *users = dialog_users(view, "who");
	struct repair_words *words = mem_alloc(sizeof *words);
	size_t i;
	json_t *user;
	json_array_foreach (users, i, user) {
		if (words->count == WORDS_MAX)
			break;
		struct who *who = &words->who[words->count++];
		who->mention = true;
		text_copy(who->text, sizeof who->text, json_string_value(user));
	}
	text_copy(words->reason, sizeof words->reason, dialog_value(view, "reason"));
	enum errc rc = OK;
	if (words->count == 0)
		asked->reply->ack = dialog_error("who", "Pick at least one person.");
	else
		rc = start(asked, words, asked_channel(asked));
	free(words);
	return rc;
}

/*
 * commands/begin.c - repair and check: from the typed words to new repairs.
 *
 * Only what can be told without asking anybody is told here; who is meant and
 * whether a repair is right comes out while it is being checked. The dialog is
 * in begin_dialog.c.
 */
#include "commands/begin.h"

#include <stdio.h>
#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/begin_limits.h"
#include "commands/eac/batch.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair_text.h"

/* --- what stands against it --- */

json_t *begin_channel_refusal(const struct asked *asked)
{
	const struct place *place = &asked->deed->place;
	const char *bot = asked->env->bot_name;
	if (place->direct)
		return phrase_value(PHRASE_DENIED_DIRECT, NULL);
	if (place->known && place->archived)
		return phrase_value(PHRASE_DENIED_ARCHIVED, NULL);
	if (place->known && !place->member)
		return phrase_value(PHRASE_DENIED_NOT_MEMBER, "bot", bot[0] != '\0' ? bot : "eacbot", NULL);
	return NULL;
}

static json_t *words_refusal(const struct repair_words *words)
{
	static const enum phrase phrases[] = {
	    [WORDS_NO_PERSON] = PHRASE_WORDS_NO_PERSON, [WORDS_NO_MENTION] = PHRASE_WORDS_NO_MENTION,
	    [WORDS_NO_ID] = PHRASE_WORDS_NO_ID,         [WORDS_NOBODY] = PHRASE_WORDS_NOBODY,
	    [WORDS_TOO_MANY] = PHRASE_WORDS_TOO_MANY,   [WORDS_NO_FOR] = PHRASE_WORDS_NO_FOR,
	    [WORDS_NO_TICKET] = PHRASE_WORDS_NO_TICKET};
	AUTO_BUF struct buf word = {0};
	if (words->mistake == WORDS_FINE)
		return NULL;
	buf_init(&word, 600);
	mrkdwn_add_literal(&word, words->mistaken, 60);
	return phrase_value(phrases[words->mistake], "word", buf_str(&word), NULL);
}

/* What the words alone tell. */
static json_t *first_refusal(const struct asked *asked, const struct repair_words *words)
{
	if (words->mistake != WORDS_FINE)
		return words_refusal(words);
	if (words->anyway && !asked->deed->person.admin)
		return phrase_value(PHRASE_BEGIN_ANYWAY_ADMINS, NULL);
	if (words->anyway && words->reason[0] == '\0')
		return phrase_value(PHRASE_BEGIN_ANYWAY_REASON, NULL);
	if (words->for_user[0] != '\0' && words->count > 1)
		return phrase_value(PHRASE_BEGIN_FOR_ONE, NULL);
	return NULL;
}

/* --- who has one already --- */

static enum errc keep_blocking(void *arg, const struct request_row *row)
{
	struct request_row *other = arg;
	if (!row->blocks || row->target[0] == '\0' || json_bool(row->facts, "check"))
		return OK;
	*other = *row;
	other->facts = json_incref(row->facts);
	return ERR_ALREADY;
}

/* The open repair of the person who is known by this word; id 0: none is known yet. Free it with request_row_done. */
static enum errc find_open(struct asked *asked, const struct who *who, struct request_row *ret)
{
	const struct request_query query = {.open_only = true, .name = who->text};
	*ret = (struct request_row){0};
	enum errc rc = request_each(asked->tx, &query, keep_blocking, ret);
	return rc == ERR_ALREADY ? OK : rc;
}

/* --- beginning --- */

static void add_who(struct buf *b, const struct who *who)
{
	buf_init(b, 600);
	if (who->mention)
		mrkdwn_add_user(b, who->text);
	else
		mrkdwn_add_literal(b, who->text, 100);
}

static void add_looking(struct buf *b, const struct asked *asked, const struct who *who, int64_t id)
{
	char number[24];
	AUTO_BUF struct buf name = {0};
	add_who(&name, who);
	phrase_add(b, asked_language(asked), PHRASE_BEGIN_LOOKING, "id", eac_id(id, number), "who", buf_str(&name),
	           NULL);
}

/* The new repair ends here: whose it would be has another one. */
static enum errc refuse_duplicate(struct asked *asked, int64_t id, const struct request_row *other)
{
	AUTO_REQUEST struct request_row row = {0};
	enum errc rc = request_get(asked->tx, id, &row);
	if (rc != OK)
		return rc;
	struct flow flow = {
	    .tx = asked->tx, .row = &row, .now = asked->deed->now, .env = asked->env, .call = asked->flow.call};
	rc = eac_refuse(&flow, "duplicate", text_duplicate(&flow, other));
	return rc == OK ? request_save(asked->tx, &row) : rc;
}

static void add_duplicate(struct buf *b, const struct asked *asked, const struct who *who, int64_t id,
                          const struct request_row *other)
{
	char number[24];
	AUTO_BUF struct buf name = {0}, link = {0}, state = {0};
	add_who(&name, who);
	buf_init(&link, 400);
	show_id(&link, asked, other);
	text_state(&state, asked_language(asked), other, asked->env->config);
	phrase_add(b, asked_language(asked), PHRASE_BEGIN_DUPLICATE, "id", eac_id(id, number), "who", buf_str(&name),
	           "other", buf_str(&link), "state", buf_str(&state), NULL);
}

static struct eac_request request_for(const struct asked *asked, const struct who *who)
{
	return (struct eac_request){.words = who->text,
	                            .mention = who->mention,
	                            .for_user = "",
	                            .reason = "",
	                            .ticket = "",
	                            .channel = asked_channel(asked),
	                            .requester = asked->deed->user,
	                            .requester_email = asked->deed->person.email,
	                            .language = asked_language(asked),
	                            .via = asked->actor.via,
	                            .config = asked->env->config};
}

/* Begins one repair and says so. *ret_id: 0 where the person has another one that is open. */
static enum errc start_one(struct asked *asked, const struct repair_words *words, const struct who *who, struct buf *b,
                           int64_t *ret_id)
{
	AUTO_REQUEST struct request_row other = {0};
	struct eac_request request = request_for(asked, who);
	request.for_user = words->for_user;
	request.reason = words->reason;
	request.ticket = words->ticket;
	request.anyway = words->anyway;
	enum errc rc = find_open(asked, who, &other);
	if (rc == OK)
		rc = eac_begin(asked->tx, &request, asked->deed->now, ret_id);
	if (rc != OK)
		return rc;
	if (other.id == 0) {
		add_looking(b, asked, who, *ret_id);
		return OK;
	}
	add_duplicate(b, asked, who, *ret_id, &other);
	rc = refuse_duplicate(asked, *ret_id, &other);
	*ret_id = 0;
	return rc;
}

/* From so many on they share a board; fewer know each other. */
static enum errc bring_together(struct asked *asked, const struct repair_words *words, const int64_t *ids, size_t count,
                                struct buf *b)
{
	int from = asked->env->config->limits.board_from;
	int64_t board;
	char id[24];
	if (from < 2 || count < (size_t)from)
		return count > 1 ? eac_batch(asked->tx, ids, count) : OK;
	struct eac_request request = request_for(asked, &words->who[0]);
	request.reason = words->reason;
	enum errc rc = eac_board_begin(asked->tx, &request, ids, count, asked->deed->now, &board);
	if (rc != OK)
		return rc;
	buf_puts(b, " ");
	phrase_add(b, asked_language(asked), PHRASE_BOARD_BEGUN, "id", eac_id(board, id), NULL);
	return OK;
}

static enum errc start_all(struct asked *asked, const struct repair_words *words)
{
	int64_t ids[WORDS_MAX];
	size_t count = 0;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 40000);
	for (size_t i = 0; i < words->count; i++) {
		buf_puts(&b, i > 0 ? "\n" : "");
		enum errc rc = start_one(asked, words, &words->who[i], &b, &ids[count]);
		if (rc != OK)
			return rc;
		count += ids[count] != 0;
	}
	if (count > 0)
		phrase_add(&b, asked_language(asked), PHRASE_BEGIN_FOLLOWS, NULL);
	enum errc rc = bring_together(asked, words, ids, count, &b);
	asked->reply->wake = true;
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}

enum errc begin_start(struct asked *asked, const struct repair_words *words)
{
	json_t *why = first_refusal(asked, words);
	enum errc rc = OK;
	if (why == NULL)
		rc = begin_pause_refusal(asked, &why);
	if (rc == OK && why == NULL)
		rc = begin_limit_refusal(asked, words->count, &why);
	if (rc != OK)
		return rc;
	return why != NULL ? asked_deny(asked, why) : start_all(asked, words);
}

enum errc command_repair(struct asked *asked)
{
	enum errc rc;
	struct repair_words *words = mem_alloc(sizeof *words);
	words_repair(asked->args, words);
	bool named = words->count > 0 || words->mistake != WORDS_FINE;
	json_t *elsewhere = asked->deed->door != DOOR_SHORTCUT ? begin_channel_refusal(asked) : NULL;
	if (elsewhere != NULL)
		rc = asked_deny(asked, elsewhere);
	else if (named)
		rc = begin_start(asked, words);
	else
		rc = begin_open_dialog(asked, words);
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
		return asked_deny(asked, phrase_value(PHRASE_CHECK_WHOM, NULL));
	struct eac_request request = request_for(asked, &who);
	request.check = true;
	enum errc rc = eac_begin(asked->tx, &request, asked->deed->now, &id);
	asked->reply->wake = true;
	return rc == OK ? asked_say(asked, phrase_value(PHRASE_CHECK_LOOKING, NULL)) : rc;
}

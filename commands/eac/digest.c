/*
 * commands/eac/digest.c - once a day in the status channel: what waits, for whom, since when.
 *
 * The day of the last one is a setting of the store, so that a restart neither
 * doubles nor forgets it. As many rows are read as are shown: the work does not
 * grow with what waits. Names are told there, never reasons or case numbers.
 */
#include "commands/eac/digest.h"

#include <inttypes.h>
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/outbox.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/text_parts.h"
#include "commands/phrases/phrases.h"

#define DAY_MS (24 * 60 * 60 * 1000LL)

enum { LINES_MAX = 20 };

static const char key[] = "digest.last"; /* the day of the last one, UTC */

static const struct request_query waiting = {
    .states = {"waiting_user", "waiting_admin", "waiting_approval", "waiting_backend", "failed"},
    .open_only = true,
    .limit = LINES_MAX,
    .oldest_first = true};

/* --- when --- */

int64_t eac_digest_due(const char *last, int at_min, int64_t now)
{
	int64_t today = now / DAY_MS * DAY_MS;
	char words[40];
	snprintf(words, sizeof words, "%.10sT00:00:00Z", last);
	int64_t day = clock_parse_rfc3339(words);
	bool done = day >= today && day <= today + DAY_MS; /* further ahead: noted by a clock that was wrong */
	return (done ? day + DAY_MS : today) + at_min * 60000LL;
}

/* --- what --- */

struct digest {
	const struct eac_env *env;
	struct buf text;
};

static enum phrase phrase_of(const struct request_row *row)
{
	if (json_int(json_get(row->facts, "wait"), "not_before") != 0)
		return PHRASE_DIGEST_PUT_OFF;
	switch (request_state(row)) {
	case STATE_WAITING_USER: return eac_target_slack(row)[0] != '\0' ? PHRASE_DIGEST_USER : PHRASE_DIGEST_HELPER;
	case STATE_WAITING_ADMIN: return PHRASE_DIGEST_ADMIN;
	case STATE_WAITING_APPROVAL: return PHRASE_DIGEST_APPROVAL;
	case STATE_WAITING_BACKEND: return PHRASE_DIGEST_BACKEND;
	default: return PHRASE_DIGEST_FAILED;
	}
}

/* Who is to do something: those who decide, the admins, else the requester, who sees that others do. */
static void add_who(struct buf *b, const struct request_row *row, const struct config *config)
{
	switch (request_state(row)) {
	case STATE_WAITING_APPROVAL: part_approvers(b, config); break;
	case STATE_WAITING_ADMIN:
		part_principals(b,
		                config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
		break;
	default: text_helper(b, row, config); break;
	}
}

static enum errc add_line(void *arg, const struct request_row *row)
{
	struct digest *digest = arg;
	enum language language = digest->env->config->slack.language;
	AUTO_BUF struct buf id = {0}, name = {0}, who = {0}, since = {0}, until = {0};
	char words[24];
	part_begin(&id);
	part_begin(&name);
	part_begin(&who);
	part_begin(&since);
	part_begin(&until);
	eac_add_link(&id, digest->env, row, eac_id(row->id, words));
	text_name(&name, row);
	add_who(&who, row, digest->env->config);
	mrkdwn_add_time(&since, eac_waiting_since(row));
	mrkdwn_add_time(&until, json_int(json_get(row->facts, "wait"), "not_before"));
	buf_putc(&digest->text, '\n');
	phrase_add(&digest->text, language, phrase_of(row), "id", buf_str(&id), "name", buf_str(&name), "time",
	           buf_str(&since), "until", buf_str(&until), "who", buf_str(&who), "number",
	           eac_step_number(row->step), "title", eac_step_title(row->step, language), NULL);
	return OK;
}

static enum errc add_pause(struct digest *digest, struct tx *tx)
{
	struct pause pause = {0};
	enum errc rc = pause_get(tx, &pause);
	if (rc == OK && pause.on) {
		buf_putc(&digest->text, '\n');
		phrase_say(&digest->text, digest->env->config->slack.language,
		           text_paused(&pause, digest->env->config));
	}
	return rc;
}

static enum errc write_digest(struct digest *digest, struct tx *tx, int64_t count)
{
	const struct config *config = digest->env->config;
	char number[24];
	snprintf(number, sizeof number, "%" PRId64, count);
	phrase_add(&digest->text, config->slack.language, PHRASE_DIGEST_HEAD, "count", number, NULL);
	enum errc rc = request_each(tx, &waiting, add_line, digest);
	if (rc != OK)
		return rc;
	if (count > LINES_MAX) {
		snprintf(number, sizeof number, "%" PRId64, count - LINES_MAX);
		buf_putc(&digest->text, '\n');
		phrase_add(&digest->text, config->slack.language, PHRASE_DIGEST_MORE, "count", number, "command",
		           config->slack.command, NULL);
	}
	return add_pause(digest, tx);
}

static enum errc post(struct tx *tx, const struct eac_env *env, int64_t count)
{
	struct digest digest = {.env = env};
	part_begin(&digest.text);
	enum errc rc = write_digest(&digest, tx, count);
	if (rc == OK) {
		struct outbox_row row = {
		    .op = OUTBOX_POST, .priority = OUTBOX_PROGRESS, .body = message_line(buf_str(&digest.text))};
		text_copy(row.conversation, sizeof row.conversation, env->config->slack.status_channel);
		rc = outbox_put(tx, &row);
		outbox_row_done(&row);
	}
	buf_done(&digest.text);
	return rc;
}

static enum errc note_day(struct tx *tx, int64_t now)
{
	char words[32];
	clock_rfc3339(now, words);
	words[10] = '\0';
	return store_setting_set(tx, key, words);
}

enum errc eac_digest(struct tx *tx, const struct eac_env *env, int64_t now, int64_t *ret_next, bool *ret_posted)
{
	const struct config *config = env->config;
	char last[40] = "";
	int64_t count = 0;
	*ret_posted = false;
	*ret_next = 0;
	if (config->slack.digest_at_min < 0 || text_empty(config->slack.status_channel))
		return OK;
	enum errc rc = store_setting_get(tx, key, last, sizeof last);
	if (rc != OK && rc != ERR_NOT_FOUND)
		return rc;
	*ret_next = eac_digest_due(last, config->slack.digest_at_min, now);
	if (*ret_next > now)
		return OK;
	*ret_next = eac_digest_due(last, config->slack.digest_at_min, now) + DAY_MS;
	rc = request_count(tx, &waiting, &count);
	if (rc == OK && count > 0)
		rc = post(tx, env, count);
	if (rc == OK)
		rc = note_day(tx, now);
	*ret_posted = rc == OK && count > 0;
	return rc;
}

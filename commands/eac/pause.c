/*
 * commands/eac/pause.c - see pause.h.
 */
#include "commands/eac/pause.h"

#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "commands/eac/repair_text.h"

enum { HOUR_MS = 3600 * 1000, WORD_BYTES = 64 * 1024, LINE_BYTES = 4000, ALL_ROWS = 1 << 30 };

/* A JSON value kept as a setting; NULL when there is none. */
static enum errc read_word(struct tx *tx, const char *key, json_t **ret)
{
	AUTO_FREE char *text = mem_alloc(WORD_BYTES);
	enum errc rc = store_setting_get(tx, key, text, WORD_BYTES);
	*ret = NULL;
	if (rc == OK && text[0] != '\0')
		*ret = json_loads(text, 0, NULL);
	return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum errc write_word(struct tx *tx, const char *key, const json_t *value)
{
	AUTO_FREE char *text = value != NULL ? json_text(value) : mem_strdup("");
	return store_setting_set(tx, key, text);
}

enum errc pause_get(struct tx *tx, struct pause *ret)
{
	json_auto_t *word = NULL;
	enum errc rc = read_word(tx, "pause", &word);
	*ret = (struct pause){
	    .on = json_is_object(word), .at = json_int(word, "at"), .failures = (int)json_int(word, "failures")};
	text_copy(ret->by, sizeof ret->by, json_str(word, "by"));
	text_copy(ret->reason, sizeof ret->reason, json_str(word, "reason"));
	return rc;
}

/* Takes the sentence. */
static enum errc announce(struct tx *tx, const struct eac_env *env, json_t *sentence)
{
	const char *channel = env->config->slack.status_channel;
	AUTO_BUF struct buf line = {0};
	buf_init(&line, LINE_BYTES);
	phrase_say(&line, env->config->slack.language, sentence);
	if (text_empty(channel))
		return OK;
	struct outbox_row row = {.op = OUTBOX_POST, .priority = OUTBOX_PROGRESS, .body = message_line(buf_str(&line))};
	text_copy(row.conversation, sizeof row.conversation, channel);
	return outbox_put(tx, &row);
}

static enum errc audit(struct tx *tx, const struct request_actor *actor, const char *action, const char *detail,
                       int64_t now)
{
	struct audit_row line = {.at = now};
	text_copy(line.actor, sizeof line.actor, actor->who);
	text_copy(line.via, sizeof line.via, actor->via);
	text_copy(line.action, sizeof line.action, action);
	text_copy(line.detail, sizeof line.detail, detail);
	return audit_add(tx, &line);
}

enum errc pause_begin(struct tx *tx, const struct eac_env *env, const struct pause *pause, const char *via)
{
	json_auto_t *word = json_pack("{s:s,s:s,s:i,s:I}", "by", pause->by, "reason", pause->reason, "failures",
	                              pause->failures, "at", (json_int_t)pause->at);
	const struct request_actor actor = {.who = pause->by, .via = via};
	log_event(LOG_WARNING, "paused", "by %s: %s", pause->by, pause->reason);
	enum errc rc = write_word(tx, "pause", word);
	if (rc == OK)
		rc = audit(tx, &actor, "pause", pause->reason, pause->at);
	return rc == OK ? announce(tx, env, text_paused(pause, env->config)) : rc;
}

struct waking {
	struct tx *tx;
	int64_t now;
};

static enum errc wake_held(void *arg, const struct request_row *seen)
{
	const struct waking *waking = arg;
	if (json_get(seen->facts, "held") == NULL)
		return OK;
	AUTO_REQUEST struct request_row row = {0};
	enum errc rc = request_get(waking->tx, seen->id, &row);
	if (rc != OK)
		return rc;
	json_object_del(row.facts, "held");
	row.wake_at = waking->now;
	return request_save(waking->tx, &row);
}

enum errc pause_end(struct tx *tx, const struct eac_env *env, const struct request_actor *actor, int64_t now)
{
	const struct request_query held = {
	    .open_only = true, .states = {"running", "checking"}, .limit = ALL_ROWS, .oldest_first = true};
	struct waking waking = {.tx = tx, .now = now};
	log_event(LOG_INFO, "resumed", "by %s", actor->who);
	enum errc rc = write_word(tx, "pause", NULL);
	if (rc == OK)
		rc = write_word(tx, "failures", NULL); /* what led to it shall not lead to it again */
	if (rc == OK)
		rc = audit(tx, actor, "resume", "", now);
	if (rc == OK)
		rc = request_each(tx, &held, wake_held, &waking);
	return rc == OK ? announce(tx, env, text_resumed(actor->who, now)) : rc;
}

/* Marks the row; *ret_first: it has not been told yet. */
static enum errc hold(struct flow *flow, struct pause *pause, bool *ret_held, bool *ret_first)
{
	enum errc rc = pause_get(flow->tx, pause);
	*ret_held = rc == OK && pause->on;
	*ret_first = *ret_held && json_get(flow->row->facts, "held") == NULL;
	if (*ret_held) {
		json_set_int(flow->row->facts, "held", pause->at);
		flow->row->wake_at = 0;
	} else if (rc == OK) {
		json_object_del(flow->row->facts, "held");
	}
	return rc;
}

enum errc pause_hold(struct flow *flow, bool *ret_held)
{
	struct pause pause;
	bool first;
	enum errc rc = hold(flow, &pause, ret_held, &first);
	if (rc != OK || !first)
		return rc;
	eac_line_value(flow, text_held(flow, &pause));
	return eac_flush(flow);
}

enum errc pause_hold_beginning(struct flow *flow, bool *ret_held)
{
	struct pause pause;
	bool first;
	enum errc rc = hold(flow, &pause, ret_held, &first);
	if (rc != OK || !first)
		return rc;
	AUTO_BUF struct buf line = {0};
	buf_init(&line, LINE_BYTES);
	phrase_say(&line, eac_asker_language(flow->row), text_held_beginning(flow, &pause));
	return eac_tell(flow->tx, flow->row->id, flow->row->channel, false, flow->row->requester,
	                message_line(buf_str(&line)));
}

/* --- failures that pile up --- */

/* The failures of the last hour, one a repair, this one the newest; at most `max`. */
static json_t *recent(const json_t *before, const struct flow *flow, size_t max)
{
	json_t *list = json_array();
	size_t i;
	json_t *failure;
	json_array_foreach (before, i, failure)
		if (json_int(failure, "at") > flow->now - HOUR_MS && json_int(failure, "repair") != flow->row->id)
			json_array_append(list, failure);
	while (json_array_size(list) >= max)
		json_array_remove(list, 0);
	json_array_append_new(list,
	                      json_pack("{s:I,s:I}", "repair", (json_int_t)flow->row->id, "at", (json_int_t)flow->now));
	return list;
}

static enum errc pause_by_itself(struct flow *flow, size_t failures)
{
	struct pause pause = {.on = true, .at = flow->now, .failures = (int)failures};
	json_auto_t *reason = text_pause_reason(&pause);
	AUTO_FREE char *plain = phrase_plain(reason);
	text_copy(pause.by, sizeof pause.by, eac_bot.who);
	text_copy(pause.reason, sizeof pause.reason, plain);
	eac_line_value(flow, text_paused(&pause, eac_env(flow)->config));
	return pause_begin(flow->tx, eac_env(flow), &pause, eac_bot.via);
}

enum errc pause_count_failure(struct flow *flow)
{
	int max = eac_env(flow)->config->limits.pause_after_failures;
	struct pause pause;
	json_auto_t *before = NULL;
	if (max <= 0 || request_state(flow->row) != STATE_RUNNING)
		return OK;
	enum errc rc = pause_get(flow->tx, &pause);
	if (rc == OK && !pause.on)
		rc = read_word(flow->tx, "failures", &before);
	if (rc != OK || pause.on)
		return rc;
	json_auto_t *failures = recent(before, flow, (size_t)max);
	rc = write_word(flow->tx, "failures", failures);
	if (rc == OK && json_array_size(failures) >= (size_t)max)
		rc = pause_by_itself(flow, json_array_size(failures));
	return rc;
}

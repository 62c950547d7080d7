/*
 * commands/begin_limits.c - may so many repairs be begun now?
 */
#include "commands/begin_limits.h"

#include <inttypes.h>
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

enum errc begin_pause_refusal(struct asked *asked, json_t **ret_why)
{
	struct pause pause;
	enum errc rc = pause_get(asked->tx, &pause);
	if (rc != OK || !pause.on)
		return rc;
	*ret_why = phrase_value(PHRASE_BEGIN_PAUSED, NULL);
	phrase_value_set(*ret_why, "paused", text_paused(&pause, asked->env->config));
	return OK;
}

static json_t *too_many(enum phrase phrase, int64_t count, int max, const char *time)
{
	char have[24], allowed[24];
	snprintf(have, sizeof have, "%" PRId64, count);
	snprintf(allowed, sizeof allowed, "%d", max);
	return phrase_value(phrase, "count", have, "max", allowed, "time", time, NULL);
}

static enum errc keep_time(void *arg, const struct request_row *row)
{
	*(int64_t *)arg = row->created_at;
	return OK;
}

struct hour {
	const char *requester; /* NULL: of all */
	int max;
	enum phrase again, fewer;
};

/* Says when it is possible again: when the oldest of those that are too many are an hour old. */
static enum errc hour_refusal(struct asked *asked, const struct hour *hour, size_t count, json_t **ret_why)
{
	struct request_query query = {.requester = hour->requester,
	                              .since = asked->deed->now - HOUR_MS + 1,
	                              .not_refused = true,
	                              .oldest_first = true};
	int64_t n, last = 0;
	AUTO_BUF struct buf time = {0};
	enum errc rc = *ret_why != NULL ? OK : request_count(asked->tx, &query, &n);
	if (rc != OK || *ret_why != NULL || n + (int64_t)count <= hour->max)
		return rc;
	if (count > (size_t)hour->max) {
		*ret_why = too_many(hour->fewer, n, hour->max, "");
		return OK;
	}
	query.limit = (int)(n + (int64_t)count - hour->max);
	rc = request_each(asked->tx, &query, keep_time, &last);
	buf_init(&time, 200);
	mrkdwn_add_time(&time, last + HOUR_MS);
	if (rc == OK)
		*ret_why = too_many(hour->again, n, hour->max, buf_str(&time));
	return rc;
}

/* Those that are not of an hour. */
static enum errc whole_refusal(struct asked *asked, size_t count, json_t **ret_why)
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
		*ret_why = too_many(PHRASE_LIMIT_BATCH, (int64_t)count, config->limits.batch, "");
	else if (n_open + (int64_t)count > config->limits.open_repairs)
		*ret_why = too_many(PHRASE_LIMIT_OPEN, n_open, config->limits.open_repairs, "");
	else if (n_today + (int64_t)count > config->limits.per_requester_day)
		*ret_why = too_many(PHRASE_LIMIT_DAY, n_today, config->limits.per_requester_day, "");
	return OK;
}

enum errc begin_limit_refusal(struct asked *asked, size_t count, json_t **ret_why)
{
	const struct config *config = asked->env->config;
	const struct hour own = {asked->deed->user, config->limits.per_requester_hour, PHRASE_LIMIT_HOUR_OWN,
	                         PHRASE_LIMIT_HOUR_OWN_FEWER};
	const struct hour all = {NULL, config->limits.per_hour, PHRASE_LIMIT_HOUR_ALL, PHRASE_LIMIT_HOUR_ALL_FEWER};
	enum errc rc = whole_refusal(asked, count, ret_why);
	if (rc == OK)
		rc = hour_refusal(asked, &own, count, ret_why);
	return rc == OK ? hour_refusal(asked, &all, count, ret_why) : rc;
}

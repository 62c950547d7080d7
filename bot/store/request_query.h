/*
 * store/request_query.h - a struct request_query as SQL. Private to this folder.
 */
#pragma once

#include "bot/store/requests.h"
#include "bot/store/store_private.h"

#define REQUEST_COLUMNS \
	"id, state, open, blocks, reason, step, target, slack_user, requester, channel, thread_ts, created_at," \
	" updated_at, wake_at, fence, facts"

/* At most `max` rows of REQUEST_COLUMNS beyond the row `after` (0: from the first one), in the query's order. */
enum errc request_query_rows(struct tx *tx, struct rows *ret, const struct request_query *query, int64_t after,
                             int max) MUST_CHECK;
/* One row: how many there are, without regard to the limit. */
enum errc request_query_count(struct tx *tx, struct rows *ret, const struct request_query *query) MUST_CHECK;

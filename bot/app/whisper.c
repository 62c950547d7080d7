/*
 * app/whisper.c - words for one person alone, where the acknowledgement can't carry them.
 */
#include "bot/app/whisper.h"

#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/outbox.h"

enum { TEXT_MAX = 12 * 1024 };

/* {"text","blocks"}, or NULL where there is nothing to say. */
static json_t *body_of(const json_t *payload)
{
	AUTO_BUF struct buf text = {0};
	const json_t *blocks = json_get(payload, "blocks");
	json_t *error;
	const char *block;

	buf_init(&text, TEXT_MAX);
	buf_puts(&text, json_str(payload, "text"));
	json_object_foreach (json_get(payload, "errors"), block, error)
		buf_printf(&text, "%s%s", text.len > 0 ? "\n" : "", json_string_value(error));
	if (text.len == 0)
		return NULL;
	json_t *body = json_object();
	json_object_set_new(body, "text", json_text_value(buf_str(&text)));
	if (json_array_size(blocks) > 0)
		json_object_set_new(body, "blocks", json_deep_copy(blocks));
	return body;
}

/* Below the message of a repair the ephemeral belongs into that thread. */
static enum errc find_thread(struct tx *tx, const struct deed *deed, struct outbox_row *row)
{
	struct message_row parent;

	if (deed->thread_ts[0] == '\0')
		return OK;
	enum errc rc = message_find(tx, deed->channel, deed->thread_ts, &parent);
	if (rc == OK) {
		row->request = parent.request;
		row->in_thread = true;
	}
	return rc == ERR_NOT_FOUND ? OK : rc;
}

enum errc whisper(struct tx *tx, const struct deed *deed, const json_t *payload)
{
	struct outbox_row row = {.priority = OUTBOX_DECISION, .body = body_of(payload)};
	enum errc rc = OK;

	if (row.body == NULL)
		return OK;
	text_copy(row.user, sizeof row.user, deed->user);
	if (deed->channel[0] == '\0' || deed->channel[0] == 'D' || deed->door == DOOR_DIRECT) {
		row.op = OUTBOX_POST;
		snprintf(row.conversation, sizeof row.conversation, "@%s", deed->user);
	} else {
		row.op = OUTBOX_EPHEMERAL;
		text_copy(row.conversation, sizeof row.conversation, deed->channel);
		rc = find_thread(tx, deed, &row);
	}
	if (rc == OK)
		return outbox_put(tx, &row);
	outbox_row_done(&row);
	return rc;
}

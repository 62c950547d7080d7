/*
 * interleavings/slack.c - see slack.h.
 */
#include "tests/interleavings/slack.h"

#include <inttypes.h>
#include <stdio.h>

#include "bot/base/json.h"
#include "bot/base/text.h"

void slack_begin(struct slack *slack)
{
	slack->count = 0;
	slack->seen_count = 0;
	slack->last_ts = 1790000000;
	slack->closed = false;
}

void slack_end(struct slack *slack)
{
	for (unsigned i = 0; i < slack->count; i++)
		json_decref(slack->messages[i].body);
	slack->count = 0;
}

struct said *slack_by_key(struct slack *slack, const char *key)
{
	for (unsigned i = slack->count; i > 0; i--)
		if (text_eq(slack->messages[i - 1].key, key))
			return &slack->messages[i - 1];
	return NULL;
}

struct said *slack_by_ts(struct slack *slack, const char *ts)
{
	for (unsigned i = slack->count; i > 0; i--)
		if (text_eq(slack->messages[i - 1].ts, ts))
			return &slack->messages[i - 1];
	return NULL;
}

/* --- buttons --- */

static const json_t *buttons_of(const struct said *said)
{
	size_t i;
	json_t *block;
	json_array_foreach (json_get(said->body, "blocks"), i, block)
		if (text_eq(json_str(block, "type"), "actions"))
			return json_get(block, "elements");
	return NULL;
}

unsigned slack_buttons(const struct said *said)
{
	return said->buttons ? (unsigned)json_array_size(buttons_of(said)) : 0;
}

bool slack_button(const struct said *said, unsigned index, struct seen *ret)
{
	const json_t *button = json_array_get(buttons_of(said), index);
	if (button == NULL)
		return false;
	text_copy(ret->action, sizeof ret->action, json_str(button, "action_id"));
	text_copy(ret->value, sizeof ret->value, json_str(button, "value"));
	text_copy(ret->channel, sizeof ret->channel, said->channel);
	text_copy(ret->ts, sizeof ret->ts, said->ts);
	return true;
}

bool slack_pick(const struct slack *slack, struct dice *dice, struct seen *ret)
{
	const struct said *found = NULL;
	unsigned n = 0;
	for (unsigned i = 0; i < slack->count; i++)
		if (slack->messages[i].buttons && dice_roll(dice, ++n) == 0)
			found = &slack->messages[i];
	return found != NULL && slack_button(found, dice_roll(dice, slack_buttons(found)), ret);
}

bool slack_find(const struct slack *slack, const char *action, struct seen *ret)
{
	for (unsigned i = slack->count; i > 0; i--)
		for (unsigned b = 0; b < slack_buttons(&slack->messages[i - 1]); b++)
			if (slack_button(&slack->messages[i - 1], b, ret) && text_eq(ret->action, action))
				return true;
	return false;
}

static void remember(struct slack *slack, const struct said *said)
{
	struct seen seen;
	for (unsigned i = 0; i < slack_buttons(said); i++)
		if (slack_button(said, i, &seen))
			slack->seen[slack->seen_count++ % SEEN_MAX] = seen;
}

/* --- messages --- */

void slack_change(struct slack *slack, struct said *said, json_t *body)
{
	json_incref(body);
	json_decref(said->body);
	said->body = body;
	said->buttons = buttons_of(said) != NULL;
	remember(slack, said);
}

void slack_whisper(struct slack *slack, json_t *body, const char *channel)
{
	struct said said = {.body = body, .buttons = true};
	text_copy(said.channel, sizeof said.channel, channel);
	remember(slack, &said);
}

const struct said *slack_post(struct slack *slack, const struct outbox_row *row)
{
	if (slack->count == MESSAGES_MAX)
		return NULL;
	struct said *said = &slack->messages[slack->count++];
	*said = (struct said){.request = row->request};
	snprintf(said->ts, sizeof said->ts, "%" PRId64 ".000100", ++slack->last_ts);
	text_copy(said->channel, sizeof said->channel, row->channel[0] != '\0' ? row->channel : row->conversation);
	text_copy(said->thread, sizeof said->thread, row->thread_ts);
	text_copy(said->slot, sizeof said->slot, row->slot);
	text_copy(said->key, sizeof said->key, row->key);
	slack_change(slack, said, row->body);
	return said;
}

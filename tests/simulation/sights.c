/*
 * simulation/sights.c - see sights.h.
 */
#include "tests/simulation/sights.h"

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/simulation/fake.h"

static void see_buttons(struct sights *sights, const json_t *channel, const json_t *message, const json_t *part)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(part)) {
		json_array_foreach (part, i, value)
			see_buttons(sights, channel, message, value);
	} else if (json_is_object(part) && text_eq(json_str(part, "type"), "button")) {
		if (sights->count == SIGHTS_MAX)
			return;
		struct sight *sight = &sights->all[sights->count++];
		*sight = (struct sight){.channel = channel, .message = message};
		text_copy(sight->action, sizeof sight->action, json_str(part, "action_id"));
		text_copy(sight->value, sizeof sight->value, json_str(part, "value"));
	} else if (json_is_object(part)) {
		json_object_foreach ((json_t *)(uintptr_t)part, key, value)
			see_buttons(sights, channel, message, value);
	}
}

void sights_look(struct sights *sights, size_t back)
{
	const char *id;
	json_t *channel;

	sights->count = 0;
	json_object_foreach (fake_slack_channels(), id, channel) {
		const json_t *messages = json_get(channel, "_messages");
		size_t n = 0;

		for (size_t i = json_array_size(messages); i-- > 0 && (back == 0 || n < back); n++) {
			const json_t *message = json_array_get(messages, i);
			if (json_get(message, "_deleted") == NULL)
				see_buttons(sights, channel, message, json_get(message, "blocks"));
		}
	}
}

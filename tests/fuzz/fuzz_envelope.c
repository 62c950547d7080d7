/*
 * tests/fuzz/fuzz_envelope.c - whatever comes over the socket: it can be walked, means one thing, and has one key.
 *
 * What must hold of every input: no string is NULL, the key names the deed and neither the frame nor a capability, the
 * same payload in another envelope has the same key, what belongs to others is never a deed, and what is kept of a
 * deed bears no trigger, token or response address.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/intake.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/slack/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEY = 160, TEXT_BYTES_MAX = 4 * 12000 };

static const struct slack_identity us = {.bot_user = "U0BOT0001",
                                         .bot_id = "B0EAC0001",
                                         .app_id = "A0EAC00001",
                                         .team = "T0EAC0001",
                                         .enterprise = "E0EAC0001"};

static void check_strings(const struct envelope *e)
{
	const char *const strings[] = {e->type_word,  e->id,       e->app_id,    e->reason,     e->team,
	                               e->enterprise, e->user,     e->user_team, e->channel,    e->trigger,
	                               e->command,    e->text,     e->kind,      e->message_ts, e->thread_ts,
	                               e->callback,   e->event_id, e->event_type};

	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
		assert(strings[i] != NULL && strlen(strings[i]) <= 1 << 20);
	assert(e->type_word[0] != '\0');
	assert(e->num_connections >= 0 && e->approximate_life_s >= 0 && e->retry_attempt >= 0);
	assert(e->payload == NULL || json_is_object(e->payload));
	assert(e->actions == NULL || json_is_array(e->actions));
	assert(e->view == NULL || json_is_object(e->view));
	assert(e->event == NULL || json_is_object(e->event));
}

static void check_key(const char *key)
{
	static const char *const kinds[] = {"ev:", "tr:", "vw:", "en:", "sh:", "ms:"};
	bool known = false;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		known = known || text_starts(key, kinds[i]);
	assert(known && strlen(key) < KEY);
}

/* A capability in the store would be one that whoever reads the store has. */
static void check_secret(const struct envelope *e, const char *key)
{
	if (strlen(e->trigger) >= 8 && text_starts(key, "tr:"))
		assert(strstr(key, e->trigger) == NULL);
}

/* A retry has a new envelope and says that it is one; the key stays. */
static void check_retry(const struct envelope *e, const char *key)
{
	json_t *again = json_deep_copy(e->root);
	char *text, retry_key[KEY];
	struct envelope retry;

	json_set_str(again, "envelope_id", "another-envelope");
	json_set_int(again, "retry_attempt", 2);
	text = json_text(again);
	json_decref(again);
	assert(envelope_parse(&retry, text, strlen(text), NULL) == OK);
	free(text);
	envelope_key(&retry, retry_key);
	/* where nothing else identifies it, the envelope does */
	if (!text_starts(key, "en:") && !text_starts(key, "sh:"))
		assert(text_eq(key, retry_key));
	envelope_done(&retry);
}

static void check_body(const json_t *body)
{
	static const char *const never[] = {"trigger_id", "response_url", "response_urls", "token"};
	struct deed deed;

	assert(json_is_object(body));
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		assert(json_get(body, never[i]) == NULL && json_get(json_get(body, "view"), never[i]) == NULL);
	intake_deed(body, &deed);
	assert(deed.user[0] != '\0' && deed.channel && deed.thread_ts && deed.message_ts && deed.action && deed.value);
	assert(deed.door <= DOOR_SHORTCUT && strlen(deed.text) <= TEXT_BYTES_MAX);
	assert(!text_eq(deed.user, us.bot_user) || (deed.door != DOOR_MENTION && deed.door != DOOR_DIRECT));
}

static void check_deeds(const struct envelope *e, const json_t *deeds)
{
	char key[KEY];
	size_t i;
	json_t *body;

	assert(json_array_size(deeds) > 0 && e->user[0] != '\0');
	assert(text_eq(e->app_id, us.app_id) || e->app_id[0] == '\0');
	assert(text_eq(e->team, us.team) || (e->team[0] == '\0' && text_eq(e->enterprise, us.enterprise)));
	json_array_foreach (deeds, i, body)
		check_body(body);
	intake_key(e, json_array_get(deeds, 0), key);
	check_key(key);
	check_secret(e, key);
	if (e->type == ENVELOPE_EVENT)
		assert(json_array_size(deeds) == 1);
}

static void check_intake(const struct envelope *e)
{
	const char *why = NULL;
	json_t *deeds = NULL;
	enum intake meaning = intake_read(e, &us, &deeds, &why);

	assert(strlen(intake_kind(e)) > 0);
	assert((meaning == INTAKE_DEEDS) == (deeds != NULL));
	assert((meaning == INTAKE_FOREIGN) == (why != NULL));
	if (meaning == INTAKE_DEEDS)
		check_deeds(e, deeds);
	json_decref(deeds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct envelope e;
	struct err err;
	char key[KEY];

	if (envelope_parse(&e, (const char *)data, size, &err)) {
		assert(err.code == ERR_INVALID && err.text[0]);
		return 0;
	}
	check_strings(&e);
	envelope_key(&e, key);
	check_key(key);
	check_secret(&e, key);
	check_retry(&e, key);
	check_intake(&e);
	envelope_done(&e);
	return 0;
}

/*
 * slack/envelope.c - one Socket Mode message, read.
 *
 * The fields are borrowed from the parsed tree. Which of them may be believed,
 * and what they mean, is decided elsewhere (bot/app).
 */
#include "bot/slack/envelope.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { KEY_SIZE = 160, DIGEST_CHARS = 32 };

static const struct {
	const char *word;
	enum envelope_type type;
} types[] = {
    {"hello", ENVELOPE_HELLO},          {"disconnect", ENVELOPE_DISCONNECT},
    {"slash_commands", ENVELOPE_SLASH}, {"interactive", ENVELOPE_INTERACTIVE},
    {"events_api", ENVELOPE_EVENT},
};

static enum envelope_type type_of(const char *word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_eq(word, types[i].word))
			return types[i].type;
	return ENVELOPE_UNKNOWN;
}

/* A count from outside: never negative, never beyond an int. */
static int small_int(const json_t *object, const char *key)
{
	int64_t n = json_int(object, key);

	return n < 0 ? 0 : n > INT_MAX ? INT_MAX : (int)n;
}

/* The first of two that is not "". */
static const char *either(const char *a, const char *b)
{
	return *a ? a : b;
}

static const json_t *object_at(const json_t *object, const char *key)
{
	const json_t *value = json_get(object, key);

	return json_is_object(value) ? value : NULL;
}

/* A string, or an object that bears it as `id`: events have both. */
static const char *id_at(const json_t *object, const char *key)
{
	return either(json_str(object, key), json_str(json_get(object, key), "id"));
}

static void read_common(struct envelope *e, const json_t *p)
{
	const json_t *team = json_get(p, "team");

	e->app_id = json_str(p, "api_app_id");
	e->team = either(json_str(p, "team_id"), json_str(team, "id"));
	e->enterprise = either(json_str(p, "enterprise_id"), json_str(json_get(p, "enterprise"), "id"));
	e->enterprise = either(e->enterprise, json_str(team, "enterprise_id"));
	e->trigger = json_str(p, "trigger_id");
}

static void read_slash(struct envelope *e, const json_t *p)
{
	e->user = json_str(p, "user_id");
	e->user_team = e->team;
	e->channel = json_str(p, "channel_id");
	e->command = json_str(p, "command");
	e->text = json_str(p, "text");
}

static void read_interactive(struct envelope *e, const json_t *p)
{
	const json_t *container = json_get(p, "container");
	const json_t *message = json_get(p, "message");
	const json_t *actions = json_get(p, "actions");

	e->kind = json_str(p, "type");
	e->user = id_at(p, "user");
	e->user_team = json_str(json_get(p, "user"), "team_id");
	e->channel = either(id_at(p, "channel"), json_str(container, "channel_id"));
	e->message_ts = either(json_str(container, "message_ts"), json_str(message, "ts"));
	e->thread_ts = either(json_str(container, "thread_ts"), json_str(message, "thread_ts"));
	e->actions = json_is_array(actions) ? actions : NULL;
	e->view = object_at(p, "view");
	e->callback = either(json_str(e->view, "callback_id"), json_str(p, "callback_id"));
	e->app_id = either(e->app_id, json_str(e->view, "app_id"));
	if (text_eq(e->kind, "message_action") && json_str(message, "bot_id")[0] == '\0')
		e->author = json_str(message, "user");
}

static void read_event(struct envelope *e, const json_t *p)
{
	e->event_id = json_str(p, "event_id");
	e->event = object_at(p, "event");
	e->event_type = json_str(e->event, "type");
	e->user = id_at(e->event, "user");
	e->user_team = either(json_str(e->event, "user_team"), json_str(e->event, "team"));
	e->channel = either(id_at(e->event, "channel"), json_str(json_get(e->event, "item"), "channel"));
	e->thread_ts = json_str(e->event, "thread_ts");
	e->shared_channel = json_bool(p, "is_ext_shared_channel");
}

static void read_payload(struct envelope *e)
{
	if (!e->payload)
		return;
	read_common(e, e->payload);
	if (e->type == ENVELOPE_SLASH)
		read_slash(e, e->payload);
	else if (e->type == ENVELOPE_INTERACTIVE)
		read_interactive(e, e->payload);
	else if (e->type == ENVELOPE_EVENT)
		read_event(e, e->payload);
}

static struct envelope empty_envelope(json_t *root)
{
	return (struct envelope){
	    .root = root,
	    .type_word = "",
	    .id = "",
	    .app_id = "",
	    .reason = "",
	    .team = "",
	    .enterprise = "",
	    .user = "",
	    .user_team = "",
	    .channel = "",
	    .trigger = "",
	    .command = "",
	    .text = "",
	    .kind = "",
	    .message_ts = "",
	    .thread_ts = "",
	    .callback = "",
	    .author = "",
	    .event_id = "",
	    .event_type = "",
	};
}

enum errc envelope_parse(struct envelope *ret, const char *text, size_t len, struct err *reterr)
{
	struct envelope e;
	json_t *root;

	if (json_parse(&root, text, len, reterr)) {
		if (reterr)
			reterr->code = ERR_INVALID;
		return ERR_INVALID;
	}
	e = empty_envelope(root);
	e.type_word = json_str(root, "type");
	if (!*e.type_word) {
		json_decref(root);
		return err_set(reterr, ERR_INVALID, "a socket message without a type");
	}
	e.type = type_of(e.type_word);
	e.id = json_str(root, "envelope_id");
	e.takes_payload = json_bool(root, "accepts_response_payload");
	e.retry_attempt = small_int(root, "retry_attempt");
	e.payload = object_at(root, "payload");
	read_payload(&e);
	if (e.type == ENVELOPE_HELLO || e.type == ENVELOPE_DISCONNECT) {
		e.num_connections = small_int(root, "num_connections");
		e.approximate_life_s = small_int(json_get(root, "debug_info"), "approximate_connection_time");
		e.app_id = json_str(json_get(root, "connection_info"), "app_id");
		e.reason = json_str(root, "reason");
	}
	*ret = e;
	return OK;
}

void envelope_done(struct envelope *e)
{
	json_decref(e->root);
	*e = empty_envelope(NULL);
}

/* Half a SHA-256: nothing secret is compared with it, and 128 bits do not collide. */
static void digest(char out[static DIGEST_CHARS + 1], const char *s)
{
	char whole[65];

	text_sha256_hex(whole, s, strlen(s));
	text_copy(out, DIGEST_CHARS + 1, whole);
}

static void add_digest(struct buf *b, const char *s)
{
	char hex[DIGEST_CHARS + 1];

	digest(hex, s);
	buf_puts(b, hex);
}

static void add_view(struct buf *b, const struct envelope *e)
{
	AUTO_FREE char *typed = json_text(json_path(e->view, "state", "values", NULL));
	AUTO_BUF struct buf deed;

	buf_init(&deed, strlen(typed) + strlen(e->trigger) + 64);
	buf_printf(&deed, "%s ", e->kind);
	buf_puts(&deed, *e->trigger ? e->trigger : typed);
	buf_printf(b, "vw:%s:%s:", json_str(e->view, "id"), json_str(e->view, "hash"));
	add_digest(b, buf_str(&deed));
}

static void add_event(struct buf *b, const struct envelope *e)
{
	const char *ts = either(json_str(e->event, "event_ts"), json_str(e->event, "ts"));

	if (*e->event_id)
		buf_printf(b, "ev:%s", e->event_id);
	else
		buf_printf(b, "ev:%s:%s:%s", e->channel, ts, e->event_type);
}

void envelope_key(const struct envelope *e, char out[static KEY_SIZE])
{
	AUTO_BUF struct buf key;
	char hex[DIGEST_CHARS + 1];

	buf_init(&key, 16384);
	if (e->event) {
		add_event(&key, e);
	} else if (e->view && *json_str(e->view, "id") && text_starts(e->kind, "view_")) {
		add_view(&key, e);
	} else if (*e->trigger) {
		buf_puts(&key, "tr:");
		add_digest(&key, e->trigger);
	} else {
		buf_printf(&key, "en:%s", e->id);
	}
	if (key.len < KEY_SIZE) {
		text_copy(out, KEY_SIZE, buf_str(&key));
		return;
	}
	digest(hex, buf_str(&key));
	snprintf(out, KEY_SIZE, "sh:%s", hex);
}

/*
 * slack/envelope.h - one Socket Mode message, read. Pure: no I/O, fuzzed.
 *
 * docs.slack.dev "Using Socket Mode". Shapes vary between Slack's own samples;
 * whatever is missing or of another type becomes "" or NULL here, once.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bot/base/err.h"

enum envelope_type {
	ENVELOPE_UNKNOWN,
	ENVELOPE_HELLO,
	ENVELOPE_DISCONNECT,
	ENVELOPE_SLASH,       /* slash_commands */
	ENVELOPE_INTERACTIVE, /* interactive */
	ENVELOPE_EVENT,       /* events_api */
};

/* Strings are never NULL. */
struct envelope {
	enum envelope_type type;
	json_t *root; /* owned: keeps every pointer below alive */
	const char *type_word;
	const char *id;     /* envelope_id; "" for hello and disconnect */
	bool takes_payload; /* accepts_response_payload */
	int retry_attempt;
	const json_t *payload; /* an object, or NULL */
	/* hello */
	int num_connections;
	int approximate_life_s; /* debug_info.approximate_connection_time; 0 when absent */
	const char *app_id;     /* hello: connection_info.app_id; else api_app_id of the payload */
	/* disconnect */
	const char *reason;
	/* payloads: what they have in common */
	const char *team; /* "" on org-wide installs */
	const char *enterprise;
	const char *user;      /* who did it; "" for events without a doer */
	const char *user_team; /* "" when not said */
	const char *channel;   /* "" in views */
	const char *trigger;   /* a capability: never logged */
	/* slash */
	const char *command;
	const char *text;
	/* interactive */
	const char *kind; /* block_actions, view_submission, view_closed, shortcut, message_action, block_suggestion */
	const char *message_ts; /* container.message_ts, or that of the message of a message_action */
	const char *thread_ts;  /* container.thread_ts, or the event's */
	const json_t *actions;  /* array or NULL */
	const json_t *view;     /* object or NULL */
	const char *callback;   /* callback_id of view or shortcut */
	const char *author;     /* message_action: who wrote the message; "" where no person did */
	/* event */
	const char *event_id;
	const json_t *event;    /* the inner event or NULL */
	const char *event_type; /* app_mention, message, ... */
	bool shared_channel;    /* is_ext_shared_channel */
};

/*
 * OK: the caller owns *ret (envelope_done). INVALID: no JSON object, or no type; *ret is untouched and nothing is to be
 * freed. `text` need not outlive the call.
 */
enum errc envelope_parse(struct envelope *ret, const char *text, size_t len, struct err *reterr) MUST_CHECK;
void envelope_done(struct envelope *e); /* zeroed is fine */
/*
 * What identifies the deed, not the frame, so that a redelivery has the same key: "ev:EVENT_ID" (fallback
 * channel+ts+type), "tr:DIGEST" of the trigger for commands, actions and shortcuts (it is a capability, hence not
 * itself), "vw:VIEW_ID:HASH:DIGEST" for views, "en:ENVELOPE_ID" otherwise. The digest of a view is of its trigger, or
 * of what was typed: a view keeps its hash when errors are shown, and the corrected answer is another deed. What would
 * be too long for `out` is digested whole ("sh:DIGEST").
 */
void envelope_key(const struct envelope *e, char out[static 160]);

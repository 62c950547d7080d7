/*
 * slack/slack.c - one Slack app: its sockets and its Web API.
 *
 * Puts socket_set.c and web.c together and knows who we are (auth.test). A
 * token that Slack refuses is looked at again every few minutes and at once
 * when a new one is given: there is no error after which it stays dead.
 */
#include "bot/slack/slack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/socket_set.h"
#include "bot/slack/web.h"
#include "bot/slack/web_error.h"

enum {
	ACK_MAX = 16 * 1024, /* Slack drops frames of 20480 bytes and more */
	AUTH_TIMEOUT_MS = 15 * 1000,
	AUTH_BACK_OFF_MS = 1000,
	AUTH_BACK_OFF_MAX_MS = 60 * 1000,
};

struct slack {
	struct loop *loop;
	struct web *web;
	struct wires *wires;
	struct socket_context context;
	struct socket_set *set;
	struct slack_callbacks callbacks;
	const struct secret *bot_token;
	struct loop_timer *auth; /* the next auth.test */
	http_ticket auth_ticket;
	unsigned auth_failures;
	bool identified; /* by auth.test */
	bool presumed;   /* by an earlier run */
	struct slack_identity identity;
	char hello_app[24];    /* whose sockets these are */
	char bot_trouble[400]; /* what is wrong with the bot token; "" */
};

static void set_default(int64_t *value, int64_t usual)
{
	if (!*value)
		*value = usual;
}

static void set_defaults(struct slack_times *times)
{
	set_default(&times->dial_ms, 15000);
	set_default(&times->hello_ms, 10000);
	set_default(&times->ping_ms, 10000);
	set_default(&times->dead_ms, 35000);
	set_default(&times->drain_ms, 8000);
	set_default(&times->close_ms, 2000);
	set_default(&times->stagger_ms, 3000);
	set_default(&times->stable_ms, 60000);
	set_default(&times->back_off_ms, 500);
	set_default(&times->crowded_ms, 30000);
	set_default(&times->probe_ms, 300000);
	set_default(&times->gap_ms, 3000);
	set_default(&times->apart_ms, 1000);
	set_default(&times->budget_ms, 60000);
}

static void envelope_came(void *arg, uint64_t socket, const struct envelope *envelope)
{
	struct slack *slack = arg;

	slack->callbacks.envelope(slack->callbacks.arg, socket, envelope);
}

static void state_changed(void *arg)
{
	struct slack *slack = arg;

	slack->callbacks.state(slack->callbacks.arg);
}

static void gap_ended(void *arg, int64_t gap_ms)
{
	struct slack *slack = arg;

	slack->callbacks.gap(slack->callbacks.arg, gap_ms);
}

/* Older workspaces' auth.test does not tell the app; hello does. */
static void hello_came(void *arg, const struct envelope *hello)
{
	struct slack *slack = arg;

	if (*hello->app_id)
		text_copy(slack->hello_app, sizeof(slack->hello_app), hello->app_id);
	if ((slack->identified || slack->presumed) && !slack->identity.app_known)
		text_copy(slack->identity.app_id, sizeof(slack->identity.app_id), slack->hello_app);
}

/* Half a SHA-256: a token is random, so that nothing of it can be told from that. */
static void digest_token(const struct slack *slack, char out[static 33])
{
	char whole[65];

	text_sha256_hex(whole, secret_reveal(slack->bot_token), secret_len(slack->bot_token));
	text_copy(out, 33, whole);
}

static void identify(struct slack *slack, const json_t *body)
{
	struct slack_identity *id = &slack->identity;

	memset(id, 0, sizeof(*id));
	text_copy(id->bot_user, sizeof(id->bot_user), json_str(body, "user_id"));
	text_copy(id->bot_id, sizeof(id->bot_id), json_str(body, "bot_id"));
	text_copy(id->team, sizeof(id->team), json_str(body, "team_id"));
	text_copy(id->enterprise, sizeof(id->enterprise), json_str(body, "enterprise_id"));
	text_copy(id->app_id, sizeof(id->app_id), json_str(body, "app_id"));
	digest_token(slack, id->token);
	text_copy(id->url, sizeof(id->url), json_str(body, "url"));
	id->app_known = *id->app_id != '\0';
	slack->identified = true;
	socket_set_expect_app(slack->set, id->app_id);
	if (!*id->app_id)
		text_copy(id->app_id, sizeof(id->app_id), slack->hello_app);
}

static bool needs_a_person(enum errc code)
{
	return code == ERR_AUTH || code == ERR_DENIED;
}

/* When auth.test failed. */
static int64_t next_auth_ms(struct slack *slack, const struct slack_answer *answer)
{
	if (needs_a_person(answer->code))
		return slack->context.times.probe_ms;
	if (answer->retry_after_ms)
		return answer->retry_after_ms;
	return AUTH_BACK_OFF_MS +
	       socket_set_back_off_ms(++slack->auth_failures, AUTH_BACK_OFF_MS, AUTH_BACK_OFF_MAX_MS);
}

static void authenticated(void *arg, const struct slack_answer *answer)
{
	struct slack *slack = arg;

	slack->auth_ticket = 0;
	if (answer->code) {
		/* once we were let in, a passing failure says nothing about the token */
		if (needs_a_person(answer->code) || !slack->identified)
			text_copy(slack->bot_trouble, sizeof(slack->bot_trouble), answer->reason);
		loop_timer_set(slack->auth, next_auth_ms(slack, answer));
	} else {
		slack->auth_failures = 0;
		slack->bot_trouble[0] = '\0';
		identify(slack, answer->body);
	}
	state_changed(slack);
}

static void authenticate(void *arg)
{
	struct slack *slack = arg;

	web_cancel(slack->web, slack->auth_ticket);
	loop_timer_set(slack->auth, -1);
	slack->auth_ticket =
	    web_call(slack->web, slack->bot_token, "auth.test", NULL, AUTH_TIMEOUT_MS, authenticated, slack);
}

/* Some call was told that the token is not good: ask auth.test, which also notices when it is good again. */
static void token_refused(void *arg, const char *method)
{
	struct slack *slack = arg;

	if (!text_eq(method, "apps.connections.open") && !*slack->bot_trouble && !slack->auth_ticket)
		loop_timer_set(slack->auth, 0);
}

enum errc slack_new(struct slack **ret, struct loop *loop, struct http *http, const struct slack_options *options,
                    const struct slack_callbacks *callbacks, struct err *reterr)
{
	struct socket_set_callbacks from_set = {envelope_came, hello_came, state_changed, gap_ended, NULL};
	struct slack *slack;

	if (options->connections < 1 || options->connections > 4)
		return err_set(reterr, ERR_INVALID, "slack.connections has to be 1 to 4");
	slack = mem_alloc(sizeof(*slack));
	from_set.arg = slack;
	slack->loop = loop;
	slack->callbacks = *callbacks;
	slack->bot_token = options->bot_token;
	slack->web = web_new(http, options->api_url, token_refused, slack);
	slack->wires = wires_new(loop, http);
	slack->auth = loop_timer_new(loop, authenticate, slack);
	slack->context = (struct socket_context){
	    .loop = loop,
	    .http = http,
	    .web = slack->web,
	    .wires = slack->wires,
	    .app_token = options->app_token,
	    .allow_loopback = socket_url_points_home(options->api_url),
	    .times = options->times,
	};
	set_defaults(&slack->context.times);
	slack->set = socket_set_new(&slack->context, (unsigned)options->connections, &from_set);
	*ret = slack;
	return OK;
}

void slack_start(struct slack *slack)
{
	loop_timer_set(slack->auth, 0);
	socket_set_start(slack->set);
}

void slack_stop(struct slack *slack, loop_fn *done, void *arg)
{
	loop_timer_set(slack->auth, -1);
	web_cancel(slack->web, slack->auth_ticket);
	slack->auth_ticket = 0;
	socket_set_stop(slack->set, done, arg);
}

void slack_free(struct slack *slack)
{
	if (!slack)
		return;
	web_cancel(slack->web, slack->auth_ticket);
	socket_set_free(slack->set);
	wires_free(slack->wires);
	web_free(slack->web); /* last: what sockets asked for is cancelled by them, the rest is answered */
	loop_timer_free(slack->auth);
	free(slack);
}

enum errc slack_ack(struct slack *slack, uint64_t socket, const char *envelope_id, const json_t *payload)
{
	struct socket *s = socket_set_find(slack->set, socket);
	json_t *frame = json_object();
	AUTO_FREE char *text = NULL;

	json_set_str(frame, "envelope_id", envelope_id);
	if (payload)
		json_object_set_new(frame, "payload", json_deep_copy(payload));
	text = json_text(frame);
	json_decref(frame);
	if (strlen(text) > ACK_MAX)
		return ERR_TOO_LARGE;
	return s ? socket_ack(s, text, strlen(text)) : ERR_NOT_FOUND;
}

http_ticket slack_call(struct slack *slack, const char *method, json_t *arguments, unsigned timeout_ms,
                       slack_answer_fn *done, void *arg)
{
	return web_call(slack->web, slack->bot_token, method, arguments, timeout_ms, done, arg);
}

void slack_cancel(struct slack *slack, http_ticket ticket)
{
	web_cancel(slack->web, ticket);
}

const char *slack_advice(const char *method, const char *error)
{
	return web_error_advice(method, error);
}

void slack_presume(struct slack *slack, const struct slack_identity *identity)
{
	char token[33];

	digest_token(slack, token);
	if (slack->identified || !text_eq(token, identity->token))
		return;
	slack->identity = *identity;
	slack->presumed = true;
	if (identity->app_known)
		socket_set_expect_app(slack->set, identity->app_id);
}

const struct slack_identity *slack_identity(const struct slack *slack)
{
	return slack->identified || slack->presumed ? &slack->identity : NULL;
}

/* The first thing that a person should hear of. */
static void describe_trouble(const struct slack *slack, struct slack_figures *f)
{
	if (*slack->bot_trouble)
		text_copy(f->trouble, sizeof(f->trouble), slack->bot_trouble);
	else if (!f->live)
		text_copy(f->trouble, sizeof(f->trouble), *f->last_loss ? f->last_loss : "not connected yet");
}

void slack_get_figures(const struct slack *slack, struct slack_figures *ret)
{
	memset(ret, 0, sizeof(*ret));
	socket_set_get_figures(slack->set, ret);
	ret->confirmed = slack->identified;
	describe_trouble(slack, ret);
}

void slack_each_count(const struct slack *slack,
                      void (*fn)(void *arg, const char *method, const char *result, uint64_t n), void *arg)
{
	web_each_count(slack->web, fn, arg);
}

void slack_set_tokens(struct slack *slack, const struct secret *app_token, const struct secret *bot_token)
{
	bool new_app = !text_eq(secret_reveal(slack->context.app_token), secret_reveal(app_token));
	bool new_bot = !text_eq(secret_reveal(slack->bot_token), secret_reveal(bot_token));

	slack->context.app_token = app_token;
	slack->bot_token = bot_token;
	if (new_app)
		slack->hello_app[0] = '\0';
	if (new_bot)
		socket_set_expect_app(slack->set, ""); /* until the new one has told whose it is */
	/* What is still under way is about the old token; its refusal would put the next try off for minutes. */
	web_cancel(slack->web, slack->auth_ticket);
	slack->auth_ticket = 0;
	slack->auth_failures = 0;
	loop_timer_set(slack->auth, 0);
	socket_set_try_now(slack->set, new_app);
}

void slack_renew_tls(struct slack *slack)
{
	wires_renew_tls(slack->wires);
}

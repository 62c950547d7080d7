/*
 * salesforce/session.c - login, renewal and the REST version; see session.h.
 *
 * One request at a time: LOGIN (perhaps again with another audience or with
 * the right time), then VERSIONS, then everybody who waits is woken. What the
 * server taught (audience, time, version) outlives the token.
 */
#include "salesforce/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/instance.h"
#include "salesforce/jwt.h"
#include "salesforce/later.h"
#include "salesforce/sf_id.h"

enum {
	ASSERTION_S = 180, /* Salesforce takes at most 3 to 5 minutes */
	AWAY_MAX_S = 900,
	SKEW_LEARNT_MS = 30000, /* a smaller surprise about the time does not explain a refusal */
	VERSION_MIN = 59,       /* older ones lack fields that are needed */
	AUDIENCES = 3,
	TOKEN_MAX = 8192,
};
static const int64_t version_lasts_ms = INT64_C(24) * 3600 * 1000;
static const int64_t version_retry_ms = INT64_C(3600) * 1000; /* when the list could not be read */

enum doing { IDLE, LOGIN, VERSIONS };

struct session {
	struct http *http;
	struct usage *usage;
	char *login_url;
	enum sf_auth auth;
	char *client_id;
	char *username;
	struct jwt_key *key;
	struct secret *client_secret;
	char secret_trouble[200]; /* why the key or secret can't be used; "" */

	enum doing doing;
	http_ticket ticket;
	struct waiters waiters;

	const char *audiences[AUDIENCES];
	int audience_count;
	int audience;         /* the one that worked last */
	int audiences_tried;  /* in this login */
	bool time_tried;      /* in this login */
	int64_t assertion_ms; /* the server's time when the assertion was made, as believed then */

	bool time_known;
	int64_t skew_ms;

	struct secret *token;
	unsigned generation;
	char instance[200];
	char org[19];
	char bot_id[19];

	int configured_version;
	char version[16];
	int64_t version_until_ms; /* boot time */

	int64_t away_until_ms; /* boot time; the login's Retry-After, but not for ever */
	bool let_in;
	char trouble[200];
};

static void begin(struct session *s);
static void login(struct session *s);

/* --- birth and death --- */

/* Production and sandboxes each have one audience; a My Domain takes its own or one of the two, which is not known
 * beforehand. */
static void choose_audiences(struct session *s)
{
	static const char production[] = "https://login.salesforce.com", sandbox[] = "https://test.salesforce.com";

	s->audiences[s->audience_count++] = s->login_url;
	if (text_ieq(s->login_url, production) || text_ieq(s->login_url, sandbox))
		return;
	s->audiences[s->audience_count++] = production;
	s->audiences[s->audience_count++] = sandbox;
}

struct session *session_new(struct http *http, struct usage *usage, const struct sf_options *options)
{
	struct session *s = mem_alloc(sizeof(*s));

	s->http = http;
	s->usage = usage;
	s->login_url = mem_strdup(options->login_url);
	s->auth = options->auth;
	s->client_id = mem_strdup(options->client_id);
	s->username = mem_strdup(options->username ? options->username : "");
	s->configured_version = (int)strtol(options->api_version ? options->api_version : "64.0", NULL, 10);
	choose_audiences(s);
	session_set_secrets(s, options->private_key, options->client_secret);
	return s;
}

static void drop_token(struct session *s)
{
	secret_free(s->token);
	s->token = NULL;
}

static void drop_secrets(struct session *s)
{
	jwt_key_free(s->key);
	s->key = NULL;
	secret_free(s->client_secret);
	s->client_secret = NULL;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	http_cancel(s->http, s->ticket);
	waiters_done(&s->waiters);
	drop_token(s);
	drop_secrets(s);
	free(s->login_url);
	free(s->client_id);
	free(s->username);
	free(s);
}

static void take_secrets(struct session *s, const struct secret *private_key, const struct secret *client_secret)
{
	struct err e = {0};

	s->secret_trouble[0] = '\0';
	if (s->auth == SF_JWT) {
		if (jwt_key_new(&s->key, private_key, &e) != OK)
			text_copy(s->secret_trouble, sizeof(s->secret_trouble), e.text);
	} else if (secret_len(client_secret) == 0) {
		text_copy(s->secret_trouble, sizeof(s->secret_trouble), "there is no client secret");
	} else {
		s->client_secret = secret_new(secret_reveal(client_secret), secret_len(client_secret));
	}
}

void session_set_secrets(struct session *s, const struct secret *private_key, const struct secret *client_secret)
{
	drop_token(s);
	drop_secrets(s);
	take_secrets(s, private_key, client_secret);
	if (s->doing == IDLE)
		return;
	http_cancel(s->http, s->ticket); /* it was begun with the old ones */
	s->doing = IDLE;
	begin(s);
}

/* --- the end of a login --- */

static void succeed(struct session *s)
{
	s->doing = IDLE;
	s->let_in = true;
	s->trouble[0] = '\0';
	waiters_wake(&s->waiters, NULL);
}

static void fail(struct session *s, const struct sf_trouble *trouble)
{
	struct sf_trouble copy = *trouble;

	s->doing = IDLE;
	s->let_in = false;
	text_copy(s->trouble, sizeof(s->trouble), copy.reason);
	waiters_wake(&s->waiters, &copy);
}

/* --- the version --- */

/* Older than every version that we could use: then the floor is tried all the same, and refused in words. */
static int newest_version(const json_t *list)
{
	int newest = 0;
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		int version = (int)strtol(json_str(one, "version"), NULL, 10);

		if (version > newest && version < 1000)
			newest = version;
	}
	return newest;
}

static void choose_version(struct session *s, int newest)
{
	int version = s->configured_version;
	bool known = newest > 0;

	if (known && newest < version)
		version = newest;
	if (version < VERSION_MIN)
		version = VERSION_MIN;
	snprintf(s->version, sizeof(s->version), "%d.0", version);
	s->version_until_ms = clock_boot_ms() + (known ? version_lasts_ms : version_retry_ms);
}

static void on_versions(void *arg, const struct http_answer *answer)
{
	struct session *s = arg;
	json_auto_t *list = NULL;
	bool ok =
	    answer->code == OK && answer->status == 200 && json_parse(&list, answer->body, answer->len, NULL) == OK;

	if (answer->code == ERR_ABORTED)
		return;
	usage_count(s->usage, SF_KIND_VERSION, ok ? OK : answer->code == OK ? ERR_PROTOCOL : answer->code);
	session_learn_time(s, answer->date_ms, answer->took_ms);
	choose_version(s, newest_version(list));
	succeed(s);
}

/* GET /services/data/ needs no session and is not counted. */
static void ask_versions(struct session *s)
{
	static const struct http_header headers[] = {{"Accept", "application/json"}};
	char url[256];

	snprintf(url, sizeof(url), "%s/services/data/", s->instance);
	s->doing = VERSIONS;
	s->ticket = http_send(s->http,
	                      &(struct http_request){.method = "GET",
	                                             .url = url,
	                                             .headers = headers,
	                                             .header_count = 1,
	                                             .timeout_ms = 10000,
	                                             .max_answer = 1 << 20,
	                                             .repeatable = true},
	                      on_versions, s);
}

/* --- the token --- */

static bool is_header_text(const char *token)
{
	size_t len = strlen(token);

	for (size_t i = 0; i < len; i++) {
		if (token[i] <= 0x20 || token[i] >= 0x7f)
			return false;
	}
	return len > 0 && len <= TOKEN_MAX;
}

/* "https://login.salesforce.com/id/ORG/USER"; without it we do not know who we are, which others judge. */
static void read_identity(struct session *s, const char *url)
{
	const char *user = strrchr(url, '/');
	char org[19] = "";
	const char *at = user;

	while (at && at > url && at[-1] != '/')
		at--;
	if (!user || at == url)
		return;
	snprintf(org, sizeof(org), "%.*s", (int)(user - at), at);
	if (!sf_id_long(org, s->org))
		s->org[0] = '\0';
	if (!sf_id_long(user + 1, s->bot_id))
		s->bot_id[0] = '\0';
}

static enum errc take_token(struct session *s, const json_t *body, struct err *reterr)
{
	const char *token = json_str(body, "access_token");
	const char *instance = json_str(body, "instance_url");
	size_t len = strlen(instance);
	char plain[200];

	if (!is_header_text(token))
		return err_set(reterr, ERR_PROTOCOL, "the login was answered without a usable session");
	while (len > 0 && instance[len - 1] == '/')
		len--;
	if (len >= sizeof(plain))
		return err_set(reterr, ERR_AUTH, "the login was answered with an instance that is no plain address");
	snprintf(plain, sizeof(plain), "%.*s", (int)len, instance);
	if (instance_check(plain, instance_is_loopback(s->login_url), reterr) != OK)
		return ERR_AUTH;
	drop_token(s);
	s->token = secret_new(token, strlen(token));
	s->generation++;
	text_copy(s->instance, sizeof(s->instance), plain);
	read_identity(s, json_str(body, "id"));
	return OK;
}

static void on_let_in(struct session *s, const struct http_answer *answer)
{
	json_auto_t *body = NULL;
	struct sf_trouble trouble;
	struct err e = {0};
	enum errc code = json_parse(&body, answer->body, answer->len, &e);

	if (code == OK)
		code = take_token(s, body, &e);
	else
		code = ERR_TEMPORARY; /* a page of a gateway, or cut off */
	usage_count(s->usage, SF_KIND_LOGIN, code);
	if (code != OK) {
		sf_error_set(&trouble, code, "", "%s", e.text);
		fail(s, &trouble);
	} else if (s->version_until_ms > clock_boot_ms()) {
		succeed(s);
	} else {
		ask_versions(s);
	}
}

/* Is there something else to try: the time that this answer taught, or another audience? */
static bool can_try_again(struct session *s, const struct sf_trouble *trouble)
{
	int64_t surprise = session_server_ms(s) - s->assertion_ms;

	if (s->auth != SF_JWT || trouble->code != ERR_AUTH)
		return false;
	if (!s->time_tried && (surprise > SKEW_LEARNT_MS || surprise < -SKEW_LEARNT_MS)) {
		s->time_tried = true;
		return true;
	}
	if (strcasestr(trouble->reason, "audience") && s->audiences_tried + 1 < s->audience_count) {
		s->audiences_tried++;
		s->audience = (s->audience + 1) % s->audience_count;
		return true;
	}
	return false;
}

static void on_refused(struct session *s, const struct http_answer *answer)
{
	int64_t wait_s = answer->retry_after_s < AWAY_MAX_S ? answer->retry_after_s : AWAY_MAX_S;
	json_auto_t *body = NULL;
	struct sf_trouble trouble;

	if (wait_s > 0)
		s->away_until_ms = clock_boot_ms() + wait_s * 1000;
	if (json_parse(&body, answer->body, answer->len, NULL) != OK)
		body = NULL;
	sf_error_read(&trouble, answer->status, body, answer->body, answer->len, &(struct sf_error_about){0});
	if (trouble.meaning == SF_MOVED)
		sf_error_set(&trouble, ERR_AUTH, "",
		             "%s is not where logins are answered (HTTP %ld): put the My Domain's address into "
		             "salesforce.login_url",
		             s->login_url, answer->status);
	if (trouble.code == ERR_REFUSED || trouble.code == ERR_DENIED || trouble.code == ERR_NOT_FOUND)
		trouble.code = ERR_AUTH;
	usage_count(s->usage, SF_KIND_LOGIN, trouble.code);
	if (can_try_again(s, &trouble))
		login(s);
	else
		fail(s, &trouble);
}

static void on_login(void *arg, const struct http_answer *answer)
{
	struct session *s = arg;
	struct sf_trouble trouble;

	if (answer->code == ERR_ABORTED)
		return;
	session_learn_time(s, answer->date_ms, answer->took_ms);
	if (answer->code == OK && answer->status == 200) {
		on_let_in(s, answer);
	} else if (answer->code == OK) {
		on_refused(s, answer);
	} else { /* a lost login is none: the next one gets the same session */
		usage_count(s->usage, SF_KIND_LOGIN, ERR_TEMPORARY);
		sf_error_set(&trouble, ERR_TEMPORARY, "", "%s did not answer: %s", s->login_url, answer->reason);
		fail(s, &trouble);
	}
}

static void on_away(void *arg, const struct http_answer *answer)
{
	struct session *s = arg;
	struct sf_trouble trouble;

	if (answer->code == ERR_ABORTED)
		return;
	sf_error_set(&trouble, ERR_TEMPORARY, "", "%s asked not to be called for a while", s->login_url);
	fail(s, &trouble);
}

static void on_no_secret(void *arg, const struct http_answer *answer)
{
	struct session *s = arg;
	struct sf_trouble trouble;

	if (answer->code == ERR_ABORTED)
		return;
	sf_error_set(&trouble, ERR_AUTH, "", "%s", s->secret_trouble);
	fail(s, &trouble);
}

static void put_field(struct buf *body, const char *name, const char *value)
{
	buf_printf(body, "%s%s=", body->len ? "&" : "", name);
	buf_put_urlencoded(body, value, strlen(value));
}

static bool put_assertion(struct session *s, struct buf *body)
{
	char *assertion;
	struct err e = {0};

	s->assertion_ms = session_server_ms(s);
	if (jwt_sign(&assertion, s->key,
	             &(struct jwt_claims){.iss = s->client_id,
	                                  .sub = s->username,
	                                  .aud = s->audiences[s->audience],
	                                  .exp_s = s->assertion_ms / 1000 + ASSERTION_S},
	             &e) != OK) {
		text_copy(s->secret_trouble, sizeof(s->secret_trouble), e.text);
		return false;
	}
	put_field(body, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
	put_field(body, "assertion", assertion);
	mem_wipe(assertion, strlen(assertion));
	free(assertion);
	return true;
}

static bool put_grant(struct session *s, struct buf *body)
{
	if (s->secret_trouble[0])
		return false;
	if (s->auth == SF_JWT)
		return put_assertion(s, body);
	put_field(body, "grant_type", "client_credentials");
	put_field(body, "client_id", s->client_id);
	put_field(body, "client_secret", secret_reveal(s->client_secret));
	return true;
}

static void login(struct session *s)
{
	static const struct http_header headers[] = {{"Accept", "application/json"},
	                                             {"Content-Type", "application/x-www-form-urlencoded"}};
	AUTO_FREE char *url = mem_printf("%s/services/oauth2/token", s->login_url);
	AUTO_BUF struct buf body = {0};

	buf_init(&body, 65536);
	s->doing = LOGIN;
	if (clock_boot_ms() < s->away_until_ms) {
		s->ticket = later(s->http, on_away, s);
		return;
	}
	if (!put_grant(s, &body)) {
		s->ticket = later(s->http, on_no_secret, s);
		return;
	}
	s->ticket = http_send(s->http,
	                      &(struct http_request){.method = "POST",
	                                             .url = url,
	                                             .headers = headers,
	                                             .header_count = 2,
	                                             .body = buf_str(&body),
	                                             .body_len = body.len,
	                                             .max_answer = 1 << 20,
	                                             .repeatable = true},
	                      on_login, s);
	mem_wipe(body.data, body.len);
}

static void begin(struct session *s)
{
	s->audiences_tried = 0;
	s->time_tried = false;
	if (s->token)
		ask_versions(s);
	else
		login(s);
}

/* --- for those who need it --- */

bool session_ready(const struct session *s)
{
	return s->token && s->doing == IDLE && s->version_until_ms > clock_boot_ms();
}

void session_wait(struct session *s, waiter_fn *fn, void *arg)
{
	waiters_add(&s->waiters, fn, arg);
	if (s->doing == IDLE)
		begin(s);
}

void session_unwait(struct session *s, const void *arg)
{
	waiters_remove(&s->waiters, arg);
}

const char *session_token(const struct session *s)
{
	return secret_reveal(s->token);
}

unsigned session_generation(const struct session *s)
{
	return s->generation;
}

const char *session_instance(const struct session *s)
{
	return s->instance;
}

const char *session_version(const struct session *s)
{
	return s->version;
}

const char *session_org(const struct session *s)
{
	return s->org;
}

const char *session_bot_id(const struct session *s)
{
	return s->bot_id;
}

void session_expired(struct session *s, unsigned generation)
{
	if (generation == s->generation)
		drop_token(s);
}

void session_refused(struct session *s, unsigned generation, const struct sf_trouble *trouble)
{
	if (generation != s->generation)
		return;
	drop_token(s);
	s->let_in = false;
	text_copy(s->trouble, sizeof(s->trouble), trouble->reason);
}

/* The header was written somewhere within the request's time; it has whole seconds. */
void session_learn_time(struct session *s, int64_t date_ms, int64_t took_ms)
{
	if (date_ms <= 0)
		return;
	s->time_known = true;
	s->skew_ms = date_ms + 500 - (clock_wall_ms() - took_ms / 2);
}

int64_t session_server_ms(const struct session *s)
{
	return clock_wall_ms() + s->skew_ms;
}

int64_t session_clock_skew_ms(const struct session *s)
{
	return s->time_known ? s->skew_ms : 0;
}

bool session_let_in(const struct session *s)
{
	return s->let_in;
}

const char *session_trouble(const struct session *s)
{
	return s->trouble;
}

/*
 * salesforce/rest.c - see rest.h.
 *
 * A call is either waiting for a session (no ticket) or for its answer. A
 * refused session is renewed and the call made once more: a request refused
 * with 401 was not carried out, so that is safe for writes too. So it is where
 * the org has moved: the log-in tells where it is now.
 */
#include "salesforce/rest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/later.h"

enum { AWAY_MAX_S = 900 };

struct rest {
	struct http *http;
	struct session *session;
	struct usage *usage;
	int64_t away_until_ms;   /* boot time; Salesforce's Retry-After, but not for ever */
	struct rest_call *calls; /* all that have not ended */
};

struct rest_call {
	struct rest_call *next;
	struct rest *rest;
	struct rest_request request; /* its strings are the ones below */
	char *path, *body;
	rest_done_fn *done;
	void *arg;
	http_ticket ticket;
	unsigned generation;     /* of the session that it went out with */
	uint64_t stamp;          /* of the allowance, when it went out */
	bool renewed;            /* the session has been renewed for it */
	struct sf_trouble known; /* the answer of a call that is not made */
};

static void go(struct rest_call *call);

struct rest *rest_new(struct http *http, struct session *session, struct usage *usage)
{
	struct rest *rest = mem_alloc(sizeof(*rest));

	*rest = (struct rest){.http = http, .session = session, .usage = usage};
	return rest;
}

static void call_free(struct rest_call *call)
{
	struct rest_call **at = &call->rest->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	if (call->body)
		mem_wipe(call->body, strlen(call->body));
	free(call->body);
	free(call->path);
	free(call);
}

void rest_cancel(struct rest_call *call)
{
	if (!call)
		return;
	session_unwait(call->rest->session, call);
	http_cancel(call->rest->http, call->ticket);
	call_free(call);
}

void rest_free(struct rest *rest)
{
	if (!rest)
		return;
	while (rest->calls)
		rest_cancel(rest->calls);
	free(rest);
}

/* The owner may do anything from inside its function, so the call is gone before. */
static void end(struct rest_call *call, const struct rest_answer *answer)
{
	rest_done_fn *done = call->done;
	void *arg = call->arg;

	call_free(call);
	done(arg, answer);
}

static void end_in_trouble(struct rest_call *call, const struct sf_trouble *trouble)
{
	struct rest_answer answer = {.trouble = *trouble, .at_ms = session_server_ms(call->rest->session)};

	end(call, &answer);
}

static void on_later(void *arg, const struct http_answer *answer)
{
	struct rest_call *call = arg;

	if (answer->code != ERR_ABORTED)
		end_in_trouble(call, &call->known);
}

static void on_session(void *arg, const struct sf_trouble *trouble)
{
	struct rest_call *call = arg;

	if (trouble)
		end_in_trouble(call, trouble);
	else
		go(call);
}

/* --- the answer --- */

/* Nothing came: for a question that is a disturbance; after a write it is the question whether it happened. */
static void read_silence(struct rest_call *call, const struct http_answer *answer, struct sf_trouble *ret)
{
	enum errc code = answer->code;

	if (code == ERR_UNKNOWN && !call->request.changes)
		code = ERR_TEMPORARY;
	if (code == ERR_TOO_LARGE)
		code = call->request.changes ? ERR_UNKNOWN : ERR_PROTOCOL;
	sf_error_set(ret, code, "", "Salesforce did not answer: %s", answer->reason);
}

/* A page of a gateway, a body that is cut off or none at all: the next answer will be better. */
static bool is_cut_or_a_page(const struct http_answer *answer)
{
	size_t at = 0;
	char last;

	while (at < answer->len && (unsigned char)answer->body[at] <= ' ')
		at++;
	if (at == answer->len || answer->body[at] == '<')
		return true;
	for (at = answer->len; (unsigned char)answer->body[at - 1] <= ' ';)
		at--;
	last = answer->body[at - 1];
	return last != '}' && last != ']';
}

/* A 2xx has no body or JSON. What can't be read after a write happened or not. */
static json_t *read_success(struct rest_call *call, const struct http_answer *answer, struct sf_trouble *ret)
{
	json_t *body = NULL;
	struct err e = {0};

	*ret = (struct sf_trouble){.code = OK};
	if (answer->status == 204 || call->request.form)
		return NULL;
	if (json_parse(&body, answer->body, answer->len, &e) == OK)
		return body;
	sf_error_set(ret, is_cut_or_a_page(answer) ? ERR_TEMPORARY : ERR_PROTOCOL, "",
	             "Salesforce's answer could not be read: %s", answer->len == 0 ? "there is nothing in it" : e.text);
	if (call->request.changes)
		ret->code = ERR_UNKNOWN;
	return NULL;
}

static json_t *read_answer(struct rest_call *call, const struct http_answer *answer, struct sf_trouble *ret)
{
	const struct sf_error_about about = {.object = call->request.object, .changes = call->request.changes};
	json_auto_t *body = NULL;

	if (answer->code != OK) {
		read_silence(call, answer, ret);
		return NULL;
	}
	if (answer->status >= 200 && answer->status < 300)
		return read_success(call, answer, ret);
	if (json_parse(&body, answer->body, answer->len, NULL) != OK)
		body = NULL;
	sf_error_read(ret, answer->status, body, answer->body, answer->len, &about);
	return NULL;
}

/* Salesforce asked to be left alone for a while. */
static void keep_away(struct rest *rest, const struct http_answer *answer)
{
	int64_t wait_s = answer->retry_after_s < AWAY_MAX_S ? answer->retry_after_s : AWAY_MAX_S;

	if (answer->code == OK && answer->status >= 400 && wait_s > 0)
		rest->away_until_ms = clock_boot_ms() + wait_s * 1000;
}

/* A composite is answered with 200 even where the session ended, or the day's calls did, between two of its parts. */
static bool has_part(const json_t *body, long status, enum sf_meaning meaning)
{
	struct sf_trouble trouble;
	const json_t *part;
	size_t i;

	json_array_foreach (json_get(body, "compositeResponse"), i, part) {
		if (json_int(part, "httpStatusCode") != status)
			continue;
		sf_error_read(&trouble, status, json_get(part, "body"), NULL, 0, &(struct sf_error_about){0});
		if (trouble.meaning == meaning)
			return true;
	}
	return false;
}

/* Whoever is refused for another reason was served; a page of a gateway and a lost session tell nothing. */
static enum usage_word word_of(const struct http_answer *answer, const struct sf_trouble *trouble, const json_t *body)
{
	if (trouble->meaning == SF_QUOTA || has_part(body, 403, SF_QUOTA))
		return USAGE_SPENT;
	if (trouble->code == OK || (*trouble->error && answer->status != 401 && answer->status < 500))
		return USAGE_SERVED;
	return USAGE_NOTHING;
}

static void keep_account(struct rest_call *call, const struct http_answer *answer, const struct sf_trouble *trouble,
                         const json_t *body)
{
	struct rest *rest = call->rest;

	session_learn_time(rest->session, answer->date_ms, answer->took_ms);
	usage_count(rest->usage, call->request.kind, trouble->code);
	keep_away(rest, answer);
	if (answer->code == OK && !call->request.uncounted)
		usage_answered(rest->usage, clock_boot_ms(), answer->limit_info, word_of(answer, trouble, body),
		               call->stamp);
}

/* True if a new session is asked for and the call made again. Of a composite of deeds some may have been done; those
 * who asked look, with the next session. */
static bool renew(struct rest_call *call, const struct sf_trouble *trouble, const json_t *body)
{
	bool inside = has_part(body, 401, SF_RENEW);
	bool again = trouble->meaning == SF_RENEW || trouble->meaning == SF_MOVED || inside;

	if (!again || call->renewed)
		return false;
	session_expired(call->rest->session, call->generation);
	if (inside && call->request.changes)
		return false;
	call->renewed = true;
	go(call);
	return true;
}

/* We are not let in, or nobody is there, and a new session did not heal it. */
static bool is_locked_out(const struct rest_call *call, const struct http_answer *answer,
                          const struct sf_trouble *trouble)
{
	return !call->request.anonymous && answer->code == OK &&
	       (trouble->code == ERR_AUTH || trouble->meaning == SF_MOVED);
}

static void on_answer(void *arg, const struct http_answer *answer)
{
	struct rest_call *call = arg;
	struct rest *rest = call->rest;
	struct rest_answer mine = {0};
	json_auto_t *body = NULL;

	if (answer->code == ERR_ABORTED)
		return;
	body = read_answer(call, answer, &mine.trouble);
	keep_account(call, answer, &mine.trouble, body);
	if (renew(call, &mine.trouble, body))
		return;
	if (call->renewed && !call->request.changes && has_part(body, 401, SF_RENEW))
		sf_error_set(&mine.trouble, ERR_AUTH, "INVALID_SESSION_ID", "a session that is new is not accepted");
	if (is_locked_out(call, answer, &mine.trouble))
		session_refused(rest->session, call->generation, &mine.trouble);
	mine.body = body;
	mine.at_ms = session_server_ms(rest->session);
	end(call, &mine);
}

/* --- the request --- */

static char *url_of(const struct rest_call *call)
{
	const struct session *session = call->rest->session;
	const char *instance = session_instance(session);

	if (text_starts(call->path, "/services/"))
		return mem_printf("%s%s", instance, call->path);
	return mem_printf("%s/services/data/v%s%s", instance, session_version(session), call->path);
}

static void transmit(struct rest_call *call)
{
	struct rest *rest = call->rest;
	const struct rest_request *request = &call->request;
	AUTO_FREE char *url = url_of(call);
	char *bearer = mem_printf("Bearer %s", session_token(rest->session));
	struct http_header headers[4];
	size_t n = 0;

	headers[n++] = (struct http_header){"Accept", "application/json"};
	headers[n++] = (struct http_header){"Sforce-Call-Options", "client=eacbot"};
	if (call->body)
		headers[n++] = (struct http_header){"Content-Type", request->form ? "application/x-www-form-urlencoded"
		                                                                  : "application/json; charset=UTF-8"};
	if (!request->anonymous)
		headers[n++] = (struct http_header){"Authorization", bearer};
	call->generation = session_generation(rest->session);
	call->ticket = http_send(rest->http,
	                         &(struct http_request){.method = request->method,
	                                                .url = url,
	                                                .headers = headers,
	                                                .header_count = n,
	                                                .body = call->body,
	                                                .body_len = call->body ? strlen(call->body) : 0,
	                                                .timeout_ms = 30000,
	                                                .repeatable = !request->changes},
	                         on_answer, call);
	mem_wipe(bearer, strlen(bearer));
	free(bearer);
}

static void refuse_for_quota(struct rest_call *call, int64_t now_ms)
{
	struct usage_figures usage;

	usage_get(call->rest->usage, now_ms, &usage);
	sf_error_set(&call->known, ERR_QUOTA, "",
	             "%s used up (%lld calls of the bot's in the last day); it is tried again every 15 minutes",
	             usage.refused ? "the org's daily API calls are"
	                           : "the bot's share of the org's daily API calls is",
	             (long long)usage.ours);
	call->ticket = later(call->rest->http, on_later, call);
}

/* Those who ask know how to ask again; what is not sent is certainly not done. */
static void refuse_while_away(struct rest_call *call, int64_t left_ms)
{
	sf_error_set(&call->known, ERR_TEMPORARY, "", "Salesforce asked not to be called for another %lld s",
	             (long long)(left_ms + 999) / 1000);
	call->ticket = later(call->rest->http, on_later, call);
}

/* Also after a wake-up: the session may have been lost again meanwhile. The allowance is asked first, for a session is
 * of no use without it, and taken last, when the call really goes out. */
static void go(struct rest_call *call)
{
	struct rest *rest = call->rest;
	int64_t now_ms = clock_boot_ms();

	call->ticket = 0;
	if (now_ms < rest->away_until_ms) {
		refuse_while_away(call, rest->away_until_ms - now_ms);
	} else if (!call->request.uncounted && !usage_may(rest->usage, now_ms)) {
		refuse_for_quota(call, now_ms);
	} else if (!session_ready(rest->session)) {
		session_wait(rest->session, on_session, call);
	} else {
		if (!call->request.uncounted && usage_take(rest->usage, now_ms))
			call->stamp = usage_stamp(rest->usage);
		transmit(call);
	}
}

static struct rest_call *call_new(struct rest *rest, rest_done_fn *done, void *arg)
{
	struct rest_call *call = mem_alloc(sizeof(*call));

	*call = (struct rest_call){.rest = rest, .done = done, .arg = arg, .next = rest->calls};
	rest->calls = call;
	return call;
}

struct rest_call *rest_send(struct rest *rest, const struct rest_request *request, rest_done_fn *done, void *arg)
{
	struct rest_call *call = call_new(rest, done, arg);

	call->request = *request;
	call->path = mem_strdup(request->path);
	call->body = mem_strdup(request->body);
	call->request.path = call->path;
	call->request.body = call->body;
	go(call);
	return call;
}

struct rest_call *rest_later(struct rest *rest, rest_done_fn *done, void *arg)
{
	struct rest_call *call = call_new(rest, done, arg);

	call->ticket = later(rest->http, on_later, call);
	return call;
}

/*
 * slack/web.c - one call of a Web API method and what its answer means.
 *
 * A business error comes with status 200, so only "ok" is believed. What may
 * have happened although no answer says so is UNKNOWN for methods that must not
 * be called twice, and TEMPORARY for all others.
 */
#include "bot/slack/web.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/web_error.h"

enum {
	FORM_MAX = 4 * 1024 * 1024, /* a view may have 250 kB; encoded it triples */
	REASON_MAX = 600,
	MESSAGES_MAX = 3, /* of response_metadata.messages, in a reason */
	RETRY_DEFAULT_S = 30,
};

struct call {
	struct call *next; /* in web->calls */
	struct web *web;
	char *method;
	http_ticket ticket;
	slack_answer_fn *done;
	void *arg;
};

struct count {
	char *method;
	const char *result; /* constant */
	uint64_t n;
};

struct web {
	struct http *http;
	char *api_url;
	void (*refused)(void *arg, const char *method);
	void *arg;
	struct call *calls; /* under way, so that web_free can end them */
	struct count *counts;
	size_t count_count;
};

struct web *web_new(struct http *http, const char *api_url, void (*refused)(void *arg, const char *method), void *arg)
{
	struct web *web = mem_alloc(sizeof(*web));

	web->http = http;
	web->api_url = mem_strdup(api_url);
	web->refused = refused;
	web->arg = arg;
	return web;
}

/* Takes the call off the list and frees it. */
static void call_free(struct call *call)
{
	for (struct call **p = &call->web->calls; *p; p = &(*p)->next) {
		if (*p == call) {
			*p = call->next;
			break;
		}
	}
	free(call->method);
	free(call);
}

/* Owners of what they passed as `arg` learn here that it is theirs again. */
static void abort_call(struct call *call)
{
	struct slack_answer answer = {
	    .code = ERR_ABORTED, .error = "", .reason = "the program is shutting down", .advice = ""};
	slack_answer_fn *done = call->done;
	void *arg = call->arg;

	http_cancel(call->web->http, call->ticket);
	call_free(call);
	done(arg, &answer);
}

void web_free(struct web *web)
{
	if (!web)
		return;
	while (web->calls)
		abort_call(web->calls);
	for (size_t i = 0; i < web->count_count; i++)
		free(web->counts[i].method);
	free(web->counts);
	free(web->api_url);
	free(web);
}

void web_cancel(struct web *web, http_ticket ticket)
{
	for (struct call *call = web->calls; call; call = call->next) {
		if (call->ticket != ticket)
			continue;
		http_cancel(web->http, ticket);
		call_free(call);
		return;
	}
}

static void add_argument(struct buf *b, const char *key, const json_t *value)
{
	AUTO_FREE char *text = json_is_string(value) ? NULL : json_text(value);
	const char *s = text ? text : json_string_value(value);

	if (b->len)
		buf_putc(b, '&');
	buf_put_urlencoded(b, key, strlen(key));
	buf_putc(b, '=');
	buf_put_urlencoded(b, s, strlen(s));
}

char *web_form(json_t *arguments)
{
	struct buf b;
	const char *key;
	json_t *value;

	buf_init(&b, FORM_MAX);
	json_object_foreach (arguments, key, value)
		if (!json_is_null(value))
			add_argument(&b, key, value);
	return buf_take(&b);
}

static void count_result(struct web *web, const char *method, const char *result)
{
	struct count *count;

	for (size_t i = 0; i < web->count_count; i++) {
		count = &web->counts[i];
		if (count->result == result && text_eq(count->method, method)) {
			count->n++;
			return;
		}
	}
	web->counts = mem_grow(web->counts, web->count_count + 1, sizeof(*web->counts));
	web->counts[web->count_count++] = (struct count){mem_strdup(method), result, 1};
}

void web_each_count(const struct web *web, void (*fn)(void *arg, const char *method, const char *result, uint64_t n),
                    void *arg)
{
	for (size_t i = 0; i < web->count_count; i++)
		fn(arg, web->counts[i].method, web->counts[i].result, web->counts[i].n);
}

/* The label of a metric: few words, so that series stay few. */
static const char *result_word(const struct slack_answer *answer)
{
	switch (answer->code) {
	case ERR_OK: return "ok";
	case ERR_TEMPORARY: return answer->retry_after_ms ? "ratelimited" : "temporary";
	case ERR_UNKNOWN: return "unknown";
	case ERR_AUTH: return "auth";
	case ERR_DENIED: return "denied";
	case ERR_NOT_FOUND: return "not_found";
	case ERR_PROTOCOL: return "protocol";
	case ERR_ABORTED: return "aborted";
	default: return "refused";
	}
}

/* What Slack adds to invalid_blocks and the like. */
static void add_messages(struct buf *reason, const json_t *body)
{
	const json_t *messages = json_path(body, "response_metadata", "messages", NULL), *message;
	size_t i;

	json_array_foreach (messages, i, message)
		if (i < MESSAGES_MAX && json_is_string(message))
			buf_printf(reason, "; %s", json_string_value(message));
}

static void explain_refusal(struct buf *reason, const char *advice, const char *word, const json_t *body)
{
	const char *needed = json_str(body, "needed");

	buf_printf(reason, "Slack says %s", word);
	if (*needed)
		buf_printf(reason, " (needed: %s)", needed);
	if (*advice)
		buf_printf(reason, ": %s", advice);
	add_messages(reason, body);
}

/* How long a method has to rest. */
static int64_t rest_ms(int64_t retry_after_s)
{
	return 1000 * (retry_after_s < 0 ? RETRY_DEFAULT_S : retry_after_s == 0 ? 1 : retry_after_s);
}

static bool is_rate_limit(const char *word)
{
	return text_eq(word, "ratelimited") || text_eq(word, "rate_limited");
}

/* There is a status; body may be NULL. */
static void judge_status(const char *method, const struct http_answer *http, const json_t *body,
                         struct slack_answer *answer, struct buf *reason)
{
	bool may_repeat = web_error_may_repeat(method);

	answer->error = json_str(body, "error");
	if (http->status == 429 || is_rate_limit(answer->error)) {
		answer->code = ERR_TEMPORARY;
		answer->error = "ratelimited";
		answer->retry_after_ms = rest_ms(http->retry_after_s);
		buf_printf(reason, "Slack asks to rest for %lld s", (long long)answer->retry_after_ms / 1000);
	} else if (http->status >= 500 || http->status == 408) {
		answer->code = may_repeat ? ERR_TEMPORARY : ERR_UNKNOWN;
		buf_printf(reason, "Slack answered with status %ld", http->status);
	} else if (json_bool(body, "ok")) {
		answer->code = OK;
	} else if (*answer->error) {
		answer->code = web_error_code(method, answer->error);
		answer->advice = web_error_advice(method, answer->error);
		explain_refusal(reason, answer->advice, answer->error, body);
	} else {
		answer->code = may_repeat || http->status != 200 ? ERR_PROTOCOL : ERR_UNKNOWN;
		buf_printf(reason,
		           "status %ld, and no answer of Slack's inside; is slack.api_url right, is a proxy between?",
		           http->status);
	}
}

/* No status came. */
static void judge_failure(const char *method, const struct http_answer *http, struct slack_answer *answer,
                          struct buf *reason)
{
	bool sent = http->code == ERR_UNKNOWN || http->code == ERR_TOO_LARGE;

	answer->code = !sent ? http->code : web_error_may_repeat(method) ? ERR_TEMPORARY : ERR_UNKNOWN;
	buf_puts(reason, http->reason);
}

static void answered(void *arg, const struct http_answer *http)
{
	struct call *call = arg;
	slack_answer_fn *done;
	void *done_arg;
	struct slack_answer answer = {.error = "", .reason = "", .advice = ""};
	AUTO_BUF struct buf reason;
	json_t *body = NULL;

	buf_init(&reason, REASON_MAX);
	buf_printf(&reason, "%s: ", call->method);
	if (http->code) {
		judge_failure(call->method, http, &answer, &reason);
	} else {
		if (json_parse(&body, http->body, http->len, NULL))
			body = NULL;
		judge_status(call->method, http, body, &answer, &reason);
	}
	answer.body = body;
	if (answer.code)
		answer.reason = buf_str(&reason);
	count_result(call->web, call->method, result_word(&answer));
	if (answer.code == ERR_AUTH)
		call->web->refused(call->web->arg, call->method);
	done = call->done;
	done_arg = call->arg;
	call_free(call); /* first: the callback may end everything */
	done(done_arg, &answer);
	json_decref(body);
}

http_ticket web_call(struct web *web, const struct secret *token, const char *method, json_t *arguments,
                     unsigned timeout_ms, slack_answer_fn *done, void *arg)
{
	struct call *call = mem_alloc(sizeof(*call));
	AUTO_FREE char *form = web_form(arguments);
	AUTO_FREE char *url = mem_printf("%s%s", web->api_url, method);
	char *bearer = mem_printf("Bearer %s", token ? secret_reveal(token) : "");
	const struct http_header headers[] = {
	    {"Authorization", bearer},
	    {"Content-Type", "application/x-www-form-urlencoded"},
	};

	*call = (struct call){web->calls, web, mem_strdup(method), 0, done, arg};
	web->calls = call;
	call->ticket = http_send(web->http,
	                         &(struct http_request){
	                             .method = "POST",
	                             .url = url,
	                             .headers = headers,
	                             .header_count = sizeof(headers) / sizeof(headers[0]),
	                             .body = form,
	                             .body_len = strlen(form),
	                             .timeout_ms = timeout_ms,
	                             .repeatable = web_error_may_repeat(method),
	                         },
	                         answered, call);
	mem_wipe(bearer, strlen(bearer));
	free(bearer);
	json_decref(arguments);
	return call->ticket;
}

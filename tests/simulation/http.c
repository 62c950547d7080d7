/*
 * simulation/http.c - bot/http, by function call into the fakes.
 *
 * A request travels, is served, and its answer travels back; on both ways the
 * weather may take it. What has left the program arrives even if the program
 * has died meanwhile.
 */
#include "bot/http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/net.h"
#include "tests/simulation/plant.h"
#include "tests/simulation/program.h"
#include "tests/simulation/weather.h"
#include "tests/simulation/world.h"

enum { DEFAULT_TIMEOUT_MS = 15000, NO_NAME_MS = 2500 };

/* The program's side of a request, until its owner has the answer. */
struct transfer {
	struct http *http;
	http_ticket ticket;
	http_done_fn *done;
	http_resolve_fn *resolved;
	void *arg;
	struct event *timeout;
	int64_t begun_ms;
	bool nothing_sent;
	struct transfer *next;
};

struct http {
	struct transfer *all;
	http_ticket last_ticket;
	bool closing;
};

/* What is on its way: belongs to the world, not to the program. */
struct packet {
	unsigned life;
	http_ticket ticket;
	enum place place;
	struct weather_packet weather;
	char *method, *target, *body;
	size_t len;
	json_t *headers;
	struct fake_answer answer;
};

static struct http *the_http; /* of this life */

enum errc http_new(struct http **ret, struct loop *loop, const struct http_options *options, struct err *reterr)
{
	(void)loop;
	(void)options;
	(void)reterr;
	the_http = *ret = mem_alloc(sizeof **ret);
	return OK;
}

/* --- the program's side ------------------------------------------------------------------------------------- */

static struct transfer *find(http_ticket ticket)
{
	struct transfer *t = the_http != NULL ? the_http->all : NULL;

	while (t != NULL && t->ticket != ticket)
		t = t->next;
	return t;
}

static void unlist(struct transfer *t)
{
	struct transfer **at = &t->http->all;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	world_cancel(t->timeout);
	t->timeout = NULL;
}

static void hand_over(struct transfer *t, const struct http_answer *answer)
{
	unlist(t);
	if (t->resolved != NULL)
		t->resolved(t->arg, answer->code, answer->code == OK ? "127.0.0.1" : NULL, answer->reason);
	else
		t->done(t->arg, answer);
	free(t);
}

static void hand_over_code(struct transfer *t, enum errc code, const char *reason)
{
	hand_over(t, &(struct http_answer){.code = code,
	                                   .body = "",
	                                   .content_type = "",
	                                   .reason = reason,
	                                   .retry_after_s = -1,
	                                   .limit_info = "",
	                                   .scopes = "",
	                                   .took_ms = world_ms() - t->begun_ms});
}

static void on_timeout(void *arg)
{
	struct transfer *t = arg;

	t->timeout = NULL;
	hand_over_code(t, t->nothing_sent ? ERR_TEMPORARY : ERR_UNKNOWN,
	               t->nothing_sent ? "no such name" : "timed out");
}

static struct transfer *begin(struct http *http, void *arg, unsigned timeout_ms)
{
	struct transfer *t = mem_alloc(sizeof *t);

	t->http = http;
	t->arg = arg;
	t->ticket = ++http->last_ticket;
	t->begun_ms = world_ms();
	t->next = http->all;
	http->all = t;
	t->timeout = world_in(timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS, EVENT_TIMER, on_timeout, t);
	return t;
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	http->closing = true;
	while (http->all != NULL)
		hand_over_code(http->all, ERR_ABORTED, "the program is shutting down");
	if (the_http == http)
		the_http = NULL;
	free(http);
}

http_ticket http_wait(struct http *http, unsigned ms, http_done_fn *done, void *arg)
{
	struct transfer *t;

	if (http->closing)
		return 0;
	t = begin(http, arg, ms > 0 ? ms : 1);
	t->done = done;
	t->nothing_sent = true;
	return t->ticket;
}

void http_cancel(struct http *http, http_ticket ticket)
{
	struct transfer *t = http->all;

	while (t != NULL && t->ticket != ticket)
		t = t->next;
	if (t == NULL)
		return;
	unlist(t);
	free(t);
}

unsigned http_open(const struct http *http)
{
	unsigned n = 0;

	for (const struct transfer *t = http->all; t != NULL; t = t->next)
		n++;
	return n;
}

void http_set_ca(struct http *http, const char *ca_file)
{
	(void)http;
	(void)ca_file;
}

/* --- on its way --------------------------------------------------------------------------------------------- */

void fake_answer_done(struct fake_answer *answer)
{
	free(answer->body);
	json_decref(answer->headers);
	*answer = (struct fake_answer){0};
}

static void packet_free(struct packet *p)
{
	fake_answer_done(&p->answer);
	json_decref(p->headers);
	free(p->method);
	free(p->target);
	free(p->body);
	free(p);
}

/* "chat.update" for "/api/chat.update?…", else the path. */
static void kind_of(const struct packet *p, char *out, size_t size)
{
	const char *at = strncmp(p->target, "/api/", 5) == 0 ? p->target + 5 : p->target;

	snprintf(out, size, "%.*s", (int)strcspn(at, "?"), at);
}

static const char *header(const struct packet *p, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach (p->answer.headers, key, value)
		if (strcasecmp(key, name) == 0)
			return json_string_value(value);
	return "";
}

static int64_t date_of(const struct packet *p)
{
	struct tm tm = {0};

	return strptime(header(p, "Date"), "%a, %d %b %Y %H:%M:%S GMT", &tm) != NULL ? (int64_t)timegm(&tm) * 1000 : 0;
}

static void on_back(void *arg)
{
	struct packet *p = arg;
	struct transfer *t = p->life == program_life() ? find(p->ticket) : NULL;

	if (t != NULL && program_is_up()) {
		const char *after = header(p, "Retry-After");
		hand_over(t, &(struct http_answer){.code = OK,
		                                   .status = p->answer.status,
		                                   .body = p->answer.body,
		                                   .len = p->answer.len,
		                                   .content_type = header(p, "Content-Type"),
		                                   .reason = "",
		                                   .date_ms = date_of(p),
		                                   .retry_after_s = *after ? strtol(after, NULL, 10) : -1,
		                                   .limit_info = header(p, "Sforce-Limit-Info"),
		                                   .scopes = header(p, "X-OAuth-Scopes"),
		                                   .took_ms = world_ms() - t->begun_ms});
	}
	packet_free(p);
}

static void on_reset(void *arg)
{
	struct packet *p = arg;
	struct transfer *t = p->life == program_life() ? find(p->ticket) : NULL;

	if (t != NULL && program_is_up())
		hand_over_code(t, ERR_UNKNOWN, "connection reset");
	packet_free(p);
}

static bool is_write(const struct packet *p)
{
	return strcmp(p->method, "GET") != 0 && strstr(p->target, "usergroups") == NULL &&
	       strstr(p->target, "users.") == NULL && strstr(p->target, "conversations.") == NULL;
}

static void serve(struct packet *p)
{
	const struct fake_request request = {.method = p->method,
	                                     .target = p->target,
	                                     .headers = p->headers,
	                                     .body = p->body,
	                                     .len = p->len,
	                                     .mishap = p->weather.mishap};

	if (plant_is("lost-update") && strcmp(p->target, "/api/chat.update") == 0) {
		p->answer = (struct fake_answer){.status = 200, .body = mem_strdup("{\"ok\":true}"), .len = 11};
		return;
	}
	p->answer = p->place == AT_SLACK ? fake_slack_ask(&request) : fake_salesforce_ask(&request);
	if (plant_is("doubled-post") && chance(0.1) && strcmp(p->target, "/api/chat.postMessage") == 0) {
		fake_answer_done(&p->answer);
		p->answer = fake_slack_ask(&request);
	}
	if (p->life == program_life() && is_write(p) && weather_serves_last()) {
		story("fault: kill -9 after %s %s was served", p->method, p->target);
		program_kill();
	}
}

static void answer_of_proxy(struct packet *p)
{
	char seconds[20];

	fake_answer_done(&p->answer);
	p->answer = (struct fake_answer){.status = p->weather.status, .body = mem_strdup("<html>sorry</html>")};
	p->answer.len = strlen(p->answer.body);
	p->answer.headers = json_pack("{s:s}", "Content-Type", "text/html");
	if (p->weather.retry_after_s > 0) {
		snprintf(seconds, sizeof seconds, "%d", p->weather.retry_after_s);
		json_set_str(p->answer.headers, "Retry-After", seconds);
	}
}

static void on_there(void *arg)
{
	struct packet *p = arg;
	enum fate fate = p->weather.fate;

	if (fate == FATE_GOOD || fate == FATE_LOST_AFTER || fate == FATE_STATUS_DONE)
		serve(p);
	if (fate == FATE_STATUS || fate == FATE_STATUS_DONE)
		answer_of_proxy(p);
	if (fate == FATE_LOST_BEFORE || fate == FATE_LOST_AFTER) {
		/* half of them with a reset, the others are waited for */
		if (chance(0.5))
			world_in(p->weather.back_ms, EVENT_ARRIVAL, on_reset, p);
		else
			packet_free(p);
		return;
	}
	world_in(p->weather.back_ms, EVENT_ARRIVAL, on_back, p);
}

static json_t *headers_of(const struct http_request *request)
{
	json_t *headers = json_object();

	for (size_t i = 0; i < request->header_count; i++) {
		char name[80];

		text_copy(name, sizeof name, request->headers[i].name);
		for (char *c = name; *c != '\0'; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
		json_set_str(headers, name, request->headers[i].value);
	}
	return headers;
}

static struct packet *pack(const struct http_request *request, http_ticket ticket)
{
	struct packet *p = mem_alloc(sizeof *p);
	const char *host = strstr(request->url, "//") + 2;

	p->life = program_life();
	p->ticket = ticket;
	p->place = text_starts(host, NET_SALESFORCE) ? AT_SALESFORCE : AT_SLACK;
	p->target = mem_strdup(strchr(host, '/') != NULL ? strchr(host, '/') : "/");
	p->method = mem_strdup(request->method);
	p->body = mem_alloc(request->body_len + 1);
	if (request->body_len > 0)
		memcpy(p->body, request->body, request->body_len);
	p->len = request->body_len;
	p->headers = headers_of(request);
	json_set_str(p->headers, "host", p->place == AT_SLACK ? NET_SLACK : NET_SALESFORCE);
	return p;
}

http_ticket http_send(struct http *http, const struct http_request *request, http_done_fn *done, void *arg)
{
	struct transfer *t;
	struct packet *p;
	char kind[100];

	if (http->closing)
		return 0;
	t = begin(http, arg, request->timeout_ms);
	t->done = done;
	if (!program_is_up())
		return t->ticket; /* dead: nothing leaves any more */
	p = pack(request, t->ticket);
	kind_of(p, kind, sizeof kind);
	judge_request(p->place, kind, p->body);
	p->weather = weather_request(p->place, kind);
	if (p->weather.fate != FATE_GOOD)
		story("net %s %s: %s", p->method, kind, net_fate_name((int)p->weather.fate));
	if (p->weather.there_ms + p->weather.back_ms > SECOND_MS)
		story("net %s %s: slow, %lld ms", p->method, kind,
		      (long long)(p->weather.there_ms + p->weather.back_ms));
	if (p->weather.fate == FATE_NO_NAME) {
		t->nothing_sent = true;
		world_cancel(t->timeout);
		t->timeout = world_in(NO_NAME_MS, EVENT_TIMER, on_timeout, t);
		packet_free(p);
	} else {
		world_in(p->weather.there_ms, EVENT_WORLD, on_there, p);
	}
	return t->ticket;
}

/* --- addresses ---------------------------------------------------------------------------------------------- */

struct search {
	unsigned life;
	http_ticket ticket;
};

static void on_found(void *arg)
{
	struct search *search = arg;
	struct transfer *t = search->life == program_life() ? find(search->ticket) : NULL;

	free(search);
	if (t != NULL && program_is_up() && !weather_is_offline())
		hand_over_code(t, OK, "");
}

http_ticket http_resolve(struct http *http, const char *host, int port, unsigned timeout_ms, http_resolve_fn *done,
                         void *arg)
{
	struct transfer *t;
	struct search *search;

	(void)host;
	(void)port;
	if (http->closing)
		return 0;
	t = begin(http, arg, timeout_ms < NO_NAME_MS ? timeout_ms : NO_NAME_MS);
	t->resolved = done;
	t->nothing_sent = true;
	search = mem_alloc(sizeof *search);
	*search = (struct search){.life = program_life(), .ticket = t->ticket};
	world_in(weather_frame_ms(), EVENT_ARRIVAL, on_found, search);
	return t->ticket;
}

const char *net_fate_name(int fate)
{
	static const char *const names[] = {"good",
	                                    "no such name",
	                                    "lost on its way",
	                                    "answer lost",
	                                    "answered by somebody else",
	                                    "done, and answered by somebody else"};

	return names[fate];
}

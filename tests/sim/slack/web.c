/*
 * tests/sim/slack/web.c - the Web API: the checks that stand before every
 * method, in Slack's order: token, kind of token, scope, rate, arguments.
 */

#include "tests/sim/slack/web.h"

#include "tests/sim/slack/limits.h"

#include <stdlib.h>
#include <string.h>

/* --- arguments --- */

const char *call_text(const struct call *call, const char *name)
{
	return sim_text(call->args, name);
}

bool call_has(const struct call *call, const char *name)
{
	const json_t *value = json_object_get(call->args, name);

	return value && !json_is_null(value);
}

bool call_flag(const struct call *call, const char *name)
{
	const json_t *value = json_object_get(call->args, name);
	const char *text = json_string_value(value);

	return json_is_true(value) || (text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0));
}

json_int_t call_number(const struct call *call, const char *name, json_int_t otherwise)
{
	const json_t *value = json_object_get(call->args, name);

	if (json_is_integer(value))
		return json_integer_value(value);
	return *call_text(call, name) ? strtoll(call_text(call, name), NULL, 10) : otherwise;
}

json_t *call_nested(const struct call *call, const char *name, bool *ret_bad)
{
	json_t *value = json_object_get(call->args, name);
	json_t *nested;

	*ret_bad = false;
	if (!value || json_is_null(value))
		return NULL;
	if (!json_is_string(value))
		return json_deep_copy(value);
	nested = json_loads(json_string_value(value), JSON_REJECT_DUPLICATES, NULL);
	*ret_bad = !nested;
	return nested;
}

/* --- answers --- */

static json_t *scopes_of(const struct call *call)
{
	bool app = call->method && call->method->token == TOKEN_APP;

	return json_object_get(call->slack->app, app ? "app_scopes" : "scopes");
}

/* "a,b,c"; a new JSON string. */
static json_t *joined(const json_t *strings)
{
	json_t *text = json_string("");
	json_t *string;
	size_t i;

	json_array_foreach (strings, i, string) {
		json_t *longer = sim_jsonf("%s%s%s", json_string_value(text), i ? "," : "", json_string_value(string));

		json_decref(text);
		text = longer;
	}
	return text;
}

static void send(struct call *call, int status, json_t *body)
{
	json_t *scopes = joined(scopes_of(call));

	if (json_array_size(call->warnings) > 0) {
		json_t *meta = json_object_get(body, "response_metadata");
		json_t *warning = joined(call->warnings);

		if (!meta) {
			meta = json_object();
			json_object_set_new(body, "response_metadata", meta);
		}
		json_object_set(meta, "warnings", call->warnings);
		json_object_set_new(body, "warning", warning);
	}
	sim_answer_new(call->ans, status, body);
	sim_answer_header(call->ans, "X-OAuth-Scopes", json_string_value(scopes));
	if (call->method && call->method->scope)
		sim_answer_header(call->ans, "X-Accepted-OAuth-Scopes", call->method->scope);
	json_decref(scopes);
}

void call_ok(struct call *call, json_t *fields)
{
	json_t *body = json_pack("{s:b}", "ok", 1);

	json_object_update(body, fields);
	json_decref(fields);
	send(call, 200, body);
}

void call_fail(struct call *call, const char *error)
{
	send(call, 200, json_pack("{s:b, s:s}", "ok", 0, "error", error));
}

void call_fail_why(struct call *call, const char *error, json_t *messages)
{
	send(call, 200,
	     json_pack("{s:b, s:s, s:O, s:{s:o}}", "ok", 0, "error", error, "errors", messages, "response_metadata",
	               "messages", messages));
}

void call_limited(struct call *call, int seconds)
{
	json_t *text = sim_jsonf("%d", seconds);

	send(call, 429, json_pack("{s:b, s:s}", "ok", 0, "error", "ratelimited"));
	sim_answer_header(call->ans, "Retry-After", json_string_value(text));
	json_decref(text);
}

static bool holds(const json_t *scopes, const char *scope)
{
	json_t *held;
	size_t i;

	json_array_foreach (scopes, i, held) {
		if (strcmp(json_string_value(held), scope) == 0)
			return true;
	}
	return false;
}

bool call_scope(struct call *call, const char *scope)
{
	if (holds(scopes_of(call), scope))
		return true;
	send(call, 200,
	     json_pack("{s:b, s:s, s:s, s:o}", "ok", 0, "error", "missing_scope", "needed", scope, "provided",
	               joined(scopes_of(call))));
	return false;
}

/* A cursor is the place in the list, dressed up. */
json_t *call_page(struct call *call, const char *name, const json_t *items, json_int_t most)
{
	static const char dress[] = "bmV4dDo";
	const char *cursor = call_text(call, "cursor");
	json_int_t bound = slack_setting(call->slack, "page");
	json_int_t limit = call_number(call, "limit", most);
	size_t total = json_array_size(items);
	size_t from = 0;
	json_t *page = json_array();
	json_t *next;

	if (*cursor) {
		from = strncmp(cursor, dress, strlen(dress)) == 0 ? strtoul(cursor + strlen(dress), NULL, 16) : 0;
		if (from == 0 || from > total) {
			json_decref(page);
			call_fail(call, "invalid_cursor");
			return NULL;
		}
	}
	if (limit <= 0 || limit > most)
		limit = most;
	if (bound > 0 && limit > bound)
		limit = bound;
	for (size_t i = from; i < total && i < from + (size_t)limit; i++)
		json_array_append(page, json_array_get(items, i));
	from += json_array_size(page);
	next = from < total ? sim_jsonf("%s%04zx", dress, from) : json_string("");
	return json_pack("{s:o, s:{s:o}}", name, page, "response_metadata", "next_cursor", next);
}

/* --- the door --- */

static const struct method *method_named(const char *name)
{
	const struct method *const groups[] = {chat_methods, conversation_methods, people_methods, view_methods};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		for (const struct method *method = groups[i]; method->name; method++) {
			if (strcmp(method->name, name) == 0)
				return method;
		}
	}
	return NULL;
}

const char *web_kind(const char *path)
{
	return strncmp(path, "/api/", 5) == 0 ? path + 5 : NULL;
}

static bool body_is(const struct call *call, const char *type)
{
	const char *content = sim_header(call->req, "content-type");

	return content && strncmp(content, type, strlen(type)) == 0;
}

static bool has_charset(const struct call *call)
{
	const char *content = sim_header(call->req, "content-type");

	return content && strstr(content, "charset");
}

static void read_json(struct call *call)
{
	json_t *body = sim_body_json(call->req);

	if (!has_charset(call))
		json_array_append_new(call->warnings, json_string("missing_charset"));
	if (!call->method->json)
		sim_violation(call->slack->sim, "%s takes no JSON body: its arguments go unseen", call->method->name);
	else if (json_is_object(body))
		json_object_update(call->args, body);
	json_decref(body);
}

static void read_args(struct call *call)
{
	json_t *form;

	call->args = json_copy(call->req->query);
	if (body_is(call, "application/json")) {
		read_json(call);
	} else if (body_is(call, "application/x-www-form-urlencoded")) {
		form = sim_form(call->req->body, call->req->body_len);
		json_object_update(call->args, form);
		json_decref(form);
		if (has_charset(call))
			json_array_append_new(call->warnings, json_string("superfluous_charset"));
	}
}

/* The token of the call; a query string is the wrong place for it. */
static const char *token_of(const struct call *call)
{
	const char *header = sim_header(call->req, "authorization");

	if (sim_query(call->req, "token"))
		sim_violation(call->slack->sim, "%s: a token in the query string", call->method->name);
	if (header && strncmp(header, "Bearer ", 7) == 0)
		return header + 7;
	return call->method->token == TOKEN_APP ? "" : call_text(call, "token");
}

static bool token_is_good(struct call *call)
{
	const struct slack *slack = call->slack;
	const char *token = token_of(call);
	const char *broken = sim_text(slack->settings, "auth_error");
	bool app = strcmp(token, sim_text(slack->app, "app_token")) == 0;
	bool bot = strcmp(token, sim_text(slack->app, "bot_token")) == 0;
	const char *error = NULL;

	if (!*token)
		error = "not_authed";
	else if (!app && !bot)
		error = "invalid_auth";
	else if (*broken)
		error = broken;
	else if ((call->method->token == TOKEN_APP && !app) || (call->method->token == TOKEN_BOT && !bot))
		error = "not_allowed_token_type";
	if (error)
		call_fail(call, error);
	return !error;
}

static bool args_are_there(struct call *call)
{
	json_t *messages = json_array();
	const char *name = call->method->required;

	while (name && *name) {
		size_t len = strcspn(name, " ");
		char one[64];

		memcpy(one, name, len);
		one[len] = '\0';
		if (!call_has(call, one) ||
		    (json_is_string(json_object_get(call->args, one)) && !*call_text(call, one)))
			json_array_append_new(messages, sim_jsonf("[ERROR] missing required field: %s", one));
		name += len + (name[len] == ' ');
	}
	if (json_array_size(messages) > 0) {
		call_fail_why(call, "invalid_arguments", messages);
		return false;
	}
	json_decref(messages);
	return true;
}

static bool rate_is_kept(struct call *call)
{
	int wait = call->method->per_minute ? limit_call(call->slack, call->method->name, call->method->per_minute) : 0;

	if (wait > 0)
		call_limited(call, wait);
	return wait == 0;
}

void web_handle(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	struct call call = {.slack = slack, .req = req, .ans = ans};

	call.method = method_named(web_kind(req->path));
	call.warnings = json_array();
	sim_answer_gzip(ans);
	if (!call.method) {
		sim_violation(slack->sim, "unknown method %s", req->path);
		call_fail(&call, "unknown_method");
	} else {
		read_args(&call);
		if (token_is_good(&call) && (!call.method->scope || call_scope(&call, call.method->scope)) &&
		    rate_is_kept(&call) && args_are_there(&call))
			call.method->run(&call);
	}
	json_decref(call.args);
	json_decref(call.warnings);
}

/*
 * tests/sim/slack/triggers.c - trigger_ids and response_urls.
 */

#include "tests/sim/slack/triggers.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/blocks_check.h"
#include "tests/sim/slack/messages.h"

#include <string.h>

enum { URL_USES = 5, URL_MS = 30 * 60 * 1000 };

json_t *trigger_new(struct slack *slack, const char *user, const char *view)
{
	json_t *token = slack_token(slack, "");
	json_t *id = sim_jsonf("%lld.%lld.%s", (long long)(slack->born_us % 10000000000), (long long)slack->ids,
	                       json_string_value(token));

	json_decref(token);
	json_object_set_new(slack->triggers, json_string_value(id),
	                    json_pack("{s:s, s:s, s:I, s:b}", "user", user, "view_id", view, "at_ms",
	                              (json_int_t)sim_now_ms(), "used", 0));
	return id;
}

json_t *trigger_find(struct slack *slack, const char *id, const char **ret_error)
{
	json_t *trigger = json_object_get(slack->triggers, id);
	json_int_t age = sim_now_ms() - json_integer_value(json_object_get(trigger, "at_ms"));

	*ret_error = NULL;
	if (!trigger)
		*ret_error = "invalid_trigger_id";
	else if (json_is_true(json_object_get(trigger, "used")))
		*ret_error = "exchanged_trigger_id";
	else if (age > slack_setting(slack, "trigger_ms"))
		*ret_error = "expired_trigger_id";
	return *ret_error ? NULL : trigger;
}

void trigger_use(json_t *trigger)
{
	json_object_set_new(trigger, "used", json_true());
}

json_t *response_url_new(struct slack *slack, const char *kind, json_t *about)
{
	json_t *token = slack_token(slack, "");
	json_t *path = sim_jsonf("/respond/%s/%s/%s", kind, slack_team_id(slack), json_string_value(token));
	json_t *url = sim_jsonf("http://127.0.0.1:%d%s", sim_port(slack->sim), json_string_value(path));

	json_object_set_new(about, "uses", json_integer(0));
	json_object_set_new(about, "until_ms", json_integer(sim_now_ms() + slack_scaled(slack, URL_MS)));
	json_object_set_new(slack->urls, json_string_value(path), about);
	json_decref(path);
	json_decref(token);
	return url;
}

/* --- using a response_url --- */

static json_t *ephemeral_find(const struct slack *slack, const char *ts)
{
	for (size_t i = json_array_size(slack->ephemerals); i-- > 0;) {
		json_t *message = json_array_get(slack->ephemerals, i);

		if (strcmp(sim_text(message, "ts"), ts) == 0)
			return message;
	}
	return NULL;
}

static json_t *fields_of(struct slack *slack, const json_t *body)
{
	json_t *blocks = json_object_get(body, "blocks");
	json_t *fields = json_object();

	if (json_object_get(body, "text"))
		json_object_set(fields, "text", json_object_get(body, "text"));
	if (blocks) {
		blocks_give_ids(slack, blocks);
		json_object_set(fields, "blocks", blocks);
	}
	return fields;
}

static void remove_original(struct slack *slack, const json_t *url, json_t *channel)
{
	json_t *message = message_find(channel, sim_text(url, "ts"));
	json_t *ephemeral = message ? NULL : ephemeral_find(slack, sim_text(url, "ts"));

	if (message)
		message_remove(slack, channel, message);
	if (ephemeral)
		json_object_set_new(ephemeral, "_deleted", json_true());
}

static void replace_original(struct slack *slack, const json_t *url, json_t *channel, json_t *fields)
{
	json_t *message = message_find(channel, sim_text(url, "ts"));

	if (!message)
		message = ephemeral_find(slack, sim_text(url, "ts"));
	if (!message)
		return;
	if (!json_object_get(fields, "blocks"))
		json_object_set_new(fields, "blocks", json_null());
	message_change(slack, channel, message, fields);
}

static void add_message(struct slack *slack, const json_t *url, json_t *channel, const json_t *body, json_t *fields)
{
	const char *thread = sim_text(body, "thread_ts");

	if (*thread)
		json_object_set_new(fields, "thread_ts", json_string(thread));
	if (strcmp(sim_text(body, "response_type"), "in_channel") == 0) {
		json_t *message = message_new(slack, slack_bot(slack), "");

		json_object_update(message, fields);
		message_post(slack, channel, message);
		return;
	}
	json_object_set(fields, "user", json_object_get(url, "user"));
	ephemeral_add(slack, channel, json_incref(fields));
}

static const char *why_not(const json_t *url)
{
	if (!url || sim_now_ms() > json_integer_value(json_object_get(url, "until_ms")))
		return "expired_url";
	if (json_integer_value(json_object_get(url, "uses")) >= URL_USES)
		return "used_url";
	return NULL;
}

static void respond(struct slack *slack, json_t *url, const json_t *body)
{
	json_t *channel = json_object_get(slack->channels, sim_text(url, "channel"));
	json_t *fields = fields_of(slack, body);
	bool gone = json_is_true(json_object_get(body, "delete_original"));

	json_object_set_new(url, "uses", json_integer(json_integer_value(json_object_get(url, "uses")) + 1));
	if (gone)
		remove_original(slack, url, channel);
	if (json_is_true(json_object_get(body, "replace_original")))
		replace_original(slack, url, channel, fields);
	else if (json_object_size(fields) > 0)
		add_message(slack, url, channel, body, fields);
	json_decref(fields);
}

void response_url_handle(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *url = json_object_get(slack->urls, req->path);
	const char *error = why_not(url);
	json_t *body = sim_body_json(req);
	json_t *errors;

	if (sim_header(req, "authorization"))
		sim_violation(slack->sim, "a response_url was given a token, which it does not need");
	if (error) {
		sim_answer_new(ans, 404, json_pack("{s:b, s:s}", "ok", 0, "error", error));
	} else if (!json_is_object(body)) {
		sim_violation(slack->sim, "a response_url was given a body that is no JSON object");
		sim_answer_new(ans, 400, json_pack("{s:b, s:s}", "ok", 0, "error", "invalid_payload"));
	} else {
		errors = blocks_check(json_object_get(body, "blocks"), SURFACE_MESSAGE);
		if (json_object_get(body, "blocks") && json_array_size(errors) > 0) {
			sim_violation(slack->sim, "response_url: %s", json_string_value(json_array_get(errors, 0)));
			sim_answer_new(ans, 400, json_pack("{s:b, s:s}", "ok", 0, "error", "invalid_blocks"));
		} else {
			respond(slack, url, body);
			sim_answer_text(ans, 200, "text/plain", "ok");
		}
		json_decref(errors);
	}
	json_decref(body);
}

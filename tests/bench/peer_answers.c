/*
 * bench/peer_answers.c - just enough of Slack's answers for commands and for repairs up to their first question.
 *
 * Everybody exists: U0PERSON17 is person17@example.com, any other id has a mailbox of that name. The ids of the
 * configuration are those of tests/sim/slack/workspace.json.
 */
#include "tests/bench/peer_answers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { VALUE_BYTES = 200 };

static const char person_id[] = "U0PERSON", person_mail[] = "person";

static unsigned hex(const char *two)
{
	char text[3] = {two[0], two[1], '\0'};

	return (unsigned)strtoul(text, NULL, 16);
}

/* The value of one key, decoded; "" without it. */
static const char *form_value(const char *form, const char *key, char out[static VALUE_BYTES])
{
	size_t len = strlen(key), n = 0;
	const char *at = form;

	out[0] = '\0';
	while (at != NULL && (strncmp(at, key, len) != 0 || at[len] != '=')) {
		at = strchr(at, '&');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL)
		return out;
	for (at += len + 1; *at != '\0' && *at != '&' && n + 1 < VALUE_BYTES; at++) {
		bool coded = *at == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]);
		out[n++] = coded ? (char)hex(at + 1) : *at;
		at += coded ? 2 : 0;
	}
	out[n] = '\0';
	return out;
}

static json_t *user_json(const char *id, const char *email)
{
	return json_pack("{s:b, s:{s:s, s:s, s:s, s:b, s:b, s:b, s:i, s:s, s:{s:s, s:s, s:s}}}", "ok", 1, "user", "id",
	                 id, "team_id", "T0EAC0001", "name", email, "deleted", 0, "is_bot", 0, "is_restricted", 0,
	                 "tz_offset", 0, "locale", "en-US", "profile", "real_name", email, "display_name", "", "email",
	                 email);
}

static json_t *users_info(const char *form, int port, uint64_t n)
{
	char id[VALUE_BYTES], email[VALUE_BYTES + 40];

	(void)port;
	(void)n;
	form_value(form, "user", id);
	if (text_starts(id, person_id))
		snprintf(email, sizeof email, "%s%s@example.com", person_mail, id + strlen(person_id));
	else
		snprintf(email, sizeof email, "%s@example.com", id);
	return user_json(id, email);
}

static json_t *users_by_email(const char *form, int port, uint64_t n)
{
	char email[VALUE_BYTES], id[40];

	(void)port;
	(void)n;
	form_value(form, "email", email);
	if (!text_starts(email, person_mail))
		return json_pack("{s:b, s:s}", "ok", 0, "error", "users_not_found");
	snprintf(id, sizeof id, "%s%lu", person_id, strtoul(email + strlen(person_mail), NULL, 10));
	return user_json(id, email);
}

static json_t *auth_test(const char *form, int port, uint64_t n)
{
	(void)form;
	(void)port;
	(void)n;
	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s}", "ok", 1, "url", "https://acme.slack.com/", "team_id",
	                 "T0EAC0001", "user", "eacbot", "user_id", "U0BOT0001", "bot_id", "B0EAC0001", "app_id",
	                 "A0EAC00001");
}

static json_t *connections_open(const char *form, int port, uint64_t n)
{
	char url[100];

	(void)form;
	snprintf(url, sizeof url, "ws://127.0.0.1:%d/link/?ticket=%llu&app_id=eac", port, (unsigned long long)n);
	return json_pack("{s:b, s:s}", "ok", 1, "url", url);
}

static json_t *group_users(const char *form, int port, uint64_t n)
{
	char group[VALUE_BYTES];

	(void)port;
	(void)n;
	form_value(form, "usergroup", group);
	return json_pack("{s:b, s:[s]}", "ok", 1, "users", text_eq(group, "S0HELPDESK") ? "U0HELP001" : "U0APPR001");
}

static json_t *conversation(const char *form, int port, uint64_t n)
{
	char channel[VALUE_BYTES];

	(void)port;
	(void)n;
	form_value(form, "channel", channel);
	return json_pack("{s:b, s:{s:s, s:s, s:b, s:b, s:b}}", "ok", 1, "channel", "id", channel, "name", "helpdesk",
	                 "is_channel", 1, "is_member", 1, "is_archived", 0);
}

static json_t *conversation_open(const char *form, int port, uint64_t n)
{
	char user[VALUE_BYTES];

	(void)port;
	(void)n;
	form_value(form, "users", user);
	user[0] = 'D';
	return json_pack("{s:b, s:{s:s}}", "ok", 1, "channel", "id", user);
}

static json_t *posted(const char *form, int port, uint64_t n)
{
	char channel[VALUE_BYTES], ts[40];

	(void)port;
	form_value(form, "channel", channel);
	snprintf(ts, sizeof ts, "1700000000.%06llu", (unsigned long long)n);
	return json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "channel", channel, "ts", ts, "message_ts", ts);
}

static const struct {
	const char *method;
	json_t *(*answer)(const char *form, int port, uint64_t n);
} methods[] = {
    {"auth.test", auth_test},
    {"apps.connections.open", connections_open},
    {"users.info", users_info},
    {"users.lookupByEmail", users_by_email},
    {"usergroups.users.list", group_users},
    {"conversations.info", conversation},
    {"conversations.open", conversation_open},
    {"chat.postMessage", posted},
    {"chat.postEphemeral", posted},
    {"chat.update", posted},
};

json_t *peer_answer(const char *method, const char *form, int port, uint64_t n)
{
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (text_eq(methods[i].method, method))
			return methods[i].answer(form, port, n);
	return json_pack("{s:b, s:s}", "ok", 0, "error", "unknown_method");
}

char *peer_envelope(const char *id, const char *words)
{
	return mem_printf("{\"envelope_id\":\"%s\",\"type\":\"slash_commands\",\"accepts_response_payload\":true,"
	                  "\"payload\":{\"token\":\"legacy\",\"team_id\":\"T0EAC0001\",\"team_domain\":\"acme\","
	                  "\"channel_id\":\"C0HELP0001\",\"channel_name\":\"helpdesk\",\"user_id\":\"U0HELP001\","
	                  "\"user_name\":\"maria\",\"command\":\"/eac\",\"text\":\"%s\",\"api_app_id\":\"A0EAC00001\","
	                  "\"is_enterprise_install\":\"false\","
	                  "\"response_url\":\"http://127.0.0.1/respond/%s\",\"trigger_id\":\"1.2.%s\"}}",
	                  id, words, id, id);
}

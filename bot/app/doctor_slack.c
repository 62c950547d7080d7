/*
 * app/doctor_slack.c - the doctor's questions to Slack: tokens, people, groups, channels, scopes.
 *
 * Slack names a token's scopes in the head of every answer; they are compared
 * with those of the manifest. Where it does not, scopes are tried by reading, for
 * Slack tells which one is missing when a method that needs it is called; those
 * for writing can't be tried without a write.
 */
#include "bot/app/doctor_private.h"

#include <stdlib.h>
#include <string.h>

#include "bot/app/profile.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

/* What to do when Slack did not answer well. */
static const char *fix_for(const struct slack_answer *answer, const char *of_token)
{
	if (answer->code == ERR_AUTH || answer->code == ERR_DENIED || answer->code == ERR_REFUSED)
		return of_token;
	return "let this machine reach slack.api_url, or set HTTPS_PROXY and tls.ca_file; then try again";
}

/* A scope that is missing is told once, at the end. True if that was it. */
static bool note_scope(struct doctor *d, const struct slack_answer *answer)
{
	const char *needed = json_str(answer->body, "needed");

	if (!text_eq(answer->error, "missing_scope"))
		return false;
	if (!strstr(buf_str(&d->missing), needed))
		buf_printf(&d->missing, "%s%s", d->missing.len ? ", " : "",
		           *needed ? needed : "one that Slack does not name");
	return true;
}

/* The first probe: whose token is it? Where that is not known, only the other token is tried. */
static const char token_fix[] =
    "deploy/README.md, Install, 1: copy the token anew, and reinstall the app if it was changed";

static void bot_token_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;

	if (answer->code != OK) {
		findings_add(d->findings, FINDING_FAILED, "slack-bot-token", fix_for(answer, token_fix), "%s",
		             answer->reason);
		doctor_next(d);
		return;
	}
	text_copy(d->us.bot_user, sizeof(d->us.bot_user), json_str(answer->body, "user_id"));
	text_copy(d->us.team, sizeof(d->us.team), json_str(answer->body, "team_id"));
	text_copy(d->us.enterprise, sizeof(d->us.enterprise), json_str(answer->body, "enterprise_id"));
	if (text_empty(json_str(answer->body, "bot_id")))
		findings_add(d->findings, FINDING_FAILED, "slack-bot-token", token_fix,
		             "this is the token of a person");
	else
		findings_add(d->findings, FINDING_OK, "slack-bot-token", NULL, "%s (%s) in %s (%s)",
		             json_str(answer->body, "user"), d->us.bot_user, json_str(answer->body, "team"),
		             d->us.team);
	doctor_next(d);
}

void doctor_bot_token(struct doctor *d)
{
	slack_call(d->slack, "auth.test", NULL, DOCTOR_CALL_MS, bot_token_answered, d);
}

/* The app-level token, and the way to where the socket would lead. */
static void socket_resolved(void *arg, enum errc code, const char *address, const char *reason)
{
	struct doctor *d = arg;

	(void)address;
	if (code == OK)
		findings_add(d->findings, FINDING_OK, "slack-socket", NULL,
		             "its host can be reached (no socket was opened)");
	else
		findings_add(d->findings, FINDING_FAILED, "slack-socket",
		             "let this machine reach wss-primary.slack.com and the like, port 443, or set HTTPS_PROXY",
		             "%s", reason);
	doctor_next(d);
}

/* Of "wss://host[:port]/..."; the rest of the URL is a ticket and nobody's business. */
static bool read_socket_host(const char *url, char host[static 200], int *ret_port)
{
	bool tls = text_starts(url, "wss://");
	const char *s = url + strlen(tls ? "wss://" : "ws://");
	long port = tls ? 443 : 80;
	size_t n;

	if (!tls && !text_starts(url, "ws://"))
		return false;
	n = strcspn(s, ":/?");
	if (n == 0 || n >= 200)
		return false;
	if (s[n] == ':')
		port = strtol(s + n + 1, NULL, 10);
	memcpy(host, s, n);
	host[n] = '\0';
	*ret_port = (int)port;
	return port > 0 && port <= 65535;
}

static void app_token_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;
	char host[200] = "";
	AUTO_FREE char *proxy = NULL;
	int port;

	if (answer->code != OK) {
		findings_add(
		    d->findings, FINDING_FAILED, "slack-app-token",
		    "Basic Information, App-Level Tokens: one with connections:write; and Socket Mode has to be on",
		    "%s", answer->reason);
		doctor_next(d);
		return;
	}
	findings_add(d->findings, FINDING_OK, "slack-app-token", NULL, "Slack offers a socket");
	if (!read_socket_host(json_str(answer->body, "url"), host, &port)) {
		findings_add(d->findings, FINDING_FAILED, "slack-socket", "look at slack.api_url",
		             "Slack's address is unreadable");
		doctor_next(d);
		return;
	}
	proxy = http_proxy_for(host, port);
	if (proxy) {
		findings_add(d->findings, FINDING_OK, "slack-socket", NULL,
		             "goes through the proxy, which was not tried");
		doctor_next(d);
		return;
	}
	http_resolve(d->http, host, port, DOCTOR_CALL_MS, socket_resolved, d);
}

void doctor_app_token(struct doctor *d)
{
	slack_call(d->slack_app, "apps.connections.open", NULL, DOCTOR_CALL_MS, app_token_answered, d);
}

/* Everybody whom `access` names by user id. */
static void judge_person(struct doctor *d, const char *id, const struct slack_answer *answer)
{
	static const char fix[] = "take the id out of access, or put the right one in";
	struct profile profile;

	if (note_scope(d, answer))
		return;
	if (answer->code != OK) {
		findings_add(d->findings, FINDING_FAILED, "slack-people", fix, "%s: %s", id, answer->reason);
		return;
	}
	profile_read(&profile, json_get(answer->body, "user"), &d->us);
	if (profile.deleted || profile.guest || profile.external || profile.bot)
		findings_add(d->findings, FINDING_FAILED, "slack-people", fix,
		             "%s (%s) is %s, so nothing is allowed to them", id, profile.name,
		             profile.deleted ? "deactivated"
		             : profile.guest ? "a guest"
		             : profile.bot   ? "a bot"
		                             : "of another organisation");
}

static void ask_next_person(struct doctor *d);

static void person_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;

	judge_person(d, json_string_value(json_array_get(d->members, d->item)), answer);
	d->item++;
	ask_next_person(d);
}

static void ask_next_person(struct doctor *d)
{
	const char *id = json_string_value(json_array_get(d->members, d->item));

	if (id)
		slack_call(d->slack, "users.info", json_pack("{s:s}", "user", id), DOCTOR_CALL_MS, person_answered, d);
	else
		doctor_next(d);
}

static bool is_listed(const json_t *list, const char *id)
{
	size_t i;
	json_t *word;

	json_array_foreach (list, i, word)
		if (text_eq(json_string_value(word), id))
			return true;
	return false;
}

/* Adds those whose id begins with one of the letters. */
static void add_ids(json_t *list, const struct config_list *ids, const char *letters)
{
	for (size_t i = 0; i < ids->count; i++)
		if (strchr(letters, ids->items[i][0]) && !is_listed(list, ids->items[i]))
			json_array_append_new(list, json_string(ids->items[i]));
}

static void collect_ids(struct doctor *d, const char *letters)
{
	json_array_clear(d->members);
	add_ids(d->members, &d->config->access.requesters, letters);
	add_ids(d->members, &d->config->access.approvers, letters);
	add_ids(d->members, &d->config->access.admins, letters);
}

void doctor_people(struct doctor *d)
{
	if (!*d->us.bot_user) {
		doctor_skip(d, DOCTOR_SLACK);
		return;
	}
	collect_ids(d, "UW");
	ask_next_person(d);
}

/* Nobody has this address; what counts is whether the question is allowed. */
static void emails_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;

	note_scope(d, answer);
	doctor_next(d);
}

void doctor_emails(struct doctor *d)
{
	slack_call(d->slack, "users.lookupByEmail", json_pack("{s:s}", "email", "nobody@eacbot.invalid"),
	           DOCTOR_CALL_MS, emails_answered, d);
}

/* The user groups that `access` names. */
static const json_t *group_of(const json_t *body, const char *id)
{
	size_t i;
	json_t *group;

	json_array_foreach (json_get(body, "usergroups"), i, group)
		if (text_eq(json_str(group, "id"), id))
			return group;
	return NULL;
}

static void judge_group(struct doctor *d, const char *id, const json_t *group)
{
	static const char fix[] =
	    "put the right id into access (Slack: People, User groups, copy group ID), or enable it";

	if (!group)
		findings_add(d->findings, FINDING_FAILED, "slack-user-groups", fix, "%s: there is no such user group",
		             id);
	else if (json_int(group, "date_delete") > 0)
		findings_add(d->findings, FINDING_FAILED, "slack-user-groups", fix, "%s (%s) is disabled", id,
		             json_str(group, "name"));
	else if (json_int(group, "user_count") == 0 && json_array_size(json_get(group, "users")) == 0)
		findings_add(d->findings, FINDING_WARNING, "slack-user-groups", "add members", "%s (%s) has no members",
		             id, json_str(group, "name"));
	else
		findings_add(d->findings, FINDING_OK, "slack-user-groups", NULL, "%s is %s", id,
		             json_str(group, "name"));
}

static void groups_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;
	size_t i;
	json_t *id;

	if (answer->code != OK && !note_scope(d, answer))
		findings_add(d->findings, FINDING_FAILED, "slack-user-groups", "try again", "%s", answer->reason);
	if (answer->code == OK)
		json_array_foreach (d->members, i, id)
			judge_group(d, json_string_value(id), group_of(answer->body, json_string_value(id)));
	doctor_next(d);
}

void doctor_groups(struct doctor *d)
{
	collect_ids(d, "S");
	slack_call(d->slack, "usergroups.list",
	           json_pack("{s:b, s:b, s:b}", "include_disabled", 1, "include_users", 1, "include_count", 1),
	           DOCTOR_CALL_MS, groups_answered, d);
}

/* The channels of `access`, and the status channel. */
static void judge_channel(struct doctor *d, const char *id, const struct slack_answer *answer)
{
	const json_t *channel = json_get(answer->body, "channel");
	const char *name = json_str(channel, "name");

	if (note_scope(d, answer))
		return;
	if (answer->code != OK)
		findings_add(d->findings, FINDING_FAILED, "slack-channels",
		             "look at the id; a private channel needs the invitation", "%s: %s", id, answer->reason);
	else if (json_bool(channel, "is_archived"))
		findings_add(d->findings, FINDING_FAILED, "slack-channels", "unarchive it, or name another",
		             "%s (%s) is archived", id, name);
	else if (!json_bool(channel, "is_member"))
		findings_add(d->findings, FINDING_FAILED, "slack-channels", "in the channel: /invite @eacbot",
		             "the bot is not in %s (%s)", id, name);
	else if (json_bool(channel, "is_ext_shared"))
		findings_add(d->findings, FINDING_WARNING, "slack-channels", "name a channel of your own people alone",
		             "%s (%s) is shared with another organisation, which sees the repairs", id, name);
	else
		findings_add(d->findings, FINDING_OK, "slack-channels", NULL, "%s is %s", id, name);
}

static void ask_next_channel(struct doctor *d);

static void channel_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;

	judge_channel(d, json_string_value(json_array_get(d->members, d->item)), answer);
	d->item++;
	ask_next_channel(d);
}

static void ask_next_channel(struct doctor *d)
{
	const char *id = json_string_value(json_array_get(d->members, d->item));

	if (id)
		slack_call(d->slack, "conversations.info", json_pack("{s:s}", "channel", id), DOCTOR_CALL_MS,
		           channel_answered, d);
	else
		doctor_next(d);
}

void doctor_channels(struct doctor *d)
{
	json_array_clear(d->members);
	add_ids(d->members, &d->config->access.channels, "CG");
	if (!text_empty(d->config->slack.status_channel) && !is_listed(d->members, d->config->slack.status_channel))
		json_array_append_new(d->members, json_string(d->config->slack.status_channel));
	if (!text_empty(d->config->audit.anchor_channel) && !is_listed(d->members, d->config->audit.anchor_channel))
		json_array_append_new(d->members, json_string(d->config->audit.anchor_channel));
	ask_next_channel(d);
}

/* Those of deploy/slack-manifest.yaml, in its order (tests/cli compares), and what does not work without them. */
static const struct {
	const char *scope;
	const char *loss;
} scopes[] = {
    {"commands", "the command and the buttons"},
    {"chat:write", "every message"},
    {"im:write", "the card of the affected user"},
    {"im:history", "answers in direct messages"},
    {"users:read", "who may do what"},
    {"users:read.email", "whose Salesforce user somebody is"},
    {"usergroups:read", "access by user group"},
    {"channels:read", "is the bot in the channel"},
    {"groups:read", "the same for private channels"},
    {"channels:history", "finding a message again after a crash"},
    {"groups:history", "the same for private channels"},
    {"app_mentions:read", "decisions typed in threads"},
};
enum { SCOPES = sizeof(scopes) / sizeof(scopes[0]) };

static bool has_scope(const char *list, const char *scope)
{
	size_t len = strlen(scope);

	for (const char *at = strstr(list, scope); at; at = strstr(at + 1, scope)) {
		if ((at == list || strchr(", ", at[-1])) && (at[len] == '\0' || strchr(", ", at[len])))
			return true;
	}
	return false;
}

/* What Slack told by the way, where it did not tell all. */
static void tell_missing(struct doctor *d)
{
	static const char fix[] = "make the app's scopes those of deploy/slack-manifest.yaml and reinstall it";

	if (d->missing.len > 0)
		findings_add(d->findings, FINDING_FAILED, "slack-scopes", fix, "missing: %s", buf_str(&d->missing));
	else if (d->scopes.len > 0)
		findings_add(d->findings, FINDING_OK, "slack-scopes", NULL, "all %d of the manifest are there", SCOPES);
	else
		findings_add(d->findings, FINDING_OK, "slack-scopes", NULL,
		             "those for reading are there; commands, chat:write and im:write can't be tried without "
		             "writing");
	doctor_next(d);
}

static void tell_scopes(struct doctor *d)
{
	if (d->scopes.len > 0)
		buf_clear(&d->missing);
	for (size_t i = 0; d->scopes.len > 0 && i < SCOPES; i++) {
		if (!has_scope(buf_str(&d->scopes), scopes[i].scope))
			buf_printf(&d->missing, "%s%s (%s)", d->missing.len ? ", " : "", scopes[i].scope,
			           scopes[i].loss);
	}
	tell_missing(d);
}

/* The last one reads a line of history, then tells what was missing on the way. */
static void history_answered(void *arg, const struct slack_answer *answer)
{
	struct doctor *d = arg;

	note_scope(d, answer);
	tell_scopes(d);
}

void doctor_scopes(struct doctor *d)
{
	const char *id = json_string_value(json_array_get(d->members, 0)); /* the first channel, if any */

	if (id)
		slack_call(d->slack, "conversations.history", json_pack("{s:s, s:i}", "channel", id, "limit", 1),
		           DOCTOR_CALL_MS, history_answered, d);
	else
		tell_scopes(d);
}

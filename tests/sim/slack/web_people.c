/*
 * tests/sim/slack/web_people.c - auth.test, apps.connections.open, users.*
 * and usergroups.*: who there is.
 */

#include "tests/sim/slack/web.h"

#include "tests/sim/slack/workspace.h"

#include <string.h>
#include <strings.h>

enum { USERS_MAX = 1000 };

static void auth_test(struct call *call)
{
	const struct slack *slack = call->slack;
	json_t *url = sim_jsonf("https://%s.slack.com/", sim_text(slack->team, "domain"));

	call_ok(call, json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "url", url, "team",
	                        sim_text(slack->team, "name"), "user", sim_text(slack->app, "name"), "team_id",
	                        slack_team_id(slack), "user_id", slack_bot(slack), "bot_id",
	                        sim_text(slack->app, "bot_id"), "app_id", slack_app_id(slack), "app_name",
	                        sim_text(slack->app, "name"), "is_enterprise_install", 0));
}

static void apps_connections_open(struct call *call)
{
	struct slack *slack = call->slack;
	json_t *ticket;
	json_t *url;

	if (*call_text(call, "token")) {
		call_fail(call, "invalid_arguments");
		return;
	}
	ticket = slack_token(slack, "");
	url = sim_jsonf("ws://127.0.0.1:%d/link/?ticket=%s&app_id=%064x", sim_port(slack->sim),
	                json_string_value(ticket), 0xeacU);
	json_object_set_new(slack->tickets, json_string_value(ticket), json_false());
	json_decref(ticket);
	call_ok(call, json_pack("{s:o}", "url", url));
}

/* --- users --- */

static bool may_see_email(const struct slack *slack)
{
	json_t *scope;
	size_t i;

	json_array_foreach (json_object_get(slack->app, "scopes"), i, scope) {
		if (strcmp(json_string_value(scope), "users:read.email") == 0)
			return true;
	}
	return false;
}

static void copy_flag(json_t *out, const json_t *user, const char *name)
{
	json_object_set_new(out, name, json_boolean(json_is_true(json_object_get(user, name))));
}

static json_t *profile_out(const struct slack *slack, const json_t *user)
{
	json_t *profile = json_pack("{s:s, s:s, s:s, s:s}", "real_name", sim_text(user, "real_name"), "display_name",
	                            sim_text(user, "name"), "team", sim_text(user, "team_id"), "status_text", "");

	if (may_see_email(slack) && *sim_text(user, "email"))
		json_object_set(profile, "email", json_object_get(user, "email"));
	return profile;
}

/* A deactivated person's answer is the short one that Slack gives. */
static json_t *user_out(const struct slack *slack, const json_t *user, bool locale)
{
	bool deleted = json_is_true(json_object_get(user, "deleted"));
	json_t *out = json_pack("{s:s, s:s, s:s, s:b, s:o, s:i}", "id", sim_text(user, "id"), "team_id",
	                        sim_text(user, "team_id"), "name", sim_text(user, "name"), "deleted", deleted,
	                        "profile", profile_out(slack, user), "updated", 1700000000);

	copy_flag(out, user, "is_bot");
	copy_flag(out, user, "is_app_user");
	if (json_object_get(user, "is_stranger"))
		copy_flag(out, user, "is_stranger");
	if (deleted)
		return out;
	json_object_set_new(out, "real_name", json_string(sim_text(user, "real_name")));
	json_object_set(out, "tz", json_object_get(user, "tz"));
	json_object_set(out, "tz_offset", json_object_get(user, "tz_offset"));
	copy_flag(out, user, "is_admin");
	copy_flag(out, user, "is_owner");
	copy_flag(out, user, "is_restricted");
	copy_flag(out, user, "is_ultra_restricted");
	if (locale && *sim_text(user, "locale"))
		json_object_set(out, "locale", json_object_get(user, "locale"));
	return out;
}

static void users_info(struct call *call)
{
	const json_t *user = json_object_get(call->slack->users, call_text(call, "user"));

	if (user)
		call_ok(call,
		        json_pack("{s:o}", "user", user_out(call->slack, user, call_flag(call, "include_locale"))));
	else
		call_fail(call, "user_not_found");
}

static void users_list(struct call *call)
{
	json_t *all = json_array();
	const char *id;
	json_t *user;
	json_t *page;

	json_object_foreach (call->slack->users, id, user)
		json_array_append_new(all, user_out(call->slack, user, call_flag(call, "include_locale")));
	page = call_page(call, "members", all, USERS_MAX);
	json_decref(all);
	if (page)
		call_ok(call, page);
}

static void users_lookup_by_email(struct call *call)
{
	const char *email = call_text(call, "email");
	const char *id;
	json_t *user;

	json_object_foreach (call->slack->users, id, user) {
		if (strcasecmp(sim_text(user, "email"), email) != 0 || json_is_true(json_object_get(user, "deleted")))
			continue;
		call_ok(call, json_pack("{s:o}", "user", user_out(call->slack, user, false)));
		return;
	}
	call_fail(call, "users_not_found");
}

/* --- groups --- */

static json_t *group_out(const struct slack *slack, const json_t *group, bool users)
{
	json_t *members = json_object_get(group, "users");
	json_t *out =
	    json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:o}", "id", sim_text(group, "id"), "team_id",
	              slack_team_id(slack), "is_usergroup", 1, "name", sim_text(group, "name"), "description", "",
	              "handle", sim_text(group, "handle"), "is_external", 0, "date_create", 1700000000, "date_update",
	              1700000000, "date_delete", json_is_true(json_object_get(group, "disabled")) ? 1700000001 : 0,
	              "user_count", sim_jsonf("%zu", json_array_size(members)));

	if (users)
		json_object_set_new(out, "users", json_deep_copy(members));
	return out;
}

static bool group_is_shown(const struct call *call, const json_t *group)
{
	return call_flag(call, "include_disabled") || !json_is_true(json_object_get(group, "disabled"));
}

static void usergroups_list(struct call *call)
{
	json_t *groups = json_array();
	const char *id;
	json_t *group;

	json_object_foreach (call->slack->groups, id, group) {
		if (group_is_shown(call, group))
			json_array_append_new(groups, group_out(call->slack, group, call_flag(call, "include_users")));
	}
	call_ok(call, json_pack("{s:o}", "usergroups", groups));
}

static void usergroups_users_list(struct call *call)
{
	const json_t *group = workspace_group(call->slack, call_text(call, "usergroup"));

	if (group && group_is_shown(call, group))
		call_ok(call, json_pack("{s:o}", "users", json_deep_copy(json_object_get(group, "users"))));
	else
		call_fail(call, "no_such_subteam");
}

const struct method people_methods[] = {
    {"auth.test", TOKEN_ANY, NULL, true, 600, NULL, auth_test},
    {"apps.connections.open", TOKEN_APP, "connections:write", true, 20, NULL, apps_connections_open},
    {"users.info", TOKEN_BOT, "users:read", false, 100, "user", users_info},
    {"users.list", TOKEN_BOT, "users:read", false, 20, NULL, users_list},
    {"users.lookupByEmail", TOKEN_BOT, "users:read.email", false, 50, "email", users_lookup_by_email},
    {"usergroups.list", TOKEN_BOT, "usergroups:read", false, 20, NULL, usergroups_list},
    {"usergroups.users.list", TOKEN_BOT, "usergroups:read", false, 20, "usergroup", usergroups_users_list},
    {0},
};

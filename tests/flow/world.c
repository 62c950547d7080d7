/*
 * tests/flow/world.c - a small world for the engine.
 */
#include "tests/flow/world.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/flow/flow.h"
#include "bot/store/outbox.h"
#include "commands/home.h"
#include "commands/eac/digest.h"
#include "tests/flow/org.h"

#define PSL_INBOX   "0PLD000000003mwOAA"
#define JANE_SF     "005Sj000003JNIXIA4"
#define PS_INBOX    "0PS000000000001GAA"
#define OTHER_SET   "0PS000000000002GAA"
#define ORG         "00D000000000001AAA"
#define NEW_SET     "0PS000000000009GAA"
#define ANOTHER_ORG "00D000000000002AAA"

/* The settings' strings are not const: arrays of their own. */
static char set_name[] = "InboxWithEinsteinActivityCapture", app_name[] = "SalesforceIQ",
            addin_name[] = "Outlook Integration", channel_name[] = CHANNEL, approvers_name[] = "S0APPROVER",
            requesters_name[] = "S0HELPDESK", admin_name[] = BOSS, command_name[] = "/eac", nothing[] = "";
static char *sets_default[] = {set_name}, *apps_default[] = {app_name}, *addins_default[] = {addin_name},
            *channels_default[] = {channel_name}, *approvers_default[] = {approvers_name},
            *requesters_default[] = {requesters_name}, *admins_default[] = {admin_name};

static void settings(struct config *c)
{
	c->slack.command = command_name;
	c->slack.status_channel = nothing;
	c->access.requesters = (struct config_list){requesters_default, 1};
	c->access.approvers = (struct config_list){approvers_default, 1};
	c->access.admins = (struct config_list){admins_default, 1};
	c->access.channels = (struct config_list){channels_default, 1};
	c->approval.quorum = 1;
	c->approval.four_eyes = true;
	c->approval.require_case_number = true;
	c->approval.remind_after_ms = 30 * 60000;
	c->approval.expire_after_ms = (int64_t)72 * 3600000;
	c->people.remind_after_ms = (int64_t)4 * 3600000;
	c->people.give_up_after_ms = (int64_t)72 * 3600000;
	c->people.hours_to_min = 1440;
	c->backend.remind_after_ms = (int64_t)24 * 3600000;
	c->backend.give_up_after_ms = CONFIG_NEVER;
	c->salesforce.permission_sets = (struct config_list){sets_default, 1};
	c->salesforce.reassign_same = true;
	c->salesforce.siq_apps = (struct config_list){apps_default, 1};
	c->salesforce.addin_login_types = (struct config_list){addins_default, 1};
	c->salesforce.connected_accounts_url = nothing;
	c->salesforce.poll_every_ms = 60000;
	c->limits.open_repairs = 100;
	c->limits.running_repairs = 8;
	c->limits.batch = 20;
	c->limits.per_requester_day = 50;
	c->limits.per_requester_hour = 50;
	c->limits.per_hour = 100;
}

struct world *world_new(void)
{
	struct store *store;
	struct err err;
	const struct store_options options = {.url = "sqlite::memory:"};
	enum errc rc = store_open(&store, &options, &err);
	assert(rc == OK);
	return world_new_on(store);
}

struct world *world_new_on(struct store *store)
{
	struct world *w = mem_alloc(sizeof *w);
	w->store = store;
	settings(&w->config);
	w->commands = commands_new(&w->config);
	commands_set_bot(w->commands, "U0BOT0001", "eacbot");
	w->now = clock_parse_rfc3339("2026-11-23T10:00:00Z");
	w->sets = json_array();
	w->licences = json_array();
	w->tokens = json_array();
	w->links = json_array();
	w->sessions = json_array();
	w->mails = json_array();
	w->messages = json_array();
	w->private_answers = json_array();
	w->writes = json_object();
	w->connection = json_pack("{s:s,s:s,s:s}", "status", "NEEDSATTENTION", "mailbox", "jane@example.com",
	                          "configuration", "Sales");
	w->active = true;
	w->tz_offset = 3600;
	w->auto_unassign = true;
	w->seats_total = 10;
	w->last_ts = 1790000000;
	world_add_set(w, "0Pa000000000001AAA", PS_INBOX, "InboxWithEinsteinActivityCapture", "", "");
	world_add_licence(w, "2LA000000000001AAA", PSL_INBOX, "InboxPsl", false);
	world_add_token(w, "aaaa", "SalesforceIQ");
	world_add_token(w, "bbbb", "SalesforceIQ");
	world_add_token(w, "cccc", "Data Loader");
	json_array_append_new(w->sessions, json_pack("{s:s,s:s,s:i}", "id", "0Ak000000000001AAA", "login_type",
	                                             "Outlook Integration", "created", 1));
	json_array_append_new(w->sessions, json_pack("{s:s,s:s,s:i}", "id", "0Ak000000000002AAA", "login_type",
	                                             "Application", "created", 1));
	return w;
}

void world_free(struct world *w)
{
	json_t *all[] = {w->sets,   w->licences,      w->tokens, w->links,    w->sessions,
	                 w->mails,  w->connection,    w->writes, w->messages, w->private_answers,
	                 w->dialog, w->dropped_group, w->journal};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		json_decref(all[i]);
	json_decref(w->crowd);
	org_free(w->org);
	store_close(w->store);
	commands_free(w->commands);
	free(w);
}

/* --- what Jane holds --- */

void world_add_set(struct world *w, const char *assignment, const char *set, const char *name, const char *group,
                   const char *expires)
{
	json_array_append_new(w->sets, json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:b,s:s,s:b,s:b}", "id", assignment,
	                                         "set", set, "group", group, "expires", expires, "active", 1, "name",
	                                         name, "label", name, "profile_owned", 0, "licence",
	                                         text_eq(name, "InboxWithEinsteinActivityCapture") ? PSL_INBOX : "",
	                                         "inbox", 1, "eac", 1));
}

void world_add_licence(struct world *w, const char *assignment, const char *licence, const char *name, bool broad)
{
	json_array_append_new(w->licences,
	                      json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:n,s:b,s:b,s:b}", "id", assignment, "licence",
	                                licence, "name", name, "label", name, "status", "Active", "total",
	                                w->seats_total, "used", 5, "expires", "inbox", 1, "eac", 1, "broad", broad));
}

void world_add_token(struct world *w, const char *handle, const char *app)
{
	json_array_append_new(w->tokens, json_pack("{s:s,s:s,s:I,s:i}", "handle", handle, "app", app, "created",
	                                           (json_int_t)w->now, "uses", 1));
}

void world_add_link(struct world *w, const char *id, bool login)
{
	json_array_append_new(w->links, json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", id, "handle", "jane@example.com",
	                                          "provider", "Microsoft", "sso_name", "", "login", login));
}

void world_count_write(struct world *w, const char *what, const char *object)
{
	char key[120];
	snprintf(key, sizeof key, "%s %s", what, object);
	json_set_int(w->writes, key, json_int(w->writes, key) + 1);
}

int world_writes(const struct world *w, const char *what)
{
	int n = 0;
	const char *key;
	json_t *count;
	json_object_foreach (w->writes, key, count)
		if (text_starts(key, what))
			n += (int)json_integer_value(count);
	return n;
}

static bool take_row(json_t *rows, const char *key, const char *value)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (text_eq(json_str(json_array_get(rows, i), key), value)) {
			json_array_remove(rows, i);
			return true;
		}
	return false;
}

bool world_holds(const struct world *w, const char *set)
{
	size_t i;
	json_t *row;
	json_array_foreach (w->sets, i, row)
		if (text_eq(json_str(row, "name"), set))
			return true;
	return false;
}

/* --- Salesforce's answers --- */

static json_t *jane(const struct world *w)
{
	const char *mail = w->single_sign_on ? JANE_SSO : "jane@example.com";
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "id", JANE_SF, "username", mail, "email", mail,
	                 "federation_id", w->single_sign_on ? "jane@example.com" : "", "name",
	                 w->name != NULL ? w->name : "Jane Doe", "active", w->active, "user_type", "Standard");
}

static int crowd_number(const char *user, const char *before);
static json_t *crowd_user(int n);

static json_t *answer_find(struct world *w, const char *word)
{
	json_t *users = json_array();
	if (text_eq(word, "jane@example.com") || (w->single_sign_on && text_eq(word, JANE_SSO)))
		json_array_append_new(users, jane(w));
	if (text_eq(word, "bob@example.com"))
		json_array_append_new(users, json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", "005Sj000003JNIZIA4", "username",
		                                       "bob@example.com", "email", "bob@example.com", "name", "Bob",
		                                       "active", 1));
	if (crowd_number(word, "p") > 0)
		json_array_append_new(users, crowd_user(crowd_number(word, "p")));
	if (text_eq(word, "twin@example.com")) {
		json_array_append_new(users, jane(w));
		json_array_append_new(users, json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", "005Sj000003JNIYIA4", "username",
		                                       "twin2@example.com", "email", "twin@example.com", "name", "Twin",
		                                       "active", 1));
	}
	json_t *found = json_pack(
	    "{s:o,s:{s:s,s:s},s:s,s:s,s:{s:b,s:b,s:b,s:b,s:b},s:[{s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:[s]}],s:[],s:n}",
	    "users", users, "bot", "id", "005Sj000003BOTXIA4", "username", "eacbot@example.com", "org", ORG, "instance",
	    "https://acme.my.salesforce.com", "rights", "ApiEnabled", 1, "ViewSetup", 1, "AssignPermissionSets", 1,
	    "ManageUsers", 1, "CustomizeApplication", 1, "sets", "id", PS_INBOX, "name",
	    "InboxWithEinsteinActivityCapture", "label", "Inbox", "licence", PSL_INBOX, "inbox", 1, "eac", 1, "broad",
	    w->set_is_broad, "broad_why", "PermissionsModifyAllData", "licences", "population");
	if (w->set_made_anew)
		json_set_str(json_array_get(json_get(found, "sets"), 0), "id", NEW_SET);
	if (w->another_org)
		json_set_str(found, "org", ANOTHER_ORG);
	if (w->org != NULL) {
		json_object_set_new(found, "sets", json_deep_copy(w->org->catalogue));
		json_object_set_new(found, "licences", json_deep_copy(w->org->pools));
	}
	if (w->other_set != NULL)
		json_array_append_new(json_get(found, "sets"),
		                      json_pack("{s:s,s:s,s:s,s:s,s:b,s:b,s:b}", "id", OTHER_SET, "name", w->other_set,
		                                "label", w->other_set, "licence", PSL_INBOX, "inbox", 1, "eac", 1,
		                                "broad", w->other_is_broad));
	return found;
}

static json_t *answer_look(struct world *w, const char *extra)
{
	if (w->org != NULL)
		org_show(w);
	json_t *look = json_pack("{s:I,s:o,s:b,s:O,s:O,s:O,s:O,s:O,s:{}}", "at", (json_int_t)w->now, "user", jane(w),
	                         "frozen", w->frozen, "sets", w->sets, "licences", w->licences, "tokens", w->tokens,
	                         "links", w->links, "connection", w->connection, "unreadable");
	if (w->blind_tokens)
		json_object_set_new(look, "tokens", json_null());
	json_set_str(look, "org", w->another_org ? ANOTHER_ORG : ORG);
	if (w->blind_sets) {
		json_object_set_new(look, "sets", json_null());
		json_object_set_new(look, "licences", json_null());
	}
	json_object_set_new(look, "sessions", text_eq(extra, "sessions") ? json_deep_copy(w->sessions) : json_null());
	json_object_set_new(look, "mails", text_eq(extra, "mail") ? json_deep_copy(w->mails) : json_null());
	json_t *copy = json_deep_copy(look);
	json_decref(look);
	return copy;
}

static json_t *read_back(struct world *w)
{
	json_t *look = json_pack("{s:I,s:O,s:O}", "at", (json_int_t)w->now, "sets", w->sets, "licences", w->licences);
	json_t *copy = json_deep_copy(look);
	json_decref(look);
	return copy;
}

static void regrant(struct world *w)
{
	char id[32];
	snprintf(id, sizeof id, "0Pa0000000%05dBBB", w->regrants--);
	world_add_set(w, id, PS_INBOX, "InboxWithEinsteinActivityCapture", "", "");
}

static json_t *do_remove(struct world *w, const json_t *args)
{
	json_t *deletes = json_array();
	size_t i;
	json_t *id;
	json_array_foreach (json_get(args, "assignments"), i, id) {
		world_count_write(w, "delete-set", json_string_value(id));
		bool had = take_row(w->sets, "id", json_string_value(id));
		json_array_append_new(deletes, json_pack("{s:s,s:b,s:s,s:s}", "id", json_string_value(id), "ok", had,
		                                         "error", had ? "" : "ENTITY_IS_DELETED", "reason", ""));
		if (had && w->auto_unassign)
			take_row(w->licences, "licence", PSL_INBOX);
		if (had && w->regrants > 0)
			regrant(w);
	}
	json_array_foreach (json_get(args, "licences"), i, id) {
		world_count_write(w, "delete-licence", json_string_value(id));
		if (!w->licence_needed)
			take_row(w->licences, "id", json_string_value(id));
		json_array_append_new(deletes, json_pack("{s:s,s:b,s:s,s:s}", "id", json_string_value(id), "ok",
		                                         !w->licence_needed, "error",
		                                         w->licence_needed ? "FIELD_INTEGRITY_EXCEPTION" : "", "reason",
		                                         w->licence_needed ? "a set needs it" : ""));
	}
	return json_pack("{s:o,s:o}", "deletes", deletes, "look", read_back(w));
}

static bool grant_set(struct world *w, const json_t *grant)
{
	char id[32];
	if (w->seats_total <= 0 || (w->set_made_anew && text_eq(json_str(grant, "set"), PS_INBOX)))
		return false;
	snprintf(id, sizeof id, "0Pa0000000%05dAAA", w->boundary + 10);
	bool other = text_eq(json_str(grant, "set"), OTHER_SET);
	world_add_set(w, id, json_str(grant, "set"), other ? w->other_set : "InboxWithEinsteinActivityCapture", "",
	              json_str(grant, "expires"));
	if (w->auto_unassign)
		world_add_licence(w, "2LA000000000009AAA", PSL_INBOX, "InboxPsl", false);
	return true;
}

static json_t *do_restore(struct world *w, const json_t *args)
{
	json_t *creates = json_array();
	size_t i;
	json_t *grant;
	json_array_foreach (json_get(args, "grants"), i, grant) {
		bool is_set = json_get(grant, "set") != NULL, ok = true;
		world_count_write(w, is_set ? "grant-set" : "grant-licence",
		                  json_str(grant, is_set ? "set" : "licence"));
		if (is_set)
			ok = grant_set(w, grant);
		else if ((ok = w->seats_total > 0))
			world_add_licence(w, "2LA000000000008AAA", json_str(grant, "licence"), "InboxPsl", false);
		bool full = w->seats_total <= 0;
		json_t *row = json_pack("{s:b,s:b,s:s,s:s}", "ok", ok, "already", 0, "error",
		                        ok     ? ""
		                        : full ? "LICENSE_LIMIT_EXCEEDED"
		                               : "INVALID_CROSS_REFERENCE_KEY",
		                        "reason",
		                        ok     ? ""
		                        : full ? "no seat is left"
		                               : "it is not there");
		json_object_set(row, "set", json_get(grant, "set"));
		json_array_append_new(creates, row);
	}
	return json_pack("{s:o,s:o}", "creates", creates, "look", read_back(w));
}

static json_t *do_sessions(struct world *w, const json_t *args)
{
	size_t i;
	json_t *id;
	json_array_foreach (json_get(args, "ids"), i, id) {
		world_count_write(w, "end-session", json_string_value(id));
		take_row(w->sessions, "id", json_string_value(id));
	}
	return json_pack("{s:O,s:[]}", "deleted", json_get(args, "ids"), "failed");
}

static json_t *do_links(struct world *w, const json_t *args)
{
	size_t i;
	json_t *id;
	json_array_foreach (json_get(args, "ids"), i, id) {
		world_count_write(w, "delete-link", json_string_value(id));
		take_row(w->links, "id", json_string_value(id));
	}
	return json_pack("{s:O,s:[]}", "deleted", json_get(args, "ids"), "failed");
}

static json_t *answer_person(struct world *w, const json_t *args)
{
	const char *user = json_str(args, "user"), *email = json_str(args, "email");
	w->persons_asked++;
	if (w->nobody_in_slack)
		return NULL;
	int n = crowd_number(email, "p");
	if (n > 0) {
		char slack[24];
		snprintf(slack, sizeof slack, "U0P%04d", n);
		return json_pack("{s:s,s:s,s:s,s:i}", "id", slack, "email", email, "name", "P", "tz_offset", 3600);
	}
	if (text_eq(user, "U0GUEST01"))
		return json_pack("{s:s,s:s,s:b}", "id", user, "email", "guest@example.com", "guest", 1);
	if (text_eq(user, HELP) && w->helper_offset != 0)
		return json_pack("{s:s,s:i}", "id", HELP, "tz_offset", w->helper_offset);
	if (!text_eq(user, JANE) && !text_eq(email, "jane@example.com"))
		return NULL;
	json_t *jane = json_pack("{s:s,s:s,s:s,s:s,s:i}", "id", JANE, "email", "jane@example.com", "name", "Jane", "tz",
	                         "Europe/Berlin", "tz_offset", w->tz_offset);
	json_set_str(jane, "locale", w->locale);
	if (w->is_now != NULL)
		json_set_bool(jane, w->is_now, true);
	return jane;
}

static json_t *answer_persons(const struct world *w, const json_t *args)
{
	json_t *persons = json_array();
	size_t i;
	json_t *user;
	json_array_foreach (json_get(args, "users"), i, user)
		json_array_append_new(persons, json_pack("{s:s,s:b,s:b,s:b}", "id", json_string_value(user), "known", 1,
		                                         "groups_known", 1, "approver",
		                                         json_get(w->dropped_group, json_string_value(user)) == NULL));
	return persons;
}

static bool is_write(const char *kind)
{
	return text_eq(kind, "remove") || text_eq(kind, "restore") || text_eq(kind, "revoke") ||
	       text_eq(kind, "end-sessions") || text_eq(kind, "delete-links");
}

static json_t *call_org(struct world *w, const struct flow_call *call)
{
	if (text_eq(call->kind, "find"))
		return answer_find(w, json_str(call->args, "word"));
	if (text_eq(call->kind, "look"))
		return answer_look(w, json_str(call->args, "extra"));
	if (w->org != NULL && is_write(call->kind) && json_get(call->args, "user") != NULL &&
	    !text_eq(json_str(call->args, "user"), JANE_SF))
		w->org->touched_others = true;
	if (text_eq(call->kind, "remove"))
		return w->org != NULL ? org_remove(w, call->args) : do_remove(w, call->args);
	if (text_eq(call->kind, "restore"))
		return w->org != NULL ? org_restore(w, call->args) : do_restore(w, call->args);
	if (text_eq(call->kind, "end-sessions"))
		return do_sessions(w, call->args);
	if (text_eq(call->kind, "delete-links"))
		return do_links(w, call->args);
	if (text_eq(call->kind, "links-deletable"))
		return json_pack("{s:b}", "deletable", !w->links_fixed);
	if (text_eq(call->kind, "person"))
		return answer_person(w, call->args);
	if (text_eq(call->kind, "persons"))
		return answer_persons(w, call->args);
	assert(text_eq(call->kind, "revoke"));
	world_count_write(w, "revoke", json_str(call->args, "handle"));
	return json_pack("{s:b}", "revoked", take_row(w->tokens, "handle", json_str(call->args, "handle")));
}

/* --- the crowd: others who hold what Jane holds, each their own --- */

enum { CROWD_MAX = 200 };

static int crowd_number(const char *user, const char *before)
{
	long n = text_starts(user, before) ? strtol(user + strlen(before), NULL, 10) : 0;
	return n > 0 && n <= CROWD_MAX ? (int)n : 0;
}

static json_t *crowd_user(int n)
{
	char id[24], mail[40], name[24];
	snprintf(id, sizeof id, "005Sj00000P%04dIA4", n);
	snprintf(mail, sizeof mail, "p%d@example.com", n);
	snprintf(name, sizeof name, "Person %d", n);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "id", id, "username", mail, "email", mail, "federation_id",
	                 "", "name", name, "active", 1, "user_type", "Standard");
}

/* Made when they are first looked at. */
static json_t *crowd_holdings(struct world *w, int n)
{
	char key[8], set[24], licence[24], token[24];
	snprintf(key, sizeof key, "%d", n);
	if (w->crowd == NULL)
		w->crowd = json_object();
	json_t *theirs = json_get(w->crowd, key);
	if (theirs != NULL)
		return theirs;
	snprintf(set, sizeof set, "0Pa00000010%04dAAA", n);
	snprintf(licence, sizeof licence, "2LA00000010%04dAAA", n);
	snprintf(token, sizeof token, "t%d", n);
	json_t *mine[] = {w->sets, w->licences, w->tokens};
	w->sets = json_array();
	w->licences = json_array();
	w->tokens = json_array();
	world_add_set(w, set, PS_INBOX, "InboxWithEinsteinActivityCapture", "", "");
	world_add_licence(w, licence, PSL_INBOX, "InboxPsl", false);
	world_add_token(w, token, "SalesforceIQ");
	theirs = json_pack("{s:o,s:o,s:o,s:[],s:[]}", "sets", w->sets, "licences", w->licences, "tokens", w->tokens,
	                   "links", "sessions");
	w->sets = mine[0];
	w->licences = mine[1];
	w->tokens = mine[2];
	json_object_set_new(w->crowd, key, theirs);
	return theirs;
}

static json_t *call_crowd(struct world *w, const struct flow_call *call, int n)
{
	static const char *const parts[] = {"sets", "licences", "tokens", "links", "sessions"};
	enum { PARTS = sizeof parts / sizeof parts[0] };
	json_t **mine[] = {&w->sets, &w->licences, &w->tokens, &w->links, &w->sessions}, *kept[PARTS];
	json_t *theirs = crowd_holdings(w, n);
	for (size_t i = 0; i < PARTS; i++) {
		kept[i] = *mine[i];
		*mine[i] = json_get(theirs, parts[i]);
	}
	json_t *answer = call_org(w, call);
	if (text_eq(call->kind, "look"))
		json_object_set_new(answer, "user", crowd_user(n));
	for (size_t i = 0; i < PARTS; i++)
		*mine[i] = kept[i];
	return answer;
}

static json_t *make_call(struct world *w, const struct flow_call *call)
{
	int n = crowd_number(json_str(call->args, "user"), "005Sj00000P");
	if (n == 0 && text_eq(call->kind, "revoke"))
		n = crowd_number(json_str(call->args, "handle"), "t");
	return n > 0 && !text_starts(call->kind, "person") ? call_crowd(w, call, n) : call_org(w, call);
}

/* --- crashes --- */

/* A place where the process could be killed; true when it is, now. */
static bool boundary(struct world *w)
{
	w->boundary++;
	if (w->boundary != w->crash_at)
		return false;
	w->crashed = true;
	return true;
}

/* --- jobs on the store --- */

struct job {
	struct world *w;
	const struct deed *deed;
	struct reply reply;
	int64_t ids[64];
	size_t count;
	int64_t id;
	struct flow_call call, next;
	const struct flow_answer *answer;
	struct outbox_row rows[16];
	const char *ts;
	struct request_row row;
	struct step_row step;
	const char *key;
	json_t *home;
	store_fn *watched; /* the job itself, where it leaves a witness */
};

static enum errc job_watched(struct tx *tx, void *arg)
{
	struct job *job = arg;
	char number[24];
	enum errc rc = job->watched(tx, job);
	snprintf(number, sizeof number, "%" PRId64, job->w->witness + 1);
	return rc == OK ? store_setting_set(tx, "witness", number) : rc;
}

/* What fails is left as it was, and asked for again by whoever needs it. */
static enum errc try_to_run(struct world *w, store_fn *fn, struct job *job)
{
	job->w = w;
	job->watched = fn;
	enum errc rc = store_run(w->store, w->mend != NULL ? job_watched : fn, job);
	w->witness += rc == OK;
	if (rc != OK && w->mend != NULL && w->mend(w, w->mend_arg)) {
		w->store_failures++;
		return rc;
	}
	if (rc != OK && !w->store_may_fail)
		fprintf(stderr, "job failed: %s\n", err_name(rc));
	assert(rc == OK || w->store_may_fail);
	w->store_failures += rc != OK;
	return rc;
}

static void run(struct world *w, store_fn *fn, struct job *job)
{
	while (try_to_run(w, fn, job) != OK)
		;
}

static enum errc job_handle(struct tx *tx, void *arg)
{
	struct job *job = arg;
	return commands_handle(job->w->commands, tx, job->deed, &job->reply);
}

static enum errc job_due(struct tx *tx, void *arg)
{
	struct job *job = arg;
	return request_due(tx, job->w->now, job->ids, 64, &job->count);
}

static enum errc job_wake(struct tx *tx, void *arg)
{
	struct job *job = arg;
	return flow_wake(tx, commands_runbook(job->w->commands), job->id, job->w->now, &job->next);
}

static enum errc job_answer(struct tx *tx, void *arg)
{
	struct job *job = arg;
	return flow_answered(tx, commands_runbook(job->w->commands), job->call.request, job->call.ticket,
	                     job->call.kind, job->answer, job->w->now, &job->next);
}

static enum errc job_claim(struct tx *tx, void *arg)
{
	struct job *job = arg;
	const struct outbox_claim claim = {.now = job->w->now};
	return outbox_claim(tx, &claim, job->rows, 16, &job->count);
}

static enum errc job_undeliverable(struct tx *tx, void *arg)
{
	struct job *job = arg;
	const struct outbox_row *row = &job->rows[0];
	enum errc rc = commands_undeliverable(job->w->commands, tx, row, "is_archived", job->w->now);
	return rc == OK ? outbox_drop(tx, row->id) : rc;
}

static enum errc job_sent(struct tx *tx, void *arg)
{
	struct job *job = arg;
	const struct outbox_row *row = &job->rows[0];
	return outbox_sent(tx, row->id, row->channel[0] != '\0' ? row->channel : row->conversation, job->ts);
}

/* --- Slack --- */

static json_t *message_by(const struct world *w, const char *key, const char *value)
{
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m)
		if (text_eq(json_str(m, key), value))
			return m;
	return NULL;
}

static void note(struct world *w, const char *what, const char *to, const char *slot, json_t *body)
{
	if (w->journal != NULL)
		json_array_append_new(
		    w->journal, json_pack("{s:s,s:s,s:s,s:O}", "what", what, "to", to, "slot", slot, "body", body));
}

/* Returns the ts under which the row stands in Slack now. */
static void deliver(struct world *w, const struct outbox_row *row, char ts[static 32])
{
	json_t *known = message_by(w, "key", row->key);
	ts[0] = '\0';
	note(w,
	     row->op == OUTBOX_EPHEMERAL ? "private"
	     : row->op == OUTBOX_UPDATE  ? "update"
	                                 : "post",
	     row->op == OUTBOX_EPHEMERAL ? row->user : row->conversation, row->slot, row->body);
	if (row->op == OUTBOX_EPHEMERAL) {
		json_array_append_new(w->private_answers, json_pack("{s:s,s:s,s:O}", "user", row->user, "text",
		                                                    json_str(row->body, "text"), "body", row->body));
		return;
	}
	if (row->op == OUTBOX_UPDATE) {
		json_t *m = message_by(w, "ts", row->ts);
		assert(m != NULL);
		json_object_set(m, "body", row->body);
		text_copy(ts, 32, row->ts);
		return;
	}
	if (known != NULL && row->was_sending) { /* looked up by its key: it stands already */
		text_copy(ts, 32, json_str(known, "ts"));
		return;
	}
	if (known != NULL)
		json_set_int(known, "posts", json_int(known, "posts") + 1);
	snprintf(ts, 32, "%" PRId64 ".000100", ++w->last_ts);
	assert(!row->in_thread || row->thread_ts[0] != '\0');
	json_array_append_new(w->messages,
	                      json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:O,s:i}", "channel", row->conversation, "ts", ts,
	                                "thread", row->thread_ts, "slot", row->slot, "key", row->key, "request",
	                                (json_int_t)row->request, "body", row->body, "posts", 1));
}

static void free_rows(struct job *job)
{
	for (size_t i = 0; i < job->count; i++)
		outbox_row_done(&job->rows[i]);
}

/* Sends what waits; false when the process was killed. */
static bool pump(struct world *w)
{
	for (;;) {
		struct job job = {0};
		char ts[32];
		if (try_to_run(w, job_claim, &job) != OK) {
			free_rows(&job);
			continue;
		}
		if (job.count == 0)
			return true;
		if (boundary(w)) {
			free_rows(&job);
			return false;
		}
		for (size_t i = 0; i < job.count; i++) {
			struct job lost = {.rows[0] = job.rows[i]};
			if (text_eq(w->closed, job.rows[i].conversation)) {
				run(w, job_undeliverable, &lost);
				continue;
			}
			deliver(w, &job.rows[i], ts);
			if (boundary(w)) {
				free_rows(&job);
				return false;
			}
			struct job sent = {.ts = ts};
			sent.rows[0] = job.rows[i];
			if (try_to_run(w, job_sent, &sent) != OK)
				break; /* the app looks for it by its key */
		}
		free_rows(&job);
	}
}

/* --- the app's part: calls and answers --- */

/* What was planted for this call. */
static enum errc planted(struct world *w, const char *kind)
{
	enum errc code = w->fail_next;
	w->fail_next = OK;
	if (code == OK && w->fail_count > 0 && text_eq(kind, w->fail_kind)) {
		w->fail_count--;
		code = w->fail_code;
	}
	return code;
}

static void somebody_types(struct world *w, const char *kind);

/* The call with the planted number: true if its answer is the planted trouble. */
static bool is_nth(struct world *w)
{
	w->calls++;
	return w->nth != 0 && w->calls == w->nth;
}

/* Makes the call in job->next and brings its answer; false when the process was killed. */
static bool carry(struct world *w, struct job *job)
{
	if (boundary(w)) {
		flow_call_done(&job->next);
		return false;
	}
	job->call = job->next;
	job->next = (struct flow_call){0};
	struct flow_answer answer = {.code = planted(w, job->call.kind), .error = "", .reason = "it was <planted>"};
	json_t *body = NULL;
	bool nth = is_nth(w);
	if (nth && !(w->nth_done && is_write(job->call.kind))) {
		answer.code = w->fail_code;
	} else if (answer.code == OK) {
		body = make_call(w, &job->call);
		answer.body = body;
		if (body == NULL)
			answer.code = ERR_NOT_FOUND;
		if (is_write(job->call.kind) && w->lost_answers > 0) {
			w->lost_answers--;
			answer =
			    (struct flow_answer){.code = ERR_UNKNOWN, .error = "", .reason = "the answer was lost"};
		} else if (nth) {
			answer = (struct flow_answer){.code = w->fail_code, .error = "", .reason = "it was <planted>"};
		}
	}
	somebody_types(w, job->call.kind);
	bool killed = boundary(w);
	if (!killed) {
		job->answer = &answer;
		killed = try_to_run(w, job_answer, job) != OK; /* the step begins again, and looks */
	}
	if (killed)
		flow_call_done(&job->next);
	json_decref(body);
	flow_call_done(&job->call);
	return !killed;
}

void world_run(struct world *w)
{
	for (int round = 0; round < 400; round++) {
		struct job due = {0};
		if (!pump(w))
			continue; /* killed and started again */
		run(w, job_due, &due);
		if (due.count == 0)
			return;
		for (size_t i = 0; i < due.count; i++) {
			struct job job = {.id = due.ids[i]};
			if (try_to_run(w, job_wake, &job) != OK)
				flow_call_done(&job.next);
			while (job.next.kind[0] != '\0' && carry(w, &job))
				;
		}
	}
	fprintf(stderr, "the world does not come to rest\n");
	abort();
}

void world_wait(struct world *w, int64_t ms)
{
	w->now += ms;
	world_run(w);
}

static enum errc job_digest(struct tx *tx, void *arg)
{
	struct job *job = arg;
	bool posted;
	enum errc rc = eac_digest(tx, commands_runbook(job->w->commands)->env, job->w->now, &job->id, &posted);
	job->count = posted;
	return rc;
}

bool world_digest(struct world *w)
{
	struct job job = {0};
	run(w, job_digest, &job);
	world_run(w);
	return job.count > 0;
}

/* --- people --- */

static void fill_person(const struct world *w, struct person *p, const char *user, const char *roles)
{
	text_copy(p->id, sizeof p->id, user);
	p->known = p->groups_known = true;
	p->requester = strstr(roles, "requester") != NULL;
	p->approver = strstr(roles, "approver") != NULL;
	p->admin = strstr(roles, "admin") != NULL;
	p->guest = strstr(roles, "guest") != NULL;
	p->language = w->language;
	if (!text_eq(user, JANE))
		return;
	text_copy(p->email, sizeof p->email, "jane@example.com");
	p->language = language_of_locale(w->locale != NULL ? w->locale : "en-US");
}

/* Whom the words name: Omar and Ana approve, unless they have left the group. */
static void fill_named(const struct world *w, struct deed *deed)
{
	char named[24];
	if (!commands_names(deed, named))
		return;
	bool approver = text_eq(named, OMAR) || text_eq(named, ANA);
	bool dropped = json_get(w->dropped_group, named) != NULL;
	fill_person(w, &deed->named, named, approver && !dropped ? "approver" : "");
}

/* The deed is handled; what it wakes is another's business. */
static void hand_in(struct world *w, struct deed *deed, const char *roles)
{
	deed->now = w->now;
	deed->place = (struct place){.known = true, .member = true};
	fill_person(w, &deed->person, deed->user, roles);
	for (int pass = 0; pass < 2; pass++) {
		struct job job = {.deed = deed};
		deed->person.fresh = pass == 1;
		if (pass == 1)
			fill_named(w, deed);
		while (try_to_run(w, job_handle, &job) != OK) /* it was not acknowledged: done once more */
			reply_done(&job.reply);
		if (job.reply.ack != NULL)
			json_array_append_new(w->private_answers, json_pack("{s:s,s:O,s:O}", "user", deed->user, "text",
			                                                    json_get(job.reply.ack, "text") != NULL
			                                                        ? json_get(job.reply.ack, "text")
			                                                        : job.reply.ack,
			                                                    "body", job.reply.ack));
		if (job.reply.ack != NULL)
			note(w, "answer", deed->user, "", job.reply.ack);
		if (job.reply.dialog != NULL) {
			note(w, "dialog", deed->user, "", job.reply.dialog);
			json_decref(w->dialog);
			w->dialog = json_incref(job.reply.dialog);
		}
		bool again = job.reply.ask_afresh;
		reply_done(&job.reply);
		if (!again)
			break;
	}
}

static void do_deed(struct world *w, struct deed *deed, const char *roles)
{
	hand_in(w, deed, roles);
	boundary(w);
	w->now += 1;
	world_run(w);
}

static struct deed new_deed(enum door door, const char *user)
{
	return (struct deed){.door = door,
	                     .user = user,
	                     .channel = CHANNEL,
	                     .thread_ts = "",
	                     .message_ts = "",
	                     .text = "",
	                     .action = "",
	                     .value = "",
	                     .subject = ""};
}

static void somebody_types(struct world *w, const char *kind)
{
	if (!text_eq(kind, w->during_kind))
		return;
	struct deed deed = new_deed(DOOR_SLASH, w->during_user);
	deed.text = w->during_text;
	w->during_kind = NULL;
	hand_in(w, &deed, w->during_roles);
}

void world_type(struct world *w, const char *user, const char *roles, const char *text)
{
	struct deed deed = new_deed(DOOR_SLASH, user);
	deed.text = text;
	do_deed(w, &deed, roles);
}

void world_mention(struct world *w, const char *user, const char *roles, int64_t repair, const char *text)
{
	struct request_row row;
	struct deed deed = new_deed(DOOR_MENTION, user);
	world_repair(w, repair, &row);
	deed.text = text;
	deed.thread_ts = row.thread_ts;
	do_deed(w, &deed, roles);
	request_row_done(&row);
}

void world_direct(struct world *w, const char *user, const char *text)
{
	struct deed deed = new_deed(DOOR_DIRECT, user);
	deed.text = text;
	deed.channel = "D0JANE001";
	do_deed(w, &deed, "");
}

void world_click_raw(struct world *w, const char *user, const char *roles, const char *action, const char *value,
                     const char *channel, const char *ts)
{
	struct deed deed = new_deed(DOOR_BUTTON, user);
	deed.action = action;
	deed.value = value;
	deed.channel = channel;
	deed.message_ts = ts;
	do_deed(w, &deed, roles);
}

static enum errc job_home(struct tx *tx, void *arg)
{
	struct job *job = arg;
	const struct home_health health = {.salesforce = true};
	return commands_home(job->w->commands, tx, &job->deed->person, &health, job->w->now, &job->home);
}

json_t *world_home(struct world *w, const char *user, const char *roles)
{
	struct deed deed = new_deed(DOOR_DIRECT, user);
	struct job job = {.deed = &deed};
	fill_person(w, &deed.person, user, roles);
	run(w, job_home, &job);
	return job.home;
}

static const json_t *button_in(const json_t *message, const char *label)
{
	size_t i, j;
	json_t *block, *element;
	json_array_foreach (json_path(message, "body", "blocks", NULL), i, block) {
		if (!text_eq(json_str(block, "type"), "actions"))
			continue;
		json_array_foreach (json_get(block, "elements"), j, element)
			if (label == NULL || text_eq(json_str(json_get(element, "text"), "text"), label) ||
			    text_eq(json_str(element, "action_id"), label))
				return element;
	}
	return NULL;
}

bool world_click(struct world *w, const char *user, const char *roles, const char *label)
{
	for (size_t i = json_array_size(w->messages); i > 0; i--) {
		const json_t *m = json_array_get(w->messages, i - 1), *button = button_in(m, label);
		if (button == NULL)
			continue;
		char action[64], value[64], channel[32], ts[32];
		text_copy(action, sizeof action, json_str(button, "action_id"));
		text_copy(value, sizeof value, json_str(button, "value"));
		text_copy(channel, sizeof channel, json_str(m, "channel"));
		text_copy(ts, sizeof ts, json_str(m, "ts"));
		world_click_raw(w, user, roles, action, value, channel, ts);
		return true;
	}
	return false;
}

void world_shortcut(struct world *w, const char *user, const char *roles, const char *channel, const char *subject)
{
	struct deed deed = new_deed(DOOR_SHORTCUT, user);
	deed.channel = channel;
	deed.subject = subject;
	do_deed(w, &deed, roles);
}

void world_submit_all(struct world *w, const char *user, const char *roles, json_t *values, const json_t *picked)
{
	struct deed deed = new_deed(DOOR_DIALOG, user);
	assert(w->dialog != NULL);
	json_t *view = json_deep_copy(w->dialog), *blocks = json_object(), *element;
	const char *block;
	json_object_foreach (values, block, element)
		json_object_set_new(blocks, block, json_pack("{s:O}", "value", element));
	json_object_set_new(view, "state", json_pack("{s:o}", "values", blocks));
	json_decref(values);
	deed.view = view;
	deed.picked = picked;
	deed.channel = "";
	do_deed(w, &deed, roles);
	json_decref(view);
}

void world_submit(struct world *w, const char *user, const char *roles, const char *block, const char *value)
{
	struct deed deed = new_deed(DOOR_DIALOG, user);
	assert(w->dialog != NULL);
	json_t *view = json_deep_copy(w->dialog);
	json_t *given = text_eq(block, "who") ? json_pack("[s]", value) : json_string(value);
	const char *key = text_eq(block, "who")     ? "selected_users"
	                  : text_eq(block, "until") ? "selected_date"
	                                            : "value";
	json_object_set_new(view, "state", json_pack("{s:{s:{s:{s:o}}}}", "values", block, "value", key, given));
	deed.view = view;
	deed.channel = "";
	do_deed(w, &deed, roles);
	json_decref(view);
}

/* --- questions --- */

static enum errc job_get(struct tx *tx, void *arg)
{
	struct job *job = arg;
	return request_get(tx, job->id, &job->row);
}

void world_repair(struct world *w, int64_t id, struct request_row *ret)
{
	struct job job = {.id = id};
	while (try_to_run(w, job_get, &job) != OK)
		request_row_done(&job.row);
	*ret = job.row;
}

static enum errc job_count(struct tx *tx, void *arg)
{
	const struct request_query all = {0};
	struct job *job = arg;
	return request_count(tx, &all, &job->id);
}

int world_count(struct world *w)
{
	struct job job = {0};
	run(w, job_count, &job);
	return (int)job.id;
}

const char *world_state(struct world *w, int64_t id)
{
	static char state[24];
	struct request_row row;
	world_repair(w, id, &row);
	text_copy(state, sizeof state, row.state);
	request_row_done(&row);
	return state;
}

static enum errc job_step(struct tx *tx, void *arg)
{
	struct job *job = arg;
	return step_get(tx, job->id, job->key, &job->step);
}

const char *world_step_state(struct world *w, int64_t id, const char *key)
{
	static char state[24];
	struct job job = {.id = id, .key = key};
	run(w, job_step, &job);
	text_copy(state, sizeof state, job.step.state);
	return state;
}

bool world_says(const struct world *w, const char *text)
{
	size_t i;
	json_t *m;
	bool found = false;
	json_array_foreach (w->messages, i, m) {
		char *all = json_text(json_get(m, "body"));
		found = found || strstr(all, text) != NULL;
		free(all);
	}
	return found;
}

bool world_told(const struct world *w, const char *user, const char *text)
{
	size_t i;
	json_t *m;
	json_array_foreach (w->private_answers, i, m)
		if (text_eq(json_str(m, "user"), user) && strstr(json_str(m, "text"), text) != NULL)
			return true;
	return false;
}

int world_said(const struct world *w, const char *text)
{
	size_t i;
	json_t *m;
	int n = 0;
	json_array_foreach (w->messages, i, m)
		n += strstr(json_str(json_get(m, "body"), "text"), text) != NULL;
	return n;
}

int world_live_buttons(const struct world *w)
{
	int n = 0;
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m)
		n += button_in(m, NULL) != NULL;
	return n;
}

bool world_doubled(const struct world *w)
{
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m)
		if (json_int(m, "posts") > 1)
			return true;
	return false;
}

/* --- everybody does their part --- */

static void play_user(struct world *w, int step)
{
	if (step == 8)
		world_add_token(w, "new1", "SalesforceIQ");
	world_click(w, JANE, "", step == 9 ? "It works" : step == 1 ? "Not installed" : "Done");
}

static void play_once(struct world *w, int64_t id)
{
	struct request_row row;
	world_repair(w, id, &row);
	if (text_eq(row.state, "waiting_user")) {
		play_user(w, row.step);
	} else if (text_eq(row.state, "waiting_admin")) {
		for (size_t i = json_array_size(w->links); i > 0; i--)
			if (!json_bool(json_array_get(w->links, i - 1), "login"))
				json_array_remove(w->links, i - 1);
		world_click(w, BOSS, "admin", "Check now");
	} else if (text_eq(row.state, "waiting_approval")) {
		world_click(w, OMAR, "approver", "Approve");
	} else if (text_eq(row.state, "waiting_backend")) {
		char text[64];
		snprintf(text, sizeof text, "confirm %" PRId64 " 04567890", id);
		world_type(w, HELP, "requester", text);
	} else {
		world_wait(w, 3000);
	}
	request_row_done(&row);
}

bool world_play_some(struct world *w, int64_t id, int moves)
{
	for (int i = 0; i < moves; i++) {
		enum request_state state = state_of_word(world_state(w, id));
		if (state_is_final(state) || state == STATE_FAILED)
			return false;
		play_once(w, id);
	}
	return true;
}

void world_play(struct world *w, int64_t id)
{
	world_play_some(w, id, 60);
}

const char *world_complaint(struct world *w, int64_t id)
{
	struct request_row row;
	world_repair(w, id, &row);
	bool open = row.open, failed = text_eq(row.state, "failed"), idle = row.wake_at == 0;
	bool carded = json_array_size(json_get(row.facts, "cards")) > 0;
	bool calling = json_get(row.facts, "call") != NULL;
	request_row_done(&row);
	if (!open && world_live_buttons(w) > 0)
		return "it has ended and buttons live";
	if (!open && !world_holds(w, "InboxWithEinsteinActivityCapture"))
		return "it has ended and what was removed is not back";
	if (open && idle && !carded)
		return "it waits for nobody and nothing";
	if (open && calling)
		return "a call is noted that nobody makes";
	if (failed && world_live_buttons(w) != 1)
		return "a failed one has not one card";
	return world_doubled(w) ? "a message stands twice" : NULL;
}

void world_to_the_gate(struct world *w)
{
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	world_wait(w, 3000);
	assert(text_eq(world_state(w, 1), "waiting_approval"));
}

void world_to_the_backend(struct world *w)
{
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	assert(text_eq(world_state(w, 1), "waiting_backend"));
}

/*
 * interleavings/org.c - see org.h.
 */
#include "tests/interleavings/org.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"

#define LICENCE "0PLD000000003mwOAA"

static const char *const set_ids[SETS] = {"0PS000000000001GAA", "0PS000000000002GAA"};
static const char *const set_names[SETS] = {"InboxWithEinsteinActivityCapture", "InboxOnly"};
static const char *const set_licences[SETS] = {LICENCE, ""};

const char *org_set_id(int what)
{
	return set_ids[what];
}

/* --- what there is --- */

static void name_it(struct org *org, struct held *held)
{
	static const char *const prefix[] = {"", "0Pa", "2LA", "tok", "04Z", "0Ak"};
	snprintf(held->id, sizeof held->id, "%s%09d%03dAAA", prefix[held->kind], ++org->made, 0);
}

struct held *org_give(struct org *org, struct sf_user *user, enum holding kind, int what, int64_t now)
{
	for (size_t i = 0; i < sizeof user->held / sizeof user->held[0]; i++) {
		struct held *held = &user->held[i];
		if (held->kind != HOLD_NOTHING)
			continue;
		*held = (struct held){.kind = kind, .what = what, .made = now};
		name_it(org, held);
		if (kind == HOLD_SET)
			user->taken[what] = false;
		return held;
	}
	return NULL;
}

bool org_holds(const struct sf_user *user, enum holding kind, int what)
{
	for (size_t i = 0; i < sizeof user->held / sizeof user->held[0]; i++)
		if (user->held[i].kind == kind && user->held[i].what == what && !user->held[i].foreign)
			return true;
	return false;
}

static struct held *find_row(struct sf_user *user, enum holding kind, const char *id)
{
	for (size_t i = 0; i < sizeof user->held / sizeof user->held[0]; i++)
		if (user->held[i].kind == kind && text_eq(user->held[i].id, id))
			return &user->held[i];
	return NULL;
}

static struct held *find_kind(struct sf_user *user, enum holding kind)
{
	for (size_t i = 0; i < sizeof user->held / sizeof user->held[0]; i++)
		if (user->held[i].kind == kind && !user->held[i].foreign)
			return &user->held[i];
	return NULL;
}

static void give_foreign(struct org *org, struct sf_user *user, enum holding kind, int64_t now)
{
	struct held *held = org_give(org, user, kind, 0, now);
	if (held != NULL)
		held->foreign = true;
}

static void furnish(struct org *org, struct sf_user *user, struct dice *dice, int64_t now)
{
	org_give(org, user, HOLD_SET, 0, now);
	if (dice_chance(dice, 90))
		org_give(org, user, HOLD_LICENCE, 0, now);
	if (dice_chance(dice, 30))
		org_give(org, user, HOLD_SET, 1, now);
	for (unsigned n = dice_roll(dice, 3); n > 0; n--)
		org_give(org, user, HOLD_TOKEN, 0, now);
	if (dice_chance(dice, 30))
		give_foreign(org, user, HOLD_TOKEN, now);
	if (dice_chance(dice, 30))
		org_give(org, user, HOLD_LINK, 0, now);
	if (dice_chance(dice, 20))
		give_foreign(org, user, HOLD_LINK, now);
	if (dice_chance(dice, 30))
		org_give(org, user, HOLD_SESSION, 0, now);
	if (dice_chance(dice, 30))
		give_foreign(org, user, HOLD_SESSION, now);
	user->frozen = dice_chance(dice, 3);
	user->active = !dice_chance(dice, 3);
}

void org_begin(struct org *org, struct dice *dice, int64_t now)
{
	static const char *const who[USERS][3] = {{"005Sj000003JNIXIA4", "jane@example.com", "Jane Doe"},
	                                          {"005Sj000003JNIYIA4", "jill@example.com", "Jill Roe"},
	                                          {"005Sj000003JNIZIA4", "nemo@example.com", "Nemo"}};
	*org = (struct org){.auto_unassign = dice_chance(dice, 80),
	                    .links_fixed = dice_chance(dice, 30),
	                    .seats = 1 + (int)dice_roll(dice, 6),
	                    .list_second = dice_chance(dice, 30)};
	for (int i = 0; i < USERS; i++) {
		org->users[i] = (struct sf_user){.id = who[i][0], .email = who[i][1], .name = who[i][2]};
		furnish(org, &org->users[i], dice, now);
	}
}

struct sf_user *org_user(struct org *org, const char *word)
{
	for (int i = 0; i < USERS; i++)
		if (text_eq(org->users[i].id, word) || text_ieq(org->users[i].email, word))
			return &org->users[i];
	return NULL;
}

static struct sf_user *owner_of(struct org *org, enum holding kind, const char *id)
{
	for (int i = 0; i < USERS; i++)
		if (find_row(&org->users[i], kind, id) != NULL)
			return &org->users[i];
	return NULL;
}

/* --- answers --- */

static json_t *user_json(const struct sf_user *u)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "id", u->id, "username", u->email, "email", u->email,
	                 "federation_id", "", "name", u->name, "active", u->active, "user_type", "Standard");
}

static json_t *set_json(const struct held *h)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:b,s:s,s:b,s:b}", "id", h->id, "set", set_ids[h->what], "group",
	                 h->foreign ? "0PG000000000001AAA" : "", "expires", "", "active", 1, "name", set_names[h->what],
	                 "label", set_names[h->what], "profile_owned", 0, "licence", set_licences[h->what], "inbox", 1,
	                 "eac", 1);
}

static json_t *row_json(const struct org *org, const struct held *h)
{
	switch (h->kind) {
	case HOLD_SET: return set_json(h);
	case HOLD_LICENCE:
		return json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:n,s:b,s:b,s:b}", "id", h->id, "licence", LICENCE,
		                 "name", "InboxPsl", "label", "Inbox", "status", "Active", "total", 10, "used",
		                 10 - org->seats, "expires", "inbox", 1, "eac", 1, "broad", 0);
	case HOLD_TOKEN:
		return json_pack("{s:s,s:s,s:I,s:i}", "handle", h->id, "app",
		                 h->foreign ? "Data Loader" : "SalesforceIQ", "created", (json_int_t)h->made, "uses",
		                 1);
	case HOLD_LINK:
		return json_pack("{s:s,s:s,s:s,s:s,s:b}", "id", h->id, "handle", "mail", "provider", "Microsoft",
		                 "sso_name", "", "login", h->foreign);
	case HOLD_SESSION:
		return json_pack("{s:s,s:s,s:I}", "id", h->id, "login_type",
		                 h->foreign ? "Application" : "Outlook Integration", "created", (json_int_t)h->made);
	case HOLD_NOTHING: break;
	}
	return NULL;
}

static json_t *rows_json(const struct org *org, const struct sf_user *user, enum holding kind)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < sizeof user->held / sizeof user->held[0]; i++)
		if (user->held[i].kind == kind)
			json_array_append_new(rows, row_json(org, &user->held[i]));
	return rows;
}

static json_t *catalogue(const struct org *org)
{
	json_t *sets = json_array();
	for (int i = 0; i < 1 + org->list_second; i++)
		json_array_append_new(sets, json_pack("{s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:[]}", "id", set_ids[i], "name",
		                                      set_names[i], "label", set_names[i], "licence", set_licences[i],
		                                      "inbox", 1, "eac", 1, "broad", 0, "broad_why"));
	return sets;
}

static json_t *do_find(struct org *org, const json_t *args)
{
	const struct sf_user *user = org_user(org, json_str(args, "word"));
	bool several = text_eq(json_str(args, "word"), "both@example.com");
	json_t *users = json_array();
	for (int i = 0; i < USERS && (several || user != NULL); i++)
		if (several || user == &org->users[i])
			json_array_append_new(users, user_json(&org->users[i]));
	return json_pack("{s:o,s:{s:s,s:s},s:s,s:s,s:{s:b,s:b,s:b,s:b,s:b},s:o,s:[],s:n}", "users", users, "bot", "id",
	                 "005Sj000003BOTXIA4", "username", "eacbot@example.com", "org", "00D000000000001AAA",
	                 "instance", "https://acme.my.salesforce.com", "rights", "ApiEnabled", 1, "ViewSetup", 1,
	                 "AssignPermissionSets", 1, "ManageUsers", 1, "CustomizeApplication", 1, "sets", catalogue(org),
	                 "licences", "population");
}

static json_t *do_look(struct org *org, const json_t *args, int64_t now)
{
	struct sf_user *u = org_user(org, json_str(args, "user"));
	const char *extra = json_str(args, "extra");
	if (u == NULL)
		return NULL;
	u->unclear = false;
	json_t *mails = text_eq(extra, "mail") ? json_array() : json_null();
	if (u->mailed && json_is_array(mails))
		json_array_append_new(mails, json_pack("{s:s,s:I,s:s}", "id", "02s000000000001AAA", "created",
		                                       (json_int_t)now, "source", ""));
	return json_pack("{s:I,s:s,s:o,s:b,s:o,s:o,s:o,s:o,s:{s:s,s:s,s:s},s:o,s:o,s:{}}", "at", (json_int_t)now, "org",
	                 "00D000000000001AAA", "user", user_json(u), "frozen", u->frozen, "sets",
	                 rows_json(org, u, HOLD_SET), "licences", rows_json(org, u, HOLD_LICENCE), "tokens",
	                 rows_json(org, u, HOLD_TOKEN), "links", rows_json(org, u, HOLD_LINK), "connection", "status",
	                 u->connected ? "ACTIVE" : "NEEDSATTENTION", "mailbox", u->email, "configuration", "Sales",
	                 "sessions", text_eq(extra, "sessions") ? rows_json(org, u, HOLD_SESSION) : json_null(),
	                 "mails", mails, "unreadable");
}

static json_t *read_back(const struct org *org, const struct sf_user *u, int64_t now)
{
	return json_pack("{s:I,s:o,s:o}", "at", (json_int_t)now, "sets", rows_json(org, u, HOLD_SET), "licences",
	                 rows_json(org, u, HOLD_LICENCE));
}

/* --- deeds --- */

static void free_licence(struct org *org, struct sf_user *u)
{
	struct held *licence = find_kind(u, HOLD_LICENCE);
	if (licence == NULL)
		return;
	licence->kind = HOLD_NOTHING;
	org->seats++;
}

static bool take_set(struct org *org, struct sf_user *u, const char *id, int64_t now, const char **ret_mistake)
{
	struct held *set = find_row(u, HOLD_SET, id);
	if (set == NULL)
		return false;
	int what = set->what;
	if (set->foreign || (what > 0 && !org->list_second))
		*ret_mistake = "a set was removed that is not on the list, or comes through a group";
	set->kind = HOLD_NOTHING;
	u->taken[what] = true;
	if (org->auto_unassign && set_licences[what][0] != '\0')
		free_licence(org, u);
	if (org->regrants > 0) {
		org->regrants--;
		org_give(org, u, HOLD_SET, what, now);
	}
	return true;
}

static json_t *outcome(const char *id, bool ok, const char *error)
{
	return json_pack("{s:s,s:b,s:s,s:s}", "id", id, "ok", ok, "error", ok ? "" : error, "reason", ok ? "" : error);
}

static json_t *do_remove(struct org *org, const json_t *args, int64_t now, const char **ret_mistake)
{
	struct sf_user *u = org_user(org, json_str(args, "user"));
	json_t *deletes = json_array(), *id;
	size_t i;
	json_array_foreach (json_get(args, "assignments"), i, id) {
		bool ok = take_set(org, u, json_string_value(id), now, ret_mistake);
		json_array_append_new(deletes, outcome(json_string_value(id), ok, "ENTITY_IS_DELETED"));
	}
	json_array_foreach (json_get(args, "licences"), i, id) {
		bool ok = find_row(u, HOLD_LICENCE, json_string_value(id)) != NULL;
		free_licence(org, u);
		json_array_append_new(deletes, outcome(json_string_value(id), ok, "ENTITY_IS_DELETED"));
	}
	return json_pack("{s:o,s:o}", "deletes", deletes, "look", read_back(org, u, now));
}

static bool take_seat(struct org *org, struct sf_user *u, int64_t now)
{
	if (find_kind(u, HOLD_LICENCE) != NULL)
		return true;
	if (org->seats <= 0 || org_give(org, u, HOLD_LICENCE, 0, now) == NULL)
		return false;
	org->seats--;
	return true;
}

static bool grant(struct org *org, struct sf_user *u, const json_t *row, int64_t now)
{
	for (int what = 0; what < SETS; what++) {
		if (!text_eq(json_str(row, "set"), set_ids[what]))
			continue;
		bool needs = set_licences[what][0] != '\0' && org->auto_unassign;
		return (!needs || take_seat(org, u, now)) && org_give(org, u, HOLD_SET, what, now) != NULL;
	}
	return take_seat(org, u, now);
}

static json_t *do_restore(struct org *org, const json_t *args, int64_t now)
{
	struct sf_user *u = org_user(org, json_str(args, "user"));
	json_t *creates = json_array(), *row;
	size_t i;
	json_array_foreach (json_get(args, "grants"), i, row) {
		bool already = false;
		for (int what = 0; what < SETS; what++)
			already =
			    already || (text_eq(json_str(row, "set"), set_ids[what]) && org_holds(u, HOLD_SET, what));
		bool ok = !already && grant(org, u, row, now);
		json_t *create = outcome("", ok, already ? "DUPLICATE_VALUE" : "LICENSE_LIMIT_EXCEEDED");
		json_set_bool(create, "already", already);
		json_object_set(create, "set", json_get(row, "set"));
		json_array_append_new(creates, create);
	}
	return json_pack("{s:o,s:o}", "creates", creates, "look", read_back(org, u, now));
}

static json_t *do_delete(struct org *org, enum holding kind, const json_t *args, const char **ret_mistake)
{
	size_t i;
	json_t *id;
	json_array_foreach (json_get(args, "ids"), i, id) {
		struct sf_user *u = owner_of(org, kind, json_string_value(id));
		struct held *row = u != NULL ? find_row(u, kind, json_string_value(id)) : NULL;
		if (row != NULL && row->foreign)
			*ret_mistake = "a session or link was deleted that is not the mailbox's";
		if (row != NULL)
			row->kind = HOLD_NOTHING;
	}
	return json_pack("{s:O,s:[]}", "deleted", json_get(args, "ids"), "failed");
}

static json_t *do_revoke(struct org *org, const json_t *args, const char **ret_mistake)
{
	const char *handle = json_str(args, "handle");
	struct sf_user *u = owner_of(org, HOLD_TOKEN, handle);
	struct held *row = u != NULL ? find_row(u, HOLD_TOKEN, handle) : NULL;
	if (row != NULL && row->foreign)
		*ret_mistake = "another app's token was revoked";
	if (row != NULL)
		row->kind = HOLD_NOTHING;
	return json_pack("{s:b}", "revoked", row != NULL);
}

bool org_is_write(const char *kind)
{
	static const char *const writes[] = {"remove", "restore", "revoke", "end-sessions", "delete-links"};
	for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
		if (text_eq(kind, writes[i]))
			return true;
	return false;
}

struct sf_user *org_whom(struct org *org, const char *kind, const json_t *args)
{
	if (json_str(args, "user")[0] != '\0')
		return org_user(org, json_str(args, "user"));
	if (text_eq(kind, "revoke"))
		return owner_of(org, HOLD_TOKEN, json_str(args, "handle"));
	if (text_eq(kind, "delete-links"))
		return owner_of(org, HOLD_LINK, json_string_value(json_array_get(json_get(args, "ids"), 0)));
	return NULL;
}

json_t *org_call(struct org *org, const char *kind, const json_t *args, int64_t now, const char **ret_mistake)
{
	const struct sf_user *whom = org_is_write(kind) ? org_whom(org, kind, args) : NULL;
	*ret_mistake = whom != NULL && whom->unclear
	                   ? "it was written to Salesforce after an unknown outcome, without a look"
	                   : NULL;
	if (text_eq(kind, "find"))
		return do_find(org, args);
	if (text_eq(kind, "look"))
		return do_look(org, args, now);
	if (text_eq(kind, "remove"))
		return do_remove(org, args, now, ret_mistake);
	if (text_eq(kind, "restore"))
		return do_restore(org, args, now);
	if (text_eq(kind, "end-sessions"))
		return do_delete(org, HOLD_SESSION, args, ret_mistake);
	if (text_eq(kind, "delete-links"))
		return do_delete(org, HOLD_LINK, args, ret_mistake);
	if (text_eq(kind, "links-deletable"))
		return json_pack("{s:b}", "deletable", !org->links_fixed);
	if (text_eq(kind, "revoke"))
		return do_revoke(org, args, ret_mistake);
	*ret_mistake = "a call of an unknown kind was made";
	return NULL;
}

/* --- by itself, and by other hands --- */

const char *org_happens(struct org *org, struct dice *dice, int64_t now)
{
	struct sf_user *u = &org->users[dice_roll(dice, USERS)];
	struct held *row;
	switch (dice_roll(dice, 12)) {
	case 0: org_give(org, u, HOLD_TOKEN, 0, now); return "the app gets an access token";
	case 1: org_give(org, u, HOLD_LINK, 0, now); return "an account link comes";
	case 2:
	case 3:
		if ((row = find_kind(u, HOLD_LINK)) != NULL)
			row->kind = HOLD_NOTHING;
		return "an admin removes an account link";
	case 4: org->seats = org->seats > 0 ? org->seats - 1 : 0; return "a seat is taken by others";
	case 5:
	case 6: org->seats += 2; return "seats are bought";
	case 7: org->regrants = 1 + (int)dice_roll(dice, 4); return "something will assign a removed set anew";
	case 8:
		if (!org_holds(u, HOLD_SET, 0))
			org_give(org, u, HOLD_SET, 0, now);
		return "somebody assigns the set";
	case 9:
		if ((row = find_kind(u, HOLD_SET)) != NULL)
			row->kind = HOLD_NOTHING;
		return "somebody takes a set away";
	case 10: u->connected = !u->connected; return "the connection changes";
	default: u->mailed = true; return "a mail is sent";
	}
}

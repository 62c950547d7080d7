/*
 * scenario/orgs.c - changing the fake org, and reading its journal.
 */
#include "tests/scenario/orgs.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"

/* --- changing --- */

void org_insert(struct stage *stage, const char *object, json_t *row)
{
	stage_do(stage, SALESFORCE, "/_sim/insert", json_pack("{s:s, s:o}", "object", object, "row", row));
}

void org_patch(struct stage *stage, const char *object, json_t *where, json_t *set)
{
	json_t *changed = stage_ask(stage, SALESFORCE, "/_sim/patch",
	                            json_pack("{s:s, s:o, s:o}", "object", object, "where", where, "set", set));

	if (json_array_size(changed) == 0)
		stage_fail(stage, "no row of %s to be changed", object);
	json_decref(changed);
}

void org_delete(struct stage *stage, const char *object, json_t *where)
{
	json_t *gone =
	    stage_ask(stage, SALESFORCE, "/_sim/delete", json_pack("{s:s, s:o}", "object", object, "where", where));

	if (json_array_size(gone) == 0)
		stage_fail(stage, "no row of %s to be deleted", object);
	json_decref(gone);
}

void org_switch(struct stage *stage, const char *name, json_t *value)
{
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:o}", name, value));
}

void org_setup(struct stage *stage, const char *name, json_t *value)
{
	stage_do(stage, SALESFORCE, "/_sim/setup", json_pack("{s:o}", name, value));
}

void org_take_right(struct stage *stage, const char *right)
{
	stage_do(stage, SALESFORCE, "/_sim/rights", json_pack("{s:s, s:[s]}", "user", BOT, "remove", right));
}

void org_give_right(struct stage *stage, const char *right)
{
	stage_do(stage, SALESFORCE, "/_sim/rights", json_pack("{s:s, s:[s]}", "user", BOT, "add", right));
}

void org_seats(struct stage *stage, const char *licence, int left)
{
	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", licence, "free", left));
}

static void allow_touching(struct stage *stage, const char *username)
{
	json_t *setup = stage_ask(stage, SALESFORCE, "/_sim/setup", json_object());
	json_t *users = json_deep_copy(json_get(setup, "may_touch"));

	json_array_append_new(users, json_string(username));
	org_setup(stage, "may_touch", users);
	json_decref(setup);
}

void org_add_user(struct stage *stage, const char *username, const char *email, const char *name)
{
	AUTO_FREE char *ref = mem_printf("=%s", username);

	org_insert(stage, "User",
	           json_pack("{s:s, s:s, s:s?, s:b, s:s, s:s}", "Username", username, "Name", name, "Email", email,
	                     "IsActive", 1, "UserType", "Standard", "ProfileId", "=Standard User"));
	org_insert(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s}", "AssigneeId", ref, "PermissionSetId", "=" INBOX_SET));
	org_insert(stage, "PermissionSetLicenseAssign",
	           json_pack("{s:s, s:s}", "AssigneeId", ref, "PermissionSetLicenseId", "=" INBOX_LICENCE));
	org_insert(stage, "OauthToken",
	           json_pack("{s:s, s:s, s:i}", "UserId", ref, "AppName", "SalesforceIQ", "UseCount", 3));
	org_insert(stage, "ThirdPartyAccountLink",
	           json_pack("{s:s, s:s, s:s, s:s, s:b}", "UserId", ref, "Handle", email != NULL ? email : username,
	                     "RemoteIdentifier", username, "Provider", "Microsoft", "IsNotSsoUsable", 1));
	org_insert(stage, "ActivityUsrConnectionStatus",
	           json_pack("{s:s, s:s, s:s?, s:s, s:s, s:b}", "UserId", ref, "UserName", username, "EmailAddress",
	                     email, "ConfigurationName", "Sales", "ConnectivityStatus", "ACTIVE",
	                     "IsTermsOfServiceAccepted", 1));
	allow_touching(stage, username);
}

void org_add_crowd(struct stage *stage, int count, const char *status)
{
	for (int i = 0; i < count; i++) {
		AUTO_FREE char *name = mem_printf("%s%d@example.com", status, i);
		org_insert(
		    stage, "ActivityUsrConnectionStatus",
		    json_pack("{s:s, s:s, s:s}", "UserId", name, "UserName", name, "ConnectivityStatus", status));
	}
}

/* --- reading --- */

int org_count(struct stage *stage, const char *object, const char *member, const char *value)
{
	AUTO_FREE char *path = mem_printf("/_sim/rows?object=%s", object);
	json_t *rows = stage_ask(stage, SALESFORCE, path, NULL), *row;
	int n = 0;
	size_t i;

	json_array_foreach (rows, i, row)
		n += value == NULL || text_ieq(json_str(row, member), value);
	json_decref(rows);
	return n;
}

static const char *word_of(const json_t *item)
{
	static const char *const members[] = {"handle", "name"};

	if (json_is_string(item))
		return json_string_value(item);
	return json_str(item, members[json_get(item, "handle") == NULL]);
}

void check_holdings(struct stage *stage, const char *user, const char *member, const char *words)
{
	json_t *holdings = stage_holdings(stage, user), *item;
	AUTO_FREE char *line = mem_strdup("");
	size_t i;

	json_array_foreach (json_get(holdings, member), i, item) {
		char *longer = mem_printf("%s%s%s", line, i > 0 ? "," : "", word_of(item));
		free(line);
		line = longer;
	}
	json_decref(holdings);
	if (!text_eq(line, words))
		stage_fail(stage, "%s of %s: %s; they should be %s", member, user, line, words);
}

static bool fits(const char *method, const char *url, const char *wanted, const char *contains)
{
	return text_eq(method, wanted) && strstr(url, contains) != NULL;
}

static json_t *parsed(const json_t *line)
{
	return json_loads(json_str(line, "body"), 0, NULL);
}

int asked_for(struct stage *stage, const char *method, const char *contains)
{
	json_t *lines = stage_ask(stage, SALESFORCE, "/_sim/journal", NULL), *line, *part;
	int n = 0;
	size_t i, j;

	json_array_foreach (lines, i, line) {
		json_t *body = parsed(line);
		AUTO_FREE char *query = json_text(json_get(line, "query"));
		AUTO_FREE char *url = mem_printf("%s?%s", json_str(line, "path"), query);
		n += fits(json_str(line, "method"), url, method, contains);
		json_array_foreach (json_get(body, "compositeRequest"), j, part)
			n += fits(json_str(part, "method"), json_str(part, "url"), method, contains);
		json_decref(body);
	}
	json_decref(lines);
	return n;
}

void each_composite(struct stage *stage, void (*look)(struct stage *stage, const json_t *composite))
{
	json_t *lines = stage_ask(stage, SALESFORCE, "/_sim/journal?kind=composite", NULL), *line;
	size_t i;

	json_array_foreach (lines, i, line) {
		json_t *body = parsed(line);
		if (body == NULL)
			stage_fail(stage, "a composite that can't be read: %s", json_str(line, "body"));
		look(stage, body);
		json_decref(body);
	}
	json_decref(lines);
}

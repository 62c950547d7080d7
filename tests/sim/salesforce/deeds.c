/*
 * deeds.c - people and tests at work.
 */
#include "tests/sim/salesforce/deeds.h"
#include "tests/sim/salesforce/grants.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/sessions.h"

#include <string.h>
#include <strings.h>

static json_t *connection(struct org *org, const json_t *user)
{
	return org_row_by(org, "ActivityUsrConnectionStatus", "UserId", org_text(user, "Id"));
}

json_t *deed_disconnect(struct org *org, json_t *user, const json_t *input)
{
	json_t *row = connection(org, user);
	if (!row || json_is_true(json_object_get(input, "stale")))
		return NULL;
	json_t *change = json_pack("{s:s, s:s, s:n}", "ConnectivityStatus", "PENDING", "UserOnboardingStatus",
	                           "NOT_STARTED", "EmailAddress");
	org_change(org, "ActivityUsrConnectionStatus", row, change);
	json_decref(change);
	return json_incref(row);
}

static void new_token(struct org *org, const json_t *user)
{
	org_insert(
	    org, "OauthToken",
	    json_pack("{s:s, s:s, s:i}", "UserId", org_text(user, "Id"), "AppName", "SalesforceIQ", "UseCount", 1));
}

static void new_link(struct org *org, const json_t *user, const char *mailbox)
{
	org_insert(org, "ThirdPartyAccountLink",
	           json_pack("{s:s, s:s, s:s, s:s, s:b}", "UserId", org_text(user, "Id"), "Handle", mailbox,
	                     "RemoteIdentifier", mailbox, "Provider", "Microsoft", "IsNotSsoUsable", 1));
}

json_t *deed_connect(struct org *org, json_t *user, const json_t *input)
{
	const char *status = *sim_text(input, "status") ? sim_text(input, "status") : "ACTIVE";
	const char *mailbox = *sim_text(input, "mailbox") ? sim_text(input, "mailbox") : org_text(user, "Email");
	json_t *row = connection(org, user);
	json_t *change =
	    json_pack("{s:s, s:s, s:s, s:s, s:b, s:n, s:n}", "UserName", org_text(user, "Username"),
	              "ConnectivityStatus", status, "EmailAddress", mailbox, "UserOnboardingStatus", "COMPLETE",
	              "IsTermsOfServiceAccepted", 1, "RecommendedActionTitle", "RecommendedActionDescription");
	if (!row)
		row =
		    org_insert(org, "ActivityUsrConnectionStatus", json_pack("{s:s}", "UserId", org_text(user, "Id")));
	org_change(org, "ActivityUsrConnectionStatus", row, change);
	json_decref(change);
	if (!json_is_false(json_object_get(input, "token")))
		new_token(org, user);
	if (!json_is_false(json_object_get(input, "link")))
		new_link(org, user, mailbox);
	grants_audit(org, "siqUserAcceptedTOS", "Inbox mobile and legacy desktop apps", org_text(user, "Id"),
	             org_text(user, "Id"), "Accepted the terms of Inbox");
	return json_incref(row);
}

json_t *deed_send_mail(struct org *org, json_t *user, const json_t *input)
{
	char now[64];
	const char *source = json_string_value(json_object_get(input, "source"));
	org_now_text(org, now);
	return json_incref(
	    org_insert(org, "EmailMessage",
	               json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:s?, s:s}", "Subject", "Test", "Status", "3",
	                         "Incoming", 0, "FromAddress", org_text(user, "Email"), "ToAddress",
	                         org_text(user, "Email"), "FromId", org_text(user, "Id"), "CreatedById",
	                         org_text(user, "Id"), "Source", source, "MessageDate", now)));
}

json_t *deed_remove_links(struct org *org, json_t *user, const json_t *input)
{
	bool all = json_is_true(json_object_get(input, "all"));
	json_t *links = json_copy(org_table(org, "ThirdPartyAccountLink"));
	json_int_t removed = 0;
	size_t i;
	json_t *row;
	json_array_foreach (links, i, row)
		if (id_same(org_text(row, "UserId"), org_text(user, "Id")) && (all || org_true(row, "IsNotSsoUsable")))
			removed += org_remove(org, org_text(row, "Id"), false);
	json_decref(links);
	return json_pack("{s:I}", "removed", removed);
}

/* --- rights, seats, rows --- */

static bool has(const json_t *list, const char *word)
{
	size_t i;
	json_t *entry;
	json_array_foreach (list, i, entry)
		if (strcasecmp(json_string_value(entry), word) == 0)
			return true;
	return false;
}

json_t *deed_rights(struct org *org, json_t *user, json_t *input)
{
	json_t *all = json_object_get(org_setup(org), "rights");
	const char *username = org_text(user, "Username");
	const json_t *set = json_object_get(input, "rights");
	json_t *before = set ? json_deep_copy(set) : json_deep_copy(json_object_get(all, username));
	json_t *after = json_array();
	size_t i;
	json_t *right;
	json_array_extend(before, json_object_get(input, "add"));
	json_array_foreach (before, i, right)
		if (!has(json_object_get(input, "remove"), json_string_value(right)))
			json_array_append(after, right);
	json_decref(before);
	if (!all) {
		all = json_object();
		json_object_set_new(org_setup(org), "rights", all);
	}
	json_object_set_new(all, username, after);
	return json_deep_copy(after);
}

json_t *deed_seats(struct org *org, json_t *license, json_int_t left)
{
	const struct object *object = schema_object("PermissionSetLicense");
	json_t *used = org_cell(org, object, license, schema_field(object, "UsedLicenses"));
	json_object_set_new(license, "TotalLicenses", json_integer(json_integer_value(used) + left));
	json_decref(used);
	return json_incref(license);
}

static bool fits(const json_t *row, json_t *where)
{
	const char *field;
	json_t *value;
	json_object_foreach (where, field, value) {
		const json_t *there = json_object_get(row, field);
		const char *a = json_string_value(there);
		const char *b = json_string_value(value);
		bool same = a && b
		                ? strcasecmp(a, b) == 0 || (id_valid(b) && id_same(a, b))
		                : json_equal(there, value) || (!there && (json_is_null(value) || json_is_false(value)));
		if (!same)
			return false;
	}
	return true;
}

/* "=jane@example.com" in a reference field becomes the id, as in the state file. */
static json_t *wanted(struct org *org, const struct object *object, json_t *where)
{
	json_t *copy = json_object();
	const char *name;
	json_t *value;
	json_object_foreach (where, name, value) {
		const struct field *field = schema_field(object, name);
		const char *text = json_string_value(value);
		const json_t *row = NULL;
		if (field && text && *text == '=')
			for (size_t i = 0; schema_object_at(i) && !row; i++)
				if (schema_object_at(i)->natural)
					row = org_row_by(org, schema_object_at(i)->name, schema_object_at(i)->natural,
					                 text + 1);
		json_object_set_new(copy, name, row ? json_string(org_text(row, "Id")) : json_deep_copy(value));
	}
	return copy;
}

json_t *deed_find(struct org *org, const struct object *object, json_t *where)
{
	json_t *found = json_array();
	json_t *like = wanted(org, object, where);
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, object->name), i, row)
		if (fits(row, like))
			json_array_append(found, row);
	json_decref(like);
	return found;
}

void deed_swap_org(struct service *service, struct org *fresh)
{
	org_inherit(fresh, service->org);
	org_free(service->org);
	service->org = fresh;
	sessions_end_all(service->sessions);
	later_cut(service->later, 0);
	json_object_clear(service->calls);
}

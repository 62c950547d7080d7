/*
 * salesforce/user_parts.c - see user_parts.h. Field names: object reference.
 */
#include "salesforce/user_parts.h"

#include <string.h>

#include "bot/base/json.h"
#include "salesforce/normal.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"

static const char status_sent[] = "3"; /* EmailMessage.Status */

void user_put_fields(struct buf *query)
{
	buf_puts(query,
	         "Id, Name, Username, Email, IsActive, UserType, FederationIdentifier, LastLoginDate, Profile.Name");
}

json_t *user_record(const json_t *record)
{
	json_t *out = json_object();

	normal_id(out, "id", record, "Id");
	normal_text(out, "username", record, "Username");
	normal_text(out, "email", record, "Email");
	normal_text(out, "federation_id", record, "FederationIdentifier");
	normal_text(out, "name", record, "Name");
	normal_bool(out, "active", record, "IsActive");
	normal_text(out, "user_type", record, "UserType");
	normal_text(out, "profile", json_get(record, "Profile"), "Name");
	normal_time(out, "last_login", record, "LastLoginDate");
	return out;
}

static void put_where_user(struct buf *query, const char *field, const char *user_id)
{
	buf_printf(query, " WHERE %s = ", field);
	soql_put_text(query, user_id);
}

void user_login_put(struct buf *query, const char *user_id)
{
	buf_puts(query, "SELECT IsFrozen FROM UserLogin");
	put_where_user(query, "UserId", user_id);
}

bool user_login_frozen(const json_t *records)
{
	return json_bool(json_array_get(records, 0), "IsFrozen");
}

void account_link_put(struct buf *query, const char *user_id)
{
	buf_puts(query, "SELECT Id, Handle, Provider, SsoProviderName, IsNotSsoUsable FROM ThirdPartyAccountLink");
	put_where_user(query, "UserId", user_id);
}

json_t *account_link_record(const json_t *record)
{
	json_t *out = json_object();

	normal_id(out, "id", record, "Id");
	normal_text(out, "handle", record, "Handle");
	normal_text(out, "provider", record, "Provider");
	normal_text(out, "sso_name", record, "SsoProviderName");
	json_set_bool(out, "login", !json_bool(record, "IsNotSsoUsable"));
	return out;
}

void connection_put(struct buf *query, const struct columns *columns, const char *user_id)
{
	char short_id[16], long_id[19] = "";
	const char *const both[] = {long_id, short_id};

	(void)sf_id_long(user_id, long_id);
	memcpy(short_id, long_id, 15);
	short_id[15] = '\0';
	buf_puts(query, "SELECT UserId, ConnectivityStatus");
	columns_put_status(query, columns);
	buf_puts(query, " FROM ActivityUsrConnectionStatus WHERE UserId IN ");
	soql_put_list(query, both, 2);
}

json_t *connection_record(const json_t *records)
{
	const json_t *record = json_array_get(records, 0);
	json_t *out;

	if (!record)
		return json_null();
	out = json_object();
	normal_text(out, "status", record, "ConnectivityStatus");
	normal_text(out, "mailbox", record, "EmailAddress");
	normal_text(out, "configuration", record, "ConfigurationName");
	normal_bool_or_null(out, "terms", record, "IsTermsOfServiceAccepted");
	normal_text(out, "global_terms", record, "GlobalOauthTermsState");
	normal_text(out, "advice_title", record, "RecommendedActionTitle");
	normal_text(out, "advice", record, "RecommendedActionDescription");
	normal_text(out, "onboarding", record, "UserOnboardingStatus");
	return out;
}

void connection_put_population(struct buf *query)
{
	buf_puts(query,
	         "SELECT ConnectivityStatus, COUNT(Id) n FROM ActivityUsrConnectionStatus GROUP BY ConnectivityStatus");
}

json_t *connection_population(const json_t *records)
{
	json_t *out = json_object();
	const json_t *row;
	size_t i;

	json_array_foreach (records, i, row) {
		const char *status = json_str(row, "ConnectivityStatus");

		if (*status)
			normal_count(out, status, row, "n");
	}
	return out;
}

void auth_session_put(struct buf *query, const char *user_id)
{
	buf_puts(query, "SELECT Id, LoginType, CreatedDate, LastModifiedDate, NumSecondsValid FROM AuthSession");
	put_where_user(query, "UsersId", user_id);
}

json_t *auth_session_record(const json_t *record, int64_t now_ms)
{
	int64_t used_ms = normal_ms(json_str(record, "LastModifiedDate"));
	int64_t valid_s = json_int(record, "NumSecondsValid");
	json_t *out;

	if (used_ms >= 0 && valid_s > 0 && valid_s < INT32_MAX && used_ms + valid_s * 1000 < now_ms)
		return NULL;
	out = json_object();
	normal_id(out, "id", record, "Id");
	normal_text(out, "login_type", record, "LoginType");
	normal_time(out, "created", record, "CreatedDate");
	return out;
}

json_t *auth_sessions(const json_t *records, int64_t now_ms)
{
	json_t *out = json_array();
	const json_t *record;
	size_t i;

	json_array_foreach (records, i, record) {
		json_t *session = auth_session_record(record, now_ms);

		if (session)
			json_array_append_new(out, session);
	}
	return out;
}

void mail_put(struct buf *query, const char *user_id, int64_t since_ms)
{
	buf_puts(query, "SELECT Id, CreatedDate, Status, Source FROM EmailMessage");
	put_where_user(query, "CreatedById", user_id);
	buf_puts(query, " AND Incoming = false AND CreatedDate >= ");
	soql_put_time(query, since_ms);
	buf_puts(query, " ORDER BY CreatedDate DESC LIMIT 20");
}

json_t *mail_record(const json_t *record)
{
	const char *status = json_str(record, "Status");
	json_t *out;

	if (*status && strcmp(status, status_sent) != 0)
		return NULL;
	out = json_object();
	normal_id(out, "id", record, "Id");
	normal_time(out, "created", record, "CreatedDate");
	normal_text(out, "source", record, "Source");
	return out;
}

/*
 * salesforce/user_parts.c - see user_parts.h. Field names: object reference.
 */
#include "salesforce/user_parts.h"

#include <string.h>

#include "bot/base/json.h"
#include "salesforce/normal.h"
#include "salesforce/sf_id.h"

enum { MAILS_MAX = 20 };

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

/* One that is about one user, who stands in `field`; `fields` are those besides. */
static struct question *ask(struct wish *wish, const char *ref, const char *object, const char *fields,
                            const char *field, const char *user_id)
{
	struct question *q = wish_ask(wish, ref, object);

	buf_puts(&q->fields, fields);
	q->owner = field;
	q->ids = true;
	question_add_word(q, field, user_id);
	return q;
}

void user_login_ask(struct wish *wish, const char *user_id)
{
	(void)ask(wish, "frozen", "UserLogin", "IsFrozen", "UserId", user_id);
}

bool user_login_frozen(const json_t *records)
{
	return json_bool(json_array_get(records, 0), "IsFrozen");
}

void account_link_ask(struct wish *wish, const char *user_id)
{
	(void)ask(wish, "links", "ThirdPartyAccountLink", "Id, Handle, Provider, SsoProviderName, IsNotSsoUsable",
	          "UserId", user_id);
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

void connection_ask(struct wish *wish, const struct columns *columns, const char *user_id)
{
	struct question *q = wish_ask(wish, "connection", "ActivityUsrConnectionStatus");
	char short_id[16], long_id[19] = "";

	(void)sf_id_long(user_id, long_id);
	memcpy(short_id, long_id, 15);
	short_id[15] = '\0';
	buf_puts(&q->fields, "UserId, ConnectivityStatus");
	columns_put_status(&q->fields, columns);
	q->ids = true;
	question_add_word(q, "UserId", long_id);
	question_add_word(q, "UserId", short_id);
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

void connection_ask_population(struct wish *wish)
{
	struct question *q = wish_ask(wish, "population", "ActivityUsrConnectionStatus");

	buf_puts(&q->fields, "ConnectivityStatus, COUNT(Id) n");
	q->behind = " GROUP BY ConnectivityStatus";
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

void auth_session_ask(struct wish *wish, const char *user_id)
{
	(void)ask(wish, "sessions", "AuthSession", "Id, LoginType, CreatedDate, LastModifiedDate, NumSecondsValid",
	          "UsersId", user_id);
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

void mail_ask(struct wish *wish, const char *user_id, int64_t since_ms)
{
	struct question *q =
	    ask(wish, "mails", "EmailMessage", "Id, CreatedDate, Status, Source", "CreatedById", user_id);

	buf_puts(&q->also, " AND Incoming = false");
	q->since = "CreatedDate";
	q->since_ms = since_ms;
	q->behind = " ORDER BY CreatedDate DESC";
	q->limit = MAILS_MAX;
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

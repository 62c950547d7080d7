/*
 * salesforce/sf_error.c - the table of Salesforce's refusals; see sf_error.h.
 */
#include "salesforce/sf_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/text.h"

/* The first row whose name (a trailing '*' matches any ending) and text fit decides. */
static const struct row {
	const char *name;
	const char *text; /* contained in the message, case ignored; NULL: any */
	enum errc code;
	const char *sentence; /* before Salesforce's own words; NULL: those alone */
} rows[] = {
    /* how much and how fast */
    {"REQUEST_LIMIT_EXCEEDED", "concurrent", ERR_TEMPORARY, "too many long calls at once in this org"},
    {"REQUEST_LIMIT_EXCEEDED", NULL, ERR_QUOTA, "the org's daily API calls are used up"},
    {"rate_limit_exceeded", NULL, ERR_TEMPORARY, "too many logins in a short time"},
    {"UNABLE_TO_LOCK_ROW", NULL, ERR_TEMPORARY, "the record is being changed by somebody else"},
    {"SERVER_UNAVAILABLE", NULL, ERR_TEMPORARY, "Salesforce is unavailable"},
    {"server_error", NULL, ERR_TEMPORARY, "Salesforce is unavailable"},
    {"ORG_IN_MAINTENANCE", NULL, ERR_TEMPORARY, "the org is in maintenance"},
    {"API_CURRENTLY_DISABLED", NULL, ERR_TEMPORARY, "the org's API is switched off for a while"},
    {"REQUEST_RUNNING_TOO_LONG", NULL, ERR_TEMPORARY, "the call took too long"},
    {"QUERY_TIMEOUT", NULL, ERR_TEMPORARY, "the query took too long"},
    {"TOO_MANY_APEX_REQUESTS", NULL, ERR_TEMPORARY, "the org is busy"},
    {"UNKNOWN_EXCEPTION", NULL, ERR_TEMPORARY, "Salesforce had an internal error"},
    {"INVALID_QUERY_LOCATOR", NULL, ERR_TEMPORARY, "the rest of a long answer is no longer kept"},
    /* revoking */
    {"invalid_token", NULL, ERR_NOT_FOUND, "the token is not known any more"},
    /* being let in; the last row stands for every other word of OAuth's */
    {"INVALID_SESSION_ID", NULL, ERR_AUTH, "the session is not accepted"},
    {"INVALID_AUTH_HEADER", NULL, ERR_AUTH, "the session is not accepted"},
    {"API_DISABLED_FOR_ORG", NULL, ERR_AUTH, "this org or user has no API access (API Enabled)"},
    {"ORG_LOCKED", NULL, ERR_AUTH, "the org is locked"},
    {"TRIAL_EXPIRED", NULL, ERR_AUTH, "the org's trial has ended"},
    {"INVALID_LOGIN", NULL, ERR_AUTH, "the login is not accepted"},
    {"LOGIN_DURING_RESTRICTED_*", NULL, ERR_AUTH, "the bot's profile forbids this address or hour"},
    {"TXN_SECURITY_*", NULL, ERR_AUTH, "a transaction security policy forbids it"},
    {"invalid_grant", "hasn't approved", ERR_AUTH,
     "the app does not let the bot's user in: check the username, and pre-authorise its profile or permission set"},
    {"invalid_grant", "audience", ERR_AUTH, "login_url does not fit this org"},
    {"invalid_grant", "expired authorization code", ERR_AUTH, "the assertion has expired: is a clock wrong?"},
    {"invalid_grant", "invalid assertion", ERR_AUTH, "the private key does not fit the app's certificate"},
    {"invalid_grant", "no client credentials user", ERR_AUTH, "the app's policies name no user to run as"},
    {"invalid_grant", "not supported on this domain", ERR_AUTH, "client_credentials needs the My Domain as login_url"},
    {"invalid_app_access", NULL, ERR_AUTH, "the app is not pre-authorised for the bot's user"},
    {"invalid_client_id", NULL, ERR_AUTH, "client_id is wrong, of another org, or newer than ten minutes"},
    {"invalid_client", NULL, ERR_AUTH, "the app or its secret is not accepted"},
    {"unsupported_grant_type", NULL, ERR_AUTH, "this login flow is not enabled for the app"},
    {"inactive_user", NULL, ERR_AUTH, "the bot's user is inactive"},
    {"inactive_org", NULL, ERR_AUTH, "the org is inactive"},
    {"invalid_*", NULL, ERR_AUTH, NULL},
    /* rights and features */
    {"INSUFFICIENT_ACCESS*", NULL, ERR_DENIED, "a right is missing"},
    {"INVALID_TYPE_FOR_OPERATION", NULL, ERR_REFUSED, "this kind of record can't be changed by the API"},
    {"INVALID_TYPE", NULL, ERR_DENIED, "this kind of record is not in the org or may not be seen"},
    {"FUNCTIONALITY_NOT_ENABLED", NULL, ERR_REFUSED, "the feature is not enabled in the org"},
    {"INVALID_FIELD", NULL, ERR_REFUSED, "a field is not in the org or may not be seen"},
    {"UNSUPPORTED_API_VERSION", NULL, ERR_REFUSED, "this API version is not there"},
    {"CANNOT_DELETE_ENTITY", NULL, ERR_REFUSED, "this record can't be deleted"},
    /* so already */
    {"DUPLICATE_VALUE", NULL, ERR_ALREADY, "it is assigned already"},
    {"ENTITY_IS_DELETED", NULL, ERR_NOT_FOUND, "it is gone already"},
    {"NOT_FOUND", NULL, ERR_NOT_FOUND, "it is not there"},
    {"INVALID_CROSS_REFERENCE_KEY", NULL, ERR_NOT_FOUND, "it is not there"},
    {"unsupported_token_type", NULL, ERR_REFUSED, NULL},
    /* the org's own rules */
    {"LICENSE_LIMIT_EXCEEDED", NULL, ERR_REFUSED, "no seat of the licence is free"},
    {"FIELD_INTEGRITY_EXCEPTION", "license", ERR_REFUSED, "a licence does not fit or is missing"},
    {"INACTIVE_OWNER_OR_USER", NULL, ERR_REFUSED, "the user is inactive"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", NULL, ERR_REFUSED, "a trigger or flow of the org refused it"},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", NULL, ERR_REFUSED, "a validation rule of the org refused it"},
    /* our mistakes */
    {"MALFORMED_*", NULL, ERR_BUG, "our request was not understood"},
    {"JSON_PARSER_ERROR", NULL, ERR_BUG, "our request was not understood"},
    {"REQUIRED_FIELD_MISSING", NULL, ERR_BUG, "our request was not understood"},
    {"INVALID_QUERY_FILTER_OPERATOR", NULL, ERR_BUG, "our request was not understood"},
    {"OPERATION_TOO_LARGE", NULL, ERR_BUG, "our request was too large"},
    {"EXCEEDED_ID_LIMIT", NULL, ERR_BUG, "our request was too large"},
};

/* Which right lets a bot read others' rows of an object, or write them (object reference, "Special Access Rules"). */
static const struct {
	const char *object;
	const char *right;
} rights[] = {
    {"PermissionSetAssignment", "Assign Permission Sets"},
    {"PermissionSetLicenseAssign", "Manage Users"},
    {"PermissionSetLicense", "View Setup and Configuration"},
    {"PermissionSet", "View Setup and Configuration"},
    {"AuthSession", "Manage Users"},
    {"ThirdPartyAccountLink", "Manage Users"},
    {"UserLogin", "Manage Users"},
    {"OauthToken", "Customize Application"},
    {"ActivityUsrConnectionStatus", "Customize Application"},
};

/* What a status means when the body gives no word that we know. */
static const struct {
	long status;
	enum errc code;
	const char *sentence;
} statuses[] = {
    {300, ERR_REFUSED, "several records fit"},
    {400, ERR_REFUSED, "Salesforce refuses the request"},
    {401, ERR_AUTH, "Salesforce does not let us in"},
    {403, ERR_DENIED, "Salesforce forbids it"},
    {404, ERR_NOT_FOUND, "it is not there"},
    {405, ERR_REFUSED, "this kind of record can't be changed that way"},
    {409, ERR_REFUSED, "it conflicts with the record's state"},
    {410, ERR_REFUSED, "this API version is retired"},
    {414, ERR_BUG, "our request was too long"},
    {420, ERR_TEMPORARY, "Salesforce knows no org at this host"},
    {429, ERR_TEMPORARY, "too many calls in a short time"},
    {431, ERR_BUG, "our request was too long"},
};

static bool contains_nocase(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

static bool name_fits(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] == '*')
		return strncmp(pattern, name, len - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static const struct row *row_of(const char *name, const char *message)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (name_fits(rows[i].name, name) && (!rows[i].text || contains_nocase(message, rows[i].text)))
			return &rows[i];
	}
	return NULL;
}

static const char *right_of(const char *object)
{
	for (size_t i = 0; object && i < sizeof(rights) / sizeof(rights[0]); i++) {
		if (strcmp(rights[i].object, object) == 0)
			return rights[i].right;
	}
	return NULL;
}

/* Behind the query that a message about one begins with: it is long, and what was wrong with it comes last. */
static const char *behind_query(const char *message)
{
	const char *where = strstr(message, "\nERROR at Row:");
	const char *what = where ? strchr(where + 1, '\n') : NULL;

	return what && what[1] ? what + 1 : message;
}

/* "sentence (the bot needs X): Salesforce's words", as far as there are such; in one line. */
static void put_reason(struct sf_trouble *ret, const char *sentence, const char *right, const char *message)
{
	char text[1024];

	message = behind_query(message);
	while (*message && (unsigned char)*message <= ' ')
		message++;
	if (!sentence && *message == '\0')
		sentence = err_sentence(ret->code);
	snprintf(text, sizeof(text), "%s%s%s%s%s%s", sentence ? sentence : "", right ? " (the bot needs " : "",
	         right ? right : "", right ? ")" : "", sentence && *message ? ": " : "", message);
	for (char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ')
			*p = ' ';
	}
	secret_redact(ret->reason, sizeof(ret->reason), text);
}

static void fill(struct sf_trouble *ret, const struct row *row, const char *name, const char *message,
                 const struct sf_error_about *about)
{
	*ret = (struct sf_trouble){.code = row->code};
	text_copy(ret->error, sizeof(ret->error), name);
	put_reason(ret, row->sentence, row->code == ERR_DENIED ? right_of(about->object) : NULL, message);
}

/* No word that we know: the status has to do. */
static void fill_by_status(struct sf_trouble *ret, long status, const char *name, const char *message,
                           const struct sf_error_about *about)
{
	char sentence[120];

	*ret = (struct sf_trouble){.code = ERR_PROTOCOL};
	text_copy(ret->error, sizeof(ret->error), name);
	snprintf(sentence, sizeof(sentence), "Salesforce answered with HTTP %ld", status);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status) {
			ret->code = statuses[i].code;
			snprintf(sentence, sizeof(sentence), "%s (HTTP %ld)", statuses[i].sentence, status);
		}
	}
	if (ret->code == ERR_PROTOCOL && status > 400 && status < 500)
		ret->code = ERR_REFUSED;
	if (status >=
	    500) /* without a word of the platform's a gateway spoke, which does not know what happened behind it */
		ret->code = about->changes && *name == '\0' ? ERR_UNKNOWN : ERR_TEMPORARY;
	put_reason(ret, sentence, ret->code == ERR_DENIED ? right_of(about->object) : NULL, message);
}

static void fill_by_name(struct sf_trouble *ret, long status, const char *name, const char *message,
                         const struct sf_error_about *about)
{
	const struct row *row = *name ? row_of(name, message) : NULL;

	if (row)
		fill(ret, row, name, message, about);
	else
		fill_by_status(ret, status, name, message, about);
}

static const char *first_of(const json_t *object, const char *a, const char *b, const char *c)
{
	const char *s = json_str(object, a);

	if (*s == '\0')
		s = json_str(object, b);
	return *s || !c ? s : json_str(object, c);
}

static void read_object(struct sf_trouble *ret, long status, const json_t *object, const struct sf_error_about *about)
{
	const char *name = first_of(object, "errorCode", "statusCode", "error");
	const char *message = first_of(object, "message", "error_description", NULL);

	fill_by_name(ret, status, name, message, about);
}

/* The value of `key` in a query string, percent-decoded; false if it is not there. */
static bool form_value(const char *text, size_t len, const char *key, char *out, size_t size)
{
	size_t key_len = strlen(key), n = 0;
	const char *end = text + len, *p = text;

	while (p && !((size_t)(end - p) > key_len && strncmp(p, key, key_len) == 0 && p[key_len] == '=')) {
		p = memchr(p, '&', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return false;
	for (p += key_len + 1; p < end && *p != '&' && *p != '\n' && n + 1 < size; p++) {
		char hex[3] = {0};

		if (*p == '%' && end - p > 2) {
			memcpy(hex, p + 1, 2);
			out[n++] = (char)strtol(hex, NULL, 16);
			p += 2;
		} else {
			out[n] = *p;
			if (out[n] == '+')
				out[n] = ' ';
			n++;
		}
	}
	out[n] = '\0';
	return true;
}

void sf_error_read(struct sf_trouble *ret, long status, const json_t *body, const char *text, size_t len,
                   const struct sf_error_about *about)
{
	char name[80] = "", message[300] = "";
	char clean[80];

	if (json_is_array(body))
		body = json_array_get(body, 0);
	if (json_is_object(body)) {
		read_object(ret, status, body, about);
		return;
	}
	if (!body && text && form_value(text, len, "error", name, sizeof(name)))
		(void)form_value(text, len, "error_description", message, sizeof(message));
	text_copy(clean, sizeof(clean), text_is_utf8(name, strlen(name)) ? name : "");
	fill_by_name(ret, status, clean, text_is_utf8(message, strlen(message)) ? message : "", about);
}

void sf_error_read_element(struct sf_trouble *ret, const json_t *element, const struct sf_error_about *about)
{
	read_object(ret, 400, element, about);
}

void sf_error_set(struct sf_trouble *ret, enum errc code, const char *error, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	*ret = (struct sf_trouble){.code = code};
	text_copy(ret->error, sizeof(ret->error), error);
	secret_redact(ret->reason, sizeof(ret->reason), text);
}

bool sf_error_is_expired_session(long status, const struct sf_trouble *trouble)
{
	return status == 401 && text_eq(trouble->error, "INVALID_SESSION_ID") &&
	       !contains_nocase(trouble->reason, "not attached to Agent") &&
	       !contains_nocase(trouble->reason, "not valid for use with the REST API");
}

bool sf_error_is_gone(const struct sf_trouble *trouble)
{
	return text_eq(trouble->error, "ENTITY_IS_DELETED") || text_eq(trouble->error, "NOT_FOUND") ||
	       text_eq(trouble->error, "INVALID_CROSS_REFERENCE_KEY");
}

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

/* One code of ours for each meaning; those who call know nothing finer. */
static const enum errc codes[] = {
#define X(name, code) [SF_##name] = ERR_##code,
    SF_MEANINGS(X)
#undef X
};

/* The first row whose name (a trailing '*' matches any ending) and text fit decides. */
static const struct row {
	const char *name;
	const char *text; /* contained in the message, case ignored; NULL: any */
	enum sf_meaning meaning;
	const char *sentence; /* before Salesforce's own words; NULL: those alone */
} rows[] = {
    /* how much and how fast */
    {"REQUEST_LIMIT_EXCEEDED", "concurrent", SF_PASSES, "too many long calls at once in this org"},
    {"REQUEST_LIMIT_EXCEEDED", NULL, SF_QUOTA, "the org's daily API calls are used up"},
    {"rate_limit_exceeded", NULL, SF_PASSES, "too many logins in a short time"},
    /* passes by itself */
    {"UNABLE_TO_LOCK_ROW", NULL, SF_PASSES, "the record is being changed by somebody else"},
    {"SERVER_UNAVAILABLE", NULL, SF_PASSES, "Salesforce is unavailable"},
    {"server_error", NULL, SF_PASSES, "Salesforce is unavailable"},
    {"temporarily_unavailable", NULL, SF_PASSES, "Salesforce is unavailable"},
    {"ORG_IN_MAINTENANCE", NULL, SF_PASSES, "the org is in maintenance"},
    {"API_CURRENTLY_DISABLED", "this user", SF_LOCKED_OUT, "the bot's user may not use the API (API Enabled)"},
    {"API_CURRENTLY_DISABLED", NULL, SF_PASSES, "the org's API is switched off for a while"},
    {"REQUEST_RUNNING_TOO_LONG", NULL, SF_PASSES, "the call took too long"},
    {"QUERY_TIMEOUT", NULL, SF_PASSES, "the query took too long"},
    {"TOO_MANY_APEX_REQUESTS", NULL, SF_PASSES, "the org is busy"},
    {"UNKNOWN_EXCEPTION", "UncommittedWork", SF_BUG, "our request was not understood"},
    {"UNKNOWN_EXCEPTION", NULL, SF_PASSES, "Salesforce had an internal error"},
    {"INVALID_QUERY_LOCATOR", NULL, SF_PASSES, "the rest of a long answer is no longer kept"},
    /* the session; what no renewal heals comes first */
    {"INVALID_SESSION_ID", "not attached to Agent", SF_LOCKED_OUT, "the app may not use this session"},
    {"INVALID_SESSION_ID", "not valid for use with", SF_LOCKED_OUT,
     "the app's sessions are not for the REST API (scope api)"},
    {"INVALID_SESSION_ID", NULL, SF_RENEW, "the session is not accepted"},
    {"INVALID_AUTH_HEADER", NULL, SF_LOCKED_OUT, "the session is not accepted"},
    /* being let in */
    {"API_DISABLED_FOR_ORG", NULL, SF_LOCKED_OUT, "this org or user has no API access (API Enabled)"},
    {"ORG_LOCKED", NULL, SF_LOCKED_OUT, "the org is locked"},
    {"TRIAL_EXPIRED", NULL, SF_LOCKED_OUT, "the org's trial has ended"},
    {"INVALID_LOGIN", NULL, SF_LOCKED_OUT, "the login is not accepted"},
    {"INVALID_OPERATION_WITH_EXPIRED_PASSWORD", NULL, SF_LOCKED_OUT,
     "the password of the bot's user has expired (make it API Only User)"},
    {"LOGIN_DURING_RESTRICTED_DOMAIN", NULL, SF_LOCKED_OUT,
     "the profile of the bot's user forbids this address (Login IP Ranges)"},
    {"LOGIN_DURING_RESTRICTED_TIME", NULL, SF_LOCKED_OUT,
     "the profile of the bot's user forbids this hour (Login Hours)"},
    {"TXN_SECURITY_*", NULL, SF_LOCKED_OUT, "a transaction security policy forbids it"},
    {"invalid_grant", "hasn't approved", SF_LOCKED_OUT,
     "the app does not let the bot's user in: check the username, and pre-authorise its profile or permission set"},
    {"invalid_grant", "audience", SF_LOCKED_OUT, "login_url does not fit this org"},
    {"invalid_grant", "expired authorization code", SF_LOCKED_OUT, "the assertion has expired: is a clock wrong?"},
    {"invalid_grant", "invalid assertion", SF_LOCKED_OUT, "the private key does not fit the app's certificate"},
    {"invalid_grant", "no client credentials user", SF_LOCKED_OUT, "the app's policies name no user to run as"},
    {"invalid_grant", "not supported on this domain", SF_LOCKED_OUT,
     "client_credentials needs the My Domain as login_url"},
    {"invalid_grant", "ip restricted", SF_LOCKED_OUT,
     "the app or the bot's profile forbids this address (IP Relaxation, Login IP Ranges)"},
    {"invalid_grant", "ip address", SF_LOCKED_OUT,
     "the app or the bot's profile forbids this address (IP Relaxation, Login IP Ranges)"},
    {"invalid_grant", "login hours", SF_LOCKED_OUT, "the profile of the bot's user forbids this hour (Login Hours)"},
    {"invalid_grant", "inactive", SF_LOCKED_OUT, "the bot's user is inactive"},
    {"invalid_grant", "authentication failure", SF_LOCKED_OUT,
     "the bot's user is frozen, locked or restricted: its Login History tells which"},
    {"invalid_app_access", NULL, SF_LOCKED_OUT, "the app is not pre-authorised for the bot's user"},
    {"invalid_client_id", NULL, SF_LOCKED_OUT, "client_id is wrong, of another org, or newer than ten minutes"},
    {"invalid_client", "installed", SF_LOCKED_OUT, "the app is not installed in this org"},
    {"invalid_client", NULL, SF_LOCKED_OUT, "the app or its secret is not accepted"},
    {"unsupported_grant_type", NULL, SF_LOCKED_OUT, "this login flow is not enabled for the app"},
    {"inactive_user", NULL, SF_LOCKED_OUT, "the bot's user is inactive"},
    {"inactive_org", NULL, SF_LOCKED_OUT, "the org is inactive"},
    /* revoking */
    {"invalid_token", NULL, SF_GONE, "the token is not known any more"},
    {"unsupported_token_type", NULL, SF_RULE, NULL},
    /* every other word of OAuth's */
    {"invalid_*", NULL, SF_LOCKED_OUT, NULL},
    /* rights and features */
    {"INSUFFICIENT_ACCESS*", NULL, SF_RIGHT, "a right is missing"},
    {"FORBIDDEN", NULL, SF_RIGHT, "a right is missing"},
    {"INVALID_TYPE_FOR_OPERATION", NULL, SF_SETTING, "this kind of record can't be changed by the API"},
    {"INVALID_TYPE", NULL, SF_RIGHT, "this kind of record is not in the org or may not be seen"},
    {"FUNCTIONALITY_NOT_ENABLED", NULL, SF_SETTING, "the feature is not enabled in the org"},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", NULL, SF_SETTING, "a field may not be written by the bot's user"},
    {"INVALID_FIELD", NULL, SF_SETTING, "a field is not in the org or may not be seen"},
    {"UNSUPPORTED_API_VERSION", NULL, SF_SETTING, "this API version is not there (salesforce.api_version)"},
    {"CANNOT_DELETE_ENTITY", NULL, SF_SETTING, "this record can't be deleted"},
    {"METHOD_NOT_ALLOWED", NULL, SF_SETTING, "this kind of record can't be changed that way"},
    /* so already */
    {"DUPLICATE_VALUE", NULL, SF_ALREADY, "it is assigned already"},
    {"ENTITY_IS_DELETED", NULL, SF_GONE, "it is gone already"},
    {"NOT_FOUND", NULL, SF_GONE, "it is not there"},
    {"INVALID_CROSS_REFERENCE_KEY", NULL, SF_GONE, "it is not there"},
    /* the org's own rules */
    {"LICENSE_LIMIT_EXCEEDED", NULL, SF_RULE, "no seat of the licence is free"},
    {"FIELD_INTEGRITY_EXCEPTION", "license", SF_RULE, "a licence does not fit, is missing or is still needed"},
    {"FIELD_INTEGRITY_EXCEPTION", NULL, SF_RULE, "the org's rules do not allow it"},
    {"INACTIVE_OWNER_OR_USER", NULL, SF_RULE, "the user is inactive"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", NULL, SF_RULE, "a trigger or flow of the org refused it"},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", NULL, SF_RULE, "a validation rule of the org refused it"},
    /* our mistakes */
    {"MALFORMED_*", NULL, SF_BUG, "our request was not understood"},
    {"JSON_PARSER_ERROR", NULL, SF_BUG, "our request was not understood"},
    {"INVALID_INPUT", NULL, SF_BUG, "our request was not understood"},
    {"PROCESSING_HALTED", NULL, SF_BUG, "our request was not understood"},
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", NULL, SF_BUG, "our request was not understood"},
    {"MIXED_DML_OPERATION", NULL, SF_BUG, "our request was not understood"},
    {"REQUIRED_FIELD_MISSING", NULL, SF_BUG, "our request was not understood"},
    {"INVALID_QUERY_FILTER_OPERATOR", NULL, SF_BUG, "our request was not understood"},
    {"UNSUPPORTED_MEDIA_TYPE", NULL, SF_BUG, "our request was not understood"},
    {"NUMBER_OUTSIDE_VALID_RANGE", NULL, SF_BUG, "our request was too large"},
    {"LIMIT_EXCEEDED", NULL, SF_BUG, "our request was too large"},
    {"OPERATION_TOO_LARGE", NULL, SF_BUG, "our request was too large"},
    {"EXCEEDED_ID_LIMIT", NULL, SF_BUG, "our request was too large"},
    {"URI_TOO_LONG", NULL, SF_BUG, "our request was too long"},
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

/*
 * What a status means when the body gives no word that we know. Then it was no part of the platform that spoke: a 404
 * of the platform's says NOT_FOUND, one without a word stands where an org has been.
 */
static const struct {
	long status;
	enum sf_meaning meaning;
	const char *sentence;
} statuses[] = {
    {300, SF_RULE, "several records fit"},
    {301, SF_MOVED, "the org has moved"},
    {302, SF_MOVED, "the org has moved"},
    {303, SF_MOVED, "the org has moved"},
    {307, SF_MOVED, "the org has moved"},
    {308, SF_MOVED, "the org has moved"},
    {400, SF_RULE, "Salesforce refuses the request"},
    {401, SF_LOCKED_OUT, "Salesforce does not let us in"},
    {403, SF_RIGHT, "Salesforce forbids it"},
    {404, SF_MOVED, "Salesforce knows no org or no such page at this host"},
    {405, SF_RULE, "this kind of record can't be changed that way"},
    {409, SF_RULE, "it conflicts with the record's state"},
    {410, SF_SETTING, "this API version is retired (salesforce.api_version)"},
    {412, SF_BUG, "our request was not understood"},
    {414, SF_BUG, "our request was too long"},
    {415, SF_BUG, "our request was not understood"},
    {420, SF_MOVED, "Salesforce knows no org at this host"},
    {428, SF_BUG, "our request was not understood"},
    {429, SF_PASSES, "too many calls in a short time"},
    {431, SF_BUG, "our request was too long"},
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

static struct sf_trouble trouble_of(enum sf_meaning meaning, const char *name)
{
	struct sf_trouble trouble = {.code = codes[meaning], .meaning = meaning};

	text_copy(trouble.error, sizeof(trouble.error), name);
	return trouble;
}

static const char *right_for(enum sf_meaning meaning, const struct sf_error_about *about)
{
	return meaning == SF_RIGHT ? right_of(about->object) : NULL;
}

static void fill(struct sf_trouble *ret, const struct row *row, const char *name, const char *message,
                 const struct sf_error_about *about)
{
	*ret = trouble_of(row->meaning, name);
	put_reason(ret, row->sentence, right_for(row->meaning, about), message);
}

/* Without a word of the platform's a gateway spoke, which does not know what happened behind it. */
static enum sf_meaning meaning_of(long status, const char *name, const struct sf_error_about *about)
{
	if (status >= 500)
		return about->changes && *name == '\0' ? SF_UNCLEAR : SF_PASSES;
	return status > 400 && status < 500 ? SF_RULE : SF_UNREADABLE;
}

/* No word that we know: the status has to do. */
static void fill_by_status(struct sf_trouble *ret, long status, const char *name, const char *message,
                           const struct sf_error_about *about)
{
	enum sf_meaning meaning = meaning_of(status, name, about);
	char sentence[120];

	snprintf(sentence, sizeof(sentence), "Salesforce answered with HTTP %ld", status);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status) {
			meaning = statuses[i].meaning;
			snprintf(sentence, sizeof(sentence), "%s (HTTP %ld)", statuses[i].sentence, status);
		}
	}
	if (meaning == SF_MOVED && *name) /* the platform spoke, so it is where we think it is */
		meaning = SF_RULE;
	*ret = trouble_of(meaning, name);
	put_reason(ret, sentence, right_for(meaning, about), message);
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

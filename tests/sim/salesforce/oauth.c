/*
 * oauth.c - logging in and revoking.
 *
 * The checks of an assertion come in the order in which Salesforce's errors tell them apart: client, algorithm and
 * signature, audience, time, user. Time is the org's own clock, which a test may set wrong.
 */
#include "tests/sim/salesforce/oauth.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/jwt.h"
#include "tests/sim/salesforce/sessions.h"
#include "tests/sim/salesforce/writes.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { EXP_MAX_S = 300 };

static const char jwt_grant[] = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/* What is wrong with a login; error NULL: nothing. */
struct refusal {
	const char *error;
	const char *description;
};

static const struct refusal fine = {NULL, NULL};

static void refuse(struct sim_answer *ans, struct refusal refusal)
{
	sim_answer_new(ans, 400,
	               json_pack("{s:s, s:s}", "error", refusal.error, "error_description", refusal.description));
}

static const char *organization_id(struct org *org)
{
	return org_text(json_array_get(org_table(org, "Organization"), 0), "Id");
}

static bool contains(const json_t *list, const char *word)
{
	size_t i;
	json_t *entry;
	json_array_foreach (list, i, entry)
		if (strcasecmp(json_string_value(entry), word) == 0)
			return true;
	return false;
}

/* --- who --- */

static struct refusal check_user(struct org *org, json_t *user)
{
	json_t *login = user ? org_row_by(org, "UserLogin", "UserId", org_text(user, "Id")) : NULL;
	if (!user)
		return (struct refusal){"invalid_grant", "user hasn't approved this consumer"};
	if (!org_true(user, "IsActive"))
		return (struct refusal){"inactive_user", "user is inactive"};
	if (org_true(login, "IsFrozen"))
		return (struct refusal){"invalid_grant", "authentication failure"};
	return fine;
}

static int64_t claim_number(const json_t *claims, const char *name)
{
	const json_t *value = json_object_get(claims, name);
	return json_is_string(value) ? strtoll(json_string_value(value), NULL, 10) : (int64_t)json_number_value(value);
}

static struct refusal check_claims(struct org *org, const struct jwt *jwt, const char *origin)
{
	const json_t *setup = org_setup(org);
	const char *audience = sim_text(jwt->claims, "aud");
	int64_t now_s = org_now_ms(org) / 1000;
	int64_t exp = claim_number(jwt->claims, "exp");
	if (strcmp(sim_text(jwt->claims, "iss"), sim_text(setup, "client_id")) != 0)
		return (struct refusal){"invalid_client_id", "client identifier invalid"};
	if (!jwt->genuine)
		return (struct refusal){"invalid_grant", "invalid assertion"};
	if (strcmp(audience, origin) != 0 && !contains(json_object_get(setup, "audience"), audience))
		return (struct refusal){"invalid_grant", "Audience validation failed"};
	if (exp <= now_s)
		return (struct refusal){"invalid_grant", "expired authorization code"};
	if (exp > now_s + EXP_MAX_S)
		return (struct refusal){"invalid_grant", "invalid assertion"};
	return fine;
}

static struct refusal by_assertion(struct org *org, const json_t *form, const char *origin, json_t **ret_user)
{
	const json_t *setup = org_setup(org);
	struct jwt jwt = {0};
	EVP_PKEY *key = jwt_key(sim_text(setup, "public_key_file"));
	bool readable = jwt_read(sim_text(form, "assertion"), key, &jwt);
	struct refusal wrong =
	    readable ? check_claims(org, &jwt, origin) : (struct refusal){"invalid_grant", "invalid assertion"};
	if (!wrong.error) {
		const char *sub = sim_text(jwt.claims, "sub");
		*ret_user = org_row_by(org, "User", "Username", sub);
		wrong = check_user(org, *ret_user);
		if (!wrong.error && !contains(json_object_get(setup, "preauthorized"), sub))
			wrong = (struct refusal){"invalid_app_access", "user is not admin approved to access this app"};
	}
	jwt_done(&jwt);
	EVP_PKEY_free(key);
	return wrong;
}

/* Authorization: Basic base64(id:secret) */
static bool basic_fits(const char *header, const char *id, const char *secret)
{
	unsigned char decoded[512] = {0};
	char expected[512];
	if (!header || strncasecmp(header, "Basic ", 6) != 0 || strlen(header) > 600)
		return false;
	snprintf(expected, sizeof(expected), "%s:%s", id, secret);
	return EVP_DecodeBlock(decoded, (const unsigned char *)header + 6, (int)strlen(header + 6)) > 0 &&
	       strcmp((const char *)decoded, expected) == 0;
}

static struct refusal by_secret(struct org *org, const json_t *form, const char *header, json_t **ret_user)
{
	const json_t *setup = org_setup(org);
	const char *id = sim_text(setup, "client_id");
	const char *secret = sim_text(setup, "client_secret");
	bool in_body =
	    strcmp(sim_text(form, "client_id"), id) == 0 && strcmp(sim_text(form, "client_secret"), secret) == 0;
	if (*sim_text(form, "client_id") && strcmp(sim_text(form, "client_id"), id) != 0)
		return (struct refusal){"invalid_client_id", "client identifier invalid"};
	if (!*secret || (!in_body && !basic_fits(header, id, secret)))
		return (struct refusal){"invalid_client", "invalid client credentials"};
	if (!*sim_text(setup, "run_as"))
		return (struct refusal){"invalid_grant", "no client credentials user enabled"};
	*ret_user = org_row_by(org, "User", "Username", sim_text(setup, "run_as"));
	return check_user(org, *ret_user);
}

/* --- the token --- */

static void answer_token(struct service *service, const json_t *user, const char *origin, bool with_time,
                         struct sim_answer *ans)
{
	struct org *org = service->org;
	const char *id = organization_id(org);
	const char *token = sessions_token(service->sessions, org_text(user, "Id"), id);
	json_t *body =
	    json_pack("{s:s, s:s, s:s, s:o, s:s}", "access_token", token, "scope", "api id", "instance_url", origin,
	              "id", sim_jsonf("%s/id/%s/%s", origin, id, org_text(user, "Id")), "token_type", "Bearer");
	if (with_time) {
		json_object_set_new(body, "issued_at", sim_jsonf("%lld", (long long)org_now_ms(org)));
		json_object_set_new(body, "signature", json_string("c2lnbmF0dXJl"));
	}
	sim_answer_new(ans, 200, body);
}

void oauth_token(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *form = sim_form(req->body, req->body_len);
	const char *host = sim_header(req, "host");
	const char *lives_at = org_word(service->org, "instance_host");
	const char *port = host ? strchr(host, ':') : NULL;
	json_t *origin = sim_jsonf("http://%s", host ? host : "127.0.0.1");
	json_t *instance = *lives_at ? sim_jsonf("http://%s%s", lives_at, port ? port : "") : json_incref(origin);
	const char *grant = sim_text(form, "grant_type");
	json_t *user = NULL;
	struct refusal wrong;
	if (strcmp(req->method, "POST") != 0)
		wrong = (struct refusal){"invalid_request", "must use HTTP POST"};
	else if (strcmp(grant, jwt_grant) == 0)
		wrong = by_assertion(service->org, form, json_string_value(origin), &user);
	else if (strcmp(grant, "client_credentials") == 0)
		wrong = by_secret(service->org, form, sim_header(req, "authorization"), &user);
	else
		wrong = (struct refusal){"unsupported_grant_type", "grant type not supported"};
	if (wrong.error)
		refuse(ans, wrong);
	else
		answer_token(service, user, json_string_value(instance), strcmp(grant, jwt_grant) != 0, ans);
	json_decref(instance);
	json_decref(origin);
	json_decref(form);
}

void oauth_identity(struct service *service, const char *user_id, struct sim_answer *ans)
{
	const json_t *user = org_row(service->org, user_id);
	sim_answer_new(ans, 200,
	               json_pack("{s:s, s:s, s:s, s:s}", "user_id", user_id, "organization_id",
	                         organization_id(service->org), "username", org_text(user, "Username"), "display_name",
	                         org_text(user, "Name")));
}

/* --- revoking --- */

static void come_again(struct service *service, const json_t *row)
{
	struct org *org = service->org;
	int64_t times = org_number(org, "retoken_times");
	if (times <= 0)
		return;
	json_t *left = json_integer(times - 1);
	org_switch(org, "retoken_times", left);
	json_decref(left);
	later_add(service->later, org_number(org, "retoken_ms"), LATER_INSERT,
	          json_pack("{s:s, s:{s:s, s:s}}", "object", "OauthToken", "row", "UserId", org_text(row, "UserId"),
	                    "AppName", org_text(row, "AppName")));
}

static bool revoke(struct service *service, const char *token)
{
	struct org *org = service->org;
	json_t *row = *token ? org_row_by(org, "OauthToken", "DeleteToken", token) : NULL;
	json_t *revoked = json_object_get(org_setup(org), "_revoked");
	if (!row && sessions_end(service->sessions, token)) {
		org_violation(org, "revokes its own access token, which all that log in as this user share");
		return true;
	}
	if (!row) {
		if (json_object_get(revoked, token))
			org_violation(org, "revokes a token again, although that had succeeded");
		return false;
	}
	write_guard_revoke(org, row);
	if (!revoked) {
		revoked = json_object();
		json_object_set_new(org_setup(org), "_revoked", revoked);
	}
	json_object_set_new(revoked, token, json_true());
	come_again(service, row);
	char id[ID_SIZE];
	snprintf(id, sizeof(id), "%s", org_text(row, "Id"));
	return org_remove(org, id, true);
}

void oauth_revoke(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *form = sim_form(req->body, req->body_len);
	const char *in_url = sim_query(req, "token");
	if (in_url)
		org_violation(service->org, "puts a token into a url, where logs keep it");
	bool done = revoke(service, in_url ? in_url : sim_text(form, "token"));
	if (done)
		sim_answer_text(ans, 200, "text/html", "");
	else if (strcmp(org_word(service->org, "revoke_body"), "json") == 0)
		refuse(ans, (struct refusal){"invalid_token", "the token is not valid"});
	else
		sim_answer_text(ans, 400, "application/x-www-form-urlencoded",
		                "error=invalid_token&error_description=the+token+is+not+valid");
	json_decref(form);
}

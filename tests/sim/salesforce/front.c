/*
 * front.c - what stands before every resource: who is it, is there allocation left, is the body JSON.
 */
#include "tests/sim/salesforce/front.h"
#include "tests/sim/salesforce/mishap.h"
#include "tests/sim/salesforce/oauth.h"
#include "tests/sim/salesforce/rest.h"
#include "tests/sim/salesforce/rights.h"
#include "tests/sim/salesforce/sessions.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { URI_MAX = 16384 };

static void count(struct service *service, const char *kind, int by)
{
	json_int_t n = json_integer_value(json_object_get(service->calls, kind));
	json_object_set_new(service->calls, kind, json_integer(n + by));
}

/* Every answer carries the org's own time; that is how a client finds out that its clock is wrong. */
static void put_date(struct service *service, struct sim_answer *ans)
{
	char text[64];
	struct tm tm;
	time_t now = (time_t)(org_now_ms(service->org) / 1000);
	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	sim_answer_header(ans, "Date", text);
}

static void put_usage(struct service *service, struct sim_answer *ans)
{
	char text[64];
	snprintf(text, sizeof(text), "api-usage=%lld/%lld", (long long)org_number(service->org, "api_used"),
	         (long long)org_number(service->org, "api_limit"));
	sim_answer_header(ans, "Sforce-Limit-Info", text);
}

static void answer(struct service *service, struct reply *reply, struct sim_answer *ans)
{
	if (reply->body)
		sim_answer_json(ans, reply->status, reply->body);
	else
		sim_answer_text(ans, reply->status, "application/json;charset=UTF-8", "");
	if (reply->location)
		sim_answer_header(ans, "Location", json_string_value(reply->location));
	if (org_flag(service->org, "gzip"))
		sim_answer_gzip(ans);
	if (org_flag(service->org, "chunked"))
		sim_answer_chunked(ans);
	reply_done(reply);
}

/* --- who is it --- */

static struct reply check_session(struct service *service, const struct sim_request *req, const char **ret_user)
{
	const char *header = sim_header(req, "authorization");
	const char *token = NULL;
	if (header && strncasecmp(header, "Bearer ", 7) == 0)
		token = header + 7;
	else if (header && strncasecmp(header, "OAuth ", 6) == 0)
		token = header + 6;
	if (sim_query(req, "access_token") || sim_query(req, "oauth_token"))
		org_violation(service->org, "puts its access token into a url");
	if (!token)
		return reply_error(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE");
	if (mishap_is(req->fault, "session_expired"))
		sessions_end_all(service->sessions);
	*ret_user = sessions_use(service->sessions, token, org_number(service->org, "session_calls"));
	if (!*ret_user)
		return reply_error(401, "INVALID_SESSION_ID", "Session expired or invalid");
	if (!rights_has(service->org, *ret_user, "ApiEnabled"))
		return reply_error(403, "API_CURRENTLY_DISABLED", "API is disabled for this User");
	return (struct reply){0};
}

static struct reply check_body(const struct sim_request *req, json_t **ret_body)
{
	const char *type = sim_header(req, "content-type");
	if (req->body_len == 0)
		return (struct reply){0};
	if (!type || strncasecmp(type, "application/json", 16) != 0)
		return reply_error(415, "UNSUPPORTED_MEDIA_TYPE", "Content type specified is not supported: %s",
		                   type ? type : "(none)");
	*ret_body = sim_body_json(req);
	if (!*ret_body)
		return reply_error(400, "JSON_PARSER_ERROR", "Unexpected character in the body");
	return (struct reply){0};
}

/* --- data --- */

static struct reply data(struct service *service, const struct sim_request *req, json_t **body)
{
	struct call call = {.service = service, .method = req->method, .target = req->target, .fault = req->fault};
	struct org *org = service->org;
	if (strlen(req->target) > URI_MAX)
		return reply_error(414, "URI_TOO_LONG", "The URI is longer than %d bytes", URI_MAX);
	struct reply refused = check_session(service, req, &call.user_id);
	if (!refused.status)
		refused = mishap_whole(req->fault);
	if (!refused.status && org_number(org, "api_used") >= org_number(org, "api_limit"))
		refused = reply_error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
	if (!refused.status)
		refused = check_body(req, body);
	if (refused.status)
		return refused;
	call.body = *body;
	int cost = rest_cost(&call);
	json_t *used = json_integer((json_int_t)org_number(org, "api_used") + cost);
	org_switch(org, "api_used", used);
	json_decref(used);
	count(service, "counted", cost);
	return rest_call(&call);
}

static void answer_data(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *body = NULL;
	struct reply reply = data(service, req, &body);
	if (reply.status != 401)
		put_usage(service, ans);
	answer(service, &reply, ans);
	json_decref(body);
}

static void identity(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	const char *user_id = NULL;
	struct reply refused = check_session(service, req, &user_id);
	if (refused.status)
		answer(service, &refused, ans);
	else
		oauth_identity(service, user_id, ans);
}

/* The org lives at another host now; only that one, and the log-in, know it. */
static bool has_moved(struct service *service, const struct sim_request *req)
{
	const char *now_at = org_word(service->org, "instance_host");
	const char *host = sim_header(req, "host");
	return *now_at && host && strncmp(req->path, "/services/data", 14) == 0 &&
	       strncmp(host, now_at, strlen(now_at)) != 0;
}

static void redirect(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	const char *host = sim_header(req, "host");
	json_t *to = sim_jsonf("http://%s%s%s", org_word(service->org, "instance_host"),
	                       strchr(host, ':') ? strchr(host, ':') : "", req->target);
	sim_answer_text(ans, 301, "text/html", "<html><body>The document has moved</body></html>\n");
	sim_answer_header(ans, "Location", json_string_value(to));
	json_decref(to);
}

void front_handle(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	const char *path = req->path;
	later_run(service->later, service->org);
	count(service, req->kind, 1);
	put_date(service, ans);
	mishap_act(service, req->fault);
	if (mishap_page(req->fault, ans)) {
		return;
	}
	if (has_moved(service, req)) {
		redirect(service, req, ans);
	} else if (strcmp(path, "/services/oauth2/token") == 0) {
		oauth_token(service, req, ans);
	} else if (strcmp(path, "/services/oauth2/revoke") == 0) {
		oauth_revoke(service, req, ans);
	} else if (strcmp(path, "/services/data") == 0 || strcmp(path, "/services/data/") == 0) {
		sim_answer_new(ans, 200, rest_versions(service->org));
	} else if (strncmp(path, "/id/", 4) == 0) {
		identity(service, req, ans);
	} else if (strncmp(path, "/lightning/settings/personal/", 29) == 0) {
		sim_answer_text(ans, 200, "text/html", "<html><body>Log in to see your settings</body></html>\n");
	} else if (strncmp(path, "/services/data/", 15) == 0) {
		answer_data(service, req, ans);
	} else {
		struct reply reply = reply_error(404, "NOT_FOUND", "The requested resource does not exist");
		answer(service, &reply, ans);
	}
}

/*
 * mishap.c - the faults by name. "error" takes its text from the rule: code, message, error_status; "act" does what the
 * rule's "acts" say, at that very moment.
 */
#include "tests/sim/salesforce/mishap.h"

#include "tests/sim/salesforce/control.h"

#include <string.h>

static const struct {
	const char *name;
	int status;
	const char *code;
	const char *message;
} named[] = {
    {"limit_total", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."},
    {"limit_concurrent", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."},
    {"lock_row", 400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"},
    {"unavailable", 503, "SERVER_UNAVAILABLE", "The server is currently unavailable"},
    {"unknown", 500, "UNKNOWN_EXCEPTION",
     "An unexpected error occurred. Please include this ErrorId if you contact support: 1-1 (1)"},
    {"query_timeout", 400, "QUERY_TIMEOUT", "Your query request was running for too long."},
    {"no_access", 403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"},
    {"not_for_rest", 401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"},
    {"seat_stolen", 400, "LICENSE_LIMIT_EXCEEDED", "There aren't enough available permission set licenses"},
    {"session_lost", 401, "INVALID_SESSION_ID", "Session expired or invalid"},
    {"not_for_agents", 401, "INVALID_SESSION_ID", "Connected app is not attached to Agent"},
    {"bad_header", 401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"},
    {"wrong_address", 403, "LOGIN_DURING_RESTRICTED_DOMAIN", "cannot log in from current domain"},
    {"wrong_hour", 403, "LOGIN_DURING_RESTRICTED_TIME", "cannot log in during this time"},
    {"policy", 403, "TXN_SECURITY_NO_ACCESS", "The operation you requested is blocked by a security policy."},
    {"api_disabled", 403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization."},
    {"api_off_for_a_while", 403, "API_CURRENTLY_DISABLED", "The API is disabled at the moment"},
    {"org_locked", 403, "ORG_LOCKED", "organization has been locked"},
    {"org_in_maintenance", 503, "ORG_IN_MAINTENANCE", "The organization is in maintenance"},
    {"busy", 503, "TOO_MANY_APEX_REQUESTS", "Unable to process the request at this moment"},
    {"deleted", 404, "ENTITY_IS_DELETED", "entity is deleted"},
    {"not_found", 404, "NOT_FOUND", "The requested resource does not exist"},
    {"no_such_reference", 400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"},
    {"duplicate", 400, "DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates value on record with id"},
    {"wrong_licence", 400, "FIELD_INTEGRITY_EXCEPTION",
     "Can't assign permission set. The user license doesn't allow the permission: Use Inbox"},
    {"still_needed", 400, "FIELD_INTEGRITY_EXCEPTION", "the permission set license is needed by a permission set"},
    {"trigger", 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "A trigger caused an unexpected exception"},
    {"inactive_user", 400, "INACTIVE_OWNER_OR_USER", "operation performed with inactive user"},
    {"no_such_type", 400, "INVALID_TYPE", "sObject type is not supported."},
    {"retired", 410, "UNSUPPORTED_API_VERSION", "This API version is retired"},
};

/* What a gateway says, before Salesforce has seen the request. */
static const struct {
	const char *name;
	int status;
	const char *title;
} pages[] = {
    {"maintenance_page", 503, "We are down for maintenance"},
    {"maintenance_200", 200, "We are down for maintenance"},
    {"no_route", 420, "There is no org at this host"},
    {"bad_gateway", 502, "Bad gateway"},
    {"gone_page", 404, "URL No Longer Exists"},
    {"gateway_timeout", 504, "Gateway timeout"},
};

bool mishap_is(const json_t *fault, const char *name)
{
	return fault && strcmp(sim_text(fault, "do"), name) == 0;
}

static struct reply reply_of(const json_t *fault)
{
	int status = (int)json_integer_value(json_object_get(fault, "error_status"));
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (mishap_is(fault, named[i].name))
			return reply_error(named[i].status, named[i].code, "%s", named[i].message);
	if (mishap_is(fault, "error"))
		return reply_error(status ? status : 400, sim_text(fault, "code"), "%s", sim_text(fault, "message"));
	return (struct reply){0};
}

struct reply mishap_whole(const json_t *fault)
{
	return fault && !json_object_get(fault, "on") ? reply_of(fault) : (struct reply){0};
}

static bool hits(const json_t *fault, const char *method, const char *target)
{
	const char *on = json_string_value(json_object_get(fault, "on"));
	const char *by = json_string_value(json_object_get(fault, "on_method"));
	return on && strstr(target, on) && (!by || strcmp(by, method) == 0);
}

static void act(struct service *service, const json_t *fault)
{
	const char *path;
	json_t *input;
	json_object_foreach (json_object_get(fault, "acts"), path, input) {
		struct reply reply = control_do(service, path, input);
		if (reply.status != 200)
			org_violation(service->org, "the rule's act %s did not work", path);
		reply_done(&reply);
	}
}

void mishap_act(struct service *service, const json_t *fault)
{
	if (mishap_is(fault, "act") && !json_object_get(fault, "on"))
		act(service, fault);
}

struct reply mishap_part(struct service *service, const json_t *fault, const char *method, const char *target)
{
	if (!hits(fault, method, target))
		return (struct reply){0};
	if (mishap_is(fault, "act"))
		act(service, fault);
	return reply_of(fault);
}

bool mishap_page(const json_t *fault, struct sim_answer *ans)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (!mishap_is(fault, pages[i].name))
			continue;
		json_t *page = sim_jsonf("<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n",
		                         pages[i].title, pages[i].title);
		sim_answer_text(ans, pages[i].status, "text/html", json_string_value(page));
		json_decref(page);
		return true;
	}
	return false;
}

/*
 * mishap.c - the faults by name. "error" takes its text from the rule: code, message, error_status.
 */
#include "tests/sim/salesforce/mishap.h"

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

struct reply mishap_part(const json_t *fault, const char *method, const char *target)
{
	const char *on = json_string_value(json_object_get(fault, "on"));
	const char *by = json_string_value(json_object_get(fault, "on_method"));
	if (!on || !strstr(target, on) || (by && strcmp(by, method) != 0))
		return (struct reply){0};
	return reply_of(fault);
}

const char *mishap_page(void)
{
	return "<html><head><title>We are down for maintenance</title></head>"
	       "<body><h1>Salesforce is temporarily unavailable</h1></body></html>\n";
}

/*
 * reply.c - building replies.
 */
#include "tests/sim/salesforce/reply.h"
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdio.h>

struct reply reply_json(int status, json_t *body)
{
	return (struct reply){.status = status, .body = body};
}

struct reply reply_empty(int status)
{
	return (struct reply){.status = status};
}

struct reply reply_error(int status, const char *code, const char *format, ...)
{
	char message[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return reply_json(status, json_pack("[{s:s, s:s}]", "message", message, "errorCode", code));
}

struct reply reply_field_error(const char *code, const char *field, const char *message)
{
	return reply_json(400,
	                  json_pack("[{s:s, s:s, s:[s]}]", "message", message, "errorCode", code, "fields", field));
}

bool reply_failed(const struct reply *reply)
{
	return reply->status >= 400;
}

const char *reply_code(const struct reply *reply)
{
	return sim_text(json_array_get(reply->body, 0), "errorCode");
}

const char *reply_message(const struct reply *reply)
{
	return sim_text(json_array_get(reply->body, 0), "message");
}

void reply_done(struct reply *reply)
{
	json_decref(reply->body);
	json_decref(reply->location);
	*reply = (struct reply){0};
}

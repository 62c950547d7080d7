/*
 * reply.h - what a REST resource answers, before it becomes HTTP or a part of a composite.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct reply {
	int status;
	json_t *body;     /* owned; NULL: none */
	json_t *location; /* owned; the url of what was created, or NULL */
};

/* Takes `body` over. */
struct reply reply_json(int status, json_t *body);
struct reply reply_empty(int status);
/* [{"message", "errorCode"}], as every Salesforce error looks. */
struct reply reply_error(int status, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with "fields": [field]. */
struct reply reply_field_error(const char *code, const char *field, const char *message);
bool reply_failed(const struct reply *reply);
/* Of a failed reply. */
const char *reply_code(const struct reply *reply);
const char *reply_message(const struct reply *reply);
void reply_done(struct reply *reply);

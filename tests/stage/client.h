/*
 * stage/client.h - a blocking HTTP client for loopback, for tests and the demo alone.
 *
 * One connection a request. What goes wrong below HTTP is an answer with status 0.
 */
#pragma once

#include <stddef.h>

struct client_answer {
	int status; /* 0: no answer */
	char *body; /* NUL-terminated; the caller frees it with client_answer_done() */
	size_t len;
};

/* `body` NULL: none; else it is sent as application/json. Gives up after `timeout_ms` without a byte. */
struct client_answer client_ask(int port, const char *method, const char *path, const char *body, int timeout_ms);
void client_answer_done(struct client_answer *answer);

/* Adds `text` to a query string, escaped. Returns the new length, at most size - 1. */
size_t client_escape(char *out, size_t size, const char *text);

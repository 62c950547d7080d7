/*
 * support/scripted_server.h - an HTTP server in a thread that answers by a script, one request after the other.
 *
 * For tests of a client's flow: each rule says which request it is for and what
 * the answer is. The first rule that fits, and has not been used up, answers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct scripted_server;

struct scripted_rule {
	const char *request; /* contained in "METHOD /path?query" */
	const char *body;    /* contained in the body; NULL: any */
	int times;           /* how often it answers; 0: always */
	int status;          /* 0: the connection is closed instead */
	const char *headers; /* lines, each ended by \r\n; NULL: none */
	const char *answer;  /* NULL: "" */
};

struct scripted_server *scripted_server_new(void);
void scripted_server_free(struct scripted_server *server); /* ends its thread */
int scripted_server_port(const struct scripted_server *server);
/* Rules added later come later. The texts have to live as long as the server. */
void scripted_server_add(struct scripted_server *server, const struct scripted_rule *rule);
/* How many requests contained this text in "METHOD /path", headers or body. */
int scripted_server_count(struct scripted_server *server, const char *text);
/* A copy of the n-th such request, counted from 0, headers and body; the caller frees. NULL if there is none. */
char *scripted_server_request(struct scripted_server *server, const char *text, int n);

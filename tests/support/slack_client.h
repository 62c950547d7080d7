/*
 * support/slack_client.h - the real client of bot/slack with short times, opposite a hostile_peer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/slack/slack.h"
#include "tests/support/hostile_peer.h"

struct slack_client {
	struct hostile_peer *peer;
	char ca_path[40];
	struct loop *loop;
	struct http *http;
	struct slack *slack;
	unsigned alive;  /* envelopes with the text "alive" */
	unsigned unsent; /* acknowledgements that were refused */
	unsigned gaps;
	int64_t longest_turn_ms; /* how long the loop did not come round, at worst */
	/* inner */
	struct secret *token;
	struct loop_timer *tick;
	int64_t until_ms, ticked_ms;
	bool (*is_done)(const struct slack_client *c);
	bool stopped;
};

/* The peer's ca_path is filled in where it has to speak TLS. api_host: of the calls; NULL: localhost. */
void slack_client_begin(struct slack_client *c, const struct hostile_options *peer, bool tls, const char *api_host);
/* Turns the loop until is_done (NULL: never), for at most `ms`; returns how long it took. */
int64_t slack_client_turn(struct slack_client *c, bool (*is_done)(const struct slack_client *c), int64_t ms);
struct slack_figures slack_client_figures(const struct slack_client *c);
/* Politely; returns how long the sockets took to end. */
int64_t slack_client_end(struct slack_client *c);

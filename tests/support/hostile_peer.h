/*
 * support/hostile_peer.h - a Slack that answers calls and misbehaves on its sockets, by script.
 *
 * Threads of the test's own process. apps.connections.open and auth.test are
 * answered well; of the sockets the first ones follow a script of
 * hostile_scripts.c, all later ones say hello, bring one envelope and behave.
 */
#pragma once

#include <stdbool.h>

#include "tests/support/certificates.h"

/* What becomes of a client that meets the script. */
enum hostile_outcome {
	HOSTILE_LOST,  /* it has to give the socket up, and to come back to life on the next one */
	HOSTILE_LIVES, /* it takes no harm: the script's envelope comes */
	HOSTILE_LEAVES, /* it replaces the socket without a loss, and answers on it to the end: two envelopes come there */
	HOSTILE_EITHER, /* that is the WebSocket library's decision */
};

enum hostile_step_kind {
	STEP_END,     /* of the script: the connection is closed */
	STEP_UPGRADE, /* 101, as it should be */
	STEP_SAY,     /* `text`, as it is; $K in it is the Sec-WebSocket-Accept */
	STEP_HEADER,  /* a header of `n` bytes */
	STEP_DRIP,    /* `text`, `n` bytes, one at a time */
	STEP_RAW,     /* `text`, `n` bytes */
	STEP_FRAME,   /* a frame with this first byte and `text` */
	STEP_LARGE,   /* an envelope of `n` bytes, in pieces of `piece` with pings between; 0: in one frame */
	STEP_REPEAT,  /* `n` frames with this first byte and `text`, which may hold one %d */
	STEP_REST,    /* `n` ms */
	STEP_RESET,   /* the connection ends with an RST */
	STEP_BEHAVE,  /* pings and Close are answered, until the client goes */
	STEP_MUTE,    /* everything is read and nothing answered, until the client goes */
	STEP_DEAF,    /* nothing is read any more, for 3 s at most */
	STEP_PINGING, /* as MUTE, with a ping every 50 ms for 1.5 s; then BEHAVE */
};

struct hostile_step {
	enum hostile_step_kind kind;
	int first; /* of a frame */
	const char *text;
	int n, piece;
};

struct hostile_script {
	const char *name;
	enum hostile_outcome outcome;
	const char *reason; /* contained in what the client says about it; NULL: anything */
	struct hostile_step steps[10];
};

/* hostile_scripts.c; NULL: there are no more. */
const struct hostile_script *hostile_script(unsigned index);
const struct hostile_script *hostile_script_named(const char *name);

struct hostile_options {
	const struct hostile_script *script; /* NULL: all sockets behave */
	unsigned times;                      /* so many sockets follow it */
	const char *ca_path;                 /* NULL: plain; else TLS, and the authority is written there */
	enum certificate certificate;
	bool mute_tls;    /* the script's sockets accept TCP and never answer the TLS handshake */
	const char *host; /* of the addresses that are given out; NULL: localhost */
	int link_port;    /* in them, with TLS: of another peer, for this one answers calls only; 0: its own */
};

struct hostile_peer;

struct hostile_peer *hostile_peer_new(const struct hostile_options *options);
void hostile_peer_free(struct hostile_peer *peer); /* ends its threads */
int hostile_peer_port(const struct hostile_peer *peer);
unsigned hostile_peer_opens(const struct hostile_peer *peer);  /* calls of apps.connections.open */
unsigned hostile_peer_links(const struct hostile_peer *peer);  /* upgrades that were asked for */
unsigned hostile_peer_closes(const struct hostile_peer *peer); /* Close frames that came */
unsigned hostile_peer_acks(const struct hostile_peer *peer);   /* texts that came */

/*
 * bench/peer.h - a lean Slack for load: Socket Mode and the few methods of the Web API that a repair needs.
 *
 * It says yes to everything and checks nothing (that is tests/sim/slack's work), on one thread of its own, so that what
 * is measured is eacbot and not the fake. All functions are for one thread of the caller; they block.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct peer;

/* Listens on a free port of 127.0.0.1. NULL: the system did not let it, and errno says why. */
struct peer *peer_new(void);
/* Its connections are cut. NULL is fine. */
void peer_free(struct peer *peer);

int peer_port(const struct peer *peer);
/* Calls of the Web API so far. */
uint64_t peer_calls(struct peer *peer);
/* The next socket that is greeted is the first again. */
void peer_forget_hello(struct peer *peer);
/* When (CLOCK_MONOTONIC, in ns) the first socket since was greeted; 0: none within the time. */
int64_t peer_await_hello(struct peer *peer, int timeout_ms);

/* Slash commands at an even pace, whether or not earlier ones were acknowledged. */
struct volley {
	const char *words; /* after /eac; "%u" in it becomes 1, 2, 3 … */
	unsigned rate;     /* a second; 0: all at once */
	unsigned count;
	/* Before this one, 0 being never, every socket is told to be refreshed and gets no command any more. */
	unsigned refresh_before;
};

/*
 * From the moment a command was given to its socket, or, where it found none, was due, until its acknowledgement was
 * read.
 */
struct volley_result {
	unsigned acked;
	double p50_ms, p99_ms, max_ms;
	double seconds; /* from the first command to the last acknowledgement */
};

/* Returns when all are acknowledged, or 30 s after the last was sent. There has to be a live socket. */
void peer_fire(struct peer *peer, const struct volley *volley, struct volley_result *ret);

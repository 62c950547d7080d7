/*
 * slack/socket_states.h - the life of one socket: its states, its events, and the one table of moves. Private to this
 * folder.
 *
 * A pair that is not in the table changes nothing. There is no state that ends
 * trying: when a socket is CLOSED, socket_set.c decides about the next one.
 */
#pragma once

/* name, may it bring envelopes?, does it count as a dial in flight? */
#define SOCKET_STATES(X) \
	X(OPENING, false, true)   /* apps.connections.open is asked for an address */ \
	X(RESOLVING, false, true) /* the address's host is looked up */ \
	X(DIALING, false, true)   /* TCP, TLS, upgrade */ \
	X(WAIT_HELLO, true, true) /* upgraded; only hello makes it live */ \
	X(LIVE, true, false) \
	X(REPLACING, true, false) /* live, but soon at its end: a replacement is being made */ \
	X(DRAINING, true, false)  /* the replacement is live: acknowledge what came, then close */ \
	X(CLOSING, false, false)  /* our Close is under way */ \
	X(CLOSED, false, false)

#define SOCKET_EVENTS(X) \
	X(URL)     /* the address came */ \
	X(ADDRESS) /* a numeric address that accepts TCP, or a proxy */ \
	X(UPGRADED) \
	X(HELLO) \
	X(AGED)     /* it said so (warning, refresh_requested), or nine tenths of its announced life are over */ \
	X(REPLACED) /* another socket took over */ \
	X(CLOSE)    /* we want it closed */ \
	X(GONE)     /* it ended, by whomever */

/* state, event, next state */
#define SOCKET_MOVES(X) \
	X(OPENING, URL, RESOLVING) \
	X(OPENING, CLOSE, CLOSED) \
	X(OPENING, GONE, CLOSED) \
	X(RESOLVING, ADDRESS, DIALING) \
	X(RESOLVING, CLOSE, CLOSED) \
	X(RESOLVING, GONE, CLOSED) \
	X(DIALING, UPGRADED, WAIT_HELLO) \
	X(DIALING, CLOSE, CLOSING) \
	X(DIALING, GONE, CLOSED) \
	X(WAIT_HELLO, HELLO, LIVE) \
	X(WAIT_HELLO, AGED, CLOSING) /* a disconnect instead of hello */ \
	X(WAIT_HELLO, CLOSE, CLOSING) \
	X(WAIT_HELLO, GONE, CLOSED) \
	X(LIVE, AGED, REPLACING) \
	X(LIVE, CLOSE, CLOSING) \
	X(LIVE, GONE, CLOSED) \
	X(REPLACING, REPLACED, DRAINING) \
	X(REPLACING, CLOSE, CLOSING) \
	X(REPLACING, GONE, CLOSED) \
	X(DRAINING, CLOSE, CLOSING) \
	X(DRAINING, GONE, CLOSED) \
	X(CLOSING, GONE, CLOSED)

enum socket_state {
#define X(name, brings, dials) SOCKET_##name,
	SOCKET_STATES(X)
#undef X
	    SOCKET_STATE_COUNT
};

enum socket_event {
#define X(name) SOCKET_EVENT_##name,
	SOCKET_EVENTS(X)
#undef X
	    SOCKET_EVENT_COUNT
};

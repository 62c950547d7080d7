/*
 * slack/socket_wire.h - one WebSocket connection: whole texts in, whole frames out. Private to this folder.
 *
 * RFC 6455 by libwebsockets. What a text means, when to connect and when to
 * give up is not known here. Every callback comes later, from the loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/http/http.h"
#include "bot/loop/loop.h"
#include "bot/slack/socket_url.h"

struct wires; /* the settings that connections share: authorities, proxy */
struct wire;

struct wire_callbacks {
	void (*open)(void *arg);                               /* upgraded: texts may come and go */
	void (*text)(void *arg, const char *text, size_t len); /* NUL-terminated; valid during the call */
	void (*heard)(void *arg);                              /* any sign of life, before `text` */
	/*
	 * The end, exactly once, whatever the reason. `status` is what an upgrade was refused with, else 0. `reason` is
	 * for a log.
	 */
	void (*closed)(void *arg, int status, const char *reason);
};

/* Authorities are those of `http`, which outlives the wires. */
struct wires *wires_new(struct loop *loop, struct http *http);
/* Its authorities have changed: for connections from now on. */
void wires_renew_tls(struct wires *wires);
void wires_free(struct wires *wires); /* after its wires; NULL is fine */

/*
 * Connects. `address` is a numeric address of the URL's host, or NULL when `proxy` ("address:port" or
 * "user:pw@address:port", decoded) is to find it: the library would block on a name. On failure *ret is untouched and no
 * callback comes.
 */
enum errc wire_connect(struct wire **ret, struct wires *wires, const struct socket_url *url, const char *address,
                       const char *proxy, const struct wire_callbacks *callbacks, void *arg,
                       struct err *reterr) MUST_CHECK;
/*
 * One text frame, in order, before any ping; never fragmented. ABORTED: it is closing or closed. A peer that lets
 * a MiB of them wait is cut.
 */
enum errc wire_send(struct wire *wire, const char *text, size_t len) MUST_CHECK;
bool wire_has_unsent(const struct wire *wire);
/*
 * Bytes that came from the other side so far, by the kernel's count: pings are answered inside the library and seen
 * nowhere else. 0 where the kernel does not tell.
 */
uint64_t wire_received_bytes(const struct wire *wire);
void wire_ping(struct wire *wire);
/* Sends what waits, then Close with this code; what comes in meanwhile is dropped. `closed` follows when the peer
 * agrees. */
void wire_close(struct wire *wire, int code, const char *reason);
/* Ends it now, without politeness; `closed` follows in the next turn. */
void wire_kill(struct wire *wire);
/* Frees it without a further callback; a connection that still stands is cut. Not from inside a callback. NULL is fine.
 */
void wire_free(struct wire *wire);

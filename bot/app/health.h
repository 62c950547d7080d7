/*
 * app/health.h - /healthz, /readyz and /metrics over HTTP.
 *
 * libmicrohttpd without a thread of its own: its epoll descriptor sits in the
 * loop. What is answered is asked from the owner at that moment.
 */
#pragma once

#include <stdbool.h>

#include "bot/base/buf.h"
#include "bot/loop/loop.h"

struct health;

struct health_options {
	struct loop *loop;
	const char *host; /* an address or name; brackets around IPv6 are fine */
	int port;         /* 0: any free one, see health_port */
	/* Writes the JSON body; true: ready. */
	bool (*ready)(void *arg, struct buf *body);
	void (*metrics)(void *arg, struct buf *body);
	void *arg;
};

/* BUSY: the port is taken. INVALID: no such address. IO otherwise. */
enum errc health_new(struct health **ret, const struct health_options *options, struct err *reterr) MUST_CHECK;
/* Before loop_free; NULL is fine. */
void health_free(struct health *health);
int health_port(const struct health *health);

/*
 * support/connect_proxy.h - an HTTP proxy in threads that knows CONNECT only, and leads every host to this machine.
 */
#pragma once

#include <stdbool.h>

struct connect_proxy;

struct connect_proxy_options {
	const char *login;  /* "user:password" that it wants; NULL: none */
	const char *refuse; /* the status line's end ("403 Forbidden") of all answers; NULL: it connects */
	bool mute;          /* CONNECT is never answered */
};

struct connect_proxy *connect_proxy_new(const struct connect_proxy_options *options);
void connect_proxy_free(struct connect_proxy *proxy); /* ends its threads */
int connect_proxy_port(const struct connect_proxy *proxy);
/* How often CONNECT asked for this "host:port" prefix. */
unsigned connect_proxy_count(struct connect_proxy *proxy, const char *target);

/*
 * config/url.h - the few URLs of a configuration, taken apart strictly. Pure.
 *
 * Not a general parser: a URL with a user, a query or a fragment is refused,
 * since none of the keys can use one.
 */
#pragma once

#include <stdbool.h>

/* http or https, a host, perhaps a port, a path; no user, query or fragment. */
struct config_url {
	bool https;
	bool loopback; /* localhost, 127.x.x.x, [::1] */
	char host[256];
	const char *path; /* in the parsed text; "" or from the first '/' */
};
bool config_url_parse(struct config_url *ret, const char *text);

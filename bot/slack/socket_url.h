/*
 * slack/socket_url.h - the address of a socket, read and judged. Pure. Private to this folder.
 *
 * The URL carries a ticket that opens the socket: it goes to Slack's hosts and
 * nowhere else, is used once, and is never logged.
 */
#pragma once

#include <stdbool.h>

#include "bot/base/err.h"

struct socket_url {
	bool tls;
	char host[128]; /* without brackets */
	int port;
	char path[2001]; /* with the query, exactly as received: longer ones are cut silently by libwebsockets */
};

/*
 * INVALID: unreadable, too long, or not wss:// to slack.com or slack-gov.com. `allow_loopback`: ws:// and wss:// to
 * this machine are fine too.
 */
enum errc socket_url_parse(struct socket_url *ret, const char *url, bool allow_loopback, struct err *reterr) MUST_CHECK;
/* localhost, 127.0.0.0/8 or ::1, without brackets. */
bool socket_url_is_loopback(const char *host);
/* Is the host of this http(s) URL a loopback one? */
bool socket_url_points_home(const char *url);

/*
 * slack/socket_url.c - the address of a socket, read and judged.
 */
#include "bot/slack/socket_url.h"

#include <arpa/inet.h>
#include <string.h>

#include "bot/base/text.h"

/* 1 to 65535, or 0 when it is no port. */
static int port_of(const char *digits, size_t len)
{
	int port = 0;

	if (!len || len > 5)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return 0;
		port = 10 * port + (digits[i] - '0');
	}
	return port < 65536 ? port : 0;
}

/* Reads "host", "host:port" or "[v6]:port" of `len` bytes. */
static bool read_authority(struct socket_url *u, const char *s, size_t len, int default_port)
{
	bool brackets = len && s[0] == '[';
	const char *end = brackets ? memchr(s, ']', len) : memchr(s, ':', len);
	const char *host = s + brackets, *rest;
	size_t host_len;

	if (brackets && !end)
		return false;
	host_len = end ? (size_t)(end - host) : len;
	rest = host + host_len + brackets;
	if (!host_len || host_len >= sizeof(u->host) || memchr(s, '@', len))
		return false;
	memcpy(u->host, host, host_len);
	u->host[host_len] = '\0';
	len -= (size_t)(rest - s);
	u->port = !len ? default_port : rest[0] == ':' ? port_of(rest + 1, len - 1) : 0;
	return u->port != 0;
}

/* Nothing that could end the request line or smuggle a header. */
static bool is_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F)
			return false;
	return true;
}

/* In the form "scheme://authority/path". */
static bool read_url(struct socket_url *u, const char *url, const char *scheme, int default_port)
{
	const char *authority;
	size_t len;

	if (!text_starts(url, scheme) || !is_clean(url))
		return false;
	authority = url + strlen(scheme);
	len = strcspn(authority, "/?#");
	if (!read_authority(u, authority, len, default_port))
		return false;
	if (strchr(authority, '#') || (authority[len] && authority[len] != '/'))
		return false;
	return text_copy(u->path, sizeof(u->path), authority[len] ? authority + len : "/");
}

bool socket_url_is_loopback(const char *host)
{
	struct in_addr v4;

	if (text_ieq(host, "localhost") || text_eq(host, "::1"))
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

bool socket_url_points_home(const char *url)
{
	struct socket_url u;

	return (read_url(&u, url, "http://", 80) || read_url(&u, url, "https://", 443)) &&
	       socket_url_is_loopback(u.host);
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && text_ieq(s + len - end_len, end);
}

static bool is_slacks(const char *host)
{
	return ends_with(host, ".slack.com") || ends_with(host, ".slack-gov.com");
}

enum errc socket_url_parse(struct socket_url *ret, const char *url, bool allow_loopback, struct err *reterr)
{
	struct socket_url u = {.tls = true};

	if (!read_url(&u, url, "wss://", 443)) {
		u.tls = false;
		if (!read_url(&u, url, "ws://", 80))
			return err_set(reterr, ERR_INVALID, "Slack gave a socket address that can't be read");
	}
	if (!(u.tls && is_slacks(u.host)) && !(allow_loopback && socket_url_is_loopback(u.host)))
		return err_set(reterr, ERR_INVALID, "Slack gave a socket address that is not Slack's: %s", u.host);
	*ret = u;
	return OK;
}

/*
 * config/url.c - the few URLs of a configuration, taken apart strictly; see url.h.
 */
#include "config/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "bot/base/text.h"

static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return text_ieq(host, "localhost");
}

/* The host at s, brackets of IPv6 taken off; returns what follows, NULL when it is none. */
static const char *take_host(char *out, size_t size, const char *s)
{
	bool bracket = *s == '[';
	const char *begin = bracket ? s + 1 : s;
	size_t n = bracket ? strcspn(begin, "]") : strcspn(begin, ":/");
	struct in6_addr v6;

	if (n == 0 || n >= size)
		return NULL;
	memcpy(out, begin, n);
	out[n] = '\0';
	if (bracket)
		return begin[n] == ']' && inet_pton(AF_INET6, out, &v6) == 1 ? begin + n + 1 : NULL;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)out[i]) && out[i] != '.' && out[i] != '-')
			return NULL;
	return begin + n;
}

/* What follows the port; NULL when it is none. */
static const char *take_port(const char *s)
{
	unsigned port = 0;
	int digits = 0;

	if (*s != ':')
		return s;
	for (s++; isdigit((unsigned char)*s) && digits < 6; s++, digits++)
		port = port * 10 + (unsigned)(*s - '0');
	return digits > 0 && port > 0 && port <= 65535 ? s : NULL;
}

bool config_url_parse(struct config_url *ret, const char *text)
{
	bool https = text_starts(text, "https://");
	const char *s = text + strlen(https ? "https://" : "http://");

	memset(ret, 0, sizeof(*ret));
	if (!https && !text_starts(text, "http://"))
		return false;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("?#@\\\"<>", *c))
			return false;
	s = take_host(ret->host, sizeof(ret->host), s);
	s = s ? take_port(s) : NULL;
	if (!s || (*s && *s != '/'))
		return false;
	ret->https = https;
	ret->loopback = is_loopback(ret->host);
	ret->path = s;
	return true;
}

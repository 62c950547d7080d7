/*
 * http/http_url.c - which URLs may be asked, and through which proxy.
 *
 * Plain http is for loopback addresses only (tests, a local relay): a token
 * must never travel in the clear. Proxies are plain HTTP ones (CONNECT); the
 * loopback is always reached directly.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/http/http_private.h"

static bool is_loopback(const char *host)
{
	if (!host)
		return false;
	return text_ieq(host, "localhost") || text_eq(host, "::1") || text_eq(host, "[::1]") ||
	       (text_starts(host, "127.") && strspn(host, "0123456789.") == strlen(host));
}

struct address {
	unsigned char bytes[16];
	unsigned bits; /* 32 or 128; 0: it is none */
};

static struct address read_address(const char *text)
{
	struct address a = {.bits = 0};

	if (inet_pton(AF_INET, text, a.bytes) == 1)
		a.bits = 32;
	else if (inet_pton(AF_INET6, text, a.bytes) == 1)
		a.bits = 128;
	return a;
}

/* Whether the first `bits` bits are the same. */
static bool shares_bits(const struct address *a, const struct address *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (a->bits != b->bits || bits > a->bits || memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

/* "10.0.0.1", "10.0.0.0/8", "::1". */
static bool covers_address(const char *word, const struct address *host)
{
	size_t len = strcspn(word, "/");
	AUTO_FREE char *text = mem_strndup(word, len);
	struct address network = read_address(text);
	char *end = NULL;
	unsigned long bits = word[len] ? strtoul(word + len + 1, &end, 10) : network.bits;

	return network.bits && (!end || (end > word + len + 1 && !*end)) && shares_bits(&network, host, (unsigned)bits);
}

static bool covers_name(const char *word, const char *host)
{
	size_t len, host_len = strlen(host);

	if (word[0] == '*' && word[1] == '.')
		word++;
	if (word[0] == '.')
		word++;
	len = strlen(word);
	if (len == 0 || len > host_len || !text_ieq(host + host_len - len, word))
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

/* Cuts ":443" off, and brackets; the port, or 0 where there is none. */
static long cut_port(char *word)
{
	char *bracket = strchr(word, ']'), *colon = bracket ? strchr(bracket, ':') : strchr(word, ':');
	long port = 0;

	if (colon && (bracket || !strchr(colon + 1, ':'))) {
		port = strtol(colon + 1, NULL, 10);
		*colon = '\0';
	}
	if (word[0] == '[' && bracket) {
		memmove(bracket, bracket + 1, strlen(bracket)); /* "[fd00::]/8" */
		memmove(word, word + 1, strlen(word));
	}
	return port;
}

/* Whether one word of NO_PROXY covers the host. */
static bool covers(const char *begin, size_t len, const char *host, int port)
{
	AUTO_FREE char *word = mem_strndup(begin, len);
	struct address address = read_address(host);
	long only = cut_port(word);

	if (only != 0 && only != port)
		return false;
	if (text_eq(word, "*"))
		return true;
	return address.bits ? covers_address(word, &address) : covers_name(word, host);
}

static bool is_excepted(const char *list, const char *host, int port)
{
	while (list && *list) {
		size_t len = strcspn(list, ", \t");

		if (len > 0 && covers(list, len, host, port))
			return true;
		list += len + strspn(list + len, ", \t");
	}
	return false;
}

static const char *environment(const char *lower, const char *upper)
{
	const char *value = getenv(lower);

	return value ? value : getenv(upper);
}

char *http_proxy_for(const char *host, int port)
{
	const char *proxy = environment("https_proxy", "HTTPS_PROXY");
	const char *scheme_end;
	const char *last_colon;
	size_t len;

	if (text_empty(proxy) || is_loopback(host) || is_excepted(environment("no_proxy", "NO_PROXY"), host, port))
		return NULL;
	scheme_end = strstr(proxy, "://");
	if (scheme_end)
		proxy = scheme_end + 3;
	len = strcspn(proxy, "/?#");
	last_colon = memrchr(proxy, ':', len);
	/* A colon before '@' parts user and password, one before ']' is of an address. */
	if (last_colon && !memchr(last_colon, '@', len - (size_t)(last_colon - proxy)) &&
	    !memchr(last_colon, ']', len - (size_t)(last_colon - proxy)))
		return mem_strndup(proxy, len);
	return mem_printf("%.*s:1080", (int)len, proxy); /* curl's default port */
}

void http_proxy_read(const char *proxy, char **ret_login, char **ret_host, int *ret_port)
{
	const char *at = strrchr(proxy, '@'), *authority = at ? at + 1 : proxy, *colon = strrchr(authority, ':');
	AUTO_FREE char *encoded = at ? mem_strndup(proxy, (size_t)(at - proxy)) : mem_strdup("");
	bool brackets = authority[0] == '[' && colon && colon[-1] == ']';
	char *decoded = curl_easy_unescape(NULL, encoded, 0, NULL);

	*ret_login = mem_strdup(decoded ? decoded : encoded);
	*ret_port = colon ? (int)strtol(colon + 1, NULL, 10) : 0;
	if (!colon)
		*ret_host = mem_strdup(authority);
	else
		*ret_host = mem_strndup(authority + brackets, (size_t)(colon - authority) - 2 * brackets);
	if (decoded)
		mem_wipe(decoded, strlen(decoded));
	mem_wipe(encoded, strlen(encoded));
	curl_free(decoded);
}

static enum errc check_parts(const char *scheme, const char *host, const char *user, bool allow_plain,
                             struct err *reterr)
{
	if (user)
		return err_set(reterr, ERR_INVALID, "a URL with a login in it is refused");
	if (text_eq(scheme, "https"))
		return OK;
	if (!text_eq(scheme, "http"))
		return err_set(reterr, ERR_INVALID, "%s: is refused, only https is spoken", scheme);
	if (!allow_plain || !is_loopback(host))
		return err_set(reterr, ERR_INVALID, "http:// to %s is refused", host);
	return OK;
}

enum errc url_check(const char *url, bool allow_plain, char **ret_proxy, struct err *reterr)
{
	CURLU *parsed = curl_url();
	char *scheme = NULL;
	char *host = NULL;
	char *user = NULL;
	char *port = NULL;
	enum errc rc;

	if (!parsed || !url || curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
		rc = err_set(reterr, ERR_INVALID, "the URL can't be read");
	} else {
		curl_url_get(parsed, CURLUPART_USER, &user, 0);
		rc = check_parts(scheme, host, user, allow_plain, reterr);
	}
	if (rc == OK && scheme && host) {
		AUTO_FREE char *proxy = NULL;

		curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
		if (text_eq(scheme, "https"))
			proxy = http_proxy_for(host, port ? (int)strtol(port, NULL, 10) : 443);

		*ret_proxy = proxy ? mem_printf("http://%s", proxy) : mem_strdup("");
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(port);
	curl_url_cleanup(parsed);
	return rc;
}

/*
 * http/http_url.c - which URLs may be asked, and through which proxy.
 *
 * Plain http is for loopback addresses only (tests, a local relay): a token
 * must never travel in the clear. Proxies are plain HTTP ones (CONNECT); the
 * loopback is always reached directly.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* Whether one word of NO_PROXY covers the host: itself, or a domain it lies in. */
static bool covers(const char *word, size_t len, const char *host)
{
	size_t host_len = strlen(host);

	if (len == 1 && word[0] == '*')
		return true;
	if (len > 0 && word[0] == '.') {
		word++;
		len--;
	}
	if (len == 0 || len > host_len || strncasecmp(host + host_len - len, word, len) != 0)
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

static bool is_excepted(const char *list, const char *host)
{
	while (list && *list) {
		size_t len = strcspn(list, ", \t");

		if (len > 0 && covers(list, len, host))
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

char *http_proxy_for(const char *host)
{
	const char *proxy = environment("https_proxy", "HTTPS_PROXY");
	const char *scheme_end;
	const char *last_colon;
	size_t len;

	if (text_empty(proxy) || is_loopback(host) || is_excepted(environment("no_proxy", "NO_PROXY"), host))
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
		AUTO_FREE char *proxy = text_eq(scheme, "https") ? http_proxy_for(host) : NULL;

		*ret_proxy = proxy ? mem_printf("http://%s", proxy) : mem_strdup("");
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(parsed);
	return rc;
}

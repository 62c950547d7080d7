/*
 * salesforce/instance.c - see instance.h. The URL is read by hand and
 * strictly: what is not plainly a host is refused.
 */
#include "salesforce/instance.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/text.h"

/* My Domain hosts of all clouds; the right ends, each after a dot. */
static const char *const domains[] = {
    "salesforce.com", "force.com",        "cloudforce.com", "salesforce.mil",
    "crmforce.mil",   "sfcrmproducts.cn", "sfcrmapps.cn",
};

/* Copies the host of http[s]://host[:port]; false for anything else, a trailing path or slash included. */
static bool host_of(const char *url, char *out, size_t size)
{
	const char *host = text_starts(url, "https://") ? url + 8 : text_starts(url, "http://") ? url + 7 : NULL;
	size_t len, digits;

	if (!host)
		return false;
	len = *host == '[' ? strspn(host, "[]0123456789abcdefABCDEF:.")
	                   : strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
	if (*host == '[')
		len = strcspn(host, "]") + 1 <= len ? strcspn(host, "]") + 1 : 0;
	if (len == 0 || len >= size)
		return false;
	snprintf(out, size, "%.*s", (int)len, host);
	host += len;
	if (*host == '\0')
		return true;
	digits = *host == ':' ? strspn(host + 1, "0123456789") : 0;
	return digits >= 1 && digits <= 5 && host[1 + digits] == '\0';
}

bool instance_is_loopback(const char *url)
{
	char host[256];

	if (!host_of(url, host, sizeof(host)))
		return false;
	if (text_ieq(host, "localhost") || strcmp(host, "[::1]") == 0)
		return true;
	return text_starts(host, "127.") && strspn(host, "0123456789.") == strlen(host);
}

static bool is_salesforce(const char *host)
{
	size_t len = strlen(host);

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		size_t tail = strlen(domains[i]);

		if (len > tail + 1 && host[len - tail - 1] == '.' && text_ieq(host + len - tail, domains[i]))
			return true;
	}
	return false;
}

enum errc instance_check(const char *url, bool loopback_allowed, struct err *reterr)
{
	char host[256];

	if (!host_of(url, host, sizeof(host)))
		return err_set(reterr, ERR_AUTH, "the login was answered with an instance that is no plain address");
	if (instance_is_loopback(url)) {
		if (loopback_allowed)
			return OK;
		return err_set(reterr, ERR_AUTH, "the login was answered with this machine as the instance");
	}
	if (!text_starts(url, "https://") || !is_salesforce(host))
		return err_set(reterr, ERR_AUTH, "the login was answered with %s, which is not Salesforce's", host);
	return OK;
}

/*
 * app/doctor_network.c - the doctor's way to the two services: names, connections, certificates; and the deep link.
 *
 * Asked first of each service, for whoever can't reach it at all should not read about tokens.
 */
#include "bot/app/doctor_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/text.h"
#include "salesforce/sf_id.h"

static const char reach_fix[] = "let this machine resolve and reach that host, or set HTTPS_PROXY";
static const char tls_fix[] =
    "a company proxy's authority belongs into tls.ca_file; else look at this machine's clock and "
    "its ca-certificates";

/* Of "https://host[:port]/..."; false for anything else. */
static bool read_host(const char *url, char host[static 200], int *ret_port)
{
	bool tls = text_starts(url, "https://");
	const char *s = url + strlen(tls ? "https://" : "http://");
	size_t n;
	long port = tls ? 443 : 80;

	if (!tls && !text_starts(url, "http://"))
		return false;
	n = strcspn(s, ":/?");
	if (n == 0 || n >= 200)
		return false;
	if (s[n] == ':')
		port = strtol(s + n + 1, NULL, 10);
	snprintf(host, 200, "%.*s", (int)n, s);
	*ret_port = (int)port;
	return port > 0 && port <= 65535;
}

/* Answered at all, with any status: then the certificate was good. */
static bool judge_tls(struct doctor *d, const char *check, const char *url, const struct http_answer *answer)
{
	if (answer->code != OK) {
		findings_add(d->findings, FINDING_FAILED, check,
		             strcasestr(answer->reason, "certificate") ? tls_fix : reach_fix, "%s", answer->reason);
		return false;
	}
	if (text_starts(url, "https://"))
		findings_add(d->findings, FINDING_OK, check, NULL, "the certificate is good");
	else
		findings_add(d->findings, FINDING_OK, check, NULL, "not used: plain http to this machine itself");
	return true;
}

/* --- Slack --- */

static void slack_asked(void *arg, const struct http_answer *answer)
{
	struct doctor *d = arg;

	if (answer->code == ERR_ABORTED)
		return;
	buf_puts(&d->scopes, answer->scopes);
	if (judge_tls(d, "slack-tls", d->config->slack.api_url, answer))
		doctor_next(d);
	else
		doctor_skip(d, DOCTOR_SLACK);
}

/* The header of any answer names the token's scopes. */
static void ask_slack(struct doctor *d)
{
	AUTO_FREE char *url = mem_printf("%sauth.test", d->config->slack.api_url);
	char *bearer = mem_printf("Bearer %s", secret_reveal(d->config->slack.bot_token));
	const struct http_header headers[] = {{"Authorization", bearer},
	                                      {"Content-Type", "application/x-www-form-urlencoded"}};

	http_send(d->http,
	          &(struct http_request){.method = "POST",
	                                 .url = url,
	                                 .headers = headers,
	                                 .header_count = 2,
	                                 .body = "",
	                                 .timeout_ms = DOCTOR_CALL_MS,
	                                 .repeatable = true},
	          slack_asked, d);
	mem_wipe(bearer, strlen(bearer));
	free(bearer);
}

static void slack_resolved(void *arg, enum errc code, const char *address, const char *reason)
{
	struct doctor *d = arg;

	if (code == ERR_ABORTED)
		return;
	if (code != OK) {
		findings_add(d->findings, FINDING_FAILED, "slack-dns", reach_fix, "%s", reason);
		doctor_skip(d, DOCTOR_SLACK);
		return;
	}
	findings_add(d->findings, FINDING_OK, "slack-dns", NULL, "reached at %s", address);
	ask_slack(d);
}

/* --- Salesforce --- */

static void salesforce_asked(void *arg, const struct http_answer *answer)
{
	struct doctor *d = arg;

	if (answer->code == ERR_ABORTED)
		return;
	if (judge_tls(d, "salesforce-tls", d->config->salesforce.login_url, answer))
		doctor_next(d);
	else
		doctor_skip(d, DOCTOR_SALESFORCE);
}

/* The list of versions is for everybody. */
static void ask_salesforce(struct doctor *d)
{
	AUTO_FREE char *url = mem_printf("%s/services/data/", d->config->salesforce.login_url);

	http_send(d->http,
	          &(struct http_request){.method = "GET", .url = url, .timeout_ms = DOCTOR_CALL_MS, .repeatable = true},
	          salesforce_asked, d);
}

static void salesforce_resolved(void *arg, enum errc code, const char *address, const char *reason)
{
	struct doctor *d = arg;

	if (code == ERR_ABORTED)
		return;
	if (code != OK) {
		findings_add(d->findings, FINDING_FAILED, "salesforce-dns", reach_fix, "%s", reason);
		doctor_skip(d, DOCTOR_SALESFORCE);
		return;
	}
	findings_add(d->findings, FINDING_OK, "salesforce-dns", NULL, "reached at %s", address);
	ask_salesforce(d);
}

/* --- both --- */

static void reach(struct doctor *d, const char *check, const char *url, http_resolve_fn *resolved,
                  void (*ask)(struct doctor *))
{
	char host[200] = "";
	AUTO_FREE char *proxy = NULL;
	int port = 0;

	if (!read_host(url, host, &port)) { /* config has checked it; whatever it is, the call will say */
		ask(d);
		return;
	}
	proxy = http_proxy_for(host, port);
	if (!proxy) {
		http_resolve(d->http, host, port, DOCTOR_CALL_MS, resolved, d);
		return;
	}
	findings_add(d->findings, FINDING_OK, check, NULL, "%s is left to the proxy of HTTPS_PROXY", host);
	ask(d);
}

void doctor_slack_host(struct doctor *d)
{
	reach(d, "slack-dns", d->config->slack.api_url, slack_resolved, ask_slack);
}

void doctor_salesforce_host(struct doctor *d)
{
	reach(d, "salesforce-dns", d->config->salesforce.login_url, salesforce_resolved, ask_salesforce);
}

/* --- the page that the affected user is sent to --- */

static void link_asked(void *arg, const struct http_answer *answer)
{
	static const char fix[] = "open it in a browser, signed in to the org, and put its path into "
	                          "salesforce.connected_accounts_url; empty is fine too";
	const char *path;
	struct doctor *d = arg;

	if (answer->code == ERR_ABORTED)
		return;
	path = d->config->salesforce.connected_accounts_url;
	if (answer->code != OK)
		findings_add(d->findings, FINDING_WARNING, "salesforce-link", reach_fix, "%s", answer->reason);
	else if (answer->status == 404 || answer->status == 410)
		findings_add(d->findings, FINDING_WARNING, "salesforce-link", fix, "%s: the org has no such page",
		             *path ? path : "the settings page");
	else
		findings_add(d->findings, FINDING_OK, "salesforce-link", NULL, "%s",
		             *path ? "the org answers there; what the page shows only a person can tell"
		                   : "people are sent to their settings page and told what to look for");
	doctor_next(d);
}

void doctor_link(struct doctor *d)
{
	const char *path = d->config->salesforce.connected_accounts_url;
	char url[800];

	sf_lightning_url(d->instance, *path ? path : SF_SETTINGS_PATH, url, sizeof(url));
	http_send(d->http,
	          &(struct http_request){.method = "GET", .url = url, .timeout_ms = DOCTOR_CALL_MS, .repeatable = true},
	          link_asked, d);
}

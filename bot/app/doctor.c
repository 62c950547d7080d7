/*
 * app/doctor.c - tries everything live and changes nothing; see doctor.h.
 *
 * Here: what needs no network, and the order of the rest. The probes are in
 * doctor_network.c, doctor_slack.c and doctor_salesforce.c.
 */
#include "bot/app/doctor.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/app/doctor_private.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/base/version.h"
#include "bot/store/store.h"

enum { DEADLINE_MS = 120 * 1000 };

static const struct {
	doctor_probe *ask;
	enum doctor_part part;
} probes[] = {
    {doctor_slack_host, DOCTOR_SLACK},
    {doctor_bot_token, DOCTOR_SLACK},
    {doctor_app_token, DOCTOR_SLACK},
    {doctor_people, DOCTOR_SLACK},
    {doctor_emails, DOCTOR_SLACK},
    {doctor_groups, DOCTOR_SLACK},
    {doctor_channels, DOCTOR_SLACK},
    {doctor_scopes, DOCTOR_SLACK},
    {doctor_salesforce_host, DOCTOR_SALESFORCE},
    {doctor_org, DOCTOR_SALESFORCE},
    {doctor_parts, DOCTOR_SALESFORCE},
    {doctor_objects, DOCTOR_SALESFORCE},
    {doctor_protected, DOCTOR_SALESFORCE},
    {doctor_link, DOCTOR_SALESFORCE},
};
enum { PROBE_COUNT = sizeof(probes) / sizeof(probes[0]) };

static void begin_probe(void *arg)
{
	struct doctor *d = arg;

	while (d->probe < PROBE_COUNT && d->skip[probes[d->probe].part])
		d->probe++;
	if (d->probe == PROBE_COUNT) {
		loop_stop(d->loop);
		return;
	}
	d->item = 0;
	probes[d->probe].ask(d);
}

void doctor_next(struct doctor *d)
{
	d->probe++;
	loop_defer(d->loop, begin_probe, d);
}

void doctor_skip(struct doctor *d, enum doctor_part part)
{
	d->skip[part] = true;
	doctor_next(d);
}

static void too_late(void *arg)
{
	struct doctor *d = arg;

	findings_add(d->findings, FINDING_FAILED, "time", "look at the network, and try again",
	             "not everything was answered within two minutes; the rest was not tried");
	loop_stop(d->loop);
}

/* What `check` only warns of is a failure here, where others can read a secret. */
static void take_remark(void *arg, bool warning, const char *text)
{
	struct findings *findings = arg;
	bool open = strstr(text, CONFIG_OPEN_SECRET) != NULL;

	if (warning && open)
		findings_add(findings, FINDING_FAILED, "secret-files", "chmod 600 the file, then change the secret",
		             "%s", text);
	else if (warning)
		findings_add(findings, FINDING_WARNING, "config", "see config/eacbot.example.yaml", "%s", text);
	else
		fprintf(stderr, "%s\n", text);
}

/* The folder of a store that is not there yet. */
static void check_folder(struct findings *findings, const char *path)
{
	AUTO_FREE char *copy = mem_strdup(path);
	const char *folder = dirname(copy);

	if (access(folder, W_OK) == 0)
		findings_add(findings, FINDING_OK, "store", NULL, "%s is not there yet; the service makes it", path);
	else
		findings_add(findings, FINDING_WARNING, "store", "make the folder, writable for the service's user",
		             "%s is not there yet, and this user can't write to %s", path, folder);
}

static void check_store(struct findings *findings, const struct config *config)
{
	struct store_options options = {
	    .url = config->store.url,
	    .password = secret_reveal(config->store.password),
	    .read_only = true,
	};
	const char *path = text_starts(config->store.url, "sqlite:") ? config->store.url + 7 : NULL;
	struct store *store = NULL;
	struct err e = {0};

	if (path && access(path, F_OK) != 0) {
		check_folder(findings, path);
		return;
	}
	if (store_open(&store, &options, &e) == OK)
		findings_add(findings, FINDING_OK, "store", NULL, "%s can be read", path ? path : "the database");
	else
		findings_add(findings, FINDING_FAILED, "store", "see deploy/README.md", "%s", e.text);
	store_close(store);
}

/* An append-only file can be written too; the folder matters where there is none yet. */
static void check_anchor_file(struct findings *findings, const struct config *config)
{
	const char *path = config->audit.anchor_file;
	AUTO_FREE char *copy = mem_strdup(path);
	bool there = access(path, F_OK) == 0;

	if (text_empty(path))
		return;
	if (access(there ? path : dirname(copy), W_OK) == 0)
		findings_add(findings, FINDING_OK, "audit-anchors", NULL, "%s can be written%s", path,
		             there ? "" : "; the service makes it");
	else
		findings_add(findings, FINDING_WARNING, "audit-anchors",
		             "make it writable for the service's user; under systemd it needs ReadWritePaths=",
		             "this user can't write to %s", path);
}

static void no_envelope(void *arg, uint64_t socket, const struct envelope *envelope)
{
	(void)arg;
	(void)socket;
	(void)envelope;
}

static void no_state(void *arg)
{
	(void)arg;
}

static void no_gap(void *arg, int64_t gap_ms)
{
	(void)arg;
	(void)gap_ms;
}

/* Never started, so it opens no socket: it only calls methods with this token. */
static enum errc open_slack(struct doctor *d, struct slack **ret, const struct secret *token, struct err *reterr)
{
	const struct slack_callbacks callbacks = {no_envelope, no_state, no_gap, NULL};
	struct slack_options options = {
	    .api_url = d->config->slack.api_url,
	    .app_token = d->config->slack.app_token,
	    .bot_token = token,
	    .connections = 1,
	};

	return slack_new(ret, d->loop, d->http, &options, &callbacks, reterr);
}

static enum errc open_salesforce(struct doctor *d, struct err *reterr)
{
	const struct config *config = d->config;
	struct sf_options options = {
	    .login_url = config->salesforce.login_url,
	    .auth = config->salesforce.client_credentials ? SF_CLIENT_CREDENTIALS : SF_JWT,
	    .client_id = config->salesforce.client_id,
	    .username = config->salesforce.username,
	    .private_key = config->salesforce.private_key,
	    .client_secret = config->salesforce.client_secret,
	    .api_version = config->salesforce.api_version,
	    .permission_sets = (const char *const *)config->salesforce.permission_sets.items,
	    .permission_set_count = config->salesforce.permission_sets.count,
	    .budget_percent = 100, /* a few calls, which a person asked for */
	};

	return sf_new(&d->sf, d->http, &options, reterr);
}

static enum errc open_all(struct doctor *d, struct err *reterr)
{
	struct http_options http = {
	    .ca_file = d->config->tls.ca_file,
	    .user_agent = "eacbot/" EACBOT_VERSION " doctor",
	    .allow_plain = true,
	};

	if (loop_new(&d->loop, reterr) != OK || http_new(&d->http, d->loop, &http, reterr) != OK ||
	    open_slack(d, &d->slack, d->config->slack.bot_token, reterr) != OK ||
	    open_slack(d, &d->slack_app, d->config->slack.app_token, reterr) != OK)
		return ERR_BUG;
	return open_salesforce(d, reterr);
}

static void close_all(struct doctor *d)
{
	loop_timer_free(d->deadline);
	slack_free(d->slack);
	slack_free(d->slack_app);
	sf_free(d->sf);
	http_free(d->http);
	if (d->loop)
		loop_shut(d->loop);
	loop_free(d->loop);
	json_decref(d->members);
	buf_done(&d->missing);
	buf_done(&d->scopes);
}

static void try_live(const struct config *config, struct findings *findings)
{
	struct doctor d = {.config = config, .findings = findings, .members = json_array()};
	struct err e = {0};

	buf_init(&d.missing, 500);
	buf_init(&d.scopes, 1000);
	if (open_all(&d, &e) != OK) {
		findings_add(findings, FINDING_FAILED, "network", "see deploy/README.md", "%s", e.text);
	} else {
		d.deadline = loop_timer_new(d.loop, too_late, &d);
		loop_timer_set(d.deadline, DEADLINE_MS);
		loop_defer(d.loop, begin_probe, &d);
		loop_run(d.loop);
	}
	close_all(&d);
}

int doctor_run(const char *file, bool json, FILE *out)
{
	struct findings *findings = findings_new();
	struct config *config = NULL;
	int code = 2;

	if (config_read(&config, file, take_remark, findings) == OK) {
		findings_add(findings, FINDING_OK, "config", NULL, "%s can be read and fits together", file);
		check_store(findings, config);
		check_anchor_file(findings, config);
		try_live(config, findings);
		findings_print(findings, json, out);
		code = findings_worst(findings) == FINDING_FAILED ? 1 : 0;
	}
	config_free(config);
	findings_free(findings);
	return code;
}

/*
 * config/checks.c - what several keys mean together; see checks.h.
 *
 * One function per question. A question about a value that was bad by itself
 * is not asked: its answer would only confuse.
 */
#include "config/checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "config/url.h"

struct checks {
	const struct config *config;
	const struct config_document *document;
	struct config_report *report;
};

static bool good(const struct checks *c, enum config_key_id id)
{
	return !c->document->settings[id].bad;
}

static struct config_place place(const struct checks *c, enum config_key_id id)
{
	return c->document->settings[id].place;
}

static const char *path(enum config_key_id id)
{
	return config_keys[id].path;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s);
	size_t m = strlen(end);

	return n >= m && text_ieq(s + n - m, end);
}

static void check_username(const struct checks *c)
{
	enum config_key_id id = CONFIG_KEY_USERNAME;

	if (!good(c, id) || !good(c, CONFIG_KEY_AUTH))
		return;
	if (c->config->salesforce.client_credentials) {
		if (c->document->settings[id].given)
			config_warning(c->report, place(c, id), path(id), "is not used with these settings");
		return;
	}
	if (text_empty(c->config->salesforce.username))
		config_mistake(c->report, place(c, id), path(id), "is missing (salesforce.auth: jwt needs it)");
	else if (!strchr(c->config->salesforce.username, '@'))
		config_mistake(c->report, place(c, id), path(id),
		               "must be a Salesforce username, which has an @ in it");
}

/* Salesforce refuses the client credentials flow on the two hosts that belong to no org. */
static void check_login_host(const struct checks *c)
{
	struct config_url url;
	enum config_key_id id = CONFIG_KEY_LOGIN_URL;

	if (!good(c, id) || !config_url_parse(&url, c->config->salesforce.login_url) || url.loopback)
		return;
	if (c->config->salesforce.client_credentials &&
	    (text_ieq(url.host, "login.salesforce.com") || text_ieq(url.host, "test.salesforce.com")))
		config_mistake(c->report, place(c, id), path(id),
		               "must be the org's My Domain URL where salesforce.auth is client_credentials");
	else if (!ends_with(url.host, ".salesforce.com") && !ends_with(url.host, ".salesforce.mil"))
		config_warning(c->report, place(c, id), path(id), "%s is no host of Salesforce", url.host);
}

static void check_api_host(const struct checks *c)
{
	struct config_url url;
	enum config_key_id id = CONFIG_KEY_API_URL;

	if (!good(c, id) || !config_url_parse(&url, c->config->slack.api_url) || url.loopback)
		return;
	if (!text_ieq(url.host, "slack.com") && !ends_with(url.host, ".slack.com") &&
	    !ends_with(url.host, "slack-gov.com"))
		config_warning(c->report, place(c, id), path(id), "%s is no host of Slack; the bot token is sent there",
		               url.host);
}

/* The sets that are given back must be among those that may be touched at all. */
static void check_reassign(const struct checks *c)
{
	const struct config_setting *setting = &c->document->settings[CONFIG_KEY_REASSIGN];

	if (!setting->list || setting->bad || !good(c, CONFIG_KEY_PERMISSION_SETS))
		return;
	for (size_t i = 0; i < setting->count; i++)
		if (!config_list_has(&c->config->salesforce.permission_sets, setting->words[i].text))
			config_mistake(c->report, setting->words[i].place, path(CONFIG_KEY_REASSIGN),
			               "%s is not in salesforce.permission_sets", setting->words[i].text);
}

/* People who can be counted; a group counts as enough. */
static bool has_group(const struct config_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i][0] == 'S')
			return true;
	return false;
}

static void check_approvers(const struct checks *c)
{
	const struct config_list *approvers = &c->config->access.approvers;
	const struct config_list *admins = &c->config->access.admins;
	enum config_key_id id = CONFIG_KEY_APPROVERS;
	size_t people = approvers->count;

	if (!good(c, id) || !good(c, CONFIG_KEY_ADMINS))
		return;
	for (size_t i = 0; i < admins->count; i++)
		people += !config_list_has(approvers, admins->items[i]);
	if (people == 0)
		config_warning(
		    c->report, place(c, id), path(id),
		    "nobody can approve (access.admins is empty too), so every repair will expire at its gate");
	else if (good(c, CONFIG_KEY_QUORUM) && !has_group(approvers) && !has_group(admins) &&
	         people < (size_t)c->config->approval.quorum)
		config_warning(c->report, place(c, CONFIG_KEY_QUORUM), path(CONFIG_KEY_QUORUM),
		               "%d approvers are needed, but access names only %zu", c->config->approval.quorum,
		               people);
}

static void check_requesters(const struct checks *c)
{
	enum config_key_id id = CONFIG_KEY_REQUESTERS;

	if (good(c, id) && good(c, CONFIG_KEY_ADMINS) && c->config->access.requesters.count == 0 &&
	    c->config->access.admins.count == 0)
		config_warning(c->report, place(c, id), path(id),
		               "nobody can start a repair (access.admins is empty too)");
}

static void check_channels(const struct checks *c)
{
	enum config_key_id id = CONFIG_KEY_CHANNELS;

	if (good(c, id) && c->document->settings[id].given && c->config->access.channels.count == 0 &&
	    !c->config->access.any_channel)
		config_warning(c->report, place(c, id), path(id),
		               "is empty, so commands work nowhere; [any]: wherever the bot is");
}

/* A reminder that comes after the end is none. */
static void check_reminder(const struct checks *c, enum config_key_id remind, int64_t remind_ms, enum config_key_id end,
                           int64_t end_ms)
{
	if (good(c, remind) && good(c, end) && remind_ms != CONFIG_NEVER && remind_ms >= end_ms)
		config_warning(c->report, place(c, remind), path(remind),
		               "is not before %s, so nobody will be reminded; write never if that is meant", path(end));
}

/* The folder has to be there already: the service makes the file alone. */
static void check_anchor_folder(const struct checks *c)
{
	AUTO_FREE char *folder = mem_strdup(c->config->audit.anchor_file);
	char *slash = strrchr(folder, '/');

	if (!slash)
		return;
	slash[slash == folder] = '\0';
	if (access(folder, F_OK) != 0)
		config_mistake(c->report, place(c, CONFIG_KEY_ANCHOR_FILE), path(CONFIG_KEY_ANCHOR_FILE), "%s: %s",
		               folder, strerror(errno));
}

static void check_anchors(const struct checks *c)
{
	bool nowhere = text_empty(c->config->audit.anchor_file) && text_empty(c->config->audit.anchor_channel);
	bool never = c->config->audit.anchor_every_ms == CONFIG_NEVER;
	enum config_key_id id = CONFIG_KEY_ANCHOR_EVERY;

	if (!good(c, id) || !good(c, CONFIG_KEY_ANCHOR_FILE) || !good(c, CONFIG_KEY_ANCHOR_CHANNEL))
		return;
	check_anchor_folder(c);
	if (never && !nowhere)
		config_warning(c->report, place(c, id), path(id),
		               "is never, so audit.anchor_file and audit.anchor_channel get no anchors");
	else if (!never && nowhere && c->document->settings[id].given)
		config_warning(c->report, place(c, id), path(id),
		               "there is neither audit.anchor_file nor audit.anchor_channel, so nothing is noted");
}

void config_checks(const struct config *config, const struct config_document *document, struct config_report *report)
{
	struct checks c = {config, document, report};

	check_username(&c);
	check_login_host(&c);
	check_api_host(&c);
	check_reassign(&c);
	check_approvers(&c);
	check_requesters(&c);
	check_channels(&c);
	check_anchors(&c);
	check_reminder(&c, CONFIG_KEY_APPROVAL_REMIND, config->approval.remind_after_ms, CONFIG_KEY_APPROVAL_EXPIRE,
	               config->approval.expire_after_ms);
	check_reminder(&c, CONFIG_KEY_PEOPLE_REMIND, config->people.remind_after_ms, CONFIG_KEY_PEOPLE_GIVE_UP,
	               config->people.give_up_after_ms);
	check_reminder(&c, CONFIG_KEY_BACKEND_REMIND, config->backend.remind_after_ms, CONFIG_KEY_BACKEND_GIVE_UP,
	               config->backend.give_up_after_ms);
}

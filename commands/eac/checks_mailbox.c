/*
 * commands/eac/checks_mailbox.c - is the mailbox the right one, and would less than a repair do? Numbers 6 to 14.
 */
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/checks.h"

/* --- 6 to 9: is the mailbox the right one? --- */

/* An org without the object shows no connection of anybody: then nothing follows from that. */
bool check_is_in_no_configuration(const struct exam *e, struct buf *b)
{
	if (e->connection == NULL || json_str(e->connection, "configuration")[0] != '\0')
		return false;
	buf_puts(b,
	         "The user is in no Einstein Activity Capture configuration, as far as Salesforce shows. An admin adds "
	         "them in Setup > Einstein Activity Capture > Settings > Configurations.");
	return true;
}

bool check_terms_are_open(const struct exam *e, struct buf *b)
{
	if (!json_is_false(json_get(e->connection, "terms")))
		return false;
	buf_puts(b,
	         "The user has not accepted the terms of Einstein Activity Capture; to accept them while reconnecting "
	         "may be enough. An admin can send a reminder from Check User Sync Status.");
	return true;
}

static bool is_ascii(const char *text)
{
	while (*text != '\0')
		if ((unsigned char)*text++ >= 0x80)
			return false;
	return true;
}

bool check_mailbox_is_another(const struct exam *e, struct buf *b)
{
	const char *mailbox = json_str(e->connection, "mailbox"), *email = json_str(e->user, "email");
	if (mailbox[0] == '\0' || (text_ieq(mailbox, email) && is_ascii(mailbox)))
		return false;
	if (text_ieq(mailbox, email)) {
		buf_puts(b, "The mailbox's address (");
		mrkdwn_add_literal(b, mailbox, 90);
		buf_puts(b, ") has letters that Einstein Activity Capture can't handle; give it a plain one first.");
		return true;
	}
	buf_puts(b, "The connected mailbox (");
	mrkdwn_add_literal(b, mailbox, 90);
	buf_puts(b, ") is not the e-mail address of the Salesforce user (");
	mrkdwn_add_literal(b, email, 90);
	buf_puts(b, "); Einstein Activity Capture needs them to be the same, as the mailbox's primary address and no "
	            "alias. Put that right, then reconnect.");
	return true;
}

enum provider { NO_PROVIDER, GOOGLE, MICROSOFT };

static enum provider provider_in(const char *text)
{
	static const struct {
		const char *word;
		enum provider provider;
	} words[] = {{"google", GOOGLE},       {"gmail", GOOGLE},     {"g suite", GOOGLE},
	             {"microsoft", MICROSOFT}, {"office", MICROSOFT}, {"outlook", MICROSOFT},
	             {"azure", MICROSOFT},     {"entra", MICROSOFT},  {"exchange", MICROSOFT}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasestr(text, words[i].word) != NULL)
			return words[i].provider;
	return NO_PROVIDER;
}

/* By a link's provider, or the name of the sign-on it belongs to. */
static enum provider provider_of_link(const json_t *link)
{
	enum provider provider = provider_in(json_str(link, "provider"));
	return provider != NO_PROVIDER ? provider : provider_in(json_str(link, "sso_name"));
}

/* What the mailbox links say, and what everything else (configuration, sign-on) says. */
static void providers(const struct exam *e, bool linked[static 3], bool hinted[static 3])
{
	size_t i;
	json_t *link;
	hinted[provider_in(json_str(e->connection, "configuration"))] = true;
	json_array_foreach (json_get(e->look, "links"), i, link) {
		bool *of = json_bool(link, "login") ? hinted : linked;
		of[provider_of_link(link)] = true;
	}
}

bool check_provider_is_another(const struct exam *e, struct buf *b)
{
	bool linked[3] = {false}, hinted[3] = {false};
	providers(e, linked, hinted);
	bool both = linked[GOOGLE] && linked[MICROSOFT];
	bool google = linked[GOOGLE] && hinted[MICROSOFT] && !hinted[GOOGLE];
	bool microsoft = linked[MICROSOFT] && hinted[GOOGLE] && !hinted[MICROSOFT];
	if (!both && !google && !microsoft)
		return false;
	if (both)
		buf_puts(b, "The user has mailbox links of both Google and Microsoft.");
	else
		buf_printf(b, "The mailbox link is one of %s, but the user's sign-on or configuration is one of %s.",
		           google ? "Google" : "Microsoft", google ? "Microsoft" : "Google");
	buf_puts(b, " If an admin chose the other one for Einstein Activity Capture, it is enough to disconnect and to "
	            "connect the right mailbox.");
	return true;
}

/* --- 10 to 14: is less enough? --- */

static bool needs_attention(const struct exam *e)
{
	const char *status = json_str(e->connection, "status");
	return text_eq(status, "NEEDSATTENTION") || text_eq(status, "DISABLED");
}

bool check_salesforce_advises(const struct exam *e, struct buf *b)
{
	const char *title = json_str(e->connection, "advice_title"), *advice = json_str(e->connection, "advice");
	if (title[0] == '\0')
		return false;
	buf_puts(b, "Salesforce's own advice is ");
	buf_puts(b, "“");
	mrkdwn_add_literal(b, title, 150);
	buf_puts(b, "”");
	if (advice[0] != '\0') {
		buf_puts(b, " (");
		mrkdwn_add_literal(b, advice, 200);
		buf_puts(b, ")");
	}
	buf_puts(b, ": reconnecting the mailbox alone would probably do. Try that first.");
	return true;
}

/* What made it so can't be read; it has to be asked. */
bool check_may_be_a_new_password(const struct exam *e, struct buf *b)
{
	if (!needs_attention(e) || json_str(e->connection, "advice_title")[0] != '\0')
		return false;
	buf_printf(b,
	           "The connection is %s. Was the mailbox's password changed, or its sign-in (MFA, conditional access, "
	           "ended sessions)? Then reconnecting the mailbox alone would probably do; try that first.",
	           json_str(e->connection, "status"));
	return true;
}

static size_t count_of(json_t *rows)
{
	size_t n = json_array_size(rows);
	json_decref(rows);
	return n;
}

bool check_is_half_removed(const struct exam *e, struct buf *b)
{
	if (e->connection == NULL || count_of(diagnose_links(e->look)) > 0 ||
	    count_of(diagnose_tokens(e->config, e->look)) > 0)
		return false;
	buf_puts(b,
	         "There is neither a mailbox link nor access of the app, though Salesforce shows a connection: it was "
	         "half removed before. Steps 1.3 and 1.4 will find nothing, and the repair goes on at 1.5.");
	return true;
}

/* Whether an app is blocked can't be read; its absence is the sign. */
bool check_app_is_missing(const struct exam *e, struct buf *b)
{
	const struct config_list *apps = &e->config->salesforce.siq_apps;
	if (apps->count == 0 || count_of(diagnose_links(e->look)) == 0 ||
	    count_of(diagnose_tokens(e->config, e->look)) > 0)
		return false;
	buf_puts(b, "The mailbox is linked, but there is no access token of the app ");
	buf_puts(b, "“");
	mrkdwn_add_literal(b, apps->items[0], 80);
	buf_puts(b, "”");
	buf_puts(b,
	         ". If reconnecting fails too, an admin should see in Setup > Connected Apps OAuth Usage whether it is "
	         "blocked or not installed, and whether API Access Control keeps it out.");
	return true;
}

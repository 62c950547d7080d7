/*
 * commands/eac/checks_mailbox.c - is the mailbox the right one, and would less than a repair do? Numbers 6 to 14.
 */
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/checks.h"

/* --- 6 to 9: is the mailbox the right one? --- */

/* An org without the object shows no connection of anybody: then nothing follows from that. */
json_t *check_is_in_no_configuration(const struct exam *e)
{
	if (e->connection == NULL || json_str(e->connection, "configuration")[0] != '\0')
		return NULL;
	return phrase_value(PHRASE_CHECK_NO_CONFIGURATION, NULL);
}

json_t *check_terms_are_open(const struct exam *e)
{
	return json_is_false(json_get(e->connection, "terms")) ? phrase_value(PHRASE_CHECK_TERMS_OPEN, NULL) : NULL;
}

static bool is_ascii(const char *text)
{
	while (*text != '\0')
		if ((unsigned char)*text++ >= 0x80)
			return false;
	return true;
}

json_t *check_mailbox_is_another(const struct exam *e)
{
	const char *mailbox = json_str(e->connection, "mailbox"), *email = json_str(e->user, "email");
	bool same = text_ieq(mailbox, email);
	if (mailbox[0] == '\0' || (same && is_ascii(mailbox)))
		return NULL;
	json_t *sentence = phrase_value(same ? PHRASE_CHECK_MAILBOX_LETTERS : PHRASE_CHECK_MAILBOX_OTHER, NULL);
	phrase_value_set(sentence, "mailbox", phrase_literal(mailbox, 90));
	phrase_value_set(sentence, "email", phrase_literal(email, 90));
	return sentence;
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

json_t *check_provider_is_another(const struct exam *e)
{
	bool linked[3] = {false}, hinted[3] = {false};
	providers(e, linked, hinted);
	bool both = linked[GOOGLE] && linked[MICROSOFT];
	bool google = linked[GOOGLE] && hinted[MICROSOFT] && !hinted[GOOGLE];
	bool microsoft = linked[MICROSOFT] && hinted[GOOGLE] && !hinted[MICROSOFT];
	if (both)
		return phrase_value(PHRASE_CHECK_PROVIDER_BOTH, NULL);
	if (!google && !microsoft)
		return NULL;
	return phrase_value(PHRASE_CHECK_PROVIDER_OTHER, "link", google ? "Google" : "Microsoft", "hint",
	                    google ? "Microsoft" : "Google", NULL);
}

/* --- 10 to 14: is less enough? --- */

static bool needs_attention(const struct exam *e)
{
	const char *status = json_str(e->connection, "status");
	return text_eq(status, "NEEDSATTENTION") || text_eq(status, "DISABLED");
}

json_t *check_salesforce_advises(const struct exam *e)
{
	const char *title = json_str(e->connection, "advice_title"), *advice = json_str(e->connection, "advice");
	if (title[0] == '\0')
		return NULL;
	json_t *sentence = phrase_value(advice[0] != '\0' ? PHRASE_CHECK_ADVICE_WORDS : PHRASE_CHECK_ADVICE, NULL);
	phrase_value_set(sentence, "title", phrase_literal(title, 150));
	phrase_value_set(sentence, "advice", phrase_literal(advice, 200));
	return sentence;
}

/* What made it so can't be read; it has to be asked. */
json_t *check_may_be_a_new_password(const struct exam *e)
{
	if (!needs_attention(e) || json_str(e->connection, "advice_title")[0] != '\0')
		return NULL;
	return phrase_value(PHRASE_CHECK_NEW_PASSWORD, "status", json_str(e->connection, "status"), NULL);
}

static size_t count_of(json_t *rows)
{
	size_t n = json_array_size(rows);
	json_decref(rows);
	return n;
}

json_t *check_is_half_removed(const struct exam *e)
{
	if (e->connection == NULL || count_of(diagnose_links(e->look)) > 0 ||
	    count_of(diagnose_tokens(e->config, e->look)) > 0)
		return NULL;
	return phrase_value(PHRASE_CHECK_HALF_REMOVED, NULL);
}

/* Whether an app is blocked can't be read; its absence is the sign. */
json_t *check_app_is_missing(const struct exam *e)
{
	const struct config_list *apps = &e->config->salesforce.siq_apps;
	if (apps->count == 0 || count_of(diagnose_links(e->look)) == 0 ||
	    count_of(diagnose_tokens(e->config, e->look)) > 0)
		return NULL;
	json_t *sentence = phrase_value(PHRASE_CHECK_APP_MISSING, NULL);
	phrase_value_set(sentence, "app", phrase_literal(apps->items[0], 80));
	return sentence;
}

/*
 * commands/eac/checks.c - what is looked at before anything is touched: one row a check.
 *
 * Salesforce's own advice, and what went wrong for others, come down to fourteen questions; the rest guards the bot's own
 * promises. A row that refuses has a reason, one that only warns has none. Each says what was seen, what it means and
 * what to do instead. Pure. Not here: the checks of the mailbox (checks_mailbox.c), and what a repair
 * would remove (diagnose.c).
 */
#include "commands/eac/checks.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "salesforce/sf_id.h"

enum { NAME_CHARS = 80, MANY_AT_LEAST = 5, MANY_ONE_IN = 5, EWS_ENDED = 1790812800 /* 2026-10-01, seconds */ };

static void add_name(struct buf *b, const char *name)
{
	buf_puts(b, "“");
	mrkdwn_add_literal(b, name, NAME_CHARS);
	buf_puts(b, "”");
}

static void add_label(struct buf *b, const json_t *row)
{
	add_name(b, json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"));
}

/* --- the bot's own sight --- */

const char *diagnose_missing_right(const json_t *found)
{
	static const struct {
		const char *key, *name;
	} rights[] = {{"ApiEnabled", "API Enabled"},
	              {"ViewSetup", "View Setup and Configuration"},
	              {"AssignPermissionSets", "Assign Permission Sets"},
	              {"ManageUsers", "Manage Users"},
	              {"CustomizeApplication", "Customize Application"}};
	const json_t *held = json_get(found, "rights");
	for (size_t i = 0; held != NULL && i < sizeof rights / sizeof rights[0]; i++)
		if (json_is_false(json_get(held, rights[i].key)))
			return rights[i].name;
	return NULL;
}

/* Parts without which "nothing there" could be mere blindness. */
static bool is_blind(const struct exam *e, struct buf *b)
{
	static const struct {
		const char *part, *right;
	} parts[] = {{"sets", "View Setup and Configuration"},
	             {"licences", "View Setup and Configuration"},
	             {"tokens", "Customize Application"},
	             {"links", "Manage Users"}};
	const char *missing = diagnose_missing_right(e->found);
	for (size_t i = 0; missing == NULL && i < sizeof parts / sizeof parts[0]; i++)
		if (!json_is_array(json_get(e->look, parts[i].part)))
			missing = parts[i].right;
	if (missing == NULL)
		return false;
	buf_printf(b,
	           "The bot's own Salesforce user lacks the right “%s”, without which it would be blind to what has to "
	           "be removed. A Salesforce admin has to grant it.",
	           missing);
	return true;
}

/* Salesforce shows nothing to those without a right, and no error either. */
static bool may_be_blind(const struct exam *e, struct buf *b)
{
	bool tokens = json_array_size(json_get(e->look, "tokens")) > 0,
	     links = json_array_size(json_get(e->look, "links")) > 0;
	if (json_is_object(json_get(e->found, "rights")) || (tokens && links))
		return false;
	buf_puts(b, "Salesforce does not tell which rights my own user has. Where I say that an access token or an "
	            "account link is not there, somebody should look in Setup whether that is so.");
	return true;
}

/* --- 1 to 3: is it the org? --- */

/* *ret_all: how many have a connection at all. */
static int64_t broken_users(const struct exam *e, int64_t *ret_all)
{
	static const char *const broken[] = {"DISABLED", "NEEDSATTENTION", "NEEDSATTENTIONGLOBAL",
	                                     "NEEDSATTENTIONHYBRID"};
	json_t *population = json_get(e->found, "population"), *n;
	const char *status;
	int64_t bad = 0;
	*ret_all = 0;
	json_object_foreach (population, status, n) {
		*ret_all += json_integer_value(n);
		for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
			if (text_eq(status, broken[i]))
				bad += json_integer_value(n);
	}
	return bad;
}

static bool are_many(const struct exam *e)
{
	int64_t all, bad = broken_users(e, &all);
	return bad >= MANY_AT_LEAST && bad * MANY_ONE_IN >= all;
}

static bool many_are_broken(const struct exam *e, struct buf *b)
{
	int64_t all, bad = broken_users(e, &all);
	if (!are_many(e))
		return false;
	buf_printf(
	    b,
	    "%d of %d connected users are broken at the moment: look for a cause in the org first (Setup > "
	    "Einstein Activity Capture > Status & Metrics; a withdrawn consent, a changed policy of Microsoft or "
	    "Google), before users are repaired one by one.",
	    (int)bad, (int)all);
	return true;
}

static bool names_graph(const char *text)
{
	return strcasestr(text, "microsoft graph") != NULL || strstr(text, "EWS") != NULL ||
	       strcasestr(text, "exchange web services") != NULL;
}

/* Whether the org was moved to Microsoft Graph can't be read; many broken users since the day are the sign. */
static bool graph_is_missing(const struct exam *e, struct buf *b)
{
	bool advised =
	    names_graph(json_str(e->connection, "advice_title")) || names_graph(json_str(e->connection, "advice"));
	if (!advised && !(are_many(e) && e->now / 1000 >= EWS_ENDED))
		return false;
	buf_puts(b,
	         "Microsoft switched off Exchange Web Services (EWS) on 1 October 2026. Where Microsoft mailboxes are "
	         "concerned, an admin has to run *Upgrade to Microsoft Graph* (Setup > Einstein Activity Capture > "
	         "Settings > Summary) with the consent of a Microsoft admin; afterwards every user reconnects, and no "
	         "repair is needed.");
	return true;
}

static bool org_is_broken(const struct exam *e, struct buf *b)
{
	const char *status = json_str(e->connection, "status");
	if (!text_eq(status, "NEEDSATTENTIONGLOBAL") && !text_eq(status, "NEEDSATTENTIONHYBRID"))
		return false;
	buf_printf(
	    b,
	    "The connection of the whole org is broken (status %s), not that of this user alone. A Salesforce "
	    "admin repairs it in Setup > Einstein Activity Capture > Settings, then uses Check User Sync Status > "
	    "Reset User.",
	    status);
	return true;
}

static bool org_connects_for_all(const struct exam *e, struct buf *b)
{
	const char *terms = json_str(e->connection, "global_terms");
	if (terms[0] == '\0')
		return false;
	buf_puts(b,
	         "The org connects mailboxes for everybody at once (organisation-level authentication, terms state ");
	mrkdwn_add_literal(b, terms, 40);
	buf_puts(b, "): there is nothing that this user could disconnect. A Salesforce admin uses Setup > Einstein "
	            "Activity Capture > Settings > Check User Sync Status > Reset User.");
	return true;
}

/* --- 4: can the user take part? --- */

static bool is_inactive(const struct exam *e, struct buf *b)
{
	if (!json_is_false(json_get(e->user, "active")))
		return false;
	buf_puts(b, "This Salesforce user is inactive. Activate the user first.");
	return true;
}

static bool is_frozen(const struct exam *e, struct buf *b)
{
	if (!json_is_true(json_get(e->look, "frozen")))
		return false;
	buf_puts(b, "This Salesforce user is frozen and can't log in, so they could neither disconnect nor reconnect. "
	            "Unfreeze the user first.");
	return true;
}

/* --- 5: sets and licences --- */

static bool has_sets(const struct exam *e)
{
	return json_array_size(json_get(e->plan, "sets")) > 0;
}

/* A group or profile that carries the permission or a listed set; NULL: none. */
static const json_t *indirect_set(const struct exam *e)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(e->look, "sets"), i, row) {
		bool direct = !json_bool(row, "profile_owned") && json_str(row, "group")[0] == '\0';
		bool listed = config_list_has_nocase(&e->config->salesforce.permission_sets, json_str(row, "name"));
		if (!direct && (json_bool(row, "inbox") || json_bool(row, "eac") || listed))
			return row;
	}
	return NULL;
}

static bool only_indirect(const struct exam *e, struct buf *b)
{
	const json_t *row = indirect_set(e);
	if (has_sets(e) || row == NULL)
		return false;
	bool group = json_str(row, "group")[0] != '\0';
	/* a profile's own permission set bears a made-up name */
	const char *profile = group ? "" : json_str(e->user, "profile");
	buf_printf(b, "Inbox or Einstein Activity Capture comes only through the %s ",
	           group ? "permission set group" : "profile");
	if (profile[0] != '\0')
		add_name(b, profile);
	else
		add_label(b, row);
	buf_puts(b,
	         ", which I never touch: removing it would take away everything else in it. A Salesforce admin has to "
	         "decide what to do.");
	return true;
}

static bool nothing_assigned(const struct exam *e, struct buf *b)
{
	if (has_sets(e))
		return false;
	buf_puts(b, "None of the permission sets that I may handle is assigned to this user, and none is owed from an "
	            "earlier repair. I never grant what was not there: a Salesforce admin has to assign it.");
	return true;
}

static const json_t *known_set(const struct exam *e, const json_t *row)
{
	return sf_id_row(json_get(e->found, "sets"), "id", json_str(row, "set"));
}

static bool set_is_broad(const struct exam *e, struct buf *b)
{
	size_t i, j;
	json_t *row, *why;
	json_array_foreach (json_get(e->plan, "sets"), i, row) {
		const json_t *known = known_set(e, row);
		if (e->config->salesforce.allow_broad || !json_bool(known, "broad"))
			continue;
		buf_puts(b, "The permission set ");
		add_label(b, row);
		buf_puts(b, " carries other permissions too (");
		json_array_foreach (json_get(known, "broad_why"), j, why) {
			buf_puts(b, j > 0 ? ", " : "");
			mrkdwn_add_literal(b, json_string_value(why), 60);
		}
		buf_puts(
		    b,
		    "), so taking it away would take those as well. Use a set of its own for Inbox, or allow it with "
		    "salesforce.allow_broad.");
		return true;
	}
	return false;
}

/* The set was chosen by those who configured the bot; what nobody could look at is left to people. */
static bool set_is_unchecked(const struct exam *e, struct buf *b)
{
	bool known_at_all = json_is_array(json_get(e->found, "sets"));
	size_t i, n = 0;
	json_t *row;
	json_array_foreach (json_get(e->plan, "sets"), i, row) {
		if (e->config->salesforce.allow_broad ||
		    (known_at_all && !json_bool(known_set(e, row), "broad_unknown")))
			continue;
		buf_puts(b, n++ == 0 ? "The permission set " : ", ");
		add_label(b, row);
	}
	if (n > 0)
		buf_puts(b,
		         " could not be checked for other permissions: what else it carries would be gone during the "
		         "repair, too.");
	return n > 0;
}

/* How long a repair may take at most by its own timers; what never ends counts as two weeks. */
static int64_t longest_repair_ms(const struct config *config)
{
	const int64_t never = (int64_t)14 * 24 * 3600 * 1000;
	int64_t user = config->people.give_up_after_ms, gate = config->approval.expire_after_ms;
	return (user == CONFIG_NEVER ? never : user) + (gate == CONFIG_NEVER ? never : gate);
}

bool check_licence_trouble(const json_t *licence, int64_t promised, int64_t until, struct buf *ret)
{
	int64_t expires = json_int(licence, "expires"), used = json_int(licence, "used"),
	        total = json_int(licence, "total");
	const char *trouble = NULL;
	if (text_ieq(json_str(licence, "status"), "Disabled"))
		trouble = "is disabled (its contract has ended)";
	else if (expires != 0 && expires < until)
		trouble = "expires before a repair would have to be finished";
	else if (used > total)
		trouble = "is over-allocated: more seats are used than were bought";
	else if (used + promised > total)
		trouble = "has no seat to spare: what is free is owed to others whose repairs are not finished";
	if (trouble == NULL)
		return false;
	buf_puts(ret, "The licence ");
	add_label(ret, licence);
	buf_printf(ret, " %s (%d of %d used, %d promised), so it could not be given back after its removal. ", trouble,
	           (int)used, (int)total, (int)promised);
	return true;
}

/* As the org tells it, or as the user's own assignment does; NULL: unknown. */
static const json_t *known_licence(const struct exam *e, const char *id)
{
	const json_t *licence = sf_id_row(json_get(e->found, "licences"), "id", id);
	return licence != NULL ? licence : sf_id_row(json_get(e->look, "licences"), "licence", id);
}

/* Calls fn for each licence that comes and goes with the plan, until one answers true. */
static bool any_licence(const struct exam *e, bool (*fn)(const struct exam *e, const char *id, struct buf *b),
                        struct buf *b)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(e->plan, "sets"), i, row)
		if (sf_id_has_prefix(json_str(row, "licence"), "0PL") && fn(e, json_str(row, "licence"), b))
			return true;
	json_array_foreach (json_get(e->plan, "licences"), i, row)
		if (fn(e, json_str(row, "licence"), b))
			return true;
	return false;
}

static bool licence_is_in_trouble(const struct exam *e, const char *id, struct buf *b)
{
	const json_t *licence = known_licence(e, id);
	if (licence == NULL ||
	    !check_licence_trouble(licence, json_int(e->promised, id), e->now + longest_repair_ms(e->config), b))
		return false;
	buf_puts(b, "Nothing was changed.");
	return true;
}

static bool a_licence_is_in_trouble(const struct exam *e, struct buf *b)
{
	return any_licence(e, licence_is_in_trouble, b);
}

static bool pool_is_full(const struct exam *e, const char *id, struct buf *b)
{
	const json_t *licence = known_licence(e, id);
	int64_t used = json_int(licence, "used") + json_int(e->promised, id), total = json_int(licence, "total");
	if (licence == NULL || total <= 0 || used < total)
		return false;
	buf_puts(b, "All seats of the licence ");
	add_label(b, licence);
	buf_printf(b, " are taken (%d of %d): ", (int)used, (int)total);
	buf_puts(b, sf_id_row(json_get(e->look, "licences"), "licence", id) != NULL
	                ? "while the repair runs, somebody else could take this user's seat."
	                : "what is owed to this user can't be given back before a seat is free.");
	return true;
}

static bool a_pool_is_full(const struct exam *e, struct buf *b)
{
	return any_licence(e, pool_is_full, b);
}

static bool has_other_sources(const struct exam *e, struct buf *b)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(e->plan, "sources"), i, row) {
		buf_printf(b, i == 0 ? "Inbox or Einstein Activity Capture also comes through the %s " : ", the %s ",
		           json_str(row, "kind"));
		add_name(b, json_str(row, "label"));
	}
	if (i == 0)
		return false;
	buf_puts(b, ", which I don't touch. If Salesforce Support still sees Inbox at 1.7, that is why.");
	return true;
}

/* --- the table --- */

enum { ORG_LEVEL = 1 };

/* The first that refuses gives the reason. `number`: of the fourteen; 0: a guard of our own. */
static const struct check {
	int number;
	const char *reason; /* NULL: it is only said */
	bool (*finds)(const struct exam *e, struct buf *b);
	int flags;
} checks[] = {
    {0, "bot_rights", is_blind, 0},
    {4, "inactive", is_inactive, 0},
    {4, "frozen", is_frozen, 0},
    {5, "group_only", only_indirect, 0},
    {5, "nothing_assigned", nothing_assigned, 0},
    {0, "broad_set", set_is_broad, 0},
    {5, "license_unavailable", a_licence_is_in_trouble, 0},
    {2, "org_level", org_is_broken, ORG_LEVEL},
    {2, "org_level", org_connects_for_all, ORG_LEVEL},
    {0, NULL, set_is_unchecked, 0},
    {5, NULL, a_pool_is_full, 0},
    {0, NULL, may_be_blind, 0},
    {1, NULL, many_are_broken, 0},
    {3, NULL, graph_is_missing, 0},
    {6, NULL, check_is_in_no_configuration, 0},
    {7, NULL, check_terms_are_open, 0},
    {8, NULL, check_mailbox_is_another, 0},
    {9, NULL, check_provider_is_another, 0},
    {10, NULL, check_salesforce_advises, 0},
    {11, NULL, check_may_be_a_new_password, 0},
    /* 12: active, and only sending fails: nothing is found, and that is what the ten steps are for */
    {13, NULL, check_is_half_removed, 0},
    {14, NULL, check_app_is_missing, 0},
    {0, NULL, has_other_sources, 0},
};

static void refuse(struct diagnosis *d, const struct check *check, const struct buf *text)
{
	if (d->reason[0] != '\0')
		return;
	bool org = (check->flags & ORG_LEVEL) != 0;
	text_copy(d->reason, sizeof d->reason, check->reason);
	snprintf(d->text, sizeof d->text, "%s%s", buf_str(text),
	         org ? " An admin can go on all the same with `anyway reason: …`." : "");
	if (org) {
		d->org_level = true;
		text_copy(d->org_text, sizeof d->org_text, buf_str(text));
	}
}

void checks_run(const struct exam *e, struct diagnosis *d)
{
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		AUTO_BUF struct buf b = {0};
		buf_init(&b, 820);
		if (!checks[i].finds(e, &b))
			continue;
		if (checks[i].reason != NULL)
			refuse(d, &checks[i], &b);
		else
			json_array_append_new(d->warnings, json_text_value(buf_str(&b)));
	}
}

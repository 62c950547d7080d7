/*
 * commands/eac/diagnose.c - from what was read to what may be done. Pure.
 */
#include "commands/eac/diagnose.h"

#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "salesforce/sf_id.h"

void diagnosis_done(struct diagnosis *d)
{
	json_decref(d->plan);
	json_decref(d->warnings);
	*d = (struct diagnosis){0};
}

static bool grants(const json_t *row)
{
	return json_bool(row, "inbox") || json_bool(row, "eac");
}

/* An assignment made directly, not through a profile or a group: the only kind that may be touched. */
static bool is_direct(const json_t *row)
{
	return !json_bool(row, "profile_owned") && json_str(row, "group")[0] == '\0';
}

static const json_t *by_id(const json_t *rows, const char *key, const char *id)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (sf_id_same(json_str(row, key), id))
			return row;
	return NULL;
}

static void refuse(struct diagnosis *d, const char *reason, const struct buf *text)
{
	if (d->reason[0] != '\0')
		return;
	text_copy(d->reason, sizeof d->reason, reason);
	text_copy(d->text, sizeof d->text, buf_str(text));
}

static void refuse_words(struct diagnosis *d, const char *reason, const char *words)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, sizeof d->text);
	buf_puts(&b, words);
	refuse(d, reason, &b);
}

static void warn(struct diagnosis *d, const char *mrkdwn)
{
	json_array_append_new(d->warnings, json_text_value(mrkdwn));
}

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

bool diagnose_is_protected(const struct config *config, const json_t *user)
{
	const struct config_list *list = &config->access.protected_users;
	for (size_t i = 0; i < list->count; i++)
		if (text_ieq(list->items[i], json_str(user, "username")) ||
		    text_ieq(list->items[i], json_str(user, "email")) ||
		    sf_id_same(list->items[i], json_str(user, "id")))
			return true;
	return false;
}

/* --- what is there --- */

json_t *diagnose_links(const json_t *look)
{
	const json_t *links = json_get(look, "links");
	if (!json_is_array(links))
		return NULL;
	json_t *found = json_array();
	size_t i;
	json_t *link;
	json_array_foreach (links, i, link)
		if (!json_bool(link, "login"))
			json_array_append(found, link);
	return found;
}

static json_t *listed(const json_t *rows, const char *key, const struct config_list *list)
{
	if (!json_is_array(rows))
		return NULL;
	json_t *found = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (config_list_has_nocase(list, json_str(row, key)))
			json_array_append(found, row);
	return found;
}

json_t *diagnose_tokens(const struct config *config, const json_t *look)
{
	return listed(json_get(look, "tokens"), "app", &config->salesforce.siq_apps);
}

json_t *diagnose_sessions(const struct config *config, const json_t *look)
{
	return listed(json_get(look, "sessions"), "login_type", &config->salesforce.addin_login_types);
}

json_t *diagnose_sets(const json_t *plan, const json_t *look)
{
	const json_t *rows = json_get(look, "sets");
	if (!json_is_array(rows))
		return NULL;
	json_t *held = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (is_direct(row) && by_id(json_get(plan, "sets"), "set", json_str(row, "set")) != NULL)
			json_array_append(held, row);
	return held;
}

json_t *diagnose_licences(const json_t *plan, const json_t *look)
{
	const json_t *rows = json_get(look, "licences");
	if (!json_is_array(rows))
		return NULL;
	json_t *held = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (by_id(json_get(plan, "licences"), "licence", json_str(row, "licence")) != NULL)
			json_array_append(held, row);
	return held;
}

void diagnose_code(const json_t *target, const json_t *plan, char out[static 9])
{
	AUTO_BUF struct buf b = {0};
	char hash[65];
	size_t i;
	json_t *row;
	buf_init(&b, 1u << 20);
	buf_puts(&b, json_str(target, "id"));
	json_array_foreach (json_get(plan, "sets"), i, row)
		buf_printf(&b, "|s:%s:%s", json_str(row, "set"), json_str(row, "expires"));
	json_array_foreach (json_get(plan, "licences"), i, row)
		buf_printf(&b, "|l:%s", json_str(row, "licence"));
	text_sha256_hex(hash, buf_str(&b), b.len);
	text_copy(out, 9, hash);
}

/* --- the plan --- */

static void plan_set(json_t *sets, const json_t *row)
{
	if (by_id(sets, "set", json_str(row, "set")) != NULL)
		return;
	json_array_append_new(sets, json_pack("{s:s,s:s,s:s,s:s,s:s}", "set", json_str(row, "set"), "name",
	                                      json_str(row, "name"), "label", json_str(row, "label"), "licence",
	                                      json_str(row, "licence"), "expires", json_str(row, "expires")));
}

static bool set_is_listed(const struct config *config, const json_t *row)
{
	return config_list_has_nocase(&config->salesforce.permission_sets, json_str(row, "name"));
}

/* "" when policy lets the licence go, else why it stays. */
static const char *licence_stays(const struct config *config, const json_t *row)
{
	const struct config_list *list = &config->salesforce.permission_set_licenses;
	if (list->count > 0)
		return config_list_has(list, json_str(row, "name")) ? "" : "it is not in permission_set_licenses";
	return json_bool(row, "broad") ? "it carries more than Inbox and Einstein Activity Capture" : "";
}

static void plan_licence(const struct config *config, json_t *plan, const json_t *row)
{
	if (!grants(row))
		return;
	const char *why = licence_stays(config, row);
	json_t *list = json_get(plan, why[0] == '\0' ? "licences" : "kept");
	json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "licence", json_str(row, "licence"), "name",
	                                      json_str(row, "name"), "label", json_str(row, "label"), "why", why));
}

json_t *diagnose_plan(const struct config *config, const json_t *look, const json_t *before)
{
	json_t *plan = json_pack("{s:[],s:[],s:[]}", "sets", "licences", "kept");
	size_t i;
	json_t *row;
	json_array_foreach (json_get(look, "sets"), i, row)
		if (is_direct(row) && set_is_listed(config, row))
			plan_set(json_get(plan, "sets"), row);
	json_array_foreach (json_get(before, "sets"), i, row)
		plan_set(json_get(plan, "sets"), row);
	json_array_foreach (json_get(look, "licences"), i, row)
		plan_licence(config, plan, row);
	json_array_foreach (json_get(before, "licences"), i, row)
		if (by_id(json_get(plan, "licences"), "licence", json_str(row, "licence")) == NULL)
			json_array_append(json_get(plan, "licences"), row);
	char code[9];
	diagnose_code(json_get(look, "user"), plan, code);
	json_set_str(plan, "code", code);
	return plan;
}

/* --- what forbids it --- */

static void check_assigned(struct diagnosis *d, const struct config *config, const json_t *look)
{
	AUTO_BUF struct buf b = {0};
	size_t i;
	json_t *row;
	if (json_array_size(json_get(d->plan, "sets")) > 0)
		return;
	buf_init(&b, sizeof d->text);
	json_array_foreach (json_get(look, "sets"), i, row) {
		if (is_direct(row) || (!grants(row) && !set_is_listed(config, row)))
			continue;
		bool group = json_str(row, "group")[0] != '\0';
		/* a profile's own permission set bears a made-up name */
		const char *profile = group ? "" : json_str(json_get(look, "user"), "profile");
		const char *label = json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name");
		buf_printf(&b, "Inbox or Einstein Activity Capture comes only through the %s “",
		           group ? "permission set group" : "profile");
		mrkdwn_add_literal(&b, profile[0] != '\0' ? profile : label, 80);
		buf_puts(&b, "”, which I never touch: removing it would take away everything else in it. A Salesforce "
		             "admin has to "
		             "decide what to do.");
		refuse(d, "group_only", &b);
		return;
	}
	refuse_words(d, "nothing_assigned",
	             "None of the permission sets that I may handle is assigned to this user, and none is owed from an "
	             "earlier repair. I never "
	             "grant what was not there: a Salesforce admin has to assign it.");
}

/* The set was chosen by those who configured the bot; what nobody could look at is left to people. */
static void say_unchecked(struct diagnosis *d, const json_t *row)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 400);
	buf_puts(&b, "The permission set “");
	mrkdwn_add_literal(&b, json_str(row, "label")[0] != '\0' ? json_str(row, "label") : json_str(row, "name"), 80);
	buf_puts(&b, "” could not be checked for other permissions: what else it carries would be gone during the "
	             "repair, too.");
	warn(d, buf_str(&b));
}

static void check_broad(struct diagnosis *d, const struct config *config, const json_t *found)
{
	size_t i, j;
	json_t *row, *why;
	if (config->salesforce.allow_broad)
		return;
	json_array_foreach (json_get(d->plan, "sets"), i, row) {
		const json_t *known = by_id(json_get(found, "sets"), "id", json_str(row, "set"));
		if (!json_is_array(json_get(found, "sets")) || json_bool(known, "broad_unknown"))
			say_unchecked(d, row);
		if (!json_bool(known, "broad"))
			continue;
		AUTO_BUF struct buf b = {0};
		buf_init(&b, sizeof d->text);
		buf_puts(&b, "The permission set “");
		mrkdwn_add_literal(&b, json_str(row, "label"), 80);
		buf_puts(&b, "” carries other permissions too (");
		json_array_foreach (json_get(known, "broad_why"), j, why) {
			buf_puts(&b, j > 0 ? ", " : "");
			mrkdwn_add_literal(&b, json_string_value(why), 60);
		}
		buf_puts(
		    &b,
		    "), so taking it away would take those as well. Use a set of its own for Inbox, or allow it with "
		    "salesforce.allow_broad.");
		refuse(d, "broad_set", &b);
	}
}

/* How long a repair may take at most by its own timers; what never ends counts as two weeks. */
static int64_t longest_repair_ms(const struct config *config)
{
	const int64_t never = (int64_t)14 * 24 * 3600 * 1000;
	int64_t user = config->people.give_up_after_ms, gate = config->approval.expire_after_ms;
	return (user == CONFIG_NEVER ? never : user) + (gate == CONFIG_NEVER ? never : gate);
}

static const char *licence_trouble(const json_t *licence, int64_t until)
{
	int64_t expires = json_int(licence, "expires");
	if (text_ieq(json_str(licence, "status"), "Disabled"))
		return "is disabled (its contract has ended)";
	if (expires != 0 && expires < until)
		return "expires before a repair would have to be finished";
	if (json_int(licence, "used") > json_int(licence, "total"))
		return "is over-allocated: more seats are used than were bought";
	return NULL;
}

static void check_licence(struct diagnosis *d, const struct config *config, const json_t *found, const json_t *look,
                          const char *id, int64_t now)
{
	const json_t *licence = by_id(json_get(found, "licences"), "id", id);
	if (licence == NULL)
		licence = by_id(json_get(look, "licences"), "licence", id);
	if (licence == NULL)
		return;
	const char *trouble = licence_trouble(licence, now + longest_repair_ms(config));
	AUTO_BUF struct buf b = {0};
	buf_init(&b, sizeof d->text);
	if (trouble != NULL) {
		buf_puts(&b, "The licence “");
		mrkdwn_add_literal(&b, json_str(licence, "label"), 80);
		buf_printf(&b, "” %s, so it could not be given back after its removal. Nothing was changed.", trouble);
		refuse(d, "license_unavailable", &b);
	} else if (json_int(licence, "used") >= json_int(licence, "total") && json_int(licence, "total") > 0) {
		buf_puts(&b, "All seats of the licence “");
		mrkdwn_add_literal(&b, json_str(licence, "label"), 80);
		buf_printf(&b,
		           "” are taken (%d of %d): while the repair runs, somebody else could take this user's seat.",
		           (int)json_int(licence, "used"), (int)json_int(licence, "total"));
		warn(d, buf_str(&b));
	}
}

static void check_licences(struct diagnosis *d, const struct config *config, const json_t *found, const json_t *look,
                           int64_t now)
{
	json_t *seen = json_object();
	size_t i;
	json_t *row;
	json_array_foreach (json_get(d->plan, "sets"), i, row)
		if (sf_id_has_prefix(json_str(row, "licence"), "0PL"))
			json_set_bool(seen, json_str(row, "licence"), true);
	json_array_foreach (json_get(d->plan, "licences"), i, row)
		json_set_bool(seen, json_str(row, "licence"), true);
	const char *id;
	json_object_foreach (seen, id, row)
		check_licence(d, config, found, look, id, now);
	json_decref(seen);
}

static void check_org(struct diagnosis *d, const json_t *connection)
{
	const char *status = json_str(connection, "status"), *terms = json_str(connection, "global_terms");
	AUTO_BUF struct buf b = {0};
	buf_init(&b, sizeof d->text);
	if (text_eq(status, "NEEDSATTENTIONGLOBAL") || text_eq(status, "NEEDSATTENTIONHYBRID")) {
		buf_printf(
		    &b,
		    "The connection of the whole org is broken (status %s), not that of this user alone. A Salesforce "
		    "admin repairs it in "
		    "Setup > Einstein Activity Capture > Settings, then uses Check User Sync Status > Reset User.",
		    status);
	} else if (terms[0] != '\0') {
		buf_puts(&b, "The org connects mailboxes for everybody at once (organisation-level authentication, "
		             "terms state ");
		mrkdwn_add_literal(&b, terms, 40);
		buf_puts(&b, "): there is nothing that this user could disconnect. A Salesforce admin uses Setup > "
		             "Einstein Activity "
		             "Capture > Settings > Check User Sync Status > Reset User.");
	} else {
		return;
	}
	buf_puts(&b, " An admin can go on all the same with `anyway reason: …`.");
	d->org_level = true;
	refuse(d, "org_level", &b);
}

/* --- what has only to be said --- */

static void say_connection(struct diagnosis *d, const json_t *look)
{
	const json_t *connection = json_get(look, "connection"), *user = json_get(look, "user");
	if (!json_is_object(connection))
		return;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 900);
	if (json_is_false(json_get(connection, "terms")))
		warn(d, "The user has not accepted the terms of Einstein Activity Capture; accepting them while "
		        "reconnecting may be enough.");
	const char *mailbox = json_str(connection, "mailbox");
	if (mailbox[0] != '\0' && !text_ieq(mailbox, json_str(user, "email"))) {
		buf_puts(&b, "The connected mailbox (");
		mrkdwn_add_literal(&b, mailbox, 90);
		buf_puts(&b, ") is not the e-mail address of the Salesforce user (");
		mrkdwn_add_literal(&b, json_str(user, "email"), 90);
		buf_puts(&b, "); Einstein Activity Capture needs them to be the same.");
		warn(d, buf_str(&b));
		buf_clear(&b);
	}
	if (json_str(connection, "configuration")[0] == '\0')
		warn(d, "The user is in no Einstein Activity Capture configuration, as far as Salesforce shows.");
	const char *advice = json_str(connection, "advice_title");
	if (advice[0] != '\0') {
		buf_puts(&b, "Salesforce's own advice is “");
		mrkdwn_add_literal(&b, advice, 150);
		buf_puts(&b, "”: reconnecting the mailbox alone would probably do.");
		warn(d, buf_str(&b));
	}
}

static void say_population(struct diagnosis *d, const json_t *population)
{
	static const char *const broken[] = {"DISABLED", "NEEDSATTENTION", "NEEDSATTENTIONGLOBAL",
	                                     "NEEDSATTENTIONHYBRID"};
	int64_t all = 0, bad = 0;
	const char *status;
	json_t *n;
	json_object_foreach ((json_t *)(uintptr_t)population, status, n) {
		all += json_integer_value(n);
		for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
			if (text_eq(status, broken[i]))
				bad += json_integer_value(n);
	}
	if (bad < 5 || bad * 5 < all)
		return;
	char line[400];
	snprintf(line, sizeof line,
	         "%d of %d connected users are broken at the moment: look for a cause in the org first (the end of "
	         "Microsoft's EWS on 1 October "
	         "2026, a missing consent for Microsoft Graph, a changed policy).",
	         (int)bad, (int)all);
	warn(d, line);
}

/* Parts without which "nothing there" could be mere blindness. */
static void check_sight(struct diagnosis *d, const json_t *found, const json_t *look)
{
	static const struct {
		const char *part, *right;
	} parts[] = {{"sets", "View Setup and Configuration"},
	             {"licences", "View Setup and Configuration"},
	             {"tokens", "Customize Application"},
	             {"links", "Manage Users"}};
	const char *missing = diagnose_missing_right(found);
	for (size_t i = 0; missing == NULL && i < sizeof parts / sizeof parts[0]; i++)
		if (!json_is_array(json_get(look, parts[i].part)))
			missing = parts[i].right;
	if (missing == NULL)
		return;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, sizeof d->text);
	buf_printf(&b,
	           "The bot's own Salesforce user lacks the right “%s”, without which it would be blind to what has to "
	           "be removed. "
	           "A Salesforce admin has to grant it.",
	           missing);
	refuse(d, "bot_rights", &b);
}

/* Salesforce shows nothing to those without a right, and no error either. */
static void say_unknown_rights(struct diagnosis *d, const json_t *found, const json_t *look)
{
	bool tokens = json_array_size(json_get(look, "tokens")) > 0,
	     links = json_array_size(json_get(look, "links")) > 0;
	if (json_is_object(json_get(found, "rights")) || (tokens && links))
		return;
	warn(d, "Salesforce does not tell which rights my own user has. Where I say that an access token or an account "
	        "link is not there, somebody should look in Setup whether that is so.");
}

void diagnose(struct diagnosis *ret, const struct config *config, const json_t *found, const json_t *look,
              const json_t *owed, int64_t now)
{
	*ret = (struct diagnosis){.warnings = json_array(), .plan = diagnose_plan(config, look, owed)};
	check_sight(ret, found, look);
	if (json_is_false(json_get(json_get(look, "user"), "active")))
		refuse_words(ret, "inactive", "This Salesforce user is inactive. Activate the user first.");
	if (json_is_true(json_get(look, "frozen")))
		refuse_words(ret, "frozen",
		             "This Salesforce user is frozen and can't log in, so they could neither disconnect nor "
		             "reconnect. Unfreeze the user first.");
	check_assigned(ret, config, look);
	check_broad(ret, config, found);
	check_licences(ret, config, found, look, now);
	check_org(ret, json_get(look, "connection"));
	say_unknown_rights(ret, found, look);
	say_connection(ret, look);
	say_population(ret, json_get(found, "population"));
}

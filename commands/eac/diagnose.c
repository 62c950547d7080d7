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

/* --- the plan --- */

/* In the order of the plan, which a newer look does not change. */
void diagnose_code(const json_t *target, const json_t *plan, char out[static 9])
{
	AUTO_BUF struct buf b = {0};
	char hash[65];
	size_t i;
	json_t *row;
	buf_init(&b, 1u << 20);
	buf_puts(&b, json_str(target, "id"));
	json_array_foreach (json_get(plan, "sets"), i, row)
		buf_printf(&b, "|s:%s:%s%s", json_str(row, "set"), json_str(row, "expires"),
		           json_bool(row, "gone") ? ":gone" : "");
	json_array_foreach (json_get(plan, "licences"), i, row)
		buf_printf(&b, "|l:%s%s", json_str(row, "licence"), json_bool(row, "gone") ? ":gone" : "");
	text_sha256_hex(hash, buf_str(&b), b.len);
	text_copy(out, 9, hash);
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

static json_t *planned_set(const json_t *row)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s}", "set", json_str(row, "set"), "name", json_str(row, "name"), "label",
	                 json_str(row, "label"), "licence", json_str(row, "licence"), "expires",
	                 json_str(row, "expires"));
}

static json_t *planned_licence(const json_t *row, const char *why)
{
	return json_pack("{s:s,s:s,s:s,s:s}", "licence", json_str(row, "licence"), "name", json_str(row, "name"),
	                 "label", json_str(row, "label"), "why", why);
}

/* What is planned already keeps its place; what was removed keeps its date, whatever was assigned since. */
struct planning {
	const struct config *config;
	const json_t *look, *removed;
	json_t *plan;
};

static const json_t *held_set(const struct planning *p, const char *set)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(p->look, "sets"), i, row)
		if (is_direct(row) && sf_id_same(json_str(row, "set"), set))
			return row;
	return NULL;
}

static void plan_set(const struct planning *p, const json_t *row)
{
	const char *id = json_str(row, "set");
	json_t *sets = json_get(p->plan, "sets");
	const json_t *held = held_set(p, id), *removed = by_id(json_get(p->removed, "sets"), "set", id);
	if (by_id(sets, "set", id) != NULL)
		return;
	json_t *planned = planned_set(removed != NULL ? removed : held != NULL ? held : row);
	if (held == NULL && removed == NULL)
		json_set_bool(planned, "gone", true);
	json_array_append_new(sets, planned);
}

static void plan_licence(const struct planning *p, const json_t *row)
{
	const char *id = json_str(row, "licence");
	json_t *licences = json_get(p->plan, "licences");
	bool held = by_id(json_get(p->look, "licences"), "licence", id) != NULL,
	     removed = by_id(json_get(p->removed, "licences"), "licence", id) != NULL;
	if (by_id(licences, "licence", id) != NULL)
		return;
	json_t *planned = planned_licence(row, "");
	if (!held && !removed)
		json_set_bool(planned, "gone", true);
	json_array_append_new(licences, planned);
}

static void plan_held_licence(const struct planning *p, const json_t *row)
{
	const char *why = licence_stays(p->config, row);
	if (!grants(row))
		return;
	if (why[0] == '\0')
		plan_licence(p, row);
	else
		json_array_append_new(json_get(p->plan, "kept"), planned_licence(row, why));
}

/* Another source of the permission, which stays: an unlisted set, a profile, a group. */
static void plan_source(const struct planning *p, const json_t *row)
{
	bool group = json_str(row, "group")[0] != '\0', profile = json_bool(row, "profile_owned");
	if (!grants(row) || (is_direct(row) && set_is_listed(p->config, row)))
		return;
	/* a profile's own permission set bears a made-up name */
	const char *name = profile ? json_str(json_get(p->look, "user"), "profile") : "";
	if (name[0] == '\0')
		name = json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name");
	json_array_append_new(json_get(p->plan, "sources"), json_pack("{s:s,s:s}", "kind",
	                                                              group     ? "permission set group"
	                                                              : profile ? "profile"
	                                                                        : "permission set",
	                                                              "label", name));
}

json_t *diagnose_plan(const struct config *config, const json_t *look, const json_t *before, const json_t *removed)
{
	json_t *plan = json_pack("{s:[],s:[],s:[],s:[]}", "sets", "licences", "kept", "sources");
	const struct planning p = {.config = config, .look = look, .removed = removed, .plan = plan};
	size_t i;
	json_t *row;
	json_array_foreach (json_get(before, "sets"), i, row)
		plan_set(&p, row);
	json_array_foreach (json_get(look, "sets"), i, row)
		if (is_direct(row) && set_is_listed(config, row))
			plan_set(&p, row);
	json_array_foreach (json_get(removed, "sets"), i, row)
		plan_set(&p, row);
	json_array_foreach (json_get(before, "licences"), i, row)
		plan_licence(&p, row);
	json_array_foreach (json_get(look, "licences"), i, row)
		plan_held_licence(&p, row);
	json_array_foreach (json_get(removed, "licences"), i, row)
		if (json_str(row, "why")[0] == '\0')
			plan_licence(&p, row);
	json_array_foreach (json_get(look, "sets"), i, row)
		plan_source(&p, row);
	char code[9];
	diagnose_code(json_get(look, "user"), plan, code);
	json_set_str(plan, "code", code);
	return plan;
}

/* --- what has to be given back --- */

/* Comes and goes with a set of the plan that is held. */
static bool is_tied(const json_t *plan, const json_t *look, const char *licence)
{
	json_auto_t *held = diagnose_sets(plan, look);
	return by_id(held, "licence", licence) != NULL;
}

/* Is this held licence one that a removal would give up? Also one that policy keeps, but that is tied to the set. */
static bool would_go(const json_t *plan, const json_t *look, const json_t *licence)
{
	const char *id = json_str(licence, "licence");
	return by_id(json_get(plan, "licences"), "licence", id) != NULL || is_tied(plan, look, id);
}

json_t *diagnose_debt(const json_t *plan, const json_t *look, const json_t *removed)
{
	json_t *sets = json_deep_copy(json_get(removed, "sets")),
	       *licences = json_deep_copy(json_get(removed, "licences"));
	json_auto_t *held = diagnose_sets(plan, look);
	size_t i;
	json_t *row;
	sets = sets != NULL ? sets : json_array();
	licences = licences != NULL ? licences : json_array();
	json_array_foreach (held, i, row)
		if (by_id(sets, "set", json_str(row, "set")) == NULL)
			json_array_append_new(sets,
			                      planned_set(by_id(json_get(plan, "sets"), "set", json_str(row, "set"))));
	json_array_foreach (json_get(look, "licences"), i, row) {
		const char *id = json_str(row, "licence");
		const json_t *kept = by_id(json_get(plan, "kept"), "licence", id);
		if (would_go(plan, look, row) && by_id(licences, "licence", id) == NULL)
			json_array_append_new(licences, planned_licence(row, json_str(kept, "why")));
	}
	return json_pack("{s:o,s:o}", "sets", sets, "licences", licences);
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

/* Why it could not be given back, begun as "The licence “Inbox” ..."; false: it could. */
static bool licence_trouble(const json_t *licence, int64_t promised, int64_t until, struct buf *ret)
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
	buf_puts(ret, "The licence “");
	mrkdwn_add_literal(ret, json_str(licence, "label"), 80);
	buf_printf(ret, "” %s (%d of %d used, %d promised), so it could not be given back after its removal. ", trouble,
	           (int)used, (int)total, (int)promised);
	return true;
}

bool diagnose_seats_missing(const json_t *plan, const json_t *look, const json_t *promised, int64_t until,
                            struct buf *ret)
{
	size_t i;
	json_t *row;
	buf_init(ret, 900);
	json_array_foreach (json_get(look, "licences"), i, row) {
		/* an org that does not tell of its licences tells of none */
		bool known = json_int(row, "total") > 0 || json_str(row, "status")[0] != '\0';
		if (known && would_go(plan, look, row) &&
		    licence_trouble(row, json_int(promised, json_str(row, "licence")), until, ret)) {
			buf_puts(ret, "It was left alone; *Retry* looks again");
			return true;
		}
	}
	return false;
}

static void check_licence(struct diagnosis *d, const struct config *config, const json_t *found, const json_t *look,
                          const json_t *promised, const char *id, int64_t now)
{
	const json_t *licence = by_id(json_get(found, "licences"), "id", id);
	if (licence == NULL)
		licence = by_id(json_get(look, "licences"), "licence", id);
	if (licence == NULL)
		return;
	int64_t owed = json_int(promised, id), used = json_int(licence, "used") + owed,
	        total = json_int(licence, "total");
	AUTO_BUF struct buf b = {0};
	buf_init(&b, sizeof d->text);
	if (licence_trouble(licence, owed, now + longest_repair_ms(config), &b)) {
		buf_puts(&b, "Nothing was changed.");
		refuse(d, "license_unavailable", &b);
	} else if (used >= total && total > 0) {
		buf_puts(&b, "All seats of the licence “");
		mrkdwn_add_literal(&b, json_str(licence, "label"), 80);
		buf_printf(&b,
		           "” are taken (%d of %d): while the repair runs, somebody else could take this user's seat.",
		           (int)used, (int)total);
		warn(d, buf_str(&b));
	}
}

static void check_licences(struct diagnosis *d, const struct config *config, const json_t *found, const json_t *look,
                           const json_t *promised, int64_t now)
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
		check_licence(d, config, found, look, promised, id, now);
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
              const json_t *owed, const json_t *promised, int64_t now)
{
	*ret = (struct diagnosis){.warnings = json_array(), .plan = diagnose_plan(config, look, NULL, owed)};
	check_sight(ret, found, look);
	if (json_is_false(json_get(json_get(look, "user"), "active")))
		refuse_words(ret, "inactive", "This Salesforce user is inactive. Activate the user first.");
	if (json_is_true(json_get(look, "frozen")))
		refuse_words(ret, "frozen",
		             "This Salesforce user is frozen and can't log in, so they could neither disconnect nor "
		             "reconnect. Unfreeze the user first.");
	check_assigned(ret, config, look);
	check_broad(ret, config, found);
	check_licences(ret, config, found, look, promised, now);
	check_org(ret, json_get(look, "connection"));
	say_unknown_rights(ret, found, look);
	say_connection(ret, look);
	say_population(ret, json_get(found, "population"));
}

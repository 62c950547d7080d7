/*
 * app/doctor_salesforce.c - the doctor's questions to Salesforce: log-in, rights, permission sets, licences, objects.
 *
 * The same two questions that a repair begins with: who is meant (which tells
 * of the org and of us), and everything about one user, namely ourselves (which
 * reads each object once). Then what the org lets the API do, and who is meant by
 * each protected entry.
 */
#include "bot/app/doctor_private.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"

/* A repair takes 9 to 15 calls. Below so many a day the share is soon spent. */
enum { CALLS_PER_REPAIR = 15, SHARE_MIN = 150, SOON_DAYS = 30, PROTECTED_MAX = 60 };

static const char rights_fix[] = "deploy/salesforce/README.md, 2: assign the permission set to the bot's user";

static void check_clock(struct doctor *d, const struct sf_figures *figures)
{
	static const char fix[] = "set this machine's clock (NTP)";
	int64_t skew = llabs(figures->clock_skew_ms);
	char words[32];

	clock_duration_words(skew, words);
	if (skew >= 10 * 60 * 1000)
		findings_add(d->findings, FINDING_FAILED, "clock", fix, "it is wrong by %s", words);
	else if (skew >= 60 * 1000)
		findings_add(d->findings, FINDING_WARNING, "clock", fix, "it is wrong by %s", words);
	else
		findings_add(d->findings, FINDING_OK, "clock", NULL, "agrees with Salesforce's");
}

static void check_allowance(struct doctor *d, const struct sf_figures *figures)
{
	long long share = figures->api_limit * d->config->salesforce.api_budget_percent / 100;

	if (figures->api_limit <= 0)
		findings_add(d->findings, FINDING_WARNING, "salesforce-api", NULL,
		             "Salesforce does not tell how many calls are used");
	else if (figures->api_used >= figures->api_limit)
		findings_add(d->findings, FINDING_FAILED, "salesforce-api", "see who uses the org's API calls, or wait",
		             "all %lld calls of the day are used", (long long)figures->api_limit);
	else if (figures->api_used * 10 >= figures->api_limit * 9)
		findings_add(d->findings, FINDING_WARNING, "salesforce-api", "see who uses the org's API calls",
		             "%lld of %lld calls of the day are used", (long long)figures->api_used,
		             (long long)figures->api_limit);
	else if (share < SHARE_MIN)
		findings_add(d->findings, FINDING_WARNING, "salesforce-api", "raise salesforce.api_budget",
		             "the bot's share is %lld calls a day, which is about %lld repairs", share,
		             share / CALLS_PER_REPAIR);
	else
		findings_add(d->findings, FINDING_OK, "salesforce-api", NULL,
		             "%lld of %lld calls of the day are used; the bot's share is %lld",
		             (long long)figures->api_used, (long long)figures->api_limit, share);
}

/* As Setup calls them, and what they are for. */
static const struct {
	const char *name, *label, *loss;
} rights_known[] = {
    {"ApiEnabled", "API Enabled", "every call"},
    {"ViewSetup", "View Setup and Configuration", "seeing permission sets and licences"},
    {"AssignPermissionSets", "Assign Permission Sets", "steps 1.5 and 2.1"},
    {"ManageUsers", "Manage Users", "seeing links and sessions, step 1.6"},
    {"CustomizeApplication", "Customize Application", "seeing the tokens of step 1.4"},
};
enum { RIGHTS = sizeof(rights_known) / sizeof(rights_known[0]) };

static void check_rights(struct doctor *d, const json_t *rights)
{
	AUTO_BUF struct buf missing;
	size_t told = 0;

	buf_init(&missing, 400);
	for (size_t i = 0; i < RIGHTS; i++) {
		const json_t *has = json_get(rights, rights_known[i].name);

		told += json_is_boolean(has);
		if (json_is_false(has))
			buf_printf(&missing, "%s%s (%s)", missing.len ? ", " : "", rights_known[i].label,
			           rights_known[i].loss);
	}
	if (missing.len > 0)
		findings_add(d->findings, FINDING_FAILED, "salesforce-rights", rights_fix, "missing: %s",
		             buf_str(&missing));
	else if (told < RIGHTS)
		findings_add(d->findings, FINDING_WARNING, "salesforce-rights", rights_fix,
		             "Salesforce does not tell %s of them", told == 0 ? "any" : "all");
	else
		findings_add(d->findings, FINDING_OK, "salesforce-rights", NULL, "all five are there");
}

static const json_t *set_named(const json_t *sets, const char *name)
{
	size_t i;
	json_t *set;

	json_array_foreach (sets, i, set)
		if (text_ieq(json_str(set, "name"), name))
			return set;
	return NULL;
}

static void check_set(struct doctor *d, const char *name, const json_t *set)
{
	if (!set)
		findings_add(d->findings, FINDING_FAILED, "salesforce-permission-set",
		             "Setup, Permission Sets, column API Name: put that into salesforce.permission_sets",
		             "%s: there is none of this API name", name);
	else if (json_bool(set, "broad") && !d->config->salesforce.allow_broad)
		findings_add(d->findings, FINDING_FAILED, "salesforce-permission-set",
		             "make a set for Inbox and activity capture alone, or set salesforce.allow_broad",
		             "%s carries other rights too (%s), so repairs are refused", name,
		             json_array_size(json_get(set, "broad_why")) > 0
		                 ? json_string_value(json_array_get(json_get(set, "broad_why"), 0))
		                 : "objects or fields");
	else if (json_bool(set, "broad_unknown"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-permission-set",
		             "look yourself: Setup, Permission Sets, System Permissions",
		             "%s: whether it carries other rights too can't be read", name);
	else if (!json_bool(set, "inbox") && !json_bool(set, "eac"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-permission-set", "is it the right one?",
		             "%s gives neither Inbox nor activity capture", name);
	else
		findings_add(d->findings, FINDING_OK, "salesforce-permission-set", NULL, "%s is “%s”", name,
		             json_str(set, "label"));
}

static void check_licence(struct doctor *d, const json_t *licence, int64_t now_ms)
{
	const char *name = json_str(licence, "label");
	long long used = json_int(licence, "used");
	long long total = json_int(licence, "total");
	int64_t left_ms = json_int(licence, "expires") - now_ms;

	if (!text_eq(json_str(licence, "status"), "Active"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-licence", "renew it", "%s: its status is %s",
		             name, json_str(licence, "status"));
	else if (json_int(licence, "expires") > 0 && left_ms < (int64_t)SOON_DAYS * 24 * 3600 * 1000)
		findings_add(d->findings, FINDING_WARNING, "salesforce-licence", "renew it", "%s: it ends %s", name,
		             left_ms < 0 ? "now" : "within a month");
	else if (used > total)
		findings_add(d->findings, FINDING_WARNING, "salesforce-licence", "free seats, or buy some",
		             "%s: %lld seats are used of %lld, so a repair could not give one back", name, used, total);
	else if (used == total)
		findings_add(
		    d->findings, FINDING_WARNING, "salesforce-licence", "free a seat, or buy some",
		    "%s: all %lld seats are used; one that a repair frees may be taken by somebody else before "
		    "it is given back",
		    name, total);
	else
		findings_add(d->findings, FINDING_OK, "salesforce-licence", NULL, "%s: %lld of %lld seats are used",
		             name, used, total);
}

static const json_t *licence_named(const json_t *licences, const char *name)
{
	return set_named(licences, name);
}

/* Those of salesforce.permission_set_licenses, which may be removed. */
static void check_listed_licence(struct doctor *d, const char *name, const json_t *licence)
{
	static const char fix[] = "put the developer name of an Inbox or activity capture licence into "
	                          "salesforce.permission_set_licenses, or leave it empty";

	if (!licence)
		findings_add(d->findings, FINDING_FAILED, "salesforce-licence", fix,
		             "%s: no licence of this developer name gives Inbox or activity capture", name);
	else if (json_bool(licence, "broad"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-licence", fix,
		             "%s carries other features too, which go while it is removed", name);
}

static void check_org(struct doctor *d, const json_t *body)
{
	const struct config_list *sets = &d->config->salesforce.permission_sets;
	const struct config_list *listed = &d->config->salesforce.permission_set_licenses;
	const json_t *licences = json_get(body, "licences");
	struct sf_figures figures;
	size_t i;
	json_t *licence;

	sf_get_figures(d->sf, &figures);
	check_rights(d, json_get(body, "rights"));
	for (size_t k = 0; k < sets->count; k++)
		check_set(d, sets->items[k], set_named(json_get(body, "sets"), sets->items[k]));
	for (size_t k = 0; json_is_array(licences) && k < listed->count; k++)
		check_listed_licence(d, listed->items[k], licence_named(licences, listed->items[k]));
	json_array_foreach (licences, i, licence)
		check_licence(d, licence, clock_wall_ms() + figures.clock_skew_ms);
	if (!json_is_array(licences))
		findings_add(d->findings, FINDING_FAILED, "salesforce-licence", rights_fix, "they can't be read: %s",
		             json_str(json_get(body, "unreadable"), "licences"));
}

static void org_answered(void *arg, const struct sf_answer *answer)
{
	struct doctor *d = arg;
	struct sf_figures figures;

	sf_get_figures(d->sf, &figures);
	if (answer->code != OK) {
		findings_add(d->findings, FINDING_FAILED, figures.let_in ? "salesforce-org" : "salesforce-login",
		             answer->code == ERR_TEMPORARY
		                 ? "let this machine reach salesforce.login_url, or try again later"
		                 : "the table at the end of deploy/salesforce/README.md",
		             "%s", answer->reason);
		doctor_skip(d, DOCTOR_SALESFORCE);
		return;
	}
	findings_add(d->findings, FINDING_OK, "salesforce-login", NULL, "%s in %s",
	             json_str(json_get(answer->body, "bot"), "username"), json_str(answer->body, "instance"));
	text_copy(d->instance, sizeof(d->instance), figures.instance);
	check_clock(d, &figures);
	check_allowance(d, &figures);
	check_org(d, answer->body);
	json_array_clear(d->members);
	json_array_append_new(d->members, json_string(json_str(json_get(answer->body, "bot"), "id")));
	doctor_next(d);
}

void doctor_org(struct doctor *d)
{
	const char *us = d->config->salesforce.username;

	sf_find(d->sf, text_empty(us) ? "nobody@eacbot.invalid" : us, org_answered, d);
}

/* Every part that a repair reads is read once. */
static void parts_answered(void *arg, const struct sf_answer *answer)
{
	struct doctor *d = arg;
	json_t *unreadable = json_get(answer->body, "unreadable");
	const char *part;
	json_t *why;

	if (answer->code != OK)
		findings_add(d->findings, FINDING_FAILED, "salesforce-objects", rights_fix, "%s", answer->reason);
	else if (json_object_size(unreadable) == 0)
		findings_add(d->findings, FINDING_OK, "salesforce-objects", NULL,
		             "tokens, links and the connection can be read");
	json_object_foreach (unreadable, part, why)
		findings_add(d->findings, FINDING_FAILED, "salesforce-objects", rights_fix, "%s can't be read: %s",
		             text_eq(part, "frozen") ? "whether a user is frozen" : part,
		             json_is_string(why) ? json_string_value(why) : "");
	doctor_next(d);
}

void doctor_parts(struct doctor *d)
{
	sf_look(d->sf, json_string_value(json_array_get(d->members, 0)), SF_LOOK_LOGIN, 0, parts_answered, d);
}

/* --- what the org lets the API do --- */

struct kind {
	const char *object;
	const char *needed_for;
	bool made, deleted; /* by a repair */
};

/* Without these a repair can't be done; what it does with links and sessions has another way, by people. */
static const struct kind kinds[] = {
    {"OauthToken", "step 1.4", false, false},
    {"ThirdPartyAccountLink", "step 1.3", false, false},
    {"AuthSession", "step 1.2", false, false},
    {"PermissionSetAssignment", "steps 1.5 and 2.1", true, true},
    {"PermissionSetLicenseAssign", "steps 1.6 and 2.1", true, true},
};

static void check_kind(struct doctor *d, const struct kind *kind, const json_t *object, const char *why)
{
	bool can = json_bool(object, "queryable") && (!kind->made || json_bool(object, "createable")) &&
	           (!kind->deleted || json_bool(object, "deletable"));

	if (!json_is_object(object))
		findings_add(d->findings, FINDING_FAILED, "salesforce-object", rights_fix, "%s (%s): %s", kind->object,
		             kind->needed_for, why);
	else if (!can)
		findings_add(d->findings, FINDING_FAILED, "salesforce-object", rights_fix,
		             "%s (%s): the bot may not %s it", kind->object, kind->needed_for,
		             !json_bool(object, "queryable") ? "read" : "make or delete");
	else
		findings_add(d->findings, FINDING_OK, "salesforce-object", NULL, "%s can be read%s", kind->object,
		             kind->deleted                    ? ", made and deleted"
		             : json_bool(object, "deletable") ? " and deleted"
		                                              : "");
}

/* What the API may not do with links and sessions is for people to do; the configuration has to fit that. */
static void check_ways(struct doctor *d, const json_t *objects)
{
	const json_t *links = json_get(objects, "ThirdPartyAccountLink"), *sessions = json_get(objects, "AuthSession");

	if (d->config->salesforce.delete_account_links && json_is_object(links) && !json_bool(links, "deletable"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-object",
		             "ask Salesforce Support to make ThirdPartyAccountLink writable, or set account_links: ask",
		             "the org does not let the API delete account links, so an admin is asked");
	if (json_is_object(sessions) && !json_bool(sessions, "deletable"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-object", rights_fix,
		             "the bot may not end sessions of the add-in, so that is left to the user");
}

/* Nobody's rows at all: either there is nobody, or we are blind to them although we have the right. */
static void check_sight(struct doctor *d, const json_t *body)
{
	static const char fix[] = "if people use Inbox in this org, the bot's user needs more rights: see rights";
	const json_t *tokens = json_get(body, "tokens_of_others"), *links = json_get(body, "links_of_others");

	if (!json_is_integer(tokens) || !json_is_integer(links))
		findings_add(d->findings, FINDING_WARNING, "salesforce-sight", rights_fix,
		             "whether rows of others are shown could not be counted");
	else if (json_integer_value(tokens) == 0)
		findings_add(d->findings, FINDING_WARNING, "salesforce-sight", fix,
		             "the bot sees no access token of anybody else");
	else
		findings_add(d->findings, FINDING_OK, "salesforce-sight", NULL,
		             "%lld tokens and %lld account links of others are to be seen",
		             (long long)json_integer_value(tokens), (long long)json_integer_value(links));
}

static void objects_answered(void *arg, const struct sf_answer *answer)
{
	struct doctor *d = arg;
	const json_t *objects = json_get(answer->body, "objects");

	if (answer->code != OK)
		findings_add(d->findings, FINDING_FAILED, "salesforce-object", rights_fix, "%s", answer->reason);
	for (size_t i = 0; answer->code == OK && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		check_kind(d, &kinds[i], json_get(objects, kinds[i].object),
		           json_str(json_get(answer->body, "unreadable"), kinds[i].object));
	if (answer->code == OK) {
		check_ways(d, objects);
		check_sight(d, answer->body);
	}
	doctor_next(d);
}

void doctor_objects(struct doctor *d)
{
	sf_objects(d->sf, objects_answered, d);
}

/* --- who must not be touched --- */

static void ask_next_protected(struct doctor *d);

static void protected_answered(void *arg, const struct sf_answer *answer)
{
	static const char fix[] = "write the Salesforce username, e-mail address or id of a user of this org";
	struct doctor *d = arg;
	const char *entry = d->config->access.protected_users.items[d->item];

	if (answer->code != OK && answer->code != ERR_INVALID)
		findings_add(d->findings, FINDING_WARNING, "protected-users", "try again", "%s: %s", entry,
		             answer->reason);
	else if (json_array_size(json_get(answer->body, "users")) == 0)
		findings_add(d->findings, FINDING_WARNING, "protected-users", fix,
		             "%s matches nobody, so it protects nobody", entry);
	d->item++;
	ask_next_protected(d);
}

static void ask_next_protected(struct doctor *d)
{
	const struct config_list *list = &d->config->access.protected_users;

	if (d->item < list->count && d->item < PROTECTED_MAX) {
		sf_find(d->sf, list->items[d->item], protected_answered, d);
		return;
	}
	if (list->count > PROTECTED_MAX)
		findings_add(d->findings, FINDING_OK, "protected-users", NULL, "only the first %d of %zu looked for",
		             PROTECTED_MAX, list->count);
	else if (list->count > 0)
		findings_add(d->findings, FINDING_OK, "protected-users", NULL, "%zu looked for", list->count);
	doctor_next(d);
}

void doctor_protected(struct doctor *d)
{
	ask_next_protected(d);
}

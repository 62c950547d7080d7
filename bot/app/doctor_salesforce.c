/*
 * app/doctor_salesforce.c - the doctor's questions to Salesforce: log-in, rights, permission sets, licences, objects.
 *
 * Two questions are enough, the same that a repair begins with: who is meant
 * (which tells of the org and of us), and everything about one user, namely
 * ourselves (which reads each object once).
 */
#include "bot/app/doctor_private.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"

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
	if (figures->api_limit <= 0)
		return;
	if (figures->api_used >= figures->api_limit)
		findings_add(d->findings, FINDING_FAILED, "salesforce-api", "see who uses the org's API calls, or wait",
		             "all %lld calls of the day are used", (long long)figures->api_limit);
	else
		findings_add(d->findings, FINDING_OK, "salesforce-api", NULL, "%lld of %lld calls of the day are used",
		             (long long)figures->api_used, (long long)figures->api_limit);
}

static void check_rights(struct doctor *d, json_t *rights)
{
	AUTO_BUF struct buf missing;
	const char *right;
	json_t *has;

	buf_init(&missing, 300);
	json_object_foreach (rights, right, has)
		if (json_is_false(has))
			buf_printf(&missing, "%s%s", missing.len ? ", " : "", right);
	if (!json_is_object(rights))
		findings_add(d->findings, FINDING_WARNING, "salesforce-rights", rights_fix,
		             "Salesforce does not tell them");
	else if (missing.len > 0)
		findings_add(d->findings, FINDING_FAILED, "salesforce-rights", rights_fix, "missing: %s",
		             buf_str(&missing));
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

static void check_licence(struct doctor *d, const json_t *licence)
{
	const char *name = json_str(licence, "label");
	long long used = json_int(licence, "used");
	long long total = json_int(licence, "total");

	if (!text_eq(json_str(licence, "status"), "Active"))
		findings_add(d->findings, FINDING_WARNING, "salesforce-licence", "renew it", "%s: its status is %s",
		             name, json_str(licence, "status"));
	else if (used > total)
		findings_add(d->findings, FINDING_WARNING, "salesforce-licence", "free seats, or buy some",
		             "%s: %lld seats are used of %lld, so a repair could not give one back", name, used, total);
	else
		findings_add(d->findings, FINDING_OK, "salesforce-licence", NULL, "%s: %lld of %lld seats are used",
		             name, used, total);
}

static void check_org(struct doctor *d, const json_t *body)
{
	const struct config_list *sets = &d->config->salesforce.permission_sets;
	size_t i;
	json_t *licence;

	check_rights(d, json_get(body, "rights"));
	for (size_t k = 0; k < sets->count; k++)
		check_set(d, sets->items[k], set_named(json_get(body, "sets"), sets->items[k]));
	json_array_foreach (json_get(body, "licences"), i, licence)
		check_licence(d, licence);
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
		d->probe++; /* the objects would only repeat it */
		doctor_next(d);
		return;
	}
	findings_add(d->findings, FINDING_OK, "salesforce-login", NULL, "%s in %s",
	             json_str(json_get(answer->body, "bot"), "username"), json_str(answer->body, "instance"));
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

/* Every object that a repair reads is read once. */
static void objects_answered(void *arg, const struct sf_answer *answer)
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
		             part, json_is_string(why) ? json_string_value(why) : "");
	doctor_next(d);
}

void doctor_objects(struct doctor *d)
{
	sf_look(d->sf, json_string_value(json_array_get(d->members, 0)), SF_LOOK_LOGIN, 0, objects_answered, d);
}

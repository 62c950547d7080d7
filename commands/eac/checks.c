/*
 * commands/eac/checks.c - what is looked at before anything is touched: one row a check.
 *
 * Salesforce's own advice, and what went wrong for others, come down to fourteen questions; the rest guards the bot's own
 * promises. A row that refuses has a reason, one that only warns has none. Each says what was seen, what it means and
 * what to do instead. Pure. Not here: the checks of the mailbox (checks_mailbox.c), and what a repair
 * would remove (diagnose.c).
 */
#include "commands/eac/checks.h"

#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/text_parts.h"
#include "salesforce/sf_id.h"

enum { MANY_AT_LEAST = 5, MANY_ONE_IN = 5, EWS_ENDED = 1790812800 /* 2026-10-01, seconds */ };

/* A sentence with one slot. Takes the slot's value. */
static json_t *about(enum phrase phrase, const char *slot, json_t *value)
{
	json_t *sentence = phrase_value(phrase, NULL);
	phrase_value_set(sentence, slot, value);
	return sentence;
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
static json_t *is_blind(const struct exam *e)
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
	return missing != NULL ? phrase_value(PHRASE_CHECK_BLIND, "right", missing, NULL) : NULL;
}

/* Salesforce shows nothing to those without a right, and no error either. */
static json_t *may_be_blind(const struct exam *e)
{
	bool tokens = json_array_size(json_get(e->look, "tokens")) > 0,
	     links = json_array_size(json_get(e->look, "links")) > 0;
	if (json_is_object(json_get(e->found, "rights")) || (tokens && links))
		return NULL;
	return phrase_value(PHRASE_CHECK_MAY_BE_BLIND, NULL);
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

static json_t *many_are_broken(const struct exam *e)
{
	char broken[24], connected[24];
	int64_t all, bad = broken_users(e, &all);
	if (!are_many(e))
		return NULL;
	return phrase_value(PHRASE_CHECK_MANY_BROKEN, "bad", phrase_number(bad, broken), "all",
	                    phrase_number(all, connected), NULL);
}

static bool names_graph(const char *text)
{
	return strcasestr(text, "microsoft graph") != NULL || strstr(text, "EWS") != NULL ||
	       strcasestr(text, "exchange web services") != NULL;
}

/* Whether the org was moved to Microsoft Graph can't be read; many broken users since the day are the sign. */
static json_t *graph_is_missing(const struct exam *e)
{
	bool advised =
	    names_graph(json_str(e->connection, "advice_title")) || names_graph(json_str(e->connection, "advice"));
	bool likely = advised || (are_many(e) && e->now / 1000 >= EWS_ENDED);
	return likely ? phrase_value(PHRASE_CHECK_GRAPH_MISSING, NULL) : NULL;
}

static json_t *org_is_broken(const struct exam *e)
{
	const char *status = json_str(e->connection, "status");
	if (!text_eq(status, "NEEDSATTENTIONGLOBAL") && !text_eq(status, "NEEDSATTENTIONHYBRID"))
		return NULL;
	return phrase_value(PHRASE_CHECK_ORG_BROKEN, "status", status, NULL);
}

static json_t *org_connects_for_all(const struct exam *e)
{
	const char *terms = json_str(e->connection, "global_terms");
	return terms[0] != '\0' ? about(PHRASE_CHECK_ORG_CONNECTS_ALL, "terms", phrase_literal(terms, 40)) : NULL;
}

/* --- 4: can the user take part? --- */

static json_t *is_inactive(const struct exam *e)
{
	return json_is_false(json_get(e->user, "active")) ? phrase_value(PHRASE_REFUSED_INACTIVE, NULL) : NULL;
}

static json_t *is_frozen(const struct exam *e)
{
	return json_is_true(json_get(e->look, "frozen")) ? phrase_value(PHRASE_CHECK_FROZEN, NULL) : NULL;
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

static json_t *only_indirect(const struct exam *e)
{
	const json_t *row = indirect_set(e);
	if (has_sets(e) || row == NULL)
		return NULL;
	bool group = json_str(row, "group")[0] != '\0';
	json_auto_t *source = json_pack("{s:s,s:s}", "kind", group ? "permission set group" : "profile", "label",
	                                json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"));
	/* a profile's own permission set bears a made-up name */
	if (!group && json_str(e->user, "profile")[0] != '\0')
		json_set_str(source, "label", json_str(e->user, "profile"));
	return about(PHRASE_CHECK_ONLY_INDIRECT, "source", part_source(source));
}

static json_t *nothing_assigned(const struct exam *e)
{
	return has_sets(e) ? NULL : phrase_value(PHRASE_CHECK_NOTHING_ASSIGNED, NULL);
}

static const json_t *known_set(const struct exam *e, const json_t *row)
{
	return sf_id_row(json_get(e->found, "sets"), "id", json_str(row, "set"));
}

static json_t *others_of(const json_t *known)
{
	json_t *others = json_array(), *why;
	size_t i;
	json_array_foreach (json_get(known, "broad_why"), i, why)
		json_array_append_new(others, phrase_literal(json_string_value(why), 60));
	return others;
}

static json_t *set_is_broad(const struct exam *e)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(e->plan, "sets"), i, row) {
		const json_t *known = known_set(e, row);
		if (e->config->salesforce.allow_broad || !json_bool(known, "broad"))
			continue;
		json_t *sentence = about(PHRASE_CHECK_BROAD_SET, "label", part_quoted(row));
		phrase_value_set(sentence, "others", others_of(known));
		return sentence;
	}
	return NULL;
}

/* The set was chosen by those who configured the bot; what nobody could look at is left to people. */
static json_t *set_is_unchecked(const struct exam *e)
{
	bool known_at_all = json_is_array(json_get(e->found, "sets"));
	json_auto_t *labels = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (json_get(e->plan, "sets"), i, row)
		if (!e->config->salesforce.allow_broad &&
		    (!known_at_all || json_bool(known_set(e, row), "broad_unknown")))
			json_array_append_new(labels, part_quoted(row));
	return json_array_size(labels) > 0 ? about(PHRASE_CHECK_SET_UNCHECKED, "labels", json_incref(labels)) : NULL;
}

/* How long a repair may take at most by its own timers; what never ends counts as two weeks. */
static int64_t longest_repair_ms(const struct config *config)
{
	const int64_t never = (int64_t)14 * 24 * 3600 * 1000;
	int64_t user = config->people.give_up_after_ms, gate = config->approval.expire_after_ms;
	return (user == CONFIG_NEVER ? never : user) + (gate == CONFIG_NEVER ? never : gate);
}

json_t *check_licence_trouble(const json_t *licence, int64_t promised, int64_t until, enum phrase then)
{
	int64_t expires = json_int(licence, "expires"), used = json_int(licence, "used"),
	        total = json_int(licence, "total");
	char n_used[24], n_total[24], n_promised[24];
	enum phrase trouble = PHRASE_COUNT;
	if (text_ieq(json_str(licence, "status"), "Disabled"))
		trouble = PHRASE_LICENCE_DISABLED;
	else if (expires != 0 && expires < until)
		trouble = PHRASE_LICENCE_EXPIRES;
	else if (used > total)
		trouble = PHRASE_LICENCE_OVER_ALLOCATED;
	else if (used + promised > total)
		trouble = PHRASE_LICENCE_NO_SEAT;
	if (trouble == PHRASE_COUNT)
		return NULL;
	json_t *sentence =
	    phrase_value(trouble, "used", phrase_number(used, n_used), "total", phrase_number(total, n_total),
	                 "promised", phrase_number(promised, n_promised), NULL);
	phrase_value_set(sentence, "label", part_quoted(licence));
	phrase_value_set(sentence, "then", phrase_value(then, NULL));
	return sentence;
}

/* As the org tells it, or as the user's own assignment does; NULL: unknown. */
static const json_t *known_licence(const struct exam *e, const char *id)
{
	const json_t *licence = sf_id_row(json_get(e->found, "licences"), "id", id);
	return licence != NULL ? licence : sf_id_row(json_get(e->look, "licences"), "licence", id);
}

/* What fn first says of a licence that comes and goes with the plan. */
static json_t *any_licence(const struct exam *e, json_t *(*fn)(const struct exam *e, const char *id))
{
	size_t i;
	json_t *row, *said = NULL;
	json_array_foreach (json_get(e->plan, "sets"), i, row)
		if (said == NULL && sf_id_has_prefix(json_str(row, "licence"), "0PL"))
			said = fn(e, json_str(row, "licence"));
	json_array_foreach (json_get(e->plan, "licences"), i, row)
		if (said == NULL)
			said = fn(e, json_str(row, "licence"));
	return said;
}

static json_t *licence_is_in_trouble(const struct exam *e, const char *id)
{
	const json_t *licence = known_licence(e, id);
	return licence != NULL
	           ? check_licence_trouble(licence, json_int(e->promised, id), e->now + longest_repair_ms(e->config),
	                                   PHRASE_NOTHING_WAS_CHANGED)
	           : NULL;
}

static json_t *a_licence_is_in_trouble(const struct exam *e)
{
	return any_licence(e, licence_is_in_trouble);
}

static json_t *pool_is_full(const struct exam *e, const char *id)
{
	const json_t *licence = known_licence(e, id);
	int64_t used = json_int(licence, "used") + json_int(e->promised, id), total = json_int(licence, "total");
	bool held = sf_id_row(json_get(e->look, "licences"), "licence", id) != NULL;
	char n_used[24], n_total[24];
	if (licence == NULL || total <= 0 || used < total)
		return NULL;
	json_t *sentence = phrase_value(held ? PHRASE_CHECK_POOL_FULL_HELD : PHRASE_CHECK_POOL_FULL_OWED, "used",
	                                phrase_number(used, n_used), "total", phrase_number(total, n_total), NULL);
	phrase_value_set(sentence, "label", part_quoted(licence));
	return sentence;
}

static json_t *a_pool_is_full(const struct exam *e)
{
	return any_licence(e, pool_is_full);
}

static json_t *has_other_sources(const struct exam *e)
{
	const json_t *sources = json_get(e->plan, "sources");
	return json_array_size(sources) > 0 ? about(PHRASE_CHECK_OTHER_SOURCES, "sources", part_sources(sources))
	                                    : NULL;
}

/* --- the table --- */

enum { ORG_LEVEL = 1 };

/* The first that refuses gives the reason. `number`: of the fourteen; 0: a guard of our own. */
static const struct check {
	int number;
	const char *reason;                     /* NULL: it is only said */
	json_t *(*finds)(const struct exam *e); /* a sentence; NULL: nothing */
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

static void refuse(struct diagnosis *d, const struct check *check, json_t *sentence)
{
	bool org = (check->flags & ORG_LEVEL) != 0;
	if (d->reason[0] != '\0') {
		json_decref(sentence);
		return;
	}
	text_copy(d->reason, sizeof d->reason, check->reason);
	d->text = org ? about(PHRASE_CHECK_ORG_ANYWAY, "org", json_deep_copy(sentence)) : json_incref(sentence);
	d->org_level = org;
	d->org_text = org ? json_incref(sentence) : NULL;
	json_decref(sentence);
}

void checks_run(const struct exam *e, struct diagnosis *d)
{
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		json_t *sentence = checks[i].finds(e);
		if (sentence != NULL && checks[i].reason != NULL)
			refuse(d, &checks[i], sentence);
		else if (sentence != NULL)
			json_array_append_new(d->warnings, sentence);
	}
}

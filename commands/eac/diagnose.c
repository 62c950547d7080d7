/*
 * commands/eac/diagnose.c - from what was read to a plan: what would go, what stays, what is owed. Pure.
 *
 * What forbids a repair, and what has to be said before it, is checks.c.
 */
#include "commands/eac/diagnose.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/checks.h"
#include "commands/eac/text_parts.h"
#include "salesforce/sf_id.h"

void diagnosis_done(struct diagnosis *d)
{
	json_decref(d->text);
	json_decref(d->org_text);
	json_decref(d->plan);
	json_decref(d->warnings);
	*d = (struct diagnosis){0};
}

static bool grants(const json_t *row)
{
	return json_bool(row, "inbox") || json_bool(row, "eac");
}

bool diagnose_is_direct(const json_t *row)
{
	return !json_bool(row, "profile_owned") && json_str(row, "group")[0] == '\0';
}

bool diagnose_is_protected(const struct config *config, const json_t *user)
{
	const struct config_list *list = &config->access.protected_users;
	for (size_t i = 0; i < list->count; i++)
		if (text_ieq(list->items[i], json_str(user, "username")) ||
		    text_ieq(list->items[i], json_str(user, "email")) ||
		    text_ieq(list->items[i], json_str(user, "federation_id")) || /* often their address in Slack */
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
		if (diagnose_is_direct(row) && sf_id_row(json_get(plan, "sets"), "set", json_str(row, "set")) != NULL)
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
		if (sf_id_row(json_get(plan, "licences"), "licence", json_str(row, "licence")) != NULL)
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

/* PHRASE_COUNT when it may go. */
static enum phrase licence_stays(const struct config *config, const json_t *row)
{
	const struct config_list *list = &config->salesforce.permission_set_licenses;
	if (list->count > 0)
		return config_list_has(list, json_str(row, "name")) ? PHRASE_COUNT : PHRASE_STAYS_UNLISTED;
	return json_bool(row, "broad") ? PHRASE_STAYS_BROAD : PHRASE_COUNT;
}

static json_t *planned_set(const json_t *row)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s}", "set", json_str(row, "set"), "name", json_str(row, "name"), "label",
	                 json_str(row, "label"), "licence", json_str(row, "licence"), "expires",
	                 json_str(row, "expires"));
}

static json_t *planned_licence(const json_t *row)
{
	return json_pack("{s:s,s:s,s:s}", "licence", json_str(row, "licence"), "name", json_str(row, "name"), "label",
	                 json_str(row, "label"));
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
		if (diagnose_is_direct(row) && sf_id_same(json_str(row, "set"), set))
			return row;
	return NULL;
}

static void plan_set(const struct planning *p, const json_t *row)
{
	const char *id = json_str(row, "set");
	json_t *sets = json_get(p->plan, "sets");
	const json_t *held = held_set(p, id), *removed = sf_id_row(json_get(p->removed, "sets"), "set", id);
	if (sf_id_row(sets, "set", id) != NULL)
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
	bool held = sf_id_row(json_get(p->look, "licences"), "licence", id) != NULL,
	     removed = sf_id_row(json_get(p->removed, "licences"), "licence", id) != NULL;
	if (sf_id_row(licences, "licence", id) != NULL)
		return;
	json_t *planned = planned_licence(row);
	if (!held && !removed)
		json_set_bool(planned, "gone", true);
	json_array_append_new(licences, planned);
}

static void plan_held_licence(const struct planning *p, const json_t *row)
{
	enum phrase why = licence_stays(p->config, row);
	if (!grants(row))
		return;
	if (why == PHRASE_COUNT) {
		plan_licence(p, row);
		return;
	}
	json_t *kept = planned_licence(row);
	json_object_set_new(kept, "why", phrase_value(why, NULL));
	json_array_append_new(json_get(p->plan, "kept"), kept);
}

/* Another source of the permission, which stays: an unlisted set, a profile, a group. */
static void plan_source(const struct planning *p, const json_t *row)
{
	bool group = json_str(row, "group")[0] != '\0', profile = json_bool(row, "profile_owned");
	if (!grants(row) || (diagnose_is_direct(row) && set_is_listed(p->config, row)))
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
		if (diagnose_is_direct(row) && set_is_listed(config, row))
			plan_set(&p, row);
	json_array_foreach (json_get(removed, "sets"), i, row)
		plan_set(&p, row);
	json_array_foreach (json_get(before, "licences"), i, row)
		plan_licence(&p, row);
	json_array_foreach (json_get(look, "licences"), i, row)
		plan_held_licence(&p, row);
	json_array_foreach (json_get(removed, "licences"), i, row)
		if (!json_bool(row, "tied"))
			plan_licence(&p, row);
	json_array_foreach (json_get(look, "sets"), i, row)
		plan_source(&p, row);
	char code[9];
	diagnose_code(json_get(look, "user"), plan, code);
	json_set_str(plan, "code", code);
	return plan;
}

/* PHRASE_COUNT: this held set may go. */
static enum phrase set_stays(const struct config *config, const json_t *sets_known, const json_t *row)
{
	const json_t *known = sf_id_row(sets_known, "id", json_str(row, "set"));
	if (!set_is_listed(config, row))
		return PHRASE_FORBIDDEN_UNLISTED;
	if (config->salesforce.allow_broad || !json_is_array(sets_known))
		return PHRASE_COUNT;
	if (known == NULL)
		return PHRASE_FORBIDDEN_UNKNOWN;
	return json_bool(known, "broad") ? PHRASE_FORBIDDEN_BROAD : PHRASE_COUNT;
}

static json_t *forbidden(enum phrase sentence, const json_t *row, enum phrase why)
{
	json_t *value = phrase_value(sentence, NULL);
	phrase_value_set(value, "label", part_quoted(row));
	phrase_value_set(value, "why", phrase_value(why, NULL));
	return value;
}

json_t *diagnose_forbidden(const struct config *config, const json_t *sets_known, const json_t *plan,
                           const json_t *look)
{
	json_auto_t *sets = diagnose_sets(plan, look), *licences = diagnose_licences(plan, look);
	size_t i;
	json_t *row;
	json_array_foreach (sets, i, row)
		if (set_stays(config, sets_known, row) != PHRASE_COUNT)
			return forbidden(PHRASE_STAYS_FORBIDDEN_SET, row, set_stays(config, sets_known, row));
	json_array_foreach (licences, i, row)
		if (licence_stays(config, row) != PHRASE_COUNT)
			return forbidden(PHRASE_STAYS_FORBIDDEN_LICENCE, row, licence_stays(config, row));
	return NULL;
}

/* --- what has to be given back --- */

/* Comes and goes with a set of the plan that is held. */
static bool is_tied(const json_t *plan, const json_t *look, const char *licence)
{
	json_auto_t *held = diagnose_sets(plan, look);
	return sf_id_row(held, "licence", licence) != NULL;
}

/* Is this held licence one that a removal would give up? Also one that policy keeps, but that is tied to the set. */
static bool would_go(const json_t *plan, const json_t *look, const json_t *licence)
{
	const char *id = json_str(licence, "licence");
	return sf_id_row(json_get(plan, "licences"), "licence", id) != NULL || is_tied(plan, look, id);
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
		if (sf_id_row(sets, "set", json_str(row, "set")) == NULL)
			json_array_append_new(
			    sets, planned_set(sf_id_row(json_get(plan, "sets"), "set", json_str(row, "set"))));
	json_array_foreach (json_get(look, "licences"), i, row) {
		const char *id = json_str(row, "licence");
		bool planned = sf_id_row(json_get(plan, "licences"), "licence", id) != NULL;
		if ((!planned && !is_tied(plan, look, id)) || sf_id_row(licences, "licence", id) != NULL)
			continue;
		json_t *debt = planned_licence(row);
		if (!planned) /* it is no aim of the repair, but may go with its set */
			json_set_bool(debt, "tied", true);
		json_array_append_new(licences, debt);
	}
	return json_pack("{s:o,s:o}", "sets", sets, "licences", licences);
}

json_t *diagnose_seats_missing(const json_t *plan, const json_t *look, const json_t *promised, int64_t until)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(look, "licences"), i, row) {
		/* an org that does not tell of its licences tells of none */
		bool known = json_int(row, "total") > 0 || json_str(row, "status")[0] != '\0';
		int64_t owed = json_int(promised, json_str(row, "licence"));
		json_t *trouble = known && would_go(plan, look, row)
		                      ? check_licence_trouble(row, owed, until, PHRASE_LEFT_ALONE_RETRY)
		                      : NULL;
		if (trouble != NULL)
			return trouble;
	}
	return NULL;
}

void diagnose(struct diagnosis *ret, const struct config *config, const json_t *found, const json_t *look,
              const json_t *owed, const json_t *promised, int64_t now)
{
	const json_t *connection = json_get(look, "connection");
	*ret = (struct diagnosis){.warnings = json_array(), .plan = diagnose_plan(config, look, NULL, owed)};
	const struct exam exam = {.config = config,
	                          .found = found,
	                          .look = look,
	                          .user = json_get(look, "user"),
	                          .connection = json_is_object(connection) ? connection : NULL,
	                          .plan = ret->plan,
	                          .promised = promised,
	                          .now = now};
	checks_run(&exam, ret);
}

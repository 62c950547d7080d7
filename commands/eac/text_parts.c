/*
 * commands/eac/text_parts.c - see text_parts.h.
 */
#include "commands/eac/text_parts.h"

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/repair.h"

void part_begin(struct buf *b)
{
	if (b->max == 0)
		buf_init(b, PART_LINE_MAX);
}

void part_id(struct buf *b, const struct request_row *row)
{
	char id[24];
	buf_puts(b, eac_id(row->id, id));
}

void part_who(struct buf *b, const char *who)
{
	if (text_eq(who, "eacbot"))
		buf_puts(b, "eacbot");
	else
		mrkdwn_add_user(b, who);
}

void part_principals(struct buf *b, const struct config_list *list)
{
	for (size_t i = 0; i < list->count && i < 8; i++) {
		buf_puts(b, i > 0 ? " " : "");
		mrkdwn_add_principal(b, list->items[i]);
	}
}

/* Who is called for a decision: the approvers; the admins, who may decide too, where there are no others. */
void part_approvers(struct buf *b, const struct config *config)
{
	part_principals(b, config->access.approvers.count > 0 ? &config->access.approvers : &config->access.admins);
}

json_t *part_label(const json_t *row)
{
	return phrase_literal(json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"), PART_NAME_MAX);
}

json_t *part_quoted(const json_t *row)
{
	json_t *value = phrase_value(PHRASE_QUOTED, NULL);
	phrase_value_set(value, "label", part_label(row));
	return value;
}

json_t *part_day(const char *expires)
{
	char day[11];
	text_copy(day, sizeof day, expires);
	return phrase_literal(day, sizeof day);
}

json_t *part_until(const char *expires)
{
	json_t *value = phrase_value(expires[0] != '\0' ? PHRASE_UNTIL_DATE : PHRASE_WITHOUT_END, NULL);
	phrase_value_set(value, "date", part_day(expires));
	return value;
}

/* With its date, and whether somebody else took it. */
static json_t *planned(const json_t *row)
{
	json_t *label = part_quoted(row);
	if (json_str(row, "expires")[0] != '\0') {
		json_t *until = phrase_value(PHRASE_LABEL_UNTIL, NULL);
		phrase_value_set(until, "label", label);
		phrase_value_set(until, "date", part_day(json_str(row, "expires")));
		label = until;
	}
	if (json_bool(row, "gone")) {
		json_t *gone = phrase_value(PHRASE_LABEL_GONE, NULL);
		phrase_value_set(gone, "label", label);
		label = gone;
	}
	return label;
}

json_t *part_labels(const json_t *rows)
{
	json_t *labels = json_array(), *row;
	size_t i;
	json_array_foreach (rows, i, row)
		json_array_append_new(labels, planned(row));
	return labels;
}

void part_step(struct buf *b, enum language language, const struct request_row *row)
{
	char n[24], all[24];
	int step = row->step < EAC_STEP_COUNT ? row->step : EAC_STEP_COUNT - 1;
	part_begin(b);
	phrase_add(b, language, PHRASE_STEP_OF, "n", phrase_number(step + 1, n), "all",
	           phrase_number(EAC_STEP_COUNT, all), "number", eac_step_number(step), "title",
	           eac_step_title(step, language), NULL);
}

/* As clock_duration_words: the two largest units. */
void part_duration(struct buf *b, enum language language, int64_t ms)
{
	static const enum phrase units[] = {PHRASE_DURATION_DAYS, PHRASE_DURATION_HOURS, PHRASE_DURATION_MINUTES,
	                                    PHRASE_DURATION_SECONDS};
	int64_t s = ms > 0 ? ms / 1000 : 0;
	const int64_t counts[] = {s / 86400, s % 86400 / 3600, s % 3600 / 60, s % 60};
	char n[24];
	int first = 0;
	while (first < 3 && counts[first] == 0)
		first++;
	phrase_add(b, language, units[first], "n", phrase_number(counts[first], n), NULL);
	if (first == 3 || counts[first + 1] == 0)
		return;
	buf_puts(b, " ");
	phrase_add(b, language, units[first + 1], "n", phrase_number(counts[first + 1], n), NULL);
}

json_t *part_time(int64_t at)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	mrkdwn_add_time(&b, at);
	return json_text_value(buf_str(&b));
}

json_t *part_second(int64_t at)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	mrkdwn_add_second(&b, at);
	return json_text_value(buf_str(&b));
}

json_t *part_user(const char *who)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	part_who(&b, who);
	return json_text_value(buf_str(&b));
}

static json_t *kept(const json_t *rows)
{
	json_t *labels = json_array(), *row;
	size_t i;
	json_array_foreach (rows, i, row) {
		json_t *label = phrase_value(PHRASE_LABEL_BECAUSE, NULL);
		phrase_value_set(label, "label", part_quoted(row));
		phrase_value_set(label, "why", json_deep_copy(json_get(row, "why")));
		json_array_append_new(labels, label);
	}
	return labels;
}

json_t *part_source(const json_t *row)
{
	const char *kind = json_str(row, "kind");
	json_t *value = phrase_value(text_eq(kind, "profile")                ? PHRASE_SOURCE_PROFILE
	                             : text_eq(kind, "permission set group") ? PHRASE_SOURCE_GROUP
	                                                                     : PHRASE_SOURCE_SET,
	                             NULL);
	phrase_value_set(value, "label", part_quoted(row));
	return value;
}

json_t *part_sources(const json_t *rows)
{
	json_t *sources = json_array(), *row;
	size_t i;
	json_array_foreach (rows, i, row)
		json_array_append_new(sources, part_source(row));
	return sources;
}

/* A line of the plan, if there is something to list. Takes the list. */
static void add_list(struct buf *b, enum language language, enum phrase phrase, const char *slot, json_t *list)
{
	bool empty = json_array_size(list) == 0;
	json_t *value = phrase_value(phrase, NULL);
	phrase_value_set(value, slot, list);
	buf_puts(b, empty ? "" : "\n• ");
	if (empty)
		json_decref(value);
	else
		phrase_say(b, language, value);
}

void part_plan(struct buf *b, enum language language, const struct flow *flow)
{
	const json_t *plan = json_get(flow->row->facts, "plan");
	add_list(b, language, PHRASE_PLAN_SETS, "labels", part_labels(json_get(plan, "sets")));
	add_list(b, language, PHRASE_PLAN_LICENCES, "labels", part_labels(json_get(plan, "licences")));
	add_list(b, language, PHRASE_PLAN_KEPT, "labels", kept(json_get(plan, "kept")));
	/* where else the permission comes from, by name */
	add_list(b, language, PHRASE_PLAN_SOURCES, "sources", part_sources(json_get(plan, "sources")));
}

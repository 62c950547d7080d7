/*
 * commands/eac/text_parent.c - the first message of a repair's thread, its end, and the lines of the status channel.
 *
 * The parent is read by those who read nothing else: it says at any moment who,
 * what, where and for whom it waits, and at the end what became of it. What
 * passes by itself (how long ago) is a date that Slack shows as such, so that it
 * stays true without an update.
 */
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/text_parts.h"

enum { USERNAME_MAX = 100, TICKET_MAX = 60, CASE_MAX = 40 };

struct parent {
	const struct flow *flow;
	const struct request_row *row;
	enum language language;
	struct buf name, requester, state; /* slots that several lines have */
	struct buf lines;
};

static void begin_line(struct parent *p)
{
	part_begin(&p->lines);
	buf_puts(&p->lines, p->lines.len > 0 ? "\n" : "");
}

/* A line with one slot that is a value; takes it. */
static void add_line(struct parent *p, enum phrase phrase, const char *slot, json_t *value)
{
	json_t *line = phrase_value(phrase, NULL);

	phrase_value_set(line, slot, value);
	begin_line(p);
	phrase_say(&p->lines, p->language, line);
}

static const json_t *facts(const struct parent *p)
{
	return p->row->facts;
}

/* --- who --- */

static void add_who(struct parent *p)
{
	const char *username = json_str(json_get(facts(p), "target"), "username");
	const char *first = json_str(json_array_get(json_get(facts(p), "askers"), 0), "user");
	bool taken = first[0] != '\0';
	json_t *line = phrase_value(username[0] != '\0' ? PHRASE_PARENT_FOR : PHRASE_PARENT_FOR_NAME, "name",
	                            buf_str(&p->name), NULL);

	phrase_value_set(line, "username", phrase_literal(username, USERNAME_MAX));
	begin_line(p);
	phrase_say(&p->lines, p->language, line);
	line =
	    phrase_value(taken ? PHRASE_PARENT_TAKEN_OVER : PHRASE_PARENT_ASKED, "who", buf_str(&p->requester), NULL);
	if (taken)
		phrase_value_set(line, "first", part_user(first));
	begin_line(p);
	phrase_say(&p->lines, p->language, line);
	if (json_str(facts(p), "ticket")[0] != '\0')
		add_line(p, PHRASE_PARENT_TICKET, "ticket", phrase_literal(json_str(facts(p), "ticket"), TICKET_MAX));
}

/* --- where it stands --- */

/* "3 hours ago", as Slack counts it for each reader. */
static json_t *ago(int64_t at)
{
	AUTO_BUF struct buf b = {0};

	part_begin(&b);
	mrkdwn_add_ago(&b, at);
	return json_text_value(buf_str(&b));
}

static json_t *step_of(const struct parent *p)
{
	AUTO_BUF struct buf b = {0};

	part_begin(&b);
	part_step(&b, p->language, p->row);
	return json_text_value(buf_str(&b));
}

static json_t *duration_of(const struct parent *p)
{
	AUTO_BUF struct buf b = {0};

	part_begin(&b);
	part_duration(&b, p->language, p->flow->now - p->row->created_at);
	return json_text_value(buf_str(&b));
}

static void add_state(struct parent *p)
{
	add_line(p, PHRASE_PARENT_STATE, "state", json_text_value(buf_str(&p->state)));
	if (p->row->open) {
		add_line(p, PHRASE_PARENT_WHERE, "step", step_of(p));
		add_line(p, PHRASE_PARENT_BEGUN, "when", ago(p->row->created_at));
	} else {
		add_line(p, PHRASE_PARENT_TOOK, "time", duration_of(p));
	}
}

/* --- what became of it --- */

static json_t *did(enum phrase phrase, const char *who)
{
	json_t *value = phrase_value(phrase, NULL);

	phrase_value_set(value, "who", part_user(who));
	return value;
}

static json_t *confirmed(const json_t *word)
{
	const char *number = json_str(word, "number");
	json_t *value =
	    did(number[0] != '\0' ? PHRASE_PARENT_CONFIRMED_CASE : PHRASE_PARENT_CONFIRMED, json_str(word, "by"));

	phrase_value_set(value, "case", phrase_literal(number, CASE_MAX));
	return value;
}

static bool is_among(const json_t *votes, const char *user)
{
	size_t i;
	json_t *vote;

	json_array_foreach (votes, i, vote)
		if (text_eq(json_str(vote, "user"), user))
			return true;
	return false;
}

/* Of both gates, where there were two; each approver once. */
static void add_approvals(const struct parent *p, json_t *decided)
{
	const json_t *before = json_get(facts(p), "gate_before"), *votes = json_path(facts(p), "gate", "votes", NULL);
	size_t i;
	json_t *vote;

	json_array_foreach (before, i, vote)
		json_array_append_new(decided, did(PHRASE_PARENT_APPROVED, json_str(vote, "user")));
	json_array_foreach (votes, i, vote)
		if (!is_among(before, json_str(vote, "user")))
			json_array_append_new(decided, did(PHRASE_PARENT_APPROVED, json_str(vote, "user")));
}

static void add_decisions(struct parent *p)
{
	const json_t *word = json_get(facts(p), "case");
	json_t *decided = json_array();

	add_approvals(p, decided);
	if (request_state(p->row) == STATE_REJECTED)
		json_array_append_new(decided, did(PHRASE_PARENT_REJECTED, json_str(facts(p), "ended_by")));
	if (word != NULL)
		json_array_append_new(decided, confirmed(word));
	if (json_array_size(decided) > 0)
		add_line(p, PHRASE_PARENT_DECIDED, "who", decided);
	else
		json_decref(decided);
}

/* Rows of `removed`, sets first. */
static json_t *removed_rows(const json_t *removed)
{
	json_t *rows = json_array();

	json_array_extend(rows, json_get(removed, "sets"));
	json_array_extend(rows, json_get(removed, "licences"));
	return rows;
}

static json_t *removal(const struct parent *p)
{
	json_t *rows = removed_rows(json_get(facts(p), "removed"));
	bool back = json_bool(facts(p), "restored") || request_state(p->row) == STATE_COMPLETED;
	json_t *value = phrase_value(json_array_size(rows) == 0 ? PHRASE_PARENT_NOTHING_REMOVED
	                             : back                     ? PHRASE_PARENT_GIVEN_BACK
	                                                        : PHRASE_PARENT_STILL_OWED,
	                             NULL);

	phrase_value_set(value, "what", part_labels(rows));
	json_decref(rows);
	return value;
}

static void add_changes(struct parent *p)
{
	int64_t revoked = json_int(facts(p), "revoked");
	json_t *changes = removal(p);
	char n[24];

	if (revoked > 0) {
		json_t *both = phrase_value(PHRASE_PARENT_AND_REVOKED, "n", phrase_number(revoked, n), NULL);
		phrase_value_set(both, "what", changes);
		changes = both;
	}
	add_line(p, PHRASE_PARENT_CHANGED, "what", changes);
}

static void add_end(struct parent *p)
{
	const char *by = json_str(facts(p), "ended_by");

	add_decisions(p);
	if (by[0] != '\0' && request_state(p->row) == STATE_CANCELLED)
		add_line(p, PHRASE_PARENT_ENDED, "who", part_user(by));
	add_changes(p);
}

/* --- the message --- */

static json_t *askers_of(const struct parent *p)
{
	const char *first = json_str(json_array_get(json_get(facts(p), "askers"), 0), "user");
	if (first[0] == '\0')
		return json_text_value(buf_str(&p->requester));
	json_t *both = phrase_value(PHRASE_PARENT_TEXT_ASKERS, "who", buf_str(&p->requester), NULL);
	phrase_value_set(both, "first", part_user(first));
	return both;
}

/* Whoever hears the text alone hears all of it. */
static void add_text(struct parent *p, struct message *m, const char *head)
{
	json_t *text = phrase_value(p->row->open ? PHRASE_PARENT_TEXT_OPEN : PHRASE_PARENT_TEXT_END, "head", head,
	                            "name", buf_str(&p->name), "state", buf_str(&p->state), NULL);
	AUTO_BUF struct buf b = {0};

	phrase_value_set(text, "who", askers_of(p));
	phrase_value_set(text, "step", step_of(p));
	phrase_value_set(text, "time", duration_of(p));
	part_begin(&b);
	phrase_say(&b, p->language, text);
	message_text(m, buf_str(&b));
}

/* Takes the lines so far as one paragraph. */
static void add_section(struct parent *p, struct message *m)
{
	message_section(m, buf_str(&p->lines));
	buf_done(&p->lines);
	p->lines = (struct buf){0};
}

static void add_foot(struct parent *p, struct message *m)
{
	const char *username = json_str(json_get(facts(p), "target"), "username");
	AUTO_BUF struct buf b = {0};
	char id[24];
	json_t *foot = phrase_value(PHRASE_PARENT_FOOT, "command", eac_env(p->flow)->config->slack.command, "repair",
	                            eac_id(p->row->id, id), NULL);

	phrase_value_set(foot, "who", phrase_literal(username, USERNAME_MAX));
	part_begin(&b);
	phrase_say(&b, p->language, foot);
	message_context(m, buf_str(&b));
}

json_t *text_parent(const struct flow *flow)
{
	struct parent p = {.flow = flow, .row = flow->row, .language = eac_language(flow)};
	struct message *m = message_new();
	AUTO_BUF struct buf head = {0};
	char id[24];

	part_begin(&head);
	part_begin(&p.requester);
	text_name(&p.name, p.row);
	mrkdwn_add_user(&p.requester, p.row->requester);
	text_state(&p.state, p.language, p.row, eac_env(flow)->config);
	phrase_add(&head, p.language, PHRASE_PARENT_HEAD, "repair", eac_id(p.row->id, id), NULL);
	add_text(&p, m, buf_str(&head));
	message_header(m, buf_str(&head));
	add_who(&p);
	add_section(&p, m);
	add_state(&p);
	add_section(&p, m);
	if (!p.row->open) {
		add_end(&p);
		message_text(m, buf_str(&p.lines));
		add_section(&p, m);
		add_foot(&p, m);
	}
	buf_done(&p.name);
	buf_done(&p.requester);
	buf_done(&p.state);
	return message_take(m);
}

/* --- the thread's last reply --- */

static void add_sentence(struct buf *b, enum language language, enum phrase phrase)
{
	buf_putc(b, ' ');
	buf_puts(b, phrase_text(language, phrase));
}

static void add_what_was_removed(struct buf *b, const struct flow *flow)
{
	const json_t *facts = flow->row->facts;
	enum language language = eac_language(flow);

	if (json_bool(facts, "restored"))
		add_sentence(b, language, json_bool(facts, "date_passed") ? PHRASE_END_BACK_BY_DATE : PHRASE_END_BACK);
	else if (json_get(facts, "removed") != NULL)
		add_sentence(b, language, PHRASE_END_OWED);
	if (flow->row->step > EAC_DISCONNECT && flow->row->step != EAC_TEST) /* by then it is connected again */
		add_sentence(b, language, PHRASE_END_RECONNECT);
}

static void add_completed(struct buf *b, const struct flow *flow)
{
	AUTO_BUF struct buf took = {0};

	part_begin(&took);
	part_duration(&took, eac_language(flow), flow->now - flow->row->created_at);
	phrase_add(b, eac_language(flow), PHRASE_END_COMPLETED, "time", buf_str(&took), NULL);
}

/* "*Repair cancelled* by X: why." */
static json_t *ended(const struct flow *flow, const char *who, const json_t *why)
{
	static const enum phrase plain[STATE_COUNT] = {[STATE_CANCELLED] = PHRASE_END_CANCELLED,
	                                               [STATE_REJECTED] = PHRASE_END_REJECTED,
	                                               [STATE_EXPIRED] = PHRASE_END_EXPIRED};
	static const enum phrase with_why[STATE_COUNT] = {[STATE_CANCELLED] = PHRASE_END_CANCELLED_WHY,
	                                                  [STATE_REJECTED] = PHRASE_END_REJECTED_WHY,
	                                                  [STATE_EXPIRED] = PHRASE_END_EXPIRED_WHY};
	enum request_state state = request_state(flow->row);
	AUTO_FREE char *words = phrase_plain(why);
	bool says_more = words[0] != '\0' && !text_eq(words, flow->row->state);
	json_t *value = phrase_value(says_more ? with_why[state] : plain[state], NULL);

	phrase_value_set(value, "who", part_user(who));
	phrase_value_set(value, "why", json_deep_copy(why));
	return value;
}

void text_end(struct buf *b, const struct flow *flow, const char *who, const json_t *why)
{
	part_begin(b);
	if (request_state(flow->row) == STATE_COMPLETED) {
		add_completed(b, flow);
	} else {
		phrase_say(b, eac_language(flow), ended(flow, who, why));
		add_what_was_removed(b, flow);
	}
	if (request_state(flow->row) != STATE_COMPLETED && text_eq(who, flow->row->requester))
		return; /* they know, and are named in it */
	buf_putc(b, ' ');
	mrkdwn_add_user(b, flow->row->requester);
}

/* --- the status channel: names, never reasons or case numbers --- */

static json_t *status_line(const struct flow *flow, enum phrase phrase)
{
	AUTO_BUF struct buf name = {0};
	char id[24];

	text_name(&name, flow->row);
	return phrase_value(phrase, "repair", eac_id(flow->row->id, id), "name", buf_str(&name), NULL);
}

void text_status_started(struct buf *b, const struct flow *flow)
{
	json_t *line = status_line(flow, PHRASE_STATUS_STARTED);

	phrase_value_set(line, "who", part_user(flow->row->requester));
	part_begin(b);
	phrase_say(b, eac_language(flow), line);
}

void text_status_failed(struct buf *b, const struct flow *flow)
{
	json_t *line = status_line(flow, PHRASE_STATUS_FAILED);

	phrase_value_set(line, "number", json_string(eac_step_number(flow->row->step)));
	phrase_value_set(line, "title", eac_step_title_value(flow->row->step));
	part_begin(b);
	phrase_say(b, eac_language(flow), line);
}

void text_status_ended(struct buf *b, const struct flow *flow)
{
	const struct parent p = {.flow = flow, .row = flow->row, .language = eac_language(flow)};
	AUTO_BUF struct buf state = {0};
	json_t *line = status_line(flow, PHRASE_STATUS_ENDED);

	text_state(&state, eac_language(flow), flow->row, eac_env(flow)->config);
	phrase_value_set(line, "state", json_text_value(buf_str(&state)));
	phrase_value_set(line, "time", duration_of(&p));
	part_begin(b);
	phrase_say(b, eac_language(flow), line);
}

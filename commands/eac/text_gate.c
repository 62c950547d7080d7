/*
 * commands/eac/text_gate.c - what approvers and the backend check are shown, and what became of it.
 *
 * The thread's words, in the language of the channel.
 */
#include "commands/eac/decide.h"
#include "commands/eac/repair_text.h"

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/claim.h"
#include "commands/eac/repair.h"
#include "commands/eac/takeback.h"
#include "commands/eac/text_parts.h"
#include "commands/phrases/phrases.h"

/* What Salesforce Support is told has to fit into one block. */
enum { COPY_MAX = 2700, PLAN_SHOWN_MAX = 1700, EVIDENCE_SHOWN_MAX = 500 };

static const char *command_of(const struct flow *flow)
{
	return eac_env(flow)->config->slack.command;
}

/* --- values of slots: each fills a buf and returns its words --- */

static const char *as_who(struct buf *b, const char *who)
{
	part_begin(b);
	part_who(b, who);
	return buf_str(b);
}

static const char *as_time(struct buf *b, int64_t at)
{
	part_begin(b);
	mrkdwn_add_time(b, at);
	return buf_str(b);
}

static const char *as_second(struct buf *b, int64_t at)
{
	part_begin(b);
	mrkdwn_add_second(b, at);
	return buf_str(b);
}

static const char *as_literal(struct buf *b, const char *words, size_t max)
{
	part_begin(b);
	mrkdwn_add_literal(b, words, max);
	return buf_str(b);
}

/* --- the prompt --- */

/* By policy, or because another permission set needs it. */
static bool keeps_licence(const struct flow *flow)
{
	const json_t *facts = flow->row->facts;
	return json_array_size(json_get(json_get(facts, "plan"), "kept")) > 0 ||
	       json_get(facts, "licence_needed") != NULL;
}

static void add_evidence(struct buf *b, const struct flow *flow)
{
	enum language l = eac_language(flow);
	const json_t *connection = json_get(json_get(flow->row->facts, "look"), "connection");
	const char *title = json_str(connection, "advice_title");
	AUTO_BUF struct buf when = {0}, status = {0}, advice = {0};
	phrase_add(b, l, PHRASE_PROMPT_EVIDENCE, "when", as_time(&when, flow->now), NULL);
	if (flow->row->step == EAC_BACKEND) {
		buf_puts(b, "\n");
		phrase_add(b, l, keeps_licence(flow) ? PHRASE_EVIDENCE_GONE_BUT_LICENCE : PHRASE_EVIDENCE_GONE, NULL);
	}
	buf_puts(b, "\n");
	phrase_add(b, l, title[0] != '\0' ? PHRASE_EVIDENCE_STATUS_ADVICE : PHRASE_EVIDENCE_STATUS, "status",
	           as_literal(&status,
	                      json_is_object(connection) ? json_str(connection, "status")
	                                                 : phrase_text(l, PHRASE_EVIDENCE_NO_STATUS),
	                      60),
	           "advice", as_literal(&advice, title, 150), NULL);
}

static void add_requester_words(struct buf *b, const struct flow *flow)
{
	enum language l = eac_language(flow);
	const char *reason = json_str(flow->row->facts, "reason");
	const char *ticket = json_str(flow->row->facts, "ticket");
	/* The reason is the word of who asked first, whoever has taken it over since. */
	const char *first = json_str(json_array_get(json_get(flow->row->facts, "askers"), 0), "user");
	enum phrase plain = first[0] != '\0' ? PHRASE_PROMPT_ASKED_BY_TAKEN : PHRASE_PROMPT_ASKED_BY;
	enum phrase reasoned = first[0] != '\0' ? PHRASE_PROMPT_ASKED_BY_TAKEN_REASON : PHRASE_PROMPT_ASKED_BY_REASON;
	AUTO_BUF struct buf requester = {0}, words = {0}, user = {0}, number = {0}, asker = {0};
	buf_puts(b, "\n");
	phrase_add(b, l, reason[0] != '\0' ? reasoned : plain, "requester", as_who(&requester, flow->row->requester),
	           "reason", as_literal(&words, reason, 400), "first", as_who(&asker, first), NULL);
	if (ticket[0] != '\0') {
		buf_puts(b, "\n");
		phrase_add(b, l, PHRASE_PARENT_TICKET, "ticket", as_literal(&number, ticket, 40), NULL);
	}
	if (json_bool(flow->row->facts, "slack_stated") && eac_target_slack(flow->row)[0] != '\0') {
		buf_puts(b, "\n");
		phrase_add(b, l, PHRASE_PROMPT_SLACK_STATED, "user", as_who(&user, eac_target_slack(flow->row)), NULL);
	}
}

/* Who is called, for what, and who stands in for whom. */
static void add_ask(struct buf *b, const struct flow *flow, const json_t *standins)
{
	const struct config *config = eac_env(flow)->config;
	enum language l = eac_language(flow);
	int step = flow->row->step;
	char id[24], n[24];
	AUTO_BUF struct buf approvers = {0};
	size_t i;
	json_t *row;
	part_begin(&approvers);
	part_approvers(&approvers, config);
	phrase_add(b, l,
	           step == EAC_BACKEND      ? PHRASE_PROMPT_ASK_BACKEND
	           : step == EAC_DISCONNECT ? PHRASE_PROMPT_ASK_FIRST
	                                    : PHRASE_PROMPT_ASK_CHANGED,
	           "approvers", buf_str(&approvers), "id", eac_id(flow->row->id, id), NULL);
	int quorum = eac_rules(flow->row, config).quorum;
	if (quorum > 1) {
		buf_puts(b, " ");
		phrase_add(b, l, PHRASE_PROMPT_QUORUM, "n", phrase_number(quorum, n), NULL);
	}
	json_array_foreach (standins, i, row) {
		AUTO_BUF struct buf to = {0}, from = {0}, until = {0};
		buf_puts(b, "\n");
		phrase_add(b, l, PHRASE_PROMPT_STANDIN, "to", as_who(&to, json_str(row, "to")), "from",
		           as_who(&from, json_str(row, "from")), "until", as_time(&until, json_int(row, "until")),
		           NULL);
	}
}

static void add_for(struct buf *b, const struct flow *flow)
{
	AUTO_BUF struct buf name = {0}, username = {0};
	text_name(&name, flow->row);
	phrase_add(b, eac_language(flow), PHRASE_PROMPT_FOR, "name", buf_str(&name), "username",
	           as_literal(&username, json_str(json_get(flow->row->facts, "target"), "username"), 100), "target",
	           flow->row->target, NULL);
	add_requester_words(b, flow);
}

static void add_plan(struct buf *b, const struct flow *flow)
{
	enum language l = eac_language(flow);
	AUTO_BUF struct buf plan = {0};
	part_begin(&plan);
	part_plan(&plan, l, flow);
	phrase_add(b, l, PHRASE_PROMPT_PLAN, "code", json_str(json_get(flow->row->facts, "plan"), "code"), "plan",
	           buf_str(&plan), NULL);
	buf_puts(b, "\n");
	phrase_add(b, l, PHRASE_PROMPT_NOT_UNDONE, NULL);
}

struct message *text_prompt(const struct flow *flow, const json_t *standins)
{
	AUTO_BUF struct buf ask = {0}, who = {0}, plan = {0}, evidence = {0}, foot = {0}, text = {0};
	char id[24];
	struct buf *all[] = {&ask, &who, &plan, &evidence, &foot, &text};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		part_begin(all[i]);
	eac_id(flow->row->id, id);
	add_ask(&ask, flow, standins);
	add_for(&who, flow);
	add_plan(&plan, flow);
	add_evidence(&evidence, flow);
	phrase_add(&foot, eac_language(flow), PHRASE_PROMPT_LOST, "command", command_of(flow), "id", id, NULL);
	buf_printf(&text, "%s\n%s\n", buf_str(&ask), buf_str(&who));
	mrkdwn_cut(&text, buf_str(&plan), PLAN_SHOWN_MAX); /* what to type has to stay in sight */
	buf_puts(&text, "\n");
	mrkdwn_cut(&text, buf_str(&evidence), EVIDENCE_SHOWN_MAX);
	buf_puts(&text, "\n");
	phrase_add(&text, eac_language(flow), PHRASE_PROMPT_HOW, "command", command_of(flow), "id", id, NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&text));
	message_section(m, buf_str(&ask));
	message_section(m, buf_str(&who));
	message_section(m, buf_str(&plan));
	message_section(m, buf_str(&evidence));
	message_context(m, buf_str(&foot));
	return m;
}

/* Whoever is on it is named already. */
static void add_standins(struct buf *b, const json_t *standins, const char *claimer)
{
	size_t i;
	json_t *row;
	json_array_foreach (standins, i, row) {
		if (text_eq(json_str(row, "to"), claimer))
			continue;
		buf_puts(b, " ");
		mrkdwn_add_user(b, json_str(row, "to"));
	}
}

json_t *text_approval_reminder(const struct flow *flow, const json_t *standins)
{
	const char *claimer = eac_claimed_by(flow->row);
	AUTO_BUF struct buf b = {0}, approvers = {0}, first = {0};
	char id[24];
	part_begin(&b);
	part_begin(&approvers);
	part_approvers(&approvers, eac_env(flow)->config);
	add_standins(&approvers, standins, claimer);
	phrase_add(&b, eac_language(flow),
	           claimer[0] != '\0' ? PHRASE_APPROVAL_REMINDER_CLAIMED : PHRASE_APPROVAL_REMINDER, "approvers",
	           buf_str(&approvers), "id", eac_id(flow->row->id, id), "claimer", as_who(&first, claimer), NULL);
	text_also_called(&b, flow);
	return message_line(buf_str(&b));
}

/* --- votes --- */

enum phrase text_door(const char *via)
{
	static const struct {
		const char *via;
		enum phrase door;
	} doors[] = {{"button", PHRASE_DOOR_BUTTON},
	             {"dialog", PHRASE_DOOR_DIALOG},
	             {"thread", PHRASE_DOOR_THREAD},
	             {"dm", PHRASE_DOOR_DIRECT}};
	for (size_t i = 0; i < sizeof doors / sizeof doors[0]; i++)
		if (text_eq(doors[i].via, via))
			return doors[i].door;
	return PHRASE_DOOR_COMMAND;
}

static void add_absent(struct buf *b, const json_t *standing_for)
{
	size_t i;
	json_t *row;
	part_begin(b);
	json_array_foreach (standing_for, i, row) {
		buf_puts(b, i > 0 ? ", " : "");
		mrkdwn_add_user(b, json_str(row, "from"));
	}
}

/* "@omar (button, today 10:02)" */
static void add_decider(struct buf *b, const struct flow *flow, const char *user, const char *via, int64_t at,
                        const json_t *standing_for)
{
	enum language l = eac_language(flow);
	AUTO_BUF struct buf who = {0}, when = {0}, absent = {0};
	add_absent(&absent, standing_for);
	phrase_add(b, l, absent.len > 0 ? PHRASE_DECIDED_BY_FOR : PHRASE_DECIDED_BY, "user", as_who(&who, user), "door",
	           phrase_text(l, text_door(via)), "when", as_time(&when, at), "absent", buf_str(&absent), NULL);
}

void text_approved(struct buf *b, const struct flow *flow)
{
	int64_t until = eac_take_back_until(flow);
	AUTO_BUF struct buf voters = {0}, over = {0};
	char id[24];
	size_t i;
	json_t *vote;
	part_begin(b);
	part_begin(&voters);
	json_array_foreach (json_path(flow->row->facts, "gate", "votes", NULL), i, vote) {
		buf_puts(&voters, i > 0 ? ", " : "");
		add_decider(&voters, flow, json_str(vote, "user"), json_str(vote, "via"), json_int(vote, "at"),
		            json_get(vote, "for"));
	}
	phrase_add(b, eac_language(flow), until > flow->now ? PHRASE_APPROVED_UNTIL : PHRASE_APPROVED, "voters",
	           buf_str(&voters), "until", as_second(&over, until), "command", command_of(flow), "id",
	           eac_id(flow->row->id, id), NULL);
}

void text_vote_counted(struct buf *b, const struct flow *flow, const json_t *vote, int have, int need)
{
	AUTO_BUF struct buf who = {0}, absent = {0};
	char n[24], of[24];
	part_begin(b);
	add_absent(&absent, json_get(vote, "for"));
	phrase_add(b, eac_language(flow), absent.len > 0 ? PHRASE_VOTE_COUNTED_FOR : PHRASE_VOTE_COUNTED, "user",
	           as_who(&who, json_str(vote, "user")), "absent", buf_str(&absent), "have", phrase_number(have, n),
	           "need", phrase_number(need, of), NULL);
}

void text_vote_void(struct buf *b, const struct flow *flow, const char *who)
{
	AUTO_BUF struct buf user = {0};
	part_begin(b);
	phrase_add(b, eac_language(flow), PHRASE_VOTE_VOID, "user", as_who(&user, who), NULL);
}

void text_votes_left(struct buf *b, const struct flow *flow, int have, int need)
{
	char n[24], of[24];
	part_begin(b);
	phrase_add(b, eac_language(flow), PHRASE_VOTES_LEFT, "have", phrase_number(have, n), "need",
	           phrase_number(need, of), NULL);
}

void text_approval_void(struct buf *b, const struct flow *flow)
{
	char id[24];
	part_begin(b);
	phrase_add(b, eac_language(flow), PHRASE_APPROVAL_VOID, "id", eac_id(flow->row->id, id), NULL);
}

void text_taken_back(struct buf *b, const struct flow *flow, const char *who, bool rejection)
{
	AUTO_BUF struct buf user = {0}, when = {0};
	char id[24];
	part_begin(b);
	phrase_add(b, eac_language(flow), rejection ? PHRASE_TAKEN_BACK_REJECTION : PHRASE_TAKEN_BACK_APPROVAL, "user",
	           as_who(&user, who), "id", eac_id(flow->row->id, id), "when", as_time(&when, flow->now), NULL);
}

void text_claimed(struct buf *b, const struct flow *flow, const char *who, int64_t since)
{
	AUTO_BUF struct buf user = {0}, when = {0};
	part_begin(b);
	phrase_add(b, eac_language(flow), PHRASE_CLAIMED, "user", as_who(&user, who), "when", as_time(&when, since),
	           NULL);
}

/* "@omar (button, today 10:02)" as a value */
static json_t *decider(const struct flow *flow, const struct request_actor *actor)
{
	json_t *value = phrase_value(PHRASE_DECIDED_BY, NULL);
	phrase_value_set(value, "user", part_user(actor->who));
	phrase_value_set(value, "door", phrase_value(text_door(actor->via), NULL));
	phrase_value_set(value, "when", part_time(flow->now));
	return value;
}

static json_t *rejected(const struct flow *flow, const struct request_actor *actor)
{
	int64_t until = eac_take_back_until(flow);
	bool waits = eac_owes(flow) && until > flow->now;
	char id[24];
	json_t *value = phrase_value(waits ? PHRASE_CLOSING_REJECTED_UNTIL : PHRASE_CLOSING_REJECTED, "command",
	                             command_of(flow), "id", eac_id(flow->row->id, id), NULL);
	phrase_value_set(value, "who", decider(flow, actor));
	phrase_value_set(value, "until", part_second(until));
	return value;
}

json_t *text_closing(const struct flow *flow, enum request_event end, const struct request_actor *actor)
{
	if (end == EVENT_REJECT)
		return rejected(flow, actor);
	json_t *value = phrase_value(end == EVENT_EXPIRE ? PHRASE_CLOSING_EXPIRED : PHRASE_CLOSING_CANCELLED, NULL);
	phrase_value_set(value, "who", part_user(actor->who));
	phrase_value_set(value, "when", part_time(flow->now));
	return value;
}

json_t *text_still_failing(const char *who)
{
	json_t *value = phrase_value(PHRASE_STILL_FAILING_SAID, NULL);
	phrase_value_set(value, "user", part_user(who));
	return value;
}

json_t *text_retried(const char *who, int64_t now)
{
	json_t *value = phrase_value(PHRASE_RETRIED, NULL);
	phrase_value_set(value, "user", part_user(who));
	phrase_value_set(value, "when", part_time(now));
	return value;
}

/* --- the backend check --- */

/* A code block, which Slack lets copy with one click. */
static void add_copy(struct buf *b, const struct flow *flow)
{
	enum language l = eac_language(flow);
	const json_t *facts = flow->row->facts, *plan = json_get(facts, "plan");
	AUTO_BUF struct buf words = {0}, username = {0}, labels = {0}, sources = {0};
	char when[32];
	part_begin(&words);
	part_begin(&labels);
	part_begin(&sources);
	phrase_say(&labels, l, part_labels(json_get(plan, "sets")));
	if (json_array_size(json_get(plan, "sources")) > 0) /* Support may still see it: not what is left of Inbox */
		phrase_say(&sources, l, part_sources(json_get(plan, "sources")));
	phrase_add(&words, l, keeps_licence(flow) ? PHRASE_BACKEND_COPY_BUT_LICENCE : PHRASE_BACKEND_COPY, "username",
	           as_literal(&username, json_str(json_get(facts, "target"), "username"), 100), "target",
	           flow->row->target, "org", json_str(json_get(facts, "org"), "id"), "labels", buf_str(&labels), "when",
	           clock_rfc3339(flow->now, when), NULL);
	if (sources.len > 0) {
		buf_puts(&words, "\n");
		phrase_add(&words, l, PHRASE_BACKEND_COPY_KEEPS, "sources", buf_str(&sources), NULL);
	}
	part_begin(b);
	buf_puts(b, "```\n");
	mrkdwn_cut(b, buf_str(&words), COPY_MAX);
	buf_puts(b, "\n```");
}

struct message *text_backend_card(const struct flow *flow)
{
	enum language l = eac_language(flow);
	AUTO_BUF struct buf ask = {0}, copy = {0}, foot = {0}, requester = {0};
	char id[24];
	part_begin(&ask);
	part_begin(&foot);
	phrase_add(&ask, l, PHRASE_BACKEND_ASK, "requester", as_who(&requester, flow->row->requester), NULL);
	add_copy(&copy, flow);
	phrase_add(&foot, l, PHRASE_BACKEND_FOOT, "command", command_of(flow), "id", eac_id(flow->row->id, id), NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&ask));
	message_text(m, buf_str(&copy));
	message_text(m, buf_str(&foot));
	message_section(m, buf_str(&ask));
	message_section(m, buf_str(&copy));
	message_context(m, buf_str(&foot));
	return m;
}

json_t *text_backend_reminder(const struct flow *flow)
{
	const char *claimer = eac_claimed_by(flow->row);
	AUTO_BUF struct buf b = {0}, who = {0};
	char id[24];
	part_begin(&b);
	part_begin(&who);
	if (claimer[0] != '\0' && !text_eq(claimer, flow->row->requester)) {
		mrkdwn_add_user(&who, claimer);
		buf_puts(&who, " ");
	}
	mrkdwn_add_user(&who, flow->row->requester);
	phrase_add(&b, eac_language(flow), PHRASE_BACKEND_REMINDER, "who", buf_str(&who), "id",
	           eac_id(flow->row->id, id), NULL);
	text_also_called(&b, flow);
	return message_line(buf_str(&b));
}

json_t *text_backend_done(const struct flow *flow)
{
	const char *number = json_str(json_get(flow->row->facts, "case"), "number");
	return phrase_value(number[0] != '\0' ? PHRASE_BACKEND_DONE_CASE : PHRASE_BACKEND_DONE, "case", number, NULL);
}

void text_confirmed(struct buf *b, const struct flow *flow, const char *who, const char *case_number, const char *seen)
{
	enum language l = eac_language(flow);
	AUTO_BUF struct buf user = {0}, when = {0}, words = {0};
	part_begin(b);
	phrase_add(b, l, case_number[0] != '\0' ? PHRASE_CONFIRMED_CASE : PHRASE_CONFIRMED, "user", as_who(&user, who),
	           "case", case_number, "when", as_time(&when, flow->now), NULL);
	if (seen[0] == '\0')
		return;
	buf_puts(b, " ");
	phrase_add(b, l, PHRASE_SEEN, "seen", as_literal(&words, seen, 500), NULL);
}

void text_still_present(struct buf *b, const struct flow *flow, const char *who, const char *note)
{
	AUTO_BUF struct buf user = {0}, when = {0}, words = {0};
	part_begin(b);
	phrase_add(b, eac_language(flow), note[0] != '\0' ? PHRASE_STILL_PRESENT_NOTE : PHRASE_STILL_PRESENT, "user",
	           as_who(&user, who), "when", as_time(&when, flow->now), "note", as_literal(&words, note, 500), NULL);
}

void text_still_present_where(struct buf *b, const struct flow *flow)
{
	part_begin(b);
	phrase_add(b, eac_language(flow), PHRASE_STILL_PRESENT_WHERE, NULL);
}

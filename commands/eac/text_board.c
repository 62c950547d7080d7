/*
 * commands/eac/text_board.c - see text_board.h.
 *
 * Slack takes 50 blocks and section texts of 3000 characters; how much all together it does not say. So a board tells
 * all in counts and shows the lines of those who need somebody first, as many as are surely taken.
 */
#include "commands/eac/decide.h"
#include "commands/eac/text_board.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/batch.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/text_parts.h"

enum { LINES_MAX = 50, LINE_CHARS = 220, NAME_CHARS = 40, NOTES_MAX = 10, COPY_CHARS = 2600, CODE_TEXT_MAX = 16000 };

/* In this order: who needs somebody first. */
static const struct {
	enum request_state state;
	enum phrase count;
} groups[] = {
    {STATE_FAILED, PHRASE_BOARD_N_FAILED},
    {STATE_WAITING_ADMIN, PHRASE_BOARD_N_WAITING_ADMIN},
    {STATE_WAITING_APPROVAL, PHRASE_BOARD_N_WAITING_APPROVAL},
    {STATE_WAITING_BACKEND, PHRASE_BOARD_N_WAITING_BACKEND},
    {STATE_WAITING_USER, PHRASE_BOARD_N_WAITING_USER},
    {STATE_RUNNING, PHRASE_BOARD_N_RUNNING},
    {STATE_CHECKING, PHRASE_BOARD_N_CHECKING},
    {STATE_EXPIRED, PHRASE_BOARD_N_EXPIRED},
    {STATE_REJECTED, PHRASE_BOARD_N_REJECTED},
    {STATE_CANCELLED, PHRASE_BOARD_N_CANCELLED},
    {STATE_COMPLETED, PHRASE_BOARD_N_COMPLETED},
    {STATE_REFUSED, PHRASE_BOARD_N_REFUSED},
};

enum { GROUPS = sizeof groups / sizeof groups[0] };

struct board_text {
	const struct flow *board;
	enum language language;
	json_t *lines[GROUPS]; /* strings; at most LINES_MAX each */
	int count[GROUPS];
	struct buf counts;
};

struct board_text *board_text_new(const struct flow *board, enum language language)
{
	struct board_text *text = mem_alloc(sizeof *text);
	text->board = board;
	text->language = language;
	for (int i = 0; i < GROUPS; i++)
		text->lines[i] = json_array();
	return text;
}

void board_text_free(struct board_text *text)
{
	if (text == NULL)
		return;
	for (int i = 0; i < GROUPS; i++)
		json_decref(text->lines[i]);
	buf_done(&text->counts);
	free(text);
}

static void add_name(struct buf *b, const struct request_row *row)
{
	const char *name = eac_target_name(row);
	if (json_bool(row->facts, "mention") && text_eq(name, json_str(row->facts, "words")))
		mrkdwn_add_user(b, name); /* who that is in Salesforce is not known (yet) */
	else
		mrkdwn_add_literal(b, name, NAME_CHARS);
}

static void add_line(struct buf *b, const struct board_text *text, const struct request_row *row)
{
	const struct config *config = eac_env(text->board)->config;
	AUTO_BUF struct buf name = {0}, state = {0}, step = {0}, line = {0};
	char id[24];
	part_begin(&name);
	part_begin(&step);
	part_begin(&line);
	part_begin(b);
	add_name(&name, row);
	text_state(&state, text->language, row, config);
	part_step(&step, text->language, row);
	phrase_add(&line, text->language, row->open ? PHRASE_BOARD_LINE : PHRASE_BOARD_LINE_OVER, "id",
	           eac_id(row->id, id), "name", buf_str(&name), "state", buf_str(&state), "step", buf_str(&step), NULL);
	mrkdwn_cut(b, buf_str(&line), LINE_CHARS);
}

/* What was refused is told to the requester alone: here it is a number. */
void board_text_add(struct board_text *text, const struct request_row *row)
{
	enum request_state state = request_state(row);
	for (int i = 0; i < GROUPS; i++) {
		if (groups[i].state != state)
			continue;
		text->count[i]++;
		if (state == STATE_REFUSED || state == STATE_CHECKING || json_array_size(text->lines[i]) >= LINES_MAX)
			return;
		AUTO_BUF struct buf line = {0};
		add_line(&line, text, row);
		json_array_append_new(text->lines[i], json_text_value(buf_str(&line)));
	}
}

const char *board_text_counts(struct board_text *text)
{
	buf_clear(&text->counts);
	part_begin(&text->counts);
	for (int i = 0; i < GROUPS; i++) {
		char n[24];
		if (text->count[i] == 0)
			continue;
		buf_puts(&text->counts, text->counts.len > 0 ? " · " : "");
		phrase_add(&text->counts, text->language, groups[i].count, "n", phrase_number(text->count[i], n), NULL);
	}
	return buf_str(&text->counts);
}

static void add_lines(struct buf *b, const struct board_text *text)
{
	int shown = 0, all = 0;
	part_begin(b);
	for (int i = 0; i < GROUPS; i++) {
		bool told = groups[i].state != STATE_REFUSED && groups[i].state != STATE_CHECKING;
		all += told ? text->count[i] : 0;
		size_t j;
		json_t *line;
		json_array_foreach (text->lines[i], j, line) {
			if (shown == LINES_MAX)
				break;
			buf_puts(b, shown++ > 0 ? "\n" : "");
			buf_puts(b, json_string_value(line));
		}
	}
	if (all > shown) {
		char n[24];
		buf_puts(b, "\n");
		phrase_add(b, text->language, PHRASE_BOARD_MORE, "n", phrase_number(all - shown, n), "command",
		           eac_env(text->board)->config->slack.command, NULL);
	}
}

static int member_count(const struct flow *board)
{
	return (int)json_array_size(json_get(board->row->facts, "members"));
}

json_t *board_text_body(struct board_text *text)
{
	const struct request_row *row = text->board->row;
	enum language l = text->language;
	char id[24], n[24];
	AUTO_BUF struct buf head = {0}, who = {0}, by = {0}, counts = {0}, lines = {0}, foot = {0}, plain = {0};
	struct buf *all[] = {&head, &who, &by, &counts, &foot, &plain};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		part_begin(all[i]);
	eac_id(row->id, id);
	phrase_number(member_count(text->board), n);
	phrase_add(&head, l, PHRASE_BOARD_TITLE, "id", id, "n", n, NULL);
	mrkdwn_add_user(&who, row->requester);
	phrase_add(&by, l, PHRASE_BOARD_WHO, "who", buf_str(&who), NULL);
	buf_printf(&counts, "%s\n%s", buf_str(&by), board_text_counts(text));
	add_lines(&lines, text);
	phrase_add(&foot, l, PHRASE_BOARD_FOOT, "command", eac_env(text->board)->config->slack.command, NULL);
	phrase_add(&plain, l, PHRASE_BOARD_TEXT, "id", id, "n", n, "who", buf_str(&who), "counts",
	           board_text_counts(text), NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&plain));
	message_text(m, buf_str(&lines));
	message_header(m, buf_str(&head));
	message_section(m, buf_str(&counts));
	message_section(m, buf_str(&lines));
	message_context(m, buf_str(&foot));
	return message_take(m);
}

/* --- what is asked --- */

struct board_plan {
	const struct flow *board;
	int count, kept, notes;
	size_t tokens, links;
	json_t *goes;        /* label -> for how many */
	struct buf people;   /* EAC-1 Jane, EAC-2 Bob */
	struct buf accounts; /* for Salesforce Support, a line each */
	struct buf warned;
	struct buf rests_on; /* ids and codes */
	char code[65];
};

struct board_plan *board_plan_new(const struct flow *board)
{
	struct board_plan *plan = mem_alloc(sizeof *plan);
	plan->board = board;
	plan->goes = json_object();
	part_begin(&plan->people);
	part_begin(&plan->accounts);
	part_begin(&plan->warned);
	buf_init(&plan->rests_on, CODE_TEXT_MAX);
	return plan;
}

void board_plan_free(struct board_plan *plan)
{
	json_decref(plan->goes);
	buf_done(&plan->people);
	buf_done(&plan->accounts);
	buf_done(&plan->warned);
	buf_done(&plan->rests_on);
	free(plan);
}

void text_board_person(struct buf *b, const struct request_row *row)
{
	char id[24];
	buf_printf(b, "%s%s ", b->len > 0 ? ", " : "", eac_id(row->id, id));
	add_name(b, row);
}

/* Each label once, with its date as it was. */
static void count_labels(struct board_plan *plan, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		AUTO_BUF struct buf b = {0};
		part_begin(&b);
		phrase_say(&b, eac_language(plan->board), part_quoted(row));
		json_set_int(plan->goes, buf_str(&b), json_int(plan->goes, buf_str(&b)) + 1);
	}
}

static void add_notes(struct board_plan *plan, const struct request_row *row)
{
	enum language l = eac_language(plan->board);
	const json_t *first = json_array_get(json_get(row->facts, "warnings"), 0);
	char id[24];
	if (first == NULL || plan->notes++ >= NOTES_MAX)
		return;
	AUTO_BUF struct buf note = {0}, cut = {0};
	part_begin(&note);
	part_begin(&cut);
	phrase_add_value(&note, l, first);
	mrkdwn_cut(&cut, buf_str(&note), LINE_CHARS);
	buf_puts(&plan->warned, "\n");
	phrase_add(&plan->warned, l, PHRASE_BOARD_NOTE, "id", eac_id(row->id, id), "note", buf_str(&cut), NULL);
}

void board_plan_add(struct board_plan *plan, const struct request_row *row)
{
	const struct config *config = eac_env(plan->board)->config;
	const json_t *theirs = json_get(row->facts, "plan"), *look = json_get(row->facts, "look");
	json_t *tokens = diagnose_tokens(config, look), *links = diagnose_links(look);
	plan->count++;
	plan->tokens += json_array_size(tokens);
	plan->links += json_array_size(links);
	plan->kept += json_array_size(json_get(theirs, "kept")) > 0;
	json_decref(tokens);
	json_decref(links);
	count_labels(plan, json_get(theirs, "sets"));
	count_labels(plan, json_get(theirs, "licences"));
	text_board_person(&plan->people, row);
	buf_puts(&plan->accounts, plan->accounts.len > 0 ? "\n" : "");
	mrkdwn_add_literal(&plan->accounts, json_str(json_get(row->facts, "target"), "username"), 80);
	buf_printf(&plan->accounts, ", %s", row->target);
	add_notes(plan, row);
	buf_printf(&plan->rests_on, "%" PRId64 ":%s ", row->id, json_str(theirs, "code"));
}

const char *board_plan_code(struct board_plan *plan)
{
	const char *text = buf_str(&plan->rests_on);
	text_sha256_hex(plan->code, text, plan->rests_on.len);
	plan->code[8] = '\0';
	return plan->code;
}

static void add_counted(struct buf *b, enum language l, enum phrase phrase, const char *what, int64_t n)
{
	char number[24];
	if (n == 0)
		return;
	buf_puts(b, "\n");
	phrase_add(b, l, phrase, "what", what, "n", phrase_number(n, number), NULL);
}

static void add_plan(struct buf *b, struct board_plan *plan, bool later)
{
	enum language l = eac_language(plan->board);
	const char *label;
	json_t *n;
	part_begin(b);
	phrase_add(b, l, PHRASE_BOARD_PLAN, "code", board_plan_code(plan), NULL);
	json_object_foreach (plan->goes, label, n)
		add_counted(b, l, PHRASE_BOARD_PLAN_GOES, label, json_integer_value(n));
	if (!later) {
		add_counted(b, l, PHRASE_BOARD_PLAN_TOKENS, "", (int64_t)plan->tokens);
		add_counted(b, l, PHRASE_BOARD_PLAN_LINKS, "", (int64_t)plan->links);
	}
	add_counted(b, l, PHRASE_BOARD_PLAN_KEPT, "", plan->kept);
	buf_puts(b, "\n");
	phrase_add(b, l, PHRASE_PROMPT_NOT_UNDONE, NULL);
	if (later) {
		buf_puts(b, "\n");
		phrase_add(b, l, PHRASE_BOARD_EVIDENCE, NULL);
	}
	if (plan->warned.len > 0) {
		buf_puts(b, "\n");
		phrase_add(b, l, PHRASE_BOARD_NOTES, NULL);
		buf_puts(b, buf_str(&plan->warned));
	}
}

static void add_ask(struct buf *b, const struct board_plan *plan, bool later)
{
	const struct config *config = eac_env(plan->board)->config;
	enum language l = eac_language(plan->board);
	AUTO_BUF struct buf approvers = {0};
	char id[24], n[24], quorum[24];
	part_begin(b);
	part_begin(&approvers);
	part_approvers(&approvers, config);
	phrase_add(b, l, later ? PHRASE_BOARD_ASK_LATER : PHRASE_BOARD_ASK_FIRST, "approvers", buf_str(&approvers),
	           "id", eac_id(plan->board->row->id, id), "n", phrase_number(plan->count, n), NULL);
	int needed = eac_rules(plan->board->row, config).quorum;
	if (needed > 1) {
		buf_puts(b, " ");
		phrase_add(b, l, PHRASE_PROMPT_QUORUM, "n", phrase_number(needed, quorum), NULL);
	}
}

/* The names: they have to be seen whole, whatever their number. */
static void add_people(struct buf *b, const struct board_plan *plan)
{
	const json_t *facts = plan->board->row->facts;
	enum language l = eac_language(plan->board);
	AUTO_BUF struct buf who = {0}, reason = {0};
	part_begin(b);
	part_begin(&who);
	part_begin(&reason);
	mrkdwn_add_user(&who, plan->board->row->requester);
	mrkdwn_add_literal(&reason, json_str(facts, "reason"), 400);
	phrase_add(b, l, reason.len > 0 ? PHRASE_PROMPT_ASKED_BY_REASON : PHRASE_PROMPT_ASKED_BY, "requester",
	           buf_str(&who), "reason", buf_str(&reason), NULL);
	buf_puts(b, "\n");
	phrase_add(b, l, PHRASE_BOARD_PEOPLE, "people", buf_str(&plan->people), NULL);
}

/* A section is split at line ends only, and many names make one line too long: after some of them comes another. */
static void add_in_sections(struct message *m, const char *mrkdwn)
{
	const char *from = mrkdwn;
	while (strlen(from) > COPY_CHARS) {
		size_t at = COPY_CHARS;
		while (at > 1 && !(from[at - 1] == ',' && from[at] == ' ') && from[at] != '\n')
			at--;
		if (at <= 1)
			break;
		AUTO_FREE char *part = mem_strndup(from, at);
		message_section(m, part);
		from += at + 1;
	}
	message_section(m, from);
}

struct message *board_plan_prompt(struct board_plan *plan, bool later)
{
	AUTO_BUF struct buf ask = {0}, people = {0}, what = {0}, how = {0}, cut = {0};
	char id[24];
	add_ask(&ask, plan, later);
	add_people(&people, plan);
	add_plan(&what, plan, later);
	part_begin(&how);
	part_begin(&cut);
	phrase_add(&how, eac_language(plan->board), PHRASE_BOARD_HOW, "command",
	           eac_env(plan->board)->config->slack.command, "id", eac_id(plan->board->row->id, id), NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&ask));
	mrkdwn_cut(&cut, buf_str(&what), 1200); /* what to type has to stay in sight */
	message_text(m, buf_str(&cut));
	message_text(m, buf_str(&how));
	message_text(m, buf_str(&people));
	message_section(m, buf_str(&ask));
	add_in_sections(m, buf_str(&people));
	message_section(m, buf_str(&what));
	message_context(m, buf_str(&how));
	return m;
}

/* --- the backend check --- */

/* Lines of code, in as many blocks as they need. */
static void add_code(struct message *m, const char *first, const char *lines)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	buf_printf(&b, "```%s\n", first);
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");
		if (b.len + n > COPY_CHARS) {
			buf_puts(&b, "```");
			message_section(m, buf_str(&b));
			buf_clear(&b);
			part_begin(&b);
			buf_puts(&b, "```");
		}
		buf_add(&b, lines, n);
		buf_puts(&b, "\n");
		lines += n + (lines[n] != '\0');
	}
	buf_puts(&b, "```");
	message_section(m, buf_str(&b));
}

struct message *board_plan_backend(struct board_plan *plan)
{
	const struct request_row *row = plan->board->row;
	enum language l = eac_language(plan->board);
	AUTO_BUF struct buf ask = {0}, who = {0}, how = {0}, copy = {0};
	char id[24], n[24], when[32];
	struct buf *all[] = {&ask, &who, &how, &copy};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		part_begin(all[i]);
	mrkdwn_add_user(&who, row->requester);
	eac_id(row->id, id);
	phrase_number(plan->count, n);
	phrase_add(&ask, l, PHRASE_BOARD_BACKEND, "who", buf_str(&who), "id", id, "n", n, NULL);
	phrase_add(&how, l, PHRASE_BOARD_BACKEND_HOW, "command", eac_env(plan->board)->config->slack.command, "id", id,
	           NULL);
	phrase_add(&copy, l, PHRASE_BOARD_COPY, "n", n, "when", clock_rfc3339(plan->board->now, when), NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&ask));
	message_text(m, buf_str(&how));
	message_text(m, buf_str(&copy));
	message_text(m, buf_str(&plan->accounts));
	message_section(m, buf_str(&ask));
	add_code(m, buf_str(&copy), buf_str(&plan->accounts));
	add_in_sections(m, buf_str(&plan->people));
	message_context(m, buf_str(&how));
	return m;
}

json_t *text_board_reminder(const struct flow *board, bool approval, int n)
{
	AUTO_BUF struct buf b = {0}, approvers = {0}, who = {0};
	char id[24], number[24];
	part_begin(&b);
	part_begin(&approvers);
	part_begin(&who);
	part_approvers(&approvers, eac_env(board)->config);
	mrkdwn_add_user(&who, board->row->requester);
	phrase_add(&b, eac_language(board), approval ? PHRASE_BOARD_REMIND_APPROVAL : PHRASE_BOARD_REMIND_BACKEND,
	           "approvers", buf_str(&approvers), "who", buf_str(&who), "id", eac_id(board->row->id, id), "n",
	           phrase_number(n, number), NULL);
	text_also_called(&b, board);
	return message_line(buf_str(&b));
}

void text_board_apart(struct buf *b, const struct flow *flow, int64_t board)
{
	char id[24], of[24];
	part_begin(b);
	phrase_add(b, eac_language(flow), PHRASE_BOARD_APART, "id", eac_id(flow->row->id, id), "board",
	           eac_id(board, of), NULL);
}

/*
 * demo/tell.c - one terminal for a channel, its threads, direct messages, private answers, dialogs and an org.
 */
#include "tests/demo/tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { WIDTH = 100, MARGIN = 15, SETTLE_MS = 400, LIMIT_MS = 20000, LINES_MAX = 14 };

enum colour { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, COLOURS };

static const char *const codes[COLOURS] = {"",         "\033[1m",  "\033[2m",  "\033[31m", "\033[32m",
                                           "\033[33m", "\033[34m", "\033[35m", "\033[36m"};

struct teller {
	struct stage *stage;
	const char *user; /* whose holdings */
	bool colours;
	int64_t seen;     /* the number of the feed's last entry told */
	json_t *holdings; /* as told */
	json_t *names;    /* Slack id -> name, from the feed */
};

/* --- words --- */

static const char *on(const struct teller *teller, enum colour colour)
{
	return teller->colours ? codes[colour] : "";
}

static const char *off(const struct teller *teller)
{
	return teller->colours ? "\033[0m" : "";
}

static const char *name_of(const struct teller *teller, const char *id)
{
	const char *name = json_str(teller->names, id);

	return name[0] != '\0' ? name : id;
}

static size_t until_one_of(const char *text, const char *stops)
{
	return strcspn(text, stops);
}

/* The inside of <...>, as a client shows it. */
static void add_markup(const struct teller *teller, struct buf *out, const char *inside, size_t len)
{
	AUTO_FREE char *copy = mem_strndup(inside, len);
	char *bar = strrchr(copy, '|');
	const char *label = bar != NULL ? bar + 1 : copy + 1;

	if (copy[0] == '@') {
		copy[1 + until_one_of(copy + 1, "|")] = '\0';
		buf_printf(out, "@%s", name_of(teller, copy + 1));
	} else if (text_starts(copy, "!subteam^")) {
		buf_printf(out, "@%s", name_of(teller, copy + 9));
	} else {
		buf_puts(out, bar != NULL || copy[0] == '#' || copy[0] == '!' ? label : copy);
	}
}

/* mrkdwn as a client would show it, in plain characters. */
static void add_shown(const struct teller *teller, struct buf *out, const char *text)
{
	static const char *const entities[][2] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"\xe2\x81\xa0", ""}};

	while (*text != '\0') {
		const char *close = *text == '<' ? strchr(text, '>') : NULL;
		size_t i = 0;
		if (close != NULL) {
			add_markup(teller, out, text + 1, (size_t)(close - text - 1));
			text = close + 1;
			continue;
		}
		while (i < 4 && !text_starts(text, entities[i][0]))
			i++;
		if (i < 4) {
			buf_puts(out, entities[i][1]);
			text += strlen(entities[i][0]);
		} else {
			if (*text != '*')
				buf_printf(out, "%c", *text);
			text++;
		}
	}
}

/* --- lines --- */

/* Where a line of at most `width` characters ends: at a blank if there is one. */
static size_t line_length(const char *text, size_t width)
{
	size_t len = until_one_of(text, "\n");

	if (text_chars(text) <= width || len <= width)
		return len;
	size_t cut = text_bytes_of_chars(text, width);
	if (cut >= len)
		return len;
	for (size_t i = cut; i > width / 2; i--)
		if (text[i] == ' ')
			return i;
	return cut;
}

/* `where` stands in the margin of the first line; the others are under the text. */
static void print_block(const struct teller *teller, enum colour colour, const char *where, int indent,
                        const char *text)
{
	int margin = MARGIN + indent;

	for (int line = 0; *text != '\0' && line < LINES_MAX; line++) {
		size_t len = line_length(text, (size_t)(WIDTH - margin));
		/* who acts is in colour as a whole; of what is seen, the place */
		printf("%s%-*s%s%*s%.*s%s\n", on(teller, colour), MARGIN, line == 0 ? where : "",
		       *where != '\0' ? off(teller) : "", indent, "", (int)len, text, off(teller));
		text += len;
		while (*text == ' ' || *text == '\n')
			text++;
	}
	fflush(stdout);
}

void teller_heading(struct teller *teller, const char *text)
{
	printf("\n%s%s%s\n", on(teller, BOLD), text, off(teller));
	fflush(stdout);
}

void teller_aside(struct teller *teller, const char *text)
{
	print_block(teller, MAGENTA, "", 0, text);
}

/* --- entries of the feed --- */

static void add_buttons(struct buf *out, const json_t *buttons)
{
	size_t i;
	json_t *label;

	json_array_foreach (buttons, i, label)
		buf_printf(out, "%s[%s]",
		           i == 0 && out->len > 0 && out->data[out->len - 1] != '\n' ? "\n"
		           : i > 0                                                   ? " "
		                                                                     : "",
		           json_string_value(label));
}

static void where_of(const json_t *entry, char out[static 40])
{
	const char *channel = json_str(entry, "channel");

	if (channel[0] == 'D')
		snprintf(out, 40, "direct message");
	else
		snprintf(out, 40, "#%.12s", json_str(entry, "channel_name"));
}

static bool is_label(const json_t *labels, const char *line, size_t len)
{
	size_t i;
	json_t *label;

	json_array_foreach (labels, i, label)
		if (json_string_length(label) == len && strncmp(json_string_value(label), line, len) == 0)
			return true;
	return false;
}

/* What the message says: its blocks without the buttons, or its text. */
static void add_body(const struct teller *teller, struct buf *out, const json_t *entry)
{
	const char *shown = json_str(entry, "shown");
	const char *line = shown[0] != '\0' ? shown : json_str(entry, "text");

	while (*line != '\0') {
		size_t len = until_one_of(line, "\n");
		if (!is_label(json_get(entry, "buttons"), line, len)) {
			AUTO_FREE char *copy = mem_strndup(line, len);
			add_shown(teller, out, copy);
			buf_putc(out, '\n');
		}
		line += len + (line[len] == '\n');
	}
}

static void tell_message(const struct teller *teller, const json_t *entry)
{
	bool reply =
	    json_str(entry, "thread_ts")[0] != '\0' && !text_eq(json_str(entry, "thread_ts"), json_str(entry, "ts"));
	bool direct = json_str(entry, "channel")[0] == 'D';
	bool person = !text_eq(json_str(entry, "user_name"), "eacbot");
	AUTO_BUF struct buf text = {0};
	char where[40];

	buf_init(&text, 16000);
	where_of(entry, where);
	if (person)
		buf_printf(&text, "%s types: ", json_str(entry, "user_name"));
	else if (direct)
		buf_printf(&text, "to %s: ", name_of(teller, json_str(entry, "channel") + 1));
	add_body(teller, &text, entry);
	add_buttons(&text, json_get(entry, "buttons"));
	print_block(teller, person ? GREEN : direct ? CYAN : BLUE, where, reply ? 4 : 0, buf_str(&text));
}

/* Only its end is news: the state, or who decided. */
static void tell_update(const struct teller *teller, const json_t *entry)
{
	AUTO_BUF struct buf text = {0};
	char where[40];

	buf_init(&text, 16000);
	where_of(entry, where);
	buf_puts(&text, "(changed) ");
	add_shown(teller, &text, json_str(entry, "text"));
	AUTO_FREE char *first = mem_strndup(buf_str(&text), until_one_of(buf_str(&text), "\n"));
	AUTO_BUF struct buf line = {0};
	buf_init(&line, 16000);
	buf_puts(&line, first);
	add_buttons(&line, json_get(entry, "buttons"));
	bool reply = !text_eq(json_str(entry, "thread_ts"), json_str(entry, "ts"));
	print_block(teller, DIM, where, reply && json_str(entry, "channel")[0] != 'D' ? 4 : 0, buf_str(&line));
}

static void tell_private(const struct teller *teller, const json_t *entry)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 16000);
	buf_printf(&text, "only %s sees: ", name_of(teller, json_str(entry, "user")));
	add_body(teller, &text, entry);
	print_block(teller, YELLOW, "private", 0, buf_str(&text));
}

static void tell_dialog(const struct teller *teller, const json_t *entry)
{
	AUTO_BUF struct buf text = {0};

	buf_init(&text, 4000);
	buf_printf(&text, "%s sees \"%s\": ", json_str(entry, "user_name"), json_str(entry, "title"));
	add_body(teller, &text, entry);
	print_block(teller, YELLOW, "dialog", 0, buf_str(&text));
}

static void tell_act(const struct teller *teller, const json_t *entry, const char *what)
{
	AUTO_BUF struct buf text = {0};
	const char *who = json_str(entry, "user_name");

	buf_init(&text, 4000);
	if (text_eq(what, "slash")) {
		buf_printf(&text, "%s types: %s ", who, json_str(entry, "command"));
		add_shown(teller, &text, json_str(entry, "text"));
	} else if (text_eq(what, "click")) {
		buf_printf(&text, "%s clicks [%s]", who, json_str(entry, "label"));
	} else {
		buf_printf(&text, "%s sends the dialog", who);
	}
	print_block(teller, GREEN, "", 0, buf_str(&text));
}

static void tell_entry(struct teller *teller, const json_t *entry)
{
	const char *what = json_str(entry, "what");

	if (json_str(entry, "user_name")[0] != '\0')
		json_set_str(teller->names, json_str(entry, "user"), json_str(entry, "user_name"));
	if (text_eq(what, "post"))
		tell_message(teller, entry);
	else if (text_eq(what, "update"))
		tell_update(teller, entry);
	else if (text_eq(what, "ephemeral"))
		tell_private(teller, entry);
	else if (text_eq(what, "view"))
		tell_dialog(teller, entry);
	else if (text_eq(what, "slash") || text_eq(what, "click") || text_eq(what, "submit"))
		tell_act(teller, entry, what);
}

/* --- the org --- */

static const struct {
	const char *member;
	const char *word;
} kinds[] = {{"sets", "permission set"},
             {"licenses", "licence"},
             {"tokens", "access token of"},
             {"links", "account link"},
             {"sessions", "session"}};

static void add_holding(struct buf *out, const json_t *item)
{
	if (json_is_string(item)) {
		buf_puts(out, json_string_value(item));
		return;
	}
	buf_puts(out, json_str(item, json_str(item, "name")[0] != '\0' ? "name" : "handle"));
	if (json_str(item, "expires")[0] != '\0')
		buf_printf(out, " (until %.10s)", json_str(item, "expires"));
}

/* Prints with a sign what `a` has more than `b`. */
static void tell_more(const struct teller *teller, const char *sign, const char *word, const json_t *a, const json_t *b)
{
	json_t *rest = json_copy((json_t *)(uintptr_t)b), *item, *other;
	size_t i, j;

	json_array_foreach (a, i, item) {
		bool there = false;
		json_array_foreach (rest, j, other) {
			if (!json_equal(item, other))
				continue;
			there = true;
			json_array_remove(rest, j);
			break;
		}
		if (there)
			continue;
		AUTO_BUF struct buf line = {0};
		buf_init(&line, 1000);
		buf_printf(&line, "%s %s ", sign, word);
		add_holding(&line, item);
		print_block(teller, RED, "Salesforce", 0, buf_str(&line));
	}
	json_decref(rest);
}

static void tell_org(struct teller *teller)
{
	json_t *now = stage_holdings(teller->stage, teller->user);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const json_t *before = json_get(teller->holdings, kinds[i].member),
		             *after = json_get(now, kinds[i].member);
		tell_more(teller, "-", kinds[i].word, before, after);
		tell_more(teller, "+", kinds[i].word, after, before);
	}
	if (!text_eq(json_str(teller->holdings, "status"), json_str(now, "status"))) {
		AUTO_FREE char *line = mem_printf("  connection status %s, was %s", json_str(now, "status"),
		                                  json_str(teller->holdings, "status"));
		print_block(teller, RED, "Salesforce", 0, line);
	}
	json_decref(teller->holdings);
	teller->holdings = now;
}

/* --- telling --- */

void teller_catch_up(struct teller *teller, int wait_ms)
{
	char path[100];
	size_t i;
	json_t *entry;

	snprintf(path, sizeof path, "/_sim/feed?after=%lld&wait_ms=%d", (long long)teller->seen, wait_ms);
	json_t *news = stage_ask(teller->stage, SLACK, path, NULL);
	tell_org(teller);
	json_array_foreach (news, i, entry)
		tell_entry(teller, entry);
	teller->seen += (int64_t)json_array_size(news);
	json_decref(news);
}

void teller_until(struct teller *teller, const struct sight *sight)
{
	int64_t until = clock_wall_ms() + LIMIT_MS;

	while (!stage_sees(teller->stage, sight) && clock_wall_ms() < until)
		teller_catch_up(teller, 100);
	if (clock_wall_ms() >= until)
		SEE(teller->stage, .user = sight->user, .button = sight->button, .contains = sight->contains,
		    .timeout_ms = 1);
	for (int64_t last = -1; last != teller->seen && clock_wall_ms() < until;) {
		last = teller->seen;
		teller_catch_up(teller, SETTLE_MS);
	}
}

static json_t *read_names(void)
{
	json_t *names = json_object(), *state = json_load_file("tests/sim/slack/workspace.json", 0, NULL), *item;
	size_t i;

	json_array_foreach (json_get(state, "users"), i, item)
		json_set_str(names, json_str(item, "id"), json_str(item, "name"));
	json_array_foreach (json_get(state, "usergroups"), i, item)
		json_set_str(names, json_str(item, "id"), json_str(item, "handle"));
	/* a direct message's channel is named after the person's id */
	json_array_foreach (json_get(state, "users"), i, item)
		json_set_str(names, json_str(item, "id") + 1, json_str(item, "name"));
	json_decref(state);
	return names;
}

struct teller *teller_new(struct stage *stage, const char *user)
{
	struct teller *teller = mem_alloc(sizeof *teller);
	const char *no_color = getenv("NO_COLOR");

	teller->stage = stage;
	teller->user = user;
	teller->colours = isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0');
	teller->holdings = stage_holdings(stage, user);
	teller->names = read_names();
	return teller;
}

void teller_free(struct teller *teller)
{
	if (teller == NULL)
		return;
	json_decref(teller->holdings);
	json_decref(teller->names);
	free(teller);
}

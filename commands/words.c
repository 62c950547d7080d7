/*
 * commands/words.c - reading what people type.
 */
#include "commands/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "salesforce/sf_id.h"

/* Blanks that phones and word processors insert, and the commas of East Asia, in UTF-8. */
static const char *const odd_blanks[] = {
    "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u200b", "\u200c", "\u200d",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff", /* blanks */
    "\u3001", "\uff0c", "\uff1b"};                                        /* commas, a semicolon */

/* What people put before a mention or an address, in UTF-8 as Slack sends it. */
static const char *const openings[] = {"\"",     "'",      "(",      "[",      "&lt;",   "\u201c", "\u201e",
                                       "\u2018", "\u201a", "\u00ab", "\u300c", "\u300e", "\uff08"};

/* Bytes of the one of these that `s` begins with; 0: of none. */
static size_t one_of(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(s, list[i]))
			return strlen(list[i]);
	return 0;
}

static size_t separator_len(const char *s)
{
	if (isspace((unsigned char)*s) || *s == ',' || *s == ';')
		return 1;
	return one_of(s, odd_blanks, sizeof odd_blanks / sizeof odd_blanks[0]);
}

static const char *skip_separators(const char *s)
{
	for (size_t n; *s != '\0' && (n = separator_len(s)) > 0;)
		s += n;
	return s;
}

/* Brackets and quotes before a mention or a link are no part of it. */
static const char *skip_openings(const char *s)
{
	const char *p = s;
	for (size_t n; (n = one_of(p, openings, sizeof openings / sizeof openings[0])) > 0;)
		p += n;
	return *p == '<' ? p : s;
}

/* An id as Slack makes them: a letter of `first`, then capitals and digits. */
static bool is_slack_id(const char *s, size_t len, const char *first)
{
	if (len < 5 || len > 22 || strchr(first, s[0]) == NULL || s[0] == '\0')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isupper((unsigned char)s[i]) && !isdigit((unsigned char)s[i]))
			return false;
	return true;
}

static void copy_part(char out[WORD_MAX], const char *s, size_t len)
{
	AUTO_FREE char *raw = mem_strndup(s, len);
	AUTO_FREE char *plain = mrkdwn_plain(raw);
	text_copy(out, WORD_MAX, text_trim(plain));
}

/* The inside of <...>: `s` is behind the '<', `len` up to the '>'. */
static void read_markup(const char *s, size_t len, struct word *ret)
{
	const char *bar = memchr(s, '|', len);
	size_t head = bar != NULL ? (size_t)(bar - s) : len;
	ret->kind = WORD_OTHER;
	if (head > 1 && s[0] == '@' && is_slack_id(s + 1, head - 1, "UW")) {
		ret->kind = WORD_MENTION;
		copy_part(ret->text, s + 1, head - 1);
	} else if (head > 7 && strncmp(s, "mailto:", 7) == 0) {
		ret->kind = WORD_TEXT;
		copy_part(ret->text, s + 7, head - 7);
	} else if (head > 0 && strchr("@#!", s[0]) == NULL) {
		/* a word that Slack took for a link or a telephone number, such as a username ending in a domain */
		bool tel = bar == NULL && head > 4 && strncmp(s, "tel:", 4) == 0;
		const char *word = bar != NULL ? bar + 1 : tel ? s + 4 : s;
		ret->kind = WORD_TEXT;
		copy_part(ret->text, word, (size_t)(s + len - word));
	} else {
		copy_part(ret->text, s, len);
	}
}

/* An entity is one sign, though it ends with a semicolon. */
static size_t step(const char *s)
{
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;"};
	size_t n = one_of(s, entities, sizeof entities / sizeof entities[0]);
	return n > 0 ? n : 1;
}

bool words_next(const char **typed, struct word *ret)
{
	const char *s = skip_openings(skip_separators(*typed));
	*ret = (struct word){.kind = WORD_TEXT};
	if (*s == '\0') {
		*typed = s;
		return false;
	}
	const char *close = *s == '<' ? strchr(s, '>') : NULL;
	const char *end = s;
	if (close != NULL) {
		read_markup(s + 1, (size_t)(close - s - 1), ret);
		end = close + 1;
	} else {
		while (*end != '\0' && separator_len(end) == 0)
			end += step(end);
		copy_part(ret->text, s, (size_t)(end - s));
	}
	*typed = end;
	ret->rest = end;
	return true;
}

/* Without the quotes, brackets and full stops around it. An apostrophe of one side alone belongs to the word. */
static char *unquoted(char *word)
{
	char *start = word + strspn(word, "\"([<");
	size_t len = strlen(start);
	while (len > 0 && strchr("\")]>.:!?", start[len - 1]) != NULL)
		len--;
	start[len] = '\0';
	if (len < 2 || start[0] != '\'' || start[len - 1] != '\'')
		return start;
	start[len - 1] = '\0';
	return start + 1;
}

/* And without "mailto:". Returns the start of what is left. */
static char *bare(char *word)
{
	char *start = unquoted(word);
	return strncasecmp(start, "mailto:", 7) == 0 ? start + 7 : start;
}

static bool is_address(const char *word)
{
	const char *at = strchr(word, '@');
	if (at == NULL || at == word || at[1] == '\0' || strchr(at + 1, '@') != NULL)
		return false;
	for (const char *p = word; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || strchr("\"\\<>(){}", *p) != NULL)
			return false;
	return strlen(word) <= 80 + 1 + 80;
}

bool words_who(const struct word *word, struct who *ret)
{
	char text[WORD_MAX];
	*ret = (struct who){.mention = word->kind == WORD_MENTION};
	text_copy(text, sizeof text, word->text);
	text_copy(ret->text, sizeof ret->text, word->kind == WORD_TEXT ? bare(text) : text);
	if (word->kind != WORD_TEXT)
		return word->kind == WORD_MENTION;
	return is_address(ret->text) || (sf_id_valid(ret->text) && sf_id_has_prefix(ret->text, "005"));
}

static void complain(struct repair_words *ret, enum words_mistake mistake, const char *word)
{
	if (ret->mistake != WORDS_FINE)
		return;
	ret->mistake = mistake;
	text_copy(ret->mistaken, sizeof ret->mistaken, word);
}

static enum words_mistake mistake_of(enum word_kind kind, const char *word)
{
	size_t len = strlen(word);
	if (kind == WORD_OTHER)
		return WORDS_NOBODY;
	if (word[0] == '@' && strchr(word + 1, '@') == NULL)
		return WORDS_NO_MENTION;
	return text_starts(word, "005") && len >= 15 && len <= 18 ? WORDS_NO_ID : WORDS_NO_PERSON;
}

/* "and", "&", a bracket that was left over: between people, and nobody. */
static bool is_glue(const struct word *word)
{
	if (word->kind != WORD_TEXT)
		return false;
	if (text_ieq(word->text, "and"))
		return true;
	return word->text[strspn(word->text, "\"'()[]<>&+.:!?-")] == '\0';
}

static void add_who(struct repair_words *ret, const struct word *word)
{
	struct who who;
	if (is_glue(word))
		return;
	if (!words_who(word, &who)) {
		complain(ret, mistake_of(word->kind, who.text), who.text);
		return;
	}
	for (size_t i = 0; i < ret->count; i++)
		if (text_ieq(ret->who[i].text, who.text))
			return;
	if (ret->count == WORDS_MAX)
		complain(ret, WORDS_TOO_MANY, who.text);
	else
		ret->who[ret->count++] = who;
}

/* Behind "reason:" and the like, possibly with the text stuck to it, also with the wide colon of East Asia; else NULL. */
static const char *behind(const char *typed, const char *name)
{
	const char *s = skip_separators(typed);
	size_t len = strlen(name);
	if (strncasecmp(s, name, len) != 0)
		return NULL;
	s += len;
	return *s == ':' ? s + 1 : text_starts(s, "\uff1a") ? s + strlen("\uff1a") : NULL;
}

/* Returns what follows. */
static const char *read_ticket(const char *typed, struct repair_words *ret)
{
	struct word word = {0};
	char text[WORD_MAX] = "";
	if (words_next(&typed, &word) && word.kind == WORD_TEXT)
		text_copy(text, sizeof text, word.text);
	const char *number = bare(text);
	if (words_ticket(number))
		text_copy(ret->ticket, sizeof ret->ticket, number);
	else
		complain(ret, WORDS_NO_TICKET, word.text);
	return typed;
}

static const char *read_for(const char *typed, struct repair_words *ret)
{
	struct word word;
	if (words_next(&typed, &word) && word.kind == WORD_MENTION)
		text_copy(ret->for_user, sizeof ret->for_user, word.text);
	else
		complain(ret, WORDS_NO_FOR, "for");
	return typed;
}

void words_repair(const char *typed, struct repair_words *ret)
{
	struct word word;
	*ret = (struct repair_words){0};
	for (const char *found;;) {
		if ((found = behind(typed, "reason")) != NULL) {
			words_rest(found, ret->reason, sizeof ret->reason);
			return;
		}
		if ((found = behind(typed, "ticket")) != NULL) {
			typed = read_ticket(found, ret);
			continue;
		}
		if (!words_next(&typed, &word))
			return;
		if (word.kind == WORD_TEXT && text_ieq(word.text, "anyway"))
			ret->anyway = true;
		else if (word.kind == WORD_TEXT && text_ieq(word.text, "for"))
			typed = read_for(typed, ret);
		else
			add_who(ret, &word);
	}
}

int64_t words_id(const char *text)
{
	if (strncasecmp(text, "EAC-", 4) == 0)
		text += 4;
	if (*text == '#')
		text++;
	if (!isdigit((unsigned char)*text) || strlen(text) > 12)
		return 0;
	char *end;
	long long n = strtoll(text, &end, 10);
	return *end == '\0' && n > 0 ? (int64_t)n : 0;
}

bool words_case(const char *text)
{
	size_t n = strlen(text);
	if (n < 4 || n > 20)
		return false;
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) && *text != '-')
			return false;
	return true;
}

bool words_ticket(const char *text)
{
	size_t n = strlen(text);
	return n >= 4 && n < TICKET_SIZE &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_#/.:") == n;
}

const char *words_command(const char *typed, char out[static 32])
{
	struct word word;
	out[0] = '\0';
	if (!words_next(&typed, &word))
		return typed;
	text_copy(out, 32, word.text);
	for (char *p = out; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return typed;
}

void words_rest(const char *typed, char *out, size_t size)
{
	AUTO_FREE char *plain = mrkdwn_plain(typed);
	text_copy(out, size, text_trim(plain));
}

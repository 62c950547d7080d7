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

/* Blanks that phones and word processors insert, in UTF-8. */
static const char *const odd_blanks[] = {"\xc2\xa0",     "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d",
                                         "\xe2\x80\xaf", "\xe3\x80\x80", "\xe2\x80\x89", "\xe2\x80\x83",
                                         "\xe2\x80\x82", "\xef\xbb\xbf"};

static size_t separator_len(const char *s)
{
	if (isspace((unsigned char)*s) || *s == ',' || *s == ';')
		return 1;
	for (size_t i = 0; i < sizeof odd_blanks / sizeof odd_blanks[0]; i++)
		if (text_starts(s, odd_blanks[i]))
			return strlen(odd_blanks[i]);
	return 0;
}

static const char *skip_separators(const char *s)
{
	for (size_t n; *s != '\0' && (n = separator_len(s)) > 0;)
		s += n;
	return s;
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
		/* a word that Slack took for a link, such as a username ending in a domain */
		ret->kind = WORD_TEXT;
		copy_part(ret->text, bar != NULL ? bar + 1 : s, bar != NULL ? len - head - 1 : len);
	} else {
		copy_part(ret->text, s, len);
	}
}

bool words_next(const char **typed, struct word *ret)
{
	const char *s = skip_separators(*typed);
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
			end++;
		copy_part(ret->text, s, (size_t)(end - s));
	}
	*typed = end;
	ret->rest = end;
	return true;
}

bool words_who(const struct word *word, struct who *ret)
{
	*ret = (struct who){.mention = word->kind == WORD_MENTION};
	text_copy(ret->text, sizeof ret->text, word->text);
	if (word->kind == WORD_MENTION)
		return true;
	if (word->kind != WORD_TEXT)
		return false;
	const char *at = strchr(word->text, '@');
	if (at != NULL && at != word->text && at[1] != '\0' && strchr(at + 1, '@') == NULL) {
		for (const char *p = word->text; *p != '\0'; p++)
			if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || strchr("\"\\<>(){}", *p) != NULL)
				return false;
		return strlen(word->text) <= 80 + 1 + 80;
	}
	return sf_id_valid(word->text) && sf_id_has_prefix(word->text, "005");
}

static void complain(struct repair_words *ret, const char *before, const char *word, const char *after)
{
	if (ret->error[0] != '\0')
		return;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, sizeof ret->error - 1);
	buf_puts(&b, before);
	mrkdwn_add_literal(&b, word, 60);
	buf_puts(&b, after);
	text_copy(ret->error, sizeof ret->error, buf_str(&b));
}

static void add_who(struct repair_words *ret, const struct word *word)
{
	struct who who;
	if (!words_who(word, &who)) {
		complain(ret, "I can't read “", word->text,
		         "” as a person. Use a mention chosen from Slack's list, an e-mail address, a Salesforce "
		         "username or a Salesforce user id; words about it go behind `reason:`.");
		return;
	}
	for (size_t i = 0; i < ret->count; i++)
		if (text_ieq(ret->who[i].text, who.text))
			return;
	if (ret->count == WORDS_MAX)
		complain(ret, "Those are too many people at once", "", ": name fewer, in several commands.");
	else
		ret->who[ret->count++] = who;
}

/* "reason:" possibly with the text stuck to it. */
static const char *reason_start(const char *typed)
{
	const char *s = skip_separators(typed);
	return strncasecmp(s, "reason:", 7) == 0 ? s + 7 : NULL;
}

void words_repair(const char *typed, struct repair_words *ret)
{
	struct word word;
	*ret = (struct repair_words){0};
	for (;;) {
		const char *reason = reason_start(typed);
		if (reason != NULL) {
			words_rest(reason, ret->reason, sizeof ret->reason);
			return;
		}
		if (!words_next(&typed, &word))
			return;
		if (word.kind == WORD_TEXT && text_ieq(word.text, "anyway")) {
			ret->anyway = true;
		} else if (word.kind == WORD_TEXT && text_ieq(word.text, "for")) {
			if (!words_next(&typed, &word) || word.kind != WORD_MENTION)
				complain(ret, "After “for” comes the Slack user, as a mention chosen from the list", "",
				         ".");
			else
				text_copy(ret->for_user, sizeof ret->for_user, word.text);
		} else {
			add_who(ret, &word);
		}
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

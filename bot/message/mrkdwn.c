/*
 * message/mrkdwn.c - foreign words in Slack's mrkdwn, literal.
 *
 * Text is walked code point by code point, so that broken UTF-8 can't hide
 * anything. What Slack would take as formatting is broken with U+2060: unlike
 * a blank or U+200B it is no word boundary, and Slack formats only at those.
 * Limits of blocks are message.c's business.
 */
#include "bot/message/mrkdwn.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/glyph.h"

#define JOINER     "\xE2\x81\xA0" /* U+2060 WORD JOINER */
#define GRAVE      "\xCB\x8B"     /* U+02CB MODIFIER LETTER GRAVE ACCENT */
#define ELLIPSIS   "\xE2\x80\xA6"
#define UNREADABLE "\xEF\xBF\xBD" /* U+FFFD */

enum { MARKS_MAX = 4 }; /* on one letter: more of them cover the lines around */

struct range {
	uint32_t first, last;
};

/* Nothing to see, but they reorder, hide or split what is seen. */
static const struct range unseen[] = {
    {0x0000, 0x0008}, {0x000B, 0x000C}, {0x000E, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},
    {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F},   {0x3164, 0x3164},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static const struct range blanks[] = {
    {0x0009, 0x000A}, {0x000D, 0x000D}, {0x0020, 0x0020}, {0x00A0, 0x00A0}, {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x2800, 0x2800}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool is_unseen(uint32_t c)
{
	return in_ranges(c, unseen, sizeof(unseen) / sizeof(unseen[0]));
}

static bool is_blank(uint32_t c)
{
	return in_ranges(c, blanks, sizeof(blanks) / sizeof(blanks[0]));
}

static void encode(struct buf *b, uint32_t c)
{
	char out[4];
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = len; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(len == 1 ? c : (0xF00u >> len & 0xFF) | c);
	buf_add(b, out, len);
}

static bool is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A character of a word, for the question where words end. */
static bool is_word(uint32_t c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c >= 0x80;
}

/* Does s, just after a colon, go on as the name of an emoji and another colon? */
static bool names_emoji(const char *s)
{
	bool letter = false;
	size_t i = 0;

	for (; is_word((unsigned char)s[i]) || (s[i] && strchr("_-+'", s[i])); i++)
		letter = letter || is_letter((unsigned char)s[i]);
	return letter && s[i] == ':';
}

/* Does s, just after an @, go on as a word that alarms everybody? */
static bool names_everybody(const char *s)
{
	static const char *const words[] = {"here", "channel", "everyone", "group"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncasecmp(s, words[i], strlen(words[i])))
			return true;
	return false;
}

static uint32_t code_point(const char *s)
{
	uint32_t c = 0;

	if (*s)
		glyph_decode(s, &c);
	return c;
}

/* Appends c, whose neighbours are `before` (0: the start) and the rest of the text, with what makes it literal. */
static void add_defused(struct buf *b, uint32_t before, uint32_t c, const char *rest)
{
	switch (c) {
	case '&': buf_puts(b, "&amp;"); return;
	case '<': buf_puts(b, "&lt;"); return;
	case '>': /* at the start of a line it quotes even when escaped */
		buf_puts(b, before ? "&gt;" : JOINER "&gt;");
		return;
	case '`': buf_puts(b, GRAVE); return;
	case '*':
	case '_':
	case '~': {
		bool inside = is_word(before) && is_word(code_point(rest));

		if (!inside)
			buf_puts(b, JOINER);
		encode(b, c);
		if (!inside)
			buf_puts(b, JOINER);
		return;
	}
	default: encode(b, c);
	}
	if (c == ':' && (!strncmp(rest, "//", 2) || names_emoji(rest)))
		buf_puts(b, JOINER);
	if (c == '@' && names_everybody(rest))
		buf_puts(b, JOINER);
	if ((c == 'w' || c == 'W') && !is_word(before) && !strncasecmp(rest, "ww.", 3))
		buf_puts(b, JOINER);
}

/* s on one line, valid, without what can't be seen: what is defused afterwards is what Slack will read. */
static char *visible(const char *s)
{
	struct buf b;
	uint32_t c;
	int in_a_row = 0;

	buf_init(&b, 3 * strlen(s) + 4); /* U+FFFD has three bytes where one was broken */
	for (const char *p = s; *p;) {
		p += glyph_decode(p, &c);
		in_a_row = glyph_is_mark(c) ? in_a_row + 1 : 0;
		if (!is_unseen(c) && in_a_row <= MARKS_MAX)
			encode(&b, is_blank(c) ? ' ' : c);
	}
	if (*s && b.len == 0)
		buf_puts(&b, UNREADABLE);
	return buf_take(&b);
}

void mrkdwn_add_literal(struct buf *b, const char *s, size_t max_chars)
{
	AUTO_FREE char *text = visible(s ? s : "");
	uint32_t before = 0, c;
	size_t chars = 0;

	for (const char *p = text; *p;) {
		const char *end = p + glyph_step(p);

		chars += glyph_points(p, (size_t)(end - p));
		if (chars > max_chars) {
			buf_puts(b, ELLIPSIS);
			return;
		}
		for (; p < end; before = c) {
			p += glyph_decode(p, &c);
			add_defused(b, before, c, p);
		}
	}
}

/* One of `letters` and 2 to 20 capitals and digits. */
static bool is_id(const char *s, const char *letters)
{
	size_t n = s ? strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;

	return n >= 3 && n <= 21 && !s[n] && strchr(letters, s[0]);
}

void mrkdwn_add_user(struct buf *b, const char *slack_user)
{
	if (is_id(slack_user, "UW"))
		buf_printf(b, "<@%s>", slack_user);
	else
		mrkdwn_add_literal(b, slack_user, 40);
}

void mrkdwn_add_principal(struct buf *b, const char *id)
{
	if (is_id(id, "S"))
		buf_printf(b, "<!subteam^%s>", id);
	else
		mrkdwn_add_user(b, id);
}

static void add_date(struct buf *b, int64_t wall_ms, const char *format, bool to_the_second)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	char fallback[40];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(fallback, sizeof(fallback), to_the_second ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d %H:%M UTC", &tm))
		text_copy(fallback, sizeof(fallback), "at an unreadable time");
	buf_printf(b, "<!date^%lld^%s|%s>", (long long)seconds, format, fallback);
}

void mrkdwn_add_time(struct buf *b, int64_t wall_ms)
{
	add_date(b, wall_ms, "{date_short_pretty} {time}", false);
}

void mrkdwn_add_second(struct buf *b, int64_t wall_ms)
{
	add_date(b, wall_ms, "{date_short_pretty} {time_secs}", true);
}

void mrkdwn_add_ago(struct buf *b, int64_t wall_ms)
{
	add_date(b, wall_ms, "{ago}", false);
}

void mrkdwn_add_link(struct buf *b, const char *url, const char *label)
{
	bool usable = url && (text_starts(url, "https://") || text_starts(url, "http://"));

	if (usable) {
		buf_putc(b, '<');
		for (const char *p = url; *p; p++) {
			unsigned char c = (unsigned char)*p;

			if (c == '&')
				buf_puts(b, "&amp;");
			else if (c <= ' ' || c >= 0x7F || strchr("<>|\"", c))
				buf_printf(b, "%%%02X", c);
			else
				buf_putc(b, *p);
		}
		buf_putc(b, '|');
	}
	mrkdwn_add_literal(b, label, 150);
	if (usable)
		buf_putc(b, '>');
}

/* The ordinary way to type c, or NULL. */
static const char *ordinary(uint32_t c)
{
	switch (c) {
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201B:
	case 0x2032: return "'";
	case 0x00AB:
	case 0x00BB:
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
	case 0x2033: return "\"";
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2015:
	case 0x2212:
	case 0xFE58:
	case 0xFF0D: return "-";
	case 0x2026: return "...";
	default: return NULL;
	}
}

/* The entity that p begins with, decoded once: its character, and its bytes in *ret_len; 0 when there is none. */
static char entity(const char *p, size_t *ret_len)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (!text_starts(p, entities[i].name))
			continue;
		*ret_len = strlen(entities[i].name);
		return entities[i].c;
	}
	return 0;
}

char *mrkdwn_plain(const char *typed)
{
	struct buf b;

	buf_init(&b, typed ? 3 * strlen(typed) + 16 : 16); /* U+FFFD has three bytes where one was broken */
	for (const char *p = typed ? typed : ""; *p;) {
		size_t len = 0;
		uint32_t c = (unsigned char)entity(p, &len);

		if (!len)
			len = glyph_decode(p, &c);
		p += len;
		if (is_unseen(c) || c == '\r')
			continue;
		if (ordinary(c))
			buf_puts(&b, ordinary(c));
		else
			encode(&b, c == '\n' ? c : is_blank(c) ? ' ' : c);
	}
	return buf_take(&b);
}

/* Bytes of what must stay together at p: an entity, <...>, a code span or one character. */
static size_t unit(const char *p)
{
	const char *end = NULL;
	size_t len;

	if (entity(p, &len))
		return len;
	if (*p == '<' && (end = strpbrk(p + 1, "<>\n")) && *end == '>')
		return (size_t)(end - p) + 1;
	if (text_starts(p, "```"))
		return (end = strstr(p + 3, "```")) ? (size_t)(end - p) + 3 : 3;
	if (*p == '`' && (end = strpbrk(p + 1, "`\n")) && *end == '`')
		return (size_t)(end - p) + 1;
	return glyph_step(p);
}

void mrkdwn_cut(struct buf *b, const char *mrkdwn, size_t max_units)
{
	const char *s = mrkdwn ? mrkdwn : "", *p = s;
	size_t used = 0;

	if (glyph_units(s, strlen(s)) <= max_units) {
		buf_puts(b, s);
		return;
	}
	while (*p) {
		size_t bytes = unit(p), units = glyph_units(p, bytes);

		if (used + units + 1 > max_units)
			break;
		used += units;
		p += bytes;
	}
	buf_add(b, s, (size_t)(p - s));
	if (max_units)
		buf_puts(b, ELLIPSIS);
}

/*
 * tests/unit/test_mrkdwn.c - foreign words stay words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"

#define WJ    "\xE2\x81\xA0"
#define GRAVE "\xCB\x8B"

static void assert_literal(const char *typed, const char *expected)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 10000);
	mrkdwn_add_literal(&b, typed, 100);
	assert_string_equal(buf_str(&b), expected);
}

static void assert_plain(const char *typed, const char *expected)
{
	AUTO_FREE char *plain = mrkdwn_plain(typed);

	assert_string_equal(plain, expected);
}

static void assert_cut(const char *mrkdwn, size_t max, const char *expected)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 10000);
	mrkdwn_cut(&b, mrkdwn, max);
	assert_string_equal(buf_str(&b), expected);
}

static void ordinary_words_are_left_as_they_are(void **state)
{
	(void)state;
	assert_literal("Jane Doe, jane_doe@example.com", "Jane Doe, jane_doe@example.com");
	assert_literal("Zoë Müller 日本 👍", "Zoë Müller 日本 👍");
	assert_literal("it is 10:30:15, 2*3*4", "it is 10:30:15, 2*3*4");
	assert_literal("", "");
	assert_literal(NULL, "");
}

static void the_three_characters_are_escaped(void **state)
{
	(void)state;
	assert_literal("a & b <!channel>", "a &amp; b &lt;!channel&gt;");
	assert_literal("&lt;", "&amp;lt;");
	assert_literal("<@U0ADMIN001>", "&lt;@U0ADMIN001&gt;");
	assert_literal("> quoted", WJ "&gt; quoted");
}

static void formatting_is_broken(void **state)
{
	(void)state;
	assert_literal("*bold*", WJ "*" WJ "bold" WJ "*" WJ);
	assert_literal("_a_b_", WJ "_" WJ "a_b" WJ "_" WJ);
	assert_literal("~x~", WJ "~" WJ "x" WJ "~" WJ);
	assert_literal("`x`", GRAVE "x" GRAVE);
	assert_literal(":tada:", ":" WJ "tada:");
}

static void links_and_alarms_are_broken(void **state)
{
	(void)state;
	assert_literal("https://evil.example", "https:" WJ "//evil.example");
	assert_literal("https:\u200B//evil.example", "https:" WJ "//evil.example");
	assert_literal("www.evil.example", "w" WJ "ww.evil.example");
	assert_literal("@here @Channel @jane", "@" WJ "here @" WJ "Channel @jane");
}

static void what_can_not_be_seen_goes(void **state)
{
	(void)state;
	assert_literal("a\u202Eb\u200Bc\x01"
	               "d\x7f"
	               "e\u2066f\uFEFF",
	               "abcdef");
	assert_literal("two\nlines\tand\r\nmore\u00A0", "two lines and  more ");
	assert_literal("\xFFok\xC3", "\uFFFDok\uFFFD");
}

static void a_long_literal_ends_with_an_ellipsis(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 100);
	mrkdwn_add_literal(&b, "ä<b>c", 3);
	assert_string_equal(buf_str(&b), "ä&lt;b…");
	buf_clear(&b);
	mrkdwn_add_literal(&b, "abc", 3);
	assert_string_equal(buf_str(&b), "abc");
}

static void only_ids_become_mentions(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 1000);
	mrkdwn_add_user(&b, "U0JANE0001");
	mrkdwn_add_principal(&b, "S0HELPDESK");
	mrkdwn_add_principal(&b, "W0JANE0001");
	mrkdwn_add_user(&b, "U1|x><!channel");
	mrkdwn_add_principal(&b, "here");
	mrkdwn_add_user(&b, NULL);
	assert_string_equal(buf_str(&b), "<@U0JANE0001><!subteam^S0HELPDESK><@W0JANE0001>U1|x&gt;&lt;!channelhere");
}

static void a_time_has_a_fallback_in_utc(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 1000);
	mrkdwn_add_time(&b, 1790000000123);
	assert_string_equal(buf_str(&b), "<!date^1790000000^{date_short_pretty} {time}|2026-09-21 14:13 UTC>");
}

static void a_link_can_not_be_broken_out_of(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 1000);
	mrkdwn_add_link(&b, "https://x.example/a?b=1&c=|>", "see <here>|");
	assert_string_equal(buf_str(&b), "<https://x.example/a?b=1&amp;c=%7C%3E|see &lt;here&gt;|>");
	buf_clear(&b);
	mrkdwn_add_link(&b, "javascript:alert(1)", "see");
	assert_string_equal(buf_str(&b), "see");
}

static void typing_becomes_plain(void **state)
{
	(void)state;
	assert_plain("&lt;@U1&gt; &amp;lt;", "<@U1> &lt;");
	assert_plain("\u201Cquoted\u201D it\u2019s \u2013 a\u2014b\u2026", "\"quoted\" it's - a-b...");
	assert_plain("a\u00A0b\u3000c\td\r\ne", "a b c d\ne");
	assert_plain("x\u200B\u202Ey\x02", "xy");
	assert_plain("\xC0\xAF", "\uFFFD\uFFFD");
	assert_plain(NULL, "");
}

static void cutting_never_cuts_inside_a_unit(void **state)
{
	(void)state;
	assert_cut("abcdef", 6, "abcdef");
	assert_cut("abcdefg", 6, "abcde…");
	assert_cut("ab&amp;cdefg", 6, "ab…");
	assert_cut("ab <@U0JANE0001> x", 8, "ab …");
	assert_cut("a `code span` b", 8, "a …");
	assert_cut("a ```x\ny``` b", 8, "a …");
	assert_cut("< not a link, only a sign", 6, "< not…");
	assert_cut("äöüäöü", 4, "äöü…");
	assert_cut("abc", 0, "");
	assert_cut(NULL, 5, "");
}

static void what_a_reader_takes_for_one_character_stays_whole(void **state)
{
	(void)state;
	assert_cut("ab e\u0301fgh", 5, "ab …");
	assert_cut("ab \U0001F44D\U0001F3FD cdef", 6, "ab …");
	assert_cut("a \U0001F468\u200D\U0001F469\u200D\U0001F467 bcdefgh", 9, "a …");
	assert_cut("a \U0001F1E9\U0001F1EA bcdefg", 5, "a …");
	assert_cut("a \U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7 bcdefg", 7, "a \U0001F1E9\U0001F1EA…");
	assert_cut("\u2601\uFE0F\u2601\uFE0F\u2601\uFE0F", 4, "\u2601\uFE0F…");
}

static void a_limit_counts_what_is_longer_in_utf16(void **state)
{
	(void)state;
	assert_cut("\U0001F600\U0001F600\U0001F600", 6, "\U0001F600\U0001F600\U0001F600");
	assert_cut("\U0001F600\U0001F600\U0001F600", 5, "\U0001F600\U0001F600…");
}

static void dates_and_fences_are_not_cut_into(void **state)
{
	(void)state;
	assert_cut("at <!date^1790000000^{date} {time}|2026-09-21> sharp", 20, "at …");
	assert_cut("a <https://x.example/a?b=1&amp;c=2|see> b", 12, "a …");
	assert_cut("a ```1 < 2 &amp; `x` ``` b", 20, "a …");
}

static void accents_do_not_pile_up(void **state)
{
	(void)state;
	assert_literal("Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306a", "Z\u0300\u0301\u0302\u0303a");
}

static void a_name_of_nothing_visible_is_seen_all_the_same(void **state)
{
	(void)state;
	assert_literal("\u200B\u2060\u3164\U000E0041", "\uFFFD");
	assert_literal("a\u3164\u115Fb", "ab");
	assert_literal("a\u2800b", "a b");
}

static void nobody_speaks_in_our_name(void **state)
{
	(void)state;
	assert_literal("*Approved* by <@U0ADMIN001>", WJ "*" WJ "Approved" WJ "*" WJ " by &lt;@U0ADMIN001&gt;");
	assert_literal("x\n*Completed*", "x " WJ "*" WJ "Completed" WJ "*" WJ);
	assert_literal("x\u2028> quoted", "x &gt; quoted");
}

/* --- random texts --- */

static unsigned roll(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

static void add_something(struct buf *b, unsigned *seed)
{
	static const char *const pieces[] = {"&amp;",
	                                     "&lt;",
	                                     "&gt;",
	                                     "`code`",
	                                     "```fence\nof code```",
	                                     "\u00E4",
	                                     "e\u0301\u0323",
	                                     "\n",
	                                     "\U0001F468\u200D\U0001F469\u200D\U0001F467",
	                                     "\U0001F1E9\U0001F1EA",
	                                     "\U0001F44D\U0001F3FD",
	                                     "word ",
	                                     "日本",
	                                     "<@U0JANE0001>",
	                                     "<!date^1790000000^{date}|2026>",
	                                     "<https://x.example/?a=1&amp;b=2|label>"};
	char foreign[8] = {0};

	if (roll(seed, 3) > 0) {
		buf_puts(b, pieces[roll(seed, sizeof(pieces) / sizeof(pieces[0]))]);
		return;
	}
	for (size_t i = 0; i < sizeof(foreign) - 1; i++)
		foreign[i] = (char)(1 + roll(seed, 255));
	mrkdwn_add_literal(b, foreign, 5);
}

static size_t count(const char *s, const char *what)
{
	size_t n = 0;
	for (; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static size_t utf16(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80 ? (unsigned char)*s >= 0xF0 ? 2 : 1 : 0;
	return n;
}

static void assert_whole(const char *cut, size_t max)
{
	assert_true(utf16(cut) <= max);
	assert_true(text_is_utf8(cut, strlen(cut)));
	assert_int_equal(count(cut, "<"), count(cut, ">"));
	assert_int_equal(count(cut, "`") % 2, 0);
	assert_int_equal(count(cut, "&"), count(cut, "&amp;") + count(cut, "&lt;") + count(cut, "&gt;"));
}

static void random_texts_are_cut_within_the_limit_and_between_units(void **state)
{
	unsigned seed = 42;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		AUTO_BUF struct buf text, cut;
		size_t max = roll(&seed, 120);

		buf_init(&text, 100000);
		buf_init(&cut, 100000);
		for (unsigned n = roll(&seed, 40); n > 0; n--)
			add_something(&text, &seed);
		mrkdwn_cut(&cut, buf_str(&text), max);
		assert_whole(buf_str(&cut), max);
		if (utf16(buf_str(&text)) <= max)
			assert_string_equal(buf_str(&cut), buf_str(&text));
		else if (max > 0)
			assert_string_equal(buf_str(&cut) + cut.len - 3, "…");
	}
}

static void random_literals_hold_nothing_live(void **state)
{
	static const char bits[] = "<>&!@*_~`:#|^ \n/hwW.\xE2\x80\x8B\xF0\x9F\x98\x80\xCC\x81";
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		char typed[40] = {0};
		AUTO_BUF struct buf b;

		buf_init(&b, 10000);
		for (size_t n = roll(&seed, sizeof(typed) - 1), k = 0; k < n; k++)
			typed[k] = bits[roll(&seed, sizeof(bits) - 1)];
		mrkdwn_add_literal(&b, typed, 30);
		assert_true(text_is_utf8(buf_str(&b), b.len));
		assert_null(strpbrk(buf_str(&b), "<>`\n"));
		assert_null(strstr(buf_str(&b), "://"));
		assert_int_equal(count(buf_str(&b), "&"),
		                 count(buf_str(&b), "&amp;") + count(buf_str(&b), "&lt;") + count(buf_str(&b), "&gt;"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordinary_words_are_left_as_they_are),
	    cmocka_unit_test(the_three_characters_are_escaped),
	    cmocka_unit_test(formatting_is_broken),
	    cmocka_unit_test(links_and_alarms_are_broken),
	    cmocka_unit_test(what_can_not_be_seen_goes),
	    cmocka_unit_test(a_long_literal_ends_with_an_ellipsis),
	    cmocka_unit_test(only_ids_become_mentions),
	    cmocka_unit_test(a_time_has_a_fallback_in_utc),
	    cmocka_unit_test(a_link_can_not_be_broken_out_of),
	    cmocka_unit_test(typing_becomes_plain),
	    cmocka_unit_test(cutting_never_cuts_inside_a_unit),
	    cmocka_unit_test(what_a_reader_takes_for_one_character_stays_whole),
	    cmocka_unit_test(a_limit_counts_what_is_longer_in_utf16),
	    cmocka_unit_test(dates_and_fences_are_not_cut_into),
	    cmocka_unit_test(accents_do_not_pile_up),
	    cmocka_unit_test(a_name_of_nothing_visible_is_seen_all_the_same),
	    cmocka_unit_test(nobody_speaks_in_our_name),
	    cmocka_unit_test(random_texts_are_cut_within_the_limit_and_between_units),
	    cmocka_unit_test(random_literals_hold_nothing_live),
	};

	return cmocka_run_group_tests_name("mrkdwn", tests, NULL, NULL);
}

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
	};

	return cmocka_run_group_tests_name("mrkdwn", tests, NULL, NULL);
}

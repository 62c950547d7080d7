/*
 * tests/unit/test_words.c - what people type, as Slack sends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "commands/command.h"
#include "commands/words.h"

static struct repair_words words;

static void a_mention_names_a_person_by_id(void **unused)
{
	(void)unused;
	words_repair("<@U0JANE0001|jane>", &words);
	assert_int_equal(words.count, 1);
	assert_true(words.who[0].mention);
	assert_string_equal(words.who[0].text, "U0JANE0001");
}

static void typed_text_can_not_pose_as_a_mention(void **unused)
{
	(void)unused;
	words_repair("&lt;@U0JANE0001&gt;", &words);
	assert_int_equal(words.count, 0);
	assert_string_not_equal(words.error, "");
}

static void a_mail_address_comes_as_a_link_or_bare(void **unused)
{
	(void)unused;
	words_repair("<mailto:jane@example.com|jane@example.com> bob@example.com", &words);
	assert_int_equal(words.count, 2);
	assert_string_equal(words.who[0].text, "jane@example.com");
	assert_string_equal(words.who[1].text, "bob@example.com");
}

static void blanks_and_commas_of_all_kinds_separate(void **unused)
{
	(void)unused;
	words_repair("a@x.org,b@x.org,\xc2\xa0 c@x.org\xe2\x80\x8b d@x.org", &words);
	assert_int_equal(words.count, 4);
	assert_string_equal(words.error, "");
}

static void the_same_person_twice_is_one(void **unused)
{
	(void)unused;
	words_repair("a@x.org A@x.org", &words);
	assert_int_equal(words.count, 1);
}

static void for_reason_and_anyway_are_taken_out(void **unused)
{
	(void)unused;
	words_repair("a@x.org for <@U0JANE0001> anyway reason: \xe2\x80\x9cit's broken\xe2\x80\x9d &amp; sad", &words);
	assert_int_equal(words.count, 1);
	assert_string_equal(words.for_user, "U0JANE0001");
	assert_true(words.anyway);
	assert_string_equal(words.reason, "\"it's broken\" & sad");
}

static void a_salesforce_id_is_known_by_its_shape(void **unused)
{
	(void)unused;
	words_repair("005Sj000003JNIX 005Sj000003JNIXIA4 005Sj000003JNIXIA5", &words);
	assert_int_equal(words.count, 2);
	assert_non_null(strstr(words.error, "005Sj000003JNIXIA5"));
}

static void channels_groups_and_everyone_are_no_people(void **unused)
{
	static const char *const typed[] = {"<#C0HELP0001|help>", "<!subteam^S0HELPDESK|@help>", "<!channel>", "@jane",
	                                    "jane doe"};
	(void)unused;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		words_repair(typed[i], &words);
		assert_int_equal(words.count, 0);
		assert_string_not_equal(words.error, "");
	}
}

static void an_apostrophe_is_a_letter_like_others(void **unused)
{
	(void)unused;
	words_repair("o'brien@x.org", &words);
	assert_int_equal(words.count, 1);
	assert_string_equal(words.who[0].text, "o'brien@x.org");
}

static void what_no_address_has_is_unreadable(void **unused)
{
	static const char *const typed[] = {"a\"b@x.org", "a\\@x.org", "@{ref.x}@x.org", "a(b)@x.org"};
	(void)unused;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		words_repair(typed[i], &words);
		assert_int_equal(words.count, 0);
	}
}

static void an_id_is_read_with_and_without_its_letters(void **unused)
{
	(void)unused;
	assert_int_equal(words_id("EAC-42"), 42);
	assert_int_equal(words_id("eac-42"), 42);
	assert_int_equal(words_id("42"), 42);
	assert_int_equal(words_id("42x"), 0);
	assert_int_equal(words_id("-1"), 0);
	assert_int_equal(words_id("99999999999999"), 0);
}

static void a_case_number_has_four_to_twenty_signs(void **unused)
{
	(void)unused;
	assert_true(words_case("0456"));
	assert_true(words_case("CS-0456-A"));
	assert_false(words_case("045"));
	assert_false(words_case("045678901234567890123"));
	assert_false(words_case("04 56"));
}

static void the_table_is_sorted_by_name(void **unused)
{
	(void)unused;
	for (size_t i = 1; i < command_count; i++)
		assert_true(strcmp(command_table[i - 1].name, command_table[i].name) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_mention_names_a_person_by_id),
	    cmocka_unit_test(typed_text_can_not_pose_as_a_mention),
	    cmocka_unit_test(a_mail_address_comes_as_a_link_or_bare),
	    cmocka_unit_test(blanks_and_commas_of_all_kinds_separate),
	    cmocka_unit_test(the_same_person_twice_is_one),
	    cmocka_unit_test(for_reason_and_anyway_are_taken_out),
	    cmocka_unit_test(a_salesforce_id_is_known_by_its_shape),
	    cmocka_unit_test(channels_groups_and_everyone_are_no_people),
	    cmocka_unit_test(an_apostrophe_is_a_letter_like_others),
	    cmocka_unit_test(what_no_address_has_is_unreadable),
	    cmocka_unit_test(an_id_is_read_with_and_without_its_letters),
	    cmocka_unit_test(a_case_number_has_four_to_twenty_signs),
	    cmocka_unit_test(the_table_is_sorted_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

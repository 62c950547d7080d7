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
	assert_int_equal(words.mistake, WORDS_NO_MENTION);
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
	assert_int_equal(words.mistake, WORDS_FINE);
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
	assert_int_equal(words.mistake, WORDS_NO_ID);
	assert_string_equal(words.mistaken, "005Sj000003JNIXIA5");
}

static void channels_groups_and_everyone_are_no_people(void **unused)
{
	static const char *const typed[] = {"<#C0HELP0001|help>", "<!subteam^S0HELPDESK|@help>", "<!channel>", "@jane",
	                                    "jane doe"};
	(void)unused;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		words_repair(typed[i], &words);
		assert_int_equal(words.count, 0);
		assert_int_not_equal(words.mistake, WORDS_FINE);
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

static void quotes_brackets_and_full_stops_are_no_part_of_a_person(void **unused)
{
	static const char *const typed[] = {"\u201cjane@x.org\u201d",
	                                    "(jane@x.org)",
	                                    "'jane@x.org'",
	                                    "jane@x.org.",
	                                    "&lt;jane@x.org&gt;",
	                                    "mailto:jane@x.org",
	                                    "<mailto:jane@x.org|Jane Doe>,",
	                                    "\u201e<mailto:jane@x.org|jane@x.org>\u201c",
	                                    "&lt;<mailto:jane@x.org>&gt;;",
	                                    "\u2003jane@x.org\u3001"};
	(void)unused;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		words_repair(typed[i], &words);
		assert_int_equal(words.count, 1);
		assert_string_equal(words.who[0].text, "jane@x.org");
		assert_int_equal(words.mistake, WORDS_FINE);
	}
}

static void an_apostrophe_on_one_side_belongs_to_the_word(void **unused)
{
	(void)unused;
	words_repair("005Sj000003JNIX'", &words);
	assert_int_equal(words.count, 0);
	words_repair("o'hara@x.org", &words);
	assert_string_equal(words.who[0].text, "o'hara@x.org");
}

static void what_slack_took_for_a_telephone_number_is_read_as_typed(void **unused)
{
	static const char *const typed[] = {"<tel:005Sj000003JNIX|005Sj000003JNIX>", "<tel:005Sj000003JNIX>"};
	(void)unused;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		words_repair(typed[i], &words);
		assert_int_equal(words.count, 1);
		assert_string_equal(words.who[0].text, "005Sj000003JNIX");
	}
}

static void mentions_need_no_blank_between_them_and_take_an_and(void **unused)
{
	(void)unused;
	words_repair("<@U0JANE0001|jane><@U0TOM00001> and \u201c<@W0ANN00001|>\u201d & b@x.org", &words);
	assert_int_equal(words.count, 4);
	assert_int_equal(words.mistake, WORDS_FINE);
}

static void each_mistake_is_named_with_its_word(void **unused)
{
	static const struct {
		const char *typed, *word;
		enum words_mistake mistake;
	} cases[] = {{"Jane Doe", "Jane", WORDS_NO_PERSON},
	             {"Jane Doe &lt;<mailto:jane@x.org|jane@x.org>&gt;", "Jane", WORDS_NO_PERSON},
	             {"@jane", "@jane", WORDS_NO_MENTION},
	             {"<#C0HELP0001|help>", "#C0HELP0001|help", WORDS_NOBODY},
	             {"a@x.org for jane", "for", WORDS_NO_FOR},
	             {"a@x.org ticket: 12", "12", WORDS_NO_TICKET},
	             {"a@x.org ticket:", "", WORDS_NO_TICKET}};
	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		words_repair(cases[i].typed, &words);
		assert_int_equal(words.mistake, cases[i].mistake);
		assert_string_equal(words.mistaken, cases[i].word);
	}
}

static void a_ticket_is_one_word_behind_its_name(void **unused)
{
	static const char *const typed[] = {"a@x.org ticket: INC0012345 reason: x",
	                                    "ticket:INC0012345 a@x.org reason:x",
	                                    "TICKET\uff1a \u201cINC0012345\u201d a@x.org reason\uff1ax"};
	(void)unused;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		words_repair(typed[i], &words);
		assert_int_equal(words.count, 1);
		assert_string_equal(words.ticket, "INC0012345");
		assert_string_equal(words.reason, "x");
		assert_int_equal(words.mistake, WORDS_FINE);
	}
	assert_true(words_ticket("#1234"));
	assert_true(words_ticket("acme/web#42"));
	assert_false(words_ticket("123"));
	assert_false(words_ticket("INC 12"));
	assert_false(words_ticket("<!channel>"));
	assert_false(words_ticket("12345678901234567890123456789012345678901"));
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
	    cmocka_unit_test(quotes_brackets_and_full_stops_are_no_part_of_a_person),
	    cmocka_unit_test(an_apostrophe_on_one_side_belongs_to_the_word),
	    cmocka_unit_test(what_slack_took_for_a_telephone_number_is_read_as_typed),
	    cmocka_unit_test(mentions_need_no_blank_between_them_and_take_an_and),
	    cmocka_unit_test(each_mistake_is_named_with_its_word),
	    cmocka_unit_test(a_ticket_is_one_word_behind_its_name),
	    cmocka_unit_test(an_id_is_read_with_and_without_its_letters),
	    cmocka_unit_test(a_case_number_has_four_to_twenty_signs),
	    cmocka_unit_test(the_table_is_sorted_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

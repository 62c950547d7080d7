/*
 * tests/unit/test_phrases.c - the catalogue of sentences, in every language.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "commands/phrases/phrases.h"

/* Every sentence in every language: fails with the name of the first that `wrong` finds something about. */
static void each(bool (*wrong)(enum phrase phrase, const char *text))
{
	for (enum phrase p = 0; p < PHRASE_COUNT; p++)
		for (enum language l = 0; l < LANGUAGE_COUNT; l++)
			if (wrong(p, phrase_text(l, p)))
				fail_msg("%s in %s: %s", phrase_name(p), language_code(l), phrase_text(l, p));
}

/* Does the other text have every slot of this one? */
static bool has_all_slots_of(const char *text, const char *other)
{
	for (const char *open = text; (open = strchr(open, '{')) != NULL; open++) {
		char slot[40];
		size_t length = strcspn(open, "}") + 1;
		if (length >= sizeof slot)
			return false;
		memcpy(slot, open, length);
		slot[length] = '\0';
		if (strstr(other, slot) == NULL)
			return false;
	}
	return true;
}

static bool has_other_slots(enum phrase phrase, const char *text)
{
	const char *english = phrase_text(LANGUAGE_EN, phrase);
	return !has_all_slots_of(english, text) || !has_all_slots_of(text, english);
}

static void all_languages_have_the_same_slots(void **state)
{
	(void)state;
	each(has_other_slots);
}

static bool is_empty(enum phrase phrase, const char *text)
{
	(void)phrase;
	return text[0] == '\0';
}

static void no_sentence_is_empty(void **state)
{
	(void)state;
	each(is_empty);
}

/* How many of a sign; what is emphasised or quoted as code has to be closed again. */
static size_t count(const char *text, char sign)
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += *text == sign;
	return n;
}

static bool is_open(enum phrase phrase, const char *text)
{
	(void)phrase;
	return count(text, '*') % 2 != 0 || count(text, '`') % 2 != 0 || count(text, '{') != count(text, '}') ||
	       count(text, '<') != count(text, '>');
}

static void emphasis_code_and_slots_are_closed(void **state)
{
	(void)state;
	each(is_open);
}

/* Slack shows emphasis only where letters are kept off its outer side; letters that need no blanks are letters, too. */
static bool is_border(const char *text, const char *at, bool before)
{
	if (before ? at == text : *at == '\0')
		return true;
	unsigned char sign = (unsigned char)(before ? at[-1] : *at);
	return sign < 0x80 && !isalnum(sign) && sign != (before ? '}' : '{');
}

static bool is_stuck(enum phrase phrase, const char *text)
{
	bool open = false;
	(void)phrase;
	for (const char *star = text; (star = strchr(star, '*')) != NULL; star++) {
		open = !open;
		if (!is_border(text, open ? star : star + 1, open))
			return true;
	}
	return false;
}

static void emphasis_stands_apart(void **state)
{
	(void)state;
	each(is_stuck);
}

static bool has_other_code(enum phrase phrase, const char *text)
{
	return count(text, '`') != count(phrase_text(LANGUAGE_EN, phrase), '`');
}

static void what_is_to_be_typed_stands_in_every_language(void **state)
{
	(void)state;
	each(has_other_code);
}

/* --- filling --- */

static void assert_fills(const json_t *value, const char *expected)
{
	AUTO_BUF struct buf b;
	buf_init(&b, 1000);
	phrase_add_value(&b, LANGUAGE_DE, value);
	assert_string_equal(buf_str(&b), expected);
}

static void a_kept_sentence_is_told_in_the_language_of_its_reader(void **state)
{
	json_auto_t *value = phrase_value(PHRASE_USER_HELLO, NULL);
	(void)state;
	assert_fills(value, phrase_text(LANGUAGE_DE, PHRASE_USER_HELLO));
}

static void what_an_older_version_kept_stays_as_it_is(void **state)
{
	json_auto_t *value = json_string("an account link is there again");
	(void)state;
	assert_fills(value, "an account link is there again");
}

static void a_sentence_of_a_newer_version_says_nothing(void **state)
{
	json_auto_t *value = json_pack("{s:s}", "phrase", "OF_TOMORROW");
	(void)state;
	assert_fills(value, "");
	assert_fills(NULL, "");
}

static void a_list_has_the_commas_of_its_reader(void **state)
{
	json_auto_t *list = json_pack("[s,s]", "1.3", "1.4");
	AUTO_BUF struct buf b = {0};
	(void)state;
	buf_init(&b, 100);
	phrase_add_value(&b, LANGUAGE_JA, list);
	assert_string_equal(buf_str(&b), "1.3、1.4");
	assert_fills(list, "1.3, 1.4");
}

static void a_sentence_in_a_sentence_is_told_in_the_same_language(void **state)
{
	json_auto_t *value = phrase_value(PHRASE_LABEL_UNTIL, "date", "2027-01-31", NULL);
	json_t *quoted = phrase_value(PHRASE_QUOTED, NULL);
	(void)state;
	phrase_value_set(quoted, "label", phrase_literal("{date} & co", 80));
	phrase_value_set(value, "label", quoted);
	assert_fills(value, "„{date} &amp; co“ (bis 2027-01-31)");
	AUTO_FREE char *plain = phrase_plain(value);
	assert_string_equal(plain, "\"{date} & co\" (until 2027-01-31)");
}

static void sentences_within_sentences_without_end_come_to_one(void **state)
{
	json_auto_t *value = phrase_value(PHRASE_QUOTED, "label", "x", NULL);
	(void)state;
	for (int i = 0; i < 50; i++) {
		json_t *outer = phrase_value(PHRASE_QUOTED, NULL);
		phrase_value_set(outer, "label", value);
		value = outer;
	}
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 1000);
	phrase_add_value(&b, LANGUAGE_EN, value);
	assert_true(b.len > 0 && b.len < 100);
}

static void the_locale_of_slack_tells_the_language(void **state)
{
	(void)state;
	assert_int_equal(language_of_locale("ko-KR"), LANGUAGE_KO);
	assert_int_equal(language_of_locale("ja-JP"), LANGUAGE_JA);
	assert_int_equal(language_of_locale("de-DE"), LANGUAGE_DE);
	assert_int_equal(language_of_locale("de"), LANGUAGE_DE);
	assert_int_equal(language_of_locale("en-GB"), LANGUAGE_EN);
	assert_int_equal(language_of_locale("fr-FR"), LANGUAGE_EN);
	assert_int_equal(language_of_locale("den-XX"), LANGUAGE_EN);
	assert_int_equal(language_of_locale(""), LANGUAGE_EN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_languages_have_the_same_slots),
	    cmocka_unit_test(no_sentence_is_empty),
	    cmocka_unit_test(emphasis_code_and_slots_are_closed),
	    cmocka_unit_test(emphasis_stands_apart),
	    cmocka_unit_test(what_is_to_be_typed_stands_in_every_language),
	    cmocka_unit_test(a_kept_sentence_is_told_in_the_language_of_its_reader),
	    cmocka_unit_test(what_an_older_version_kept_stays_as_it_is),
	    cmocka_unit_test(a_sentence_of_a_newer_version_says_nothing),
	    cmocka_unit_test(a_list_has_the_commas_of_its_reader),
	    cmocka_unit_test(a_sentence_in_a_sentence_is_told_in_the_same_language),
	    cmocka_unit_test(sentences_within_sentences_without_end_come_to_one),
	    cmocka_unit_test(the_locale_of_slack_tells_the_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * tests/unit/test_message.c - messages and dialogs come out as Block Kit, within its limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"

/* `expected` is JSON with ' for ". */
static void assert_json(json_t *got, const char *expected)
{
	AUTO_FREE char *text = json_dumps(got, JSON_COMPACT | JSON_SORT_KEYS);
	AUTO_FREE char *wanted = mem_strdup(expected);

	for (char *p = wanted; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_string_equal(text, wanted);
	json_decref(got);
}

static char *repeated(const char *s, size_t times)
{
	char *out = mem_alloc(times * strlen(s) + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(out + i * strlen(s), s, strlen(s));
	return out;
}

static void a_line_is_text_and_one_section(void **state)
{
	(void)state;
	assert_json(message_line("*EAC-1* is done"),
	            "{'blocks':[{'text':{'text':'*EAC-1* is done','type':'mrkdwn','verbatim':true},'type':'section'}],"
	            "'text':'*EAC-1* is done'}");
}

static void every_kind_of_block_comes_out(void **state)
{
	static const char *const fields[] = {"*Who*\nJane", "", "*State*\nrunning"};
	static const struct message_button buttons[] = {
	    {"eac.approve", "Approve", "k1", BUTTON_PRIMARY, NULL, NULL},
	    {"eac.reject", "Reject", "k2", BUTTON_DANGER, "Reject *EAC-1*?", NULL},
	};
	struct message *m = message_new();

	(void)state;
	message_text(m, "one");
	message_text(m, "two");
	message_header(m, "EAC <1>");
	message_fields(m, fields, 3);
	message_divider(m);
	message_context(m, "EAC-1");
	message_buttons(m, "b1", buttons, 2);
	assert_json(
	    message_take(m),
	    "{'blocks':[{'text':{'emoji':true,'text':'EAC <1>','type':'plain_text'},'type':'header'},"
	    "{'fields':[{'text':'*Who*\\nJane','type':'mrkdwn','verbatim':true},"
	    "{'text':'*State*\\nrunning','type':'mrkdwn','verbatim':true}],'type':'section'},"
	    "{'type':'divider'},"
	    "{'elements':[{'text':'EAC-1','type':'mrkdwn','verbatim':true}],'type':'context'},"
	    "{'block_id':'b1','elements':["
	    "{'action_id':'eac.approve','style':'primary','text':{'emoji':true,'text':'Approve','type':'plain_text'},"
	    "'type':'button','value':'k1'},"
	    "{'action_id':'eac.reject','confirm':{'confirm':{'emoji':true,'text':'Reject','type':'plain_text'},"
	    "'deny':{'emoji':true,'text':'Go back','type':'plain_text'},'style':'danger',"
	    "'text':{'text':'Reject *EAC-1*?','type':'mrkdwn','verbatim':true},"
	    "'title':{'emoji':true,'text':'Reject','type':'plain_text'}},"
	    "'style':'danger','text':{'emoji':true,'text':'Reject','type':'plain_text'},'type':'button','value':'k2'}],"
	    "'type':'actions'}],'text':'one\\ntwo'}");
}

static void without_text_the_blocks_words_are_the_text(void **state)
{
	struct message *m = message_new();
	json_t *value;

	(void)state;
	message_header(m, "A & B");
	message_section(m, "a section");
	message_context(m, "a context");
	value = message_take(m);
	assert_string_equal(json_str(value, "text"), "A &amp; B\na section\na context");
	json_decref(value);
}

static void empty_parts_are_left_out(void **state)
{
	struct message *m = message_new();

	(void)state;
	message_text(m, "x");
	message_header(m, "");
	message_section(m, NULL);
	message_context(m, "");
	message_fields(m, NULL, 0);
	message_buttons(m, NULL, NULL, 0);
	assert_json(message_take(m), "{'text':'x'}");
}

static void a_long_section_is_split_at_line_ends(void **state)
{
	AUTO_FREE char *lines = repeated("0123456789 abcdefghi\n", 300);
	json_t *value = message_line(lines), *block;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(json_get(value, "blocks")), 3);
	json_array_foreach (json_get(value, "blocks"), i, block) {
		const char *text = json_str(json_get(block, "text"), "text");

		assert_in_range(text_chars(text), 1, 3000);
		assert_true(text_starts(text, "0123456789"));
		assert_string_equal(text + strlen(text) - 3, "ghi");
	}
	json_decref(value);
}

static void a_long_line_is_cut(void **state)
{
	AUTO_FREE char *line = repeated("ä", 9000);
	json_t *value = message_line(line);
	const json_t *section = json_array_get(json_get(value, "blocks"), 0);

	(void)state;
	assert_int_equal(json_array_size(json_get(value, "blocks")), 1);
	assert_in_range(text_chars(json_str(json_get(section, "text"), "text")), 2000, 3000);
	assert_int_equal(text_chars(json_str(value, "text")), 3500);
	json_decref(value);
}

static void more_blocks_than_slack_takes_are_left_out_but_not_the_buttons(void **state)
{
	static const struct message_button button = {"a", "Done", NULL, BUTTON_PLAIN, NULL, NULL};
	struct message *m = message_new();
	json_t *value;

	(void)state;
	for (int i = 0; i < 60; i++)
		message_section(m, "x");
	message_buttons(m, NULL, &button, 1);
	value = message_take(m);
	assert_int_equal(json_array_size(json_get(value, "blocks")), 50);
	assert_string_equal(json_str(json_array_get(json_get(value, "blocks"), 49), "type"), "actions");
	json_decref(value);
}

static void more_than_ten_fields_go_on_in_a_further_section(void **state)
{
	const char *fields[23];
	struct message *m = message_new();
	json_t *value;

	(void)state;
	for (size_t i = 0; i < 23; i++)
		fields[i] = "x";
	message_fields(m, fields, 23);
	value = message_take(m);
	assert_int_equal(json_array_size(json_get(value, "blocks")), 3);
	assert_int_equal(json_array_size(json_get(json_array_get(json_get(value, "blocks"), 2), "fields")), 3);
	json_decref(value);
}

static void broken_utf8_becomes_valid_json(void **state)
{
	json_t *value = message_line("a\xFF"
	                             "b");

	(void)state;
	assert_string_equal(json_str(value, "text"), "a\uFFFDb");
	json_decref(value);
}

static void a_dialog_comes_out_as_a_view(void **state)
{
	static const char *const people[] = {"U0JANE0001"};
	static const struct dialog_text reason = {.block = "reason",
	                                          .label = "Reason",
	                                          .hint = "why",
	                                          .placeholder = "…",
	                                          .initial = "EAC",
	                                          .optional = true,
	                                          .multiline = true,
	                                          .max_length = 500};
	struct dialog *d = dialog_new("eac.repair", "Start a repair", "Start", "k");

	(void)state;
	dialog_section(d, "Who?");
	dialog_users_input(d, "who", "Who", false, people, 1);
	dialog_text_input(d, &reason);
	dialog_date_input(d, "until", "Until", NULL);
	assert_json(
	    dialog_take(d),
	    "{'blocks':[{'text':{'text':'Who?','type':'mrkdwn','verbatim':true},'type':'section'},"
	    "{'block_id':'who','element':{'action_id':'value','initial_users':['U0JANE0001'],"
	    "'type':'multi_users_select'},'label':{'emoji':true,'text':'Who','type':'plain_text'},'optional':false,"
	    "'type':'input'},"
	    "{'block_id':'reason','element':{'action_id':'value','initial_value':'EAC','max_length':500,"
	    "'multiline':true,'placeholder':{'emoji':true,'text':'\u2026','type':'plain_text'},'type':'plain_text_"
	    "input'},"
	    "'hint':{'emoji':true,'text':'why','type':'plain_text'},"
	    "'label':{'emoji':true,'text':'Reason','type':'plain_text'},'optional':true,'type':'input'},"
	    "{'block_id':'until','element':{'action_id':'value','type':'datepicker'},"
	    "'label':{'emoji':true,'text':'Until','type':'plain_text'},'optional':false,'type':'input'}],"
	    "'callback_id':'eac.repair','close':{'emoji':true,'text':'Cancel','type':'plain_text'},"
	    "'private_metadata':'k','submit':{'emoji':true,'text':'Start','type':'plain_text'},"
	    "'title':{'emoji':true,'text':'Start a repair','type':'plain_text'},'type':'modal'}");
}

static void a_dialog_asks_for_one_of_some_channels_or_any(void **state)
{
	static const struct dialog_choice choices[] = {{"C0A", "<#C0A>"}, {"C0B", "<#C0B>"}};
	struct dialog *d = dialog_new("c", "Where", "Go", "");

	(void)state;
	dialog_choice_input(d, "channel", "Channel", choices, 2);
	dialog_channel_input(d, "other", "Other");
	json_t *view = dialog_take(d);
	assert_json(json_incref(json_get(json_array_get(json_get(view, "blocks"), 0), "element")),
	            "{'action_id':'value','options':[{'text':{'text':'<#C0A>','type':'mrkdwn','verbatim':true},"
	            "'value':'C0A'},{'text':{'text':'<#C0B>','type':'mrkdwn','verbatim':true},'value':'C0B'}],"
	            "'type':'radio_buttons'}");
	assert_json(json_incref(json_get(json_array_get(json_get(view, "blocks"), 1), "element")),
	            "{'action_id':'value','filter':{'exclude_external_shared_channels':true,'include':['public',"
	            "'private']},'type':'conversations_select'}");
	json_decref(view);
}

static void a_long_title_is_cut(void **state)
{
	json_t *view = dialog_take(dialog_new("c", "A title of more than twenty-four", NULL, NULL));

	(void)state;
	assert_string_equal(json_str(json_get(view, "title"), "text"), "A title of more than tw…");
	json_decref(view);
}

static void submitted_values_are_read_whatever_their_kind(void **state)
{
	static const char text[] =
	    "{\"state\":{\"values\":{\"t\":{\"value\":{\"type\":\"plain_text_input\",\"value\":\"typed\"}},"
	    "\"e\":{\"value\":{\"type\":\"plain_text_input\",\"value\":null}},"
	    "\"d\":{\"value\":{\"type\":\"datepicker\",\"selected_date\":\"2026-12-01\"}},"
	    "\"c\":{\"value\":{\"type\":\"radio_buttons\",\"selected_option\":{\"value\":\"C0A\"}}},"
	    "\"p\":{\"value\":{\"type\":\"conversations_select\",\"selected_conversation\":\"C0B\"}},"
	    "\"u\":{\"value\":{\"type\":\"multi_users_select\",\"selected_users\":[\"U1\",\"U2\"]}},"
	    "\"x\":[],\"y\":{\"value\":7}}}}";
	json_t *view;

	(void)state;
	assert_int_equal(json_parse(&view, text, strlen(text), NULL), OK);
	assert_string_equal(dialog_value(view, "t"), "typed");
	assert_string_equal(dialog_value(view, "e"), "");
	assert_string_equal(dialog_value(view, "d"), "2026-12-01");
	assert_string_equal(dialog_value(view, "c"), "C0A");
	assert_string_equal(dialog_value(view, "p"), "C0B");
	assert_string_equal(dialog_value(view, "u"), "U1");
	assert_int_equal(json_array_size(dialog_users(view, "u")), 2);
	assert_string_equal(dialog_value(view, "x"), "");
	assert_string_equal(dialog_value(view, "y"), "");
	assert_string_equal(dialog_value(view, "missing"), "");
	assert_null(dialog_users(view, "t"));
	assert_string_equal(dialog_value(NULL, "t"), "");
	json_decref(view);
}

static void an_error_names_its_block(void **state)
{
	(void)state;
	assert_json(dialog_error("case", "4 to 20 letters or digits"),
	            "{'errors':{'case':'4 to 20 letters or digits'},'response_action':'errors'}");
}

static size_t utf16(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80 ? (unsigned char)*s >= 0xF0 ? 2 : 1 : 0;
	return n;
}

static const char *text_at(const json_t *block)
{
	return json_str(json_get(block, "text"), "text");
}

/* Whatever Slack counts: emoji have two UTF-16 units and four bytes each. */
static void whatever_is_too_long_is_cut_to_what_slack_takes(void **state)
{
	AUTO_BUF struct buf b;
	struct message *m = message_new();
	const char *fields[1];

	(void)state;
	buf_init(&b, 64 * 1024);
	for (int i = 0; i < 5000; i++)
		buf_puts(&b, "\U0001F600");
	fields[0] = buf_str(&b);
	const struct message_button button = {
	    .action = "a", .label = buf_str(&b), .value = "v", .confirm = buf_str(&b)};
	message_text(m, buf_str(&b));
	message_header(m, buf_str(&b));
	message_section(m, buf_str(&b));
	message_fields(m, fields, 1);
	message_context(m, buf_str(&b));
	message_buttons(m, "row", &button, 1);
	json_t *message = message_take(m), *blocks = json_get(message, "blocks");
	assert_true(utf16(json_str(message, "text")) <= 4000);
	assert_true(utf16(text_at(json_array_get(blocks, 0))) <= 150);
	assert_true(utf16(text_at(json_array_get(blocks, 1))) <= 3000);
	assert_true(utf16(json_str(json_array_get(json_get(json_array_get(blocks, 2), "fields"), 0), "text")) <= 2000);
	assert_true(utf16(json_str(json_array_get(json_get(json_array_get(blocks, 3), "elements"), 0), "text")) <=
	            3000);
	const json_t *row = json_array_get(json_get(json_array_get(blocks, 4), "elements"), 0);
	assert_true(utf16(text_at(row)) <= 75);
	assert_true(utf16(text_at(json_get(row, "confirm"))) <= 300);
	assert_true(utf16(json_str(json_get(json_get(row, "confirm"), "title"), "text")) <= 100);
	assert_true(utf16(json_str(json_get(json_get(row, "confirm"), "confirm"), "text")) <= 30);
	json_decref(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_text_and_one_section),
	    cmocka_unit_test(every_kind_of_block_comes_out),
	    cmocka_unit_test(without_text_the_blocks_words_are_the_text),
	    cmocka_unit_test(empty_parts_are_left_out),
	    cmocka_unit_test(a_long_section_is_split_at_line_ends),
	    cmocka_unit_test(a_long_line_is_cut),
	    cmocka_unit_test(more_blocks_than_slack_takes_are_left_out_but_not_the_buttons),
	    cmocka_unit_test(more_than_ten_fields_go_on_in_a_further_section),
	    cmocka_unit_test(broken_utf8_becomes_valid_json),
	    cmocka_unit_test(a_dialog_comes_out_as_a_view),
	    cmocka_unit_test(a_dialog_asks_for_one_of_some_channels_or_any),
	    cmocka_unit_test(a_long_title_is_cut),
	    cmocka_unit_test(submitted_values_are_read_whatever_their_kind),
	    cmocka_unit_test(an_error_names_its_block),
	    cmocka_unit_test(whatever_is_too_long_is_cut_to_what_slack_takes),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}

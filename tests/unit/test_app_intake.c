/*
 * tests/unit/test_app_intake.c - what an envelope means: deeds, news, nothing, or not ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/app/intake.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/base/mem.h"

static const struct slack_identity us = {
    .bot_user = "U0BOT0001", .bot_id = "B0EAC0001", .app_id = "A0EAC00001", .team = "T0EAC0001"};

#define OURS "'api_app_id':'A0EAC00001','team_id':'T0EAC0001'"

struct reading {
	enum intake meaning;
	json_t *deeds;
	const char *why;
	char kind[24];
};

/* `text` is JSON with ' for ". */
static struct reading read_text(const char *text)
{
	AUTO_FREE char *json = mem_strdup(text);
	struct reading reading = {.why = ""};
	struct envelope e;

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_int_equal(envelope_parse(&e, json, strlen(json), NULL), OK);
	reading.meaning = intake_read(&e, &us, &reading.deeds, &reading.why);
	text_copy(reading.kind, sizeof reading.kind, intake_kind(&e));
	envelope_done(&e);
	return reading;
}

static struct reading read_event(const char *event)
{
	AUTO_FREE char *text = mem_printf(
	    "{'envelope_id':'e','type':'events_api','payload':{" OURS ",'event_id':'Ev1','event':{%s}}}", event);
	return read_text(text);
}

static void assert_meaning(struct reading reading, enum intake meaning)
{
	json_decref(reading.deeds);
	assert_int_equal(reading.meaning, meaning);
}

static void a_command_becomes_one_deed(void **state)
{
	struct reading r =
	    read_text("{'envelope_id':'e','type':'slash_commands','payload':{" OURS
	              ",'user_id':'U0HELP001','channel_id':'C0HELP0001','text':'repair <@U0JANE0001>',"
	              "'trigger_id':'1.2.secret','response_url':'https://hooks.slack.com/x','token':'legacy'}}");
	struct deed deed;

	(void)state;
	assert_int_equal(r.meaning, INTAKE_DEEDS);
	assert_string_equal(r.kind, "slash");
	assert_int_equal(json_array_size(r.deeds), 1);
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_SLASH);
	assert_string_equal(deed.user, "U0HELP001");
	assert_string_equal(deed.channel, "C0HELP0001");
	assert_string_equal(deed.text, "repair <@U0JANE0001>");
	json_decref(r.deeds);
}

static void what_is_kept_bears_no_capability(void **state)
{
	struct reading r =
	    read_text("{'envelope_id':'e','type':'slash_commands','payload':{" OURS
	              ",'user_id':'U0HELP001','channel_id':'C0HELP0001','text':'x',"
	              "'trigger_id':'1.2.secret','response_url':'https://hooks.slack.com/x','token':'legacy'}}");
	AUTO_FREE char *kept = json_text(r.deeds);

	(void)state;
	assert_null(strstr(kept, "secret"));
	assert_null(strstr(kept, "hooks"));
	assert_null(strstr(kept, "legacy"));
	json_decref(r.deeds);
}

static void each_action_of_a_click_is_a_deed(void **state)
{
	struct reading r = read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'block_actions'," OURS
	                             ",'user':{'id':'U0APPR001','team_id':'T0EAC0001'},"
	                             "'container':{'message_ts':'2.2','channel_id':'C1','thread_ts':'1.1'},"
	                             "'actions':[{'action_id':'eac.approve','value':'k1'},"
	                             "{'action_id':'eac.pick','selected_option':{'value':'k2'}}]}}");
	struct deed deed;

	(void)state;
	assert_int_equal(json_array_size(r.deeds), 2);
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_BUTTON);
	assert_string_equal(deed.action, "eac.approve");
	assert_string_equal(deed.value, "k1");
	assert_string_equal(deed.message_ts, "2.2");
	assert_string_equal(deed.thread_ts, "1.1");
	assert_true(deed.place.member);
	intake_deed(json_array_get(r.deeds, 1), &deed);
	assert_string_equal(deed.value, "k2");
	json_decref(r.deeds);
}

static void a_dialog_keeps_what_was_typed_and_not_its_blocks(void **state)
{
	struct reading r =
	    read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'view_submission'," OURS
	              ",'user':{'id':'U1'},'view':{'id':'V1','callback_id':'eac.repair','private_metadata':'k',"
	              "'blocks':[{'type':'input'}],'state':{'values':{'who':{'value':{'value':'jane'}}}}}}}");
	struct deed deed;

	(void)state;
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_DIALOG);
	assert_string_equal(r.kind, "view");
	assert_string_equal(deed.action, "eac.repair");
	assert_non_null(json_path(deed.view, "state", "values", "who", NULL));
	assert_null(json_get(deed.view, "blocks"));
	json_decref(r.deeds);
}

static void a_shortcut_on_a_message_is_about_its_author(void **state)
{
	struct reading r =
	    read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'message_action'," OURS
	              ",'callback_id':'eac.repair_person','user':{'id':'U0HELP001'},'channel':{'id':'C0HELP0001'},"
	              "'message':{'type':'message','user':'U0JANE0001','ts':'5.5','text':'my mail is broken'}}}");
	struct deed deed;

	(void)state;
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_SHORTCUT);
	assert_string_equal(deed.subject, "U0JANE0001");
	assert_string_equal(deed.channel, "C0HELP0001");
	assert_true(intake_place_is_asked(json_array_get(r.deeds, 0)));
	json_decref(r.deeds);
}

static void a_shortcut_on_a_bots_message_is_about_nobody(void **state)
{
	struct reading r = read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'message_action'," OURS
	                             ",'callback_id':'eac.repair_person','user':{'id':'U1'},'channel':{'id':'C1'},"
	                             "'message':{'user':'U0BOT0009','bot_id':'B9','ts':'5.5'}}}");
	struct deed deed;

	(void)state;
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_string_equal(deed.subject, "");
	json_decref(r.deeds);
}

static void a_global_shortcut_has_no_place(void **state)
{
	struct reading r = read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'shortcut'," OURS
	                             ",'callback_id':'eac.repair','user':{'id':'U1'},'trigger_id':'1.2.s'}}");
	struct deed deed;

	(void)state;
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_SHORTCUT);
	assert_string_equal(deed.subject, "");
	assert_string_equal(deed.channel, "");
	assert_false(intake_place_is_asked(json_array_get(r.deeds, 0)));
	json_decref(r.deeds);
}

static void another_shortcut_is_nothing(void **state)
{
	(void)state;
	assert_meaning(read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'shortcut'," OURS
	                         ",'callback_id':'eac.other','user':{'id':'U1'}}}"),
	               INTAKE_NOTHING);
}

static void a_mention_is_read_behind_the_mention(void **state)
{
	struct reading r = read_event("'type':'app_mention','user':'U1','channel':'C1','ts':'3.3','thread_ts':'1.1',"
	                              "'text':'please <@U2> and <@U0BOT0001|eacbot> approve'");
	struct deed deed;

	(void)state;
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_MENTION);
	assert_string_equal(deed.text, " approve");
	assert_string_equal(deed.message_ts, "3.3");
	json_decref(r.deeds);
}

static void a_direct_message_is_a_deed(void **state)
{
	struct reading r =
	    read_event("'type':'message','channel_type':'im','user':'U1','channel':'D1','ts':'3.3','text':'done'");
	struct deed deed;

	(void)state;
	intake_deed(json_array_get(r.deeds, 0), &deed);
	assert_int_equal(deed.door, DOOR_DIRECT);
	assert_true(deed.place.direct);
	json_decref(r.deeds);
}

static void what_bots_say_is_nothing(void **state)
{
	(void)state;
	assert_meaning(read_event("'type':'message','channel_type':'im','user':'U0BOT0001','channel':'D1','text':'x'"),
	               INTAKE_NOTHING);
	assert_meaning(
	    read_event("'type':'message','channel_type':'im','user':'U1','bot_id':'B9','channel':'D1','text':'x'"),
	    INTAKE_NOTHING);
	assert_meaning(
	    read_event("'type':'message','channel_type':'im','subtype':'message_changed','hidden':true,'channel':'D1'"),
	    INTAKE_NOTHING);
}

static void talk_in_channels_is_nothing(void **state)
{
	(void)state;
	assert_meaning(
	    read_event("'type':'message','channel_type':'channel','user':'U1','channel':'C1','text':'approve'"),
	    INTAKE_NOTHING);
}

static void a_changed_group_is_news(void **state)
{
	(void)state;
	assert_meaning(read_event("'type':'subteam_members_changed','subteam_id':'S1'"), INTAKE_NEWS);
	assert_meaning(read_event("'type':'tokens_revoked'"), INTAKE_NEWS);
}

static void another_app_or_workspace_is_foreign(void **state)
{
	(void)state;
	assert_meaning(read_text("{'envelope_id':'e','type':'slash_commands','payload':{'api_app_id':'A9','team_id':"
	                         "'T0EAC0001','user_id':'U1'}}"),
	               INTAKE_FOREIGN);
	assert_meaning(read_text("{'envelope_id':'e','type':'slash_commands','payload':{'api_app_id':'A0EAC00001',"
	                         "'team_id':'T9','user_id':'U1'}}"),
	               INTAKE_FOREIGN);
	assert_meaning(read_text("{'envelope_id':'e','type':'slash_commands','payload':{'user_id':'U1'}}"),
	               INTAKE_FOREIGN);
}

static void a_click_of_another_organisation_is_marked(void **state)
{
	struct reading r = read_text("{'envelope_id':'e','type':'interactive','payload':{'type':'block_actions'," OURS
	                             ",'user':{'id':'U9','team_id':'T9'},'actions':[{'action_id':'a'}]}}");

	(void)state;
	assert_true(intake_is_foreign(json_array_get(r.deeds, 0)));
	json_decref(r.deeds);
}

static void a_deed_without_a_person_is_nothing(void **state)
{
	(void)state;
	assert_meaning(read_text("{'envelope_id':'e','type':'slash_commands','payload':{" OURS ",'text':'x'}}"),
	               INTAKE_NOTHING);
}

static void the_place_is_kept_with_the_deed(void **state)
{
	json_t *body = json_object();
	const struct place place = {.known = true, .archived = true};
	struct deed deed;

	(void)state;
	intake_set_place(body, &place);
	intake_deed(body, &deed);
	assert_true(deed.place.known);
	assert_true(deed.place.archived);
	assert_false(deed.place.member);
	json_decref(body);
}

/* The event, its retry under another event id, and the message read back later. */
static void what_was_typed_is_known_by_its_place_and_time(void **state)
{
	static const char *const texts[] = {
	    "{'envelope_id':'e1','type':'events_api','payload':{" OURS
	    ",'event_id':'Ev1','event':{'type':'app_mention',"
	    "'user':'U1','channel':'C1','ts':'3.3','text':'<@U0BOT0001> approve'}}}",
	    "{'envelope_id':'','type':'events_api','payload':{" OURS ",'event':{'type':'app_mention','edited':{},"
	    "'user':'U1','channel':'C1','ts':'3.3','event_ts':'9.9','text':'<@U0BOT0001> approve'}}}"};
	char key[160];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO_FREE char *json = mem_strdup(texts[i]);
		struct envelope e;
		json_t *deeds = NULL;
		const char *why = "";

		for (char *p = json; *p; p++)
			if (*p == '\'')
				*p = '"';
		assert_int_equal(envelope_parse(&e, json, strlen(json), NULL), OK);
		assert_int_equal(intake_read(&e, &us, &deeds, &why), INTAKE_DEEDS);
		intake_key(&e, json_array_get(deeds, 0), key);
		assert_string_equal(key, "ms:C1:3.3");
		json_decref(deeds);
		envelope_done(&e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_command_becomes_one_deed),
	    cmocka_unit_test(what_is_kept_bears_no_capability),
	    cmocka_unit_test(each_action_of_a_click_is_a_deed),
	    cmocka_unit_test(a_dialog_keeps_what_was_typed_and_not_its_blocks),
	    cmocka_unit_test(a_shortcut_on_a_message_is_about_its_author),
	    cmocka_unit_test(a_shortcut_on_a_bots_message_is_about_nobody),
	    cmocka_unit_test(a_global_shortcut_has_no_place),
	    cmocka_unit_test(another_shortcut_is_nothing),
	    cmocka_unit_test(a_mention_is_read_behind_the_mention),
	    cmocka_unit_test(a_direct_message_is_a_deed),
	    cmocka_unit_test(what_bots_say_is_nothing),
	    cmocka_unit_test(talk_in_channels_is_nothing),
	    cmocka_unit_test(a_changed_group_is_news),
	    cmocka_unit_test(another_app_or_workspace_is_foreign),
	    cmocka_unit_test(a_click_of_another_organisation_is_marked),
	    cmocka_unit_test(a_deed_without_a_person_is_nothing),
	    cmocka_unit_test(the_place_is_kept_with_the_deed),
	    cmocka_unit_test(what_was_typed_is_known_by_its_place_and_time),
	};

	return cmocka_run_group_tests_name("app_intake", tests, NULL, NULL);
}

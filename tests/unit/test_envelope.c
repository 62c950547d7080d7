/*
 * tests/unit/test_envelope.c - one socket message, read, whatever its shape.
 *
 * Besides shapes made here, the samples of Slack's own and other clients are
 * read when their folder lies beside the checkout.
 */
#include <dirent.h>
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
#include "bot/slack/envelope.h"

/* Relative to the repository's root, where the tests run. */
#define SAMPLES "../shared/slack-samples"

/* `text` is JSON with ' for ". */
static struct envelope parsed(const char *text)
{
	AUTO_FREE char *json = mem_strdup(text);
	struct err err = {0};
	struct envelope e;

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	if (envelope_parse(&e, json, strlen(json), &err))
		fail_msg("%s", err.text);
	return e;
}

static void assert_key(const char *text, const char *expected)
{
	struct envelope e = parsed(text);
	char key[160];

	envelope_key(&e, key);
	assert_string_equal(key, expected);
	envelope_done(&e);
}

static void assert_invalid(const char *text, size_t len)
{
	struct err err = {0};
	struct envelope e;

	assert_int_equal(envelope_parse(&e, text, len, &err), ERR_INVALID);
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_not_equal(err.text, "");
}

static void a_hello_is_read(void **state)
{
	struct envelope e = parsed("{'type':'hello','num_connections':2,'connection_info':{'app_id':'A0EAC00001'},"
	                           "'debug_info':{'host':'applink-1','approximate_connection_time':18060}}");

	(void)state;
	assert_int_equal(e.type, ENVELOPE_HELLO);
	assert_int_equal(e.num_connections, 2);
	assert_int_equal(e.approximate_life_s, 18060);
	assert_string_equal(e.app_id, "A0EAC00001");
	assert_string_equal(e.id, "");
	envelope_done(&e);
}

static void a_bare_hello_is_read(void **state)
{
	struct envelope e = parsed("{'type':'hello','num_connections':-7,'debug_info':[]}");

	(void)state;
	assert_int_equal(e.num_connections, 0);
	assert_int_equal(e.approximate_life_s, 0);
	assert_string_equal(e.app_id, "");
	envelope_done(&e);
}

static void a_disconnect_tells_its_reason(void **state)
{
	struct envelope e = parsed("{'type':'disconnect','reason':'too_many_websockets','num_connections':11}");

	(void)state;
	assert_int_equal(e.type, ENVELOPE_DISCONNECT);
	assert_string_equal(e.reason, "too_many_websockets");
	assert_int_equal(e.num_connections, 11);
	envelope_done(&e);
}

static void a_command_is_read(void **state)
{
	struct envelope e =
	    parsed("{'envelope_id':'e1','type':'slash_commands','accepts_response_payload':true,'payload':{"
	           "'team_id':'T0EAC0001','enterprise_id':'E1','channel_id':'C0HELP0001','user_id':'U0HELP001','"
	           "command':'/eac',"
	           "'text':'repair "
	           "<@U0JANE0001>','api_app_id':'A0EAC00001','is_enterprise_install':'false','trigger_id':'1.2.x'}}");

	(void)state;
	assert_int_equal(e.type, ENVELOPE_SLASH);
	assert_string_equal(e.id, "e1");
	assert_true(e.takes_payload);
	assert_string_equal(e.team, "T0EAC0001");
	assert_string_equal(e.enterprise, "E1");
	assert_string_equal(e.user, "U0HELP001");
	assert_string_equal(e.user_team, "T0EAC0001");
	assert_string_equal(e.channel, "C0HELP0001");
	assert_string_equal(e.command, "/eac");
	assert_string_equal(e.text, "repair <@U0JANE0001>");
	assert_string_equal(e.app_id, "A0EAC00001");
	assert_string_equal(e.trigger, "1.2.x");
	envelope_done(&e);
}

static void a_click_is_read(void **state)
{
	struct envelope e =
	    parsed("{'envelope_id':'e2','type':'interactive','accepts_response_payload':true,'payload':{'type':'block_"
	           "actions',"
	           "'user':{'id':'U0APPR001','team_id':'T0EAC0001'},'api_app_id':'A0EAC00001','team':null,"
	           "'enterprise':{'id':'E1','name':'Acme'},'channel':{'id':'C0HELP0001'},'trigger_id':'1.2.y',"
	           "'container':{'type':'message','message_ts':'1790000000.000200','channel_id':'C0HELP0001',"
	           "'thread_ts':'1790000000.000100'},'actions':[{'action_id':'eac.approve','value':'k'}]}}");

	(void)state;
	assert_int_equal(e.type, ENVELOPE_INTERACTIVE);
	assert_string_equal(e.kind, "block_actions");
	assert_string_equal(e.team, "");
	assert_string_equal(e.enterprise, "E1");
	assert_string_equal(e.user, "U0APPR001");
	assert_string_equal(e.user_team, "T0EAC0001");
	assert_string_equal(e.channel, "C0HELP0001");
	assert_string_equal(e.message_ts, "1790000000.000200");
	assert_string_equal(e.thread_ts, "1790000000.000100");
	assert_int_equal(json_array_size(e.actions), 1);
	assert_null(e.view);
	envelope_done(&e);
}

static void an_event_is_read(void **state)
{
	struct envelope e = parsed(
	    "{'envelope_id':'e3','type':'events_api','accepts_response_payload':false,'retry_attempt':2,'payload':{"
	    "'team_id':'T0EAC0001','api_app_id':'A0EAC00001','event_id':'Ev1','is_ext_shared_channel':true,'event':{"
	    "'type':'app_mention','user':'U0HELP001','text':'<@U0BOT0001> status','ts':'1790000100.000200',"
	    "'channel':'C0HELP0001','thread_ts':'1790000000.000100','team':'T0EAC0001'}}}");

	(void)state;
	assert_int_equal(e.type, ENVELOPE_EVENT);
	assert_false(e.takes_payload);
	assert_int_equal(e.retry_attempt, 2);
	assert_string_equal(e.event_id, "Ev1");
	assert_string_equal(e.event_type, "app_mention");
	assert_string_equal(e.user, "U0HELP001");
	assert_string_equal(e.user_team, "T0EAC0001");
	assert_string_equal(e.channel, "C0HELP0001");
	assert_string_equal(e.thread_ts, "1790000000.000100");
	assert_true(e.shared_channel);
	assert_non_null(e.event);
	envelope_done(&e);
}

static void fields_of_another_type_count_as_missing(void **state)
{
	static const char *const shapes[] = {
	    "{'type':'interactive','envelope_id':12,'payload':[1,2]}",
	    "{'type':'interactive','envelope_id':'e','payload':'text'}",
	    "{'type':'interactive','payload':{'type':7,'user':[],'team':'T1','channel':5,'container':null,'actions':{},"
	    "'view':'v','message':[]}}",
	    "{'type':'slash_commands','payload':{'user_id':{},'text':null,'channel_id':[]}}",
	    "{'type':'events_api','retry_attempt':'x','payload':{'event':'x','event_id':1}}",
	    "{'type':'events_api','payload':{'event':{'user':{'id':7},'channel':[]}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct envelope e = parsed(shapes[i]);

		assert_string_equal(e.user, "");
		assert_string_equal(e.channel, "");
		assert_null(e.actions);
		assert_null(e.view);
		envelope_done(&e);
	}
}

static void an_unknown_type_keeps_its_id(void **state)
{
	struct envelope e = parsed("{'type':'options_of_tomorrow','envelope_id':'e9','payload':{}}");

	(void)state;
	assert_int_equal(e.type, ENVELOPE_UNKNOWN);
	assert_string_equal(e.type_word, "options_of_tomorrow");
	assert_string_equal(e.id, "e9");
	envelope_done(&e);
}

static void what_is_no_message_is_invalid(void **state)
{
	(void)state;
	assert_invalid("", 0);
	assert_invalid("UNAUTHENTICATED: cache_error", 28);
	assert_invalid("[]", 2);
	assert_invalid("{}", 2);
	assert_invalid("{\"type\":7}", 10);
	assert_invalid("{\"type\":\"hello\"", 15);
	assert_invalid("{\"type\":\"hello\",\"type\":\"disconnect\"}", 36);
}

static void redeliveries_have_the_same_key(void **state)
{
	struct envelope a = parsed("{'type':'slash_commands','envelope_id':'e1','payload':{'trigger_id':'1.2.x'}}");
	struct envelope b = parsed("{'type':'slash_commands','envelope_id':'e2','payload':{'trigger_id':'1.2.x'}}");
	char first[160], second[160];

	(void)state;
	envelope_key(&a, first);
	envelope_key(&b, second);
	assert_string_equal(first, second);
	assert_true(text_starts(first, "tr:"));
	assert_null(strstr(first, "1.2.x"));
	envelope_done(&a);
	envelope_done(&b);
}

static void events_are_known_by_their_id_or_by_what_they_say(void **state)
{
	(void)state;
	assert_key("{'type':'events_api','envelope_id':'e','payload':{'event_id':'Ev1','event':{'type':'message'}}}",
	           "ev:Ev1");
	assert_key(
	    "{'type':'events_api','envelope_id':'e','payload':{'event':{'type':'message','ts':'1.2','channel':'C1'}}}",
	    "ev:C1:1.2:message");
	assert_key("{'type':'events_api','envelope_id':'e'}", "en:e");
}

static void a_corrected_answer_is_another_deed(void **state)
{
	static const char shape[] =
	    "{'type':'interactive','envelope_id':'e','payload':{'type':'view_submission','trigger_id':'%s',"
	    "'view':{'id':'V1','hash':'h','state':{'values':{'case':{'value':{'value':'%s'}}}}}}}";
	static const char *const deeds[][2] = {{"1.1", "a"}, {"1.2", "a"}, {"", "a"}, {"", "b"}};
	char keys[4][160];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char text[400];
		struct envelope e;

		snprintf(text, sizeof(text), shape, deeds[i][0], deeds[i][1]);
		e = parsed(text);
		envelope_key(&e, keys[i]);
		envelope_done(&e);
		assert_true(text_starts(keys[i], "vw:V1:h:"));
	}
	for (size_t i = 0; i < 4; i++)
		for (size_t j = i + 1; j < 4; j++)
			assert_string_not_equal(keys[i], keys[j]);
}

static void a_key_that_would_be_too_long_is_digested(void **state)
{
	char id[400] = "", text[600], key[160];
	struct envelope e;

	(void)state;
	memset(id, 'x', sizeof(id) - 1);
	snprintf(text, sizeof(text), "{'type':'events_api','payload':{'event_id':'%s','event':{}}}", id);
	e = parsed(text);
	envelope_key(&e, key);
	assert_true(text_starts(key, "sh:"));
	assert_int_equal(strlen(key), 35);
	envelope_done(&e);
}

static char *file_text(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "r");
	struct buf b;
	char part[4096];
	size_t n;

	assert_non_null(f);
	buf_init(&b, 8 * 1024 * 1024);
	while ((n = fread(part, 1, sizeof(part), f)))
		buf_add(&b, part, n);
	fclose(f);
	*ret_len = b.len;
	return buf_take(&b);
}

/* Reads one sample as it is, or, where it is a payload, inside an envelope of `type`. */
static void read_sample(const char *path, const char *type)
{
	size_t len;
	AUTO_FREE char *text = file_text(path, &len);
	AUTO_FREE char *wrapped =
	    type ? mem_printf("{\"type\":\"%s\",\"envelope_id\":\"e\",\"payload\":%s}", type, text) : mem_strdup(text);
	struct err err = {0};
	struct envelope e;
	char key[160];

	if (envelope_parse(&e, wrapped, strlen(wrapped), &err))
		fail_msg("%s: %s", path, err.text);
	if (e.type == ENVELOPE_UNKNOWN)
		fail_msg("%s: an unknown type", path);
	envelope_key(&e, key);
	assert_in_range(strlen(key), 3, 159);
	envelope_done(&e);
}

static size_t read_folder(const char *folder, const char *type)
{
	AUTO_FREE char *name = mem_printf(SAMPLES "/%s", folder);
	DIR *dir = opendir(name);
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir))) {
		AUTO_FREE char *path = mem_printf("%s/%s", name, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		read_sample(path, type);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static void samples_of_other_clients_are_read(void **state)
{
	static const char *const folders[][2] = {
	    {"hello", NULL},
	    {"disconnect", NULL},
	    {"envelopes", NULL},
	    {"slash", "slash_commands"},
	    {"interactive", "interactive"},
	    {"events", "events_api"},
	};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		n += read_folder(folders[i][0], folders[i][1]);
	if (!n) {
		print_message("skipped: no samples at " SAMPLES "\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_hello_is_read),
	    cmocka_unit_test(a_bare_hello_is_read),
	    cmocka_unit_test(a_disconnect_tells_its_reason),
	    cmocka_unit_test(a_command_is_read),
	    cmocka_unit_test(a_click_is_read),
	    cmocka_unit_test(an_event_is_read),
	    cmocka_unit_test(fields_of_another_type_count_as_missing),
	    cmocka_unit_test(an_unknown_type_keeps_its_id),
	    cmocka_unit_test(what_is_no_message_is_invalid),
	    cmocka_unit_test(redeliveries_have_the_same_key),
	    cmocka_unit_test(events_are_known_by_their_id_or_by_what_they_say),
	    cmocka_unit_test(a_corrected_answer_is_another_deed),
	    cmocka_unit_test(a_key_that_would_be_too_long_is_digested),
	    cmocka_unit_test(samples_of_other_clients_are_read),
	};

	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}

/*
 * tests/flow/test_golden.c - every message of a repair as people read it, in every language.
 *
 * Each case plays a story in the world, in each of the languages, and compares what was shown with the files of
 * tests/golden. After a wording was changed on purpose: UPDATE=1 writes them, and the difference is reviewed with the
 * change. Everything that is shown also has to be what Slack takes.
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
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "commands/home.h"
#include "tests/flow/transcript.h"
#include "tests/flow/world.h"

#define HOUR  3600000LL
#define JOHN  "U0HELP002"
#define TEAM  "requester"
#define NAMED "repair <@" JANE "|jane>"

enum { STORY_MAX = 4 << 20 };

struct story {
	struct world *w;
	enum language language;
	struct buf text;
};

static void told(struct story *s)
{
	size_t i;
	json_t *entry;
	json_array_foreach (s->w->journal, i, entry) {
		const char *complaint = transcript_complaint(entry);
		transcript_add(&s->text, entry);
		if (complaint != NULL)
			fail_msg("%s: %s\n%s", language_code(s->language), complaint, buf_str(&s->text));
	}
	json_array_clear(s->w->journal);
}

static void heading(struct story *s, const char *who, const char *what)
{
	buf_printf(&s->text, "=== %s: %s\n\n", who, what);
}

static void types(struct story *s, const char *user, const char *roles, const char *text)
{
	heading(s, user, text);
	world_type(s->w, user, roles, text);
	told(s);
}

static void says(struct story *s, const char *user, const char *text)
{
	heading(s, user, text);
	world_direct(s->w, user, text);
	told(s);
}

static void clicks(struct story *s, const char *user, const char *roles, const char *action)
{
	heading(s, user, action);
	assert_true(world_click(s->w, user, roles, action));
	told(s);
}

static void submits(struct story *s, const char *user, const char *roles, const char *block, const char *value)
{
	heading(s, user, value);
	world_submit(s->w, user, roles, block, value);
	told(s);
}

static void waits(struct story *s, const char *words, int64_t ms)
{
	heading(s, "time", words);
	world_wait(s->w, ms);
	told(s);
}

static void jane_does_her_first_part(struct story *s)
{
	clicks(s, JANE, "", "eac.done");
	clicks(s, JANE, "", "eac.not_installed");
	waits(s, "a moment", 3000);
}

static void is_in(struct story *s, const char *state)
{
	assert_string_equal(world_state(s->w, 1), state);
}

/* --- the stories --- */

static void a_repair_that_completes(struct story *s)
{
	s->w->config.salesforce.delete_account_links = false;
	world_add_link(s->w, "0Ta000000000001AAA", false);
	world_add_link(s->w, "0Ta000000000002AAA", true);
	types(s, HELP, TEAM, NAMED " reason: she can't send since Monday");
	clicks(s, JANE, "", "eac.help");
	clicks(s, JANE, "", "eac.later");
	submits(s, JANE, "", "until", "2026-11-25");
	waits(s, "two days", 48 * HOUR);
	clicks(s, JANE, "", "eac.done");
	clicks(s, JANE, "", "eac.not_installed");
	waits(s, "a day", 24 * HOUR);
	json_array_remove(s->w->links, 0);
	clicks(s, BOSS, "admin", "eac.check_links");
	waits(s, "a moment", 3000);
	is_in(s, "waiting_approval");
	waits(s, "an hour", HOUR);
	clicks(s, HELP, TEAM, "eac.approve");
	clicks(s, JANE, "", "eac.approve");
	clicks(s, OMAR, "approver", "eac.approve");
	waits(s, "twenty seconds", 20000);
	is_in(s, "waiting_backend");
	clicks(s, HELP, TEAM, "eac.still_present");
	submits(s, HELP, TEAM, "note", "they still see a calendar");
	waits(s, "a day", 25 * HOUR);
	clicks(s, HELP, TEAM, "eac.confirm");
	submits(s, HELP, TEAM, "case", "1");
	submits(s, HELP, TEAM, "case", "04567890");
	waits(s, "a moment", 3000);
	types(s, HELP, TEAM, "status 1");
	types(s, HELP, TEAM, "why 1");
	world_add_token(s->w, "new1", "SalesforceIQ");
	waits(s, "two minutes", 120000);
	is_in(s, "waiting_user");
	says(s, JANE, "I have sent it");
	clicks(s, JANE, "", "eac.still_failing");
	is_in(s, "failed");
	clicks(s, HELP, TEAM, "eac.retry");
	says(s, JANE, "\"It works!\"");
	is_in(s, "completed");
	types(s, HELP, TEAM, "status 1");
	types(s, HELP, TEAM, "history jane@example.com");
}

static void a_check(struct story *s)
{
	world_add_link(s->w, "0Ta000000000001AAA", false);
	world_add_link(s->w, "0Ta000000000002AAA", true);
	types(s, HELP, TEAM, "check jane@example.com");
	s->w->frozen = true;
	types(s, HELP, TEAM, "check jane@example.com");
}

static void refuse(struct story *s, const char *why)
{
	buf_printf(&s->text, "(%s)\n", why);
	types(s, HELP, TEAM, NAMED);
}

static void repairs_that_are_refused(struct story *s)
{
	types(s, HELP, TEAM, "repair nobody@example.com");
	types(s, HELP, TEAM, "repair twin@example.com");
	types(s, HELP, TEAM, "repair <@U0GUEST01|guest>");
	types(s, JOHN, "", NAMED);
	types(s, JANE, TEAM, NAMED);
	s->w->frozen = true;
	refuse(s, "she is frozen");
	s->w->frozen = false;
	s->w->active = false;
	refuse(s, "she is inactive");
	s->w->active = true;
	s->w->set_is_broad = true;
	refuse(s, "the set carries more");
	s->w->set_is_broad = false;
	s->w->blind_tokens = true;
	refuse(s, "tokens can't be seen");
	s->w->blind_tokens = false;
	json_set_str(s->w->connection, "status", "NEEDSATTENTIONGLOBAL");
	refuse(s, "the whole org is broken");
	json_set_str(s->w->connection, "status", "NEEDSATTENTION");
	s->w->fail_next = ERR_DENIED;
	refuse(s, "Slack denies it");
	json_array_clear(s->w->sets);
	refuse(s, "nothing is assigned");
	world_add_set(s->w, "0Pa000000000077AAA", "0PS000000000077GAA", "SalesBundle", "0PG000000000001AAA", "");
	refuse(s, "only through a group");
}

static void a_repair_that_fails_and_is_retried(struct story *s)
{
	types(s, HELP, TEAM, NAMED);
	s->w->fail_kind = "remove";
	s->w->fail_count = 1;
	s->w->fail_code = ERR_DENIED;
	jane_does_her_first_part(s);
	is_in(s, "failed");
	types(s, HELP, TEAM, "why 1");
	types(s, HELP, TEAM, "list failed");
	clicks(s, HELP, TEAM, "eac.retry");
	waits(s, "a moment", 3000);
	is_in(s, "waiting_approval");
	types(s, HELP, TEAM, "cancel 1");
	waits(s, "a moment", 3000);
	is_in(s, "cancelled");
	types(s, HELP, TEAM, "why 1");
}

static void a_repair_that_is_rejected(struct story *s)
{
	s->w->config.approval.before_teardown = true;
	types(s, HELP, TEAM, NAMED " reason: as discussed");
	types(s, OMAR, "approver", "reject 1 not before the audit is over");
	waits(s, "twenty seconds", 20000);
	is_in(s, "rejected");
}

static void a_repair_that_nobody_answers(struct story *s)
{
	types(s, HELP, TEAM, NAMED);
	waits(s, "five hours", 5 * HOUR);
	waits(s, "four days", 96 * HOUR);
	is_in(s, "expired");
}

static void a_repair_of_somebody_without_slack(struct story *s)
{
	s->w->nobody_in_slack = true;
	types(s, HELP, TEAM, "repair jane@example.com");
	waits(s, "five hours", 5 * HOUR);
	clicks(s, HELP, TEAM, "eac.mark_done");
	types(s, HELP, TEAM, "why 1");
}

static void others_who_are_called(struct story *s)
{
	static char group[] = "S0SECOND1", channel[] = "C0STATUS1";
	static char *groups[] = {group};
	s->w->config.escalation.to = (struct config_list){groups, 1};
	s->w->config.escalation.after_ms = 8 * HOUR;
	types(s, HELP, TEAM, NAMED);
	types(s, HELP, TEAM, "why 1");
	waits(s, "eight hours", 8 * HOUR);
	clicks(s, JANE, "", "eac.help");
	waits(s, "seven hours", 7 * HOUR);
	types(s, HELP, TEAM, "why 1");
	s->w->config.slack.status_channel = channel;
	s->w->config.slack.digest_at_min = 7 * 60;
	waits(s, "until the next day", 7 * HOUR);
	heading(s, "time", "the hour of the digest");
	assert_true(world_digest(s->w));
	told(s);
	clicks(s, HELP, TEAM, "eac.mark_done");
	is_in(s, "waiting_user");
}

static void the_emergency_stop(struct story *s)
{
	types(s, HELP, TEAM, NAMED);
	types(s, BOSS, "admin", "pause reason: Salesforce maintenance");
	types(s, HELP, TEAM, "repair bob@example.com");
	clicks(s, JANE, "", "eac.done");
	types(s, HELP, TEAM, "status");
	types(s, HELP, TEAM, "why 1");
	types(s, BOSS, "admin", "resume");
	types(s, BOSS, "admin", "resume");
}

static void help_and_what_is_not_understood(struct story *s)
{
	types(s, HELP, TEAM, "help");
	types(s, BOSS, "requester approver admin", "help");
	types(s, JANE, "", "help");
	types(s, HELP, TEAM, "help repair");
	types(s, HELP, TEAM, "repiar jane");
	types(s, HELP, TEAM, "status 77");
	types(s, HELP, TEAM, "list");
	types(s, HELP, TEAM, "list everything");
	types(s, HELP, TEAM, "repair");
	types(s, JOHN, "guest", "list");
}

static void opens_home(struct story *s, const char *user, const char *roles)
{
	heading(s, user, "opens the Home tab");
	json_t *view = world_home(s->w, user, roles);
	json_array_append_new(s->w->journal,
	                      json_pack("{s:s,s:s,s:s,s:o}", "what", "home", "to", user, "slot", "", "body", view));
	told(s);
}

/* A history that no message can hold; Slack takes what is told of it, but nobody reads it here. */
static void many_repairs(struct story *s)
{
	AUTO_BUF struct buf words = {0};
	size_t i;
	json_t *entry;
	buf_init(&words, 400);
	buf_puts(&words, "repair ");
	while (words.len < 80)
		buf_puts(&words, "no_b&amp;o*dy");
	buf_puts(&words, "@example.com");
	for (int n = 0; n < 40; n++)
		world_type(s->w, HELP, TEAM, buf_str(&words));
	json_array_foreach (s->w->journal, i, entry)
		if (transcript_complaint(entry) != NULL)
			fail_msg("%s", transcript_complaint(entry));
	json_array_clear(s->w->journal);
}

/* Names, reasons and holdings at their longest and strangest. */
static void a_repair_with_strange_names(struct story *s)
{
	static const char name[] =
	    "*Dr.* _Ümit_ `O'Neill` <!channel> & <https://evil.example|click> \xE2\x80\xAE"
	    "evil\xE2\x80\xAC "
	    "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 :boom: @here "
	    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafe";
	AUTO_BUF struct buf words = {0};
	buf_init(&words, 8000);
	buf_puts(&words, NAMED " reason: ");
	while (words.len < 1500)
		buf_puts(&words, "{who} said *stop* & <!here> \xEC\x95\x88\xEB\x85\x95 & `x` ");
	s->w->name = name;
	for (int i = 0; i < 30; i++) {
		char id[24];
		snprintf(id, sizeof id, "0Ta0000000001%02dAAA", i);
		world_add_link(s->w, id, i % 5 == 0);
	}
	types(s, HELP, TEAM, buf_str(&words));
	jane_does_her_first_part(s);
	waits(s, "a moment", 3000);
	clicks(s, BOSS, "admin", "eac.check_links");
	json_array_clear(s->w->links);
	clicks(s, BOSS, "admin", "eac.check_links");
	waits(s, "a moment", 3000);
	is_in(s, "waiting_approval");
	types(s, HELP, TEAM, "status 1");
	many_repairs(s);
	types(s, HELP, TEAM, "list done");
	types(s, HELP, TEAM, "status");
	opens_home(s, HELP, "requester approver");
}

static void shows(struct story *s, const char *who, const char *what, json_t *view)
{
	heading(s, who, what);
	json_array_append_new(s->w->journal,
	                      json_pack("{s:s,s:s,s:s,s:o}", "what", "dialog", "to", who, "slot", "", "body", view));
	told(s);
}

/* Claims, stand-ins, a vote taken back, two votes needed, clicks that come too late. */
static void decisions_and_second_thoughts(struct story *s)
{
	s->w->config.approval.before_teardown = true;
	s->w->config.approval.take_back_ms = 10000;
	s->w->config.approval.quorum = 2;
	types(s, OMAR, "approver", "delegate <@" ANA "|ana> until 3d");
	types(s, OMAR, "approver", "delegate");
	types(s, HELP, TEAM, NAMED " ticket: INC0012345 reason: as discussed");
	clicks(s, ANA, "approver", "eac.claim");
	waits(s, "half an hour", HOUR / 2);
	clicks(s, OMAR, "approver", "eac.approve");
	types(s, OMAR, "approver", "approve 1");
	types(s, OMAR, "approver", "undo 1");
	types(s, OMAR, "approver", "undo 1");
	clicks(s, OMAR, "approver", "eac.approve");
	clicks(s, ANA, "approver", "eac.approve");
	heading(s, OMAR, "a button of old");
	world_click_raw(s->w, OMAR, "approver", "eac.approve", "1.00000000000000000000000000000000", CHANNEL, "1.1");
	told(s);
	waits(s, "twenty seconds", 20000);
	is_in(s, "waiting_user");
	types(s, OMAR, "approver", "delegate off");
	types(s, JOHN, TEAM, "take 1");
	types(s, HELP, TEAM, "confirm 1 04567890");
	jane_does_her_first_part(s);
	is_in(s, "waiting_approval");
	clicks(s, OMAR, "approver", "eac.approve");
	clicks(s, ANA, "approver", "eac.approve");
	waits(s, "twenty seconds", 20000);
	is_in(s, "waiting_backend");
	clicks(s, JOHN, TEAM, "eac.claim");
	waits(s, "a day", 25 * HOUR);
	clicks(s, JOHN, TEAM, "eac.abort");
	waits(s, "twenty seconds", 20000);
	is_in(s, "cancelled");
}

/* Somebody else changes in Salesforce what the plan is about. */
static void a_plan_that_changes(struct story *s)
{
	s->w->config.approval.before_teardown = true;
	types(s, HELP, TEAM, NAMED);
	clicks(s, OMAR, "approver", "eac.approve");
	json_set_str(json_array_get(s->w->sets, 0), "expires", "2027-01-31T00:00:00Z");
	clicks(s, JANE, "", "eac.done");
	is_in(s, "waiting_approval");
	clicks(s, OMAR, "approver", "eac.approve");
	clicks(s, JANE, "", "eac.not_installed");
	waits(s, "a moment", 3000);
	is_in(s, "waiting_approval");
	clicks(s, OMAR, "approver", "eac.approve");
	world_add_token(s->w, "back", "SalesforceIQ");
	types(s, HELP, TEAM, "confirm 1 04567890");
	waits(s, "a moment", 3000);
	types(s, HELP, TEAM, "why 1");
}

/* The dialog by its doors, several people at once, and the Home tab. */
static void dialogs_several_people_and_home(struct story *s)
{
	const struct deed asked = {.door = DOOR_SLASH,
	                           .user = HELP,
	                           .channel = CHANNEL,
	                           .thread_ts = "",
	                           .message_ts = "",
	                           .text = "repair",
	                           .action = "",
	                           .value = "",
	                           .subject = ""};
	AUTO_BUF struct buf words = {0};
	buf_init(&words, 1000);
	opens_home(s, HELP, TEAM);
	opens_home(s, "U0NOBODY1", "");
	shows(s, HELP, "the dialog while it is looked up", commands_waiting_view(s->language));
	commands_no_dialog(&words, s->language, &asked, "/eac");
	heading(s, HELP, "the dialog did not open");
	buf_printf(&s->text, "%s\n\n", buf_str(&words));
	heading(s, HELP, "the shortcut on a message of Jane");
	world_shortcut(s->w, HELP, TEAM, CHANNEL, JANE);
	told(s);
	submits(s, HELP, TEAM, "who", JANE);
	types(s, HELP, TEAM, NAMED);
	types(s, HELP, TEAM, "repair jane@example.com bob@example.com nobody@example.com");
	waits(s, "a minute", 60000);
	types(s, HELP, TEAM, "list");
	types(s, HELP, TEAM, "status");
	opens_home(s, HELP, "requester approver");
	opens_home(s, OMAR, "approver");
	opens_home(s, JANE, "");
}

/* One board and one approval for all. */
static void many_people_on_one_board(struct story *s)
{
	s->w->config.limits.board_from = 3;
	s->w->config.approval.take_back_ms = 10000;
	s->w->seats_total = 1000;
	types(
	    s, HELP, TEAM,
	    "repair p1@example.com p2@example.com p3@example.com p4@example.com nobody@example.com ticket: INC0012345");
	waits(s, "half a minute", 30000);
	waits(s, "half a minute", 30000);
	types(s, OMAR, "approver", "status");
	clicks(s, OMAR, "approver", "eac.approve");
	waits(s, "half a minute", 30000);
	types(s, "U0P0001", "", "done EAC-1");
	types(s, "U0P0001", "", "done EAC-1");
	waits(s, "half a minute", 30000);
	types(s, HELP, TEAM, "cancel EAC-2");
	waits(s, "half a minute", 30000);
	types(s, HELP, TEAM, "list");
	types(s, HELP, TEAM, "why EAC-3");
	types(s, HELP, TEAM, "status EAC-6");
}

/* --- in every language --- */

static void play(const char *file, void (*story)(struct story *s))
{
	static const char *const locales[LANGUAGE_COUNT] = {
	    [LANGUAGE_EN] = "en-US", [LANGUAGE_KO] = "ko-KR", [LANGUAGE_JA] = "ja-JP", [LANGUAGE_DE] = "de-DE"};
	for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
		struct story s = {.w = world_new(), .language = l};
		char path[200];
		int line = 0;
		buf_init(&s.text, STORY_MAX);
		s.w->journal = json_array();
		s.w->language = l;
		s.w->locale = locales[l];
		s.w->config.slack.language = l;
		story(&s);
		snprintf(path, sizeof path, "tests/golden/%s/%s.txt", language_code(l), file);
		bool same = transcript_is(path, buf_str(&s.text), &line);
		buf_done(&s.text);
		world_free(s.w);
		if (!same)
			fail_msg("%s differs from line %d on; UPDATE=1 %s writes it anew", path, line,
			         "build/release/tests/flow/test_golden");
	}
}

#define STORY(name) \
	static void name##_reads_as_reviewed(void **state) \
	{ \
		(void)state; \
		play(#name, name); \
	}
STORY(a_repair_that_completes)
STORY(a_check)
STORY(repairs_that_are_refused)
STORY(a_repair_that_fails_and_is_retried)
STORY(a_repair_that_is_rejected)
STORY(a_repair_that_nobody_answers)
STORY(a_repair_of_somebody_without_slack)
STORY(others_who_are_called)
STORY(the_emergency_stop)
STORY(help_and_what_is_not_understood)
STORY(a_repair_with_strange_names)
STORY(decisions_and_second_thoughts)
STORY(a_plan_that_changes)
STORY(dialogs_several_people_and_home)
STORY(many_people_on_one_board)
#undef STORY

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_repair_that_completes_reads_as_reviewed),
	    cmocka_unit_test(a_check_reads_as_reviewed),
	    cmocka_unit_test(repairs_that_are_refused_reads_as_reviewed),
	    cmocka_unit_test(a_repair_that_fails_and_is_retried_reads_as_reviewed),
	    cmocka_unit_test(a_repair_that_is_rejected_reads_as_reviewed),
	    cmocka_unit_test(a_repair_that_nobody_answers_reads_as_reviewed),
	    cmocka_unit_test(a_repair_of_somebody_without_slack_reads_as_reviewed),
	    cmocka_unit_test(others_who_are_called_reads_as_reviewed),
	    cmocka_unit_test(the_emergency_stop_reads_as_reviewed),
	    cmocka_unit_test(help_and_what_is_not_understood_reads_as_reviewed),
	    cmocka_unit_test(a_repair_with_strange_names_reads_as_reviewed),
	    cmocka_unit_test(decisions_and_second_thoughts_reads_as_reviewed),
	    cmocka_unit_test(a_plan_that_changes_reads_as_reviewed),
	    cmocka_unit_test(dialogs_several_people_and_home_reads_as_reviewed),
	    cmocka_unit_test(many_people_on_one_board_reads_as_reviewed),
	};

	log_setup(LOG_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

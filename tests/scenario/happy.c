/*
 * scenario/happy.c - repairs that go well, by each way that there is to act.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

#define INBOX "InboxWithEinsteinActivityCapture"

static void a_repair_by_buttons_gives_back_what_it_removed(struct stage *stage)
{
	static const char *const steps[] = {"disconnect-account",
	                                    "sign-out-addin",
	                                    "remove-account-links",
	                                    "revoke-siq",
	                                    "remove-permission-set",
	                                    "backend-check",
	                                    "assign-permission-set",
	                                    "connect-account",
	                                    "test-email"};
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);

	CHECK(stage, !holds_set(stage, "jane", INBOX));
	CHECK(stage, holds_set(stage, "jane", "SalesReports"));
	play(stage, id, AT_BACKEND, AT_END);
	check_same_grants(stage, "jane", before);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		check_step(stage, id, steps[i], "done", NULL);
	CHECK(stage, count_holdings(stage, "jane", "links") == 2);
	SEE(stage, .channel = "helpdesk", .contains = "*Completed*");
	SEE(stage, .channel = "dm", .user = "jane", .contains = "connected again");
	json_decref(before);
}

static void a_repair_by_typed_words_alone_completes(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	stage_say(stage, "jane", "dm", NULL, "done");
	await_point(stage, id, AT_SIGN_OUT);
	free(stage_slash(stage, "jane", "done 1"));
	await_point(stage, id, AT_LINKS);
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("jane"));
	say_in_thread(stage, id, "ida", "done");
	await_point(stage, id, AT_APPROVAL);
	say_in_thread(stage, id, "omar", "approve");
	await_point(stage, id, AT_BACKEND);
	say_in_thread(stage, id, "maria", "confirm 4711-0815");
	await_point(stage, id, AT_CONNECT);
	stage_say(stage, "jane", "dm", NULL, "Done");
	await_point(stage, id, AT_TEST);
	stage_say(stage, "jane", "dm", NULL, "done");
	await_point(stage, id, AT_END);
}

static void slash_commands_alone_decide_too(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	free(stage_slash(stage, "ana", "approve EAC-1"));
	await_point(stage, id, AT_BACKEND);
	free(stage_slash(stage, "tom", "confirm 1 CASE-77"));
	await_point(stage, id, AT_CONNECT);
	play(stage, id, AT_CONNECT, AT_END);
}

static void the_dialog_begins_a_repair(struct stage *stage)
{
	stage_start(stage);
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "view");
	json_t *result = stage_submit(stage, "maria", json_pack("{s:[s], s:s}", "Who", "jane", "Reason", "no mail"));
	CHECK(stage, text_eq(json_str(result, "shown"), ""));
	json_decref(result);
	await_point(stage, 1, AT_DISCONNECT);
}

static void the_dialog_wants_somebody_to_be_picked(struct stage *stage)
{
	stage_start(stage);
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "view");
	stage_do(stage, SLACK, "/_sim/close_view", of_user("maria"));
	json_t *none = stage_repair(stage, 1);
	CHECK(stage, none == NULL);
}

static void somebody_without_slack_is_served_by_the_thread(struct stage *stage)
{
	stage_start(stage);
	json_t *before = stage_holdings(stage, "tara");
	int id = begin_repair(stage, "maria", "tara@example.com");
	stage_click(stage, "maria", "Mark done", "disconnect your mailbox");
	stage_click(stage, "tom", "Mark done", "sign out of the Salesforce add-in");
	SEE(stage, .user = "ida", .button = "Check now");
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("tara"));
	stage_click(stage, "ida", "Check now", NULL);
	stage_click(stage, "omar", "Approve", NULL);
	stage_await(stage, id, "waiting_backend", NULL);
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	stage_click(stage, "maria", "Mark done", "connect your mailbox again");
	stage_click(stage, "maria", "Mark done", "send a test mail");
	stage_await(stage, id, "completed", NULL);
	check_same_grants(stage, "tara", before);
	check_step(stage, id, "remove-license", "done", NULL);
	CHECK(stage, repair_says(stage, id, "target.username", "tara@example.com"));
	json_decref(before);
}

static void what_salesforce_shows_needs_no_word(struct stage *stage)
{
	int id = start_at(stage, AT_CONNECT);

	stage_do(stage, SALESFORCE, "/_sim/connect", of_user("jane"));
	await_point(stage, id, AT_TEST);
	check_step(stage, id, "connect-account", "done", "Salesforce");
	stage_do(stage, SALESFORCE, "/_sim/send_mail", of_user("jane"));
	await_point(stage, id, AT_END);
}

static void a_mail_that_a_tool_imported_is_no_test_mail(struct stage *stage)
{
	int id = start_at(stage, AT_TEST);
	int before = stage_count(stage, SALESFORCE, "composite");

	stage_do(stage, SALESFORCE, "/_sim/send_mail", json_pack("{s:s, s:s}", "user", "jane", "source", "EAC"));
	while (stage_count(stage, SALESFORCE, "composite") < before + 2)
		CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "*Completed*"));
	await_point(stage, id, AT_TEST);
	play(stage, id, AT_TEST, AT_END);
}

static void the_bot_deletes_account_links_where_it_may(struct stage *stage)
{
	stage_set(stage, "salesforce.account_links", json_string("delete"));
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:b}", "links_writable", 1));
	stage_start(stage);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	stage_click(stage, "jane", "Not installed", NULL);
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, count_holdings(stage, "jane", "links") == 1);
	play(stage, id, AT_APPROVAL, AT_END);
}

static void where_the_org_forbids_to_delete_links_an_admin_is_asked(struct stage *stage)
{
	stage_set(stage, "salesforce.account_links", json_string("delete"));
	stage_start(stage);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	stage_click(stage, "jane", "Not installed", NULL);
	await_point(stage, id, AT_LINKS);
	play(stage, id, AT_LINKS, AT_END);
}

static void before_teardown_nothing_is_asked_of_the_user(struct stage *stage)
{
	stage_set(stage, "approval.take_back", json_string("0s"));
	stage_set(stage, "approval.before_teardown", json_true());
	stage_start(stage);
	int id = begin_jane(stage);
	stage_await(stage, id, "waiting_approval", "disconnect-account");
	check_silent(stage, "@jane");
	CHECK(stage, count_writes(stage) == 0);
	stage_click(stage, "omar", "Approve", "before anything is asked");
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", "before Salesforce's backend team");
	await_point(stage, id, AT_BACKEND);
	play(stage, id, AT_BACKEND, AT_END);
}

static void two_people_in_one_command_are_approved_first(struct stage *stage)
{
	stage_start(stage);
	begin_repair(stage, "maria", "@jane, @john");
	stage_await(stage, 1, "waiting_approval", "disconnect-account");
	stage_await(stage, 2, "waiting_approval", "disconnect-account");
	check_silent(stage, "@jane");
	check_silent(stage, "@john");
	CHECK(stage, count_writes(stage) == 0);
}

static void of_two_people_the_one_who_remains_needs_no_gate(struct stage *stage)
{
	stage_start(stage);
	begin_repair(stage, "maria", "@jane nora@example.com");
	stage_await(stage, 2, "refused", NULL);
	await_point(stage, 1, AT_DISCONNECT);
}

static void somebody_stated_with_for_is_asked(struct stage *stage)
{
	stage_start(stage);
	begin_repair(stage, "maria", "bob@example.com for @john");
	SEE(stage, .user = "john", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "1.1");
}

static void questions_are_answered_to_the_asker_alone(struct stage *stage)
{
	static const char *const questions[] = {"status",    "status 1",      "why EAC-1", "list",        "list mine",
	                                        "list done", "history @jane", "help",      "help repair", ""};
	int id = start_at(stage, AT_APPROVAL);
	int64_t now = stage_now(stage);

	(void)id;
	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		AUTO_FREE char *answer = stage_slash(stage, "maria", questions[i]);
		if (strlen(answer) < 10 && !SEES(stage, .user = "maria", .in = "ephemeral", .after = now))
			stage_fail(stage, "/eac %s was not answered: %s", questions[i], answer);
		now = stage_now(stage);
	}
	AUTO_FREE char *status = stage_slash(stage, "jane", "status 1");
	CHECK(stage, strstr(status, "EAC-1") != NULL);
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "what I can do"));
}

static void a_check_changes_nothing(struct stage *stage)
{
	stage_start(stage);
	free(stage_slash(stage, "maria", "check @jane"));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "Jane Doe");
	CHECK(stage, count_writes(stage) == 0);
	check_silent(stage, "helpdesk");
	check_silent(stage, "@jane");
}

static void words_of_the_requester_never_reach_a_direct_message(struct stage *stage)
{
	stage_start(stage);
	begin_repair(stage, "maria", "@jane reason: <https://evil.example|click> *here*");
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	CHECK(stage, !SEES(stage, .user = "jane", .channel = "dm", .contains = "evil"));
	CHECK(stage, !SEES(stage, .channel = "status", .contains = "evil"));
}

static void not_now_moves_the_time_limits(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	stage_click(stage, "jane", "Not now", NULL);
	SEE(stage, .user = "jane", .in = "view");
	json_decref(stage_submit(stage, "jane", json_object()));
	await_point(stage, id, AT_DISCONNECT);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
}

static void who_needs_help_calls_the_helpdesk(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	stage_click(stage, "jane", "I need help", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "help");
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
}

static void the_status_channel_has_names_but_no_reasons(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	play(stage, id, AT_BACKEND, AT_END);
	SEE(stage, .channel = "status", .contains = "started");
	SEE(stage, .channel = "status", .contains = "completed");
	CHECK(stage, !SEES(stage, .channel = "status", .contains = "send mail"));
	CHECK(stage, !SEES(stage, .channel = "status", .contains = "47110815"));
}

static void a_client_secret_lets_us_in_as_well(struct stage *stage)
{
	stage_set(stage, "salesforce.auth", json_string("client_credentials"));
	stage_set(stage, "salesforce.private_key_file", NULL);
	stage_set(stage, "salesforce.username", NULL);
	stage_set(stage, "salesforce.client_secret_file", json_string("client-secret"));
	stage_write_secret(stage, "client-secret", "sim-secret\n");
	play(stage, start_at(stage, AT_BACKEND), AT_BACKEND, AT_END);
}

static void the_first_message_tells_the_whole_end(struct stage *stage)
{
	stage_start(stage);
	int id = begin_repair(stage, "maria", "@jane reason: can't send mail");
	await_point(stage, id, AT_DISCONNECT);
	SEE(stage, .channel = "helpdesk", .contains = "*Begun:* ");
	play(stage, id, AT_DISCONNECT, AT_END);
	SEE(stage, .channel = "helpdesk", .contains = "*Took:*", .also = "U0APPR001> (approved)");
	SEE(stage, .channel = "helpdesk", .contains = "case 47110815", .also = "removed and given back: “Inbox With");
	SEE(stage, .channel = "helpdesk", .contains = "/eac history jane@example.com", .also = "eacbot audit");
}

static void the_first_message_names_who_ended_it_and_what_is_back(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	free(stage_slash(stage, "tom", "cancel 1"));
	stage_await(stage, id, "cancelled", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "*Ended by:* <@U0HELP002>", .also = "removed and given back");
}

const struct scenario happy_scenarios[] = {
    SCENARIO(the_first_message_tells_the_whole_end),
    SCENARIO(the_first_message_names_who_ended_it_and_what_is_back),
    SCENARIO(a_repair_by_buttons_gives_back_what_it_removed),
    SCENARIO(a_repair_by_typed_words_alone_completes),
    SCENARIO(slash_commands_alone_decide_too),
    SCENARIO(the_dialog_begins_a_repair),
    SCENARIO(the_dialog_wants_somebody_to_be_picked),
    SCENARIO(somebody_without_slack_is_served_by_the_thread),
    SCENARIO(what_salesforce_shows_needs_no_word),
    SCENARIO(a_mail_that_a_tool_imported_is_no_test_mail),
    SCENARIO(the_bot_deletes_account_links_where_it_may),
    SCENARIO(where_the_org_forbids_to_delete_links_an_admin_is_asked),
    SCENARIO(before_teardown_nothing_is_asked_of_the_user),
    SCENARIO(two_people_in_one_command_are_approved_first),
    SCENARIO(of_two_people_the_one_who_remains_needs_no_gate),
    SCENARIO(somebody_stated_with_for_is_asked),
    SCENARIO(questions_are_answered_to_the_asker_alone),
    SCENARIO(a_check_changes_nothing),
    SCENARIO(words_of_the_requester_never_reach_a_direct_message),
    SCENARIO(not_now_moves_the_time_limits),
    SCENARIO(who_needs_help_calls_the_helpdesk),
    SCENARIO(a_client_secret_lets_us_in_as_well),
    SCENARIO(the_status_channel_has_names_but_no_reasons),
    {0},
};

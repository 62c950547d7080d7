/*
 * scenario/decisions.c - votes: whose count, how many, and clicks that come twice, late or from elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static void set_group(struct stage *stage, const char *id, const char *one, const char *two)
{
	json_t *users = json_pack("[s]", one);

	if (two != NULL)
		json_array_append_new(users, json_string(two));
	stage_do(stage, SLACK, "/_sim/group", json_pack("{s:s, s:o, s:b}", "id", id, "users", users, "silent", 1));
}

/* Waits for a private word to that person that says `contains`. */
static void await_private(struct stage *stage, const char *user, int64_t after, const char *contains)
{
	SEE(stage, .user = user, .in = "ephemeral", .after = after, .contains = contains);
}

static void four_eyes_keep_the_requester_from_approving(struct stage *stage)
{
	stage_start(stage);
	int id = begin_repair(stage, "ida", "@jane"); /* an admin: counts as an approver */
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	int64_t now = stage_now(stage);
	stage_click(stage, "ida", "Approve", NULL);
	await_private(stage, "ida", now, "four eyes");
	await_point(stage, id, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void without_four_eyes_the_requester_may_approve(struct stage *stage)
{
	stage_set(stage, "approval.four_eyes", json_false());
	stage_start(stage);
	int id = begin_repair(stage, "ida", "@jane");
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	stage_click(stage, "ida", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void the_target_never_decides(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	set_group(stage, "S0APPROVER", "U0JANE0001", "U0APPR001");
	int64_t now = stage_now(stage);
	stage_click(stage, "jane", "Approve", NULL);
	await_private(stage, "jane", now, "about you");
	await_point(stage, id, AT_APPROVAL);
}

static void a_quorum_of_two_needs_two_people(struct stage *stage)
{
	stage_set(stage, "approval.quorum", json_integer(2));
	int id = start_at(stage, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "1 of 2");
	int64_t now = stage_now(stage);
	stage_click(stage, "omar", "Approve", NULL);
	await_private(stage, "omar", now, "already");
	await_point(stage, id, AT_APPROVAL);
	stage_click(stage, "ana", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void a_vote_of_who_may_no_longer_approve_is_void(struct stage *stage)
{
	stage_set(stage, "approval.quorum", json_integer(2));
	int id = start_at(stage, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "1 of 2");
	set_group(stage, "S0APPROVER", "U0APPR002", NULL);
	stage_click(stage, "ana", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "no longer counts");
	await_point(stage, id, AT_APPROVAL);
	stage_click(stage, "ida", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void a_decision_asks_slack_afresh(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	set_group(stage, "S0APPROVER", "U0APPR002", NULL); /* the copy still has Omar in it */
	int64_t now = stage_now(stage);
	stage_click(stage, "omar", "Approve", NULL);
	await_private(stage, "omar", now, "may not");
	await_point(stage, id, AT_APPROVAL);
	stage_click(stage, "ana", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void if_slack_can_not_be_asked_the_answer_is_no(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:i, s:i}", "kind", "usergroups.users.list", "status", 500, "count", 0));
	int64_t now = stage_now(stage);
	stage_click(stage, "omar", "Approve", NULL);
	SEE(stage, .user = "omar", .in = "ephemeral", .after = now, .contains = "try again", .timeout_ms = 20000);
	await_point(stage, id, AT_APPROVAL);
	stage_clear_faults(stage, SLACK);
}

static void a_prompt_loses_its_buttons_and_says_who_decided(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
	SEE(stage, .channel = "helpdesk", .button = "Approve", .gone = true);
	SEE(stage, .channel = "helpdesk", .contains = "*Approved* by <@U0APPR001>");
}

static void two_approvers_at_the_same_moment_decide_once(struct stage *stage)
{
	stage_set(stage, "approval.take_back", json_string("0s"));
	int id = start_at(stage, AT_APPROVAL);

	SEE(stage, .user = "omar", .button = "Approve");
	stage_do(stage, SLACK, "/_sim/click",
	         json_pack("{s:s, s:s, s:b}", "user", "omar", "label", "Approve", "wait", 0));
	stage_do(stage, SLACK, "/_sim/click",
	         json_pack("{s:s, s:s, s:b}", "user", "ana", "label", "Reject", "wait", 0));
	SEE(stage, .channel = "helpdesk", .button = "Approve", .gone = true);
	json_t *repair = stage_repair(stage, id);
	bool approved = text_eq(json_str(repair, "state"), "waiting_backend");
	json_decref(repair);
	stage_await(stage, id, approved ? "waiting_backend" : "rejected", NULL);
}

static void a_click_that_comes_twice_counts_once(struct stage *stage)
{
	stage_set(stage, "approval.quorum", json_integer(2));
	int id = start_at(stage, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "1 of 2");
	stage_do(stage, SLACK, "/_sim/redeliver", json_pack("{s:s, s:b}", "type", "interactive", "same", 1));
	stage_do(stage, SLACK, "/_sim/redeliver", json_pack("{s:s, s:b}", "type", "interactive", "same", 0));
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "2 of 2"));
}

static void a_stale_click_is_answered_privately(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);
	int64_t now = stage_now(stage);

	SEE(stage, .user = "jane", .channel = "dm", .button = "Not installed");
	json_t *seen = stage_see(stage, &(struct sight){.user = "jane", .channel = "dm", .contains = "1.1"});
	json_t *order = json_pack("{s:s, s:s, s:s, s:b}", "user", "jane", "label", "Done", "ts",
	                          json_str(json_get(seen, "message"), "ts"), "stale", 1);
	json_decref(seen);
	stage_do(stage, SLACK, "/_sim/click", order);
	SEE(stage, .user = "jane", .channel = "dm", .after = now, .contains = "out of date");
	await_point(stage, id, AT_SIGN_OUT);
}

/* The payload of the last click, as if it came from a copy of the message. */
static json_t *copied_click(struct stage *stage)
{
	json_t *all = stage_ask(stage, SLACK, "/_sim/envelopes", NULL), *line, *payload = NULL;
	size_t i;

	json_array_foreach (all, i, line) {
		const json_t *frame = json_get(line, "frame");
		json_t *parsed =
		    json_is_string(frame) ? json_loads(json_string_value(frame), 0, NULL) : json_deep_copy(frame);
		if (payload == NULL && text_eq(json_str(parsed, "type"), "interactive"))
			payload = json_incref(json_get(parsed, "payload"));
		json_decref(parsed);
	}
	json_decref(all);
	json_set_str(payload, "trigger_id", "1.2.another");
	json_set_str(json_get(payload, "container"), "message_ts", "1600000000.000100");
	json_set_str(json_get(payload, "message"), "ts", "1600000000.000100");
	return payload;
}

static void a_click_from_a_copied_message_does_nothing(struct stage *stage)
{
	stage_set(stage, "approval.quorum", json_integer(2));
	int id = start_at(stage, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "1 of 2");
	json_t *payload = copied_click(stage);
	json_set_str(json_get(payload, "user"), "id", "U0APPR002");
	stage_do(stage, SLACK, "/_sim/raw", json_pack("{s:s, s:o}", "type", "interactive", "payload", payload));
	SEE(stage, .user = "ana", .in = "ephemeral", .contains = "out of date");
	await_point(stage, id, AT_APPROVAL);
}

static void a_command_that_comes_twice_acts_once(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	stage_do(stage, SLACK, "/_sim/redeliver", json_pack("{s:s, s:b}", "type", "slash_commands", "same", 1));
	stage_do(stage, SLACK, "/_sim/redeliver", json_pack("{s:s, s:b}", "type", "slash_commands", "same", 0));
	await_point(stage, id, AT_DISCONNECT);
	CHECK(stage, stage_repair(stage, 2) == NULL);
}

static void an_approval_of_a_plan_that_changed_is_void(struct stage *stage)
{
	stage_set(stage, "approval.take_back", json_string("0s"));
	stage_set(stage, "approval.before_teardown", json_true());
	stage_start(stage);
	int id = begin_jane(stage);
	stage_await(stage, id, "waiting_approval", "disconnect-account");
	stage_do(stage, SALESFORCE, "/_sim/patch",
	         json_pack("{s:s, s:{s:s, s:s}, s:{s:s}}", "object", "PermissionSetAssignment", "where", "AssigneeId",
	                   "=jane@example.com", "PermissionSetId", "=InboxWithEinsteinActivityCapture", "set",
	                   "ExpirationDate", "2099-01-31T00:00:00.000+0000"));
	stage_click(stage, "omar", "Approve", "before anything is asked");
	await_point(stage, id, AT_DISCONNECT);
	play_one(stage, AT_DISCONNECT);
	SEE(stage, .channel = "helpdesk", .contains = "is void");
	stage_await(stage, id, "waiting_approval", "sign-out-addin");
	CHECK(stage, count_writes(stage) == 0);
	free(stage_slash(stage, "ana", "approve 1"));
	play(stage, id, AT_SIGN_OUT, AT_APPROVAL);
}

static void a_case_number_is_wanted_and_checked(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	stage_click(stage, "maria", "Inbox removed", NULL);
	SEE(stage, .user = "maria", .in = "view");
	json_t *wrong = stage_submit(stage, "maria", json_pack("{s:s}", "Case number", "4 7!"));
	CHECK(stage, json_get(json_get(wrong, "payload"), "errors") != NULL);
	json_decref(wrong);
	free(stage_slash(stage, "maria", "confirm 1"));
	await_point(stage, id, AT_BACKEND);
	json_decref(stage_submit(stage, "maria", json_pack("{s:s}", "Case number", "CASE-4711")));
	await_point(stage, id, AT_CONNECT);
	check_step(stage, id, "backend-check", "done", "CASE-4711");
}

static void other_words_in_a_thread_are_left_alone(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);
	int64_t now = stage_now(stage);

	say_in_thread(stage, id, "omar", "thanks, I will approve later");
	say_in_thread(stage, id, "omar", "status");
	SEE(stage, .user = "omar", .in = "ephemeral", .after = now, .contains = "EAC-1");
	await_point(stage, id, AT_APPROVAL);
}

/* --- taking back --- */

static void an_approval_that_is_taken_back_is_asked_again(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
	SEE(stage, .channel = "helpdesk", .button = "Inbox removed");
	int64_t now = stage_now(stage);
	free(stage_slash(stage, "omar", "undo 1"));
	await_point(stage, id, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .after = now, .contains = "has taken back the approval");
	SEE(stage, .channel = "helpdesk", .button = "Inbox removed", .gone = true);
	stage_click(stage, "ana", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void a_rejection_that_is_taken_back_puts_nothing_back(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_click(stage, "omar", "Reject", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "*Rejected* by <@U0APPR001>");
	free(stage_slash(stage, "omar", "undo EAC-1"));
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, !holds_set(stage, "jane", "InboxWithEinsteinActivityCapture"));
	stage_click(stage, "ana", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

/* Whoever comes first: either it waits for an approval again, or it has gone on. */
static void a_take_back_and_a_confirmation_at_the_same_moment_agree(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
	int64_t now = stage_now(stage);
	stage_do(stage, SLACK, "/_sim/slash",
	         json_pack("{s:s, s:s, s:s, s:s, s:b}", "user", "omar", "channel", "helpdesk", "command", "/eac",
	                   "text", "undo 1", "wait", 0));
	free(stage_slash(stage, "maria", "confirm 1 CASE-4711"));
	SEE(stage, .channel = "helpdesk", .after = now);
	json_t *repair = stage_repair(stage, id);
	bool back = text_eq(json_str(repair, "state"), "waiting_approval");
	json_decref(repair);
	if (back)
		await_point(stage, id, AT_APPROVAL);
	else
		await_point(stage, id, AT_CONNECT);
}

/* --- cards that are not where they were, or not any more --- */

static void a_click_forwarded_into_another_channel_is_told_so(struct stage *stage)
{
	stage_set(stage, "approval.quorum", json_integer(2));
	int id = start_at(stage, AT_APPROVAL);
	stage_click(stage, "omar", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "1 of 2");
	json_t *payload = copied_click(stage);
	json_set_str(json_get(payload, "user"), "id", "U0APPR002");
	json_set_str(json_get(payload, "channel"), "id", "C0OTHER001");
	json_set_str(json_get(payload, "container"), "channel_id", "C0OTHER001");
	stage_do(stage, SLACK, "/_sim/raw", json_pack("{s:s, s:o}", "type", "interactive", "payload", payload));
	SEE(stage, .user = "ana", .contains = "forwarded from another channel");
	await_point(stage, id, AT_APPROVAL);
}

static void a_dialog_submitted_after_the_expiry_does_nothing(struct stage *stage)
{
	stage_set(stage, "backend.give_up_after", json_string("4s"));
	int id = start_at(stage, AT_BACKEND);
	stage_click(stage, "maria", "Inbox removed", NULL);
	SEE(stage, .user = "maria", .in = "view");
	stage_await(stage, id, "expired", NULL);
	json_decref(stage_submit(stage, "maria", json_pack("{s:s}", "Case number", "CASE-4711")));
	SEE(stage, .user = "maria", .contains = "EAC-1 is over");
	stage_await(stage, id, "expired", NULL);
}

/* --- people who look after it --- */

static void who_is_on_it_is_told_and_blocks_nobody(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_click(stage, "omar", "I'm on it", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "<@U0APPR001> is on it since", .button = "Approve");
	stage_click(stage, "ana", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void a_stand_in_is_asked_and_votes_for_themselves(struct stage *stage)
{
	stage_set(stage, "approval.quorum", json_integer(2));
	stage_start(stage);
	free(stage_slash(stage, "omar", "delegate @ana until 3d"));
	SEE(stage, .user = "ana", .channel = "dm", .contains = "has named you");
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .contains = "you are asked for <@U0APPR001>");
	stage_click(stage, "ana", "Approve", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "also for <@U0APPR001>: 1 of 2");
	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void only_who_may_approve_stands_in(struct stage *stage)
{
	stage_start(stage);
	int64_t now = stage_now(stage);
	free(stage_slash(stage, "omar", "delegate @maria until 3d"));
	await_private(stage, "omar", now, "may not approve here");
	set_group(stage, "S0APPROVER", "U0APPR001", NULL); /* the copy still has Ana in it */
	now = stage_now(stage);
	free(stage_slash(stage, "omar", "delegate @ana until 3d"));
	await_private(stage, "omar", now, "may not approve here");
}

const struct scenario decision_scenarios[] = {
    SCENARIO(four_eyes_keep_the_requester_from_approving),
    SCENARIO(without_four_eyes_the_requester_may_approve),
    SCENARIO(the_target_never_decides),
    SCENARIO(a_quorum_of_two_needs_two_people),
    SCENARIO(a_vote_of_who_may_no_longer_approve_is_void),
    SCENARIO(a_decision_asks_slack_afresh),
    SCENARIO(if_slack_can_not_be_asked_the_answer_is_no),
    SCENARIO(a_prompt_loses_its_buttons_and_says_who_decided),
    SCENARIO(two_approvers_at_the_same_moment_decide_once),
    SCENARIO(a_click_that_comes_twice_counts_once),
    SCENARIO(a_stale_click_is_answered_privately),
    SCENARIO(a_click_from_a_copied_message_does_nothing),
    SCENARIO(a_command_that_comes_twice_acts_once),
    SCENARIO(an_approval_of_a_plan_that_changed_is_void),
    SCENARIO(a_case_number_is_wanted_and_checked),
    SCENARIO(other_words_in_a_thread_are_left_alone),
    SCENARIO(an_approval_that_is_taken_back_is_asked_again),
    SCENARIO(a_rejection_that_is_taken_back_puts_nothing_back),
    SCENARIO(a_take_back_and_a_confirmation_at_the_same_moment_agree),
    SCENARIO(a_click_forwarded_into_another_channel_is_told_so),
    SCENARIO(a_dialog_submitted_after_the_expiry_does_nothing),
    SCENARIO(who_is_on_it_is_told_and_blocks_nobody),
    SCENARIO(a_stand_in_is_asked_and_votes_for_themselves),
    SCENARIO(only_who_may_approve_stands_in),
    {0},
};

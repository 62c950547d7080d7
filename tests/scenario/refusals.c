/*
 * scenario/refusals.c - what is refused, and who may do what.
 *
 * Whatever is refused while a repair is being checked changes nothing and is told to the asker alone.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static void check_untouched(struct stage *stage, int writes)
{
	check_silent(stage, "helpdesk");
	check_silent(stage, "status");
	check_silent(stage, "@jane");
	if (count_writes(stage) != writes)
		stage_fail(stage, "something was written to Salesforce");
}

/* The program runs; the repair is refused for that reason, and `told` (unless NULL) is said to the asker alone. */
static void refuse(struct stage *stage, const char *user, const char *words, const char *reason, const char *told)
{
	int64_t before = stage_now(stage);
	int id = begin_repair(stage, user, words);

	stage_await(stage, id, "refused", NULL);
	if (!repair_says(stage, id, "reason", reason)) {
		AUTO_FREE char *text = json_text(stage_repair(stage, id));
		stage_fail(stage, "%s: not for the reason %s: %s", words, reason, text);
	}
	SEE(stage, .user = user, .in = "ephemeral", .after = before, .contains = "refused", .also = told);
	check_untouched(stage, 0);
}

static void start_and_refuse(struct stage *stage, const char *words, const char *reason, const char *told)
{
	stage_start(stage);
	refuse(stage, "maria", words, reason, told);
}

static void an_unknown_word_is_not_found(struct stage *stage)
{
	start_and_refuse(stage, "nobody@example.com", "not_found", "nobody");
	refuse(stage, "maria", "005000000000099AAA", "not_found", NULL);
}

static void an_ambiguous_word_lists_the_usernames(struct stage *stage)
{
	start_and_refuse(stage, "sam@example.com", "ambiguous", "sam.one");
}

static void guests_and_people_who_left_have_no_slack_user(struct stage *stage)
{
	start_and_refuse(stage, "@gone", "no_slack_user", NULL);
	refuse(stage, "maria", "@gus", "no_slack_user", NULL);
	refuse(stage, "maria", "@eve", "no_slack_user", NULL);
}

static void the_email_of_a_person_who_left_slack_still_works(struct stage *stage)
{
	stage_start(stage);
	int id = begin_repair(stage, "maria", "gone@example.com");
	stage_await(stage, id, "waiting_user", "disconnect-account");
}

static void inactive_and_frozen_users_are_refused(struct stage *stage)
{
	start_and_refuse(stage, "ina@example.com", "inactive", NULL);
	refuse(stage, "maria", "fred@example.com", "frozen", NULL);
}

static void protected_users_are_refused(struct stage *stage)
{
	start_and_refuse(stage, "@ceo", "protected", NULL);
	refuse(stage, "maria", "ceo@example.com", "protected", NULL);
}

static void the_bots_own_user_is_refused(struct stage *stage)
{
	start_and_refuse(stage, "eacbot@example.com", "self", NULL);
}

static void ones_own_account_is_refused_under_four_eyes(struct stage *stage)
{
	start_and_refuse(stage, "@maria", "own_account", NULL);
	refuse(stage, "maria", "maria@example.com", "own_account", NULL);
}

static void without_four_eyes_ones_own_account_may_be_repaired(struct stage *stage)
{
	stage_set(stage, "approval.four_eyes", json_false());
	stage_start(stage);
	stage_await(stage, begin_repair(stage, "maria", "maria@example.com"), "waiting_user", NULL);
}

static void a_second_repair_of_the_same_person_is_a_duplicate(struct stage *stage)
{
	stage_start(stage);
	begin_jane(stage);
	await_point(stage, 1, AT_DISCONNECT);
	int second = begin_repair(stage, "tom", "jane@example.com");
	stage_await(stage, second, "refused", NULL);
	CHECK(stage, repair_says(stage, second, "reason", "duplicate"));
	SEE(stage, .user = "tom", .in = "ephemeral", .contains = "EAC-1");
	await_point(stage, 1, AT_DISCONNECT);
}

static void who_holds_no_listed_set_is_refused(struct stage *stage)
{
	start_and_refuse(stage, "nora@example.com", "nothing_assigned", NULL);
}

static void a_set_that_comes_with_a_group_is_refused(struct stage *stage)
{
	start_and_refuse(stage, "greg@example.com", "group_only", "Inbox Team");
	refuse(stage, "maria", "peter@example.com", "group_only", "Inbox Sellers");
}

static void a_set_that_carries_more_is_refused(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets", json_pack("[s]", "SalesEverything"));
	start_and_refuse(stage, "bea@example.com", "broad_set", "Sales Everything");
}

static void a_licence_that_could_not_be_given_back_is_refused(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/patch",
	         json_pack("{s:s, s:{s:s}, s:{s:s}}", "object", "PermissionSetLicense", "where", "DeveloperName",
	                   "InboxPsl", "set", "Status", "Disabled"));
	start_and_refuse(stage, "@jane", "license_unavailable", NULL);
}

static void an_over_allocated_licence_is_refused(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", -1));
	start_and_refuse(stage, "@jane", "license_unavailable", NULL);
}

static void a_full_pool_is_told_but_does_not_block(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 0));
	stage_start(stage);
	begin_jane(stage);
	await_point(stage, 1, AT_DISCONNECT);
	SEE(stage, .channel = "helpdesk", .contains = "*Note:*");
}

static void a_problem_of_the_whole_org_is_refused(struct stage *stage)
{
	start_and_refuse(stage, "otto@example.com", "org_level", NULL);
}

static void anyway_is_for_admins_with_a_reason(struct stage *stage)
{
	stage_start(stage);
	AUTO_FREE char *maria = stage_slash(stage, "maria", "repair otto@example.com anyway reason: please");
	AUTO_FREE char *silent = stage_slash(stage, "ida", "repair otto@example.com anyway");
	CHECK(stage, strstr(maria, "EAC-") == NULL);
	CHECK(stage, strstr(silent, "EAC-") == NULL);
	int id = begin_repair(stage, "ida", "otto@example.com anyway reason: tried everything");
	stage_await(stage, id, "waiting_user", NULL);
	CHECK(stage, id == 1);
}

static void a_missing_right_of_the_bot_is_named(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/rights",
	         json_pack("{s:s, s:[s]}", "user", "eacbot@example.com", "remove", "AssignPermissionSets"));
	start_and_refuse(stage, "@jane", "bot_rights", "ermission");
}

/* --- who may do what ---------------------------------------------------------------------------------------- */

static void deny(struct stage *stage, const char *user, const char *words)
{
	AUTO_FREE char *answer = stage_slash(stage, user, words);

	if (strstr(answer, "may") == NULL && strstr(answer, "checking your rights") == NULL)
		stage_fail(stage, "%s: /eac %s: %s", user, words, answer);
}

static void people_without_a_role_may_only_ask_for_help(struct stage *stage)
{
	static const char *const words[] = {"repair @jane",  "check @jane",    "list",
	                                    "history @jane", "cancel 1",       "retry 1",
	                                    "approve 1",     "confirm 1 4711", "done 1"};
	stage_start(stage);
	begin_jane(stage);
	await_point(stage, 1, AT_DISCONNECT);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		deny(stage, "paul", words[i]);
	AUTO_FREE char *help = stage_slash(stage, "paul", "help");
	CHECK(stage, strstr(help, "repair") != NULL);
	await_point(stage, 1, AT_DISCONNECT);
	CHECK(stage, stage_repair(stage, 2) == NULL);
}

static void guests_and_outsiders_may_do_nothing(struct stage *stage)
{
	stage_start(stage);
	deny(stage, "gus", "repair @jane");
	deny(stage, "gus", "help");
	deny(stage, "eve", "repair @jane");
	CHECK(stage, stage_repair(stage, 1) == NULL);
}

static void requesters_may_not_decide(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	deny(stage, "maria", "approve 1");
	deny(stage, "tom", "reject 1");
	SEE(stage, .user = "tom", .in = "ephemeral", .contains = "may");
	stage_click(stage, "tom", "Approve", NULL);
	await_point(stage, id, AT_APPROVAL);
}

static void approvers_may_not_run_repairs(struct stage *stage)
{
	stage_start(stage);
	deny(stage, "omar", "repair @jane");
	begin_jane(stage);
	await_point(stage, 1, AT_DISCONNECT);
	deny(stage, "omar", "cancel 1");
	deny(stage, "omar", "done 1");
	AUTO_FREE char *why = stage_slash(stage, "omar", "why 1");
	CHECK(stage, strstr(why, "EAC-1") != NULL);
	await_point(stage, 1, AT_DISCONNECT);
}

static void shifts_hand_over(struct stage *stage)
{
	stage_start(stage);
	begin_jane(stage);
	await_point(stage, 1, AT_DISCONNECT);
	free(stage_slash(stage, "tom", "done 1"));
	await_point(stage, 1, AT_SIGN_OUT);
	free(stage_slash(stage, "tom", "cancel 1"));
	stage_await(stage, 1, "cancelled", NULL);
}

static void a_change_of_groups_counts_at_once(struct stage *stage)
{
	stage_start(stage);
	deny(stage, "paul", "list");
	int calls = stage_count(stage, SLACK, "usergroups.users.list");
	stage_do(stage, SLACK, "/_sim/group",
	         json_pack("{s:s, s:[s, s]}", "id", "S0HELPDESK", "users", "U0HELP001", "U0PLAIN001"));
	while (stage_count(stage, SLACK, "usergroups.users.list") == calls)
		;
	stage_await(stage, begin_repair(stage, "paul", "@jane"), "waiting_user", NULL);
}

/* --- places and limits -------------------------------------------------------------------------------------- */

static void in_other_channels_nothing_begins(struct stage *stage)
{
	stage_start(stage);
	AUTO_FREE char *answer = stage_slash_in(stage, "maria", "random", "repair @jane");
	CHECK(stage, strstr(answer, "channel") != NULL);
	CHECK(stage, stage_repair(stage, 1) == NULL);
}

static void where_the_bot_is_not_it_tells_how_to_invite_it(struct stage *stage)
{
	stage_set(stage, "access.channels", json_pack("[s]", "any"));
	stage_start(stage);
	AUTO_FREE char *answer = stage_slash_in(stage, "maria", "general", "repair @jane");
	if (strstr(answer, "/invite") == NULL)
		SEE(stage, .user = "maria", .in = "ephemeral", .contains = "/invite");
	CHECK(stage, stage_repair(stage, 1) == NULL);
	check_silent(stage, "general");
}

static void a_limit_is_told_and_nothing_begins(struct stage *stage)
{
	stage_set(stage, "limits.batch", json_integer(2));
	stage_set(stage, "limits.per_requester_day", json_integer(1));
	stage_start(stage);
	AUTO_FREE char *many = stage_slash(stage, "maria", "repair @jane @john @paul");
	CHECK(stage, strstr(many, "limits.batch") != NULL);
	begin_jane(stage);
	AUTO_FREE char *more = stage_slash(stage, "maria", "repair @john");
	CHECK(stage, strstr(more, "limits.per_requester_day") != NULL);
	await_point(stage, 1, AT_DISCONNECT);
}

static void a_refused_repair_does_not_count_for_the_day(struct stage *stage)
{
	stage_set(stage, "limits.per_requester_day", json_integer(1));
	start_and_refuse(stage, "nora@example.com", "nothing_assigned", NULL);
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
}

static void unreadable_words_are_answered_with_what_was_not_understood(struct stage *stage)
{
	stage_start(stage);
	AUTO_FREE char *odd = stage_slash(stage, "maria", "repair not-an-address");
	AUTO_FREE char *near = stage_slash(stage, "maria", "repiar @jane");
	CHECK(stage, strstr(odd, "EAC-") == NULL && strlen(odd) > 10);
	CHECK(stage, strstr(near, "repair") != NULL);
	struct stage_output audit = stage_eacbot(stage, "audit --json");
	CHECK(stage, strstr(audit.out, "refused") != NULL);
	stage_output_done(&audit);
}

const struct scenario refusal_scenarios[] = {
    SCENARIO(an_unknown_word_is_not_found),
    SCENARIO(an_ambiguous_word_lists_the_usernames),
    SCENARIO(guests_and_people_who_left_have_no_slack_user),
    SCENARIO(the_email_of_a_person_who_left_slack_still_works),
    SCENARIO(inactive_and_frozen_users_are_refused),
    SCENARIO(protected_users_are_refused),
    SCENARIO(the_bots_own_user_is_refused),
    SCENARIO(ones_own_account_is_refused_under_four_eyes),
    SCENARIO(without_four_eyes_ones_own_account_may_be_repaired),
    SCENARIO(a_second_repair_of_the_same_person_is_a_duplicate),
    SCENARIO(who_holds_no_listed_set_is_refused),
    SCENARIO(a_set_that_comes_with_a_group_is_refused),
    SCENARIO(a_set_that_carries_more_is_refused),
    SCENARIO(a_licence_that_could_not_be_given_back_is_refused),
    SCENARIO(an_over_allocated_licence_is_refused),
    SCENARIO(a_full_pool_is_told_but_does_not_block),
    SCENARIO(a_problem_of_the_whole_org_is_refused),
    SCENARIO(anyway_is_for_admins_with_a_reason),
    SCENARIO(a_missing_right_of_the_bot_is_named),
    SCENARIO(people_without_a_role_may_only_ask_for_help),
    SCENARIO(guests_and_outsiders_may_do_nothing),
    SCENARIO(requesters_may_not_decide),
    SCENARIO(approvers_may_not_run_repairs),
    SCENARIO(shifts_hand_over),
    SCENARIO(a_change_of_groups_counts_at_once),
    SCENARIO(in_other_channels_nothing_begins),
    SCENARIO(where_the_bot_is_not_it_tells_how_to_invite_it),
    SCENARIO(a_limit_is_told_and_nothing_begins),
    SCENARIO(a_refused_repair_does_not_count_for_the_day),
    SCENARIO(unreadable_words_are_answered_with_what_was_not_understood),
    {0},
};

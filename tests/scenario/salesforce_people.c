/*
 * scenario/salesforce_people.c - who is meant, in an org whose users make that hard; and words that try to be more.
 *
 * Traps 14 (an e-mail address is nobody's alone) and 15 (injection) of salesforce_traps.c. The fake notes a violation when
 * a word breaks out of a query.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/orgs.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static void set_slack_email(struct stage *stage, const char *user, const char *email)
{
	stage_do(stage, SLACK, "/_sim/user", json_pack("{s:s, s:{s:s}}", "user", user, "set", "email", email));
}

static void check_refused(struct stage *stage, int id, const char *reason)
{
	stage_await(stage, id, "refused", NULL);
	if (!repair_says(stage, id, "reason", reason)) {
		AUTO_FREE char *text = json_text(stage_repair(stage, id));
		stage_fail(stage, "not refused for %s: %s", reason, text);
	}
	CHECK(stage, count_writes(stage) == 0);
}

/* --- 14 more than one ----------------------------------------------------------------------------------------- */

static void two_users_with_one_email_are_listed_and_the_username_decides(struct stage *stage)
{
	set_slack_email(stage, "paul", "sam@example.com");
	stage_start(stage);
	check_refused(stage, begin_repair(stage, "maria", "@paul"), "ambiguous");
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "sam.one@example.com",
	    .also = "sam.two@example.com");
	int id = begin_repair(stage, "maria", "sam.two@example.com for @paul");
	SEE(stage, .user = "paul", .channel = "dm", .button = "Done");
	CHECK(stage, repair_says(stage, id, "target.username", "sam.two@example.com"));
}

static void an_inactive_duplicate_is_no_second_user(struct stage *stage)
{
	org_add_user(stage, "jane.old@example.com", "jane@example.com", "Jane Doe");
	org_patch(stage, "User", json_pack("{s:s}", "Username", "jane.old@example.com"),
	          json_pack("{s:b}", "IsActive", 0));
	stage_start(stage);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	CHECK(stage, repair_says(stage, id, "target.username", "jane@example.com"));
	CHECK(stage, holds_set(stage, "jane.old", INBOX_SET));
	CHECK(stage, count_holdings(stage, "jane.old", "tokens") == 1);
}

static void the_email_of_one_that_is_the_username_of_another_is_ambiguous(struct stage *stage)
{
	org_add_user(stage, "bob.second@example.com", "bob@example.com", "Bob Second");
	stage_start(stage);
	check_refused(stage, begin_repair(stage, "maria", "bob@example.com"), "ambiguous");
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "`bob@example.com`",
	    .also = "bob.second@example.com");
	await_point(stage, begin_repair(stage, "maria", "005Sj0000000004"), AT_DISCONNECT);
}

static void a_user_without_an_email_address_is_served_by_the_thread(struct stage *stage)
{
	org_add_user(stage, "nemo@example.com", NULL, "Nemo Nomail");
	stage_start(stage);
	json_t *before = stage_holdings(stage, "nemo");
	int id = begin_repair(stage, "maria", "nemo@example.com");
	SEE(stage, .channel = "helpdesk", .button = "Mark done", .contains = "no usable Slack account");
	play_typed(stage, id, "nemo", AT_DISCONNECT, AT_END);
	check_same_grants(stage, "nemo", before);
	json_decref(before);
}

static void an_address_of_a_sandbox_is_not_guessed_at(struct stage *stage)
{
	org_patch(stage, "User", json_pack("{s:s}", "Username", "jane@example.com"),
	          json_pack("{s:s, s:s}", "Username", "jane@example.com.full", "Email", "jane@example.com.invalid"));
	stage_start(stage);
	check_refused(stage, begin_jane(stage), "not_found");
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "username");
	await_point(stage, begin_repair(stage, "maria", "jane@example.com.full for @jane"), AT_DISCONNECT);
}

/* --- 15 names ------------------------------------------------------------------------------------------------- */

#define HOSTILE "O'Brien\\' OR Id != ''"

static void a_hostile_name_is_only_a_name(struct stage *stage)
{
	json_t *jane = stage_holdings(stage, "jane");

	org_add_user(stage, "o'brien@example.com", "o'brien@example.com", HOSTILE);
	set_slack_email(stage, "john", "o'brien@example.com");
	json_t *before = stage_holdings(stage, "o'brien");
	stage_start(stage);
	int id = begin_repair(stage, "maria", "@john reason: " HOSTILE);
	SEE(stage, .channel = "helpdesk", .contains = HOSTILE);
	play_typed(stage, id, "o'brien", AT_DISCONNECT, AT_END);
	CHECK(stage, repair_says(stage, id, "target.username", "o'brien@example.com"));
	check_same_grants(stage, "o'brien", before);
	check_same_grants(stage, "jane", jane);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
	json_decref(before);
	json_decref(jane);
}

static void an_apostrophe_may_be_typed(struct stage *stage)
{
	org_add_user(stage, "o'brien@example.com", "o'brien@example.com", "Ian O'Brien");
	stage_start(stage);
	await_point(stage, begin_repair(stage, "maria", "o'brien@example.com"), AT_DISCONNECT);
}

static void a_plus_and_capitals_may_be_typed(struct stage *stage)
{
	org_add_user(stage, "ann+sales@example.com", "ann+sales@example.com", "Ann Plus");
	stage_start(stage);
	int id = begin_repair(stage, "maria", "<mailto:Ann+Sales@Example.com|Ann+Sales@Example.com>");
	await_point(stage, id, AT_DISCONNECT);
	CHECK(stage, repair_says(stage, id, "target.username", "ann+sales@example.com"));
}

static void names_of_all_alphabets_are_shown_as_they_are(struct stage *stage)
{
	org_add_user(stage, "jürgen@example.com", "jürgen@example.com", "Jürgen Müßig 张伟 🦄 \xe2\x80\xae");
	set_slack_email(stage, "john", "jürgen@example.com");
	stage_start(stage);
	int id = begin_repair(stage, "maria", "@john");
	SEE(stage, .channel = "helpdesk", .contains = "Jürgen Müßig 张伟 🦄");
	await_point(stage, id, AT_DISCONNECT);
	AUTO_FREE char *history = stage_slash(stage, "maria", "history @john");
	CHECK(stage, strstr(history, "EAC-1") != NULL);
}

/* What Slack says of people is no safer than what people type. */
static void words_that_would_be_a_query_find_nobody(struct stage *stage)
{
	static const char *const emails[] = {
	    "x' OR Id != '",
	    "x\\' OR Username LIKE '%",
	    "x' OR (Email LIKE '%@example.com') OR Email = '",
	    "@{users.records[0].Id}@example.com",
	    "%' OR '1'='1@example.com",
	};
	stage_start(stage);
	for (size_t i = 0; i < sizeof emails / sizeof emails[0]; i++) {
		set_slack_email(stage, "paul", emails[i]);
		set_slack_email(stage, "john", emails[i]); /* a second person: what is known of one is kept a while */
		check_refused(stage, begin_repair(stage, "maria", i % 2 == 0 ? "@paul" : "@john"), "not_found");
	}
	check_silent(stage, "helpdesk");
}

static void typed_words_that_would_be_a_query_find_nobody(struct stage *stage)
{
	static const char *const words[] = {
	    "repair x'OR''='@example.com",  "repair @{users.records[0].Id}@example.com",
	    "repair x\\@example.com",       "repair 005Sj0000000002'",
	    "history x'OR''='@example.com", "check %@example.com",
	};
	stage_start(stage);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		AUTO_FREE char *answer = stage_slash(stage, "maria", words[i]);
		const char *id = strstr(answer, "EAC-");
		if (id != NULL)
			check_refused(stage, (int)strtol(id + 4, NULL, 10), "not_found");
	}
	CHECK(stage, count_writes(stage) == 0);
	check_silent(stage, "helpdesk");
}

static void what_an_org_says_calls_nobody_and_links_nowhere(struct stage *stage)
{
	org_patch(stage, "ThirdPartyAccountLink", json_pack("{s:s}", "RemoteIdentifier", "ms-jane"),
	          json_pack("{s:s}", "Handle", "<!channel> <https://evil.example|jane>"));
	org_patch(stage, "PermissionSet", json_pack("{s:s}", "Name", INBOX_SET),
	          json_pack("{s:s}", "Label", "<!here> *Inbox*"));
	org_patch(stage, "User", json_pack("{s:s}", "Username", "jane@example.com"),
	          json_pack("{s:s}", "Name", "<@U0CEO00001> & <https://evil.example|me>"));
	int id = start_at(stage, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .contains = "&lt;!channel&gt;");
	SEE(stage, .channel = "helpdesk", .contains = "&lt;!here&gt;");
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "<!channel"));
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "<!here"));
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "<@U0CEO"));
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "<https://evil"));
	CHECK(stage, !SEES(stage, .user = "jane", .channel = "dm", .contains = "<https://evil"));
	play(stage, id, AT_APPROVAL, AT_END);
	CHECK(stage, !SEES(stage, .channel = "status", .contains = "<https://evil"));
}

const struct scenario sf_people_scenarios[] = {
    SCENARIO(two_users_with_one_email_are_listed_and_the_username_decides),
    SCENARIO(an_inactive_duplicate_is_no_second_user),
    SCENARIO(the_email_of_one_that_is_the_username_of_another_is_ambiguous),
    SCENARIO(a_user_without_an_email_address_is_served_by_the_thread),
    SCENARIO(an_address_of_a_sandbox_is_not_guessed_at),
    SCENARIO(a_hostile_name_is_only_a_name),
    SCENARIO(an_apostrophe_may_be_typed),
    SCENARIO(a_plus_and_capitals_may_be_typed),
    SCENARIO(names_of_all_alphabets_are_shown_as_they_are),
    SCENARIO(words_that_would_be_a_query_find_nobody),
    SCENARIO(typed_words_that_would_be_a_query_find_nobody),
    SCENARIO(what_an_org_says_calls_nobody_and_links_nowhere),
    {0},
};

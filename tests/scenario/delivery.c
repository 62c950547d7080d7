/*
 * scenario/delivery.c - what is said arrives once, in time, and as it was meant.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

#define HELPDESK "/_sim/channel?id=C0HELP0001"
#define STATUS   "/_sim/channel?id=C0STATUS01"

/* What happens to that many requests of the kind (0: to all) whose body says so. */
static void hurt(struct stage *stage, const char *method, const char *contains, json_t *what, int count)
{
	json_set_str(what, "kind", method);
	json_set_str(what, "contains", contains);
	json_set_int(what, "count", count);
	stage_fault(stage, SLACK, what);
}

static json_t *lost(const char *when)
{
	return json_pack("{s:s}", "drop", when);
}

static json_t *refused(const char *word)
{
	return json_pack("{s:{s:b, s:s}}", "body", "ok", 0, "error", word);
}

static json_t *limited(int seconds)
{
	return json_pack("{s:i}", "retry_after", seconds);
}

static int count_texts(struct stage *stage, const char *path, const char *words)
{
	json_t *messages = stage_ask(stage, SLACK, path, NULL), *message;
	size_t i;
	int n = 0;

	json_array_foreach (messages, i, message)
		n += !json_bool(message, "deleted") && strstr(json_str(message, "text"), words) != NULL;
	json_decref(messages);
	return n;
}

static void check_one_parent(struct stage *stage)
{
	int n = count_texts(stage, HELPDESK, "repair of Einstein");

	if (n != 1)
		stage_fail(stage, "%d parent messages", n);
}

static bool log_says(struct stage *stage, const char *words)
{
	AUTO_FREE char *log = stage_log(stage);
	return strstr(log, words) != NULL;
}

/* --- once --- */

/* So many that the look needs more pages than anybody would think of; each page has one message. */
static void a_lost_message_is_found_far_down(struct stage *stage)
{
	stage_start(stage);
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:i}", "page", 1));
	hurt(stage, "chat.postMessage", "C0HELP0001", lost("after"), 1);
	int id = begin_jane(stage);
	stage_await_faults(stage, SLACK, 1);
	for (int i = 0; i < 30; i++)
		stage_say(stage, "paul", "helpdesk", NULL, "by the way");
	stage_await(stage, id, "waiting_user", NULL);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*", .timeout_ms = 40000);
	check_one_parent(stage);
}

static void what_can_not_be_looked_up_is_not_sent_again(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.postMessage", "C0HELP0001", lost("after"), 1);
	hurt(stage, "conversations.history", "C0HELP0001", refused("internal_error"), 1);
	hurt(stage, "conversations.history", "C0HELP0001", json_pack("{s:{s:b}}", "body", "ok", 1), 1);
	begin_jane(stage);
	stage_await_faults(stage, SLACK, 3);
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*", .timeout_ms = 30000);
	check_one_parent(stage);
}

/* Some apps may read one small page a minute: the look goes on where it was. */
static void a_look_that_is_limited_midway_goes_on_with_the_same_page(struct stage *stage)
{
	json_t *fault = limited(7);

	json_set_int(fault, "nth", 4);
	stage_start(stage);
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:i}", "page", 1));
	hurt(stage, "chat.postMessage", "C0HELP0001", lost("after"), 1);
	hurt(stage, "conversations.history", "C0HELP0001", fault, 1);
	begin_jane(stage);
	stage_await_faults(stage, SLACK, 1);
	for (int i = 0; i < 6; i++)
		stage_say(stage, "paul", "helpdesk", NULL, "by the way");
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*", .timeout_ms = 40000);
	check_one_parent(stage);
	CHECK(stage, stage_count(stage, SLACK, "conversations.history") <= 9);
}

/* Who stops meanwhile does not wait for it. */
static void a_look_that_has_to_wait_does_not_hold_up_the_end(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.postMessage", "C0HELP0001", lost("after"), 1);
	hurt(stage, "conversations.history", "C0HELP0001", limited(4), 1);
	begin_jane(stage);
	stage_await_faults(stage, SLACK, 2);
	int64_t before = clock_boot_ms();
	CHECK(stage, stage_stop(stage) == 0);
	CHECK(stage, clock_boot_ms() - before < 8000);
	stage_clear_faults(stage, SLACK);
	stage_start(stage);
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*", .timeout_ms = 20000);
	check_one_parent(stage);
}

/* The message to a person waits until Slack tells the channel of their direct messages. */
static void a_channel_that_is_still_asked_for_does_not_hold_up_the_end(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "conversations.open", "U0JANE0001", limited(30), 1);
	begin_jane(stage);
	stage_await_faults(stage, SLACK, 1);
	int64_t before = clock_boot_ms();
	CHECK(stage, stage_stop(stage) == 0);
	CHECK(stage, clock_boot_ms() - before < 6000);
	stage_clear_faults(stage, SLACK);
	stage_start(stage);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
}

/* Slack makes it seconds after we gave up waiting for the answer: a look at once would not find it. */
static void a_message_that_slack_makes_late_is_not_repeated(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.postMessage", "C0HELP0001", json_pack("{s:i}", "delay_ms", 20000), 1);
	int64_t begun = clock_boot_ms();
	int id = begin_jane(stage);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done", .timeout_ms = 30000);
	SEE(stage, .channel = "helpdesk", .contains = "repair of Einstein", .timeout_ms = 30000);
	CHECK(stage, repair_says(stage, id, "state", "waiting_user"));
	free(stage_slash(stage, "maria", "cancel 1"));
	SEE(stage, .channel = "helpdesk", .contains = "*Repair cancelled*", .timeout_ms = 60000);
	while (clock_boot_ms() - begun < 25000)
		CHECK(stage, !SEES(stage, .contains = "is never said")); /* a little rest */
	check_one_parent(stage);
}

static void every_way_to_lose_an_answer_is_looked_up(struct stage *stage)
{
	static const char *const words[] = {"internal_error", "fatal_error", "request_timeout"};

	stage_start(stage);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		json_t *fault = refused(words[i]);
		json_set_bool(fault, "after", true); /* Slack did it all the same */
		hurt(stage, "chat.postMessage", i == 0 ? "C0HELP0001" : i == 1 ? "C0STATUS01" : "Done", fault, 1);
	}
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	stage_await_faults(stage, SLACK, 3);
	SEE(stage, .channel = "status", .contains = "started");
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*");
	check_one_parent(stage);
	CHECK(stage, count_texts(stage, STATUS, "started") == 1);
	CHECK(stage, count_texts(stage, "/_sim/dm?user=jane", "disconnect your mailbox") == 1);
}

/* --- in time --- */

static void a_limit_of_one_channel_holds_back_no_other(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.postMessage", "C0STATUS01", limited(8), 1);
	int64_t before = clock_boot_ms();
	begin_jane(stage);
	stage_await_faults(stage, SLACK, 1);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*");
	CHECK(stage, clock_boot_ms() - before < 7000);
	SEE(stage, .channel = "status", .contains = "started", .timeout_ms = 20000);
}

static void a_limit_of_reading_holds_back_no_message(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.postMessage", "C0STATUS01", lost("after"), 1);
	hurt(stage, "conversations.history", "C0STATUS01", limited(8), 1);
	begin_jane(stage);
	stage_await_faults(stage, SLACK, 2);
	int64_t before = clock_boot_ms();
	begin_repair(stage, "tom", "@john");
	SEE(stage, .user = "john", .channel = "dm", .button = "Done");
	CHECK(stage, clock_boot_ms() - before < 7000);
	SEE(stage, .channel = "status", .contains = "EAC-2", .timeout_ms = 20000);
	CHECK(stage, count_texts(stage, STATUS, "EAC-1") == 1);
}

static void a_limit_of_updates_holds_back_no_message(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.update", NULL, limited(6), 1);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	stage_await_faults(stage, SLACK, 1);
	int64_t before = clock_boot_ms();
	play(stage, id, AT_SIGN_OUT, AT_LINKS);
	SEE(stage, .user = "ida", .button = "Check now");
	CHECK(stage, clock_boot_ms() - before < 5000);
	SEE(stage, .user = "jane", .button = "Not installed", .gone = true, .timeout_ms = 20000);
}

/* Everybody's cards at once; the fake says 429 from the fifty-first update of a minute on, and notes who comes early. */
static void many_repairs_at_once_lose_no_update(struct stage *stage)
{
	static const char *const people[] = {"jane", "john", "bob", "carl", "dora", "paul"};
	enum { N = sizeof people / sizeof *people };

	stage_start(stage);
	for (int i = 0; i < N; i++) {
		AUTO_FREE char *who = mem_printf("%s@example.com", people[i]);
		begin_repair(stage, i % 2 ? "tom" : "maria", who);
	}
	for (int id = 1; id <= N; id++)
		stage_await(stage, id, "waiting_user", NULL);
	for (int id = 1; id <= N; id++) {
		AUTO_FREE char *words = mem_printf("done %d", id);
		free(stage_slash(stage, "maria", words));
		stage_await(stage, id, "waiting_user", "sign-out-addin");
		free(stage_slash(stage, "maria", words));
	}
	for (int id = 1; id <= N; id++) {
		AUTO_FREE char *words = mem_printf("cancel %d", id);
		free(stage_slash(stage, "maria", words));
		stage_await(stage, id, "cancelled", NULL);
	}
	SEE(stage, .button = "Mark done", .gone = true, .timeout_ms = 70000);
	SEE(stage, .user = "jane", .button = "Not installed", .gone = true, .timeout_ms = 70000);
	for (int id = 1; id <= N; id++) {
		AUTO_FREE char *name = mem_printf("EAC-%d: repair of", id);
		SEE(stage, .channel = "helpdesk", .contains = name, .also = "; cancelled", .timeout_ms = 70000);
	}
	CHECK(stage, !log_says(stage, "asks to rest"));
}

/* --- refused --- */

static void blocks_that_slack_refuses_are_left_out_and_told(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "chat.postMessage", "Approve", refused("invalid_blocks"), 1);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	stage_await_faults(stage, SLACK, 1);
	SEE(stage, .channel = "helpdesk", .contains = "approve");
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, id, AT_BACKEND);
	CHECK(stage, log_says(stage, "its text alone"));
}

static void where_old_messages_can_not_be_changed_the_parent_stays(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*");
	hurt(stage, "chat.update", NULL, refused("edit_window_closed"), 0);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	SEE(stage, .user = "ida", .button = "Check now");
	check_one_parent(stage);
	stage_clear_faults(stage, SLACK);
}

static void a_card_that_a_person_deleted_holds_up_nothing(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);
	json_t *seen = stage_see(stage, &(struct sight){.user = "jane", .channel = "dm", .button = "Done"});

	stage_do(stage, SLACK, "/_sim/delete_message",
	         json_pack("{s:s, s:s}", "channel", json_str(seen, "channel"), "ts",
	                   json_str(json_get(seen, "message"), "ts")));
	json_decref(seen);
	free(stage_slash(stage, "maria", "done 1"));
	await_point(stage, id, AT_SIGN_OUT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Not installed");
}

static void where_only_replies_are_taken_the_requester_is_told_why(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/set_channel",
	         json_pack("{s:s, s:{s:b}}", "channel", "helpdesk", "set", "is_thread_only", 1));
	stage_start(stage);
	begin_jane(stage);
	SEE(stage, .user = "maria", .channel = "dm", .contains = "EAC-1", .also = "takes replies only");
}

static void where_no_replies_are_taken_the_words_go_beside_the_parent(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/set_channel",
	         json_pack("{s:s, s:{s:b}}", "channel", "helpdesk", "set", "is_non_threadable", 1));
	stage_start(stage);
	begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*", .timeout_ms = 20000);
	check_one_parent(stage);
}

static void an_archived_channel_is_told_with_what_to_do(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);

	stage_do(stage, SLACK, "/_sim/archive", json_pack("{s:s}", "channel", "helpdesk"));
	stage_click(stage, "jane", "Not installed", NULL);
	SEE(stage, .user = "maria", .channel = "dm", .contains = "EAC-1", .also = "unarchive");
	await_point(stage, id, AT_LINKS);
}

/* --- as it was meant --- */

#define MONSTER \
	"*Forged* <!channel> @everyone <@U0CEO00001> x`evilcode` ```fence``` &amp; _i_ ~s~ :tada: " \
	"https://evil.example " \
	"www.evil.example <https://evil.example|ok> \xE2\x80\xAEgnp.exe z\xE2\x80\x8Bz"

static int count_words(const char *text, const char *words)
{
	int n = 0;
	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		n++;
	return n;
}

/* None of the monster's words may be alive, and nothing may be cut within what belongs together. */
static void check_words(struct stage *stage, const char *where, const char *text)
{
	static const char *const alive[] = {
	    "*Forged*",     "<!channel",    "<!here",     "<!everyone",    "<@U0CEO00001",
	    "x`evilcode",   "```fence",     ":tada:",     "://evil",       " www.evil",
	    "\xE2\x80\xAE", "\xE2\x80\x8B", "\n> quoted", "\n&gt; quoted", "@everyone"};

	for (size_t i = 0; i < sizeof alive / sizeof *alive; i++)
		if (strstr(text, alive[i]) != NULL)
			stage_fail(stage, "%s in %s: %s", alive[i], where, text);
	int quotes = count_words(text, "\n> ") + text_starts(text, "> "); /* ours */
	if (count_words(text, "<") != count_words(text, ">") - quotes)
		stage_fail(stage, "a link or mention that was cut, in %s: %s", where, text);
	if (count_words(text, "&") !=
	    count_words(text, "&amp;") + count_words(text, "&lt;") + count_words(text, "&gt;"))
		stage_fail(stage, "a sign that was cut, in %s: %s", where, text);
}

/* plain_text is literal by its nature. */
static void check_texts(struct stage *stage, const char *where, json_t *json)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(json))
		check_words(stage, where, json_string_value(json));
	json_array_foreach (json, i, member)
		check_texts(stage, where, member);
	if (!text_eq(json_str(json, "type"), "plain_text"))
		json_object_foreach (json, key, member)
			check_texts(stage, where, member);
}

/* Everything that the bot asked Slack to show. */
static void check_what_was_said(struct stage *stage)
{
	json_t *journal = stage_ask(stage, SLACK, "/_sim/journal", NULL), *entry;
	size_t i;

	json_array_foreach (journal, i, entry) {
		const char *kind = json_str(entry, "kind"), *body = json_str(entry, "body");
		bool says = text_starts(kind, "chat.post") || text_eq(kind, "chat.update");
		if (says && strstr(body, "parse=none") == NULL)
			stage_fail(stage, "%s without parse: %s", kind, body);
		if (text_eq(kind, "chat.postMessage") &&
		    (strstr(body, "unfurl_links=false") == NULL || strstr(body, "unfurl_media=false") == NULL))
			stage_fail(stage, "%s that unfurls: %s", kind, body);
	}
	json_decref(journal);
}

static void check_place(struct stage *stage, const char *path)
{
	json_t *messages = stage_ask(stage, SLACK, path, NULL), *message;
	size_t i;

	json_array_foreach (messages, i, message) {
		if (!text_eq(json_str(message, "user"), "U0BOT0001") && strstr(path, "ephemerals") == NULL)
			continue;
		check_texts(stage, path, json_get(message, "text"));
		check_texts(stage, path, json_get(message, "blocks"));
	}
	json_decref(messages);
}

static void check_everywhere(struct stage *stage)
{
	static const char *const places[] = {HELPDESK,
	                                     STATUS,
	                                     "/_sim/dm?user=jane",
	                                     "/_sim/dm?user=ida",
	                                     "/_sim/dm?user=maria",
	                                     "/_sim/ephemerals?user=maria",
	                                     "/_sim/ephemerals?user=omar"};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		check_place(stage, places[i]);
	check_what_was_said(stage);
}

static void rename_row(struct stage *stage, const char *object, const char *where, const char *is, const char *field,
                       const char *name)
{
	stage_do(stage, SALESFORCE, "/_sim/patch",
	         json_pack("{s:s, s:{s:s}, s:{s:s}}", "object", object, "where", where, is, "set", field, name));
}

static void rename_person(struct stage *stage, const char *user, const char *name)
{
	stage_do(stage, SLACK, "/_sim/user",
	         json_pack("{s:s, s:{s:s, s:s}}", "user", user, "set", "real_name", name, "display_name", name));
}

static void rename_everything(struct stage *stage, const char *name)
{
	rename_row(stage, "User", "Username", "jane@example.com", "Name", name);
	rename_row(stage, "PermissionSet", "Name", "InboxWithEinsteinActivityCapture", "Label", name);
	rename_row(stage, "PermissionSet", "Name", "SalesCloudEinstein", "Label", name);
	rename_person(stage, "jane", name);
	rename_person(stage, "maria", name);
}

static void link_mailbox(struct stage *stage, int number, const char *name)
{
	AUTO_FREE char *key = mem_printf("key-%d", number);

	stage_do(stage, SALESFORCE, "/_sim/insert",
	         json_pack("{s:s, s:{s:s, s:s, s:s, s:s}}", "object", "ThirdPartyAccountLink", "row", "UserId",
	                   "=jane@example.com", "Provider", name, "Handle", name, "ThirdPartyAccountLinkKey", key));
}

/* What grows most: each sign becomes four to seven bytes. */
static void long_names_of_signs_are_cut_between_the_signs(struct stage *stage)
{
	char name[400];

	for (size_t i = 0; i < sizeof name; i++)
		name[i] = "&*<"[i % 3];
	name[sizeof name - 1] = '\0';
	rename_everything(stage, name);
	for (int i = 0; i < 12; i++)
		link_mailbox(stage, i, name);
	stage_start(stage);
	AUTO_FREE char *line = mem_printf("@jane reason: %s", name);
	int id = begin_repair(stage, "maria", line);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	SEE(stage, .user = "ida", .button = "Check now");
	check_everywhere(stage);
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", json_pack("{s:s, s:b}", "user", "jane", "all", 1));
	stage_click(stage, "ida", "Check now", NULL);
	await_point(stage, id, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .button = "Approve", .contains = "approve EAC-1");
	free(stage_slash(stage, "maria", "status 1"));
	free(stage_slash(stage, "maria", "why 1"));
	free(stage_slash(stage, "omar", "list"));
	play(stage, id, AT_APPROVAL, AT_BACKEND);
	check_everywhere(stage);
}

static void names_and_reasons_of_monsters_are_words(struct stage *stage)
{
	AUTO_FREE char *line = mem_printf("@jane reason: %s\n> quoted", MONSTER);

	rename_everything(stage, MONSTER);
	stage_start(stage);
	int id = begin_repair(stage, "maria", line);
	play(stage, id, AT_DISCONNECT, AT_BACKEND);
	SEE(stage, .channel = "helpdesk", .contains = "Forged", .also = "permission sets to remove");
	AUTO_FREE char *status = stage_slash(stage, "maria", "status 1");
	CHECK(stage, strstr(status, "Forged") != NULL);
	free(stage_slash(stage, "maria", "why 1"));
	free(stage_slash(stage, "omar", "list"));
	free(stage_slash(stage, "omar", "history @jane"));
	check_everywhere(stage);
	AUTO_FREE char *words = mem_printf("confirm 1 %s", MONSTER);
	free(stage_slash(stage, "maria", words));
	play(stage, id, AT_BACKEND, AT_END);
	check_everywhere(stage);
}

static void an_error_of_salesforce_that_is_a_monster_is_words(struct stage *stage)
{
	AUTO_FREE char *reject = mem_printf("cancel 1 %s", MONSTER);

	stage_start(stage);
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:i}", "kind", "*", "contains", "DELETE", "count", 0,
	                      "do", "error", "code", "FIELD_INTEGRITY_EXCEPTION", "message", MONSTER, "error_status",
	                      400));
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("jane"));
	stage_click(stage, "ida", "Check now", NULL);
	stage_await(stage, id, "failed", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "*Failed*", .also = "Forged");
	free(stage_slash(stage, "maria", "why 1"));
	check_everywhere(stage);
	stage_clear_faults(stage, SALESFORCE);
	free(stage_slash(stage, "maria", reject));
	check_everywhere(stage);
}

static void a_rejection_with_a_monsters_reason_is_words(struct stage *stage)
{
	stage_set(stage, "approval.take_back", json_string("0s"));
	AUTO_FREE char *reject = mem_printf("reject 1 %s", MONSTER);
	int id = start_at(stage, AT_APPROVAL);

	free(stage_slash(stage, "omar", reject));
	stage_await(stage, id, "rejected", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "*Repair rejected*", .also = "Forged");
	check_everywhere(stage);
}

static void ten_kilobytes_of_reason_break_nothing(struct stage *stage)
{
	char *reason = mem_alloc(10001);
	static const char piece[] = "&<\xF0\x9F\x98\x80>*`";

	for (size_t i = 0; i + sizeof piece < 10000; i += sizeof piece - 1)
		memcpy(reason + i, piece, sizeof piece - 1);
	AUTO_FREE char *line = mem_printf("@jane reason: %s", reason);
	free(reason);
	stage_start(stage);
	AUTO_FREE char *words = mem_printf("repair %s", line);
	free(stage_slash(stage, "maria", words)); /* taken, or refused with a word */
	check_everywhere(stage);
	json_t *repair = stage_repair(stage, 1);
	if (repair != NULL)
		stage_await(stage, 1, "waiting_user", NULL);
	json_decref(repair);
	check_everywhere(stage);
}

const struct scenario delivery_scenarios[] = {
    SCENARIO(a_lost_message_is_found_far_down),
    SCENARIO(what_can_not_be_looked_up_is_not_sent_again),
    SCENARIO(a_look_that_is_limited_midway_goes_on_with_the_same_page),
    SCENARIO(a_look_that_has_to_wait_does_not_hold_up_the_end),
    SCENARIO(a_channel_that_is_still_asked_for_does_not_hold_up_the_end),
    SCENARIO(a_message_that_slack_makes_late_is_not_repeated),
    SCENARIO(every_way_to_lose_an_answer_is_looked_up),
    SCENARIO(a_limit_of_one_channel_holds_back_no_other),
    SCENARIO(a_limit_of_reading_holds_back_no_message),
    SCENARIO(a_limit_of_updates_holds_back_no_message),
    SCENARIO(many_repairs_at_once_lose_no_update),
    SCENARIO(blocks_that_slack_refuses_are_left_out_and_told),
    SCENARIO(where_old_messages_can_not_be_changed_the_parent_stays),
    SCENARIO(a_card_that_a_person_deleted_holds_up_nothing),
    SCENARIO(where_only_replies_are_taken_the_requester_is_told_why),
    SCENARIO(where_no_replies_are_taken_the_words_go_beside_the_parent),
    SCENARIO(an_archived_channel_is_told_with_what_to_do),
    SCENARIO(names_and_reasons_of_monsters_are_words),
    SCENARIO(long_names_of_signs_are_cut_between_the_signs),
    SCENARIO(an_error_of_salesforce_that_is_a_monster_is_words),
    SCENARIO(a_rejection_with_a_monsters_reason_is_words),
    SCENARIO(ten_kilobytes_of_reason_break_nothing),
    {0},
};

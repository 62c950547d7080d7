/*
 * demo/demo.c - a whole repair, from the command to the test mail, told as it happens.
 *
 *   demo PROGRAMS FOLDER
 *
 * The story is here, the telling in tell.c, the stage in tests/stage. Ends with 0 only if the repair is completed, the
 * org holds exactly what it should, neither fake noted a breach of its protocol and the audit trail's chain holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/demo/tell.h"

static json_t *user(const char *name)
{
	return json_pack("{s:s}", "user", name);
}

/* Jane's permission set was granted for a time. */
static void limit_grant(struct stage *stage)
{
	char date[40];
	time_t then = time(NULL) + 90 * 24 * 3600;
	struct tm day;

	strftime(date, sizeof date, "%Y-%m-%dT22:00:00.000+0000", gmtime_r(&then, &day));
	stage_do(stage, SALESFORCE, "/_sim/patch",
	         json_pack("{s:s, s:{s:s, s:s}, s:{s:s}}", "object", "PermissionSetAssignment", "where", "AssigneeId",
	                   "=jane@example.com", "PermissionSetId", "=InboxWithEinsteinActivityCapture", "set",
	                   "ExpirationDate", date));
}

/* --- the story --- */

static void ask_for_repair(struct stage *stage, struct teller *teller)
{
	teller_heading(teller, "Jane can't send mail from Salesforce. Maria of the help desk asks for a repair.");
	free(stage_slash(stage, "maria", "repair @jane reason: error when sending"));
	TELL_UNTIL(teller, .user = "jane", .button = "Done", .contains = "disconnect your mailbox");
}

static void disconnect(struct stage *stage, struct teller *teller)
{
	teller_heading(teller, "1.1 and 1.2: only Jane can disconnect her mailbox and leave the add-in.");
	teller_aside(teller, "(jane presses Disconnect in her Salesforce settings)");
	stage_do(stage, SALESFORCE, "/_sim/disconnect", user("jane"));
	stage_click(stage, "jane", "Done", "disconnect your mailbox");
	TELL_UNTIL(teller, .user = "jane", .button = "Not installed");
	stage_click(stage, "jane", "Done", "sign out of the Salesforce add-in");
	TELL_UNTIL(teller, .user = "ida", .button = "Check now");
}

static void remove_links(struct stage *stage, struct teller *teller)
{
	teller_heading(teller, "1.3: only an admin can remove account links; 1.4 to 1.6 are the bot's.");
	teller_aside(teller, "(ida removes the mailbox link in Setup and leaves the login link)");
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", user("jane"));
	stage_click(stage, "ida", "Check now", NULL);
	TELL_UNTIL(teller, .user = "omar", .button = "Approve");
}

static void approve(struct stage *stage, struct teller *teller)
{
	teller_heading(teller, "1.7: an approver decides; then Salesforce confirms that its backend is clean.");
	stage_click(stage, "omar", "Approve", NULL);
	TELL_UNTIL(teller, .user = "maria", .button = "Inbox removed");
	stage_click(stage, "maria", "Inbox removed", NULL);
	TELL_UNTIL(teller, .user = "maria", .in = "view");
	json_decref(stage_submit(stage, "maria", json_pack("{s:s}", "Case number", "47110815")));
	TELL_UNTIL(teller, .user = "jane", .button = "Done", .contains = "connect your mailbox again");
}

static void reconnect(struct stage *stage, struct teller *teller)
{
	teller_heading(teller, "2.1 gave back what was removed; 2.2 and 2.3 are Jane's.");
	teller_aside(teller, "(jane connects her mailbox)");
	stage_do(stage, SALESFORCE, "/_sim/connect", user("jane"));
	stage_click(stage, "jane", "Done", "connect your mailbox again");
	TELL_UNTIL(teller, .user = "jane", .button = "It works");
	teller_aside(teller, "(jane sends a test mail from Salesforce)");
	stage_do(stage, SALESFORCE, "/_sim/send_mail", user("jane"));
	stage_click(stage, "jane", "It works", NULL);
	TELL_UNTIL(teller, .channel = "helpdesk", .contains = "*Completed*");
}

/* --- the judgement --- */

static json_t *sorted(const json_t *list)
{
	json_t *out = json_object(), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		AUTO_FREE char *text = json_dumps(item, JSON_ENCODE_ANY | JSON_SORT_KEYS);
		json_object_set_new(out, text, json_integer(json_int(out, text) + 1));
	}
	return out;
}

static bool same_things(const json_t *a, const json_t *b)
{
	json_t *left = sorted(a), *right = sorted(b);
	bool same = json_equal(left, right);

	json_decref(left);
	json_decref(right);
	return same;
}

static int count_word(const json_t *list, const char *word)
{
	size_t i;
	json_t *item;
	int n = 0;

	json_array_foreach (list, i, item)
		n += text_eq(json_string_value(item), word);
	return n;
}

/* The same sets with the same dates, licences and links; of the tokens only the app's were made anew. */
static void judge_org(struct stage *stage, const json_t *before)
{
	json_t *after = stage_holdings(stage, "jane");
	const json_t *tokens = json_get(after, "tokens");

	CHECK(stage, same_things(json_get(before, "sets"), json_get(after, "sets")));
	CHECK(stage, same_things(json_get(before, "licenses"), json_get(after, "licenses")));
	CHECK(stage, same_things(json_get(before, "links"), json_get(after, "links")));
	CHECK(stage, count_word(tokens, "SalesforceIQ") == 1);
	CHECK(stage, count_word(tokens, "Salesforce for Android") == 1);
	CHECK(stage, json_array_size(tokens) == 2);
	CHECK(stage, text_eq(json_str(after, "status"), "ACTIVE"));
	json_decref(after);
}

static void judge_repair(struct stage *stage)
{
	json_t *repair = stage_repair(stage, 1);

	if (!text_eq(json_str(repair, "state"), "completed"))
		stage_fail(stage, "the repair is %s", json_str(repair, "state"));
	json_decref(repair);
}

static int64_t used(struct stage *stage)
{
	json_t *switches = stage_ask(stage, SALESFORCE, "/_sim/switch", NULL);
	int64_t n = json_int(switches, "api_used");

	json_decref(switches);
	return n;
}

static int slack_calls(struct stage *stage)
{
	json_t *lines = stage_ask(stage, SLACK, "/_sim/journal", NULL), *line;
	size_t i;
	int n = 0;

	json_array_foreach (lines, i, line)
		n += text_starts(json_str(line, "path"), "/api/");
	json_decref(lines);
	return n;
}

static void sum_up(struct stage *stage, struct teller *teller, int64_t begun, int64_t used_before)
{
	struct stage_output audit = stage_eacbot(stage, "audit --verify");
	const char *last = strrchr(audit.out, '\n');

	while (last != NULL && last > audit.out && last[-1] != '\n')
		last--;
	teller_heading(teller, "Done.");
	printf("repair        completed in %.1f s\n", (double)(clock_wall_ms() - begun) / 1000);
	printf("Slack         %d calls, no breach of its protocol\n", slack_calls(stage));
	printf("Salesforce    %lld counted calls; Jane holds what she held, and nothing else was touched\n",
	       (long long)(used(stage) - used_before));
	printf("audit trail   the chain of hashes holds: %s", last != NULL ? last : "\n");
	fflush(stdout);
	stage_output_done(&audit);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: demo PROGRAMS FOLDER\n");
		return 2;
	}
	struct stage *stage = stage_new(argv[1], argv[2]);
	limit_grant(stage);
	json_t *before = stage_holdings(stage, "jane");
	struct teller *teller = teller_new(stage, "jane");
	int64_t begun = clock_wall_ms(), used_before = used(stage);

	stage_start(stage);
	ask_for_repair(stage, teller);
	disconnect(stage, teller);
	remove_links(stage, teller);
	approve(stage, teller);
	reconnect(stage, teller);
	judge_repair(stage);
	judge_org(stage, before);
	stage_judge(stage);
	sum_up(stage, teller, begun, used_before);
	json_decref(before);
	teller_free(teller);
	stage_free(stage);
	return 0;
}

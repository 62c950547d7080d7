/*
 * tests/flow/test_requests.c - asking for repairs, taking them over, and being told where they stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "tests/flow/world.h"

#define TOM "U0HELP002"

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* What was told last to this person; "" when nothing. */
static const char *last_told(const struct world *w, const char *user)
{
	for (size_t i = json_array_size(w->private_answers); i > 0; i--) {
		const json_t *told = json_array_get(w->private_answers, i - 1);
		if (text_eq(json_str(told, "user"), user))
			return json_str(told, "text");
	}
	return "";
}

static void assert_told(const struct world *w, const char *user, const char *words)
{
	if (strstr(last_told(w, user), words) == NULL)
		fail_msg("not told \"%s\" but: %s", words, last_told(w, user));
}

/* The error below an input of the dialog; "" when there is none. */
static const char *error_below(const struct world *w, const char *block)
{
	size_t n = json_array_size(w->private_answers);
	const json_t *last = n > 0 ? json_array_get(w->private_answers, n - 1) : NULL;
	return json_str(json_path(last, "text", "errors", NULL), block);
}

static void assert_error_below(const struct world *w, const char *block, const char *words)
{
	if (strstr(error_below(w, block), words) == NULL)
		fail_msg("not \"%s\" but: %s", words, error_below(w, block));
}

/* --- taking over --- */

static void who_took_a_repair_over_is_called_from_then_on(void **state)
{
	struct world *w = *state;
	struct request_row row;
	world_to_the_gate(w);
	world_type(w, TOM, "requester", "take 1");
	world_repair(w, 1, &row);
	assert_string_equal(row.requester, TOM);
	request_row_done(&row);
	assert_true(world_says(w, "<@" TOM "> has taken this repair over from <@" HELP ">"));
	assert_told(w, TOM, "is yours now");
	world_type(w, TOM, "requester", "status 1");
	assert_told(w, TOM, "Taken over from <@" HELP ">");
}

static void neither_who_asked_nor_who_took_it_over_decides(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, TOM, "requester approver", "take 1");
	world_type(w, TOM, "requester approver", "approve 1");
	assert_told(w, TOM, "somebody else has to decide");
	world_type(w, HELP, "requester approver", "approve 1");
	assert_told(w, HELP, "somebody else has to decide");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_type(w, OMAR, "approver", "approve 1");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void who_has_voted_does_not_take_it_over(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	world_to_the_gate(w);
	world_type(w, OMAR, "approver", "approve 1");
	world_type(w, OMAR, "requester approver", "take 1");
	assert_told(w, OMAR, "You have voted on EAC-1");
	world_type(w, HELP, "requester", "take 1");
	assert_told(w, HELP, "is yours already");
}

static void only_helpers_take_over_and_never_the_target(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, OMAR, "approver", "take 1");
	assert_told(w, OMAR, "You may not do that");
	world_type(w, JANE, "requester approver admin", "take 1");
	assert_told(w, JANE, "about you");
}

static void what_is_over_is_not_taken(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, HELP, "requester", "cancel 1");
	world_type(w, TOM, "requester", "take 1");
	assert_told(w, TOM, "is over");
}

static void take_in_a_thread_means_the_repair_only_when_nothing_else_is_said(void **state)
{
	struct world *w = *state;
	struct request_row row;
	world_to_the_gate(w);
	world_mention(w, TOM, "requester", 1, "take a look at this please");
	world_repair(w, 1, &row);
	assert_string_equal(row.requester, HELP);
	request_row_done(&row);
	world_mention(w, TOM, "requester", 1, "take");
	world_repair(w, 1, &row);
	assert_string_equal(row.requester, TOM);
	request_row_done(&row);
}

static enum errc count_takes(void *arg, const struct audit_row *row)
{
	if (text_eq(row->action, "take") && text_eq(row->actor, TOM) && text_eq(row->detail, "from " HELP))
		++*(int *)arg;
	return OK;
}

static enum errc count_job(struct tx *tx, void *arg)
{
	return audit_each(tx, 0, count_takes, arg);
}

static void taking_over_is_in_the_audit_trail(void **state)
{
	struct world *w = *state;
	int n = 0;
	world_to_the_gate(w);
	world_type(w, TOM, "requester", "take 1");
	assert_int_equal(store_run(w->store, count_job, &n), OK);
	assert_int_equal(n, 1);
}

/* --- the dialog and the shortcuts --- */

static json_t *picks(const char *user)
{
	return json_pack("{s:[s]}", "selected_users", user);
}

static json_t *types(const char *text)
{
	return json_pack("{s:s}", "value", text);
}

/* The element of a block of the open dialog; NULL. */
static const json_t *input_of(const struct world *w, const char *block)
{
	size_t i;
	json_t *b;
	json_array_foreach (json_get(w->dialog, "blocks"), i, b)
		if (text_eq(json_str(b, "block_id"), block))
			return json_get(b, "element");
	return NULL;
}

static void the_dialog_takes_a_ticket_and_a_reason(void **state)
{
	struct world *w = *state;
	struct request_row row;
	world_type(w, HELP, "requester", "repair ticket: INC-7 reason: mails are not sent");
	assert_string_equal(json_str(input_of(w, "ticket"), "initial_value"), "INC-7");
	assert_string_equal(json_str(input_of(w, "reason"), "initial_value"), "mails are not sent");
	world_submit_all(w, HELP, "requester",
	                 json_pack("{s:o,s:o,s:o}", "who", picks(JANE), "ticket", types("INC-7"), "reason", types("x")),
	                 NULL);
	world_repair(w, 1, &row);
	assert_string_equal(row.state, "waiting_user");
	assert_string_equal(json_str(row.facts, "ticket"), "INC-7");
	request_row_done(&row);
	world_type(w, HELP, "requester", "status 1");
	assert_told(w, HELP, "ticket INC-7");
}

static void what_can_be_told_at_once_is_an_error_in_the_dialog(void **state)
{
	struct world *w = *state;
	char *protected_users[] = {(char[]){"jane@example.com"}};
	json_auto_t *known = json_pack("{s:{s:s,s:s}}", JANE, "name", "Jane Doe", "email", "Jane@example.com");
	w->config.access.protected_users = (struct config_list){protected_users, 1};
	world_type(w, HELP, "requester", "repair");
	world_submit_all(w, HELP, "requester", json_pack("{s:o}", "who", picks(JANE)), known);
	assert_error_below(w, "who", "Jane Doe is on the list of protected users");
	world_submit_all(w, HELP, "requester", json_pack("{s:o,s:o}", "who", picks(OMAR), "ticket", types("no good")),
	                 NULL);
	assert_error_below(w, "ticket", "A ticket's number has");
	world_submit_all(w, HELP, "requester", json_object(), NULL);
	assert_error_below(w, "who", "Pick at least one person");
	assert_int_equal(world_count(w), 0);
	w->config.access.protected_users = (struct config_list){0};
}

static void a_shortcut_presets_who_wrote_the_message(void **state)
{
	struct world *w = *state;
	world_shortcut(w, HELP, "requester", CHANNEL, JANE);
	assert_string_equal(json_string_value(json_array_get(json_get(input_of(w, "who"), "initial_users"), 0)), JANE);
	assert_null(input_of(w, "channel"));
	assert_string_equal(json_str(w->dialog, "private_metadata"), CHANNEL);
}

static void a_shortcut_from_elsewhere_asks_for_an_allowed_channel(void **state)
{
	struct world *w = *state;
	char *channels[] = {(char[]){CHANNEL}, (char[]){"C0HELP002"}};
	struct config_list before = w->config.access.channels;
	bool any = w->config.access.any_channel;
	w->config.access.channels = (struct config_list){channels, 2};
	w->config.access.any_channel = false;
	world_shortcut(w, HELP, "requester", "C0OTHER01", JANE);
	const json_t *options = json_get(input_of(w, "channel"), "options");
	assert_int_equal(json_array_size(options), 2);
	world_submit_all(
	    w, HELP, "requester",
	    json_pack("{s:o,s:{s:{s:s}}}", "who", picks(JANE), "channel", "selected_option", "value", "C0OTHER01"),
	    NULL);
	assert_error_below(w, "channel", "Choose one of the channels");
	world_submit_all(
	    w, HELP, "requester",
	    json_pack("{s:o,s:{s:{s:s}}}", "who", picks(JANE), "channel", "selected_option", "value", CHANNEL), NULL);
	assert_string_equal(world_state(w, 1), "waiting_user");
	w->config.access.channels = before;
	w->config.access.any_channel = any;
}

static void a_shortcut_of_somebody_without_rights_opens_nothing(void **state)
{
	struct world *w = *state;
	world_shortcut(w, OMAR, "approver", CHANNEL, JANE);
	assert_null(w->dialog);
	assert_told(w, OMAR, "You may not do that");
}

/* --- what is open already --- */

static void a_second_repair_of_a_person_is_answered_with_the_first_at_once(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, TOM, "requester", "repair jane@example.com");
	assert_told(w, TOM,
	            "*EAC-2* (jane@example.com) was refused, nothing was changed. A repair for this person is open "
	            "already: EAC-1, waiting for an approver");
	assert_string_equal(world_state(w, 2), "refused");
	world_type(w, TOM, "requester", "why 2");
	assert_told(w, TOM, "open already: EAC-1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void of_several_people_only_those_without_a_repair_begin(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, TOM, "requester", "repair <@" JANE "> nobody@example.com");
	assert_string_equal(world_state(w, 2), "refused");
	assert_string_equal(world_state(w, 3), "refused");
	assert_told(w, TOM, "no Salesforce user");
}

static void the_first_of_two_at_once_is_not_in_the_way_before_it_is_known_who_it_is(void **state)
{
	struct world *w = *state;
	w->fail_kind = "find";
	w->fail_count = 1;
	w->fail_code = ERR_TEMPORARY;
	world_type(w, HELP, "requester", "repair jane@example.com");
	world_type(w, TOM, "requester", "repair jane@example.com");
	assert_told(w, TOM, "looking up");
	world_wait(w, 60000);
	assert_string_equal(world_state(w, 2), "waiting_user");
	assert_string_equal(world_state(w, 1), "refused");
}

/* --- why --- */

static int count_in(const char *text, const char *words)
{
	int n = 0;
	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		n++;
	return n;
}

static void assert_one_thing_is_waited_for(struct world *w)
{
	world_type(w, BOSS, "admin", "why 1");
	const char *told = last_told(w, BOSS);
	int n = count_in(told, "*Who can unblock it:*") + count_in(told, "*Waited for:*") +
	        count_in(told, "*I go on:*") + count_in(told, "nothing is waited for");
	if (n != 1)
		fail_msg("%d things are waited for: %s", n, told);
}

static void why_names_one_thing_from_the_beginning_to_the_end(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair jane@example.com");
	do
		assert_one_thing_is_waited_for(w);
	while (world_play_some(w, 1, 1));
	assert_one_thing_is_waited_for(w);
	assert_string_equal(world_state(w, 1), "completed");
}

static void why_names_one_thing_where_salesforce_does_not_answer(void **state)
{
	struct world *w = *state;
	w->fail_kind = "look";
	w->fail_count = 1000;
	w->fail_code = ERR_TEMPORARY;
	world_type(w, HELP, "requester", "repair jane@example.com");
	assert_string_equal(world_state(w, 1), "checking");
	assert_one_thing_is_waited_for(w);
}

static void why_of_a_failed_or_paused_repair_names_who_can_go_on(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, BOSS, "admin", "pause");
	assert_one_thing_is_waited_for(w);
	w->set_is_broad = true;
	world_type(w, OMAR, "approver", "reject 1");
	assert_one_thing_is_waited_for(w);
}

static void why_names_one_thing_while_the_others_of_a_request_are_looked_up(void **state)
{
	struct world *w = *state;
	w->fail_kind = "find";
	w->fail_count = 1000;
	w->fail_code = ERR_TEMPORARY;
	world_type(w, HELP, "requester", "repair jane@example.com nobody@example.com");
	assert_one_thing_is_waited_for(w);
	w->fail_count = 0;
	world_wait(w, 400);
	assert_one_thing_is_waited_for(w);
}

static void why_names_one_thing_where_the_user_comes_back_later(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair <@" JANE ">");
	world_direct(w, JANE, "not now 3d");
	assert_one_thing_is_waited_for(w);
	world_wait(w, (int64_t)4 * 24 * 3600000);
	assert_one_thing_is_waited_for(w);
}

static void why_names_one_thing_when_a_repair_failed_or_ended(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	w->config.access.protected_users = (struct config_list){(char *[]){(char[]){"jane@example.com"}}, 1};
	world_type(w, OMAR, "approver", "approve 1");
	assert_one_thing_is_waited_for(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	assert_one_thing_is_waited_for(w);
	world_type(w, HELP, "requester", "cancel 1");
	assert_one_thing_is_waited_for(w);
	w->config.access.protected_users = (struct config_list){0};
}

/* --- lists --- */

static void repair_of(struct world *w, const char *who)
{
	char text[80];
	snprintf(text, sizeof text, "repair %s", who);
	world_type(w, HELP, "requester", text);
}

static void a_long_list_is_told_page_by_page(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 15; i++)
		repair_of(w, "nobody@example.com");
	world_type(w, HELP, "requester", "list done");
	assert_told(w, HELP, "and 3 more: `/eac list done before EAC-4`");
	assert_int_equal(count_in(last_told(w, HELP), "*EAC-"), 12);
	world_type(w, HELP, "requester", "list done before EAC-4");
	assert_int_equal(count_in(last_told(w, HELP), "*EAC-"), 3);
	assert_told(w, HELP, "*EAC-1*");
}

static void a_persons_history_is_found_by_every_name(void **state)
{
	static const char *const names[] = {"jane@example.com", "JANE@EXAMPLE.COM", "<@" JANE ">",
	                                    "005000000000001AAA"};
	struct world *w = *state;
	struct request_row row;
	world_to_the_gate(w);
	world_repair(w, 1, &row);
	char id[40];
	snprintf(id, sizeof id, "history %.15s", row.target);
	request_row_done(&row);
	for (size_t i = 0; i < 3; i++) {
		char text[80];
		snprintf(text, sizeof text, "history %s", names[i]);
		world_type(w, HELP, "requester", text);
		assert_told(w, HELP, "*EAC-1*");
	}
	world_type(w, HELP, "requester", id);
	assert_told(w, HELP, "*EAC-1*");
	world_type(w, HELP, "requester", "history nobody@example.com");
	assert_told(w, HELP, "There was no repair");
}

static void status_tells_who_can_unblock_it_and_when_they_are_reminded(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, HELP, "requester", "status");
	assert_told(w, HELP, "who can unblock it:");
	assert_told(w, HELP, "next reminder <!date");
}

/* --- what a button does can be typed --- */

static void status_tells_the_reason_that_was_given_and_no_word_of_the_program(void **state)
{
	struct world *w = *state;
	w->fail_kind = "remove";
	w->fail_code = ERR_DENIED;
	w->fail_count = 1;
	world_type(w, HELP, "requester", "repair <@" JANE "|jane> reason: mails <fail>");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "failed");
	world_type(w, HELP, "requester", "status 1");
	assert_true(world_told(w, HELP, "reason: mails &lt;fail&gt;"));
	assert_false(world_told(w, HELP, "reason: remove-permission-set"));
	world_type(w, JANE, "", "status 1");
	assert_true(world_told(w, JANE, "Asked by"));
	assert_false(world_told(w, JANE, "mails"));
}

static void a_buttons_words_in_the_thread_do_what_it_does(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_mention(w, HELP, "requester", 1, "Still present: they look into it");
	assert_true(world_says(w, "they look into it"));
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_mention(w, HELP, "requester", 1, "Inbox removed 04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
	world_mention(w, HELP, "requester", 1, "not now 3d");
	assert_true(world_says(w, "asks to wait until"));
	world_mention(w, HELP, "requester", 1, "not now, they say");
	assert_told(w, HELP, "Until when?");
	world_mention(w, HELP, "requester", 1, "Abort and restore");
	assert_string_equal(world_state(w, 1), "cancelled");
}

static void the_affected_user_may_type_what_their_card_says(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair <@" JANE ">");
	world_type(w, JANE, "", "absent 1");
	assert_told(w, JANE, "does not fit any more");
	world_type(w, JANE, "", "done 1");
	world_type(w, JANE, "", "i need help EAC-1");
	assert_true(world_says(w, "needs help"));
	world_type(w, JANE, "", "not installed 1");
	assert_string_equal(world_step_state(w, 1, "sign-out-addin"), "done");
	world_type(w, JANE, "", "still present 1");
	assert_told(w, JANE, "about you");
}

/* --- help --- */

static void help_for_a_command_tells_its_words_and_who_may(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "help repair");
	assert_told(w, HELP, "ticket: INC0012345");
	assert_told(w, HELP, "*Who may:* requesters and admins. Only in the channels");
	world_type(w, HELP, "requester", "help nonsense");
	assert_told(w, HELP, "There is no command “nonsense”");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(who_took_a_repair_over_is_called_from_then_on),
	    T(neither_who_asked_nor_who_took_it_over_decides),
	    T(who_has_voted_does_not_take_it_over),
	    T(only_helpers_take_over_and_never_the_target),
	    T(what_is_over_is_not_taken),
	    T(take_in_a_thread_means_the_repair_only_when_nothing_else_is_said),
	    T(taking_over_is_in_the_audit_trail),
	    T(the_dialog_takes_a_ticket_and_a_reason),
	    T(what_can_be_told_at_once_is_an_error_in_the_dialog),
	    T(a_shortcut_presets_who_wrote_the_message),
	    T(a_shortcut_from_elsewhere_asks_for_an_allowed_channel),
	    T(a_shortcut_of_somebody_without_rights_opens_nothing),
	    T(a_second_repair_of_a_person_is_answered_with_the_first_at_once),
	    T(of_several_people_only_those_without_a_repair_begin),
	    T(the_first_of_two_at_once_is_not_in_the_way_before_it_is_known_who_it_is),
	    T(why_names_one_thing_from_the_beginning_to_the_end),
	    T(why_names_one_thing_where_salesforce_does_not_answer),
	    T(why_names_one_thing_while_the_others_of_a_request_are_looked_up),
	    T(why_names_one_thing_where_the_user_comes_back_later),
	    T(why_names_one_thing_when_a_repair_failed_or_ended),
	    T(why_of_a_failed_or_paused_repair_names_who_can_go_on),
	    T(a_long_list_is_told_page_by_page),
	    T(a_persons_history_is_found_by_every_name),
	    T(status_tells_who_can_unblock_it_and_when_they_are_reminded),
	    T(status_tells_the_reason_that_was_given_and_no_word_of_the_program),
	    T(a_buttons_words_in_the_thread_do_what_it_does),
	    T(the_affected_user_may_type_what_their_card_says),
	    T(help_for_a_command_tells_its_words_and_who_may),
	};
	return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}

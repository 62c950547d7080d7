/*
 * tests/unit/test_access.c - the access table, role by command.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/access.h"

/* May this person run the command on somebody else's repair? */
static bool may(const struct person *person, const char *command, bool about_me)
{
	struct deed deed = {.user = "U0PERSON1", .channel = "C0HELP001", .person = *person};
	struct asked asked = {.deed = &deed, .command = command_find(command)};
	text_copy(deed.person.id, sizeof deed.person.id, "U0PERSON1");
	asked.row.id = 1;
	asked.row.facts = json_object();
	text_copy(asked.row.slack_user, sizeof asked.row.slack_user, about_me ? "U0PERSON1" : "U0JANE001");
	enum phrase why;
	bool yes = !access_is_refused(&asked, &why);
	json_decref(asked.row.facts);
	return yes;
}

static void check(struct person person, const char *allowed)
{
	person.known = person.groups_known = true;
	for (size_t i = 0; i < command_count; i++) {
		const char *name = command_table[i].name;
		bool expected = strstr(allowed, name) != NULL;
		if (may(&person, name, false) != expected)
			fail_msg("%s: expected %s", name, expected ? "yes" : "no");
	}
}

static void requesters_do_everything_but_decide(void **unused)
{
	(void)unused;
	check((struct person){.requester = true},
	      "absent call cancel check claim confirm done failing help history later list "
	      "present repair retry status take why");
}

static void approvers_decide_and_read(void **unused)
{
	(void)unused;
	check((struct person){.approver = true},
	      "approve check claim confirm delegate help history list present reject status undo why");
}

static void admins_do_all(void **unused)
{
	(void)unused;
	check((struct person){.admin = true},
	      "absent approve call cancel check claim confirm delegate done failing help history later "
	      "list pause present reject repair resume retry status take undo why");
}

static void everybody_else_gets_help_only(void **unused)
{
	(void)unused;
	check((struct person){0}, "help");
}

static void guests_strangers_bots_and_the_gone_get_nothing(void **unused)
{
	const struct person nobody[] = {{.admin = true, .guest = true},
	                                {.admin = true, .external = true},
	                                {.admin = true, .bot = true},
	                                {.admin = true, .deleted = true}};
	(void)unused;
	for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
		check(nobody[i], "nothing");
}

static void the_target_is_bound_to_their_own_card_whatever_their_groups(void **unused)
{
	const struct person boss = {
	    .known = true, .groups_known = true, .requester = true, .approver = true, .admin = true};
	static const char *const no[] = {"approve", "reject", "confirm", "cancel", "retry"};
	static const char *const yes[] = {"done", "status", "why"};
	(void)unused;
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_false(may(&boss, no[i], true));
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(may(&boss, yes[i], true));
}

static void who_can_not_be_asked_about_may_do_nothing(void **unused)
{
	(void)unused;
	const struct person unknown = {.requester = true, .approver = true, .groups_known = true};
	const struct person stale = {.requester = true, .approver = true, .known = true};
	assert_false(may(&unknown, "approve", false));
	assert_false(may(&stale, "approve", false));
	assert_false(may(&stale, "cancel", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requesters_do_everything_but_decide),
	    cmocka_unit_test(approvers_decide_and_read),
	    cmocka_unit_test(admins_do_all),
	    cmocka_unit_test(everybody_else_gets_help_only),
	    cmocka_unit_test(guests_strangers_bots_and_the_gone_get_nothing),
	    cmocka_unit_test(the_target_is_bound_to_their_own_card_whatever_their_groups),
	    cmocka_unit_test(who_can_not_be_asked_about_may_do_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * tests/flow/test_home.c - the Home tab over a store that holds more than it can show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/glyph.h"
#include "commands/home.h"
#include "config/config.h"

enum { MANY = 70, BLOCKS_MAX = 100, SECTION_MAX = 3000 };

struct stage {
	struct store *store;
	struct config config;
	struct commands *commands;
	struct person person;
	const char *state; /* of the repairs that are put in */
	const char *requester, *slack_user;
	json_t *view;
};

static int begin(void **state)
{
	const struct store_options options = {.url = "sqlite::memory:"};
	struct stage *s = mem_alloc(sizeof *s);

	assert_int_equal(store_open(&s->store, &options, NULL), OK);
	s->config.slack.command = mem_strdup("/eac");
	s->config.approval.four_eyes = true;
	s->commands = commands_new(&s->config);
	s->person = (struct person){.id = "U0HELP001", .known = true, .groups_known = true};
	s->state = "waiting_approval";
	s->requester = "U0HELP001";
	s->slack_user = "U0JANE001";
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct stage *s = *state;

	json_decref(s->view);
	commands_free(s->commands);
	store_close(s->store);
	free(s->config.slack.command);
	free(s);
	return 0;
}

static enum errc put_many(struct tx *tx, void *arg)
{
	const struct stage *s = arg;
	enum errc rc = OK;

	for (int i = 0; rc == OK && i < MANY; i++) {
		struct request_row row = {.open = true, .step = 2, .created_at = 1000, .facts = json_object()};
		AUTO_FREE char *name = mem_printf("<%d> & a name of some length, so that lines are long", i);

		json_object_set_new(row.facts, "target", json_pack("{s:s}", "name", name));
		text_copy(row.state, sizeof row.state, s->state);
		text_copy(row.requester, sizeof row.requester, s->requester);
		text_copy(row.slack_user, sizeof row.slack_user, s->slack_user);
		rc = request_insert(tx, &row);
		request_row_done(&row);
	}
	return rc;
}

static enum errc look(struct tx *tx, void *arg)
{
	struct stage *s = arg;
	const struct home_health health = {.salesforce = true};

	return commands_home(s->commands, tx, &s->person, &health, 1700000000000, &s->view);
}

static void open_home(struct stage *s)
{
	assert_int_equal(store_run(s->store, put_many, s), OK);
	assert_int_equal(store_run(s->store, look, s), OK);
}

static unsigned count(const struct stage *s, const char *words)
{
	AUTO_FREE char *text = json_text(s->view);
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
		n++;
	return n;
}

static size_t units_of(const json_t *block)
{
	const char *text = json_str(json_get(block, "text"), "text");

	return glyph_units(text, strlen(text));
}

static void twenty_repairs_are_shown_and_that_there_are_more(void **state)
{
	struct stage *s = *state;
	size_t i;
	json_t *block;

	open_home(s);
	assert_int_equal(count(s, "EAC-"), 20);
	assert_int_equal(count(s, "/eac list mine"), 1);
	assert_true(json_array_size(json_get(s->view, "blocks")) <= BLOCKS_MAX);
	json_array_foreach (json_get(s->view, "blocks"), i, block)
		assert_true(units_of(block) <= SECTION_MAX);
}

static void decisions_and_own_requests_are_each_cut(void **state)
{
	struct stage *s = *state;

	s->person.approver = true;
	s->requester = "U0HELP002";
	open_home(s);
	assert_int_equal(count(s, "EAC-"), 20);
	assert_int_equal(count(s, "/eac list waiting"), 1);
}

static void what_may_not_be_decided_is_not_offered(void **state)
{
	struct stage *s = *state;

	s->person.approver = true;
	s->slack_user = "U0HELP001"; /* about the approver */
	s->requester = "U0HELP002";
	open_home(s);
	assert_int_equal(count(s, "Nothing at the moment"), 1);
	assert_int_equal(count(s, "your own mailbox"), 1);
}

static void groups_that_are_not_known_offer_nothing(void **state)
{
	struct stage *s = *state;

	s->person.approver = true;
	s->person.groups_known = false;
	s->requester = "U0HELP002";
	open_home(s);
	assert_int_equal(count(s, "EAC-"), 0);
}

static void strangers_are_shown_nothing(void **state)
{
	struct stage *s = *state;

	s->person.external = true;
	open_home(s);
	assert_int_equal(count(s, "EAC-"), 0);
	assert_int_equal(count(s, "may do nothing"), 1);
}

static void who_is_not_known_is_told_so(void **state)
{
	struct stage *s = *state;

	s->person.known = false;
	open_home(s);
	assert_int_equal(count(s, "EAC-"), 0);
	assert_int_equal(count(s, "who you are"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(twenty_repairs_are_shown_and_that_there_are_more, begin, end),
	    cmocka_unit_test_setup_teardown(decisions_and_own_requests_are_each_cut, begin, end),
	    cmocka_unit_test_setup_teardown(what_may_not_be_decided_is_not_offered, begin, end),
	    cmocka_unit_test_setup_teardown(groups_that_are_not_known_offer_nothing, begin, end),
	    cmocka_unit_test_setup_teardown(strangers_are_shown_nothing, begin, end),
	    cmocka_unit_test_setup_teardown(who_is_not_known_is_told_so, begin, end),
	};

	return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}

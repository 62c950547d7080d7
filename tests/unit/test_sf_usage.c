/*
 * tests/unit/test_sf_usage.c - the daily allowance and our share of it.
 */
#include "salesforce/usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t minute = 60000, hour = 3600000;

static int setup(void **state)
{
	*state = usage_new(10);
	return 0;
}

static int teardown(void **state)
{
	usage_free(*state);
	return 0;
}

static struct usage_figures figures(struct usage *u, int64_t now)
{
	struct usage_figures f;

	usage_get(u, now, &f);
	return f;
}

static void take(struct usage *u, int64_t now, int n)
{
	for (int i = 0; i < n; i++)
		assert_true(usage_take(u, now));
}

/* Both are about the call that was taken last. */
static void served(struct usage *u, int64_t now, const char *limit_info)
{
	usage_answered(u, now, limit_info, USAGE_SERVED, usage_stamp(u));
}

static void refused(struct usage *u, int64_t now)
{
	usage_answered(u, now, "", USAGE_SPENT, usage_stamp(u));
}

static void the_header_says_used_before_limit(void **state)
{
	served(*state, 0, "api-usage=135/5000; per-app-api-usage=17/250(appName=x)");
	assert_int_equal(figures(*state, 0).used, 135);
	assert_int_equal(figures(*state, 0).limit, 5000);
}

static void what_is_no_header_changes_nothing(void **state)
{
	static const char *const bad[] = {"",
	                                  "api-usage=",
	                                  "api-usage=1",
	                                  "api-usage=x/y",
	                                  "api-usage=5/0",
	                                  "api-usage=-3/9",
	                                  "per-app-api-usage=17/250",
	                                  "api-usage=99999999999999999999999/1"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		served(*state, 0, bad[i]);
	assert_int_equal(figures(*state, 0).limit, -1);
}

static void calls_are_free_while_no_limit_is_known(void **state)
{
	take(*state, 0, 1000);
	assert_false(figures(*state, 0).spent);
}

static void our_share_is_never_passed(void **state)
{
	served(*state, 0, "api-usage=1/100");
	take(*state, 0, 10);
	assert_false(usage_take(*state, 1));
	assert_true(figures(*state, 1).spent);
}

static void one_call_each_quarter_of_an_hour_finds_out(void **state)
{
	served(*state, 0, "api-usage=1/100");
	take(*state, 0, 10);
	assert_false(usage_take(*state, 0));
	assert_false(usage_take(*state, 15 * minute - 1));
	assert_true(usage_take(*state, 15 * minute));
	assert_false(usage_take(*state, 15 * minute));
	assert_true(usage_take(*state, 30 * minute));
}

static void a_raised_limit_opens_at_once(void **state)
{
	served(*state, 0, "api-usage=1/100");
	take(*state, 0, 10);
	assert_false(usage_take(*state, 0));
	served(*state, 0, "api-usage=1/1000");
	assert_true(usage_take(*state, 0));
}

static void calls_are_forgotten_after_a_day(void **state)
{
	served(*state, 0, "api-usage=1/100");
	take(*state, 0, 5);
	take(*state, 2 * hour, 5);
	assert_int_equal(figures(*state, 24 * hour - 1).ours, 10);
	assert_int_equal(figures(*state, 25 * hour).ours, 5);
	assert_int_equal(figures(*state, 27 * hour).ours, 0);
	assert_true(usage_take(*state, 27 * hour));
	assert_int_equal(figures(*state, 1000 * hour).ours, 0);
}

static void a_refusal_of_the_org_closes_until_a_call_gets_through(void **state)
{
	take(*state, 0, 1);
	refused(*state, 0);
	assert_false(usage_take(*state, 14 * minute));
	assert_true(usage_take(*state, 15 * minute));
	refused(*state, 15 * minute);
	assert_false(usage_take(*state, 16 * minute));
	assert_true(usage_take(*state, 30 * minute));
	served(*state, 30 * minute, "api-usage=3/5000");
	assert_true(usage_take(*state, 30 * minute));
}

static void a_late_yes_does_not_open_what_a_younger_call_has_found_closed(void **state)
{
	uint64_t first;

	take(*state, 0, 1);
	first = usage_stamp(*state);
	take(*state, 0, 1);
	refused(*state, 1);
	usage_answered(*state, 2, "api-usage=5000/5000", USAGE_SERVED, first);
	assert_true(figures(*state, 2).spent);
	assert_false(usage_take(*state, 3));
	take(*state, 15 * minute + 3, 1);
	served(*state, 15 * minute + 4, "api-usage=3/5000");
	assert_false(figures(*state, 15 * minute + 4).spent);
}

static void what_a_gateway_says_opens_nothing(void **state)
{
	take(*state, 0, 1);
	refused(*state, 0);
	take(*state, 15 * minute, 1);
	usage_answered(*state, 15 * minute, "", USAGE_NOTHING, usage_stamp(*state));
	assert_false(usage_take(*state, 16 * minute));
}

static void several_repairs_at_the_boundary_share_what_is_left(void **state)
{
	int gone_out = 0;

	served(*state, 0, "api-usage=1/100");
	for (int repair = 0; repair < 30; repair++)
		gone_out += usage_take(*state, repair);
	assert_int_equal(gone_out, 10);
	for (int repair = 0; repair < 30; repair++) /* all of them wake again, each minute; one call is the probe */
		gone_out += usage_take(*state, 16 * minute + repair);
	assert_int_equal(gone_out, 11);
}

static void the_share_opens_again_a_day_after_it_was_used(void **state)
{
	served(*state, 0, "api-usage=1/100");
	take(*state, 30 * minute, 10);
	assert_false(usage_take(*state, 31 * minute));
	take(*state, 24 * hour, 1); /* a probe */
	assert_true(figures(*state, 24 * hour).spent);
	assert_false(figures(*state, 25 * hour).spent);
	take(*state, 25 * hour, 9);
	assert_false(usage_take(*state, 25 * hour));
}

static void all_of_the_allowance_means_no_bound_of_ours(void **state)
{
	struct usage *u = usage_new(100);

	(void)state;
	served(u, 0, "api-usage=1/5");
	take(u, 0, 50);
	usage_free(u);
}

static void note(void *arg, const char *kind, const char *result, uint64_t n)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 200 - len, "%s/%s=%d ", kind, result, (int)n);
}

static void counts_are_told_by_kind_and_result(void **state)
{
	char text[200] = "";

	usage_count(*state, SF_KIND_LOOK, OK);
	usage_count(*state, SF_KIND_LOOK, OK);
	usage_count(*state, SF_KIND_LOGIN, ERR_AUTH);
	usage_each(*state, note, text);
	assert_string_equal(text, "login/auth=1 look/ok=2 ");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(the_header_says_used_before_limit),
	    CASE(what_is_no_header_changes_nothing),
	    CASE(calls_are_free_while_no_limit_is_known),
	    CASE(our_share_is_never_passed),
	    CASE(one_call_each_quarter_of_an_hour_finds_out),
	    CASE(a_raised_limit_opens_at_once),
	    CASE(calls_are_forgotten_after_a_day),
	    CASE(a_refusal_of_the_org_closes_until_a_call_gets_through),
	    CASE(a_late_yes_does_not_open_what_a_younger_call_has_found_closed),
	    CASE(what_a_gateway_says_opens_nothing),
	    CASE(several_repairs_at_the_boundary_share_what_is_left),
	    CASE(the_share_opens_again_a_day_after_it_was_used),
	    CASE(all_of_the_allowance_means_no_bound_of_ours),
	    CASE(counts_are_told_by_kind_and_result),
	};

	return cmocka_run_group_tests_name("sf_usage", tests, NULL, NULL);
}

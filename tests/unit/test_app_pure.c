/*
 * tests/unit/test_app_pure.c - the parts of bot/app that only think: profiles, verdicts, pace, metrics.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/app/metrics.h"
#include "bot/app/pace.h"
#include "bot/app/profile.h"
#include "bot/app/verdict.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"

/* --- profile --- */

static const struct slack_identity us = {.bot_user = "U0BOT0001", .team = "T0EAC0001"};

static struct profile profile_of(const char *text, const struct slack_identity *identity)
{
	AUTO_FREE char *json = mem_strdup(text);
	struct profile profile;
	json_t *user;

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_int_equal(json_parse(&user, json, strlen(json), NULL), OK);
	profile_read(&profile, user, identity);
	json_decref(user);
	return profile;
}

static void a_colleague_is_read(void **state)
{
	struct profile p = profile_of("{'id':'U1','team_id':'T0EAC0001','tz_offset':3600,'locale':'de-DE',"
	                              "'profile':{'display_name':'','real_name':'Jane','email':'jane@example.com'}}",
	                              &us);

	(void)state;
	assert_string_equal(p.name, "Jane");
	assert_string_equal(p.email, "jane@example.com");
	assert_int_equal(p.tz_offset_s, 3600);
	assert_false(p.deleted || p.bot || p.guest || p.external);
}

static void slackbot_is_a_bot_whatever_it_says(void **state)
{
	(void)state;
	assert_true(profile_of("{'id':'USLACKBOT','is_bot':false}", &us).bot);
}

static void guests_of_both_kinds_are_guests(void **state)
{
	(void)state;
	assert_true(profile_of("{'id':'U1','is_restricted':true}", &us).guest);
	assert_true(profile_of("{'id':'U1','is_ultra_restricted':true}", &us).guest);
}

static void another_team_is_external_and_the_own_enterprise_is_not(void **state)
{
	const struct slack_identity grid = {.team = "T0EAC0001", .enterprise = "E0EAC0001"};

	(void)state;
	assert_true(profile_of("{'id':'U1','team_id':'T9'}", &us).external);
	assert_true(profile_of("{'id':'U1','team_id':'T0EAC0001','is_stranger':true}", &us).external);
	assert_false(profile_of("{'id':'U1','team_id':'E0EAC0001'}", &grid).external);
	assert_false(
	    profile_of("{'id':'U1','team_id':'T9','enterprise_user':{'enterprise_id':'E0EAC0001'}}", &grid).external);
}

/* --- verdict --- */

static void a_post_with_a_lost_answer_is_looked_up(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(OUTBOX_POST, ERR_UNKNOWN, ""), VERDICT_UNSURE);
	assert_int_equal(verdict_of(OUTBOX_UPDATE, ERR_UNKNOWN, ""), VERDICT_RETRY);
}

static void what_surely_did_not_happen_is_sent_again(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(OUTBOX_POST, ERR_TEMPORARY, "ratelimited"), VERDICT_RETRY);
	assert_int_equal(verdict_of(OUTBOX_POST, ERR_AUTH, "invalid_auth"), VERDICT_RETRY);
}

static void an_update_of_a_deleted_message_is_posted_anew(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(OUTBOX_UPDATE, ERR_NOT_FOUND, "message_not_found"), VERDICT_REPOST);
}

static void an_ephemeral_that_nobody_sees_becomes_a_direct_message(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(OUTBOX_EPHEMERAL, ERR_REFUSED, "user_not_in_channel"), VERDICT_REDIRECT);
	assert_int_equal(verdict_of(OUTBOX_EPHEMERAL, ERR_DENIED, "channel_not_found"), VERDICT_REDIRECT);
}

static void an_archived_channel_is_final(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(OUTBOX_POST, ERR_DENIED, "is_archived"), VERDICT_UNDELIVERABLE);
}

static void where_the_bot_can_no_longer_read_a_lost_post_is_given_up(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_look(ERR_DENIED, "not_in_channel"), VERDICT_UNDELIVERABLE);
	assert_int_equal(verdict_of_look(ERR_DENIED, "missing_scope"), VERDICT_UNSURE);
	assert_int_equal(verdict_of_look(ERR_TEMPORARY, "ratelimited"), VERDICT_UNSURE);
	assert_int_equal(verdict_of_look(ERR_ABORTED, ""), VERDICT_LEFT);
}

static void blocks_that_slack_does_not_like_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(OUTBOX_POST, ERR_INVALID, "invalid_blocks"), VERDICT_PLAIN);
}

static void tries_grow_rarer_up_to_a_minute(void **state)
{
	(void)state;
	assert_int_equal(verdict_back_off_ms(0), 1000);
	assert_int_equal(verdict_back_off_ms(1), 1000);
	assert_int_equal(verdict_back_off_ms(2), 2000);
	assert_int_equal(verdict_back_off_ms(1000), 60000);
}

/* --- pace --- */

static void count_names(void *arg, const char *conversation)
{
	(void)conversation;
	++*(int *)arg;
}

static int resting(struct pace *pace, int64_t now)
{
	int n = 0;
	pace_each_resting(pace, now, count_names, &n);
	return n;
}

static void a_channel_rests_for_a_second_after_a_post(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	assert_int_equal(resting(pace, 5000), 0);
	pace_posted(pace, "C1", 5000);
	assert_int_equal(resting(pace, 5999), 1);
	assert_int_equal(pace_next(pace), 6000);
	assert_int_equal(resting(pace, 6000), 0);
	pace_free(pace);
}

static void a_longer_rest_is_not_shortened(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	pace_rest(pace, "C1", 30000);
	pace_posted(pace, "C1", 5000);
	assert_int_equal(resting(pace, 29999), 1);
	pace_free(pace);
}

static void updates_of_one_message_are_a_second_apart(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	assert_int_equal(pace_may(pace, PACE_UPDATE, "C1/1.1", 5000), 5000);
	pace_called(pace, PACE_UPDATE, "C1/1.1", 5000);
	assert_int_equal(pace_may(pace, PACE_UPDATE, "C1/1.1", 5100), 6000);
	assert_int_equal(pace_may(pace, PACE_UPDATE, "C1/2.2", 5100), 5100);
	pace_free(pace);
}

static void updates_are_forty_five_a_minute_in_all(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	for (int i = 0; i < 45; i++) {
		assert_int_equal(pace_may(pace, PACE_UPDATE, NULL, 1000 + i), 1000 + i);
		pace_called(pace, PACE_UPDATE, NULL, 1000 + i);
	}
	assert_int_equal(pace_may(pace, PACE_UPDATE, NULL, 2000), 61000);
	assert_int_equal(pace_may(pace, PACE_EPHEMERAL, NULL, 2000), 2000);
	pace_free(pace);
}

static void a_method_rests_as_long_as_slack_wants(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	pace_rest_method(pace, PACE_EPHEMERAL, 9000);
	assert_int_equal(pace_may(pace, PACE_EPHEMERAL, NULL, 5000), 9000);
	pace_free(pace);
}

/* --- metrics --- */

static void buckets_are_cumulative_and_end_with_infinity(void **state)
{
	static const double bounds[] = {0.5, 1};
	struct histogram h = {.bounds = bounds, .bound_count = 2};
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	histogram_add(&h, 0.25);
	histogram_add(&h, 0.5);
	histogram_add(&h, 0.75);
	histogram_add(&h, 7);
	metrics_histogram(&b, "x_seconds", "Time.", &h);
	assert_string_equal(buf_str(&b), "# HELP x_seconds Time.\n# TYPE x_seconds histogram\n"
	                                 "x_seconds_bucket{le=\"0.5\"} 2\nx_seconds_bucket{le=\"1\"} 3\n"
	                                 "x_seconds_bucket{le=\"+Inf\"} 4\nx_seconds_sum 8.5\nx_seconds_count 4\n");
}

static void labels_are_escaped(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	metrics_labelled(&b, "x", "a", "q\"b\\c\n", "b", "y", 7);
	assert_string_equal(buf_str(&b), "x{a=\"q\\\"b\\\\c\\n\",b=\"y\"} 7\n");
}

static void whole_numbers_stay_whole(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 4096);
	metrics_number(&b, "x", 15000000);
	metrics_number(&b, "y", 0.25);
	assert_string_equal(buf_str(&b), "x 15000000\ny 0.25\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_colleague_is_read),
	    cmocka_unit_test(slackbot_is_a_bot_whatever_it_says),
	    cmocka_unit_test(guests_of_both_kinds_are_guests),
	    cmocka_unit_test(another_team_is_external_and_the_own_enterprise_is_not),
	    cmocka_unit_test(a_post_with_a_lost_answer_is_looked_up),
	    cmocka_unit_test(what_surely_did_not_happen_is_sent_again),
	    cmocka_unit_test(an_update_of_a_deleted_message_is_posted_anew),
	    cmocka_unit_test(an_ephemeral_that_nobody_sees_becomes_a_direct_message),
	    cmocka_unit_test(an_archived_channel_is_final),
	    cmocka_unit_test(where_the_bot_can_no_longer_read_a_lost_post_is_given_up),
	    cmocka_unit_test(blocks_that_slack_does_not_like_are_left_out),
	    cmocka_unit_test(tries_grow_rarer_up_to_a_minute),
	    cmocka_unit_test(a_channel_rests_for_a_second_after_a_post),
	    cmocka_unit_test(a_longer_rest_is_not_shortened),
	    cmocka_unit_test(updates_of_one_message_are_a_second_apart),
	    cmocka_unit_test(updates_are_forty_five_a_minute_in_all),
	    cmocka_unit_test(a_method_rests_as_long_as_slack_wants),
	    cmocka_unit_test(buckets_are_cumulative_and_end_with_infinity),
	    cmocka_unit_test(labels_are_escaped),
	    cmocka_unit_test(whole_numbers_stay_whole),
	};

	return cmocka_run_group_tests_name("app_pure", tests, NULL, NULL);
}

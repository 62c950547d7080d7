/*
 * tests/unit/test_app_pure.c - the parts of bot/app that only think: profiles, verdicts, pace, metrics.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static enum verdict verdict_for(enum outbox_op op, enum errc code, const char *error)
{
	return verdict_of(&(struct outbox_row){.op = op, .priority = OUTBOX_DECISION}, code, error);
}

static void a_post_with_a_lost_answer_is_looked_up(void **state)
{
	(void)state;
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_UNKNOWN, ""), VERDICT_UNSURE);
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_UNKNOWN, "internal_error"), VERDICT_UNSURE);
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_PROTOCOL, ""), VERDICT_UNSURE);
	assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_UNKNOWN, ""), VERDICT_RETRY);
}

static void what_surely_did_not_happen_is_sent_again(void **state)
{
	(void)state;
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_TEMPORARY, "ratelimited"), VERDICT_RETRY);
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_AUTH, "invalid_auth"), VERDICT_RETRY);
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_DENIED, "missing_scope"), VERDICT_RETRY);
}

static void an_update_of_a_deleted_message_is_posted_anew(void **state)
{
	(void)state;
	assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_NOT_FOUND, "message_not_found"), VERDICT_REPOST);
	assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_REFUSED, "cant_update_message"), VERDICT_REPOST);
}

static void what_may_be_changed_no_longer_is_told_anew_only_if_it_matters(void **state)
{
	const struct outbox_row polish = {.op = OUTBOX_UPDATE, .priority = OUTBOX_PARENT};

	(void)state;
	assert_int_equal(verdict_of(&polish, ERR_REFUSED, "edit_window_closed"), VERDICT_NEEDLESS);
	assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_REFUSED, "edit_window_closed"), VERDICT_REPOST);
}

static void an_ephemeral_that_nobody_sees_becomes_a_direct_message(void **state)
{
	(void)state;
	assert_int_equal(verdict_for(OUTBOX_EPHEMERAL, ERR_REFUSED, "user_not_in_channel"), VERDICT_REDIRECT);
	assert_int_equal(verdict_for(OUTBOX_EPHEMERAL, ERR_DENIED, "channel_not_found"), VERDICT_REDIRECT);
}

static void where_nobody_may_write_it_is_final(void **state)
{
	static const char *const words[] = {"is_archived",
	                                    "not_in_channel",
	                                    "channel_not_found",
	                                    "restricted_action",
	                                    "restricted_action_read_only_channel",
	                                    "restricted_action_thread_only_channel",
	                                    "messages_tab_disabled"};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		assert_int_equal(verdict_for(OUTBOX_POST, ERR_DENIED, words[i]), VERDICT_UNDELIVERABLE);
		assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_DENIED, words[i]), VERDICT_UNDELIVERABLE);
	}
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_REFUSED, "cannot_dm_bot"), VERDICT_UNDELIVERABLE);
}

static void a_thread_that_takes_no_reply_is_left(void **state)
{
	(void)state;
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_NOT_FOUND, "thread_not_found"), VERDICT_NO_THREAD);
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_REFUSED, "cannot_reply_to_message"), VERDICT_NO_THREAD);
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_DENIED, "restricted_action_non_threadable_channel"),
	                 VERDICT_OUTSIDE);
}

static void where_the_bot_can_no_longer_read_a_lost_post_is_given_up(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_look(ERR_DENIED, "not_in_channel"), VERDICT_UNDELIVERABLE);
	assert_int_equal(verdict_of_look(ERR_DENIED, "missing_scope"), VERDICT_UNSURE);
	assert_int_equal(verdict_of_look(ERR_TEMPORARY, "ratelimited"), VERDICT_UNSURE);
	assert_int_equal(verdict_of_look(ERR_INVALID, "invalid_cursor"), VERDICT_UNSURE);
	assert_int_equal(verdict_of_look(ERR_ABORTED, ""), VERDICT_LEFT);
}

static void what_slack_does_not_like_is_said_with_less(void **state)
{
	(void)state;
	assert_int_equal(verdict_for(OUTBOX_POST, ERR_INVALID, "invalid_blocks"), VERDICT_PLAIN);
	assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_TOO_LARGE, "msg_blocks_too_long"), VERDICT_PLAIN);
	assert_int_equal(verdict_for(OUTBOX_UPDATE, ERR_TOO_LARGE, "msg_too_long"), VERDICT_BRIEF);
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

struct resting {
	int some, altogether;
};

static void count_resting(void *arg, const char *conversation, bool altogether)
{
	struct resting *resting = arg;

	(void)conversation;
	resting->some++;
	resting->altogether += altogether;
}

static struct resting resting(struct pace *pace, int64_t now)
{
	struct resting n = {0};
	pace_each_resting(pace, now, count_resting, &n);
	return n;
}

static const struct pace_call a_post = {.method = PACE_POST};
static const struct pace_call decision = {.method = PACE_UPDATE, .urgent = true};
static const struct pace_call polish = {.method = PACE_UPDATE};

/* How many may be called at once. */
static int call_all(struct pace *pace, const struct pace_call *call, int64_t now)
{
	int n = 0;
	for (; n < 1000 && pace_may(pace, call, now) == now; n++)
		pace_called(pace, call, now);
	return n;
}

static void new_messages_of_a_channel_are_a_second_apart(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	assert_int_equal(resting(pace, 5000).some, 0);
	pace_posted(pace, "C1", 5000);
	assert_int_equal(resting(pace, 5999).some, 1);
	assert_int_equal(resting(pace, 5999).altogether, 0);
	assert_int_equal(pace_next(pace), 6000);
	assert_int_equal(resting(pace, 6000).some, 0);
	pace_free(pace);
}

static void a_longer_rest_is_not_shortened(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	pace_rest(pace, "C1", 30000);
	pace_posted(pace, "C1", 5000);
	assert_int_equal(resting(pace, 29999).altogether, 1);
	pace_free(pace);
}

static void a_refused_post_rests_its_channel_only(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	pace_post_refused(pace, "C1", 5000, 35000);
	assert_int_equal(resting(pace, 34999).some, 1);
	assert_int_equal(pace_may(pace, &a_post, 5000), 5000);
	pace_post_refused(pace, "C1", 35000, 40000);
	assert_int_equal(pace_may(pace, &a_post, 35000), 35000);
	pace_free(pace);
}

static void posts_refused_in_two_channels_rest_all_posts(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	pace_post_refused(pace, "C1", 5000, 35000);
	pace_post_refused(pace, "C2", 6000, 36000);
	assert_true(pace_may(pace, &a_post, 7000) >= 36000);
	assert_int_equal(pace_may(pace, &polish, 7000), 7000);
	pace_free(pace);
}

static void updates_of_one_message_are_a_second_apart(void **state)
{
	struct pace *pace = pace_new(1);
	const struct pace_call one = {.method = PACE_UPDATE, .message = "C1/1.1"};
	const struct pace_call other = {.method = PACE_UPDATE, .message = "C1/2.2"};

	(void)state;
	assert_int_equal(pace_may(pace, &one, 5000), 5000);
	pace_called(pace, &one, 5000);
	assert_int_equal(pace_may(pace, &one, 5100), 6000);
	assert_int_equal(pace_may(pace, &other, 5100), 5100);
	assert_int_equal(pace_may(pace, &one, 6000), 6000);
	pace_free(pace);
}

static void in_a_busy_minute_polish_of_one_message_becomes_rare(void **state)
{
	struct pace *pace = pace_new(1);
	const struct pace_call one = {.method = PACE_UPDATE, .message = "C1/1.1"};
	const struct pace_call same = {.method = PACE_UPDATE, .message = "C1/1.1", .urgent = true};

	(void)state;
	for (int i = 0; i < 23; i++)
		pace_called(pace, &decision, 4000);
	pace_called(pace, &one, 5000);
	assert_int_equal(pace_may(pace, &one, 6000), 25000);
	assert_int_equal(pace_may(pace, &same, 6000), 6000);
	pace_free(pace);
}

static void updates_are_forty_five_a_minute_in_all(void **state)
{
	struct pace *pace = pace_new(1);
	int n;

	(void)state;
	n = call_all(pace, &polish, 1000);
	assert_true(n > 20 && n < 45);
	n += call_all(pace, &decision, 1000);
	assert_int_equal(n, 45);
	assert_true(pace_may(pace, &decision, 2000) >= 61000);
	assert_int_equal(pace_may(pace, &(struct pace_call){.method = PACE_EPHEMERAL}, 2000), 2000);
	pace_free(pace);
}

static void many_decisions_leave_room_for_some_polish(void **state)
{
	struct pace *pace = pace_new(1);
	int decisions = call_all(pace, &decision, 1000);

	(void)state;
	assert_true(decisions >= 35 && decisions < 45);
	assert_int_equal(call_all(pace, &polish, 1000), 45 - decisions);
	pace_free(pace);
}

static void a_method_rests_as_long_as_slack_wants(void **state)
{
	struct pace *pace = pace_new(1);
	const struct pace_call quiet = {.method = PACE_EPHEMERAL};

	(void)state;
	pace_rest_method(pace, PACE_EPHEMERAL, 9000);
	assert_int_equal(pace_may(pace, &quiet, 5000), 9000);
	assert_int_equal(pace_may(pace, &decision, 5000), 5000);
	pace_free(pace);
}

static void after_a_rest_one_after_the_other_is_called(void **state)
{
	struct pace *pace = pace_new(1);

	(void)state;
	pace_rest_method(pace, PACE_UPDATE, 9000);
	assert_int_equal(pace_may(pace, &decision, 9000), 9000);
	pace_called(pace, &decision, 9000);
	assert_true(pace_may(pace, &decision, 9000) > 10000);
	pace_free(pace);
}

/* --- thirty repairs at once, as the pump and the outbox handle them, second by second --- */

enum { REPAIRS = 30, CHANGES = 12, EVERY_S = 60, SECONDS = CHANGES * EVERY_S + 120 };

struct waiting_update {
	bool waits;
	int64_t since;
};

struct crowd {
	struct pace *pace;
	struct waiting_update cards[REPAIRS][CHANGES], parents[REPAIRS];
	int told[REPAIRS], true_of[REPAIRS]; /* changes that the parent shows, and that there were */
	int64_t slowest_card, slowest_parent;
	int64_t sent_at[SECONDS * 2];
	int sent;
};

static void wish(struct waiting_update *update, int64_t now)
{
	if (!update->waits)
		*update = (struct waiting_update){.waits = true, .since = now};
}

/* True when it went. */
static bool try_update(struct crowd *crowd, struct waiting_update *update, const struct pace_call *call, int64_t now,
                       int64_t *slowest)
{
	if (!update->waits || pace_may(crowd->pace, call, now) > now)
		return false;
	pace_called(crowd->pace, call, now);
	crowd->sent_at[crowd->sent++] = now;
	if (now - update->since > *slowest)
		*slowest = now - update->since;
	update->waits = false;
	return true;
}

/* As in the outbox, who waits longest is asked first. */
static void send_parents(struct crowd *crowd, int64_t now)
{
	bool asked[REPAIRS] = {false};
	char name[32];

	for (int n = 0; n < REPAIRS; n++) {
		int r = -1;
		for (int i = 0; i < REPAIRS; i++)
			if (!asked[i] && (r < 0 || crowd->parents[i].since < crowd->parents[r].since))
				r = i;
		asked[r] = true;
		snprintf(name, sizeof name, "C1/%d", r);
		const struct pace_call call = {.method = PACE_UPDATE, .message = name};
		if (try_update(crowd, &crowd->parents[r], &call, now, &crowd->slowest_parent))
			crowd->told[r] = crowd->true_of[r];
	}
}

static void send_updates(struct crowd *crowd, int64_t now)
{
	for (int c = 0; c < CHANGES; c++)
		for (int r = 0; r < REPAIRS; r++)
			try_update(crowd, &crowd->cards[r][c], &decision, now, &crowd->slowest_card);
	send_parents(crowd, now);
}

/* Each change of a repair changes its parent, and three of four end a card. */
static void thirty_repairs_at_once_keep_the_limit_and_close_their_cards_in_time(void **state)
{
	struct crowd *crowd = mem_alloc(sizeof *crowd);

	(void)state;
	crowd->pace = pace_new(1);
	for (int64_t s = 0; s < SECONDS; s++) {
		for (int r = 0; r < REPAIRS; r++) {
			int64_t due = s - r % 5;
			if (due < 0 || due % EVERY_S != 0 || due / EVERY_S >= CHANGES)
				continue;
			crowd->true_of[r]++;
			wish(&crowd->parents[r], s * 1000);
			if (due / EVERY_S % 4 != 0)
				wish(&crowd->cards[r][due / EVERY_S], s * 1000);
		}
		send_updates(crowd, s * 1000);
	}
	for (int r = 0; r < REPAIRS; r++) {
		assert_int_equal(crowd->told[r], CHANGES);
		for (int c = 0; c < CHANGES; c++)
			assert_false(crowd->cards[r][c].waits);
	}
	for (int i = 45; i < crowd->sent; i++)
		assert_true(crowd->sent_at[i] - crowd->sent_at[i - 45] >= 60000);
	if (crowd->slowest_card > 30000 || crowd->slowest_parent > 200000)
		fail_msg("a card waited %lld ms, a parent %lld ms", (long long)crowd->slowest_card,
		         (long long)crowd->slowest_parent);
	pace_free(crowd->pace);
	free(crowd);
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
	    cmocka_unit_test(what_may_be_changed_no_longer_is_told_anew_only_if_it_matters),
	    cmocka_unit_test(an_ephemeral_that_nobody_sees_becomes_a_direct_message),
	    cmocka_unit_test(where_nobody_may_write_it_is_final),
	    cmocka_unit_test(a_thread_that_takes_no_reply_is_left),
	    cmocka_unit_test(where_the_bot_can_no_longer_read_a_lost_post_is_given_up),
	    cmocka_unit_test(what_slack_does_not_like_is_said_with_less),
	    cmocka_unit_test(tries_grow_rarer_up_to_a_minute),
	    cmocka_unit_test(new_messages_of_a_channel_are_a_second_apart),
	    cmocka_unit_test(a_longer_rest_is_not_shortened),
	    cmocka_unit_test(a_refused_post_rests_its_channel_only),
	    cmocka_unit_test(posts_refused_in_two_channels_rest_all_posts),
	    cmocka_unit_test(updates_of_one_message_are_a_second_apart),
	    cmocka_unit_test(in_a_busy_minute_polish_of_one_message_becomes_rare),
	    cmocka_unit_test(updates_are_forty_five_a_minute_in_all),
	    cmocka_unit_test(many_decisions_leave_room_for_some_polish),
	    cmocka_unit_test(a_method_rests_as_long_as_slack_wants),
	    cmocka_unit_test(after_a_rest_one_after_the_other_is_called),
	    cmocka_unit_test(thirty_repairs_at_once_keep_the_limit_and_close_their_cards_in_time),
	    cmocka_unit_test(buckets_are_cumulative_and_end_with_infinity),
	    cmocka_unit_test(labels_are_escaped),
	    cmocka_unit_test(whole_numbers_stay_whole),
	};

	return cmocka_run_group_tests_name("app_pure", tests, NULL, NULL);
}

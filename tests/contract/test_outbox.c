/*
 * The contract of store/outbox.h: what may leave when, and in which order.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"
#include "tests/contract/fixture.h"

enum { MAX = 20 };
static const char help[] = "C0HELP0001";
static const char jane[] = "@U0JANE0001";

/* ---- short words ---- */

static int64_t put_row(struct tx *tx, struct outbox_row row, const char *conversation, const char *slot,
                       const char *text)
{
	text_copy(row.conversation, sizeof row.conversation, conversation);
	text_copy(row.slot, sizeof row.slot, slot);
	row.body = json_pack("{s:s}", "text", text);
	MUST(outbox_put(tx, &row));
	assert_null(row.body);
	return row.id;
}

static int64_t post(struct tx *tx, int64_t request, const char *conversation, const char *slot, const char *text)
{
	struct outbox_row row = {.request = request, .op = OUTBOX_POST, .priority = OUTBOX_DECISION};
	return put_row(tx, row, conversation, slot, text);
}

static int64_t reply(struct tx *tx, int64_t request, const char *slot, const char *text)
{
	struct outbox_row row = {.request = request, .op = OUTBOX_POST, .priority = OUTBOX_PROGRESS, .in_thread = true};
	return put_row(tx, row, help, slot, text);
}

static int64_t update(struct tx *tx, int64_t request, const char *slot, const char *text)
{
	struct outbox_row row = {.request = request, .op = OUTBOX_UPDATE, .priority = OUTBOX_PARENT};
	return put_row(tx, row, help, slot, text);
}

struct claimed {
	struct outbox_row rows[MAX];
	size_t count;
};

static void drop_claim(struct claimed *c)
{
	for (size_t i = 0; i < c->count; i++)
		outbox_row_done(&c->rows[i]);
}
#define AUTO_CLAIM __attribute__((cleanup(drop_claim)))

static void claim_as(struct tx *tx, struct claimed *c, struct outbox_claim what, size_t max)
{
	drop_claim(c);
	c->count = 0;
	MUST(outbox_claim(tx, &what, c->rows, max, &c->count));
}

static void claim(struct tx *tx, struct claimed *c, int64_t now)
{
	claim_as(tx, c, (struct outbox_claim){.now = now}, MAX);
}

static void expect(const struct claimed *c, size_t i, const char *text)
{
	assert_true(i < c->count);
	assert_string_equal(json_str(c->rows[i].body, "text"), text);
}

static int64_t new_request(struct tx *tx)
{
	AUTO_REQUEST struct request_row row = {.state = "running", .open = true, .channel = "C0HELP0001"};
	MUST(request_insert(tx, &row));
	return row.id;
}

/* A request with a parent message at ts "<id>.0". */
static int64_t posted_request(struct tx *tx)
{
	AUTO_CLAIM struct claimed c = {0};
	char ts[32];
	int64_t id = new_request(tx), row = post(tx, id, help, "parent", "parent");
	claim(tx, &c, 1);
	snprintf(ts, sizeof ts, "%d.0", (int)id);
	MUST(outbox_sent(tx, row, help, ts));
	return id;
}

#define TEST(name) \
	static enum errc do_##name(struct tx *tx, void *arg); \
	static void name(void **state) \
	{ \
		fixture_run(state, do_##name, NULL); \
	} \
	static enum errc do_##name(struct tx *tx, void *arg)

/* ---- life of a row ---- */

TEST(a_post_is_claimed_once_and_fills_its_slot)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	AUTO_REQUEST struct request_row row = {0};
	struct message_row message;
	int64_t id = new_request(tx), pending;
	post(tx, id, help, "parent", "one");
	assert_int_equal(message_get(tx, id, "parent", &message), ERR_NOT_FOUND);
	claim(tx, &c, 50);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "one");
	assert_int_equal(c.rows[0].attempts, 1);
	assert_int_equal(c.rows[0].first_sent_at, 50);
	assert_false(c.rows[0].was_sending);
	assert_true(strlen(c.rows[0].key) >= 32);
	MUST(outbox_sent(tx, c.rows[0].id, help, "1.5"));
	MUST(message_find(tx, help, "1.5", &message));
	assert_int_equal(message.request, id);
	assert_string_equal(message.slot, "parent");
	MUST(request_get(tx, id, &row));
	assert_string_equal(row.thread_ts, "1.5");
	MUST(outbox_pending(tx, &pending));
	assert_int_equal(pending, 0);
	return OK;
}

static enum errc put_two_and_fail(struct tx *tx, void *arg)
{
	(void)arg;
	post(tx, 0, help, "", "a");
	post(tx, 0, help, "", "b");
	return ERR_REFUSED;
}

static enum errc put_two(struct tx *tx, void *arg)
{
	int64_t pending;
	MUST(outbox_pending(tx, &pending));
	assert_int_equal(put_two_and_fail(tx, arg), ERR_REFUSED);
	return OK;
}

static enum errc ask_pending(struct tx *tx, void *arg)
{
	return outbox_pending(tx, arg);
}

static void what_pends_is_what_was_committed(void **state)
{
	int64_t pending;
	fixture_run(state, put_two, NULL);
	assert_int_equal(fixture_try(state, put_two_and_fail, NULL), ERR_REFUSED);
	fixture_run(state, ask_pending, &pending);
	assert_int_equal(pending, 2);
	fixture_run(state, put_two, NULL);
	fixture_run(state, ask_pending, &pending);
	assert_int_equal(pending, 4);
}

TEST(an_answer_about_a_row_that_is_gone_is_not_found)
{
	(void)arg;
	assert_int_equal(outbox_sent(tx, 99, help, "1.1"), ERR_NOT_FOUND);
	assert_int_equal(outbox_retry(tx, 99, 5), ERR_NOT_FOUND);
	assert_int_equal(outbox_thread_lost(tx, 99, 5), ERR_NOT_FOUND);
	assert_int_equal(outbox_unsure(tx, 99, 5), ERR_NOT_FOUND);
	assert_int_equal(outbox_drop(tx, 99), ERR_NOT_FOUND);
	assert_int_equal(outbox_repost(tx, 99), ERR_NOT_FOUND);
	assert_int_equal(outbox_redirect(tx, 99, jane), ERR_NOT_FOUND);
	return OK;
}

TEST(an_id_is_never_given_out_twice)
{
	(void)arg;
	int64_t first = post(tx, 0, help, "", "a");
	MUST(outbox_drop(tx, first));
	assert_true(post(tx, 0, help, "", "b") > first);
	return OK;
}

TEST(a_row_without_words_or_place_is_invalid)
{
	(void)arg;
	struct outbox_row row = {.op = OUTBOX_POST};
	assert_int_equal(outbox_put(tx, &row), ERR_INVALID);
	row = (struct outbox_row){.op = OUTBOX_POST, .body = json_object()};
	assert_int_equal(outbox_put(tx, &row), ERR_INVALID);
	row = (struct outbox_row){.op = OUTBOX_UPDATE, .conversation = "C0HELP0001", .body = json_object()};
	assert_int_equal(outbox_put(tx, &row), ERR_INVALID);
	return OK;
}

/* ---- order ---- */

TEST(one_row_of_a_conversation_leaves_at_a_time)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	post(tx, new_request(tx), help, "parent", "a");
	post(tx, new_request(tx), help, "parent", "b");
	post(tx, new_request(tx), jane, "card", "dm");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 2);
	expect(&c, 0, "a");
	expect(&c, 1, "dm");
	return OK;
}

TEST(a_row_in_flight_holds_its_conversation)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t busy = post(tx, new_request(tx), help, "parent", "a");
	post(tx, new_request(tx), help, "parent", "b");
	claim(tx, &c, 1);
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .busy = &busy, .busy_count = 1}, MAX);
	assert_int_equal(c.count, 0);
	MUST(outbox_sent(tx, busy, help, "1.1"));
	claim(tx, &c, 1);
	expect(&c, 0, "b");
	return OK;
}

TEST(a_skipped_conversation_waits)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	const char *skip[] = {help};
	post(tx, new_request(tx), help, "parent", "a");
	post(tx, new_request(tx), jane, "card", "dm");
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .skip = skip, .skip_count = 1}, MAX);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "dm");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 2);
	return OK;
}

TEST(no_more_than_asked_for_are_claimed)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	post(tx, 0, help, "", "a");
	post(tx, 0, jane, "", "b");
	claim_as(tx, &c, (struct outbox_claim){.now = 1}, 1);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "a");
	return OK;
}

TEST(decisions_leave_before_progress)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	struct outbox_row slow = {.priority = OUTBOX_PROGRESS};
	put_row(tx, slow, help, "", "progress");
	put_row(tx, slow, jane, "", "dm");
	post(tx, 0, help, "", "decision");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 2);
	expect(&c, 0, "decision");
	expect(&c, 1, "dm");
	return OK;
}

TEST(a_request_keeps_its_order_in_a_conversation)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx);
	reply(tx, id, "note.1", "first");
	post(tx, id, help, "prompt", "second");
	claim(tx, &c, 1);
	expect(&c, 0, "first");
	MUST(outbox_sent(tx, c.rows[0].id, help, "9.1"));
	claim(tx, &c, 1);
	expect(&c, 0, "second");
	return OK;
}

TEST(what_holds_back_a_decision_goes_as_fast_as_one)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t other = posted_request(tx), id = posted_request(tx);
	reply(tx, other, "note.1", "other");
	reply(tx, id, "note.1", "before");
	post(tx, id, help, "prompt", "decision");
	claim(tx, &c, 1);
	expect(&c, 0, "before");
	return OK;
}

TEST(a_reply_waits_for_its_parent)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = new_request(tx), parent = post(tx, id, help, "parent", "parent");
	reply(tx, id, "note.1", "reply");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 1);
	MUST(outbox_sent(tx, parent, help, "4.2"));
	claim(tx, &c, 1);
	expect(&c, 0, "reply");
	assert_string_equal(c.rows[0].thread_ts, "4.2");
	return OK;
}

TEST(a_parent_that_was_given_up_can_be_posted_behind_its_replies)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = new_request(tx);
	MUST(outbox_drop(tx, post(tx, id, help, "parent", "parent")));
	reply(tx, id, "note.1", "reply");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 0);
	update(tx, id, "parent", "parent again");
	claim(tx, &c, 1);
	expect(&c, 0, "parent again");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	MUST(outbox_sent(tx, c.rows[0].id, help, "5.5"));
	claim(tx, &c, 1);
	expect(&c, 0, "reply");
	return OK;
}

TEST(other_conversations_of_a_request_do_not_wait)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx);
	reply(tx, id, "note.1", "thread");
	post(tx, id, jane, "card", "card");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 2);
	return OK;
}

/* ---- updates ---- */

TEST(an_update_knows_where_its_message_stands)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx);
	update(tx, id, "parent", "new words");
	claim(tx, &c, 1);
	assert_int_equal(c.rows[0].op, OUTBOX_UPDATE);
	assert_string_equal(c.rows[0].channel, help);
	assert_true(strlen(c.rows[0].ts) > 0);
	MUST(outbox_sent(tx, c.rows[0].id, help, c.rows[0].ts));
	return OK;
}

TEST(overtaken_progress_is_merged)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), first = update(tx, id, "parent", "step 1"), pending;
	reply(tx, id, "note.1", "reply");
	assert_int_equal(update(tx, id, "parent", "step 2"), first);
	assert_int_equal(update(tx, id, "parent", "step 3"), first);
	MUST(outbox_pending(tx, &pending));
	assert_int_equal(pending, 2);
	claim(tx, &c, 1);
	expect(&c, 0, "step 3");
	return OK;
}

TEST(an_update_of_a_waiting_post_changes_the_post)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = new_request(tx);
	post(tx, id, help, "parent", "old");
	update(tx, id, "parent", "new");
	claim(tx, &c, 1);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "new");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	return OK;
}

TEST(an_update_waits_for_a_post_in_flight)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = new_request(tx), parent = post(tx, id, help, "parent", "old");
	claim(tx, &c, 1);
	update(tx, id, "parent", "new");
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .busy = &parent, .busy_count = 1}, MAX);
	assert_int_equal(c.count, 0);
	MUST(outbox_sent(tx, parent, help, "3.3"));
	claim(tx, &c, 1);
	expect(&c, 0, "new");
	assert_int_equal(c.rows[0].op, OUTBOX_UPDATE);
	assert_string_equal(c.rows[0].ts, "3.3");
	return OK;
}

TEST(an_update_whose_post_was_given_up_posts)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = new_request(tx), parent = post(tx, id, help, "parent", "old");
	claim(tx, &c, 1);
	update(tx, id, "parent", "new");
	MUST(outbox_drop(tx, parent));
	claim(tx, &c, 1);
	expect(&c, 0, "new");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	return OK;
}

TEST(an_update_of_nothing_posts)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	update(tx, new_request(tx), "parent", "new");
	claim(tx, &c, 1);
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	return OK;
}

TEST(a_deleted_parent_is_posted_anew_and_replies_wait_for_it)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	AUTO_REQUEST struct request_row row = {0};
	int64_t id = posted_request(tx), change = update(tx, id, "parent", "new");
	reply(tx, id, "note.1", "reply");
	claim(tx, &c, 1);
	MUST(outbox_repost(tx, change));
	claim(tx, &c, 1);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "new");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	MUST(outbox_sent(tx, change, help, "8.8"));
	MUST(request_get(tx, id, &row));
	assert_string_equal(row.thread_ts, "8.8");
	claim(tx, &c, 1);
	expect(&c, 0, "reply");
	assert_string_equal(c.rows[0].thread_ts, "8.8");
	return OK;
}

TEST(a_reply_whose_parent_is_gone_waits_for_the_next_parent)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), note = reply(tx, id, "note.1", "reply");
	claim(tx, &c, 1);
	expect(&c, 0, "reply");
	MUST(outbox_retry(tx, note, 1));
	MUST(outbox_parent_gone(tx, id, c.rows[0].thread_ts));
	claim(tx, &c, 1);
	assert_int_equal(c.count, 0);
	int64_t parent = update(tx, id, "parent", "new");
	claim(tx, &c, 1);
	expect(&c, 0, "new");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	MUST(outbox_parent_gone(tx, id, "old"));
	MUST(outbox_sent(tx, parent, help, "8.8"));
	MUST(outbox_parent_gone(tx, id, "old"));
	claim(tx, &c, 1);
	expect(&c, 0, "reply");
	assert_string_equal(c.rows[0].thread_ts, "8.8");
	return OK;
}

TEST(without_a_parent_for_good_nothing_waits_for_one)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t pending, id = new_request(tx), other = posted_request(tx);
	reply(tx, id, "note.1", "of no thread");
	reply(tx, other, "note.1", "of a thread");
	post(tx, id, jane, "card", "direct");
	MUST(outbox_drop_replies(tx, id));
	MUST(outbox_drop_replies(tx, other));
	MUST(outbox_pending(tx, &pending));
	assert_int_equal(pending, 2);
	claim(tx, &c, 1);
	assert_int_equal(c.count, 2);
	expect(&c, 0, "direct");
	expect(&c, 1, "of a thread");
	return OK;
}

/* Else the update, put back to wait, would be one of no message: it and all replies would wait for ever. */
TEST(a_parent_that_is_being_updated_is_not_gone_before_the_update_says_so)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx);
	int64_t row = update(tx, id, "parent", "news");
	claim(tx, &c, 1);
	expect(&c, 0, "news");
	MUST(outbox_parent_gone(tx, id, c.rows[0].ts));
	reply(tx, id, "note.1", "reply");
	MUST(outbox_retry(tx, row, 1));
	claim(tx, &c, 1);
	expect(&c, 0, "news");
	assert_int_equal(c.rows[0].op, OUTBOX_UPDATE);
	MUST(outbox_repost(tx, row));
	claim(tx, &c, 1);
	expect(&c, 0, "news");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	MUST(outbox_sent(tx, row, help, "8.8"));
	claim(tx, &c, 1);
	expect(&c, 0, "reply");
	assert_string_equal(c.rows[0].thread_ts, "8.8");
	return OK;
}

/* Buttons that are over must not wait for a row of new messages, one a second. */
TEST(an_update_does_not_wait_for_new_messages_of_its_request)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	const char *resting[] = {help};
	int64_t id = posted_request(tx);
	post(tx, id, help, "note.1", "note");
	update(tx, id, "parent", "news");
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .resting = resting, .resting_count = 1}, MAX);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "news");
	claim_as(tx, &c,
	         (struct outbox_claim){
	             .now = 1, .resting = resting, .resting_count = 1, .busy = &c.rows[0].id, .busy_count = 1},
	         MAX);
	assert_int_equal(c.count, 0);
	return OK;
}

TEST(where_new_messages_rest_only_they_wait)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	const char *resting[] = {help};
	struct outbox_row quiet = {.op = OUTBOX_EPHEMERAL, .user = "U0JANE0001", .priority = OUTBOX_PROGRESS};
	post(tx, 0, help, "", "new");
	put_row(tx, quiet, help, "", "for you");
	post(tx, 0, jane, "", "dm");
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .resting = resting, .resting_count = 1}, MAX);
	assert_int_equal(c.count, 2);
	expect(&c, 0, "dm");
	expect(&c, 1, "for you");
	return OK;
}

TEST(a_method_that_rests_holds_back_no_other)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	struct outbox_row closing = {.op = OUTBOX_UPDATE, .priority = OUTBOX_DECISION};
	int64_t one = posted_request(tx), two = posted_request(tx);
	update(tx, one, "parent", "news");
	closing.request = two;
	put_row(tx, closing, help, "parent", "decided");
	reply(tx, one, "note.1", "note");
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .no_updates = true}, MAX);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "note");
	MUST(outbox_sent(tx, c.rows[0].id, help, "7.7"));
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .no_posts = true, .no_polish = true}, MAX);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "decided");
	MUST(outbox_sent(tx, c.rows[0].id, help, "8.8"));
	claim_as(tx, &c, (struct outbox_claim){.now = 1, .no_polish = true}, MAX);
	assert_int_equal(c.count, 0);
	claim(tx, &c, 1);
	expect(&c, 0, "news");
	return OK;
}

TEST(an_update_that_comes_back_gives_way_to_newer_words)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t pending, id = posted_request(tx), first = update(tx, id, "parent", "is asked");
	claim(tx, &c, 1);
	int64_t second = update(tx, id, "parent", "is over");
	MUST(outbox_retry(tx, first, 1000));
	claim(tx, &c, 2);
	assert_int_equal(c.count, 0);
	claim(tx, &c, 1000);
	expect(&c, 0, "is over");
	MUST(outbox_sent(tx, second, help, "1.1"));
	MUST(outbox_pending(tx, &pending));
	assert_int_equal(pending, 0);
	return OK;
}

TEST(updates_of_one_message_follow_each_other)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), first = update(tx, id, "parent", "step 1");
	claim(tx, &c, 1);
	int64_t second = update(tx, id, "parent", "step 2");
	assert_true(second != first);
	claim(tx, &c, 2);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.rows[0].id, first);
	MUST(outbox_sent(tx, first, help, "1.0"));
	claim(tx, &c, 3);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.rows[0].id, second);
	return OK;
}

TEST(a_decision_wakes_the_polish_that_it_is_merged_with)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	struct outbox_row urgent = {.op = OUTBOX_UPDATE, .priority = OUTBOX_DECISION};
	int64_t id = posted_request(tx), news = update(tx, id, "parent", "news");
	claim(tx, &c, 1);
	MUST(outbox_retry(tx, news, 500));
	urgent.request = id;
	assert_int_equal(put_row(tx, urgent, help, "parent", "decided"), news);
	claim(tx, &c, 2);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "decided");
	assert_int_equal(c.rows[0].priority, OUTBOX_DECISION);
	return OK;
}

TEST(a_decision_does_not_make_polish_urgent)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx);
	update(tx, id, "parent", "news");
	post(tx, id, help, "prompt", "decision");
	claim(tx, &c, 1);
	expect(&c, 0, "decision");
	MUST(outbox_sent(tx, c.rows[0].id, help, "9.9"));
	claim(tx, &c, 1);
	expect(&c, 0, "news");
	assert_int_equal(c.rows[0].priority, OUTBOX_PARENT);
	return OK;
}

/* ---- failure ---- */

TEST(the_time_of_the_last_try_is_told)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t row = post(tx, 0, help, "", "a");
	claim(tx, &c, 10);
	assert_int_equal(c.rows[0].last_sent_at, 0);
	MUST(outbox_unsure(tx, row, 20));
	claim(tx, &c, 30);
	assert_int_equal(c.rows[0].last_sent_at, 10);
	claim(tx, &c, 90);
	assert_int_equal(c.rows[0].first_sent_at, 10);
	assert_int_equal(c.rows[0].last_sent_at, 30);
	return OK;
}

TEST(only_lost_threads_count_as_lost)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), note = reply(tx, id, "note.1", "reply");
	claim(tx, &c, 1);
	assert_int_equal(c.rows[0].threads_lost, 0);
	MUST(outbox_retry(tx, note, 2));
	claim(tx, &c, 2);
	MUST(outbox_thread_lost(tx, note, 3));
	claim(tx, &c, 3);
	assert_int_equal(c.rows[0].threads_lost, 1);
	assert_int_equal(c.rows[0].attempts, 3);
	return OK;
}

TEST(a_retry_comes_back_when_its_time_has_come)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t next, row = post(tx, new_request(tx), help, "parent", "a");
	MUST(outbox_next(tx, &next));
	assert_int_equal(next, 0);
	claim(tx, &c, 1);
	MUST(outbox_retry(tx, row, 500));
	MUST(outbox_next(tx, &next));
	assert_int_equal(next, 500);
	claim(tx, &c, 499);
	assert_int_equal(c.count, 0);
	claim(tx, &c, 500);
	expect(&c, 0, "a");
	assert_int_equal(c.rows[0].attempts, 2);
	assert_int_equal(c.rows[0].first_sent_at, 1);
	assert_false(c.rows[0].was_sending);
	return OK;
}

TEST(a_retry_holds_its_request_but_not_the_others)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), first = reply(tx, id, "note.1", "first");
	reply(tx, id, "note.2", "second");
	claim(tx, &c, 1);
	post(tx, new_request(tx), help, "parent", "other");
	MUST(outbox_retry(tx, first, 500));
	claim(tx, &c, 1);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "other");
	return OK;
}

/* The limit of chat.update is no reason to let people wait for their cards. */
TEST(an_update_that_sleeps_is_passed)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), news = update(tx, id, "parent", "news"), card;
	claim(tx, &c, 1);
	expect(&c, 0, "news");
	card = reply(tx, id, "note.1", "card");
	MUST(outbox_retry(tx, news, 500));
	claim(tx, &c, 1);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "card");
	MUST(outbox_sent(tx, card, help, "9.9"));
	claim(tx, &c, 499);
	assert_int_equal(c.count, 0);
	claim(tx, &c, 500);
	expect(&c, 0, "news");
	return OK;
}

TEST(a_row_put_for_later_sleeps)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	struct outbox_row later = {.not_before = 700};
	put_row(tx, later, help, "", "later");
	claim(tx, &c, 699);
	assert_int_equal(c.count, 0);
	claim(tx, &c, 700);
	assert_int_equal(c.count, 1);
	return OK;
}

TEST(a_clock_that_is_set_back_puts_nothing_to_sleep_for_long)
{
	(void)arg;
	enum { HOUR_MS = 3600 * 1000 };
	AUTO_CLAIM struct claimed c = {0};
	int64_t later = post(tx, 0, help, "", "later"), unsure = post(tx, 0, jane, "", "unsure");
	claim(tx, &c, 2 * HOUR_MS);
	assert_int_equal(c.count, 2);
	MUST(outbox_retry(tx, later, 2 * HOUR_MS + 1000));
	MUST(outbox_unsure(tx, unsure, 2 * HOUR_MS + 1000));
	claim(tx, &c, 2 * HOUR_MS);
	assert_int_equal(c.count, 0);
	claim(tx, &c, HOUR_MS);
	assert_int_equal(c.count, 2);
	return OK;
}

TEST(what_was_in_flight_at_a_crash_is_claimed_as_that)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t row = post(tx, 0, help, "", "a");
	claim(tx, &c, 1);
	claim(tx, &c, 2);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.rows[0].id, row);
	assert_true(c.rows[0].was_sending);
	assert_int_equal(c.rows[0].first_sent_at, 1);
	return OK;
}

TEST(what_is_unsure_keeps_its_lane_until_it_is_looked_up)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t next, id = posted_request(tx), first = reply(tx, id, "note.1", "first");
	reply(tx, id, "note.2", "second");
	claim(tx, &c, 1);
	MUST(outbox_unsure(tx, first, 300));
	claim(tx, &c, 299);
	assert_int_equal(c.count, 0);
	MUST(outbox_next(tx, &next));
	assert_int_equal(next, 300);
	claim(tx, &c, 300);
	assert_int_equal(c.count, 1);
	expect(&c, 0, "first");
	assert_true(c.rows[0].was_sending);
	return OK;
}

TEST(a_dropped_row_lets_the_next_one_go)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t id = posted_request(tx), first = reply(tx, id, "note.1", "first");
	reply(tx, id, "note.2", "second");
	claim(tx, &c, 1);
	MUST(outbox_drop(tx, first));
	claim(tx, &c, 1);
	expect(&c, 0, "second");
	return OK;
}

TEST(an_ephemeral_can_be_sent_as_a_direct_message)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	struct outbox_row quiet = {.op = OUTBOX_EPHEMERAL, .user = "U0JANE0001"};
	int64_t row = put_row(tx, quiet, help, "", "for you");
	post(tx, 0, help, "", "next");
	claim(tx, &c, 1);
	assert_string_equal(c.rows[0].user, "U0JANE0001");
	MUST(outbox_redirect(tx, row, jane));
	claim(tx, &c, 1);
	assert_int_equal(c.count, 2);
	expect(&c, 0, "for you");
	assert_int_equal(c.rows[0].op, OUTBOX_POST);
	assert_string_equal(c.rows[0].conversation, jane);
	return OK;
}

TEST(rows_about_no_request_do_not_wait_for_each_other)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	int64_t first = post(tx, 0, help, "", "first");
	post(tx, 0, help, "", "second");
	claim(tx, &c, 1);
	MUST(outbox_retry(tx, first, 500));
	claim(tx, &c, 1);
	expect(&c, 0, "second");
	return OK;
}

/* ---- all together ---- */

static unsigned roll(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

/* Sends everything there is, with failures now and then, and notes each reply's order. */
TEST(whatever_fails_everything_leaves_and_in_order)
{
	(void)arg;
	AUTO_CLAIM struct claimed c = {0};
	unsigned seed = 7, sent = 0;
	int64_t requests[10], last[1000] = {0}, now = 1, pending = 1;
	for (int i = 0; i < 10; i++) {
		requests[i] = new_request(tx);
		post(tx, requests[i], help, "parent", "parent");
	}
	for (int i = 0; i < 200; i++) {
		char slot[24];
		snprintf(slot, sizeof slot, "note.%d", i);
		reply(tx, requests[roll(&seed, 10)], slot, slot);
		if (i % 4 == 0)
			update(tx, requests[roll(&seed, 10)], "parent", "news");
	}
	for (int turn = 0; pending > 0 && turn < 5000; turn++) {
		claim(tx, &c, now++);
		for (size_t i = 0; i < c.count; i++) {
			const struct outbox_row *row = &c.rows[i];
			char ts[24];
			unsigned luck = roll(&seed, 6);
			if (luck == 0) {
				MUST(outbox_retry(tx, row->id, now + 3));
				continue;
			}
			if (luck == 1) {
				MUST(outbox_unsure(tx, row->id, now + 2));
				continue;
			}
			assert_true(!row->in_thread || row->thread_ts[0]);
			if (row->op == OUTBOX_POST) {
				assert_true(row->id > last[row->request]);
				last[row->request] = row->id;
			}
			snprintf(ts, sizeof ts, "%u.0", ++sent);
			MUST(outbox_sent(tx, row->id, help, ts));
		}
		MUST(outbox_pending(tx, &pending));
	}
	assert_int_equal(pending, 0);
	return OK;
}

static enum errc wait_in_a_slot(struct tx *tx, void *arg)
{
	(void)arg;
	bool waits = false;
	struct outbox_row row = {
	    .request = 7, .op = OUTBOX_POST, .slot = "prompt.1", .body = json_pack("{s:s}", "text", "x")};
	text_copy(row.conversation, sizeof row.conversation, "C0HELP0001");
	MUST(outbox_slot_waits(tx, 7, "prompt.1", &waits));
	assert_false(waits);
	MUST(outbox_put(tx, &row));
	MUST(outbox_slot_waits(tx, 7, "prompt.1", &waits));
	assert_true(waits);
	MUST(outbox_slot_waits(tx, 7, "prompt.2", &waits));
	assert_false(waits);
	MUST(outbox_slot_waits(tx, 8, "prompt.1", &waits));
	assert_false(waits);
	MUST(outbox_drop(tx, row.id));
	MUST(outbox_slot_waits(tx, 7, "prompt.1", &waits));
	assert_false(waits);
	return OK;
}

static void what_waits_for_a_slot_is_known(void **state)
{
	fixture_run(state, wait_in_a_slot, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(what_waits_for_a_slot_is_known),
	    CASE(a_post_is_claimed_once_and_fills_its_slot),
	    CASE(what_pends_is_what_was_committed),
	    CASE(an_answer_about_a_row_that_is_gone_is_not_found),
	    CASE(an_id_is_never_given_out_twice),
	    CASE(a_row_without_words_or_place_is_invalid),
	    CASE(one_row_of_a_conversation_leaves_at_a_time),
	    CASE(a_row_in_flight_holds_its_conversation),
	    CASE(a_skipped_conversation_waits),
	    CASE(no_more_than_asked_for_are_claimed),
	    CASE(decisions_leave_before_progress),
	    CASE(a_request_keeps_its_order_in_a_conversation),
	    CASE(what_holds_back_a_decision_goes_as_fast_as_one),
	    CASE(a_reply_waits_for_its_parent),
	    CASE(a_parent_that_was_given_up_can_be_posted_behind_its_replies),
	    CASE(other_conversations_of_a_request_do_not_wait),
	    CASE(an_update_knows_where_its_message_stands),
	    CASE(overtaken_progress_is_merged),
	    CASE(an_update_of_a_waiting_post_changes_the_post),
	    CASE(an_update_waits_for_a_post_in_flight),
	    CASE(an_update_whose_post_was_given_up_posts),
	    CASE(an_update_of_nothing_posts),
	    CASE(a_deleted_parent_is_posted_anew_and_replies_wait_for_it),
	    CASE(a_reply_whose_parent_is_gone_waits_for_the_next_parent),
	    CASE(without_a_parent_for_good_nothing_waits_for_one),
	    CASE(a_parent_that_is_being_updated_is_not_gone_before_the_update_says_so),
	    CASE(an_update_does_not_wait_for_new_messages_of_its_request),
	    CASE(where_new_messages_rest_only_they_wait),
	    CASE(a_method_that_rests_holds_back_no_other),
	    CASE(an_update_that_comes_back_gives_way_to_newer_words),
	    CASE(updates_of_one_message_follow_each_other),
	    CASE(a_decision_wakes_the_polish_that_it_is_merged_with),
	    CASE(a_decision_does_not_make_polish_urgent),
	    CASE(the_time_of_the_last_try_is_told),
	    CASE(only_lost_threads_count_as_lost),
	    CASE(a_retry_comes_back_when_its_time_has_come),
	    CASE(a_retry_holds_its_request_but_not_the_others),
	    CASE(an_update_that_sleeps_is_passed),
	    CASE(a_row_put_for_later_sleeps),
	    CASE(a_clock_that_is_set_back_puts_nothing_to_sleep_for_long),
	    CASE(what_was_in_flight_at_a_crash_is_claimed_as_that),
	    CASE(what_is_unsure_keeps_its_lane_until_it_is_looked_up),
	    CASE(a_dropped_row_lets_the_next_one_go),
	    CASE(an_ephemeral_can_be_sent_as_a_direct_message),
	    CASE(rows_about_no_request_do_not_wait_for_each_other),
	    CASE(whatever_fails_everything_leaves_and_in_order),
	};
	return fixture_main("outbox", tests, sizeof tests / sizeof tests[0]);
}

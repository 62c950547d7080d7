/*
 * The contract of store/audit.h: a chain that shows what was done to it.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/store_private.h" /* only to tamper */
#include "tests/contract/fixture.h"

static enum errc add_ten(struct tx *tx, void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		struct audit_row row = {.at = 1000 * (i + 1), .actor = "U0HELP0001", .via = "command", .repair = i / 2};
		snprintf(row.action, sizeof row.action, "deed-%d", i);
		MUST(audit_add(tx, &row));
	}
	return OK;
}

struct trail {
	int64_t n;
	char hash[65];
	int count;
	int64_t first_at;
};

static enum errc note(void *arg, const struct audit_row *row)
{
	struct trail *trail = arg;
	if (trail->count++ == 0)
		trail->first_at = row->at;
	trail->n = row->n;
	text_copy(trail->hash, sizeof trail->hash, row->hash);
	return OK;
}

static enum errc walk(struct tx *tx, void *arg)
{
	return audit_each(tx, 0, note, arg);
}

static enum errc walk_late(struct tx *tx, void *arg)
{
	return audit_each(tx, 7000, note, arg);
}

struct check {
	int64_t expect_n;
	const char *expect_hash;
	int64_t n;
	char hash[65];
	struct err err;
};

static enum errc verify(struct tx *tx, void *arg)
{
	struct check *c = arg;
	return audit_verify(tx, c->expect_n, c->expect_hash, &c->n, c->hash, &c->err);
}

static void an_empty_trail_is_whole(void **state)
{
	struct check c = {0};
	fixture_run(state, verify, &c);
	assert_int_equal(c.n, 0);
	assert_int_equal(strlen(c.hash), 64);
}

static void an_untouched_trail_is_whole(void **state)
{
	struct check c = {0};
	struct trail trail = {0};
	fixture_run(state, add_ten, NULL);
	fixture_reopen(*state);
	fixture_run(state, add_ten, NULL);
	fixture_run(state, verify, &c);
	fixture_run(state, walk, &trail);
	assert_int_equal(trail.count, 20);
	assert_int_equal(c.n, 20);
	assert_int_equal(trail.n, 20);
	assert_string_equal(trail.hash, c.hash);
}

static void a_trail_is_told_since_a_time(void **state)
{
	struct trail trail = {0};
	fixture_run(state, add_ten, NULL);
	fixture_run(state, walk_late, &trail);
	assert_int_equal(trail.count, 4);
	assert_int_equal(trail.first_at, 7000);
}

static void a_walk_over_many_pages_is_complete(void **state)
{
	struct trail trail = {0};
	for (int i = 0; i < 30; i++)
		fixture_run(state, add_ten, NULL);
	fixture_run(state, walk, &trail);
	assert_int_equal(trail.count, 300);
	assert_int_equal(trail.n, 300);
}

static enum errc add_and_fail(struct tx *tx, void *arg)
{
	(void)add_ten(tx, arg);
	return ERR_REFUSED;
}

static void a_line_that_was_rolled_back_leaves_no_gap(void **state)
{
	struct check c = {0};
	fixture_run(state, add_ten, NULL);
	assert_int_equal(fixture_try(state, add_and_fail, NULL), ERR_REFUSED);
	fixture_run(state, add_ten, NULL);
	fixture_run(state, verify, &c);
	assert_int_equal(c.n, 20);
}

static enum errc known_line(struct tx *tx, void *arg)
{
	(void)arg;
	struct audit_row row = {.at = 1763917820999,
	                        .actor = "U0ADMIN001",
	                        .via = "cli",
	                        .action = "approve",
	                        .repair = 42,
	                        .detail = "gr\xc3\xbc\xc3\x9f dich"};
	char text[400], hash[65];
	int len =
	    snprintf(text, sizeof text, "%064d1:1,20:2025-11-23T17:10:20Z,10:U0ADMIN001,3:cli,7:approve,2:42,11:%s,", 0,
	             "gr\xc3\xbc\xc3\x9f dich");
	text_sha256_hex(hash, text, (size_t)len);
	MUST(audit_add(tx, &row));
	assert_string_equal(row.hash, hash);
	assert_int_equal(row.n, 1);
	return OK;
}

static void anybody_can_compute_the_hash(void **state)
{
	fixture_run(state, known_line, NULL);
}

/* ---- tampering ---- */

static enum errc run_sql(struct tx *tx, void *arg)
{
	return sql_run(tx, NULL, arg, NO_ARGS);
}

static void tampering_is_found(void **state, const char *sql, const char *words)
{
	struct check c = {0};
	char text[200];
	text_copy(text, sizeof text, sql);
	fixture_run(state, add_ten, NULL);
	fixture_run(state, run_sql, text);
	assert_int_equal(fixture_try(state, verify, &c), ERR_INVALID);
	assert_non_null(strstr(c.err.text, words));
}

static void a_changed_line_breaks_the_chain(void **state)
{
	tampering_is_found(state, "UPDATE audit SET actor = 'U0OTHER001' WHERE n = 4", "line 4");
}

static void a_changed_time_breaks_the_chain(void **state)
{
	tampering_is_found(state, "UPDATE audit SET at = at + 1 WHERE n = 4", "line 4");
}

static void a_word_moved_between_fields_breaks_the_chain(void **state)
{
	tampering_is_found(state, "UPDATE audit SET via = 'comman', action = 'd' || action WHERE n = 5", "line 5");
}

static void text_beyond_what_is_shown_breaks_the_chain(void **state)
{
	tampering_is_found(
	    state, "UPDATE audit SET via = via || '                                       x' WHERE n = 6", "line 6");
}

static void a_line_cut_out_breaks_the_chain(void **state)
{
	tampering_is_found(state, "DELETE FROM audit WHERE n = 7", "line 7");
}

static void a_cut_off_end_shows_against_a_noted_head(void **state)
{
	char sql[] = "DELETE FROM audit WHERE n > 8";
	struct check c = {0};
	fixture_run(state, add_ten, NULL);
	fixture_run(state, verify, &c);
	struct check again = {.expect_n = c.n, .expect_hash = c.hash};
	fixture_run(state, verify, &again);
	fixture_run(state, run_sql, sql);
	fixture_run(state, verify, &(struct check){0});
	assert_int_equal(fixture_try(state, verify, &again), ERR_INVALID);
}

static void a_trail_written_anew_shows_against_a_noted_head(void **state)
{
	struct check c = {.expect_n = 3, .expect_hash = "0000"};
	fixture_run(state, add_ten, NULL);
	assert_int_equal(fixture_try(state, verify, &c), ERR_INVALID);
	assert_non_null(strstr(c.err.text, "line 3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(an_empty_trail_is_whole),
	    CASE(an_untouched_trail_is_whole),
	    CASE(a_trail_is_told_since_a_time),
	    CASE(a_walk_over_many_pages_is_complete),
	    CASE(a_line_that_was_rolled_back_leaves_no_gap),
	    CASE(anybody_can_compute_the_hash),
	    CASE(a_changed_line_breaks_the_chain),
	    CASE(a_changed_time_breaks_the_chain),
	    CASE(a_word_moved_between_fields_breaks_the_chain),
	    CASE(text_beyond_what_is_shown_breaks_the_chain),
	    CASE(a_line_cut_out_breaks_the_chain),
	    CASE(a_cut_off_end_shows_against_a_noted_head),
	    CASE(a_trail_written_anew_shows_against_a_noted_head),
	};
	return fixture_main("audit", tests, sizeof tests / sizeof tests[0]);
}

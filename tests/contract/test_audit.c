/*
 * The contract of store/audit.h: a chain that shows what was done to it.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/store_private.h" /* only to tamper, and to grow old */
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
	struct audit_note notes[3];
	struct audit_proof proof;
	struct err err;
};

static enum errc verify(struct tx *tx, void *arg)
{
	struct check *c = arg;
	c->proof.notes = c->notes;
	return audit_verify(tx, &c->proof, &c->err);
}

/* The head as the check found it, noted. */
static struct check noted(const struct check *c)
{
	struct check again = {.proof.note_count = 1, .notes = {{.n = c->proof.n, .what = "the note"}}};
	text_copy(again.notes[0].hash, sizeof again.notes[0].hash, c->proof.hash);
	return again;
}

static void an_empty_trail_is_whole(void **state)
{
	struct check c = {0};
	fixture_run(state, verify, &c);
	assert_int_equal(c.proof.n, 0);
	assert_int_equal(strlen(c.proof.hash), 64);
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
	assert_int_equal(c.proof.n, 20);
	assert_int_equal(trail.n, 20);
	assert_string_equal(trail.hash, c.proof.hash);
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
	assert_int_equal(c.proof.n, 20);
}

static void digest(char out[static 65], const char *salt, const char *field, const char *words)
{
	char text[400];
	int len = snprintf(text, sizeof text, "%zu:%s,%zu:%s,%zu:%s,", strlen(salt), salt, strlen(field), field,
	                   strlen(words), words);
	text_sha256_hex(out, text, (size_t)len);
}

/* By the recipe of the header, with nothing of the program. */
static enum errc known_line(struct tx *tx, void *arg)
{
	(void)arg;
	struct audit_row row = {.at = 1763917820999,
	                        .actor = "U0ADMIN001",
	                        .via = "cli",
	                        .action = "approve",
	                        .repair = 42,
	                        .detail = "gr\xc3\xbc\xc3\x9f dich"};
	char text[600], hash[65], actor[65], detail[65];
	MUST(audit_add(tx, &row));
	digest(actor, row.actor_salt, "actor", "U0ADMIN001");
	digest(detail, row.detail_salt, "detail", "gr\xc3\xbc\xc3\x9f dich");
	int len = snprintf(text, sizeof text, "%064d2:v2,1:1,20:2025-11-23T17:10:20Z,3:cli,7:approve,2:42,64:%s,64:%s,",
	                   0, actor, detail);
	text_sha256_hex(hash, text, (size_t)len);
	assert_string_equal(row.hash, hash);
	assert_int_equal(row.n, 1);
	assert_int_equal(row.version, 2);
	return OK;
}

static void anybody_can_compute_the_hash(void **state)
{
	fixture_run(state, known_line, NULL);
}

/* ---- forgetting ---- */

static enum errc forget_some(struct tx *tx, void *arg)
{
	(void)arg;
	MUST(audit_forget(tx, 3, true, false));
	MUST(audit_forget(tx, 4, false, true));
	MUST(audit_forget(tx, 5, true, true));
	return audit_forget(tx, 5, true, true);
}

static enum errc look_at_forgotten(void *arg, const struct audit_row *row)
{
	bool no_actor = row->n == 3 || row->n == 5, no_detail = row->n == 4 || row->n == 5;
	(void)arg;
	assert_string_equal(row->actor, no_actor ? "" : "U0HELP0001");
	assert_int_equal(text_empty(row->actor_salt), no_actor);
	assert_int_equal(text_empty(row->detail_salt), no_detail);
	assert_int_equal(strlen(row->actor_digest), 64);
	return OK;
}

static enum errc walk_forgotten(struct tx *tx, void *arg)
{
	return audit_each(tx, 0, look_at_forgotten, arg);
}

static void a_line_whose_words_are_gone_still_verifies(void **state)
{
	struct check c = {0}, later = {0};
	fixture_run(state, add_ten, NULL);
	fixture_run(state, verify, &c);
	fixture_run(state, forget_some, NULL);
	later = noted(&c);
	fixture_run(state, verify, &later);
	assert_int_equal(later.proof.n, 10);
	assert_int_equal(later.proof.erased, 3);
	fixture_run(state, walk_forgotten, NULL);
}

static enum errc digests_differ(void *arg, const struct audit_row *row)
{
	char *last = arg;
	assert_string_not_equal(row->actor_digest, last);
	text_copy(last, 65, row->actor_digest);
	return OK;
}

static enum errc walk_digests(struct tx *tx, void *arg)
{
	return audit_each(tx, 0, digests_differ, arg);
}

static void the_same_words_never_have_the_same_digest(void **state)
{
	char last[65] = "";
	fixture_run(state, add_ten, NULL);
	fixture_run(state, walk_digests, last);
}

/* ---- tampering ---- */

static enum errc run_sql(struct tx *tx, void *arg)
{
	return tx->driver->exec(tx->db, arg);
}

static void tampering_is_found(void **state, const char *sql, const char *words)
{
	struct check c = {0};
	char text[250];
	text_copy(text, sizeof text, sql);
	fixture_run(state, add_ten, NULL);
	fixture_run(state, run_sql, text);
	assert_int_equal(fixture_try(state, verify, &c), ERR_INVALID);
	assert_non_null(strstr(c.err.text, words));
}

static void a_changed_line_breaks_the_chain(void **state)
{
	tampering_is_found(state, "UPDATE audit SET action = 'other' WHERE n = 4", "line 4");
}

static void changed_words_show(void **state)
{
	tampering_is_found(state, "UPDATE audit_words SET actor = 'U0OTHER001' WHERE n = 4", "words of line 4");
}

static void words_put_where_they_were_erased_show(void **state)
{
	tampering_is_found(state, "UPDATE audit_words SET actor_salt = '', actor = 'U0OTHER001' WHERE n = 4",
	                   "words of line 4");
}

static void a_line_passed_off_as_an_old_one_breaks_the_chain(void **state)
{
	tampering_is_found(state,
	                   "UPDATE audit SET version = 1, action = 'other' WHERE n = 4;"
	                   "DELETE FROM audit_words WHERE n = 4",
	                   "line 4");
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
	struct check again = noted(&c);
	fixture_run(state, verify, &again);
	fixture_run(state, run_sql, sql);
	fixture_run(state, verify, &(struct check){0});
	assert_int_equal(fixture_try(state, verify, &again), ERR_INVALID);
	assert_non_null(strstr(again.err.text, "the note is missing"));
}

static void a_trail_written_anew_shows_against_a_noted_head(void **state)
{
	struct check c = {.proof.note_count = 1, .notes = {{.n = 3, .hash = "0000", .what = "the note"}}};
	fixture_run(state, add_ten, NULL);
	assert_int_equal(fixture_try(state, verify, &c), ERR_INVALID);
	assert_non_null(strstr(c.err.text, "line 3 is not the one that the note names"));
}

static void each_of_several_notes_is_compared(void **state)
{
	struct trail trail = {0};
	struct check c = {.proof.note_count = 3};
	fixture_run(state, add_ten, NULL);
	fixture_run(state, walk, &trail);
	for (int i = 0; i < 3; i++) {
		c.notes[i].n = 10;
		text_copy(c.notes[i].hash, sizeof c.notes[i].hash, trail.hash);
	}
	fixture_run(state, verify, &c);
	c.notes[2].hash[0] ^= 1;
	assert_int_equal(fixture_try(state, verify, &c), ERR_INVALID);
}

/* ---- a trail of schema 2 ---- */

static enum errc add_old(struct tx *tx, int i, char previous[static 65])
{
	char text[400], hash[65], action[24];
	snprintf(action, sizeof action, "deed-%d", i);
	int len = snprintf(text, sizeof text, "%s1:%d,20:1970-01-01T00:00:0%dZ,10:U0HELP0001,7:command,6:%s,1:7,3:why,",
	                   previous, i, i, action);
	text_sha256_hex(hash, text, (size_t)len);
	text_copy(previous, 65, hash);
	return sql_run(tx, NULL,
	               "INSERT INTO audit_1 (n, at, actor, via, action, repair, detail, hash)"
	               " VALUES ($1, $2, 'U0HELP0001', 'command', $3, 7, 'why', $4)",
	               ARGS(value_int(i), value_int(i * 1000), value_text(action), value_text(hash)));
}

/* Five lines as schema 2 had them, which schema 3 finds and carries forward. */
static enum errc carry_old(struct tx *tx, void *arg)
{
	char *head = arg;
	snprintf(head, 65, "%064d", 0);
	MUST(tx->driver->exec(tx->db, "CREATE TABLE audit_1 (n BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL,"
	                              " actor TEXT NOT NULL, via TEXT NOT NULL, action TEXT NOT NULL,"
	                              " repair BIGINT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL)"));
	for (int i = 1; i <= 5; i++)
		MUST(add_old(tx, i, head));
	return audit_carry(tx);
}

/* With the head of the old trail as a note. */
static struct check carried(void **state)
{
	struct check c = {.proof.note_count = 1, .notes = {{.n = 5, .what = "the old head"}}};
	fixture_run(state, carry_old, c.notes[0].hash);
	fixture_reopen(*state);
	return c;
}

static void an_old_trail_is_carried_forward_and_still_verifies(void **state)
{
	struct check c = carried(state);
	struct trail trail = {0};
	fixture_run(state, verify, &c);
	assert_int_equal(c.proof.n, 6);
	assert_int_equal(c.proof.erased, 0);
	fixture_run(state, add_ten, NULL);
	fixture_run(state, verify, &c);
	assert_int_equal(c.proof.n, 16);
	fixture_run(state, walk, &trail);
	assert_int_equal(trail.count, 16);
}

static void the_words_of_an_old_line_can_be_forgotten(void **state)
{
	struct check c = carried(state);
	fixture_run(state, forget_some, NULL);
	fixture_run(state, verify, &c);
	assert_int_equal(c.proof.erased, 3);
}

static void old_tampering_is_found(void **state, const char *sql, const char *words)
{
	struct check c = carried(state);
	char text[200];
	text_copy(text, sizeof text, sql);
	fixture_run(state, forget_some, NULL);
	fixture_run(state, run_sql, text);
	assert_int_equal(fixture_try(state, verify, &c), ERR_INVALID);
	assert_non_null(strstr(c.err.text, words));
}

static void an_old_line_whose_words_are_gone_can_not_be_changed(void **state)
{
	old_tampering_is_found(state, "UPDATE audit SET action = 'other' WHERE n = 5", "line 6");
}

static void an_old_line_with_its_words_can_not_be_changed(void **state)
{
	old_tampering_is_found(state, "UPDATE audit SET action = 'other' WHERE n = 2", "line 2");
}

static void an_old_trail_without_the_line_that_carried_it_is_cut_off(void **state)
{
	old_tampering_is_found(state, "DELETE FROM audit WHERE n > 5", "cut off");
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
	    CASE(a_line_whose_words_are_gone_still_verifies),
	    CASE(the_same_words_never_have_the_same_digest),
	    CASE(changed_words_show),
	    CASE(words_put_where_they_were_erased_show),
	    CASE(a_line_passed_off_as_an_old_one_breaks_the_chain),
	    CASE(a_changed_line_breaks_the_chain),
	    CASE(a_changed_time_breaks_the_chain),
	    CASE(a_word_moved_between_fields_breaks_the_chain),
	    CASE(text_beyond_what_is_shown_breaks_the_chain),
	    CASE(a_line_cut_out_breaks_the_chain),
	    CASE(a_cut_off_end_shows_against_a_noted_head),
	    CASE(a_trail_written_anew_shows_against_a_noted_head),
	    CASE(each_of_several_notes_is_compared),
	    CASE(an_old_trail_is_carried_forward_and_still_verifies),
	    CASE(the_words_of_an_old_line_can_be_forgotten),
	    CASE(an_old_line_whose_words_are_gone_can_not_be_changed),
	    CASE(an_old_line_with_its_words_can_not_be_changed),
	    CASE(an_old_trail_without_the_line_that_carried_it_is_cut_off),
	};
	return fixture_main("audit", tests, sizeof tests / sizeof tests[0]);
}

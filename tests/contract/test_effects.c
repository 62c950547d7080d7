/*
 * The contract of store/effects.h.
 */
#include "bot/store/effects.h"
#include "bot/store/requests.h"
#include "tests/contract/fixture.h"

struct ledger {
	struct effect_row rows[4];
	int count;
};

static enum errc note(void *arg, const struct effect_row *row)
{
	struct ledger *ledger = arg;
	ledger->rows[ledger->count++] = *row;
	return OK;
}

static int64_t a_request(struct tx *tx)
{
	AUTO_REQUEST struct request_row row = {.state = "running", .open = true};
	MUST(request_insert(tx, &row));
	return row.id;
}

static struct effect_row an_intent(int64_t request)
{
	return (struct effect_row){
	    .request = request, .step = "revoke-siq", .kind = "revoke-token", .object = "0CQ1", .begun_at = 5};
}

static enum errc begin_and_end(struct tx *tx, void *arg)
{
	(void)arg;
	struct ledger ledger = {0};
	int64_t id = a_request(tx);
	struct effect_row row = an_intent(id);
	MUST(effect_begin(tx, &row));
	MUST(effect_each(tx, id, note, &ledger));
	assert_int_equal(ledger.count, 1);
	assert_int_equal(ledger.rows[0].id, row.id);
	assert_int_equal(ledger.rows[0].ended_at, 0);
	assert_string_equal(ledger.rows[0].object, "0CQ1");
	MUST(effect_end(tx, row.id, 9, "applied", "204"));
	ledger.count = 0;
	MUST(effect_each(tx, id, note, &ledger));
	assert_int_equal(ledger.rows[0].ended_at, 9);
	assert_string_equal(ledger.rows[0].result, "applied");
	assert_string_equal(ledger.rows[0].detail, "204");
	return OK;
}

static void an_intent_stays_open_until_its_result(void **state)
{
	fixture_run(state, begin_and_end, NULL);
}

static enum errc settle(struct tx *tx, void *arg)
{
	(void)arg;
	struct ledger ledger = {0};
	int64_t id = a_request(tx);
	struct effect_row ended = an_intent(id), open = an_intent(id), other = an_intent(id);
	other.step[0] = 'x';
	MUST(effect_begin(tx, &ended));
	MUST(effect_begin(tx, &open));
	MUST(effect_begin(tx, &other));
	MUST(effect_end(tx, ended.id, 6, "refused", ""));
	MUST(effect_settle(tx, id, "revoke-siq", 8, "already"));
	MUST(effect_each(tx, id, note, &ledger));
	assert_string_equal(ledger.rows[0].result, "refused");
	assert_string_equal(ledger.rows[1].result, "already");
	assert_int_equal(ledger.rows[2].ended_at, 0);
	return OK;
}

static void settling_closes_only_what_is_open_in_the_step(void **state)
{
	fixture_run(state, settle, NULL);
}

static enum errc end_unknown(struct tx *tx, void *arg)
{
	(void)arg;
	return effect_end(tx, 5, 1, "applied", "");
}

static void an_unknown_effect_can_not_end(void **state)
{
	assert_int_equal(fixture_try(state, end_unknown, NULL), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(an_intent_stays_open_until_its_result),
	    CASE(settling_closes_only_what_is_open_in_the_step),
	    CASE(an_unknown_effect_can_not_end),
	};
	return fixture_main("effects", tests, sizeof tests / sizeof tests[0]);
}

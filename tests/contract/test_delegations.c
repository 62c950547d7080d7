/*
 * The contract of store/delegations.h.
 */
#include "bot/store/delegations.h"

#include <string.h>

#include "tests/contract/fixture.h"

struct seen {
	struct delegation rows[4];
	int count;
};

static enum errc note(void *arg, const struct delegation *row)
{
	struct seen *seen = arg;
	seen->rows[seen->count++] = *row;
	return OK;
}

static enum errc stand(struct tx *tx, void *arg)
{
	(void)arg;
	const struct delegation first = {.absent = "U0ANN", .standin = "U0BEN", .since = 5, .until = 10};
	const struct delegation other = {.absent = "U0ANN", .standin = "U0CAT", .since = 6, .until = 20};
	struct delegation row = {0};
	MUST(delegation_put(tx, &first));
	MUST(delegation_put(tx, &other));
	MUST(delegation_get(tx, "U0ANN", 19, &row));
	assert_string_equal(row.standin, "U0CAT");
	assert_int_equal(row.until, 20);
	assert_int_equal(delegation_get(tx, "U0ANN", 20, &row), ERR_NOT_FOUND);
	assert_int_equal(delegation_get(tx, "U0CAT", 7, &row), ERR_NOT_FOUND);
	MUST(delegation_drop(tx, "U0ANN"));
	assert_int_equal(delegation_drop(tx, "U0ANN"), ERR_NOT_FOUND);
	return OK;
}

static void a_person_has_one_standin_until_then(void **state)
{
	fixture_run(state, stand, NULL);
}

static enum errc list(struct tx *tx, void *arg)
{
	(void)arg;
	const struct delegation over = {.absent = "U0ANN", .standin = "U0BEN", .since = 1, .until = 4};
	const struct delegation late = {.absent = "U0CAT", .standin = "U0BEN", .since = 9, .until = 20};
	const struct delegation early = {.absent = "U0DAN", .standin = "U0ANN", .since = 8, .until = 12};
	struct seen seen = {0};
	MUST(delegation_put(tx, &over));
	MUST(delegation_put(tx, &late));
	MUST(delegation_put(tx, &early));
	MUST(delegation_each(tx, 2, note, &seen));
	assert_int_equal(seen.count, 2); /* what was over when another was put is gone */
	assert_string_equal(seen.rows[0].absent, "U0DAN");
	assert_string_equal(seen.rows[1].absent, "U0CAT");
	seen.count = 0;
	MUST(delegation_each(tx, 12, note, &seen));
	assert_int_equal(seen.count, 1);
	MUST(delegation_forget(tx, "U0BEN"));
	seen.count = 0;
	MUST(delegation_each(tx, 2, note, &seen));
	assert_int_equal(seen.count, 1);
	return OK;
}

static void those_that_stand_are_listed_oldest_first(void **state)
{
	fixture_run(state, list, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_person_has_one_standin_until_then),
	    CASE(those_that_stand_are_listed_oldest_first),
	};
	return fixture_main("delegations", tests, sizeof tests / sizeof tests[0]);
}

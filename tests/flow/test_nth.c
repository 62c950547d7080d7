/*
 * tests/flow/test_nth.c - everything that can fail in the database fails once, in turn.
 *
 * A whole repair is played again and again; the first time its first statement
 * fails, then its second, and so on; then SQLite's allocations. Nothing may crash,
 * leak, be done twice or be forgotten: what was undone is done again when it is
 * asked for again. The statements are counted where the store calls SQLite
 * (linked with --wrap). NTH=1 plays them all (make soak); otherwise every 11th
 * fails, the allocations in wider steps.
 *
 * Our own allocations and jansson's end the process instead of failing (mem.h),
 * which is a kill like any other: test_ends.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt);
int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **), void *arg,
                        char **ret_error);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **), void *arg,
                        char **ret_error);

/* The process has one database under test at a time. */
static struct {
	long count;   /* statements so far */
	long fail_at; /* 0: none */
	int code;
} trouble;

/* Whether anybody reads what became of it: not of an undoing; and who can't ask for other writers takes it that there are. */
static bool matters(const char *sql)
{
	return !text_starts(sql, "ROLLBACK") && !text_eq(sql, "PRAGMA data_version");
}

static bool fails_now(const char *sql)
{
	return matters(sql) && ++trouble.count == trouble.fail_at;
}

int __wrap_sqlite3_step(sqlite3_stmt *stmt)
{
	return fails_now(sqlite3_sql(stmt)) ? trouble.code : __real_sqlite3_step(stmt);
}

int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **), void *arg,
                        char **ret_error)
{
	return fails_now(sql) ? trouble.code : __real_sqlite3_exec(db, sql, fn, arg, ret_error);
}

/* --- SQLite's memory --- */

static struct {
	sqlite3_mem_methods real;
	long count, fail_at;
} memory;

static void *starved_malloc(int size)
{
	return ++memory.count == memory.fail_at ? NULL : memory.real.xMalloc(size);
}

static void *starved_realloc(void *p, int size)
{
	return ++memory.count == memory.fail_at ? NULL : memory.real.xRealloc(p, size);
}

/* Before SQLite is used for the first time. */
static int starve_sqlite(void **state)
{
	(void)state;
	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory.real) != SQLITE_OK)
		return -1;
	sqlite3_mem_methods starved = memory.real;
	starved.xMalloc = starved_malloc;
	starved.xRealloc = starved_realloc;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &starved) == SQLITE_OK ? 0 : -1;
}

/* --- the plays --- */

static void whole_repair(struct world *w)
{
	world_add_link(w, "04Z000000000001AAA", false);
	world_type(w, HELP, "requester", "repair <@" JANE "|jane> reason: mails fail");
	world_play(w, 1);
}

static void rejected_repair(struct world *w)
{
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Reject");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

static void cancelled_repair(struct world *w)
{
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "cancel 1");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

struct play {
	void (*act)(struct world *w);
	const char *end;
};

/* What fails in a play: one number is 0. */
struct plant {
	long statement, allocation;
};

/* Plays it with something failing; how many there were. */
static struct plant play_with(const struct play *play, struct plant plant)
{
	static const int codes[] = {SQLITE_IOERR, SQLITE_FULL, SQLITE_NOMEM};
	struct world *w = world_new();
	w->store_may_fail = plant.statement + plant.allocation > 0;
	trouble.count = memory.count = 0;
	trouble.code = codes[plant.statement % 3];
	trouble.fail_at = plant.statement;
	memory.fail_at = plant.allocation;
	play->act(w);
	const struct plant count = {trouble.count, memory.count};
	trouble.fail_at = memory.fail_at = 0;
	for (int i = 0; i < 4; i++)
		world_wait(w, 30000);
	const char *complaint = world_complaint(w, 1);
	if (plant.statement > 0 && w->store_failures == 0)
		complaint = "nobody noticed that the statement failed";
	if (complaint != NULL || !text_eq(world_state(w, 1), play->end) || world_writes(w, "delete-set") > 1 ||
	    world_writes(w, "grant-set") > 1 || world_count(w) != 1)
		fail_msg("statement %ld, allocation %ld: %s, %s; %d repairs", plant.statement, plant.allocation,
		         world_state(w, 1), complaint != NULL ? complaint : "written twice", world_count(w));
	world_free(w);
	return count;
}

static long step_of(long usual)
{
	const char *word = getenv("NTH");
	return word != NULL ? strtol(word, NULL, 10) : usual;
}

static void each_statement_fails_in_turn(const struct play *play)
{
	long count = play_with(play, (struct plant){0}).statement;
	assert_true(count > 100);
	for (long n = 1; n <= count; n += step_of(11))
		play_with(play, (struct plant){.statement = n});
}

static void a_statement_that_fails_costs_a_repair_nothing(void **state)
{
	(void)state;
	each_statement_fails_in_turn(&(struct play){whole_repair, "completed"});
}

static void a_statement_that_fails_costs_a_rejected_repair_nothing(void **state)
{
	(void)state;
	each_statement_fails_in_turn(&(struct play){rejected_repair, "rejected"});
}

static void a_statement_that_fails_costs_a_cancelled_repair_nothing(void **state)
{
	(void)state;
	each_statement_fails_in_turn(&(struct play){cancelled_repair, "cancelled"});
}

static void memory_that_the_database_does_not_get_costs_a_repair_nothing(void **state)
{
	const struct play play = {whole_repair, "completed"};
	(void)state;
	long count = play_with(&play, (struct plant){0}).allocation;
	assert_true(count > 100);
	for (long n = 1; n <= count; n += step_of(count / 97))
		play_with(&play, (struct plant){.allocation = n});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_statement_that_fails_costs_a_repair_nothing),
	    cmocka_unit_test(a_statement_that_fails_costs_a_rejected_repair_nothing),
	    cmocka_unit_test(a_statement_that_fails_costs_a_cancelled_repair_nothing),
	    cmocka_unit_test(memory_that_the_database_does_not_get_costs_a_repair_nothing),
	};

	log_setup(LOG_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, starve_sqlite, NULL);
}

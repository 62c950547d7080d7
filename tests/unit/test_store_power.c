/*
 * A power cut at any write: what was acknowledged is there, the rest is whole or absent.
 *
 * A child writes until the power of its disk (support/cut_disk.h) is cut, and is gone; the parent opens the store as it
 * finds it. The whole engine on such a disk: flow/test_power.c. A control run in which syncs are lies has to lose
 * something, or the test could not fail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/store/audit.h"
#include "bot/store/store.h"
#include "tests/contract/fixture.h"
#include "tests/support/cut_disk.h"

enum { CUTS = 40, JOBS = 150, CUT = 77, DONE_UNCUT = 0 };

/* ---- parent and child ---- */

static enum errc write_line(struct tx *tx, void *arg)
{
	char key[24];
	static char words[6001];
	struct audit_row row = {.at = 1000, .actor = "eacbot", .action = "write"};
	snprintf(key, sizeof key, "job.%d", *(const int *)arg);
	size_t job = (size_t)(*(const int *)arg), len = 100 + job * 2654435761u % 5900;
	memset(words, 'x', len);
	words[len] = '\0';
	enum errc code = store_setting_set(tx, key, words);
	return code == OK ? audit_add(tx, &row) : code;
}

static _Noreturn void write_until_cut(const char *url, unsigned seed, bool lying, int acknowledged)
{
	struct store *store;
	cut_disk_put_in_between();
	cut_disk_on(50 + seed / 7 % 500, seed, lying);
	if (store_open(&store, &(struct store_options){.url = url}, NULL) != OK)
		_exit(cut_disk_is_dead() ? CUT : 2);
	for (int i = 1; i <= JOBS; i++)
		if (store_run(store, write_line, &i) != OK || write(acknowledged, &i, sizeof i) != sizeof i)
			_exit(cut_disk_is_dead() ? CUT : 3);
	_exit(DONE_UNCUT);
}

/* How many jobs were acknowledged. */
static int run_and_cut(const char *url, unsigned seed, bool lying)
{
	int ends[2], status, last = 0, n;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0)
		write_until_cut(url, seed, lying, ends[1]);
	close(ends[1]);
	while (read(ends[0], &n, sizeof n) == sizeof n)
		last = n;
	close(ends[0]);
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == CUT || WEXITSTATUS(status) == DONE_UNCUT);
	return last;
}

static enum errc count_lines(struct tx *tx, void *arg)
{
	struct audit_proof proof = {0};
	enum errc code = audit_verify(tx, &proof, NULL);
	*(int64_t *)arg = proof.n;
	return code;
}

/* What is there afterwards: the number of lines, or -1 when the store is broken. */
static int64_t look_after(const char *url)
{
	struct store *store;
	int64_t n;
	if (store_open(&store, &(struct store_options){.url = url}, NULL) != OK)
		return -1;
	if (store_run(store, count_lines, &n) != OK)
		n = -1;
	store_close(store);
	return n;
}

static void remove_all(const struct fixture *fixture)
{
	static const char *const names[] = {"test.db", "test.db-wal", "test.db-shm"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = mem_printf("%s/%s", fixture->folder, names[i]);
		unlink(path);
	}
}

/* The rounds in which something acknowledged was missing or the store was broken. */
static int rounds_with_a_loss(struct fixture *fixture, bool lying)
{
	int losses = 0;
	store_close(fixture->store);
	fixture->store = NULL;
	for (unsigned i = 0; i < CUTS; i++) {
		remove_all(fixture);
		int acknowledged = run_and_cut(fixture->url, 7777 + i * 2654435761u, lying);
		losses += look_after(fixture->url) < acknowledged;
	}
	return losses;
}

static void a_power_cut_loses_nothing_that_was_acknowledged(void **state)
{
	assert_int_equal(rounds_with_a_loss(*state, false), 0);
}

static void a_disk_that_lies_is_noticed_by_this_test(void **state)
{
	assert_true(rounds_with_a_loss(*state, true) > CUTS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_power_cut_loses_nothing_that_was_acknowledged),
	    CASE(a_disk_that_lies_is_noticed_by_this_test),
	};
	return fixture_main("store power", tests, sizeof tests / sizeof tests[0]);
}

/*
 * tests/flow/test_power.c - the power is cut under the whole engine, and the disk is full for a while.
 *
 * Whole repairs are played on a store in a file whose disk (support/cut_disk.h)
 * is cut at a chosen operation, and every now and then once more while the store
 * is opened again. What comes back is whole: pages, audit chain, and the last job
 * that was committed. Then the repair goes on and ends as it would have, with
 * every write made once and everything given back.
 *
 * With a disk that lies about its syncs something has to be lost, or none of this
 * says anything. POWER=N makes N cuts in each play to look longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "tests/flow/world.h"
#include "tests/support/cut_disk.h"

/* In each play; under the sanitizer, which is slow, fewer. */
#ifdef __SANITIZE_ADDRESS__
enum { CUTS = 40 };
#else
enum { CUTS = 100 };
#endif
enum { LIES = 40, FULLS = 30, LOST = 77 };

/* A disk with one store on it. */
struct disk {
	char folder[64], path[96], url[112];
	unsigned seed;
	bool lying;
	long at;  /* the operation at which it is cut or full */
	int cuts; /* so far */
	int full; /* jobs that found no room */
};

/* --- plays --- */

static void rest(struct world *w)
{
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

static void begin(struct world *w)
{
	world_add_link(w, "04Z000000000001AAA", false);
	world_type(w, HELP, "requester", "repair <@" JANE "|jane> reason: mails fail");
}

static void whole_repair(struct world *w)
{
	begin(w);
	world_play(w, 1);
}

/* Clicks until it is so: a click whose answer the power took is made again. */
static void rejected_repair(struct world *w)
{
	begin(w);
	for (int i = 0; i < 40 && !text_eq(world_state(w, 1), "waiting_approval"); i++)
		world_play_some(w, 1, 1);
	world_type(w, OMAR, "approver", "reject 1 not now");
	rest(w);
}

static void cancelled_repair(struct world *w)
{
	begin(w);
	for (int i = 0; i < 40 && !text_eq(world_state(w, 1), "waiting_backend"); i++)
		world_play_some(w, 1, 1);
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
}

static const struct play {
	void (*act)(struct world *w);
	const char *end;
} plays[] = {{whole_repair, "completed"}, {rejected_repair, "rejected"}, {cancelled_repair, "cancelled"}};

/* --- what comes back --- */

/* Something is wrong: what the test says, or what the control is there for. */
static void complain(const struct disk *disk, long at, const char *what)
{
	if (disk->lying)
		_exit(LOST);
	fail_msg("cut or full at %ld: %s", at, what);
}

struct proof {
	int64_t witness;
	bool has_repair;
	bool chain;
};

static enum errc job_proof(struct tx *tx, void *arg)
{
	struct proof *proof = arg;
	struct audit_proof chain = {0};
	struct request_row row = {0};
	char number[24] = "0";
	enum errc rc = store_setting_get(tx, "witness", number, sizeof number);
	if (rc != OK && rc != ERR_NOT_FOUND)
		return rc;
	proof->witness = strtoll(number, NULL, 10);
	proof->has_repair = request_get(tx, 1, &row) == OK;
	request_row_done(&row);
	proof->chain = audit_verify(tx, &chain, NULL) == OK;
	return OK;
}

static bool pages_are_whole(const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *stmt = NULL;
	bool whole = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	             sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
	             sqlite3_step(stmt) == SQLITE_ROW && text_eq((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return whole;
}

/* NULL, or what is lost. */
static const char *loss(const struct disk *disk, struct store *store, const struct world *w)
{
	struct proof proof = {0};
	if (!pages_are_whole(disk->path))
		return "the file is not whole";
	if (store_run(store, job_proof, &proof) != OK)
		return "it can't be read";
	if (!proof.chain)
		return "the audit chain is broken";
	if (proof.witness < w->witness)
		return "something committed is gone";
	if (!proof.has_repair && world_told(w, HELP, "EAC-1"))
		return "a repair that somebody was told of is gone";
	return NULL;
}

/* Power on, and the store opened; now and then it is cut once more meanwhile. */
static struct store *open_again(struct disk *disk)
{
	const struct store_options options = {.url = disk->url};
	struct store *store = NULL;
	struct err err = {0};
	disk->seed = disk->seed * 1664525u + 1013904223u;
	disk->cuts++;
	cut_disk_on(disk->cuts < 4 && disk->seed % 3 == 0 ? 1 + (disk->seed >> 8) % 40 : 0, disk->seed, disk->lying);
	if (store_open(&store, &options, &err) == OK)
		return store;
	if (cut_disk_is_dead())
		return open_again(disk);
	complain(disk, disk->at, err.text);
	return NULL;
}

static bool power_is_back(struct world *w, void *arg)
{
	struct disk *disk = arg;
	if (!cut_disk_is_dead())
		return false;
	store_close(w->store);
	w->store = open_again(disk);
	const char *lost = loss(disk, w->store, w);
	if (lost != NULL && cut_disk_is_dead()) /* while it was looked at */
		return power_is_back(w, arg);
	if (lost != NULL)
		complain(disk, disk->at, lost);
	return true;
}

static bool room_is_made(struct world *w, void *arg)
{
	struct disk *disk = arg;
	(void)w;
	disk->full++;
	return true; /* the same store is asked again, until there is room */
}

/* --- one play --- */

static void make_disk(struct disk *disk)
{
	/* In memory where that goes: the disk's wear is played, not felt. */
	snprintf(disk->folder, sizeof disk->folder, "%s/eacbot-test-XXXXXX",
	         access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(disk->folder));
	snprintf(disk->path, sizeof disk->path, "%s/test.db", disk->folder);
	snprintf(disk->url, sizeof disk->url, "sqlite:%s", disk->path);
}

static void remove_disk(const struct disk *disk)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".lock"};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		AUTO_FREE char *path = mem_printf("%s%s", disk->path, ends[i]);
		unlink(path);
	}
	rmdir(disk->folder);
}

static void check_end(struct world *w, const struct play *play, const struct disk *disk)
{
	rest(w);
	const char *complaint = world_complaint(w, 1);
	if (complaint == NULL && (world_writes(w, "delete-set") > 1 || world_writes(w, "grant-set") > 1))
		complaint = "written twice";
	if (complaint == NULL && (!text_eq(world_state(w, 1), play->end) || world_count(w) != 1))
		complaint = "another end";
	if (complaint == NULL)
		complaint = loss(disk, w->store, w);
	if (complaint != NULL)
		complain(disk, disk->at, complaint);
}

/* Plays on a disk that is cut or full at an operation; gives how many operations there were. */
static long play_once(struct disk *disk, const struct play *play, long cut_at, long full_at)
{
	const struct store_options options = {.url = disk->url};
	struct store *store = NULL;
	disk->at = cut_at + full_at;
	cut_disk_on(cut_at, disk->seed, disk->lying);
	if (store_open(&store, &options, NULL) != OK)
		store = open_again(disk);
	struct world *w = world_new_on(store);
	w->store_may_fail = true;
	w->mend = full_at > 0 ? room_is_made : power_is_back;
	w->mend_arg = disk;
	cut_disk_fill(full_at, full_at > 0 ? 12 : 0);
	play->act(w);
	check_end(w, play, disk);
	long operations = cut_disk_operations();
	world_free(w);
	return operations;
}

static long play_at(const struct play *play, unsigned seed, long cut_at, long full_at, int *ret_full)
{
	struct disk disk = {.seed = seed};
	make_disk(&disk);
	long operations = play_once(&disk, play, cut_at, full_at);
	remove_disk(&disk);
	*ret_full += disk.full;
	assert_true(cut_at == 0 || disk.cuts > 0);
	return operations;
}

static int cuts(void)
{
	const char *word = getenv("POWER");
	return word != NULL ? (int)strtol(word, NULL, 10) : CUTS;
}

static void cut_everywhere(const struct play *play)
{
	int full = 0;
	long operations = play_at(play, 1, 0, 0, &full);
	assert_true(operations > 500);
	for (int i = 0; i < cuts(); i++)
		play_at(play, 7777 + (unsigned)i * 2654435761u, 1 + operations * i / cuts(), 0, &full);
}

static void a_power_cut_costs_a_repair_nothing(void **state)
{
	(void)state;
	cut_everywhere(&plays[0]);
}

static void a_power_cut_costs_a_rejected_repair_nothing(void **state)
{
	(void)state;
	cut_everywhere(&plays[1]);
}

static void a_power_cut_costs_a_cancelled_repair_nothing(void **state)
{
	(void)state;
	cut_everywhere(&plays[2]);
}

/* --- the control --- */

static bool loses(long cut_at, unsigned seed)
{
	struct disk disk = {.seed = seed, .lying = true};
	int status;
	make_disk(&disk);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		play_once(&disk, &plays[0], cut_at, 0);
		_exit(0);
	}
	waitpid(child, &status, 0);
	remove_disk(&disk);
	return WIFEXITED(status) && WEXITSTATUS(status) == LOST;
}

static void a_disk_that_lies_is_noticed_by_this_test(void **state)
{
	int losses = 0, full = 0;
	(void)state;
	long operations = play_at(&plays[0], 1, 0, 0, &full);
	for (int i = 0; i < LIES; i++)
		losses += loses(operations / 4 + operations * i / (2 * LIES), 7777 + (unsigned)i * 2654435761u);
	print_message("%d of %d lies were noticed\n", losses, LIES);
	assert_true(losses > LIES / 4);
}

/* --- a full disk --- */

static void a_disk_that_is_full_for_a_while_costs_a_repair_nothing(void **state)
{
	int full = 0;
	(void)state;
	for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++) {
		long operations = play_at(&plays[i], 1, 0, 0, &full);
		for (int k = 1; k <= FULLS / 3; k++)
			play_at(&plays[i], 1, 0, operations * k / (FULLS / 3 + 1), &full);
	}
	assert_true(full >= FULLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_power_cut_costs_a_repair_nothing),
	    cmocka_unit_test(a_power_cut_costs_a_rejected_repair_nothing),
	    cmocka_unit_test(a_power_cut_costs_a_cancelled_repair_nothing),
	    cmocka_unit_test(a_disk_that_lies_is_noticed_by_this_test),
	    cmocka_unit_test(a_disk_that_is_full_for_a_while_costs_a_repair_nothing),
	};

	log_setup(LOG_ERROR, LOG_TEXT);
	cut_disk_put_in_between();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

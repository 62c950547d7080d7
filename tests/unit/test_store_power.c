/*
 * A power cut at any write: what was acknowledged is there, the rest is whole or absent.
 *
 * An SQLite VFS in between remembers, per file, every write since its last
 * sync. At a chosen operation the child takes all of these back, does a random
 * part of them again, some torn at the sector, and is gone. The parent opens the
 * store as it finds it. A control run in which syncs are lies has to lose
 * something, or the test could not fail.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/store/audit.h"
#include "bot/store/store.h"
#include "tests/contract/fixture.h"

enum { CUTS = 40, JOBS = 150, SECTOR = 512, CUT = 77, DONE_UNCUT = 0 };

/* A file as SQLite sees it; the real one lies behind. */
struct cut_file {
	sqlite3_file base;
	sqlite3_file *real;
};

/* A write, or a truncation, that the disk may not have yet. */
struct pending {
	struct cut_file *file;
	sqlite3_int64 offset;
	sqlite3_int64 size_before;
	bool truncation;
	size_t len;     /* of what was written */
	size_t old_len; /* of what was there before */
	char *new_bytes;
	char *old_bytes;
	struct pending *next;
};

/* The newest is first. One VFS per process, registered with SQLite: the state has to be here. */
static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	struct pending *pending;
	long operations;
	long cut_at; /* 0: never */
	bool lying;  /* syncs do nothing */
	unsigned seed;
} disk;

static unsigned roll(unsigned sides)
{
	disk.seed = disk.seed * 1664525u + 1013904223u;
	return (disk.seed >> 8) % sides;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct cut_file *)file)->real;
}

static int real_write(struct cut_file *file, const char *bytes, size_t len, sqlite3_int64 offset)
{
	return file->real->pMethods->xWrite(file->real, bytes, (int)len, offset);
}

static int real_truncate(struct cut_file *file, sqlite3_int64 size)
{
	return file->real->pMethods->xTruncate(file->real, size);
}

/* ---- the cut ---- */

static void take_back(const struct pending *p)
{
	real_write(p->file, p->old_bytes, p->old_len, p->offset);
	real_truncate(p->file, p->size_before);
}

static void do_torn(const struct pending *p)
{
	for (size_t at = 0; at < p->len; at += SECTOR)
		if (roll(2))
			real_write(p->file, p->new_bytes + at, p->len - at < SECTOR ? p->len - at : SECTOR,
			           p->offset + (sqlite3_int64)at);
}

static void do_again_or_not(const struct pending *p)
{
	unsigned fate = roll(4);
	if (p->truncation && fate % 2)
		real_truncate(p->file, p->offset);
	else if (!p->truncation && fate == 1)
		do_torn(p);
	else if (!p->truncation && fate > 1)
		real_write(p->file, p->new_bytes, p->len, p->offset);
}

static struct pending *reversed(struct pending *list)
{
	struct pending *turned = NULL;
	for (struct pending *next; list; list = next) {
		next = list->next;
		list->next = turned;
		turned = list;
	}
	return turned;
}

static _Noreturn void cut_power(void)
{
	for (struct pending *p = disk.pending; p; p = p->next)
		take_back(p);
	for (struct pending *p = reversed(disk.pending); p; p = p->next)
		do_again_or_not(p);
	_exit(CUT);
}

static void count_operation(void)
{
	if (disk.cut_at && ++disk.operations >= disk.cut_at)
		cut_power();
}

/* ---- remembering ---- */

static void forget(const struct cut_file *file)
{
	for (struct pending **at = &disk.pending; *at;) {
		struct pending *p = *at;
		if (p->file != file) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		free(p->new_bytes);
		free(p->old_bytes);
		free(p);
	}
}

static void remember(struct cut_file *file, const void *bytes, size_t len, sqlite3_int64 offset, bool truncation)
{
	struct pending *p = mem_alloc(sizeof *p);
	*p = (struct pending){
	    .file = file, .offset = offset, .truncation = truncation, .len = len, .next = disk.pending};
	file->real->pMethods->xFileSize(file->real, &p->size_before);
	sqlite3_int64 there = p->size_before > offset ? p->size_before - offset : 0;
	p->old_len = truncation || (size_t)there < len ? (size_t)there : len;
	p->old_bytes = mem_alloc(p->old_len + 1);
	if (p->old_len)
		file->real->pMethods->xRead(file->real, p->old_bytes, (int)p->old_len, offset);
	p->new_bytes = mem_alloc(len + 1);
	if (len)
		memcpy(p->new_bytes, bytes, len);
	disk.pending = p;
}

/* ---- the file's methods ---- */

static int cut_close(sqlite3_file *file)
{
	forget((struct cut_file *)file);
	int rc = real_of(file)->pMethods->xClose(real_of(file));
	free(real_of(file));
	return rc;
}

static int cut_read(sqlite3_file *file, void *to, int len, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), to, len, offset);
}

static int cut_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	remember((struct cut_file *)file, bytes, (size_t)len, offset, false);
	int rc = real_of(file)->pMethods->xWrite(real_of(file), bytes, len, offset);
	count_operation();
	return rc;
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	remember((struct cut_file *)file, NULL, 0, size, true);
	int rc = real_truncate((struct cut_file *)file, size);
	count_operation();
	return rc;
}

static int cut_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	count_operation();
	if (!disk.lying)
		forget((struct cut_file *)file);
	count_operation();
	return SQLITE_OK;
}

static int cut_size(sqlite3_file *file, sqlite3_int64 *ret)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), ret);
}

static int cut_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int cut_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int cut_check_lock(sqlite3_file *file, int *ret)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int cut_control(sqlite3_file *file, int what, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int cut_sector(sqlite3_file *file)
{
	(void)file;
	return SECTOR;
}

/* No promise beyond the plain ones: sectors around a write may be torn. */
static int cut_device(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static int cut_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int cut_map_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void cut_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int cut_unmap(sqlite3_file *file, int delete_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = cut_close,
    .xRead = cut_read,
    .xWrite = cut_write,
    .xTruncate = cut_truncate,
    .xSync = cut_sync,
    .xFileSize = cut_size,
    .xLock = cut_lock,
    .xUnlock = cut_unlock,
    .xCheckReservedLock = cut_check_lock,
    .xFileControl = cut_control,
    .xSectorSize = cut_sector,
    .xDeviceCharacteristics = cut_device,
    .xShmMap = cut_map,
    .xShmLock = cut_map_lock,
    .xShmBarrier = cut_barrier,
    .xShmUnmap = cut_unmap,
};

static int cut_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	(void)vfs;
	struct cut_file *cut = (struct cut_file *)file;
	*cut = (struct cut_file){.real = mem_alloc((size_t)disk.real->szOsFile)};
	int rc = disk.real->xOpen(disk.real, name, cut->real, flags, ret_flags);
	if (rc != SQLITE_OK) {
		free(cut->real);
		return rc;
	}
	cut->base.pMethods = &methods;
	return SQLITE_OK;
}

static void put_disk_in_between(unsigned seed, bool lying)
{
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "cut";
	disk.vfs.szOsFile = sizeof(struct cut_file);
	disk.vfs.xOpen = cut_open;
	disk.seed = seed;
	disk.lying = lying;
	disk.cut_at = 50 + roll(500);
	sqlite3_vfs_register(&disk.vfs, 1);
}

/* ---- parent and child ---- */

static enum errc write_line(struct tx *tx, void *arg)
{
	char key[24];
	static char words[6001];
	struct audit_row row = {.at = 1000, .actor = "eacbot", .action = "write"};
	snprintf(key, sizeof key, "job.%d", *(const int *)arg);
	size_t len = 100 + roll(5900);
	memset(words, 'x', len);
	words[len] = '\0';
	enum errc code = store_setting_set(tx, key, words);
	return code == OK ? audit_add(tx, &row) : code;
}

static _Noreturn void write_until_cut(const char *url, unsigned seed, bool lying, int acknowledged)
{
	struct store *store;
	put_disk_in_between(seed, lying);
	if (store_open(&store, &(struct store_options){.url = url}, NULL) != OK)
		_exit(2);
	for (int i = 1; i <= JOBS; i++)
		if (store_run(store, write_line, &i) != OK || write(acknowledged, &i, sizeof i) != sizeof i)
			_exit(3);
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

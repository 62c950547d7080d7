/*
 * support/cut_disk.c - a disk whose power is cut at a chosen operation, or that is full for a while.
 *
 * An SQLite VFS in between remembers, per file, every write since its last
 * sync. At the cut it takes all of these back and does a random part of them
 * again, some torn at the sector. What is asked of it afterwards fails.
 */
#include "tests/support/cut_disk.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"

enum { SECTOR = 512 };

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

/* The newest is first, until the cut. One VFS per process, registered with SQLite: the state has to be here. */
static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	struct pending *pending;
	long operations;
	long cut_at;          /* 0: never */
	bool dead;            /* cut, and not yet on again */
	bool lying;           /* syncs do nothing */
	long full_at, full_n; /* from this operation on so many writes find no room */
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

/* What the disk did not have yet comes to pass in part; from now on it does nothing. */
static void cut_power(void)
{
	for (struct pending *p = disk.pending; p; p = p->next)
		take_back(p);
	disk.pending = reversed(disk.pending);
	for (struct pending *p = disk.pending; p; p = p->next)
		do_again_or_not(p);
	disk.dead = true;
}

/* Counts one; SQLITE_OK: there is power. */
static int count_operation(void)
{
	if (!disk.dead && ++disk.operations == disk.cut_at)
		cut_power();
	return disk.dead ? SQLITE_IOERR : SQLITE_OK;
}

/* A full disk takes what lies within the file, and no more than that. */
static bool is_full(struct cut_file *file, sqlite3_int64 end)
{
	sqlite3_int64 size = 0;
	if (disk.full_n <= 0 || disk.operations < disk.full_at)
		return false;
	disk.full_n--;
	return file->real->pMethods->xFileSize(file->real, &size) == SQLITE_OK && end > size;
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
	return disk.dead ? SQLITE_IOERR_READ : real_of(file)->pMethods->xRead(real_of(file), to, len, offset);
}

static int cut_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	struct cut_file *cut = (struct cut_file *)file;
	if (disk.dead)
		return SQLITE_IOERR_WRITE;
	if (is_full(cut, offset + len)) {
		disk.operations++;
		return SQLITE_FULL;
	}
	remember(cut, bytes, (size_t)len, offset, false);
	int rc = cut->real->pMethods->xWrite(cut->real, bytes, len, offset);
	return count_operation() == SQLITE_OK ? rc : SQLITE_IOERR_WRITE;
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (disk.dead)
		return SQLITE_IOERR_TRUNCATE;
	remember((struct cut_file *)file, NULL, 0, size, true);
	int rc = real_truncate((struct cut_file *)file, size);
	return count_operation() == SQLITE_OK ? rc : SQLITE_IOERR_TRUNCATE;
}

static int cut_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (count_operation() != SQLITE_OK)
		return SQLITE_IOERR_FSYNC;
	if (!disk.lying)
		forget((struct cut_file *)file);
	return count_operation() == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_FSYNC;
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
	cut->base.pMethods = NULL;
	if (disk.dead)
		return SQLITE_CANTOPEN;
	*cut = (struct cut_file){.real = mem_alloc((size_t)disk.real->szOsFile)};
	int rc = disk.real->xOpen(disk.real, name, cut->real, flags, ret_flags);
	if (rc != SQLITE_OK) {
		free(cut->real);
		return rc;
	}
	cut->base.pMethods = &methods;
	return SQLITE_OK;
}

static int cut_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	return disk.dead ? SQLITE_IOERR_DELETE : disk.real->xDelete(disk.real, name, sync_folder);
}

/* ---- for tests ---- */

void cut_disk_put_in_between(void)
{
	if (disk.real != NULL)
		return;
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "cut";
	disk.vfs.szOsFile = sizeof(struct cut_file);
	disk.vfs.xOpen = cut_open;
	disk.vfs.xDelete = cut_delete;
	sqlite3_vfs_register(&disk.vfs, 1);
}

void cut_disk_on(long cut_at, unsigned seed, bool lying)
{
	assert(disk.pending == NULL);
	disk.operations = 0;
	disk.cut_at = cut_at;
	disk.dead = false;
	disk.lying = lying;
	disk.full_n = 0;
	disk.seed = seed;
}

void cut_disk_fill(long at, long writes)
{
	disk.full_at = at;
	disk.full_n = writes;
}

bool cut_disk_is_dead(void)
{
	return disk.dead;
}

long cut_disk_operations(void)
{
	return disk.operations;
}

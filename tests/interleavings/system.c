/*
 * interleavings/system.c - what the program asks the system for (linked with --wrap): chance out of the seed, no log,
 * a database that is quick.
 */
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bot/base/log.h"
#include "tests/interleavings/dice.h"

/* One process plays one run at a time: the seam that the linker gives has no place for an argument. */
static struct dice *source;

ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags);
void __wrap_log_event(enum log_level level, const char *event, const char *format, ...);
void __wrap_log_repair(enum log_level level, int64_t id, const char *event, const char *format, ...);

void system_dice(struct dice *dice)
{
	source = dice;
}

ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags)
{
	unsigned char *at = buffer;
	(void)flags;
	for (size_t i = 0; i < len; i++)
		at[i] = (unsigned char)dice_next(source);
	return (ssize_t)len;
}

void __wrap_log_event(enum log_level level, const char *event, const char *format, ...)
{
	(void)level;
	(void)event;
	(void)format;
}

void __wrap_log_repair(enum log_level level, int64_t id, const char *event, const char *format, ...)
{
	(void)level;
	(void)id;
	(void)event;
	(void)format;
}

/*
 * Statements keep their first plan: looking at each value that is bound costs a sixth of a run, and no table here is
 * large enough for it to matter.
 */
int __real_sqlite3_open_v2(const char *name, sqlite3 **ret, int flags, const char *vfs);
int __wrap_sqlite3_open_v2(const char *name, sqlite3 **ret, int flags, const char *vfs);

int __wrap_sqlite3_open_v2(const char *name, sqlite3 **ret, int flags, const char *vfs)
{
	int rc = __real_sqlite3_open_v2(name, ret, flags, vfs);
	if (rc == SQLITE_OK) {
		sqlite3_db_config(*ret, SQLITE_DBCONFIG_LOOKASIDE, NULL, 1024, 400);
		sqlite3_db_config(*ret, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
	}
	return rc;
}

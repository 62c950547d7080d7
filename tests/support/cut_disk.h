/*
 * support/cut_disk.h - a disk whose power is cut at a chosen operation, or that is full for a while.
 *
 * A disk is counted in operations: one for a write or a truncation, two for a
 * sync (before it, and after it). Threads have to take turns, as those of a store do.
 */
#pragma once

#include <stdbool.h>

/* From here on every SQLite file of this process lies on the disk. Once is enough. */
void cut_disk_put_in_between(void);
/* Power on, and counting from 0, with no file open: it is cut at this operation (0: never). lying: syncs do nothing. */
void cut_disk_on(long cut_at, unsigned seed, bool lying);
/* From operation `at` on this many writes meet a full disk: what would make a file longer is refused. */
void cut_disk_fill(long at, long writes);
/* The power was cut. Everything fails until the files were closed and the power is on again. */
bool cut_disk_is_dead(void);
long cut_disk_operations(void);

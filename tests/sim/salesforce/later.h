/*
 * later.h - things that happen to the org by themselves after a while.
 *
 * Automation puts a set back, a licence goes with a lag. Nothing runs in the background: what has become due happens
 * before the next request is looked at, which nobody outside can tell from the real thing.
 */
#pragma once

#include "tests/sim/salesforce/org.h"

enum later_kind {
	LATER_RELEASE, /* {user, license}: the licence goes, if nothing needs it */
	LATER_GRANT,   /* {user, set}: automation assigns the set */
	LATER_INSERT,  /* {object, row} */
};

struct later;

struct later *later_new(void);
void later_free(struct later *later);
/* Takes `what` over. */
void later_add(struct later *later, int64_t delay_ms, enum later_kind kind, json_t *what);
/* Does what is due. */
void later_run(struct later *later, struct org *org);
/* For taking a transaction back: forget what was added since `count` of them were waiting. */
size_t later_count(const struct later *later);
void later_cut(struct later *later, size_t count);

/*
 * tests/flow/org.h - an org made from a seed, in the place of the world's small one.
 *
 * Sets with and without licences that come and go by themselves, seats, expiry dates, groups, a profile, links, tokens
 * and sessions. It keeps what Jane held at first, and what may be touched.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/flow/world.h"

struct org {
	uint64_t seed;
	json_t *catalogue;   /* [{id,name,label,licence,auto,inbox,eac}] */
	json_t *pools;       /* [{id,name,label,status,total,used,expires,inbox,eac,broad}] */
	json_t *first;       /* {"sets","licences","tokens","links","sessions"} as at the beginning */
	char *listed[8];     /* the allow-list, in the world's settings */
	char *licences[4];   /* permission_set_licenses */
	bool forgets_dates;  /* planted: a set is assigned without its date */
	bool touched_others; /* a write named another user */
};

/* Fills the world from the seed. The org belongs to the world. */
struct org *org_new(struct world *w, uint64_t seed);
void org_free(struct org *org);
unsigned org_random(struct org *org, unsigned below);

/* The world's part. */
json_t *org_remove(struct world *w, const json_t *args);
json_t *org_restore(struct world *w, const json_t *args);
void org_show(struct world *w); /* licences of Jane show the seats as they are now */

/* NULL, or what of Jane's is not as it was, or what was touched that may not be. Valid until the next call. */
const char *org_complaint(struct world *w);

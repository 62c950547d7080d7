/*
 * store/audit_hash.h - what is hashed of a line of the audit trail; the recipe is in audit.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Text that may hold anything, borrowed. */
struct audit_text {
	const char *text;
	size_t len;
};

struct audit_line {
	int64_t n, at, repair;
	struct audit_text via, action;
	struct audit_text actor, detail;               /* the words: in the hash of version 1 */
	struct audit_text actor_digest, detail_digest; /* instead of them in that of version 2 */
	struct audit_text hash;
};

enum { AUDIT_VERSION = 2, AUDIT_SALT_BYTES = 16 };

/* 64 zeros: what stands before line 1. */
extern const char audit_no_hash[65];

/* field: "actor" or "detail" */
void audit_digest(const char *salt, const char *field, struct audit_text words, char out[static 65]);
void audit_hash_1(const char *previous, const struct audit_line *line, char out[static 65]);
void audit_hash_2(const char *previous, const struct audit_line *line, char out[static 65]);
/* Goes on over the lines of version 1: all of a line that stays when its words go. */
void audit_seal(const char *previous, const struct audit_line *line, char out[static 65]);

/*
 * store/audit.h - who did what, in a chain of hashes.
 *
 * hash(n) is the SHA-256, in hex, of hash(n-1) (64 zeros before line 1) and then
 * of n, at, actor, via, action, repair and detail, each as a netstring: its
 * length in bytes, ":", itself, ",". n is in decimal, at in RFC 3339 with whole
 * seconds, repair the bare number (0: none). All of it is in what `audit --json`
 * prints, so anybody can recompute the chain.
 *
 * Cutting a line out, changing or reordering one breaks the chain; cutting off
 * the end shows against a head noted elsewhere.
 */
#pragma once

#include <stdint.h>

#include "bot/store/store.h"

struct audit_row {
	int64_t n;      /* set by audit_add */
	int64_t at;     /* ms; audit_add cuts it to whole seconds, which is what is hashed */
	char actor[64]; /* a Slack id, "eacbot", "salesforce" */
	char via[24];   /* command, button, dialog, thread, dm, engine, cli */
	char action[48];
	int64_t repair; /* 0: none */
	char detail[600];
	char hash[65]; /* set by audit_add */
};

enum errc audit_add(struct tx *tx, struct audit_row *row) MUST_CHECK;
enum errc audit_each(struct tx *tx, int64_t since_ms, enum errc (*fn)(void *arg, const struct audit_row *row),
                     void *arg) MUST_CHECK;
/* Recomputes the chain. INVALID: broken, *reterr says where. Gives the head; with expect_n > 0 line expect_n must bear
 * expect_hash. */
enum errc audit_verify(struct tx *tx, int64_t expect_n, const char *expect_hash, int64_t *ret_n,
                       char ret_hash[static 65], struct err *reterr) MUST_CHECK;

/*
 * store/audit.h - who did what, in a chain of hashes whose words can be forgotten.
 *
 * The chain holds no words of or about persons, only digests of them; the words
 * (actor, detail) stand beside it, each with a random salt of its own, and may
 * be erased together with it. What is left still verifies.
 *
 * A netstring is a text's length in bytes, ":", the text, ",".
 *
 *   digest    SHA-256, in hex, of the netstrings of salt, "actor" (or "detail")
 *             and the words
 *   hash(n)   SHA-256, in hex, of hash(n-1) (64 zeros before line 1) and then of
 *             the netstrings of "v2", n, at, via, action, repair, actor_digest
 *             and detail_digest; n and repair in decimal (0: none), at in
 *             RFC 3339 with whole seconds
 *
 * Lines of version 1 stood in the store when it had schema 2: their hash is over
 * hash(n-1) and the netstrings of n, at, actor, via, action, repair and detail,
 * which shows as long as their words stand. A seal goes on beside it, over
 * seal(n-1) and the netstrings of "v1", n, at, via, action, repair,
 * actor_digest, detail_digest and hash; the first line of version 2 is
 * chained to the last seal instead of the last hash. All of it is in what `audit
 * --json` prints, so anybody can recompute the chain.
 *
 * Cutting a line out, changing or reordering one breaks the chain, and so does
 * changing words; cutting off the end shows against a head noted elsewhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/store/store.h"

struct audit_row {
	int64_t n;      /* set by audit_add */
	int64_t at;     /* ms; audit_add cuts it to whole seconds, which is what is hashed */
	char actor[64]; /* a Slack id, "eacbot", "salesforce"; cli: the name of the system's user */
	char via[24];   /* command, button, dialog, thread, dm, engine, cli */
	char action[48];
	int64_t repair; /* 0: none */
	char detail[600];
	/* set by audit_add */
	char hash[65];
	int version;
	char actor_salt[33]; /* "": the word is erased */
	char actor_digest[65];
	char detail_salt[33];
	char detail_digest[65];
};

/* A head that was noted elsewhere. */
struct audit_note {
	int64_t n;
	char hash[65];
	char what[80]; /* "the anchor of 2026-11-23T17:50:20Z": how a sentence about it begins */
};

struct audit_proof {
	const struct audit_note *notes; /* ascending by n */
	size_t note_count;
	int64_t n; /* the head */
	char hash[65];
	int64_t erased; /* lines of whose words something is gone */
};

enum errc audit_add(struct tx *tx, struct audit_row *row) MUST_CHECK;
/* The last line's number and hash; 0 and 64 zeros where there is none. */
enum errc audit_get_head(struct tx *tx, int64_t *ret_n, char ret_hash[static 65]) MUST_CHECK;
enum errc audit_each(struct tx *tx, int64_t since_ms, enum errc (*fn)(void *arg, const struct audit_row *row),
                     void *arg) MUST_CHECK;
/* Recomputes the chain and compares it with the notes. INVALID: broken, *reterr says where. */
enum errc audit_verify(struct tx *tx, struct audit_proof *proof, struct err *reterr) MUST_CHECK;
/* Forgets a line's words; the line stands. Fine when they are gone. */
enum errc audit_forget(struct tx *tx, int64_t n, bool actor, bool detail) MUST_CHECK;

/*
 * store/audit_verify.c - recomputes the audit trail's chain of hashes.
 *
 * Lines of version 1 come first or not at all, and a line of version 2 follows
 * them: else anybody could pass a line off as an old one whose words are
 * erased, which is the one case in which a hash can't be recomputed.
 */
#include "bot/store/audit.h"

#include <string.h>

#include "bot/base/text.h"
#include "bot/store/audit_hash.h"
#include "bot/store/store_private.h"

enum { SECOND_MS = 1000 };

/* Where the check stands. */
struct chain {
	struct audit_proof *proof; /* n and hash: of the line before */
	size_t noted;              /* notes compared so far */
	bool old;                  /* the line before is of version 1 */
	char seal[65];             /* over the lines of version 1 */
	struct err *reterr;
};

/* The line that `rows` stands on, with its salts. */
struct found {
	struct audit_line line;
	int64_t version;
	const char *actor_salt, *detail_salt;
};

static struct audit_text column(struct rows *rows, int number)
{
	struct audit_text text;
	text.text = rows_text(rows, number, &text.len);
	return text;
}

static struct found read_line(struct rows *rows)
{
	struct found found = {.version = rows_int(rows, 1)};
	found.line = (struct audit_line){
	    .n = rows_int(rows, 0),
	    .at = rows_int(rows, 2),
	    .via = column(rows, 3),
	    .action = column(rows, 4),
	    .repair = rows_int(rows, 5),
	    .actor_digest = column(rows, 6),
	    .detail_digest = column(rows, 7),
	    .hash = column(rows, 8),
	    .actor = column(rows, 10),
	    .detail = column(rows, 12),
	};
	found.actor_salt = rows_text(rows, 9, NULL);
	found.detail_salt = rows_text(rows, 11, NULL);
	return found;
}

static bool same(struct audit_text text, const char *hex)
{
	return text.len == strlen(hex) && memcmp(text.text, hex, text.len) == 0;
}

/* Words without a salt are none of ours. */
static bool words_hold(const char *salt, const char *field, struct audit_text words, struct audit_text digest)
{
	char computed[65];
	if (text_empty(salt))
		return words.len == 0;
	audit_digest(salt, field, words, computed);
	return same(digest, computed);
}

static bool is_erased(const struct found *found)
{
	return text_empty(found->actor_salt) || text_empty(found->detail_salt);
}

static bool hash_holds(struct chain *chain, const struct found *found)
{
	char computed[65];
	if (found->version == AUDIT_VERSION) {
		audit_hash_2(chain->old ? chain->seal : chain->proof->hash, &found->line, computed);
		chain->old = false;
		return same(found->line.hash, computed);
	}
	if (found->version != 1 || (found->line.n > 1 && !chain->old))
		return false;
	chain->old = true;
	audit_seal(chain->seal, &found->line, chain->seal);
	if (is_erased(found)) /* what the seal covers */
		return found->line.hash.len == 64;
	audit_hash_1(chain->proof->hash, &found->line, computed);
	return same(found->line.hash, computed);
}

static enum errc check_line(struct chain *chain, const struct found *found)
{
	const struct audit_line *line = &found->line;
	struct audit_proof *proof = chain->proof;
	if (line->n != proof->n + 1)
		return err_set(chain->reterr, ERR_INVALID, "audit: line %lld is missing", (long long)proof->n + 1);
	if (line->at % SECOND_MS != 0)
		return err_set(chain->reterr, ERR_INVALID, "audit: line %lld was changed", (long long)line->n);
	if (!words_hold(found->actor_salt, "actor", line->actor, line->actor_digest) ||
	    !words_hold(found->detail_salt, "detail", line->detail, line->detail_digest))
		return err_set(chain->reterr, ERR_INVALID, "audit: the words of line %lld were changed",
		               (long long)line->n);
	if (!hash_holds(chain, found))
		return err_set(chain->reterr, ERR_INVALID, "audit: the chain breaks at line %lld", (long long)line->n);
	proof->n = line->n;
	text_copy(proof->hash, sizeof proof->hash, line->hash.text);
	proof->erased += is_erased(found);
	return OK;
}

/* The notes about the line where the check stands. */
static enum errc compare_notes(struct chain *chain)
{
	const struct audit_proof *proof = chain->proof;
	for (; chain->noted < proof->note_count; chain->noted++) {
		const struct audit_note *note = &proof->notes[chain->noted];
		if (note->n > proof->n)
			return OK;
		if (!text_ieq(note->hash, proof->hash))
			return err_set(chain->reterr, ERR_INVALID, "audit: line %lld is not the one that %s names",
			               (long long)note->n, note->what);
	}
	return OK;
}

static enum errc check_end(struct chain *chain)
{
	const struct audit_proof *proof = chain->proof;
	if (chain->noted < proof->note_count) {
		const struct audit_note *note = &proof->notes[chain->noted];
		return err_set(chain->reterr, ERR_INVALID,
		               "audit: the end is cut off: %s is missing; it names line %lld, and the trail ends at "
		               "line %lld",
		               note->what, (long long)note->n, (long long)proof->n);
	}
	if (chain->old)
		return err_set(chain->reterr, ERR_INVALID,
		               "audit: the end is cut off: the line that carried the trail forward is missing");
	return OK;
}

enum errc audit_verify(struct tx *tx, struct audit_proof *proof, struct err *reterr)
{
	AUTO_ROWS struct rows rows = {0};
	struct chain chain = {.proof = proof, .reterr = reterr};
	proof->n = proof->erased = 0;
	text_copy(proof->hash, sizeof proof->hash, audit_no_hash);
	text_copy(chain.seal, sizeof chain.seal, audit_no_hash);
	enum errc code = compare_notes(&chain); /* of an empty trail */
	if (code == OK)
		code = sql_query(tx, &rows, AUDIT_SELECT " ORDER BY a.n", NO_ARGS);
	while (code == OK && (code = rows_next(&rows)) == OK) {
		const struct found found = read_line(&rows);
		code = check_line(&chain, &found);
		if (code == OK)
			code = compare_notes(&chain);
	}
	if (code == ERR_NOT_FOUND)
		return check_end(&chain);
	if (code != ERR_INVALID)
		return err_set(reterr, code, "audit: %s", tx->driver->error(tx->db));
	return code;
}

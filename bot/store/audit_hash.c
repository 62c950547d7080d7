/*
 * store/audit_hash.c - what is hashed of a line of the audit trail.
 *
 * Exactly what `eacbot audit --json` prints, so that anybody can check a copy
 * of the trail without this program (audit.h has the recipe).
 */
#include "bot/store/audit_hash.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/text.h"

enum { HASHED_MAX = 64 * 1024 };

const char audit_no_hash[65] = "0000000000000000000000000000000000000000000000000000000000000000";

/* A netstring: its length, a colon, itself, a comma. */
static void put(struct buf *b, struct audit_text text)
{
	buf_printf(b, "%zu:", text.len);
	buf_add(b, text.text, text.len);
	buf_putc(b, ',');
}

static void put_word(struct buf *b, const char *word)
{
	put(b, (struct audit_text){word, strlen(word)});
}

static void put_int(struct buf *b, int64_t n)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)n);
	put_word(b, text);
}

static void put_time(struct buf *b, int64_t at)
{
	char text[32];
	put_word(b, clock_rfc3339(at, text));
}

static void finish(const struct buf *b, char out[static 65])
{
	text_sha256_hex(out, buf_str(b), b->len);
}

void audit_digest(const char *salt, const char *field, struct audit_text words, char out[static 65])
{
	AUTO_BUF struct buf b;
	buf_init(&b, HASHED_MAX);
	put_word(&b, salt);
	put_word(&b, field);
	put(&b, words);
	finish(&b, out);
}

void audit_hash_1(const char *previous, const struct audit_line *line, char out[static 65])
{
	AUTO_BUF struct buf b;
	buf_init(&b, HASHED_MAX);
	buf_puts(&b, previous);
	put_int(&b, line->n);
	put_time(&b, line->at);
	put(&b, line->actor);
	put(&b, line->via);
	put(&b, line->action);
	put_int(&b, line->repair);
	put(&b, line->detail);
	finish(&b, out);
}

static void put_what_stays(struct buf *b, const struct audit_line *line)
{
	put_int(b, line->n);
	put_time(b, line->at);
	put(b, line->via);
	put(b, line->action);
	put_int(b, line->repair);
	put(b, line->actor_digest);
	put(b, line->detail_digest);
}

void audit_hash_2(const char *previous, const struct audit_line *line, char out[static 65])
{
	AUTO_BUF struct buf b;
	buf_init(&b, HASHED_MAX);
	buf_puts(&b, previous);
	put_word(&b, "v2");
	put_what_stays(&b, line);
	finish(&b, out);
}

void audit_seal(const char *previous, const struct audit_line *line, char out[static 65])
{
	AUTO_BUF struct buf b;
	buf_init(&b, HASHED_MAX);
	buf_puts(&b, previous);
	put_word(&b, "v1");
	put_what_stays(&b, line);
	put(&b, line->hash);
	finish(&b, out);
}

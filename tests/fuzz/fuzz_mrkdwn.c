/*
 * tests/fuzz/fuzz_mrkdwn.c - whatever somebody typed, it comes out as valid UTF-8 that mentions and links nothing.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"

enum { MAX_CHARS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void literal_holds_nothing_live(const char *typed)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 64 * 1024);
	mrkdwn_add_literal(&b, typed, MAX_CHARS);
	assert(text_is_utf8(buf_str(&b), b.len));
	assert(!strpbrk(buf_str(&b), "<>`\n\r"));
	assert(!strstr(buf_str(&b), "://"));
}

static size_t utf16(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80 ? (unsigned char)*s >= 0xF0 ? 2 : 1 : 0;
	return n;
}

static size_t count(const char *s, char c)
{
	size_t n = 0;
	for (; *s; s++)
		n += *s == c;
	return n;
}

/* A `<` that is open at the end was no token before either. */
static void cut_opens_nothing(const char *mrkdwn, const char *cut, size_t kept)
{
	const char *open = NULL;

	for (size_t i = 0; i < kept; i++)
		if (cut[i] == '<')
			open = mrkdwn + i;
		else if (cut[i] == '>' || cut[i] == '\n' || cut[i] == '`')
			open = NULL;
	if (!open)
		return;
	const char *end = strpbrk(open + 1, "<>\n");
	assert(!end || *end != '>' || memchr(open, '`', (size_t)(end - open)));
}

static void cut_is_within_its_limit(const char *mrkdwn, size_t max)
{
	AUTO_BUF struct buf b;
	size_t kept;

	buf_init(&b, 64 * 1024);
	mrkdwn_cut(&b, mrkdwn, max);
	if (!text_is_utf8(mrkdwn, strlen(mrkdwn)))
		return;
	assert(text_is_utf8(buf_str(&b), b.len));
	assert(utf16(buf_str(&b)) <= max);
	if (utf16(mrkdwn) <= max) {
		assert(text_eq(buf_str(&b), mrkdwn));
		return;
	}
	assert(b.len >= 3 && memcmp(buf_str(&b) + b.len - 3, "…", 3) == 0);
	kept = b.len - 3;
	assert(memcmp(buf_str(&b), mrkdwn, kept) == 0);
	cut_opens_nothing(mrkdwn, buf_str(&b), kept);
}

/* What is built of literals is balanced, however it is cut. */
static void sentences_stay_whole(const char *typed, size_t max)
{
	AUTO_BUF struct buf sentence, cut;

	buf_init(&sentence, 64 * 1024);
	buf_init(&cut, 64 * 1024);
	mrkdwn_add_user(&sentence, "U0JANE0001");
	mrkdwn_add_literal(&sentence, typed, 40);
	buf_puts(&sentence, " `");
	mrkdwn_add_literal(&sentence, typed, 20);
	buf_puts(&sentence, "` ");
	mrkdwn_add_link(&sentence, typed, typed);
	mrkdwn_add_link(&sentence, "https://x.example/", typed);
	mrkdwn_add_time(&sentence, 1790000000000);
	mrkdwn_cut(&cut, buf_str(&sentence), max);
	assert(count(buf_str(&cut), '<') == count(buf_str(&cut), '>'));
	assert(count(buf_str(&cut), '`') % 2 == 0);
	assert(!strstr(buf_str(&cut), "<!channel") && !strstr(buf_str(&cut), "<!here") &&
	       !strstr(buf_str(&cut), "<!everyone"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *typed = mem_strndup((const char *)data, size);
	AUTO_FREE char *plain = mrkdwn_plain(typed);

	assert(text_is_utf8(plain, strlen(plain)));
	literal_holds_nothing_live(typed);
	literal_holds_nothing_live(plain);
	cut_is_within_its_limit(typed, 50);
	cut_is_within_its_limit(typed, 1 + size % 30);
	sentences_stay_whole(typed, 1 + size % 300);
	return 0;
}

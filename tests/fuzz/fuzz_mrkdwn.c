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

static void cut_is_within_its_limit(const char *typed)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 64 * 1024);
	mrkdwn_cut(&b, typed, 50);
	if (text_is_utf8(typed, strlen(typed)))
		assert(text_chars(buf_str(&b)) <= 50);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *typed = mem_strndup((const char *)data, size);
	AUTO_FREE char *plain = mrkdwn_plain(typed);

	assert(text_is_utf8(plain, strlen(plain)));
	literal_holds_nothing_live(typed);
	literal_holds_nothing_live(plain);
	cut_is_within_its_limit(typed);
	return 0;
}

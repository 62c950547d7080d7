/*
 * tests/fuzz/fuzz_words.c - whatever follows `repair`, only words that may stand in a query come out as people.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "commands/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct repair_words words;

/* An apostrophe may be: O'Brien has a mailbox too, and soql.c makes it a literal. */
static void people_are_harmless(const char *typed)
{
	words_repair(typed, &words);
	assert(words.count <= WORDS_MAX);
	for (size_t i = 0; i < words.count; i++) {
		assert(words.who[i].text[0] != '\0');
		assert(!strpbrk(words.who[i].text, "\"\\<>{}()\n\r\t "));
		for (const char *p = words.who[i].text; *p != '\0'; p++)
			assert((unsigned char)*p > 0x20 && (unsigned char)*p < 0x7f);
	}
	assert(text_is_utf8(words.reason, strlen(words.reason)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char command[32];
	if (size > 8000)
		return 0;
	AUTO_FREE char *typed = mem_strndup((const char *)data, size);
	if (!text_is_utf8(typed, strlen(typed)))
		return 0;
	people_are_harmless(typed);
	words_command(typed, command);
	(void)words_id(typed);
	(void)words_case(typed);
	return 0;
}

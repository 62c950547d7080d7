/*
 * tests/fuzz/fuzz_envelope.c - whatever comes over the socket, the envelope can be walked and has a key.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bot/slack/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct envelope e;
	struct err err;
	char key[160];

	if (envelope_parse(&e, (const char *)data, size, &err)) {
		assert(err.code == ERR_INVALID && err.text[0]);
		return 0;
	}
	envelope_key(&e, key);
	assert(strlen(key) >= 3 && strlen(key) < sizeof(key));
	assert(e.type_word[0] && e.user && e.channel && e.team && e.reason && e.event_type);
	envelope_done(&e);
	return 0;
}

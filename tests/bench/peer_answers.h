/*
 * bench/peer_answers.h - what the lean Slack answers to a method of the Web API.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* `form`: the urlencoded body; `n`: a number that no other call has. A new reference. */
json_t *peer_answer(const char *method, const char *form, int port, uint64_t n);
/* The text of an envelope with a slash command of maria's; the caller frees it. */
char *peer_envelope(const char *id, const char *words);

/*
 * config/words.h - reading one word of the file: is it what its key needs, and what does it mean?
 *
 * Scalars are strict: "80x", "yes", "010" and "1,5" are mistakes, never guesses. Pure.
 */
#pragma once

#include "config/config_keys.h"

/*
 * Judges the word and, for single values, writes the key's member; for lists it judges one item, which the caller
 * appends. INVALID: *reterr says what it must be, as the rest of a sentence that begins with the key.
 */
typedef enum errc config_word_fn(struct config *config, const struct config_key *key, const char *word,
                                 struct err *reterr);

/* By kind. */
extern config_word_fn *const config_word_fns[CONFIG_KIND_COUNT];
/* Where the key's value is kept. */
void *config_member(struct config *config, const struct config_key *key);

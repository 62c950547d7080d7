/*
 * slack/web_error.h - Slack's error words, translated once. Private to this folder.
 *
 * One table: word, what it means inside, what a person should do about it.
 * docs.slack.dev lists the words per method.
 */
#pragma once

#include <stdbool.h>

#include "bot/base/err.h"

/*
 * What `word` means when `method` answers it. For posts "it may have happened" (fatal_error, internal_error) is
 * UNKNOWN, for everything that may be repeated TEMPORARY; where somebody may not write DENIED, and NOT_FOUND is then
 * about the message. A word that is not in the table is REFUSED.
 */
enum errc web_error_code(const char *method, const char *word);
/* What to do, as the end of a sentence; "" when nothing is known. */
const char *web_error_advice(const char *method, const char *word);
/* May the method be called again without doing the thing twice? */
bool web_error_may_repeat(const char *method);
/* The rows, in the order of the alphabet, for the test that says so; NULL beyond the end. */
const char *web_error_word(unsigned index);

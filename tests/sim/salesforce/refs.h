/*
 * refs.h - @{refId.records[0].Id} in the parts of a composite.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/*
 * The text with every reference replaced by what `results` (refId -> body of the reply) holds there; a new string for
 * free(). NULL and the missing reference in ret_missing when it leads nowhere. In urls the values are percent-encoded.
 */
char *refs_in_text(const char *text, json_t *results, bool in_url, char ret_missing[128]);
/* The same for all texts of a body; a new reference, NULL likewise. A text that is one reference becomes its value. */
json_t *refs_in_body(json_t *body, json_t *results, char ret_missing[128]);
/* Does the text hold a reference? */
bool refs_any(const char *text);

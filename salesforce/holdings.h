/*
 * salesforce/holdings.h - what one user holds, read in the same way after a question and after a deed.
 */
#pragma once

#include "salesforce/op.h"

/* Adds the query, as the part "user": the user, the sets and the licences. */
void holdings_ask(struct op *op, struct wish *wish, const char *user_id);
/* From op->answer. NULL with *ret filled on trouble; otherwise {"user", "sets", "licences"}. DENIED: the bot does not see
 * the user. */
json_t *holdings_read(const struct op *op, struct sf_trouble *ret);
/* The ids that the catalogue has to know for holdings_judge. */
json_t *holdings_ids(const json_t *holdings);
/* Sets "broad" of each licence. Without an Inbox or EAC flag a licence is for something else altogether. */
void holdings_judge(const struct op *op, json_t *holdings);

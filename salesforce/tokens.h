/*
 * salesforce/tokens.h - OAuth tokens of users: their rows, and the capabilities to revoke them.
 *
 * A row of OauthToken carries a DeleteToken: whoever has it can end the token,
 * without any other right. It is kept here only, for five minutes at most, and
 * outside this folder a token is known by a handle that reveals nothing.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "bot/base/secret.h"
#include "salesforce/wish.h"

struct tokens;

struct tokens *tokens_new(void);
void tokens_free(struct tokens *t); /* NULL is fine; wipes */

/* The query for one user's tokens, as the part "tokens". */
void tokens_ask(struct wish *wish, const char *user_id);
/* The records of such a query as sf_look tells them. What was kept of that user before is wiped. */
json_t *tokens_take(struct tokens *t, const char *user_id, const json_t *records);
/* Hands out the capability behind a handle, once: the caller frees. NULL: not kept, look again. */
struct secret *tokens_use(struct tokens *t, const char *handle);
/* Wipes what is older than five minutes. */
void tokens_expire(struct tokens *t);
void tokens_clear(struct tokens *t);

/*
 * soql_lex.h - the words of a query, one after the other; only for soql_parse.c.
 */
#pragma once

#include "tests/sim/salesforce/soql.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_LITERAL, TOKEN_SIGN, TOKEN_BAD };

struct token {
	enum token_kind kind;
	size_t at;               /* where it begins in the text */
	const char *text;        /* words (dots included) and signs; owned by the pool */
	struct soql_value value; /* literals */
};

struct soql_pool *soql_pool_new(void);
/* Zeroed memory that lives as long as the pool. */
void *soql_alloc(struct soql_pool *pool, size_t size);
char *soql_copy(struct soql_pool *pool, const char *text, size_t len);

/* Reads the token at *at and moves behind it; TOKEN_BAD and *reterr for what is none. */
struct token soql_token(struct soql_pool *pool, const char *text, size_t *at, struct soql_error *reterr);

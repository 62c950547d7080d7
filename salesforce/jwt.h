/*
 * salesforce/jwt.h - a signed statement of who we are: JWT with RS256.
 *
 * Only signing; nothing here trusts a token. RFC 7519 (JWT), RFC 7515 (JWS,
 * compact form), RFC 7523 (as a grant).
 */
#pragma once

#include <stdint.h>

#include "bot/base/err.h"
#include "bot/base/secret.h"

struct jwt_key;

/*
 * Reads an RSA key of at least 2048 bits from PEM (PKCS#1 or PKCS#8). INVALID, with the reason, for anything else, an
 * encrypted key included: a service can't be asked for a passphrase. The secret stays the caller's.
 */
enum errc jwt_key_new(struct jwt_key **ret, const struct secret *pem, struct err *reterr) MUST_CHECK;
void jwt_key_free(struct jwt_key *key); /* NULL is fine */

struct jwt_claims {
	const char *iss;
	const char *sub;
	const char *aud;
	int64_t exp_s; /* Unix seconds; goes out as a number */
};

/* header.claims.signature; the caller frees, and wipes: it lets the holder in until exp_s. */
enum errc jwt_sign(char **ret, const struct jwt_key *key, const struct jwt_claims *claims,
                   struct err *reterr) MUST_CHECK;

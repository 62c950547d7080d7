/*
 * jwt.h - reading a signed assertion.
 */
#pragma once

#include <jansson.h>
#include <openssl/types.h>
#include <stdbool.h>

struct jwt {
	json_t *header;
	json_t *claims;
	bool genuine; /* the signature is RS256 and of this key */
};

/* Takes the three parts apart and looks at the signature; false: it is no JWT. Free with jwt_done. */
bool jwt_read(const char *text, EVP_PKEY *key, struct jwt *ret);
void jwt_done(struct jwt *jwt);
/* A public key or a certificate from a PEM file; NULL: there is none. */
EVP_PKEY *jwt_key(const char *path);
